class_name EstragonRefusal
extends RefCounted
## Why something was not to be.

## What the client itself finds out.
const OWN_TEXTS: Dictionary[int, String] = {
	EstragonClient.UNREACHABLE: "No server answers there",
	EstragonClient.CONNECTION_LOST: "The connection was lost",
	EstragonClient.NOT_UNDERSTOOD: "The game and the server have different versions",
	EstragonClient.UNTRUSTED: "The server's certificate is not trusted",
}

## An ErrorCode, or one of [EstragonClient]'s own codes.
var code: int = 0
## The staff's reason, for KICKED, BANNED and CHAT_MUTED; what a command wants, for COMMAND_USAGE;
## for a developer's eyes else.
var text: String = ""
## When trying again makes sense, or how much longer a ban or a mute holds; 0: not said.
var retry_after_ms: int = 0
## The MessageType that was refused, or 0.
var message: int = 0
## True where the connection ends with it.
var is_fatal: bool = false


func _init(of_code: int, of_text: String = "", wait_ms: int = 0) -> void:
	code = of_code
	text = of_text
	retry_after_ms = wait_ms


## What an ERROR says.
static func of(error: EstragonCodec.Error) -> EstragonRefusal:
	var refusal: EstragonRefusal = EstragonRefusal.new(error.code, error.text, error.retry_after_ms)
	refusal.message = error.message
	refusal.is_fatal = error.fatal != 0
	return refusal


## What is wrong, in plain English words for a player, with the staff's reason where there is one.
## A game in other languages translates [member code].
func words() -> String:
	var known: String = EstragonCodec.ERROR_TEXTS.get(code, OWN_TEXTS.get(code, ""))
	var said: String = known if not known.is_empty() else "Error %d" % code
	return "%s: %s" % [said, text] if is_from_staff() and not text.is_empty() else said + "."


## True where [member text] is what the staff wrote for this player.
func is_from_staff() -> bool:
	return (
		code
		in [
			EstragonCodec.ErrorCode.KICKED,
			EstragonCodec.ErrorCode.BANNED,
			EstragonCodec.ErrorCode.CHAT_MUTED,
		]
	)
