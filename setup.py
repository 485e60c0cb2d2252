"""Only the C extensions; everything else is in pyproject.toml."""

from setuptools import setup

setup(
    cffi_modules=[
        "firmware_bindings/codec/build.py:ffibuilder",
        "firmware_bindings/kernel/build.py:ffibuilder",
    ]
)
