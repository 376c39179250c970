class_name ErrorText
extends RefCounted
## What players read instead of an error's number.

## The keys of what the client itself finds out.
const KEYS: Dictionary[int, StringName] = {
	EstragonClient.UNREACHABLE: &"ERROR_UNREACHABLE",
	EstragonClient.CONNECTION_LOST: &"ERROR_CONNECTION_LOST",
	EstragonClient.NOT_UNDERSTOOD: &"ERROR_NOT_UNDERSTOOD",
	EstragonClient.UNTRUSTED: &"ERROR_UNTRUSTED",
}
## What the staff does to a player. Its text is the staff's reason, its wait how much longer it
## holds; the key is for what holds without an end, empty for what is over at once.
const SANCTIONS: Dictionary[int, StringName] = {
	EstragonCodec.ErrorCode.KICKED: &"",
	EstragonCodec.ErrorCode.BANNED: &"ERROR_FOR_GOOD",
	EstragonCodec.ErrorCode.CHAT_MUTED: &"ERROR_UNTIL_LIFTED",
}


## The translation key for an ErrorCode or one of [EstragonClient]'s own codes.
static func key(code: int) -> StringName:
	if KEYS.has(code):
		return KEYS[code]
	var found: Variant = EstragonCodec.ErrorCode.find_key(code)
	return &"ERROR_UNKNOWN" if found == null else StringName("ERROR_" + str(found))


## The sentence, in the language that is spoken now.
static func sentence(code: int) -> String:
	return TranslationServer.translate(key(code))


## All there is to say: what is wrong, the staff's reason, what is wanted, and how long to wait.
## [param passed_ms] is how long ago it was refused.
static func explain(refusal: EstragonRefusal, passed_ms: int = 0) -> String:
	var parts: PackedStringArray = PackedStringArray([sentence(refusal.code)])
	var left_ms: int = refusal.retry_after_ms - passed_ms
	if SANCTIONS.has(refusal.code):
		parts.append_array(_about_sanction(refusal, left_ms))
	elif refusal.code == EstragonCodec.ErrorCode.COMMAND_USAGE and not refusal.text.is_empty():
		parts.append(CommandText.usage(refusal.text))
	elif left_ms > 0:
		parts.append(TranslationServer.translate(&"RETRY_IN") % DurationText.of_ms(left_ms))
	return " ".join(parts)


static func _about_sanction(refusal: EstragonRefusal, left_ms: int) -> PackedStringArray:
	var parts: PackedStringArray = PackedStringArray()
	if not refusal.text.is_empty():
		parts.append(TranslationServer.translate(&"ERROR_REASON") % refusal.text)
	var endless: StringName = SANCTIONS[refusal.code]
	if refusal.retry_after_ms == 0 and not endless.is_empty():
		parts.append(TranslationServer.translate(endless))
	elif left_ms > 0:
		parts.append(
			TranslationServer.translate(&"ERROR_FOR_ANOTHER") % DurationText.of_ms(left_ms)
		)
	return parts
