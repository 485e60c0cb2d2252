"""Only the C extensions; everything else is in pyproject.toml."""

from pathlib import Path

from setuptools import setup

setup(cffi_modules=sorted(f"{script}:ffibuilder" for script in Path("firmware_bindings").glob("*/build.py")))
