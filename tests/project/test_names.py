"""What a package offers is what its `__all__` says."""

import pkgutil
from importlib import import_module
from types import ModuleType

import pytest

import firmware_bindings
import flightsw
import hil

TOPS = (flightsw, firmware_bindings, hil)
PACKAGES = [
    name
    for top in TOPS
    for name in (
        top.__name__,
        *(found.name for found in pkgutil.walk_packages(top.__path__, f"{top.__name__}.") if found.ispkg),
    )
]


def is_ours(value: object) -> bool:
    """Neither a module nor something imported from elsewhere, as far as a value knows where it comes from."""
    home = getattr(value, "__module__", None)
    return not isinstance(value, ModuleType) and (home is None or home.partition(".")[0] in {t.__name__ for t in TOPS})


@pytest.mark.req("PRJ-003")
@pytest.mark.parametrize("package", PACKAGES)
def test_all_is_the_public_names(package: str) -> None:
    module = import_module(package)
    names = {name: value for name, value in vars(module).items() if name[0] != "_"}
    offered = set(getattr(module, "__all__", ()))
    assert {name for name, value in names.items() if is_ours(value)} <= offered <= names.keys()
