"""How the codec becomes a Python extension: cffi API mode, declarations taken from the C header itself."""

import re
from pathlib import Path

from cffi import FFI

HERE = Path("firmware_bindings/codec")  # from the project's root, where setup.py runs
FLAGS = [
    "-std=c11",
    "-O3",
    "-ffp-contract=off",
    "-fno-math-errno",
    "-fvisibility=hidden",
    "-Wall",
    "-Wextra",
    "-Wconversion",
]

header = (HERE / "codec.h").read_text()
declarations = "".join(re.findall(r"/\* cffi: begin \*/(.*?)/\* cffi: end \*/", header, re.DOTALL))

ffibuilder = FFI()
ffibuilder.cdef(declarations.replace("CODEC_API ", ""))
ffibuilder.set_source(
    "firmware_bindings.codec._codec",
    '#include "codec.h"',
    sources=sorted(map(str, HERE.glob("*.c"))),
    depends=[str(HERE / "codec.h")],
    include_dirs=[str(HERE)],
    extra_compile_args=FLAGS,
)
