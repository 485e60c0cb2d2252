"""make bench-kernel: the kernel, llama.cpp and a read probe in turn; medians and ratios (see README.md)."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import venv
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any

import synthetic
from gguf import GGUFReader
from rich.console import Console

from hil.models import list_models

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
BUILD = ROOT / "build"
LLAMA_CPP_PYTHON = "llama-cpp-python==0.3.36"
PROMPT_TOKENS, DECODE_TOKENS, FIRST_PROMPT_TOKENS = 128, 64, 10
UNDISTURBED = 0.9  # of the best read probe: a round counts from there on
MOST_TRIES = 6  # rounds, for each that shall count


class Process:
    """A program that answers each line with a line. What else it says goes to a file."""

    def __init__(self, *command: str | Path, log: Path | None = None) -> None:
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        with log.open("w") if log else nullcontext() as stderr:
            self._process = subprocess.Popen(
                list(map(str, command)),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                env=environment,
            )
        self._log = log

    def ask(self, line: str) -> str:
        """Raises SystemExit if the program has ended."""
        assert self._process.stdin
        if line:
            print(line, file=self._process.stdin, flush=True)
        return self.read()

    def read(self) -> str:
        assert self._process.stdout
        answer = self._process.stdout.readline()
        if not answer:
            why = f"; see {self._log}" if self._log else ""
            raise SystemExit(f"{self._process.args} ended with {self._process.wait()}{why}")
        return answer

    def close(self) -> None:
        self._process.communicate()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Medians of one model at one number of threads."""

    model: str
    threads: int
    rounds: int
    tries: int
    read_gb_s: float
    peak_gops: float
    decode_tokens_s: float
    decode_of_read: float
    decode_ratio: float
    prompt_tokens_s: float
    prompt_of_peak: float
    prompt_ratio: float
    first_token_ms: float
    llama_decode_tokens_s: float
    llama_prompt_tokens_s: float
    llama_first_token_ms: float


def llama_python() -> Path:
    """The interpreter that has llama.cpp, built from source the first time."""
    folder = BUILD / "llama-cpp"
    python = folder / "bin" / "python"
    if not (folder / "done").exists():
        print("building llama.cpp; this takes minutes", file=sys.stderr)
        venv.create(folder, with_pip=True)
        environment = os.environ | {"CMAKE_ARGS": "-DGGML_NATIVE=ON -DLLAVA_BUILD=OFF"}
        install = [python, "-m", "pip", "install", "--quiet", "--no-binary", "llama-cpp-python", LLAMA_CPP_PYTHON]
        subprocess.run(install, check=True, env=environment)
        (folder / "done").touch()
    return python


def probe() -> Path:
    """The compiled probe."""
    program = BUILD / "bench-probe"
    BUILD.mkdir(exist_ok=True)
    flags = ["-O3", "-march=native", "-pthread"]
    subprocess.run(["gcc", *flags, HERE / "probe.c", "-o", program], check=True)
    return program


def models() -> dict[str, Path]:
    """Name → file: the real ones that were fetched (`hil models`), and the synthetic ones, written the first time."""
    found = {model.name: model.path for model in list_models() if model.is_present}
    for shape in synthetic.SHAPES:
        for kind in ("Q8_0", "Q4_0"):
            path = BUILD / "bench-models" / f"{shape}-{kind}.gguf"
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                part = path.with_suffix(".part")
                synthetic.write(part, shape, kind)
                part.rename(path)
            found[f"{shape} {kind}"] = path
    return found


def costs(path: Path) -> tuple[int, int]:
    """Octets of all tensors, and weights without the embedding."""
    tensors = GGUFReader(path).tensors
    octets = sum(int(t.n_bytes) for t in tensors)
    return octets, sum(int(t.n_elements) for t in tensors if t.name != "token_embd.weight")


def kv_octets(path: Path, tokens: int) -> float:
    """Mean octets of the F32 cache that a token reads, while the first `tokens` are made."""
    with_key: dict[str, Any] = {key: field.contents() for key, field in GGUFReader(path).fields.items()}
    name = with_key["general.architecture"]
    heads = with_key[f"{name}.attention.head_count"]
    size = with_key.get(f"{name}.attention.key_length", with_key[f"{name}.embedding_length"] // heads)
    width = with_key.get(f"{name}.attention.head_count_kv", heads) * size
    return 2.0 * 4 * width * with_key[f"{name}.block_count"] * tokens / 2


def sample(engines: dict[str, Process], machine: Process, threads: int) -> dict[str, float]:
    """One round: the probe, each engine's figures in turn, the probe again, of which the worse counts."""
    probes = [machine.ask(str(threads)).split()]
    made: dict[str, float] = {}
    for engine, process in engines.items():
        made[f"{engine} decode"] = DECODE_TOKENS / float(process.ask(f"decode {DECODE_TOKENS}"))
        made[f"{engine} prompt"] = PROMPT_TOKENS / float(process.ask(f"prompt {PROMPT_TOKENS}"))
        made[f"{engine} first"] = 1e3 * float(process.ask(f"first {FIRST_PROMPT_TOKENS}"))
    probes.append(machine.ask(str(threads)).split())
    read, gops = (min(float(probe[i]) for probe in probes) for i in range(2))
    return made | {"read": read, "gops": gops}


def measure(
    name: str,
    path: Path,
    threads: int,
    rounds: int,
    machine: Process,
    llama: Path,
    best_read: dict[int, float],
    tell: Callable[[str], None],
) -> Row:
    """Rounds of probe, kernel and llama.cpp, one after the other, until enough count; `best_read` is the session's."""
    tell(f"{name}, {threads} thread(s): opening")
    engines = {
        "sunlit": Process(sys.executable, HERE / "engines.py", "sunlit", path, str(threads)),
        "llama.cpp": Process(llama, HERE / "engines.py", "llama.cpp", path, str(threads), log=BUILD / "llama-cpp.log"),
    }
    for engine in engines.values():
        engine.ask("")
    samples: list[dict[str, float]] = []
    good: list[dict[str, float]] = []
    while len(good) < rounds and len(samples) < MOST_TRIES * rounds:
        samples.append(sample(engines, machine, threads))
        best_read[threads] = max(best_read.get(threads, 0), samples[-1]["read"])
        good = [s for s in samples if s["read"] >= UNDISTURBED * best_read[threads]]
        tell(f"{name}, {threads} thread(s): {len(good)} of {rounds} rounds count, of {len(samples)}")
    for process in engines.values():
        process.close()
    good = good or samples

    def median(key: str, over: str = "") -> float:
        return statistics.median(s[key] / (s[over] if over else 1) for s in good)

    octets, weights = costs(path)
    octets += int(kv_octets(path, DECODE_TOKENS))
    return Row(
        model=name,
        threads=threads,
        rounds=len(good),
        tries=len(samples),
        read_gb_s=median("read"),
        peak_gops=median("gops"),
        decode_tokens_s=median("sunlit decode"),
        decode_of_read=median("sunlit decode", "read") * octets / 1e9,
        decode_ratio=median("sunlit decode", "llama.cpp decode"),
        prompt_tokens_s=median("sunlit prompt"),
        prompt_of_peak=median("sunlit prompt", "gops") * 2 * weights / 1e9,
        prompt_ratio=median("sunlit prompt", "llama.cpp prompt"),
        first_token_ms=median("sunlit first"),
        llama_decode_tokens_s=median("llama.cpp decode"),
        llama_prompt_tokens_s=median("llama.cpp prompt"),
        llama_first_token_ms=median("llama.cpp first"),
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="that count, for each model and number of threads")
    parser.add_argument("--only", default="", metavar="TEXT", help="only models whose name has this in it")
    parser.add_argument("--threads", default="1,2", help="numbers of threads (default 1,2)")
    options = parser.parse_args()
    llama, machine = llama_python(), Process(probe())
    rows: list[Row] = []
    best_read: dict[int, float] = {}
    print(
        f"{'model':18s} thr rounds | decode t/s  of read  ÷llama.cpp | prompt t/s  of peak  ÷llama.cpp "
        "| first ms  llama.cpp | GB/s  GOPS"
    )
    wanted = {name: path for name, path in models().items() if options.only in name}
    with Console(stderr=True).status("") as status:
        for (name, path), threads in product(wanted.items(), map(int, options.threads.split(","))):
            r = measure(name, path, threads, options.rounds, machine, llama, best_read, status.update)
            rows.append(r)
            print(
                f"{r.model:18s} {r.threads:3d} {r.rounds:3d}/{r.tries:2d} | "
                f"{r.decode_tokens_s:10.1f} {r.decode_of_read:7.0%} {r.decode_ratio:11.2f} | "
                f"{r.prompt_tokens_s:10.0f} {r.prompt_of_peak:8.1%} {r.prompt_ratio:11.2f} | "
                f"{r.first_token_ms:8.0f} {r.llama_first_token_ms:10.0f} | {r.read_gb_s:4.1f} {r.peak_gops:5.0f}",
                flush=True,
            )
    machine.close()
    report = ROOT / "reports" / "bench-kernel.json"
    report.parent.mkdir(exist_ok=True)
    report.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")


if __name__ == "__main__":
    main()
