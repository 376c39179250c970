class_name NoticeText
extends RefCounted
## What players read of a NOTICE.

## How each NoticeCode becomes a sentence.
static var _makers: Dictionary[int, Callable] = {
	EstragonCodec.NoticeCode.ANNOUNCEMENT: _filled.bind(&"NOTICE_ANNOUNCEMENT"),
	EstragonCodec.NoticeCode.WARNED: _warned,
	EstragonCodec.NoticeCode.MUTED: _muted,
	EstragonCodec.NoticeCode.UNMUTED: _filled.bind(&"NOTICE_UNMUTED"),
	EstragonCodec.NoticeCode.CHAT_HELD: _filled.bind(&"NOTICE_CHAT_HELD"),
	EstragonCodec.NoticeCode.SLOW_MODE: _slow_mode,
	EstragonCodec.NoticeCode.TELEPORTED: _filled.bind(&"NOTICE_TELEPORTED"),
	EstragonCodec.NoticeCode.REPORT_FILED: _filled.bind(&"NOTICE_REPORT_FILED"),
	EstragonCodec.NoticeCode.DONE: _done,
	EstragonCodec.NoticeCode.PLAYERS: _players,
	EstragonCodec.NoticeCode.COMMANDS: _commands,
	EstragonCodec.NoticeCode.NAME_CHANGED: _filled.bind(&"NOTICE_NAME_CHANGED"),
	EstragonCodec.NoticeCode.ROLE_CHANGED: _role_changed,
}


## The sentence, in the language that is spoken now; empty for a code from the future.
static func sentence(code: int, values: PackedStringArray) -> String:
	return _makers[code].call(values) if _makers.has(code) else ""


## The text with {0}, {1} and so on replaced by the values, in which they mean nothing.
static func _filled(values: PackedStringArray, key: StringName) -> String:
	var parts: PackedStringArray = TranslationServer.translate(key).split("{")
	for index: int in range(1, parts.size()):
		var value: int = parts[index].to_int()
		var given: String = values[value] if value < values.size() else ""
		parts[index] = given + parts[index].substr(parts[index].find("}") + 1)
	return "".join(parts)


static func _warned(values: PackedStringArray) -> String:
	return _filled(values, &"NOTICE_WARNED" if _is_given(values, 0) else &"NOTICE_WARNED_PLAINLY")


static func _muted(values: PackedStringArray) -> String:
	var parts: PackedStringArray = PackedStringArray([_filled(values, &"ERROR_CHAT_MUTED")])
	if _is_given(values, 0):
		parts.append(TranslationServer.translate(&"ERROR_REASON") % values[0])
	var minutes: int = values[1].to_int() if _is_given(values, 1) else 0
	if minutes == 0:
		parts.append(TranslationServer.translate(&"ERROR_UNTIL_LIFTED"))
	else:
		var text: String = DurationText.of_ms(minutes * 60_000)
		parts.append(TranslationServer.translate(&"ERROR_FOR_ANOTHER") % text)
	return " ".join(parts)


static func _slow_mode(values: PackedStringArray) -> String:
	var seconds: float = values[0].to_float() if _is_given(values, 0) else 0.0
	if seconds <= 0.0:
		return _filled(values, &"NOTICE_SLOW_MODE_OFF")
	var text: String = DurationText.of_ms(roundi(seconds * 1000.0))
	return _filled(PackedStringArray([text]), &"NOTICE_SLOW_MODE")


static func _done(values: PackedStringArray) -> String:
	var key: StringName = StringName("NOTICE_DONE_" + (values[0].to_upper() if values else ""))
	var is_known: bool = TranslationServer.translate(key) != key
	return _filled(values, key if is_known else &"NOTICE_DONE")


static func _players(values: PackedStringArray) -> String:
	var names: PackedStringArray = values.slice(1)
	var count: String = TranslationServer.translate_plural(
		&"PLAYERS_HERE", &"PLAYERS_HERE_PLURAL", names.size()
	)
	var world: String = values[0] if values else ""
	return "%s: %s. %s" % [world, count % names.size(), ", ".join(names)]


static func _commands(values: PackedStringArray) -> String:
	var lines: PackedStringArray = PackedStringArray([_filled(values, &"NOTICE_COMMANDS")])
	for line: String in values:
		var command: String = line.get_slice(" ", 0).trim_prefix("/")
		lines.append(
			("%s  %s" % [CommandText.usage(line), CommandText.purpose(command)]).strip_edges()
		)
	return "\n".join(lines)


static func _role_changed(values: PackedStringArray) -> String:
	var role: String = values[0] if values else ""
	var key: StringName = StringName("ROLE_" + role.to_upper())
	var title: String = TranslationServer.translate(key)
	return _filled(PackedStringArray([role if title == key else title]), &"NOTICE_ROLE_CHANGED")


static func _is_given(values: PackedStringArray, index: int) -> bool:
	return index < values.size() and not values[index].is_empty()
