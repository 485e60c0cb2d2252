"""How the codec becomes a Python extension: cffi API mode, declarations taken from the C header itself."""

import re
from pathlib import Path

from cffi import FFI

HERE = Path(__file__).parent
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
    sources=sorted(str(source.relative_to(HERE.parents[1])) for source in HERE.glob("*.c") if source.stem != "_codec"),
    include_dirs=[str(HERE.relative_to(HERE.parents[1]))],
    extra_compile_args=FLAGS,
)
