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


## The translation key for an ErrorCode or one of [EstragonClient]'s own codes.
static func key(code: int) -> StringName:
	if KEYS.has(code):
		return KEYS[code]
	var found: Variant = EstragonCodec.ErrorCode.find_key(code)
	return &"ERROR_UNKNOWN" if found == null else StringName("ERROR_" + str(found))


## The sentence, in the language that is spoken now.
static func sentence(code: int) -> String:
	return TranslationServer.translate(key(code))


## The sentence, and when to try again where the server said so.
static func sentence_with_wait(code: int, retry_after_ms: int) -> String:
	if retry_after_ms <= 0:
		return sentence(code)
	var seconds: int = ceili(retry_after_ms / 1000.0)
	var wait: String = TranslationServer.translate_plural(
		&"RETRY_IN_SECONDS", &"RETRY_IN_SECONDS_PLURAL", seconds
	)
	return "%s %s" % [sentence(code), wait % seconds]
