"""Generate everything that follows from the register declarations: `python -m hil.rtl.generate [--check]`.

From each `.rdl` in `firmware_bindings/devicelink/registers`: the C header, the Python map and the documentation beside
it, and for the payload controller the RTL register block in `hil/rtl/generated`; there, too, the numbers of the device
link and of the memory's code as RTL packages. What it writes is checked in; `--check` writes nothing and exits 1 where
a file differs.
"""

import re
import sys
import tempfile
from enum import IntEnum
from pathlib import Path
from typing import Any

import jinja2
from peakrdl_cheader.exporter import CHeaderExporter
from systemrdl.compiler import RDLCompiler
from systemrdl.node import AddrmapNode, FieldNode, MemNode, RegNode

from firmware_bindings.devicelink.frame import FRAME_TIMEOUT_US, SYNC_WORD
from firmware_bindings.devicelink.operations import LINK_VERSION, MAX_REGISTERS, NAK, REPLY, NakReason, Operation
from hil.devices import secded

ROOT = Path(__file__).parents[2]
REGISTERS = Path("firmware_bindings/devicelink/registers")
RTL = Path("hil/rtl/generated")
DEVICES = {"payload_ctrl": True, "power_board": False}  # name: whether it is built in RTL

_templates = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=jinja2.StrictUndefined,
    keep_trailing_newline=True,
    autoescape=False,
)


def generate(folder: Path) -> list[Path]:
    """Write every generated file below `folder`; their paths relative to it."""
    written = []
    (folder / RTL).mkdir(parents=True, exist_ok=True)
    for name, has_rtl in DEVICES.items():
        compiler = RDLCompiler()
        compiler.compile_file(str(ROOT / REGISTERS / f"{name}.rdl"))
        top = compiler.elaborate().top
        (folder / REGISTERS).mkdir(parents=True, exist_ok=True)
        for suffix in (".py", ".md"):
            path = REGISTERS / f"{name}{suffix}"
            text = _templates.get_template(f"map{suffix}.j2").render(_describe(top, f"{name}.rdl"))
            (folder / path).write_text(text)
            written.append(path)
        header = REGISTERS / f"{name}.h"
        CHeaderExporter().export(top, path=str(folder / header))
        written.append(header)
        if has_rtl:
            for block in ("regs_pkg", "addr_pkg", "regs"):
                path = RTL / f"{name}_{block}.sv"
                text = _templates.get_template(f"{block}.sv.j2").render(name=name, **_describe(top, f"{name}.rdl"))
                (folder / path).write_text(text)
                written.append(path)
    for package, numbers in (("device_link_pkg.sv", _describe_link()), ("secded_pkg.sv", _describe_code())):
        (folder / RTL / package).write_text(_templates.get_template(f"{package}.j2").render(numbers))
        written.append(RTL / package)
    for path in written:
        lines = (folder / path).read_text().splitlines()
        (folder / path).write_text("\n".join(line.rstrip() for line in lines).rstrip() + "\n")
    return written


def stale(folder: Path = ROOT) -> list[Path]:
    """The generated files below `folder` that are not what the declarations say."""
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch)
        return [
            path
            for path in generate(fresh)
            if not (folder / path).exists() or (folder / path).read_bytes() != (fresh / path).read_bytes()
        ]


def _describe(top: AddrmapNode, source: str) -> dict[str, Any]:
    nodes = [node for node in top.descendants(unroll=True) if isinstance(node, RegNode)]
    nodes.sort(key=lambda node: node.absolute_address)
    arrays: dict[str, list[RegNode]] = {}
    for node in nodes:
        arrays.setdefault(_name(node, top), []).append(node)
    registers = [_register(name, elements) for name, elements in arrays.items()]
    encodings = {choices: None for register in registers for choices in register["encodings"]}
    return {
        "title": top.get_property("name"),
        "doc": top.get_property("desc"),
        "source": source,
        "device_id": registers[0]["reset"],
        "registers": registers,
        "ports": [port for register in registers for port in _ports(register)],
        "memories": [_memory(node) for node in top.children() if isinstance(node, MemNode)],
        "enums": [
            {
                "name": choices.type_name,
                "width": max(member.value for member in choices).bit_length(),
                "members": [{"name": m.name, "value": m.value, "doc": m.rdl_desc or ""} for m in choices],
            }
            for choices in encodings
        ],
    }


def _name(node: RegNode, top: AddrmapNode) -> str:
    """Its path, with {} in the place of an index."""
    path = node.get_path().removeprefix(top.get_path() + ".")
    return re.sub(r"\[\d+\]", "{}", path).replace(".", "_")


def _register(name: str, elements: list[RegNode]) -> dict[str, Any]:
    node = elements[0]
    fields = list(node.fields())
    doc = node.get_property("desc") or ""
    return {
        "name": name,
        "identifier": name.replace("{}", ""),
        "count": len(elements),
        "stride": elements[1].absolute_address - node.absolute_address if len(elements) > 1 else 0,
        "address": node.absolute_address,
        "addresses": [element.absolute_address for element in elements],
        "mask": sum(((1 << field.width) - 1) << field.lsb for field in fields),
        "access": {(True, False): "ro", (True, True): "rw", (False, True): "wo"}[
            node.has_sw_readable, node.has_sw_writable
        ],
        "reset": sum(_reset(field) << field.lsb for field in fields),
        "unit": node.get_property("unit", default=""),
        "doc": doc,
        "sentences": doc.replace(". ", ".\n").splitlines(),
        "fields": [_field(field) for field in fields],
        "is_written": any(field.get_property("swmod") for field in fields),
        "is_read": any(field.get_property("swacc") for field in fields),
        "encodings": [field.get_property("encode") for field in fields if field.get_property("encode") is not None],
    }


def _memory(node: MemNode) -> dict[str, Any]:
    doc = node.get_property("desc") or ""
    return {
        "name": node.inst_name,
        "address": node.absolute_address,
        "words": node.get_property("mementries"),
        "doc": doc,
        "sentences": doc.replace(". ", ".\n").splitlines(),
    }


def _field(node: FieldNode) -> dict[str, Any]:
    encode = node.get_property("encode")
    return {
        "name": node.inst_name,
        "port": "" if node.inst_name == "value" else f"_{node.inst_name}",
        "lsb": node.lsb,
        "width": node.width,
        "doc": node.get_property("desc"),
        "is_signed": node.get_property("is_signed", default=False),
        "choices": "" if encode is None else encode.type_name,
        "reset": _reset(node),
        "kind": _kind(node),
        "is_set": bool(node.get_property("we")),
        "is_cleared": bool(node.get_property("hwclr")),
    }


def _kind(node: FieldNode) -> str:
    """What a field is to the register block in RTL."""
    if not node.is_sw_writable:
        return "measured" if node.is_hw_writable else "constant"
    if node.is_sw_readable:
        return "setting"
    return "command" if node.get_property("encode") is None else "key"


def _ports(register: dict[str, Any]) -> list[str]:
    """The ports of the register block that belong to a register."""
    name, elements = register["identifier"].lower(), f"[{register['count'] - 1}:0]" if register["count"] > 1 else ""
    ports = []
    for field in register["fields"]:
        bits = f"[{field['width'] - 1}:0]" if field["width"] > 1 else ""
        shape, port = f"{elements}{bits} " if elements or bits else "", f"{name}{field['port']}"
        if field["kind"] == "measured" or field["is_set"]:
            ports.append(f"input  logic {shape}{port}_i")
        if field["kind"] in ("setting", "command"):
            ports.append(f"output logic {shape}{port}_o")
        ports += [f"input  logic {port}_set_i"] * field["is_set"]
        ports += [f"input  logic {port}_clear_i"] * field["is_cleared"]
    ports += [f"output logic {name}_written_o"] * register["is_written"]
    ports += [f"output logic {elements}{' ' * bool(elements)}{name}_read_o"] * register["is_read"]
    return ports


def _describe_link() -> dict[str, Any]:
    def members(enum: type[IntEnum]) -> list[tuple[str, int]]:
        return [(member.name.title().replace("_", ""), member.value) for member in enum]

    return {
        "sync_word": SYNC_WORD,
        "reply": REPLY,
        "nak": NAK,
        "link_version": LINK_VERSION,
        "max_registers": MAX_REGISTERS,
        "frame_timeout_ms": FRAME_TIMEOUT_US // 1000,
        "operations": members(Operation),
        "reasons": members(NakReason),
    }


def _describe_code() -> dict[str, Any]:
    return {
        "data_bits": secded.DATA_BITS,
        "rows": secded.ROWS,
        "columns": secded.COLUMNS,
        "inverted": secded.INVERTED,
    }


def _reset(node: FieldNode) -> int:
    reset = node.get_property("reset") or 0
    if not isinstance(reset, int):
        raise TypeError(f"{node.get_path()}: the reset value is not a number")
    return reset


def main() -> int:
    if sys.argv[1:] not in ([], ["--check"]):
        print("usage: python -m hil.rtl.generate [--check]", file=sys.stderr)
        return 2
    if not sys.argv[1:]:
        generate(ROOT)
        return 0
    differing = stale()
    for path in differing:
        print(f"{path} is not what its declaration says: run python -m hil.rtl.generate", file=sys.stderr)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
