"""One engine, one model, one number of threads: reads `prompt N`, `decode N` or `first N` a line, answers with seconds.

`first` opens the model anew, reads a prompt of N tokens and names the token that follows.

python engines.py sunlit|llama.cpp MODEL THREADS
"""

import sys
import time
from collections.abc import Callable

CONTEXT_TOKENS = 512


def ids(count: int, vocabulary: int) -> list[int]:
    """A prompt of any tokens: which ones changes no speed."""
    return [(7919 * i + 11) % vocabulary for i in range(count)]


def sunlit(path: str, threads: int) -> Callable[[str, int], float]:
    """The kernel through its Python interface, as `serve` uses it."""
    from firmware_bindings.kernel import Model

    def first(count: int) -> float:
        begin = time.perf_counter()
        model = Model(path, threads=threads, context_tokens=CONTEXT_TOKENS)
        with model.session() as session:
            session.prefill(ids(count, model.vocab_size))
            session.greedy()
            return time.perf_counter() - begin

    model = Model(path, threads=threads, context_tokens=CONTEXT_TOKENS)
    session = model.session(batch_tokens=128)

    def run(what: str, count: int) -> float:
        if what == "first":
            return first(count)
        tokens = ids(count, model.vocab_size)
        session.truncate(0)
        if what == "decode":
            session.prefill(tokens[:1])
        begin = time.perf_counter()
        if what == "prompt":
            session.prefill(tokens)
        else:
            for token in tokens:
                session.step(token)
        return time.perf_counter() - begin

    return run


def llama_cpp(path: str, threads: int) -> Callable[[str, int], float]:
    """llama.cpp with its defaults, through llama-cpp-python."""
    from llama_cpp import Llama  # in its own environment only

    def open_model() -> Llama:
        return Llama(path, n_ctx=CONTEXT_TOKENS, n_threads=threads, n_threads_batch=threads, verbose=False)

    def first(count: int) -> float:
        begin = time.perf_counter()
        opened = open_model()
        opened.eval(ids(count, opened.n_vocab()))
        opened.sample(temp=0.0)
        return time.perf_counter() - begin

    model = open_model()

    def run(what: str, count: int) -> float:
        if what == "first":
            return first(count)
        tokens = ids(count, model.n_vocab())
        model.reset()
        if what == "decode":
            model.eval(tokens[:1])
        begin = time.perf_counter()
        if what == "prompt":
            model.eval(tokens)
        else:
            for token in tokens:
                model.eval([token])
        return time.perf_counter() - begin

    return run


if __name__ == "__main__":
    engine, path, threads = sys.argv[1:]
    run = {"sunlit": sunlit, "llama.cpp": llama_cpp}[engine](path, int(threads))
    run("decode", 2)
    print("ready", flush=True)
    for line in sys.stdin:
        what, count = line.split()
        print(run(what, int(count)), flush=True)
