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

## Where it is read.
enum Channel {
	## All there is.
	ALL,
	## What is said to all in the world.
	WORLD,
	## What is whispered.
	WHISPERS,
	## What the game and the server have to say.
	NOTICES,
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


## Where it is read besides [constant Channel.ALL].
func channel() -> Channel:
	match kind:
		Kind.SAID:
			return Channel.WORLD
		Kind.HEARD_WHISPER, Kind.OWN_WHISPER:
			return Channel.WHISPERS
	return Channel.NOTICES


## Whether it is read in that channel.
func is_in(wanted: Channel) -> bool:
	return wanted == Channel.ALL or wanted == channel()
