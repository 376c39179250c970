extends Node
## Compares the codec with what Python made of mangled messages: run this scene with
## [code]-- --verdicts=file[/code], as [code]python -m tests.verdicts[/code] wrote it.


func _ready() -> void:
	var path: String = TestCase.argument("--verdicts", "")
	var rows: Array = JSON.parse_string(FileAccess.get_file_as_string(path))
	var wrong: int = 0
	for row: Dictionary in rows:
		var hex: String = row["hex"]
		var parsed: EstragonCodec.Parsed = EstragonCodec.parse(hex.hex_decode())
		var found: String = ""
		var encoded: PackedByteArray = PackedByteArray()
		if parsed.error != 0:
			found = EstragonCodec.ErrorCode.find_key(parsed.error)
		else:
			for message: EstragonCodec.Message in parsed.messages:
				if message is not EstragonCodec.OwnMessage:
					encoded.append_array(message.encode())
		if found != row["error"] or encoded.hex_encode() != row["in_godot"]:
			wrong += 1
			print("%s: %s %s, not %s" % [hex, found, encoded.hex_encode(), row])
	print("%d judged alike, %d not" % [rows.size() - wrong, wrong])
	get_tree().quit(mini(wrong, 1))
