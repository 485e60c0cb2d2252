"""The devices' serial protocol, both ends, sans-I/O."""

from firmware_bindings.devicelink.frame import FRAME_TIMEOUT_US, MAX_DATA_BYTES, Deframer, DeframerCounters, Frame
from firmware_bindings.devicelink.master import Failure, Master, Request, Result, read, words, write
from firmware_bindings.devicelink.operations import Identity, Nak, NakReason, Operation
from firmware_bindings.devicelink.slave import RegisterBank, Slave, execute_registers

__all__ = [
    "FRAME_TIMEOUT_US",
    "MAX_DATA_BYTES",
    "Deframer",
    "DeframerCounters",
    "Failure",
    "Frame",
    "Identity",
    "Master",
    "Nak",
    "NakReason",
    "Operation",
    "RegisterBank",
    "Request",
    "Result",
    "Slave",
    "execute_registers",
    "read",
    "words",
    "write",
]
