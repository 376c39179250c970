class_name KeptFile
extends RefCounted
## A small file of JSON in [code]user://[/code] that no crash tears, and whose damage stays its own.

## What is longer was not written by this game.
const MAX_BYTES: int = 1 << 18


## What was kept there; empty where nothing was. A file that cannot be read is set aside under
## another name, for whoever wants to mend it, and counts as none.
static func read(path: String) -> Dictionary:
	if not FileAccess.file_exists(path):
		return {}
	var file: FileAccess = FileAccess.open(path, FileAccess.READ)
	var json: JSON = JSON.new()
	if file != null and file.get_length() <= MAX_BYTES:
		var bytes: PackedByteArray = file.get_buffer(file.get_length())
		if EstragonCodec.is_utf8(bytes) and json.parse(bytes.get_string_from_utf8()) == OK:
			if json.data is Dictionary:
				return json.data
	if file != null:
		file.close()
	DirAccess.rename_absolute(path, path + ".broken")
	return {}


## Puts [param kept] in the place of what was there; false where that cannot be. A crash leaves the
## old or the new one, nothing between.
static func write(path: String, kept: Dictionary) -> bool:
	var draft: String = path + ".new"
	var file: FileAccess = FileAccess.open(draft, FileAccess.WRITE)
	if file == null:
		return false
	var stored: bool = file.store_string(JSON.stringify(kept, "\t", false))
	file.close()
	return stored and DirAccess.rename_absolute(draft, path) == OK
