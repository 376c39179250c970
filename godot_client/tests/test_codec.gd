extends TestCase
## The hand-written vectors, which the codecs of all languages run.

## What the arrays hold.
const RECORDS: Dictionary[String, GDScript] = {
	"WORLD_STATE": EstragonCodec.PlayerState,
	"INPUT": EstragonCodec.Command,
	"CHUNK_EDIT": EstragonCodec.CellChange,
	"EDIT_CELLS": EstragonCodec.CellEdit,
	"MODE_SCORES": EstragonCodec.ModeScore,
}


func test_valid_vectors_are_read_and_written_to_the_same_bytes() -> void:
	for vector: Dictionary in _vectors("valid"):
		var title: String = vector["name"]
		var data: PackedByteArray = _bytes(vector["hex"])
		var parsed: EstragonCodec.Parsed = EstragonCodec.parse(data)
		equal(parsed.error, 0, title)
		var described: Array = vector["messages"]
		var shown: Array = []
		for message: EstragonCodec.Message in parsed.messages:
			# The vectors are about the protocol; a game's own messages are none of it.
			if message is not EstragonCodec.OwnMessage:
				shown.append(_shown(message, described[shown.size()]["fields"]))
		equal(JSON.stringify(shown, "", true), _normal(described), title)
		if not vector.get("decode_only", false):
			var encoded: PackedByteArray = PackedByteArray()
			for message: Dictionary in vector["messages"]:
				encoded.append_array(_built(message).encode())
			equal(encoded.hex_encode(), data.hex_encode(), title)


func test_invalid_vectors_are_refused_with_the_right_error() -> void:
	for vector: Dictionary in _vectors("invalid"):
		var parsed: EstragonCodec.Parsed = EstragonCodec.parse(_bytes(vector["hex"]))
		equal(EstragonCodec.ErrorCode.find_key(parsed.error), vector["error"], vector["name"])


func _vectors(kind: String) -> Array:
	var root: String = ProjectSettings.globalize_path("res://")
	var folder: String = argument("--vectors", root.path_join("../protocol_spec/vectors"))
	# The others are about movement, and the classic endpoint.
	var path: String = folder.path_join("messages.json")
	var content: Dictionary = JSON.parse_string(FileAccess.get_file_as_string(path))
	var found: Array = content[kind]
	yes(not found.is_empty(), "there are %s vectors in %s" % [kind, path])
	return found


func _bytes(hex: String) -> PackedByteArray:
	return hex.replace(" ", "").hex_decode()


## What a vector says, with its fields in order and its numbers whole.
func _normal(messages: Array) -> String:
	return JSON.stringify(_whole(messages), "", true)


func _whole(value: Variant) -> Variant:
	if value is float:
		return int(value as float)
	if value is Array:
		return (value as Array).map(_whole)
	if value is Dictionary:
		var dictionary: Dictionary = value
		var copy: Dictionary = {}
		for key: String in dictionary:
			copy[key] = _whole(dictionary[key])
		return copy
	return value


## The message as vectors have it; arrays are packed as bytes fields are.
func _shown(message: EstragonCodec.Message, wanted: Dictionary) -> Dictionary:
	var fields: Dictionary = _fields(message)
	fields.erase("type")
	var title: String = EstragonCodec.MessageType.find_key(message.type)
	for key: String in wanted:
		if wanted[key] is Array:
			var packed: PackedByteArray = message.get(key)
			@warning_ignore("unsafe_method_access")
			fields[key] = RECORDS[title].unpack(packed).map(_fields)
	return {"name": title, "fields": fields}


func _fields(object: Object) -> Dictionary:
	var fields: Dictionary = {}
	for property: Dictionary in object.get_property_list():
		if property["usage"] & PROPERTY_USAGE_SCRIPT_VARIABLE:
			var value: Variant = object.get(str(property["name"]))
			if value is PackedByteArray:
				value = (value as PackedByteArray).hex_encode()
			fields[property["name"]] = value
	return fields


func _built(described: Dictionary) -> EstragonCodec.Message:
	var type: int = EstragonCodec.MessageType[described["name"]]
	var message: EstragonCodec.Message = EstragonCodec.create(type)
	_fill(message, described["fields"], RECORDS.get(described["name"]))
	return message


func _fill(object: Object, fields: Dictionary, record_type: GDScript = null) -> void:
	for key: String in fields:
		var value: Variant = fields[key]
		if value is Array:
			object.set(key, _packed(value, record_type))
		elif object.get(key) is PackedByteArray:
			object.set(key, _bytes(value))
		else:
			object.set(key, int(value as float) if value is float else value)


func _packed(described: Array, record_type: GDScript) -> PackedByteArray:
	var records: Array = Array([], TYPE_OBJECT, &"RefCounted", record_type)
	for each: Dictionary in described:
		var record: Object = record_type.new()
		_fill(record, each)
		records.append(record)
	@warning_ignore("unsafe_method_access")
	return record_type.pack(records)
