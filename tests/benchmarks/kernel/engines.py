"""One engine, one model, one number of threads: reads `prompt N` or `decode N` a line, answers with seconds.

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

    model = Model(path, threads=threads, context_tokens=CONTEXT_TOKENS)

    def run(what: str, count: int) -> float:
        with model.session(batch_tokens=128) as session:
            tokens = ids(count, model.vocab_size)
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

    model = Llama(path, n_ctx=CONTEXT_TOKENS, n_threads=threads, n_threads_batch=threads, verbose=False)

    def run(what: str, count: int) -> float:
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
