"""reference.md: every table of the protocol, for people."""

from __future__ import annotations

from protocol_spec.generate.spec import ERRORS, Enum, Field, Spec


def emit(spec: Spec) -> str:
    lines = [
        "# Protocol reference",
        "",
        f"Generated from protocol.toml by `python -m protocol_spec.generate`. Version "
        f"{spec.version}, subprotocol `{spec.subprotocol}`, schema hash "
        f"`{spec.schema_hash:08x}`. [PROTOCOL.md](PROTOCOL.md) says how the parts work together.",
        "",
        "All numbers are in network byte order. A string is its count of bytes (u8 where its limit "
        "is below 256, else u16) and as many bytes of UTF-8; a byte field likewise; an array its "
        "count of records, likewise, and the records.",
        "",
        "## Messages",
        "",
        "| number | message | from | state |",
        "| --- | --- | --- | --- |",
    ]
    for each in spec.messages:
        lines.append(
            f"| {each.number} | [{each.name}](#{each.name.lower()}) | {each.sender} "
            f"| {each.state or '-'} |"
        )
    for each in spec.messages:
        lines += ["", f"### {each.name}", "", f"Number {each.number}. {each.doc}"]
        lines += _table(each.fields)
    lines += ["", "## Records"]
    for record in spec.records.values():
        lines += ["", f"### {record.name}", "", f"{record.size} bytes. {record.doc}"]
        lines += _table(record.fields)
    lines += ["", "## Enums"]
    for enum in spec.enums:
        lines += ["", f"### {enum.name}", "", enum.doc, ""]
        lines += _errors(enum) if enum.name == ERRORS else _values(enum)
    lines += ["", "## Constants", "", "| name | value | unit | meaning |"]
    lines.append("| --- | --- | --- | --- |")
    for constant in spec.constants:
        value = constant.value
        shown = ", ".join(map(str, value)) if isinstance(value, tuple) else _shown(value)
        lines.append(f"| {constant.name} | {shown} | {constant.unit} | {constant.doc} |")
    return "\n".join(lines) + "\n"


def _shown(value: int) -> str:
    """With its bytes, where it is a word of four."""
    return f"{value} (0x{value:08x})" if value > 0xFFFF else str(value)


def _values(enum: Enum) -> list[str]:
    rows = [f"| {each.number} | {each.name} | {each.doc} |" for each in enum.values]
    return ["| number | name | meaning |", "| --- | --- | --- |", *rows]


def _errors(enum: Enum) -> list[str]:
    rows = ["| number | name | fatal | closed with | meaning |", "| --- | --- | --- | --- | --- |"]
    for each in enum.values:
        close = each.close if each.fatal in ("always", "sometimes") else ""
        rows.append(f"| {each.number} | {each.name} | {each.fatal} | {close} | {each.doc} |")
    return rows


def _table(fields: tuple[Field, ...]) -> list[str]:
    if not fields:
        return ["", "No fields."]
    rows = ["", "| field | type | unit | meaning |", "| --- | --- | --- | --- |"]
    for each in fields:
        kind = each.type
        if each.type == "array":
            kind = f"array of {each.record}, at most {each.max}"
        elif not each.is_scalar:
            kind = f"{each.type}, at most {each.max} bytes"
        if each.enum:
            kind += f" ([{each.enum}](#{each.enum.lower()}))"
        rows.append(f"| {each.name} | {kind} | {each.unit} | {each.doc} |")
    return rows
