class_name WorldRow
extends Button
## A world in the menu's list: its name, its mode, how many play there.

## The world's name, as the server calls it.
var world: String = ""

@onready var _name: Label = %Name
@onready var _details: Label = %Details
@onready var _count: Label = %Count


## Shows one of a server's worlds.
func show_world(info: ServerInfo.World) -> void:
	world = info.name
	_name.text = world
	_details.text = ServerInfo.mode_name(info.mode)
	_count.text = tr_n(&"PLAYERS_HERE", &"PLAYERS_HERE_PLURAL", info.players) % info.players
