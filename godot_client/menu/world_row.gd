class_name WorldRow
extends Button
## A world in the menu's list: its name, its mode, how many play there.

## The world's name, as the server calls it.
var world: String = ""

@onready var _name: Label = %Name
@onready var _details: Label = %Details
@onready var _count: Label = %Count


## Shows one of the worlds of /api/server.
func show_world(info: Dictionary) -> void:
	world = str(info.get("name", ""))
	var players: int = int(info.get("players", 0))
	_name.text = world
	_details.text = mode_name(str(info.get("mode", "")))
	_count.text = tr_n(&"PLAYERS_HERE", &"PLAYERS_HERE_PLURAL", players) % players


## A mode in the language that is spoken, or as the server calls it.
func mode_name(mode: String) -> String:
	var key: String = "MODE_" + mode.to_upper()
	var translated: String = tr(key)
	return mode if translated == key else translated
