"""The C without Python: under the address and undefined-behaviour sanitizers, and what its objects refer to."""

import os
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest
from filelock import FileLock

import firmware_bindings.kernel
from firmware_bindings.kernel.build import FLAGS

SOURCES = Path(firmware_bindings.kernel.__file__).parent
HARNESS, PRODUCTS = (Path(__file__).with_name(name) for name in ("harness.c", "products.c"))
FEW = ["llama-tiny-s50-Q4_1", "qwen3-tiny-s36-F16", "gemma3-tiny-s28-Q8_0"]  # each architecture, each arithmetic
SANITIZE = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]

BUILDS = Path(__file__).parents[3] / "build" / "kernel-tests"


def built(*flags: str, sources: list[Path], compiler: str = "gcc") -> Path:
    """A folder with the objects of these sources; made once for their contents, whoever asks first."""
    inputs = [*sorted(SOURCES.glob("*.h")), *sources]
    key = sha256(b"\0".join([*map(Path.read_bytes, inputs), " ".join([compiler, FLAGS, *flags]).encode()]))
    folder = BUILDS / key.hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not (folder / "done").exists():
            command = [compiler, *FLAGS.split(), *flags, f"-I{SOURCES}", "-c"]
            with ThreadPoolExecutor(os.cpu_count()) as crew:
                for compiled in crew.map(lambda source: subprocess.run([*command, source], cwd=folder), sources):
                    compiled.check_returncode()
            (folder / "done").touch()
    return folder


def linked(program: Path, main: Path, *flags: str, compiler: str = "gcc") -> Path:
    """A program of `main` and the kernel."""
    parts = [built(*flags, sources=files, compiler=compiler) for files in (sorted(SOURCES.glob("*.c")), [main])]
    objects = [path for folder in parts for path in folder.glob("*.o")]
    subprocess.run([compiler, *flags, "-pthread", *objects, "-lm", "-o", program], check=True)
    return program


@pytest.fixture(scope="session")
def harness(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return linked(tmp_path_factory.mktemp("harness") / "harness", HARNESS, *SANITIZE)


def run(harness: Path, *arguments: str | Path) -> str:
    environment = os.environ | {"ASAN_OPTIONS": "detect_leaks=0"}  # leaks can't be looked for under a debugger or trace
    done = subprocess.run([harness, *arguments], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(params=FEW)
def few(request: pytest.FixtureRequest, tiny_path: Path) -> Path:
    return tiny_path.with_name(f"{request.param}.gguf")


@pytest.fixture
def random_path(random_files: tuple[bytes, bytes], tmp_path: Path) -> Path:
    """A file of random blocks of each type in turn, which ends where its last block does."""
    path = tmp_path / "random.gguf"
    path.write_bytes(random_files[0])
    return path


@pytest.mark.req("INF-004", "INF-007")
def test_the_same_bits_in_any_floating_point_state_and_from_dirty_memory(harness: Path, few: Path) -> None:
    """The harness compares eight ways of computing on each instruction set, under the sanitizers."""
    assert re.fullmatch(r"[0-9a-f]{16} [0-9a-f]{16}\n", run(harness, "run", few))


@pytest.mark.req("INF-004", "INF-005")
def test_products_have_the_same_bits_on_every_instruction_set(tmp_path: Path) -> None:
    """All types; rows, row lengths and batches that are no multiple of anything; nothing is read or written beside."""
    assert int(run(linked(tmp_path / "products", PRODUCTS, *SANITIZE), "7")) > 1000


def arm_program(program: Path, main: Path) -> list[str]:
    """The command that runs a program, built for 64-bit Arm, on this machine."""
    compiler, emulator = "aarch64-linux-gnu-gcc", "qemu-aarch64"
    if lacking := [tool for tool in (compiler, emulator) if not shutil.which(tool)]:
        pytest.skip(f"not here: {', '.join(lacking)} (apt-get install gcc-aarch64-linux-gnu qemu-user)")
    return [emulator, str(linked(program, main, "-static", compiler=compiler))]


@pytest.fixture(scope="session")
def arm_harness(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return arm_program(tmp_path_factory.mktemp("arm") / "harness", HARNESS)


@pytest.mark.req("INF-004")
def test_products_have_the_same_bits_on_arm(tmp_path: Path) -> None:
    done = subprocess.run(
        [*arm_program(tmp_path / "products", PRODUCTS), "7"], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) > 1000


def run_on_arm(arm_harness: list[str], cpu: str, file: Path) -> str:
    emulator, program = arm_harness
    command = [emulator, "-cpu", cpu, program, "run", file]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.req("INF-004")
@pytest.mark.parametrize("cpu", ["max", "cortex-a53"], ids=["with dot products", "without"])
def test_arm_gives_the_same_bits(harness: Path, arm_harness: list[str], few: Path, cpu: str) -> None:
    assert run_on_arm(arm_harness, cpu, few) == run(harness, "run", few)


@pytest.mark.req("INF-004", "INF-005")
def test_each_type_gives_the_same_bits_on_both_processors(
    harness: Path, arm_harness: list[str], random_path: Path
) -> None:
    assert run_on_arm(arm_harness, "max", random_path) == run(harness, "run", random_path)


@pytest.mark.req("INF-005")
@pytest.mark.parametrize("seed", range(1, 4))
def test_a_damaged_file_is_refused_or_used_but_never_crashes(harness: Path, few: Path, seed: int) -> None:
    refused = int(run(harness, "mutate", few, str(seed), "400"))
    assert 200 < refused < 400


@pytest.mark.req("INF-023")
def test_numbers_become_the_nearest_half_ties_to_even(harness: Path, arm_harness: list[str]) -> None:
    run(harness, "halves")
    subprocess.run([*arm_harness, "halves"], check=True)


@pytest.mark.req("INF-017")
def test_errors_of_exp_pow_sin_and_cos(harness: Path) -> None:
    exp, power, sine = map(float, run(harness, "maths").split())
    assert exp < 2**-23
    assert power < 1e-14
    assert sine < 1e-15


@pytest.fixture(scope="session")
def objects() -> list[Path]:
    flags = "-fPIC", "-fcallgraph-info=su"  # beside each object, who calls whom and how large frames are
    return sorted(built(*flags, sources=sorted(SOURCES.glob("*.c"))).glob("*.o"))


@pytest.mark.req("INF-007")
def test_no_allocation_no_io_no_exit(objects: list[Path]) -> None:
    """What the objects take from outside, besides one another."""
    listed = subprocess.run(["nm", *objects], capture_output=True, text=True, check=True).stdout
    symbols = re.findall(r"^[0-9a-f ]{16} (\w) (\S+)$", listed, re.MULTILINE)
    defined = {name for kind, name in symbols if kind in "TRD"}  # D: the tables of functions
    wanted = {name for kind, name in symbols if kind == "U"} - defined
    allowed = r"mem(cpy|set|cmp|chr)|strlen|fmaf?|sqrtf|pthread_\w+|sigfillset|__cpu_\w+|__stack_chk_fail|_GLOBAL_\w+"
    assert {name for name in wanted if not re.fullmatch(allowed, name)} == set()


@pytest.mark.req("INF-007")
def test_no_writable_globals(objects: list[Path]) -> None:
    listed = subprocess.run(["size", "-A", *objects], capture_output=True, text=True, check=True).stdout
    assert {int(size) for size in re.findall(r"^\.(?:data|bss|tdata|tbss) +(\d+)", listed, re.MULTILINE)} == {0}


@pytest.mark.req("INF-007")
def test_the_stack_is_bounded_as_the_readme_says(objects: list[Path]) -> None:
    """The deepest chain of calls, in the kernel's own frames. A call by pointer may reach every function that is not
    called by name, each once; by name none comes back to itself, or this would not end."""
    frames: dict[str, int] = {}
    calls: dict[str, set[str]] = {}
    for path in objects:
        graph = path.with_suffix(".ci").read_text()
        for name, octets, kind in re.findall(r'^node:.* "([^"]+)" label: ".*\\n(\d+) bytes \((.*)\)" }', graph, re.M):
            assert kind in ("static", "dynamic,bounded"), name
            frames[name] = int(octets)
        for caller, called in re.findall(r'^edge: { sourcename: "([^"]+)" targetname: "([^"]+)"', graph, re.M):
            calls.setdefault(caller, set()).add(called)
    unnamed = frames.keys() - set().union(*calls.values())
    calls["__indirect_call"] = {name for name in unnamed if not name.startswith("kernel_")}

    def depth(name: str, *path: str) -> int:
        called = calls.get(name, set()) - ({*path} if name == "__indirect_call" else set())
        return frames.get(name, 0) + max((depth(other, name, *path) for other in called), default=0)

    loader = {name for name in frames if name.startswith("kernel_model_")}
    assert 8_192 < max(map(depth, loader)) <= 32 * 1024
    assert 2_048 < max(map(depth, unnamed - loader)) <= 8 * 1024


@pytest.mark.req("INF-030")
def test_the_stripped_library_is_small(objects: list[Path], tmp_path: Path) -> None:
    library = tmp_path / "kernel.so"
    subprocess.run(["gcc", "-shared", "-s", "-pthread", *objects, "-lm", "-o", library], check=True)
    assert library.stat().st_size <= 300 * 1024
