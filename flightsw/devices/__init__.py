"""The boards, as the flight software drives them over the device link; sans-I/O."""

from flightsw.devices.controller_reading import ControllerReading
from flightsw.devices.device import DeviceDriver, Notice
from flightsw.devices.payload_computer import Answered, Declined, PayloadComputer, Progress, Stage, Started
from flightsw.devices.payload_ctrl import PayloadController
from flightsw.devices.power_board import BoardReading, PowerBoard

__all__ = [
    "Answered",
    "BoardReading",
    "ControllerReading",
    "Declined",
    "DeviceDriver",
    "Notice",
    "PayloadComputer",
    "PayloadController",
    "PowerBoard",
    "Progress",
    "Stage",
    "Started",
]
