"""The kernel's own command line, and the payload computer's program behind `serve`."""

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from firmware_bindings.kernel import KernelError, Model, UsageError, instruction_sets

DESCRIPTION = """\
Run a language model from a GGUF file: feed it token ids, print the logits that follow and a greedy continuation.

  python -m firmware_bindings MODEL.gguf --ids 1,2,3 --greedy 32 --logits 10 --json
  python -m firmware_bindings serve PORT ...   the payload computer's program; see: serve --help
"""
EPILOG = "Exit codes: 0 done, 1 the file or the run failed, 2 wrong usage."


def _ids(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"not a list of token ids such as 1,2,3: {text!r}") from None


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"not a count: {text!r}")
    return int(text)


def _count_or_all(text: str) -> int | None:
    return None if text == "all" else _count(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m firmware_bindings",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("model", metavar="MODEL.gguf", help="GGUF file")
    parser.add_argument("--ids", type=_ids, required=True, metavar="1,2,3", help="prompt, as token ids")
    parser.add_argument("--greedy", type=_count, default=0, metavar="N", help="tokens to continue with (default 0)")
    parser.add_argument(
        "--logits",
        type=_count_or_all,
        default=0,
        metavar="N|all",
        help="print the N largest logits after the prompt, or all in order of id (default 0)",
    )
    parser.add_argument(
        "--threads", type=_count, default=0, metavar="N", help="threads to run on (default: one a processor)"
    )
    parser.add_argument(
        "--isa", choices=["best", *instruction_sets()], default="best", help="instruction set (default: the best here)"
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print one JSON object: prompt_ids, logits, greedy_ids, text; sha256 of the file; logits_sha256, of the "
        "F32 logits of every prompt position; isa, threads, tokens_per_s (prompt, decode)",
    )
    return parser


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one run gives; `logits` are [id, value] pairs of the last prompt position."""

    prompt_ids: list[int]
    logits: list[tuple[int, float]]
    greedy_ids: list[int]
    text: str
    isa: str
    threads: int
    tokens_per_s: dict[str, float | None]  # prompt, decode; None where there was nothing to measure


def logits_sha256(model: Model, ids: Sequence[int], isa: str) -> str:
    """Hexadecimal SHA-256 of the F32 logits after each token: the same on every machine that computes as it should."""
    digest = hashlib.sha256()
    with model.session(isa=isa) as session:
        for token_id in ids:
            session.step(token_id)
            digest.update(session.logits())
    return digest.hexdigest()


def run(model: Model, ids: list[int], greedy: int, logits: int | None, isa: str = "best") -> Result:
    """Feed the prompt, then continue greedily with exactly `greedy` tokens, past end tokens too.

    `logits` is how many of the largest to give, or None for all in order of id. Raises KernelError.
    """
    needed = len(ids) + max(greedy - 1, 0)
    if needed > model.context_tokens:
        raise UsageError(f"{needed} tokens do not fit the model's context of {model.context_tokens}")
    with model.session(isa=isa) as session:
        used, begin = session.isa, time.perf_counter()
        session.prefill(ids)
        prompt_s = time.perf_counter() - begin
        pairs = list(enumerate(session.logits()))
        if logits is not None:
            pairs = sorted(pairs, key=lambda pair: -pair[1])[:logits]
        made: list[int] = []
        begin = time.perf_counter()
        while len(made) < greedy:
            if made:
                session.step(made[-1])
            made.append(session.greedy())
        decode_s = time.perf_counter() - begin
    speed = {"prompt": len(ids) / prompt_s, "decode": (greedy - 1) / decode_s if greedy > 1 else None}
    text = model.tokenizer.decode_bytes(made).decode(errors="replace")
    return Result(
        prompt_ids=ids,
        logits=pairs,
        greedy_ids=made,
        text=text,
        isa=used,
        threads=model.threads,
        tokens_per_s=speed,
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code: 0 done, 1 failed, 2 wrong usage; an error is one line on standard error."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["serve"]:
        from firmware_bindings.serve import main as serve

        return serve(arguments[1:])
    options = _parser().parse_args(arguments)
    try:
        needed = len(options.ids) + max(options.greedy - 1, 0)
        model = Model(options.model, threads=options.threads, context_tokens=needed)
        result = run(model, options.ids, options.greedy, options.logits, options.isa)
        if options.json:
            hashes = {"sha256": model.sha256(), "logits_sha256": logits_sha256(model, options.ids, options.isa)}
            print(json.dumps(asdict(result) | hashes))
            return 0
    except KernelError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2 if isinstance(error, UsageError) else 1
    for token_id, value in result.logits:
        print(f"{token_id:8d} {value:12.6f}")
    if result.greedy_ids:
        print(*result.greedy_ids, sep=",")
        print(result.text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
