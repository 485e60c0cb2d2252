"""A session as octets that another process can go on from: checksummed, and bound to the model's file.

| octets | |
|---|---|
| 8 | `SUNLITKV` |
| 4 | version of this format and of the kernel's arithmetic |
| 32 | SHA-256 of the model's file |
| 4 | tokens appended |
| 4 | 1 if there are logits, else 0 |
| 4 | how keys and values are stored: `f32 ` or `f16 ` |
| … | history (u32), keys and values by layer and head, logits (F32) |
| 32 | SHA-256 of everything before |

Numbers are little-endian.
"""

import hashlib
from struct import Struct
from typing import NamedTuple

from firmware_bindings.kernel.errors import SnapshotError

VERSION = 2
MAGIC = b"SUNLITKV"
_HEADER = Struct("<8sI32sII4s")


class State(NamedTuple):
    """What a snapshot holds, once it has been checked."""

    position: int
    has_logits: bool
    kv: str
    body: memoryview


def seal(model_sha256: str, state: State) -> bytes:
    """A snapshot of this state."""
    kv = state.kv.ljust(4).encode()
    head = _HEADER.pack(MAGIC, VERSION, bytes.fromhex(model_sha256), state.position, state.has_logits, kv)
    digest = hashlib.sha256(head)
    digest.update(state.body)
    return b"".join([head, state.body, digest.digest()])


def unseal(model_sha256: str, kv: str, snapshot: bytes) -> State:
    """Its state. Raises SnapshotError: damaged, cut, of another version or model, keys and values stored otherwise."""
    whole = memoryview(snapshot)
    if len(whole) < _HEADER.size + 32:
        raise SnapshotError(f"a snapshot is not that short: {len(whole)} octets")
    magic, version, model, position, has_logits, stored = _HEADER.unpack_from(whole)
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
    if stored != kv.ljust(4).encode():
        found = stored.decode(errors="replace").strip()
        raise SnapshotError(f"snapshot with keys and values stored as {found}; this session stores them as {kv}")
    return State(position, bool(has_logits), kv, whole[_HEADER.size : -32])
