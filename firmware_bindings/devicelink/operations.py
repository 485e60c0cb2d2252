"""What a device-link frame can ask for, and how a device says no."""

from dataclasses import dataclass
from enum import IntEnum

from construct import Int16ub, Struct

from firmware_bindings.codec.layout import Codec

LINK_VERSION = 1
REPLY = 0x80
"""Set in a reply's operation."""
NAK = 0xFF
"""Operation of a refusal; its data is one octet, the reason."""
MAX_REGISTERS = 16
"""Registers that one READ or WRITE may name."""


class Operation(IntEnum):
    """Operations that every device knows; devices with registers know READ and WRITE."""

    SYNC = 0x00
    READ = 0x01
    WRITE = 0x02


class NakReason(IntEnum):
    """Why a device did not do what it was asked."""

    BAD_OPERATION = 1
    BAD_LENGTH = 2
    BAD_ADDRESS = 3
    BAD_VALUE = 4
    NOT_READY = 5
    BUSY = 6
    REFUSED = 7
    CORRUPT = 8


class Nak(Exception):  # noqa: N818 - the link's own word
    """The device understood the request and refuses it."""

    def __init__(self, reason: NakReason) -> None:
        super().__init__(reason.name)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a device answers to SYNC: who it is, and the longest data field it takes, in octets."""

    device_id: int
    link_version: int = LINK_VERSION
    max_data: int


identity = Codec(Identity, Struct("device_id" / Int16ub, "link_version" / Int16ub, "max_data" / Int16ub))
