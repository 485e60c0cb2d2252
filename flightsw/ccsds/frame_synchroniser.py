"""Find frames of fixed length in a stream of octets that may hold anything.

A place is tried where a sync marker stands, and where the last frame says that the next one starts, even if noise hit
the marker there. The frame's own FECF decides; the 1 in 65,536 wrong places that pass it are for the header to tell.
"""

from firmware_bindings.codec import crc16
from flightsw.ccsds.tm_frame import ASM

FLYWHEEL_FRAMES = 8
"""Wrong frames in a row after which a place without a marker is no longer tried."""


class FrameSynchroniser:
    """Octets → frames whose FECF holds, without their sync marker. Holds less than one frame between calls.

    Octets in = `accepted_frames` × (4 + frame length) + `skipped_octets` + what is held.
    """

    def __init__(self, frame_length: int) -> None:
        self._unit = len(ASM) + frame_length
        self._buffer = bytearray()
        self._expected = -1  # where in the buffer the next frame should start; negative: no idea
        self._misses = 0
        self.accepted_frames = 0
        self.fecf_errors = 0
        self.skipped_octets = 0

    def receive(self, data: bytes) -> list[bytes]:
        """The frames that `data` completes."""
        buffer, unit = self._buffer, self._unit
        buffer += data
        frames = []
        start = 0  # everything before it is dealt with
        while True:
            place = self._next_place(start)
            self.skipped_octets += place - start
            start = place
            if start + unit > len(buffer):
                break
            frame = bytes(buffer[start + len(ASM) : start + unit])
            if crc16(frame) == 0:
                frames.append(frame)
                self.accepted_frames += 1
                self._misses = 0
                start += unit
                self._expected = start
            else:
                self.fecf_errors += 1
                self.skipped_octets += 1
                self._miss(start)
                start += 1
        del buffer[:start]
        self._expected = max(-1, self._expected - start)
        return frames

    def _next_place(self, start: int) -> int:
        """The first place from `start` worth trying; if there is none, where one may turn out to be."""
        last = self._expected + len(ASM) if self._expected >= 0 else len(self._buffer)
        found = self._buffer.find(ASM, start, last)
        if found >= 0:
            return found
        if self._expected >= 0:
            return self._expected
        return max(start, len(self._buffer) - len(ASM) + 1)

    def _miss(self, place: int) -> None:
        """There was no frame at `place`: expect it one frame later, for a while."""
        if place != self._expected:
            return
        self._misses += 1
        self._expected = place + self._unit if self._misses < FLYWHEEL_FRAMES else -1
