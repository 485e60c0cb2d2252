"""Reference missions: two satellites of our own, sized from public figures."""

from hil.reference.reference import REFERENCES, Reference

__all__ = ["REFERENCES", "Reference"]
