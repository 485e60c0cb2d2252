"""The kernel's own command line, and the payload computer's program behind `serve`."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from firmware_bindings.kernel import KernelError, Model, UsageError

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
    parser.add_argument("model", metavar="MODEL.gguf", help="GGUF file, llama architecture")
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
        "--json", action="store_true", help="print one JSON object: prompt_ids, logits, greedy_ids, text"
    )
    return parser


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one run gives; `logits` are [id, value] pairs of the last prompt position."""

    prompt_ids: list[int]
    logits: list[tuple[int, float]]
    greedy_ids: list[int]
    text: str


def run(path: str, ids: list[int], greedy: int, logits: int | None) -> Result:
    """Feed the prompt, then continue greedily with exactly `greedy` tokens, past end tokens too.

    `logits` is how many of the largest to give, or None for all in order of id. Raises KernelError.
    """
    needed = len(ids) + max(greedy - 1, 0)
    model = Model(path, context_tokens=needed)
    if needed > model.context_tokens:
        raise UsageError(f"{needed} tokens do not fit the model's context of {model.context_tokens}")
    with model.session() as session:
        session.prefill(ids)
        pairs = list(enumerate(session.logits()))
        if logits is not None:
            pairs = sorted(pairs, key=lambda pair: -pair[1])[:logits]
        made: list[int] = []
        while len(made) < greedy:
            if made:
                session.step(made[-1])
            made.append(session.greedy())
    text = model.tokenizer.decode_bytes(made).decode(errors="replace")
    return Result(prompt_ids=ids, logits=pairs, greedy_ids=made, text=text)


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code: 0 done, 1 failed, 2 wrong usage; an error is one line on standard error."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["serve"]:
        from firmware_bindings.serve import main as serve

        return serve(arguments[1:])
    options = _parser().parse_args(arguments)
    try:
        result = run(options.model, options.ids, options.greedy, options.logits)
    except KernelError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2 if isinstance(error, UsageError) else 1
    if options.json:
        print(json.dumps(asdict(result)))
        return 0
    for token_id, value in result.logits:
        print(f"{token_id:8d} {value:12.6f}")
    if result.greedy_ids:
        print(*result.greedy_ids, sep=",")
        print(result.text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
