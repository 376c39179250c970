class_name ChatBox
extends Control
## What is said in the world, and the line to say something.

## The player has said something.
signal said(text: String)
## A line was added; [param author] is empty for what the game itself says.
signal line_added(author: String, text: String)

## Older lines are forgotten.
const MAX_LINES: int = 200
## How long the lines stay bright after the last one came, and how long they take to dim.
const BRIGHT_SECONDS: float = 9.0
const DIM_SECONDS: float = 1.5
const DIM_ALPHA: float = 0.0
## The colour of what the game itself says.
const SYSTEM_COLOUR: Color = Color("cbb79a")
## The colour of one's own name.
const OWN_COLOUR: Color = Color("f3da80")
## The colours of others' names.
const NAME_COLOURS: Array[Color] = [
	Color("f0a58a"),
	Color("a7d08c"),
	Color("8fc7d6"),
	Color("e6b35c"),
	Color("d9a3d6"),
	Color("b5b7f0"),
	Color("9fd9bd"),
	Color("f2c4a0"),
]

var _quiet_seconds: float = 0.0
var _last_said: String = ""

@onready var _panel: PanelContainer = %Panel
@onready var _lines: RichTextLabel = %Lines
@onready var _entry: LineEdit = %Entry


func _ready() -> void:
	_entry.text_submitted.connect(_on_text_submitted)
	_entry.gui_input.connect(_on_entry_gui_input)
	var session: EstragonSession = Connection.session
	session.chat_received.connect(_on_chat_received)
	session.player_joined.connect(_on_player_joined)
	session.player_left.connect(_on_player_left)
	session.refused.connect(_on_refused)
	if session.welcome != null and session.welcome.chat_characters > 0:
		_entry.max_length = session.welcome.chat_characters
	_close()
	if session.world != null:
		add_system_line(tr(&"CHAT_WELCOME") % session.world.name)


func _process(delta: float) -> void:
	_quiet_seconds += delta
	var dim: float = clampf((_quiet_seconds - BRIGHT_SECONDS) / DIM_SECONDS, 0.0, 1.0)
	_panel.modulate.a = 1.0 if _entry.visible else lerpf(1.0, DIM_ALPHA, dim)


func _unhandled_input(event: InputEvent) -> void:
	if event.is_action_pressed(&"chat") and not event.is_echo():
		open()
		get_viewport().set_input_as_handled()


## Lets the player type.
func open() -> void:
	_entry.show()
	_entry.grab_focus()
	_panel.theme_type_variation = &"ChatPanel"
	_lines.mouse_filter = Control.MOUSE_FILTER_STOP


## Adds a line of the game's own.
func add_system_line(text: String) -> void:
	_start_line()
	_lines.push_color(SYSTEM_COLOUR)
	_lines.add_text(text)
	_lines.pop()
	line_added.emit("", text)


## Adds what somebody has said, exactly as it was said: nothing in it is markup.
func add_line(author: String, colour: Color, text: String) -> void:
	_start_line()
	_lines.push_color(colour)
	_lines.add_text(author + ": ")
	_lines.pop()
	_lines.add_text(_one_line(text))
	line_added.emit(author, text)


## A player's colour, always the same for the same name.
static func name_colour(player_name: String) -> Color:
	return NAME_COLOURS[player_name.hash() % NAME_COLOURS.size()]


func _one_line(text: String) -> String:
	return text.replace("\r", "").replace("\n", " ")


func _start_line() -> void:
	_quiet_seconds = 0.0
	if _lines.get_parsed_text() != "":
		_lines.newline()
	if _lines.get_paragraph_count() > MAX_LINES:
		_lines.remove_paragraph(0)


func _close() -> void:
	_quiet_seconds = 0.0
	_entry.clear()
	_entry.release_focus()
	_entry.hide()
	_panel.theme_type_variation = &"IdleChatPanel"
	_lines.mouse_filter = Control.MOUSE_FILTER_IGNORE


func _on_text_submitted(text: String) -> void:
	_close()
	if not text.strip_edges().is_empty():
		_last_said = text
		said.emit(text)


func _on_entry_gui_input(event: InputEvent) -> void:
	if event.is_action_pressed(&"menu"):
		_close()
		get_viewport().set_input_as_handled()


func _on_chat_received(player: EstragonPlayer, text: String, _timestamp_ms: int) -> void:
	if player == null:
		add_system_line(text)
		return
	var is_own: bool = player.player_id == Connection.session.player_id
	add_line(player.name, OWN_COLOUR if is_own else name_colour(player.name), text)


func _on_player_joined(player: EstragonPlayer) -> void:
	if Connection.session.world.is_roster_known:
		add_system_line(tr(&"CHAT_JOINED") % player.name)


func _on_player_left(player: EstragonPlayer, reason: int) -> void:
	var lost: bool = reason == EstragonCodec.LeaveReason.LOST
	add_system_line(tr(&"CHAT_LOST" if lost else &"CHAT_LEFT") % player.name)


func _on_refused(refusal: EstragonRefusal) -> void:
	if refusal.is_fatal or Connection.status != EstragonClient.Status.PLAYING:
		return
	add_system_line(ErrorText.sentence_with_wait(refusal.code, refusal.retry_after_ms))
	if refusal.message == EstragonCodec.MessageType.CHAT_MESSAGE and _entry.text.is_empty():
		_entry.text = _last_said
		_entry.caret_column = _last_said.length()
