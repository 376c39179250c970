class_name PasswordEntry
extends HBoxContainer
## A line for a password, and an eye that shows what stands in it.

## Enter was pressed in it.
signal submitted
## Something else stands in it.
signal changed

## What stands in it while it is empty.
@export var placeholder: String = ""

@onready var _entry: LineEdit = %Entry
@onready var _eye: Button = %Eye


func _ready() -> void:
	_entry.placeholder_text = placeholder
	_entry.text_submitted.connect(func(_text: String) -> void: submitted.emit())
	_entry.text_changed.connect(func(_text: String) -> void: changed.emit())
	_eye.toggled.connect(func(is_shown: bool) -> void: _entry.secret = not is_shown)


## What stands in it.
func password() -> String:
	return _entry.text


## Lets the player type.
func focus() -> void:
	_entry.grab_focus()


## Empties it and closes the eye.
func clear() -> void:
	_entry.clear()
	_eye.button_pressed = false
