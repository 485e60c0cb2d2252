"""Why all rails of the payload controller last began from nothing."""

from firmware_bindings.devicelink.registers.payload_ctrl import BootCause

__all__ = ["BootRecord"]


class BootRecord:
    """The twin of `boot_cause.sv`."""

    def __init__(self) -> None:
        self.cause = BootCause.POWER_ON
        self.count = 0
        """Causes since power-on."""

    def note(self, cause: BootCause) -> None:
        self.cause = cause
        self.count = min(0xFFFF, self.count + 1)
