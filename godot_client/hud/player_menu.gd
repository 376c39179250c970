class_name PlayerMenu
extends PopupMenu
## What one can do about another player.

## The player wants to whisper to somebody.
signal whisper_wanted(player_name: String)
## The player wants to tell the staff about somebody.
signal report_wanted(player_id: int, player_name: String)

## The player wants to read what somebody says, or no longer.
signal hearing_wanted(player_id: int, player_name: String, hears: bool)

## What stands in it, from above.
enum Item { NAME, WHISPER, HEAR, REPORT }

var _player_id: int = 0
var _player_name: String = ""


func _ready() -> void:
	add_item("", Item.NAME)
	set_item_disabled(Item.NAME, true)
	set_item_auto_translate_mode(Item.NAME, Node.AUTO_TRANSLATE_MODE_DISABLED)
	add_item("CHAT_WHISPER", Item.WHISPER)
	add_item("CHAT_UNHEAR", Item.HEAR)
	add_item("CHAT_REPORT", Item.REPORT)
	id_pressed.connect(_on_id_pressed)


## Shows it for a player, at a place of the window or, without one, where the mouse is.
func open(player_id: int, player_name: String, at: Vector2 = Vector2.INF) -> void:
	_player_id = player_id
	_player_name = player_name
	set_item_text(Item.NAME, player_name)
	set_item_text(Item.HEAR, "CHAT_UNHEAR" if ChatMemory.hears(player_id) else "CHAT_HEAR")
	reset_size()
	if not at.is_finite():
		at = get_parent().get_viewport().get_mouse_position()
	position = Vector2i(at)
	popup()


func _on_id_pressed(id: int) -> void:
	match id:
		Item.WHISPER:
			whisper_wanted.emit(_player_name)
		Item.HEAR:
			var hears: bool = ChatMemory.hears(_player_id)
			hearing_wanted.emit(_player_id, _player_name, not hears)
		Item.REPORT:
			report_wanted.emit(_player_id, _player_name)
