class_name ChatLine
extends RefCounted
## One line of the chat.

## Where it comes from.
enum Kind {
	## Somebody said it to all.
	SAID,
	## Somebody whispered it to this player.
	HEARD_WHISPER,
	## This player whispered it to somebody.
	OWN_WHISPER,
	## The game, or the server, says so.
	TOLD,
	## It is of some weight: an announcement, a warning.
	PROCLAIMED,
}

## Where it comes from.
var kind: Kind = Kind.TOLD
## Who said it, or to whom it was whispered; 0 for nobody.
var player_id: int = 0
## Their name, as it was then.
var author: String = ""
## What was said.
var text: String = ""
## When, in milliseconds since 1970: with [member player_id] it names the line.
var timestamp_ms: int = 0


func _init(of_kind: Kind, of_text: String) -> void:
	kind = of_kind
	text = of_text
