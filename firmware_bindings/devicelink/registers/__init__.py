"""What a register map is made of; the maps themselves are generated from the `.rdl` files beside this one."""

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Literal

__all__ = ["Field", "Memory", "Register", "in_order"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Bits `lsb` to `lsb + width - 1` of a register; two's complement if `is_signed`."""

    name: str
    lsb: int
    width: int
    doc: str
    is_signed: bool = False
    choices: type[IntEnum] | None = None

    @property
    def mask(self) -> int:
        return (1 << self.width) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """So many 32-bit words from `address` on, read and written like registers."""

    name: str
    address: int
    words: int
    doc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A 32-bit register.

    `access` is what the device link may do with it; `reset` its value after reset, 0 where the device measures it;
    `unit` the unit of the field `value`, empty if it has none.
    """

    name: str
    address: int
    access: Literal["ro", "rw", "wo"]
    reset: int
    unit: str
    fields: tuple[Field, ...]
    doc: str

    def unpack(self, word: int) -> dict[str, int]:
        """Register word → its fields by name; a member of `choices` where the field has them.

        Raises ValueError for a value that is not among a field's choices: the device said something unknown.
        """
        values: dict[str, int] = {}
        for field in self.fields:
            value = word >> field.lsb & field.mask
            if field.is_signed and value >> (field.width - 1):
                value -= 1 << field.width
            values[field.name] = value if field.choices is None else field.choices(value)
        return values

    def pack(self, **values: int) -> int:
        """Fields by name → register word; fields left out are 0.

        Raises ValueError for an unknown field or a value out of its field's range.
        """
        word = 0
        fields = {field.name: field for field in self.fields}
        for name, value in values.items():
            field = fields.get(name)
            if field is None:
                raise ValueError(f"{self.name} has no field {name}")
            lowest = -(1 << (field.width - 1)) if field.is_signed else 0
            if not lowest <= value <= lowest + field.mask:
                raise ValueError(f"{self.name}.{name} = {value}: not in {lowest} to {lowest + field.mask}")
            if field.choices is not None:
                field.choices(value)
            word |= (value & field.mask) << field.lsb
        return word

    def array(self, count: int, stride: int) -> tuple["Register", ...]:
        """`count` registers like this one, `stride` octets apart; `{}` in the name is the index."""
        return tuple(
            replace(self, name=self.name.format(index), address=self.address + index * stride) for index in range(count)
        )


def in_order(*registers: Register) -> tuple[Register, ...]:
    """By address."""
    return tuple(sorted(registers, key=lambda register: register.address))
