"""`kernel://` URLs."""

from hil.devices.port import DevicePort as Serial

__all__ = ["Serial"]
