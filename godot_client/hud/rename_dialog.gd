class_name RenameDialog
extends Dialog
## Asks the server for another name, while one plays.

@onready var _name: LineEdit = %Name
@onready var _message: RefusalLabel = %Message


func _ready() -> void:
	hide()
	_name.text_submitted.connect(func(_text: String) -> void: _ask())
	_name.text_changed.connect(func(_text: String) -> void: _message.clear())
	(%Change as Button).pressed.connect(_ask)
	(%Cancel as Button).pressed.connect(close)
	Connection.session.identity_changed.connect(_on_identity_changed)
	Connection.session.refused.connect(_on_refused)


## Shows it, with the name that one has.
func open() -> void:
	super()
	_message.clear()
	_name.text = Connection.session.player_name
	_name.grab_focus()
	_name.select_all()


func _ask() -> void:
	if _name.text.strip_edges() == Connection.session.player_name:
		close()
	else:
		Connection.session.rename(_name.text)


func _on_identity_changed() -> void:
	if visible:
		close()


func _on_refused(refusal: EstragonRefusal) -> void:
	if visible and refusal.message == EstragonCodec.MessageType.RENAME:
		_message.show_refusal(refusal)
		_name.grab_focus()
