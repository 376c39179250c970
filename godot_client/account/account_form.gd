class_name AccountForm
extends VBoxContainer
## Name and password, to log in by or to make an account of.

## Enter was pressed in the last line.
signal submitted
## Something else stands in it.
signal changed

## True: for a new account, with the password twice.
@export var is_new: bool = false

@onready var _name: LineEdit = %Name
@onready var _password: PasswordEntry = %Password
@onready var _again: PasswordEntry = %Again
@onready var _remember: CheckBox = %Remember


func _ready() -> void:
	_again.visible = is_new
	_name.text_submitted.connect(func(_text: String) -> void: _password.focus())
	_password.submitted.connect(_on_password_submitted)
	_again.submitted.connect(submitted.emit)
	_name.text_changed.connect(func(_text: String) -> void: changed.emit())
	_password.changed.connect(changed.emit)
	_again.changed.connect(changed.emit)


## The name that was typed.
func account_name() -> String:
	return _name.text.strip_edges()


## The password that was typed.
func password() -> String:
	return _password.password()


## Whether the log-in is to be remembered.
func remembers() -> bool:
	return _remember.button_pressed


## Puts a name there where none is yet.
func propose(proposed_name: String) -> void:
	if _name.text.is_empty():
		_name.text = proposed_name


## The translation key of what is still missing, empty where all is there.
func problem() -> StringName:
	if account_name().is_empty():
		return &"ERROR_NAME_EMPTY"
	if password().is_empty():
		return &"ACCOUNT_PASSWORD_MISSING"
	if is_new and _again.password() != password():
		return &"ACCOUNT_PASSWORDS_DIFFER"
	return &""


## Lets the player type what is missing first.
func focus() -> void:
	if account_name().is_empty():
		_name.grab_focus()
	else:
		_password.focus()


## Forgets the passwords.
func forget_passwords() -> void:
	_password.clear()
	_again.clear()


func _on_password_submitted() -> void:
	if is_new:
		_again.focus()
	else:
		submitted.emit()
