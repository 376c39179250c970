class_name ServerInfo
extends RefCounted
## What a server says of itself at /api/server, as far as it can be believed.

## A longer name is cut.
const MAX_CHARACTERS: int = 60
## More worlds are not listed.
const MAX_WORLDS: int = 100
## More players than that are no number of players.
const MOST: int = 999_999

## What the operator calls it.
var name: String = ""
## What it says to whoever comes, in a few lines.
var greeting: String = ""
## Which version of the server it is.
var version: String = ""
## How many play there.
var players: int = 0
## How many can, in all worlds together.
var places: int = 0
## Where they play.
var worlds: Array[World] = []
## True where it speaks the protocol's version of this game.
var is_understood: bool = false


class World:
	extends RefCounted
	## A world of a server.

	## As the server calls it.
	var name: String = ""
	## What is played there.
	var mode: String = ""
	## How many play there.
	var players: int = 0


## Reads an answer; null where it is none. Strangers may have written it: nothing in it is
## taken for granted.
static func read(data: Variant) -> ServerInfo:
	if not data is Dictionary or not (data as Dictionary).get("worlds") is Array:
		return null
	var told: Dictionary = data
	var info: ServerInfo = ServerInfo.new()
	info.name = _line(told.get("name"))
	info.greeting = _text(told.get("message_of_the_day")).left(500)
	info.version = _line(told.get("version"))
	info.players = _count(told.get("players"))
	for each: Variant in (told["worlds"] as Array).slice(0, MAX_WORLDS):
		if each is Dictionary:
			info.worlds.append(_world(each))
	info.places = _count(told.get("max_players")) * info.worlds.size()
	var versions: Variant = told.get("protocol_versions")
	info.is_understood = versions is Array and float(EstragonCodec.PROTOCOL_VERSION) in versions
	return info


## The names of the modes, in the language that is spoken, each once.
func mode_names() -> PackedStringArray:
	var names: PackedStringArray = PackedStringArray()
	for world: World in worlds:
		var spoken: String = mode_name(world.mode)
		if not spoken.is_empty() and spoken not in names:
			names.append(spoken)
	return names


## A mode in the language that is spoken, or as the server calls it.
static func mode_name(mode: String) -> String:
	var key: String = "MODE_" + mode.to_upper()
	var translated: String = TranslationServer.translate(key)
	return mode if translated == key else translated


static func _world(told: Dictionary) -> World:
	var world: World = World.new()
	world.name = _line(told.get("name"))
	world.mode = _line(told.get("mode"))
	world.players = _count(told.get("players"))
	return world


static func _count(told: Variant) -> int:
	return clampi(int(told as float), 0, MOST) if told is float and is_finite(told as float) else 0


static func _line(told: Variant) -> String:
	return _text(told).replace("\n", " ").replace("\t", " ").strip_edges().left(MAX_CHARACTERS)


static func _text(told: Variant) -> String:
	return str(told) if told is String else ""
