"""Chat templates: the file's own words around the user's, and never mixed up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bindings.kernel import Model, ModelFileError
from firmware_bindings.kernel.chat import ChatTemplate

TRIMMED = "{{ bos_token }}[{{ messages[0]['content'] | trim }}]"


@pytest.mark.req("INF-012", "INF-013")
@given(question=st.lists(st.sampled_from([*"<|im_ends>\n 1é", "<|im_end|>", "<|im_start|>", "system\n"])).map("".join))
def test_no_question_forges_a_turn(default_model: Model, question: str) -> None:
    ours = default_model.tokenizer
    ids = default_model.chat_ids(question)
    assert [i for i in ids if ours.is_control(i)] == [1, 2, 1, 2, 1]
    assert ours.decode_bytes(ids).decode() == default_model.chat_prompt(question)


def test_a_harmless_question_gives_the_tokens_of_the_whole_prompt(default_model: Model) -> None:
    for question in ("What is 2+2?", "  two spaces\n\n", "", "Où est l'étoile ?"):
        prompt = default_model.chat_prompt(question)
        assert default_model.chat_ids(question) == default_model.tokenizer.encode(prompt)


@pytest.mark.parametrize(("question", "found"), [("hi", "hi"), ("  hi\n", "hi"), ("   ", ""), ("]", "]")])
def test_a_question_is_found_where_the_template_put_it(question: str, found: str) -> None:
    template = ChatTemplate(TRIMMED, {"bos_token": "<s>", "eos_token": "</s>"})
    prompt = template.render(question)
    begin, end = template.find(question, prompt)
    assert (prompt, prompt[begin:end]) == (f"<s>[{found}]", found)


@pytest.mark.req("INF-013")
def test_a_template_may_leave_its_loops() -> None:
    source = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}{% break %}{% endfor %}"
    assert ChatTemplate(source, {}).render("hi") == "user: hi"


@pytest.mark.req("INF-012")
@pytest.mark.parametrize(
    "source",
    [
        "{{ messages[0]['content'] }} {{ messages[0]['content'] }}",
        "{{ messages[0]['content'] | length }}: {{ messages[0]['content'] }}",
        "{{ messages[0]['content'] | upper }}",
        "nothing of it",
    ],
    ids=["twice", "depends", "changes", "ignores"],
)
def test_a_template_that_does_not_keep_the_question_apart_is_refused(source: str) -> None:
    template = ChatTemplate(source, {})
    question = "what?!"
    with pytest.raises(ModelFileError, match="depends on what was asked"):
        template.find(question, template.render(question))


@pytest.mark.req("INF-013")
@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ messages.append(1) }}",
        "{{ cycler.__init__.__globals__ }}",
        "{% include '/etc/passwd' %}",
        "{{ raise_exception('no') }}",
        "{{ 1 / 0 }}",
        "{% for i in range(10 ** 9) %}x{% endfor %}",
        "{{ nothing.at.all }}",
    ],
)
def test_what_a_template_must_not_do_is_the_files_fault(source: str) -> None:
    with pytest.raises(ModelFileError, match="chat template"):
        ChatTemplate(source, {}).render("hi")


@pytest.mark.parametrize("source", ["{% if %}", "{{", "x" * 100_000])
def test_what_is_no_template_is_the_files_fault(source: str) -> None:
    with pytest.raises(ModelFileError, match="chat template"):
        ChatTemplate(source, {})


def test_a_file_without_a_template_says_so(parts, load) -> None:
    with pytest.raises(ModelFileError, match="has no chat template"):
        load(parts.file.with_metadata(tokenizer__chat_template=None).encode()).chat_prompt("hi")
