class_name ReportDialog
extends Dialog
## Tells the staff about a player.

## The longest report, in characters.
const MAX_CHARACTERS: int = 500

var _player_id: int = 0
var _player_name: String = ""

@onready var _title: Label = %Title
@onready var _text: TextEdit = %Text
@onready var _left: Label = %Left
@onready var _message: RefusalLabel = %Message


func _ready() -> void:
	hide()
	_text.text_changed.connect(_on_text_changed)
	_text.gui_input.connect(_on_text_gui_input)
	(%Send as Button).pressed.connect(_send)
	(%Cancel as Button).pressed.connect(close)
	Connection.session.notice_received.connect(_on_notice_received)
	Connection.session.refused.connect(_on_refused)


## Shows it for a player.
func open_about(player_id: int, player_name: String) -> void:
	_player_id = player_id
	_player_name = player_name
	_title.text = tr(&"REPORT_TITLE") % player_name
	_text.clear()
	_on_text_changed()
	open()
	_text.grab_focus()


func _send() -> void:
	if _text.text.strip_edges().is_empty():
		_message.show_problem(&"REPORT_EMPTY")
	else:
		Connection.session.report(_player_id, _text.text)


func _on_text_changed() -> void:
	if _text.text.length() > MAX_CHARACTERS:
		var caret: Vector2i = Vector2i(_text.get_caret_column(), _text.get_caret_line())
		_text.text = _text.text.left(MAX_CHARACTERS)
		_text.set_caret_line(caret.y)
		_text.set_caret_column(caret.x)
	_left.text = "%d / %d" % [_text.text.length(), MAX_CHARACTERS]
	_message.clear()


## Enter sends, with Shift it makes a new line; Tab goes on to the buttons.
func _on_text_gui_input(event: InputEvent) -> void:
	if event.is_action_pressed(&"ui_text_submit") and not Input.is_key_pressed(KEY_SHIFT):
		_send()
		_text.accept_event()
	elif event.is_action_pressed(&"ui_focus_next"):
		(%Send as Button).grab_focus()
		_text.accept_event()


func _on_notice_received(code: int, _values: PackedStringArray) -> void:
	if visible and code == EstragonCodec.NoticeCode.REPORT_FILED:
		close()


func _on_refused(refusal: EstragonRefusal) -> void:
	if visible and refusal.message == EstragonCodec.MessageType.REPORT:
		_message.show_refusal(refusal)
