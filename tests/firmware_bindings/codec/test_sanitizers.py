"""The codec's C, strictly compiled and run under the address and undefined-behaviour sanitizers."""

import shutil
import subprocess
from pathlib import Path

import pytest

CODEC = Path(__file__).parents[3] / "firmware_bindings" / "codec"
FLAGS = ["-std=c11", "-O1", "-g", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-fno-sanitize-recover=all"]


@pytest.mark.req("PKT-024")
def test_codec_is_clean(tmp_path: Path) -> None:
    if shutil.which("gcc") is None:
        pytest.skip("no gcc: apt-get install gcc")
    program = tmp_path / "codec"
    sources = [Path(__file__).with_name("codec_main.c"), *CODEC.glob("*.c")]
    subprocess.run(["gcc", *FLAGS, "-fsanitize=address,undefined", f"-I{CODEC}", *sources, "-o", program], check=True)
    subprocess.run([program], check=True)
