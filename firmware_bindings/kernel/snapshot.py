"""A session as octets that another process can go on from: checksummed, and bound to the model's file.

| octets | |
|---|---|
| 8 | `SUNLITKV` |
| 4 | version of this format and of the kernel's arithmetic |
| 32 | SHA-256 of the model's file |
| 4 | tokens appended |
| 4 | 1 if there are logits, else 0 |
| … | history (u32), keys and values (F32) by layer and head, logits (F32) |
| 32 | SHA-256 of everything before |

Numbers are little-endian.
"""

import hashlib
from struct import Struct
from typing import NamedTuple

from firmware_bindings.kernel.errors import SnapshotError

VERSION = 1
MAGIC = b"SUNLITKV"
_HEADER = Struct("<8sI32sII")


class State(NamedTuple):
    """What a snapshot holds, once it has been checked."""

    position: int
    has_logits: bool
    body: memoryview


def seal(model_sha256: str, position: int, has_logits: bool, body: bytes | bytearray) -> bytes:
    """A snapshot of this state."""
    head = _HEADER.pack(MAGIC, VERSION, bytes.fromhex(model_sha256), position, has_logits)
    digest = hashlib.sha256(head)
    digest.update(body)
    return b"".join([head, body, digest.digest()])


def unseal(model_sha256: str, snapshot: bytes) -> State:
    """Its state. Raises SnapshotError: damaged, cut, of another version or another model."""
    whole = memoryview(snapshot)
    if len(whole) < _HEADER.size + 32:
        raise SnapshotError(f"a snapshot is not that short: {len(whole)} octets")
    magic, version, model, position, has_logits = _HEADER.unpack_from(whole)
    if magic != MAGIC:
        raise SnapshotError("not a snapshot of a session")
    if version != VERSION:
        raise SnapshotError(f"snapshot of version {version}; this kernel reads version {VERSION}")
    if hashlib.sha256(whole[:-32]).digest() != whole[-32:]:
        raise SnapshotError(f"the snapshot is damaged: its checksum is wrong; octets: {len(whole)}")
    if model.hex() != model_sha256:
        raise SnapshotError(f"snapshot of another model, whose file has the SHA-256 {model.hex()}")
    if has_logits > 1:
        raise SnapshotError(f"the snapshot contradicts itself: logits {has_logits}")
    return State(position, bool(has_logits), whole[_HEADER.size : -32])
