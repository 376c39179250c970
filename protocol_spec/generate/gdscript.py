"""The GDScript codec: a typed class a message; network byte order through StreamPeerBuffer."""

from __future__ import annotations

import re
import textwrap

from protocol_spec.generate.spec import SCALARS, Field, Message, Record, Spec

TAB = "\t"

# Godot refuses inner classes and enums with the names of its own classes.
TAKEN_NAMES = {"Input": "InputCommands", "Button": "ButtonBit"}

HEAD = """# gdlint: disable=max-file-lines
class_name EstragonCodec
extends RefCounted
## The Estragon protocol's messages as bytes and back.
##
## Generated from protocol.toml by [code]python -m protocol_spec.generate[/code]: do not edit.
## [method parse] reads a whole WebSocket message; every message's [method Message.encode] gives a
## frame: type u8, length u16, payload. Arrays stay packed bytes, because objects for a crowd cost
## more than all else: a record's [code]unpack[/code] gives them.
"""

RUNTIME = """
## Reads fields in network byte order. The first fault stays in [member error].
class Reader:
	extends RefCounted
	## 0, or the [enum ErrorCode] of the first fault.
	var error: int = 0
	## Where the payload that is being read ends.
	var end: int = 0
	var stream: StreamPeerBuffer = StreamPeerBuffer.new()

	func _init(data: PackedByteArray) -> void:
		stream.big_endian = true
		stream.data_array = data
		end = data.size()

	## True where [param size] more bytes are there; otherwise notes that the payload is cut short.
	func has(size: int) -> bool:
		if stream.get_position() + size <= end:
			return true
		fail(ErrorCode.TRUNCATED)
		return false

	func fail(code: int) -> void:
		if error == 0:
			error = code

	## A count of at most [param maximum], in one or two bytes, and room for so many [param size]s.
	func count(maximum: int, size: int) -> int:
		var wide: bool = maximum > 0xFF
		if not has(2 if wide else 1):
			return 0
		var value: int = stream.get_u16() if wide else stream.get_u8()
		if value > maximum:
			fail(ErrorCode.VALUE_TOO_LONG)
			return 0
		return value if has(value * size) else 0

	func bytes(maximum: int, each: int = 1) -> PackedByteArray:
		var size: int = count(maximum, each) * each
		if size == 0:
			return PackedByteArray()
		var at: int = stream.get_position()
		stream.seek(at + size)
		return stream.data_array.slice(at, at + size)

	func text(maximum: int) -> String:
		var raw: PackedByteArray = bytes(maximum)
		if not EstragonCodec.is_utf8(raw):
			fail(ErrorCode.BAD_TEXT)
			return ""
		# Godot's strings end at U+0000: what comes after it is kept, it is not.
		while raw.has(0):
			raw.remove_at(raw.find(0))
		return raw.get_string_from_utf8()


## Writes fields in network byte order.
class Writer:
	extends RefCounted
	var stream: StreamPeerBuffer = StreamPeerBuffer.new()

	func _init() -> void:
		stream.big_endian = true

	func count(value: int, maximum: int) -> void:
		assert(value <= maximum, "a value is longer than its field")
		if maximum > 0xFF:
			stream.put_u16(value)
		else:
			stream.put_u8(value)

	func bytes(value: PackedByteArray, maximum: int, each: int = 1) -> void:
		count(value.size() / each, maximum)
		stream.put_data(value)

	func text(value: String, maximum: int) -> void:
		bytes(value.to_utf8_buffer(), maximum)


## What all messages have in common.
class Message:
	extends RefCounted
	## Its number: a value of [enum MessageType].
	var type: int = 0

	## The whole frame.
	func encode() -> PackedByteArray:
		var writer: Writer = Writer.new()
		writer.stream.put_u8(type)
		writer.stream.put_u16(0)
		write(writer)
		var length: int = writer.stream.get_size() - 3
		writer.stream.seek(1)
		writer.stream.put_u16(length)
		return writer.stream.data_array

	func write(_writer: Writer) -> void:
		pass

	func read(_reader: Reader) -> void:
		pass


## A message of the game's own: this protocol knows no more of it than its bytes.
class OwnMessage:
	extends Message
	var payload: PackedByteArray = PackedByteArray()

	func _init(of_type: int = LOWEST_OWN_TYPE) -> void:
		type = of_type

	func write(writer: Writer) -> void:
		writer.stream.put_data(payload)

	func read(reader: Reader) -> void:
		payload = reader.stream.data_array.slice(reader.stream.get_position(), reader.end)


## A WebSocket message, read.
class Parsed:
	extends RefCounted
	## What was read before the first fault.
	var messages: Array[Message] = []
	## 0, or the [enum ErrorCode] of the fault.
	var error: int = 0
"""

PARSE = """
## Reads a whole WebSocket message. Types outside the core that are not known are skipped, but for
## those of the game's own.
static func parse(data: PackedByteArray) -> Parsed:
	var parsed: Parsed = Parsed.new()
	if data.is_empty():
		parsed.error = ErrorCode.EMPTY_MESSAGE
		return parsed
	var reader: Reader = Reader.new(data)
	var at: int = 0
	while at < data.size() and parsed.error == 0:
		if at + 3 > data.size():
			parsed.error = ErrorCode.LENGTH_BEYOND_END
			break
		reader.stream.seek(at)
		var type: int = reader.stream.get_u8()
		var length: int = reader.stream.get_u16()
		at += 3 + length
		if at > data.size():
			parsed.error = ErrorCode.LENGTH_BEYOND_END
			break
		var message: Message = create(type)
		if message == null and LOWEST_OWN_TYPE <= type and type <= HIGHEST_OWN_TYPE:
			message = OwnMessage.new(type)
		if message == null:
			if type <= HIGHEST_CORE_TYPE:
				parsed.error = ErrorCode.UNKNOWN_TYPE
			continue
		reader.end = at
		message.read(reader)
		parsed.error = reader.error
		if parsed.error == 0:
			parsed.messages.append(message)
	return parsed


## True where the bytes are well-formed UTF-8 (RFC 3629): Godot itself would put U+FFFD and go on.
static func is_utf8(raw: PackedByteArray) -> bool:
	var at: int = 0
	while at < raw.size():
		var first: int = raw[at]
		at += 1
		if first < 0x80:
			continue
		var more: int = 1 if first < 0xE0 else (2 if first < 0xF0 else 3)
		if first < 0xC2 or first > 0xF4 or at + more > raw.size():
			return false
		var lowest: int = {0xE0: 0xA0, 0xF0: 0x90}.get(first, 0x80)
		var highest: int = {0xED: 0x9F, 0xF4: 0x8F}.get(first, 0xBF)
		for index: int in more:
			if raw[at] < lowest or raw[at] > highest:
				return false
			lowest = 0x80
			highest = 0xBF
			at += 1
	return true
"""


def _error_texts(spec: Spec) -> str:
    """What each error says to a player: its words up to where they turn to details."""
    errors = next(each for each in spec.enums if each.name == "ErrorCode")
    texts = "".join(
        f'\tErrorCode.{each.name}: "{re.split("[.;:]( |$)", each.doc)[0]}",\n'
        for each in errors.values
    )
    return (
        "## What is wrong, in plain English words.\n"
        f"const ERROR_TEXTS: Dictionary[int, String] = {{\n{texts}}}"
    )


def emit(spec: Spec) -> str:
    parts = [HEAD]
    types = "".join(f"\t{each.name} = {each.number},\n" for each in spec.messages)
    parts.append(f"## The numbers of the messages.\nenum MessageType {{\n{types}}}")
    for enum in spec.enums:
        lines = "".join(f"{_comment(v.doc, TAB)}\t{v.name} = {v.number},\n" for v in enum.values)
        parts.append(f"{_comment(enum.doc)}enum {_name(enum.name)} {{\n{lines}}}")
    parts.append(_constants(spec))
    parts.append(_error_texts(spec))
    parts.append(RUNTIME)
    parts += [_record(each) for each in spec.records.values()]
    parts += [_message(each) for each in spec.messages]
    parts.append(_create(spec))
    parts.append(PARSE)
    return "\n\n".join(parts)


def _name(name: str) -> str:
    return TAKEN_NAMES.get(name, name)


def _comment(text: str, indent: str = "") -> str:
    """A documentation comment, each line with its newline; nothing where there is no text."""
    return "".join(f"{indent}## {line}\n" for line in textwrap.wrap(text, 90))


def _constants(spec: Spec) -> str:
    lines = [
        f"const PROTOCOL_VERSION: int = {spec.version}",
        f'const SUBPROTOCOL: String = "{spec.subprotocol}"',
        f"const SCHEMA_HASH: int = {spec.schema_hash}",
    ]
    for each in spec.constants:
        unit = f" In {each.unit}." if each.unit else ""
        lines.append(_comment(each.doc + unit).rstrip())
        if isinstance(each.value, tuple):
            values = "".join(
                "\t" + ", ".join(map(str, each.value[at : at + 12])) + ",\n"
                for at in range(0, len(each.value), 12)
            )
            lines.append(f"const {each.name}: Array[int] = [\n{values}]")
        else:
            lines.append(f"const {each.name}: int = {each.value}")
    return "\n".join(lines)


def _attribute(each: Field) -> str:
    packed = "PackedByteArray = PackedByteArray()"
    kinds = {"string": 'String = ""', "bytes": packed, "array": packed}
    notes = [f"Packed {each.record}s.", each.doc] if each.type == "array" else [each.doc]
    if each.enum:
        notes.append(f"A value of [enum {_name(each.enum)}].")
    if each.unit:
        notes.append(f"In {each.unit}.")
    text = " ".join(note for note in notes if note)
    return f"{_comment(text, TAB)}\tvar {each.name}: {kinds.get(each.type, 'int = 0')}"


def _scalars(fields: tuple[Field, ...], indent: str) -> str:
    return "".join(
        f"{indent}{each.name} = reader.stream.get_{_suffix(each)}()\n" for each in fields
    )


def _suffix(each: Field) -> str:
    return each.type.replace("i", "") if each.type.startswith("i") else each.type


def _put(each: Field) -> str:
    return f"writer.stream.put_{_suffix(each)}({each.name})"


def _record(record: Record) -> str:
    attributes = "\n".join(_attribute(each) for each in record.fields)
    puts = "\n".join(f"\t\t{_put(each)}" for each in record.fields)
    return f"""
{_comment(record.doc)}class {record.name}:
	extends RefCounted
	const SIZE: int = {record.size}
{attributes}

	func write(writer: Writer) -> void:
{puts}

	func read(reader: Reader) -> void:
{_scalars(record.fields, TAB * 2).rstrip()}

	static func pack(records: Array[{record.name}]) -> PackedByteArray:
		var writer: Writer = Writer.new()
		for each: {record.name} in records:
			each.write(writer)
		return writer.stream.data_array

	static func unpack(packed: PackedByteArray) -> Array[{record.name}]:
		var reader: Reader = Reader.new(packed)
		var records: Array[{record.name}] = []
		for _index: int in packed.size() / SIZE:
			var each: {record.name} = {record.name}.new()
			each.read(reader)
			records.append(each)
		return records
"""


def _message(message: Message) -> str:
    attributes = "\n".join(_attribute(each) for each in message.fields)
    body = f"{attributes}\n" if attributes else ""
    text = f"""
{_comment(message.doc)}class {_name(message.class_name)}:
	extends Message
{body}
	func _init() -> void:
		type = MessageType.{message.name}
"""
    if message.fields:
        text += f"""
	func write(writer: Writer) -> void:
{_write(message)}

	func read(reader: Reader) -> void:
{_read(message)}
"""
    return text


def _write(message: Message) -> str:
    lines = []
    for each in message.fields:
        if each.is_scalar:
            lines.append(_put(each))
        elif each.type == "array":
            lines.append(f"writer.bytes({each.name}, {each.max}, {each.record}.SIZE)")
        else:
            kind = "text" if each.type == "string" else "bytes"
            lines.append(f"writer.{kind}({each.name}, {each.max})")
    return "\n".join("\t\t" + line for line in lines)


def _read(message: Message) -> str:
    lines = []
    for group in message.field_groups():
        first = group[0]
        if first.is_scalar:
            size = sum(SCALARS[each.type] for each in group)
            lines.append(f"if not reader.has({size}):\n\t\t\treturn")
            lines += _scalars(group, "").rstrip().split("\n")
        elif first.type == "array":
            lines.append(f"{first.name} = reader.bytes({first.max}, {first.record}.SIZE)")
        else:
            kind = "text" if first.type == "string" else "bytes"
            lines.append(f"{first.name} = reader.{kind}({first.max})")
    return "\n".join("\t\t" + line for line in lines)


def _create(spec: Spec) -> str:
    cases = "".join(
        f"\t\tMessageType.{each.name}:\n\t\t\treturn {_name(each.class_name)}.new()\n"
        for each in spec.messages
    )
    return f"""
## An empty message of that type, or null where the type is not known.
static func create(message_type: int) -> Message:
	match message_type:
{cases}	return null
"""
