"""The record of the errors found in the mailbox memory."""

from hil.devices.mailbox import Finding

__all__ = ["MailboxErrors"]

_MOST = 0xFFFF


class MailboxErrors:
    """The twin of `mailbox.sv` beside its memory. A word beyond correction is told once until `clear`."""

    def __init__(self) -> None:
        self.corrected = self.damaged = 0
        self.last: Finding | None = None
        self._is_told = False

    def note(self, found: list[Finding]) -> list[Finding]:
        """Count what was found; those of it that are to be told."""
        told = []
        for finding in found:
            self.last = finding
            if finding.is_corrected:
                self.corrected = min(_MOST, self.corrected + 1)
            else:
                self.damaged = min(_MOST, self.damaged + 1)
            if finding.is_corrected or not self._is_told:
                told.append(finding)
            self._is_told |= not finding.is_corrected
        return told

    def clear(self) -> None:
        """Set the counts to 0; the last error stays."""
        self.corrected = self.damaged = 0
        self._is_told = False
