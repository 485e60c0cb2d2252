"""One question from end to end, and what surrounds it."""

import pytest


@pytest.mark.req("FSW-001")
def test_a_question_is_answered_and_the_payload_goes_off_again(world) -> None:
    asked = world.send("ask", question="What is the capital of France?", max_tokens=20)
    world.until(lambda: world.named("answer_end"))
    assert world.verifications(asked) == [("ACCEPTED", None), ("STARTED", None), ("COMPLETED", None)]
    assert "".join(segment["text"] for segment in world.named("answer_segment")) == "The capital of France is Paris."
    world.until(lambda: world.mode == "STANDBY")
    assert world.controller.rails == 0


@pytest.mark.req("FSW-055")
def test_the_controllers_cap_outputs_follow_the_mode(world) -> None:
    caps = {}

    def is_over() -> bool:
        caps[world.mode] = world.controller.caps
        return bool(world.named("answer_end")) and world.mode == "STANDBY"

    world.engine.words = ("word ",) * 60
    world.send("ask", question="What?", max_tokens=60)
    world.until(is_over)
    assert caps["NOMINAL"] == (154, 154)  # 12 of 20 tokens a second, in 256 parts
    assert caps["STANDBY"] == (0, 0)
