"""Build firmware_bindings.kernel._kernel with cffi (API mode); setup.py calls this."""

import re
from pathlib import Path

from cffi import FFI

HERE = Path(__file__).parent
PACKAGE = "firmware_bindings/kernel"  # relative to the project's root, where setuptools runs
FLAGS = "-std=c11 -O3 -ffp-contract=off -fno-math-errno -fvisibility=hidden -Wall -Wextra -Wconversion -Werror -pthread"

# The file that cffi generates is not ours to keep clean.
LENIENT = "\n".join(
    f'#pragma GCC diagnostic ignored "-W{name}"'
    for name in [
        "conversion",
        "sign-conversion",
        "unused-parameter",
        "missing-field-initializers",
        "cast-function-type",
    ]
)


def declarations() -> str:
    """The part of kernel.h between its cffi marks."""
    header = (HERE / "kernel.h").read_text(encoding="utf-8")
    match = re.search(r"/\* cffi: begin \*/(.*)/\* cffi: end \*/", header, re.DOTALL)
    assert match, "kernel.h has lost its cffi marks"
    return match[1]


ffibuilder = FFI()
ffibuilder.cdef(declarations() + 'extern "Python" int kernel_python_cancelled(void *context);')
ffibuilder.set_source(
    "firmware_bindings.kernel._kernel",
    f'{LENIENT}\n#include "kernel.h"',
    sources=[f"{PACKAGE}/{path.name}" for path in sorted(HERE.glob("*.c")) if not path.name.startswith("_")],
    depends=[f"{PACKAGE}/{path.name}" for path in sorted(HERE.glob("*.h"))],
    include_dirs=[PACKAGE],
    extra_compile_args=FLAGS.split(),
    extra_link_args=["-pthread"],
)
