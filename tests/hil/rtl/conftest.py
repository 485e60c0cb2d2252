"""What every test of the RTL needs: Verilator, or the reason to skip."""

import pytest

from hil.rtl.build import VerilatorMissingError, verilator_root


@pytest.fixture(autouse=True, scope="session")
def verilator() -> None:
    try:
        verilator_root()
    except VerilatorMissingError as missing:
        pytest.skip(str(missing))
