"""The RTL is clean, module by module: each elaborates alone."""

import re
import subprocess

import pytest

from hil.rtl.build import FOLDER, sources, verilator_environment

MODULES = sorted(path.stem for path in (FOLDER / "src").glob("*.sv"))


def lint(*arguments: object) -> str:
    command = ["verilator_bin", "--lint-only", "-Wall", "--quiet", *map(str, arguments)]
    done = subprocess.run(command, env=verilator_environment(), capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.mark.req("RTL-013")
@pytest.mark.parametrize("module", MODULES)
def test_each_module_elaborates_alone_without_a_warning(module: str) -> None:
    assert lint("--top-module", module, FOLDER / "lint.vlt", *sources()) == ""


@pytest.mark.req("RTL-013")
def test_each_file_holds_the_module_of_its_name() -> None:
    for path in (FOLDER / "src").glob("*.sv"):
        assert re.findall(r"^module (\w+)", path.read_text(), re.MULTILINE) == [path.stem]


@pytest.mark.req("RTL-013")
def test_each_waiver_is_for_one_rule_of_one_generated_file_and_needed() -> None:
    waivers = re.findall(r"^lint_off .*$", (FOLDER / "lint.vlt").read_text(), re.MULTILINE)
    assert waivers
    found = lint("--top-module", "payload_ctrl", "-Wno-fatal", *sources())
    alone = lint("--top-module", "crc16", "-Wno-fatal", *sources())
    for waiver in waivers:
        rule, file = re.fullmatch(r'lint_off -rule (\w+) -file "\*(generated/\w+\.sv)"', waiver).groups()
        assert re.search(rf"%Warning-{rule}: \S*{file}", found + alone), f"not needed: {waiver}"


@pytest.mark.req("RTL-013")
def test_each_module_has_a_bench() -> None:
    bench = (FOLDER.parents[1] / "tests/hil/rtl/benches/bench.sv").read_text()
    assert set(re.findall(r"begin : g_(\w+)", bench)) == set(MODULES)
