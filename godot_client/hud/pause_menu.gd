class_name PauseMenu
extends Dialog
## What Escape brings up. The world goes on behind it.

## The player wants to leave.
signal menu_requested
## The guest wants an account.
signal register_requested
## The player wants another name.
signal rename_requested
## The player wants to change settings.
signal settings_requested

@onready var _resume: Button = %Resume
@onready var _register: Button = %Register


func _ready() -> void:
	hide()
	_resume.pressed.connect(close)
	_register.pressed.connect(_leave_for.bind(register_requested))
	(%Rename as Button).pressed.connect(_leave_for.bind(rename_requested))
	(%Settings as Button).pressed.connect(_leave_for.bind(settings_requested))
	(%Leave as Button).pressed.connect(menu_requested.emit)
	(%Quit as Button).pressed.connect(get_tree().quit)


## Shows it.
func open() -> void:
	super()
	_register.visible = not Connection.session.is_account
	_resume.grab_focus()


func _leave_for(wanted: Signal) -> void:
	close()
	wanted.emit()
