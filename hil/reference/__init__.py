"""Reference missions: two satellites of our own, sized from public figures."""

from hil.reference.reference import REFERENCES, Reference, load_reference

__all__ = ["REFERENCES", "Reference", "load_reference"]
