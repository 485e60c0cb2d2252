"""A device is a URL: `model://`, `rtl://` and `kernel://` make one here, all else is a port that pyserial opens."""

from collections.abc import Callable, Mapping
from importlib import import_module
from urllib.parse import SplitResult, parse_qsl, urlsplit

from hil.devices.device import Device
from hil.models import ModelError
from hil.rtl.build import BuildError


class DeviceError(RuntimeError):
    """A URL names no device, or one that can't be made here; the message says what to do."""


_SIMULATED: Mapping[str, str] = {
    "model://payload_ctrl": "hil.devices.payload_ctrl_model:ModelPayloadController",
    "rtl://payload_ctrl": "hil.devices.payload_ctrl_rtl:RtlPayloadController",
    "model://power_board": "hil.devices.power_board:ModelPowerBoard",
    "kernel://payload_computer": "hil.devices.payload_computer:make_payload_computer",
}
"""URL → what makes it. Modules are imported when a device is made, since some need tools that may be missing."""

instances: dict[str, Device] = {}
"""The devices of the bench in this process, by URL; a port opened under such a URL speaks to them."""


def is_port(url: str) -> bool:
    """Whether a URL names a port of this machine or of another, and not a simulated device."""
    return urlsplit(url).scheme not in {urlsplit(known).scheme for known in _SIMULATED}


def make_device(url: str, **arguments: object) -> Device:
    """A new simulated device.

    Args:
        url: as in the table above; its query, as in `kernel://payload_computer?model=FILE`, is given to the maker.
        arguments: further ones for the maker.

    Raises DeviceError.
    """
    parts = urlsplit(url)
    try:
        return _maker(url, parts)(**dict(parse_qsl(parts.query)), **arguments)
    except TypeError as error:
        raise DeviceError(f"{url}: {error}") from error
    except (BuildError, ModelError) as error:
        raise DeviceError(str(error)) from error


def _maker(url: str, parts: SplitResult) -> Callable[..., Device]:
    name = f"{parts.scheme}://{parts.netloc}"
    if name not in _SIMULATED:
        raise DeviceError(f"{url} is no simulated device; known: {', '.join(_SIMULATED)}")
    module, _, attribute = _SIMULATED[name].partition(":")
    maker: Callable[..., Device] = getattr(import_module(module), attribute)
    return maker
