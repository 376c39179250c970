"""The Python codec: a dataclass a message, straight-line code, the standard library alone."""

from __future__ import annotations

import textwrap

from protocol_spec.generate.spec import SCALARS, Field, Message, Record, Spec

CODES = {
    "u8": "B", "i8": "b", "u16": "H", "i16": "h", "u32": "I", "i32": "i", "u64": "Q",
}  # fmt: skip

INDENT = "    "

HEAD = '''"""Generated from protocol.toml by `python -m protocol_spec.generate`: do not edit.

`parse` cuts a WebSocket message into frames, `decode` reads a frame's payload, and every message's
`encode` gives a whole frame: type u8, length u16, payload. Arrays stay packed bytes, because a
client in a crowd throws most of them away: a record's `unpack` gives objects, its DTYPE is for
numpy.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Self


class DecodeError(ValueError):
    """The bytes are not the protocol's; `code` says why, `message_type` where (0: nowhere)."""

    def __init__(self, code: ErrorCode, message_type: int = 0) -> None:
        super().__init__(code.name)
        self.code = code
        self.message_type = message_type


_HEAD = struct.Struct("!BH")
'''

PARSE = '''
def _frame(message_type: int, payload: bytes) -> bytes:
    if len(payload) > 0xFFFF:
        raise ValueError(f"a payload of {len(payload)} bytes does not fit a frame")
    return _HEAD.pack(message_type, len(payload)) + payload


def _prefixed(value: bytes, maximum: int, prefix: struct.Struct, size: int = 1) -> bytes:
    count = len(value) // size
    if count > maximum:
        raise ValueError(f"{count} is more than the {maximum} that fit this field")
    return prefix.pack(count) + value


def _cut(
    payload: bytes, at: int, maximum: int, prefix: struct.Struct, size: int = 1
) -> tuple[bytes, int]:
    """The counted bytes at `at`, and where they end."""
    (count,) = prefix.unpack_from(payload, at)
    if count > maximum:
        raise DecodeError(ErrorCode.VALUE_TOO_LONG)
    start = at + prefix.size
    end = start + count * size
    if end > len(payload):
        raise DecodeError(ErrorCode.TRUNCATED)
    return payload[start:end], end


def parse(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Cuts a WebSocket message into (type, payload). Raises DecodeError where it is not whole."""
    if not data:
        raise DecodeError(ErrorCode.EMPTY_MESSAGE)
    at, end = 0, len(data)
    while at < end:
        if at + 3 > end:
            raise DecodeError(ErrorCode.LENGTH_BEYOND_END)
        message_type, length = _HEAD.unpack_from(data, at)
        at += 3 + length
        if at > end:
            raise DecodeError(ErrorCode.LENGTH_BEYOND_END, message_type)
        yield message_type, data[at - length : at]


def decode(message_type: int, payload: bytes) -> Message | None:
    """Reads a payload. None: a type outside the core that this codec does not know; skip it.

    Bytes after the last field are ignored: a later version may have added fields.
    """
    message = MESSAGES.get(message_type)
    if message is None:
        if 0 < message_type <= HIGHEST_CORE_TYPE:
            raise DecodeError(ErrorCode.UNKNOWN_TYPE, message_type)
        if message_type == 0:
            raise DecodeError(ErrorCode.UNKNOWN_TYPE)
        return None
    try:
        return message.decode(payload)
    except struct.error:
        raise DecodeError(ErrorCode.TRUNCATED, message_type) from None
    except UnicodeDecodeError:
        raise DecodeError(ErrorCode.BAD_TEXT, message_type) from None
    except DecodeError as error:
        raise DecodeError(error.code, message_type) from None
'''


def emit(spec: Spec) -> str:
    parts = [HEAD, _constants(spec)]
    parts += _enums(spec)
    parts += [_record(each) for each in spec.records.values()]
    parts.append(_PREFIXES)
    parts += [_message(each, spec) for each in spec.messages]
    names = [each.class_name for each in spec.messages]
    parts.append("Message = " + " | ".join(names))
    parts.append(
        "MESSAGES: dict[int, type[Message]] = {"
        + ", ".join(f"{name}.TYPE: {name}" for name in names)
        + ",}"
    )
    parts.append(PARSE)
    return "\n\n".join(parts)


_PREFIXES = '_U8 = struct.Struct("!B")\n_U16 = struct.Struct("!H")'


def _enums(spec: Spec) -> list[str]:
    types = [f"    {each.name} = {each.number}" for each in spec.messages]
    texts = [_enum("MessageType", "The numbers of the messages.", types)]
    for enum in spec.enums:
        lines = [
            f"    {each.name} = {each.number}\n    {_doc(each.doc, INDENT)}" for each in enum.values
        ]
        texts.append(_enum(enum.name, enum.doc, lines))
    return texts


def _doc(text: str, indent: str = "") -> str:
    lines = textwrap.wrap(text, 92 - len(indent))
    end = " " if text.endswith('"') else ""
    if len(lines) == 1:
        return f'"""{text}{end}"""'
    return '"""' + f"\n{indent}".join(lines) + f'{end}\n{indent}"""'


def _constants(spec: Spec) -> str:
    lines = [
        f"PROTOCOL_VERSION = {spec.version}",
        f'SUBPROTOCOL = "{spec.subprotocol}"',
        f"SCHEMA_HASH = 0x{spec.schema_hash:08X}",
    ]
    for each in spec.constants:
        unit = f" In {each.unit}." if each.unit else ""
        value = repr(each.value)
        if isinstance(each.value, tuple):
            value = f"(\n{textwrap.fill(value[1:-1], 96)}\n)  # fmt: skip"
        lines.append(f"{each.name} = {value}\n{_doc(each.doc + unit)}")
    return "\n".join(lines)


def _enum(name: str, doc: str, lines: list[str]) -> str:
    return f"class {name}(IntEnum):\n    {_doc(doc, INDENT)}\n\n" + "\n".join(lines)


def _attribute(each: Field, kind: str) -> str:
    notes = [each.doc]
    if each.enum:
        notes.append(f"A value of {each.enum}.")
    if each.record:
        notes.append(f"Packed {each.record}, at most {each.max}.")
    if each.unit:
        notes.append(f"In {each.unit}.")
    text = " ".join(note for note in notes if note)
    return f"    {each.name}: {kind}" + (f"\n    {_doc(text, INDENT)}" if text else "")


def _format(fields: tuple[Field, ...]) -> str:
    return "!" + "".join(CODES[each.type] for each in fields)


def _record(record: Record) -> str:
    attributes = "\n".join(_attribute(each, "int") for each in record.fields)
    dtype = ", ".join(_column(each.name, each.type) for each in record.fields)
    values = ", ".join(f"self.{each.name}" for each in record.fields)
    return f'''@dataclass(slots=True)
class {record.name}:
    {_doc(record.doc, INDENT)}

    SIZE: ClassVar[int] = {record.size}
    DTYPE: ClassVar[list[tuple[str, str]]] = [{dtype}]
    FORMAT: ClassVar[struct.Struct] = struct.Struct("{_format(record.fields)}")

{attributes}

    def pack(self) -> bytes:
        return self.FORMAT.pack({values})

    @classmethod
    def unpack(cls, packed: bytes) -> list[Self]:
        return [cls(*row) for row in cls.FORMAT.iter_unpack(packed)]
'''


def _message(message: Message, spec: Spec) -> str:
    kinds = {"string": "str", "bytes": "bytes", "array": "bytes"}
    attributes = "\n".join(_attribute(each, kinds.get(each.type, "int")) for each in message.fields)
    return f"""@dataclass(slots=True)
class {message.class_name}:
    {_doc(message.doc, INDENT)}

    TYPE: ClassVar[int] = {message.number}
{_frame_dtype(message)}
{attributes}

    def encode(self) -> bytes:
        return _frame({message.number}, {_encode(message, spec)})

    @classmethod
    def decode(cls, payload: bytes) -> Self:
{_decode(message, spec)}
"""


def _column(name: str, kind: str) -> str:
    """A scalar as numpy's dtype lists write it."""
    return f'("{name}", ">{kind[0]}{SCALARS[kind]}")'


def _frame_dtype(message: Message) -> str:
    """Scalars and one array at the end: all before the records is a row that numpy can write."""
    if not message.fields:
        return ""
    *scalars, last = message.fields
    if last.type != "array" or not all(each.is_scalar for each in scalars):
        return ""
    columns = [("type", "u8"), ("length", "u16")]
    columns += [(each.name, each.type) for each in scalars]
    columns.append((f"{last.name}_count", last.prefix))
    rows = ", ".join(_column(*each) for each in columns)
    return f"""    FRAME_DTYPE: ClassVar[list[tuple[str, str]]] = [{rows}]
    \"\"\"The frame up to its records, the envelope included.\"\"\"
"""


def _encode(message: Message, spec: Spec) -> str:
    parts = []
    for group in message.field_groups():
        first = group[0]
        prefix = f"_{first.prefix.upper()}"
        if first.is_scalar:
            values = ", ".join(f"self.{each.name}" for each in group)
            parts.append(f'struct.pack("{_format(group)}", {values})')
        elif first.type == "string":
            parts.append(f"_prefixed(self.{first.name}.encode(), {first.max}, {prefix})")
        elif first.type == "bytes":
            parts.append(f"_prefixed(self.{first.name}, {first.max}, {prefix})")
        else:
            size = spec.records[first.record].size
            parts.append(f"_prefixed(self.{first.name}, {first.max}, {prefix}, {size})")
    return " + ".join(parts) or 'b""'


def _decode(message: Message, spec: Spec) -> str:
    lines = []
    at = "0"
    groups = message.field_groups()
    for group in groups:
        first = group[0]
        if first.is_scalar:
            names = ", ".join(each.name for each in group) + ("," if len(group) == 1 else "")
            lines.append(f'({names}) = struct.unpack_from("{_format(group)}", payload, {at})')
            size = sum(SCALARS[each.type] for each in group)
            at = str(int(at) + size) if at.isdigit() else f"{at} + {size}"
            continue
        size = spec.records[first.record].size if first.type == "array" else 1
        raw = f"{first.name}_bytes" if first.type == "string" else first.name
        scale = f", {size}" if size > 1 else ""
        after = "_" if group is groups[-1] else "at"
        lines.append(
            f"{raw}, {after} = _cut(payload, {at}, {first.max}, _{first.prefix.upper()}{scale})"
        )
        if first.type == "string":
            lines.append(f"{first.name} = {raw}.decode()")
        at = "at"
    lines.append(f"return cls({', '.join(each.name for each in message.fields)})")
    return "\n".join("        " + line for line in lines)
