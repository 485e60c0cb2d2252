"""The devices of the bench: what they have in common, and how a URL names one."""

from hil.devices.device import Device, PayloadController, PoweredComputer
from hil.devices.registry import DeviceError, instances, is_port, make_device

__all__ = [
    "Device",
    "DeviceError",
    "PayloadController",
    "PoweredComputer",
    "instances",
    "is_port",
    "make_device",
]
