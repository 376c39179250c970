class_name PauseMenu
extends Control
## What Escape brings up. The world goes on behind it.

## The player wants to leave.
signal menu_requested

@onready var _resume: Button = %Resume


func _ready() -> void:
	hide()
	_resume.pressed.connect(hide)
	(%Leave as Button).pressed.connect(menu_requested.emit)
	(%Quit as Button).pressed.connect(get_tree().quit)


func _input(event: InputEvent) -> void:
	if visible and event.is_action_pressed(&"menu"):
		hide()
		get_viewport().set_input_as_handled()


## Shows it.
func open() -> void:
	show()
	_resume.grab_focus()
