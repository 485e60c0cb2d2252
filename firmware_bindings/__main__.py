"""The kernel's own command line, and the payload computer's program behind `serve`."""

import argparse
import hashlib
import io
import json
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from firmware_bindings.arguments import count, threads
from firmware_bindings.kernel import KV_TYPES, KernelError, Model, UsageError, instruction_sets

DESCRIPTION = """\
Run a language model from a GGUF file: feed it a prompt, print the logits that follow and a greedy continuation.

  python -m firmware_bindings MODEL.gguf --chat "What is the capital of France?" --greedy 64
  python -m firmware_bindings MODEL.gguf --prompt "The capital of France is" --greedy 16
  python -m firmware_bindings MODEL.gguf --ids 1,2,3 --greedy 32 --logits 10 --json
  python -m firmware_bindings serve PORT ...   the payload computer's program; see: serve --help
"""
MAX_CONTEXT = 1 << 24  # of a session, as kernel.h says
ANSWER_TOKENS = 256  # of a chat, at most, where nobody says how many
EPILOG = "Exit codes: 0 done, 1 the file or the run failed, 2 wrong usage."


def _ids(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"not a list of token ids such as 1,2,3: {text!r}") from None


def _count_or_all(text: str) -> int | None:
    return None if text == "all" else count(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m firmware_bindings",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("model", metavar="MODEL.gguf", help="GGUF file")
    prompt = parser.add_mutually_exclusive_group(required=True)
    prompt.add_argument("--ids", type=_ids, metavar="1,2,3", help="prompt, as token ids")
    prompt.add_argument("--prompt", metavar="TEXT", help="prompt, as text; control tokens written in it are recognised")
    prompt.add_argument("--chat", metavar="TEXT", help="a question, put to the model with the file's chat template")
    parser.add_argument(
        "--greedy",
        type=count,
        metavar="N",
        help=f"tokens to continue with (default 0); with --chat at most so many (default {ANSWER_TOKENS})",
    )
    parser.add_argument(
        "--logits",
        type=_count_or_all,
        default=0,
        metavar="N|all",
        help="print the N largest logits after the prompt, or all in order of id (default 0)",
    )
    parser.add_argument(
        "--threads", type=threads, default=0, metavar="N", help="threads to run on (default: one a processor)"
    )
    parser.add_argument(
        "--isa", choices=["best", *instruction_sets()], default="best", help="instruction set (default: the best here)"
    )
    parser.add_argument(
        "--kv", choices=KV_TYPES, default="f32", help="how keys and values are stored; f16 halves them (default: f32)"
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


def prompt_ids(model: Model, options: argparse.Namespace) -> list[int]:
    """The prompt's tokens, however it was given. Raises KernelError."""
    if options.chat is not None:
        return model.chat_ids(options.chat)
    if options.prompt is not None:
        return model.tokenizer.begin_ids() + model.tokenizer.encode(options.prompt)
    return list(options.ids)


def logits_sha256(model: Model, ids: Sequence[int], isa: str, kv: str) -> str:
    """Hexadecimal SHA-256 of the F32 logits after each token: the same on every machine that computes as it should."""
    digest = hashlib.sha256()
    with model.session(isa=isa, kv=kv, context_tokens=len(ids)) as session:
        for token_id in ids:
            session.step(token_id)
            digest.update(session.logits())
    return digest.hexdigest()


def run(model: Model, ids: list[int], options: argparse.Namespace) -> Result:
    """Feed the prompt, then continue greedily: past end tokens too, unless it is a chat. Raises KernelError."""
    greedy, logits = options.greedy, options.logits
    if greedy is None:
        room = model.context_tokens - len(ids) + 1
        greedy = max(min(ANSWER_TOKENS, room), 0) if options.chat is not None else 0
    needed = max(len(ids) + max(greedy - 1, 0), 1)
    if needed > model.context_tokens:
        raise UsageError(f"{needed} tokens do not fit the model's context of {model.context_tokens}")
    with model.session(isa=options.isa, kv=options.kv, context_tokens=needed) as session:
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
            if options.chat is not None and model.tokenizer.is_end(session.greedy()):
                break
            made.append(session.greedy())
        decode_s = time.perf_counter() - begin
    speed = {"prompt": len(ids) / prompt_s, "decode": (len(made) - 1) / decode_s if len(made) > 1 else None}
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
        model = Model(options.model, threads=options.threads, context_tokens=MAX_CONTEXT)
        ids = prompt_ids(model, options)
        result = run(model, ids, options)
        if options.json:
            hashes = {"sha256": model.sha256(), "logits_sha256": logits_sha256(model, ids, options.isa, options.kv)}
            print(json.dumps(asdict(result) | hashes), flush=True)
        else:
            _show(result)
    except (KernelError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2 if isinstance(error, UsageError) else 1
    return 0


def _show(result: Result) -> None:
    for token_id, value in result.logits:
        print(f"{token_id:8d} {value:12.6f}")
    if result.greedy_ids:
        print(*result.greedy_ids, sep=",")
        print(result.text, flush=True)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGPIPE):  # whoever interrupts or stops to listen wants no explanation
        signal.signal(number, signal.SIG_DFL)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a character can still show the others
    sys.exit(main())
