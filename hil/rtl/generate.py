"""Generate everything that follows from the register declarations: `python -m hil.rtl.generate [--check]`.

From each `.rdl` in `firmware_bindings/devicelink/registers`: the C header, the Python map and the documentation beside
it, and for the payload controller the RTL register block in `hil/rtl/generated`; there, too, the numbers of the device
link and of the memory's code as RTL packages. What it writes is checked in; `--check` writes nothing and exits 1 where
a file differs.
"""

import sys
import tempfile
from enum import IntEnum
from pathlib import Path
from typing import Any

import jinja2
from peakrdl_cheader.exporter import CHeaderExporter
from peakrdl_regblock import RegblockExporter
from peakrdl_regblock.cpuif.passthrough import PassthroughCpuif
from peakrdl_regblock.udps import ALL_UDPS
from systemrdl.compiler import RDLCompiler
from systemrdl.node import AddrmapNode, FieldNode, RegNode

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
    for name, has_rtl in DEVICES.items():
        compiler = RDLCompiler()
        if has_rtl:
            for udp in ALL_UDPS:
                compiler.register_udp(udp)
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
            RegblockExporter().export(
                top,
                str(folder / RTL),
                cpuif_cls=PassthroughCpuif,
                module_name=f"{name}_regs",
                default_reset_activelow=True,
                default_reset_async=True,
                err_if_bad_addr=True,
                err_if_bad_rw=True,
            )
            addresses = RTL / f"{name}_addr_pkg.sv"
            text = _templates.get_template("addr_pkg.sv.j2").render(name=name, **_describe(top, f"{name}.rdl"))
            (folder / addresses).write_text(text)
            written += [addresses, RTL / f"{name}_regs.sv", RTL / f"{name}_regs_pkg.sv"]
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
    registers = [_register(node, top) for node in nodes]
    encodings = {choices: None for register in registers for choices in register["encodings"]}
    return {
        "title": top.get_property("name"),
        "doc": top.get_property("desc"),
        "source": source,
        "device_id": registers[0]["reset"],
        "registers": registers,
        "enums": [
            {
                "name": choices.type_name,
                "members": [{"name": m.name, "value": m.value, "doc": m.rdl_desc or ""} for m in choices],
            }
            for choices in encodings
        ],
    }


def _register(node: RegNode, top: AddrmapNode) -> dict[str, Any]:
    fields = list(node.fields())
    path = node.get_path().removeprefix(top.get_path() + ".")
    doc = node.get_property("desc") or ""
    return {
        "name": path.replace("[", "").replace("]", "").replace(".", "_"),
        "address": node.absolute_address,
        "access": {(True, False): "ro", (True, True): "rw", (False, True): "wo"}[
            node.has_sw_readable, node.has_sw_writable
        ],
        "reset": sum(_reset(field) << field.lsb for field in fields),
        "unit": node.get_property("unit", default=""),
        "doc": doc,
        "sentences": doc.replace(". ", ".\n").splitlines(),
        "fields": [_field(field) for field in fields],
        "encodings": [field.get_property("encode") for field in fields if field.get_property("encode") is not None],
    }


def _field(node: FieldNode) -> dict[str, Any]:
    encode = node.get_property("encode")
    return {
        "name": node.inst_name,
        "lsb": node.lsb,
        "width": node.width,
        "doc": node.get_property("desc"),
        "is_signed": node.get_property("is_signed", default=False),
        "choices": "" if encode is None else encode.type_name,
    }


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
