"""Fuzz the kernel: python fuzz.py RUNS [SECONDS]

Builds fuzz.c with clang, the address and undefined-behaviour sanitizers and libFuzzer; runs it from the files that
seeds.py makes and the corpus beside this file; then prints how much of the sources everything found has covered. All
goes to build/fuzz: new finds to corpus/, an input that crashes to crash-…
"""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
KERNEL = HERE.parents[3] / "firmware_bindings/kernel"
BUILD = Path("build/fuzz")
COMPILE = ["clang", "-std=c11", "-O2", "-g", "-ffp-contract=off", "-fno-math-errno", "-pthread", f"-I{KERNEL}"]
SANITIZE = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
COVER = ["-fprofile-instr-generate", "-fcoverage-mapping"]
LOADER = ["gguf.c", "architecture.c", "model.c", "tokenizer.c", "byte_level.c", "text.c", "encode.c", "state.c"]


def build(program: Path, *flags: str) -> Path:
    """The fuzzer as a program; its objects are compiled side by side."""
    program.parent.mkdir(parents=True, exist_ok=True)
    portable = [
        path for path in sorted(KERNEL.glob("[!_]*.c")) if not re.search(r"_(avx2|avx512|neon)$|^ops$", path.stem)
    ]
    sources = [HERE / "fuzz.c", *portable]
    objects = [program.parent / f"{program.name}-{source.stem}.o" for source in sources]
    pairs = zip(sources, objects, strict=True)
    running = []
    for source, target in pairs:
        guide = ["-fsanitize=fuzzer-no-link"] if source.name in LOADER else []  # arithmetic would only slow it down
        running.append(subprocess.Popen([*COMPILE, *flags, *guide, "-c", source, "-o", target]))
    ends = [process.wait() for process in running]
    if any(ends):
        raise SystemExit("the fuzzer does not compile")
    subprocess.run([*COMPILE, *flags, "-fsanitize=fuzzer", *objects, "-lm", "-o", program], check=True)
    return program


def run(program: Path, corpus: Path, *options: str) -> None:
    """From the seeds, the corpus in the tree and `corpus`, where finds are added."""
    from_seeds = program.parent / "seeds"
    runpy.run_path(str(HERE / "seeds.py"))["write"](from_seeds)
    corpus.mkdir(parents=True, exist_ok=True)
    options = (f"-dict={HERE / 'gguf.dict'}", f"-artifact_prefix={program.parent}/", "-max_len=8192", *options)
    folders = [corpus, from_seeds, HERE / "corpus"]
    environment = os.environ | {"ASAN_OPTIONS": "detect_leaks=0"}  # nothing of the kernel's allocates
    subprocess.run([program, *options, *map(str, folders)], check=True, env=environment)


def coverage(corpus: Path) -> None:
    """Print what of the loader the whole corpus runs through."""
    program = build(BUILD / "cover", *COVER)
    profile = BUILD / "cover.profraw"
    os.environ["LLVM_PROFILE_FILE"] = str(profile)
    run(program, corpus, "-runs=0", "-verbosity=0")
    merged = BUILD / "cover.profdata"
    subprocess.run(["llvm-profdata", "merge", "-sparse", profile, "-o", merged], check=True)
    sources = [str(KERNEL / name) for name in LOADER]
    report = ["llvm-cov", "report", str(program), f"-instr-profile={merged}", "-show-functions=false", *sources]
    subprocess.run(report, check=True)


def main() -> None:
    """RUNS more executions, at most SECONDS of them; then the coverage."""
    runs, seconds = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "0"
    corpus = BUILD / "corpus"
    options = (f"-runs={runs}", f"-max_total_time={seconds}", "-print_final_stats=1")
    run(build(BUILD / "fuzz", *SANITIZE), corpus, *options)
    coverage(corpus)


if __name__ == "__main__":
    main()
