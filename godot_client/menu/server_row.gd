class_name ServerRow
extends HBoxContainer
## A server in the list: how it is just now, and what one can do with it.

## The player wants to go there.
signal chosen
## The player wants it among the favourites, or no longer.
signal favoured(is_favourite: bool)
## The player wants it written down, if it is not; else struck out.
signal kept_or_removed
## The server answered.
signal heard(info: ServerInfo)

## Where the server is.
var address: String = ""
## What it called itself when it was last heard of.
var known_name: String = ""
## Whether it stands in the book; else it was found on the local network.
var is_kept: bool = true
## Whether it is a favourite.
var is_favourite: bool = false

var _info: ServerInfo = null
## The translation key of what is wrong with it, empty where nothing is.
var _problem: StringName = &"SERVER_ASKING"

@onready var _watch: ServerWatch = %Watch
@onready var _name: Label = %Name
@onready var _details: Label = %Details
@onready var _count: Label = %Count
@onready var _ping: Label = %Ping
@onready var _star: Star = %Star


func _ready() -> void:
	_watch.answered.connect(_on_answered)
	_watch.unanswered.connect(_on_unanswered)
	_star.visible = is_kept
	_star.button_pressed = is_favourite
	_star.toggled.connect(favoured.emit)
	(%Choose as Button).pressed.connect(chosen.emit)
	(%Remove as Button).visible = is_kept
	(%Remove as Button).pressed.connect(kept_or_removed.emit)
	(%Keep as Button).visible = not is_kept
	(%Keep as Button).pressed.connect(kept_or_removed.emit)
	_watch.watch(address, 0.0)
	_watch.set_process(is_visible_in_tree())
	_show()


func _notification(what: int) -> void:
	if what == NOTIFICATION_TRANSLATION_CHANGED and is_node_ready():
		_show()
	if what == NOTIFICATION_VISIBILITY_CHANGED and is_node_ready():
		_watch.set_process(is_visible_in_tree())


## The translation key of what is wrong with the server, empty where nothing is.
func problem() -> StringName:
	return _problem


## Lets the player press it.
func focus() -> void:
	(%Choose as Button).grab_focus()


func _on_answered(info: ServerInfo) -> void:
	_info = info
	_problem = &"" if info.is_understood else &"SERVER_OTHER_VERSION_SHORT"
	if not info.name.is_empty():
		known_name = info.name
	heard.emit(info)
	_show()


func _on_unanswered(untrusted: bool) -> void:
	_info = null
	_problem = &"SERVER_UNTRUSTED_SHORT" if untrusted else &"SERVER_SILENT"
	_show()


func _show() -> void:
	_name.text = address if known_name.is_empty() else known_name
	var parts: PackedStringArray = PackedStringArray()
	if not known_name.is_empty():
		parts.append(address)
	if _info != null:
		if not _info.version.is_empty():
			parts.append(_info.version)
		parts.append_array(_info.mode_names())
	_details.text = "  ·  ".join(parts)
	_details.visible = not parts.is_empty()
	if _problem.is_empty():
		_count.text = "%d / %d" % [_info.players, _info.places]
		_count.theme_type_variation = &"Label"
		_ping.text = tr(&"HUD_PING") % _watch.ping_ms()
	else:
		_count.text = tr(_problem)
		var is_asking: bool = _problem == &"SERVER_ASKING"
		_count.theme_type_variation = &"DimLabel" if is_asking else &"ErrorLabel"
		_ping.text = ""
	_ping.visible = not _ping.text.is_empty()
