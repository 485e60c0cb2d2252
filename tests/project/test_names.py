"""What a package offers is what its `__all__` says."""

import pkgutil
from importlib import import_module
from types import ModuleType

import pytest

import firmware_bindings
import flightsw
import hil

PACKAGES = [
    name
    for top in (flightsw, firmware_bindings, hil)
    for name in (
        top.__name__,
        *(found.name for found in pkgutil.walk_packages(top.__path__, f"{top.__name__}.") if found.ispkg),
    )
]


@pytest.mark.req("PRJ-003")
@pytest.mark.parametrize("package", PACKAGES)
def test_all_is_the_public_names(package: str) -> None:
    module = import_module(package)
    public = {name for name, value in vars(module).items() if name[0] != "_" and not isinstance(value, ModuleType)}
    assert set(getattr(module, "__all__", ())) == public
