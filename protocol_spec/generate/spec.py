"""Reads protocol.toml into checked, frozen objects: what every emitter writes from."""

from __future__ import annotations

import json
import re
import tomllib
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parent.parent / "protocol.toml"

SCALARS = {"u8": 1, "i8": 1, "u16": 2, "i16": 2, "u32": 4, "i32": 4, "u64": 8}
"""Wire types of fixed size, with their sizes in bytes. All in network byte order."""

ERRORS = "ErrorCode"
"""The enum whose values tell whether they end a connection."""
FATAL = ("always", "sometimes", "never", "in EDIT_RESULT", "over HTTP")
"""The last two: they come there alone, not as an ERROR."""
LOWEST_CLOSE_CODE = 4000
"""RFC 6455, 7.4.2: from here on they are an application's own."""

SIDES = ("client", "server", "both")
STATES = ("hello", "auth", "lobby", "lobby or watching", "world", "any")


class SpecError(ValueError):
    """The source says something that the generator cannot honour; the text names the place."""


@dataclass(frozen=True)
class Field:
    name: str
    type: str
    doc: str = ""
    unit: str = ""
    enum: str = ""
    record: str = ""
    max: int = 0
    """Strings and byte fields: bytes. Arrays: records."""

    @property
    def is_scalar(self) -> bool:
        return self.type in SCALARS

    @property
    def prefix(self) -> str:
        """The scalar that counts a string's or byte field's bytes, or an array's records."""
        return "u8" if self.max <= 0xFF else "u16"


@dataclass(frozen=True)
class Value:
    name: str
    number: int
    doc: str
    fatal: str = ""
    """Of an error code: when an ERROR with it ends the connection, a word of FATAL."""
    close: int = 0
    """With which close code it then ends."""


@dataclass(frozen=True)
class Enum:
    name: str
    doc: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Constant:
    name: str
    value: int | tuple[int, ...]
    doc: str
    unit: str = ""


@dataclass(frozen=True)
class Record:
    name: str
    doc: str
    fields: tuple[Field, ...]

    @property
    def size(self) -> int:
        return sum(SCALARS[each.type] for each in self.fields)


@dataclass(frozen=True)
class Message:
    name: str
    number: int
    sender: str
    doc: str
    fields: tuple[Field, ...]
    state: str = ""
    """The connection's state in which a client may send it; empty where only the server does."""

    @property
    def class_name(self) -> str:
        return "".join(part.capitalize() for part in self.name.split("_"))

    def field_groups(self) -> list[tuple[Field, ...]]:
        """The fields in order, with neighbouring scalars in one group: they are read at once."""
        groups: list[tuple[Field, ...]] = []
        for each in self.fields:
            if each.is_scalar and groups and groups[-1][-1].is_scalar:
                groups[-1] = (*groups[-1], each)
            else:
                groups.append((each,))
        return groups


@dataclass(frozen=True)
class Spec:
    version: int
    subprotocol: str
    constants: tuple[Constant, ...]
    enums: tuple[Enum, ...]
    records: dict[str, Record]
    messages: tuple[Message, ...]
    schema_hash: int = field(default=0)


def load(source: Path = SOURCE) -> Spec:
    """Reads and checks the source. Raises SpecError with the place where it is wrong."""
    return parse(source.read_text(encoding="utf-8"))


def parse(text: str) -> Spec:
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecError(str(error)) from error
    constants = tuple(
        Constant(
            name=_name(each, "constant", r"[A-Z][A-Z0-9_]*"),
            value=tuple(each["value"]) if isinstance(each["value"], list) else each["value"],
            doc=each["doc"],
            unit=each.get("unit", ""),
        )
        for each in raw["constant"]
    )
    enums = tuple(_enum(each) for each in raw["enum"])
    enum_names = {each.name for each in enums}
    records = {
        each["name"]: Record(
            name=_name(each, "record", r"[A-Z][A-Za-z]*"),
            doc=each["doc"],
            fields=_fields(each, enum_names, records={}),
        )
        for each in raw["record"]
    }
    messages = tuple(_message(each, enum_names, records) for each in raw["message"])
    _unique("message", [each.name for each in messages])
    _unique(
        "name",
        [*enum_names, *records, *(each.class_name for each in messages), "MessageType"],
    )
    _unique("message number", [each.number for each in messages])
    return Spec(
        version=raw["protocol"]["version"],
        subprotocol=raw["protocol"]["subprotocol"],
        constants=constants,
        enums=enums,
        records=records,
        messages=tuple(sorted(messages, key=lambda each: each.number)),
        schema_hash=_schema_hash(raw),
    )


def _name(table: dict[str, Any], kind: str, pattern: str) -> str:
    name = table.get("name")
    if not isinstance(name, str) or not re.fullmatch(pattern, name):
        raise SpecError(f"{kind} {name!r}: the name must match {pattern}")
    return name


def _unique(kind: str, values: list[Any]) -> None:
    for value in values:
        if values.count(value) > 1:
            raise SpecError(f"{kind} {value} is used twice")


def _enum(table: dict[str, Any]) -> Enum:
    name = _name(table, "enum", r"[A-Z][A-Za-z]*")
    values = tuple(_value(name, each) for each in table["values"])
    _unique(f"enum {name}: number", [each.number for each in values])
    return Enum(name, table["doc"], values)


def _value(enum: str, table: dict[str, Any]) -> Value:
    name = _name(table, f"enum {enum}: value", r"[A-Z][A-Z0-9_]*")
    number, fatal = table["number"], table.get("fatal", "")
    if enum == ERRORS and fatal not in FATAL:
        raise SpecError(f"enum {enum}: {name}: fatal {fatal!r} is none of {', '.join(FATAL)}")
    close = table.get("close", LOWEST_CLOSE_CODE + number) if enum == ERRORS else 0
    return Value(name, number, table["doc"], fatal, close)


def _message(table: dict[str, Any], enums: set[str], records: dict[str, Record]) -> Message:
    name = _name(table, "message", r"[A-Z][A-Z0-9_]*")
    sender, state, number = table["from"], table.get("state", ""), table["number"]
    if sender not in SIDES:
        raise SpecError(f"message {name}: from {sender!r} is none of {', '.join(SIDES)}")
    if (sender == "server") == bool(state) or (state and state not in STATES):
        raise SpecError(f"message {name}: a client's message needs a state of {', '.join(STATES)}")
    if not 1 <= number <= 0xFF:
        raise SpecError(f"message {name}: number {number} is not in 1..255")
    return Message(name, number, sender, table["doc"], _fields(table, enums, records), state)


def _fields(
    table: dict[str, Any], enums: set[str], records: dict[str, Record]
) -> tuple[Field, ...]:
    fields = tuple(Field(**each) for each in table["fields"])
    for each in fields:
        place = f"{table['name']}.{each.name}"
        if not re.fullmatch(r"[a-z][a-z0-9_]*", each.name):
            raise SpecError(f"{place}: a field's name is in snake_case")
        if each.type == "array":
            if each.record not in records:
                raise SpecError(f"{place}: no record is called {each.record!r}")
        elif each.type not in ("string", "bytes") and not each.is_scalar:
            raise SpecError(f"{place}: unknown type {each.type!r}")
        if not each.is_scalar and not 1 <= each.max <= 0xFFFF:
            raise SpecError(f"{place}: needs a max of 1..65535")
        if each.enum and each.enum not in enums:
            raise SpecError(f"{place}: no enum is called {each.enum!r}")
    _unique(f"{table['name']}: field", [each.name for each in fields])
    return fields


def _schema_hash(raw: dict[str, Any]) -> int:
    """A checksum of what is on the wire: names, numbers, types and order, but no prose."""
    prose = {"doc", "unit", "fatal", "close"}

    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: bare(each) for key, each in value.items() if key not in prose}
        return [bare(each) for each in value] if isinstance(value, list) else value

    return zlib.crc32(json.dumps(bare(raw), sort_keys=True).encode())
