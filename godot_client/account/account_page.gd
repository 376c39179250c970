class_name AccountPage
extends Dialog
## What the owner of an account can do with it.

## It is closed; [param success_key] is the translation key of what was done with it, or empty.
signal closed(success_key: StringName)

var _is_waiting: bool = false

## What came of what was done last.
@onready var message: RefusalLabel = %Message

@onready var _name: LineEdit = %Name
@onready var _looks: LookChooser = %LookChooser
@onready var _old: PasswordEntry = %OldPassword
@onready var _new: PasswordEntry = %NewPassword
@onready var _again: PasswordEntry = %PasswordAgain
@onready var _options: Control = %Options
@onready var _export: Control = %Export
@onready var _path: LineEdit = %Path
@onready var _deletion: Control = %Deletion
@onready var _delete_password: PasswordEntry = %DeletePassword


func _ready() -> void:
	_name.text_submitted.connect(func(_text: String) -> void: _change_name())
	(%ChangeName as Button).pressed.connect(_change_name)
	_looks.look_changed.connect(_change_look)
	_old.submitted.connect(_new.focus)
	_new.submitted.connect(_again.focus)
	_again.submitted.connect(_change_password)
	(%ChangePassword as Button).pressed.connect(_change_password)
	(%LogOutEverywhere as Button).pressed.connect(_log_out_everywhere)
	(%SaveData as Button).pressed.connect(_ask_where)
	(%Save as Button).pressed.connect(_save)
	_path.text_submitted.connect(func(_text: String) -> void: _save())
	(%DoNotSave as Button).pressed.connect(_show.bind(_options))
	(%Delete as Button).pressed.connect(_ask_whether)
	(%Keep as Button).pressed.connect(_show.bind(_options))
	(%DeleteForGood as Button).pressed.connect(_delete)
	_delete_password.submitted.connect(_delete)
	(%Close as Button).pressed.connect(close)
	for entry: PasswordEntry in [_old, _new, _again, _delete_password]:
		entry.changed.connect(message.clear)


## Shows it, as the account is now.
func open() -> void:
	super()
	_name.text = Connection.account.account_name
	_looks.look = Connection.account.look
	for entry: PasswordEntry in [_old, _new, _again, _delete_password]:
		entry.clear()
	message.clear()
	_show(_options)
	_name.grab_focus()


## Hides it, without a word.
func close() -> void:
	_end(&"")


func _end(success_key: StringName) -> void:
	hide()
	closed.emit(success_key)


func _show(part: Control) -> void:
	for each: Control in [_options, _export, _deletion]:
		each.visible = each == part
	message.clear()


func _ask_where() -> void:
	if OS.has_feature("web"):
		_export_to("")
		return
	var folder: String = OS.get_system_dir(OS.SYSTEM_DIR_DOCUMENTS)
	if not DirAccess.dir_exists_absolute(folder):
		folder = OS.get_user_data_dir()
	_path.text = folder.path_join(_file_name())
	_path.caret_column = _path.text.length()
	_show(_export)
	_path.grab_focus()


func _ask_whether() -> void:
	_show(_deletion)
	_delete_password.focus()


func _change_name() -> void:
	var wanted: String = _name.text.strip_edges()
	if await _try(Connection.account.change_name.bind(wanted)) != null:
		message.show_success(&"ACCOUNT_NAME_CHANGED")
		_name.text = Connection.account.account_name


func _change_look(look: int) -> void:
	if _is_waiting:
		return  # What is chosen now is asked for next.
	if await _try(Connection.account.change_look.bind(look)) != null:
		message.show_success(&"ACCOUNT_LOOK_CHANGED")
	else:
		_looks.look = Connection.account.look


## The player has gone on choosing meanwhile.
func _catch_up_with_look() -> void:
	if visible and _looks.look != Connection.account.look:
		_change_look(_looks.look)


func _change_password() -> void:
	if _new.password() != _again.password():
		message.show_problem(&"ACCOUNT_PASSWORDS_DIFFER")
		return
	var change: Callable = Connection.account.change_password.bind(_old.password(), _new.password())
	if await _try(change) != null:
		for entry: PasswordEntry in [_old, _new, _again]:
			entry.clear()
		message.show_success(&"ACCOUNT_PASSWORD_CHANGED")


func _log_out_everywhere() -> void:
	if await _try(Connection.account.log_out_everywhere) != null:
		_end(&"ACCOUNT_LOGGED_OUT_EVERYWHERE")


func _file_name() -> String:
	return ("estragon-%s.json" % Connection.account.account_name).validate_filename()


func _save() -> void:
	_export_to(_path.text.strip_edges())


func _export_to(path: String) -> void:
	var answer: EstragonAnswer = await _try(Connection.account.export_all)
	if answer == null:
		return
	if OS.has_feature("web"):
		JavaScriptBridge.download_buffer(answer.body, _file_name(), "application/json")
	else:
		var file: FileAccess = FileAccess.open(path, FileAccess.WRITE)
		if file == null or not file.store_buffer(answer.body):
			message.show_problem(&"ACCOUNT_NOT_SAVED")
			return
	_show(_options)
	message.show_success(&"ACCOUNT_EXPORTED")


func _delete() -> void:
	if _delete_password.password().is_empty():
		message.show_problem(&"ACCOUNT_PASSWORD_MISSING")
		return
	if await _try(Connection.account.delete.bind(_delete_password.password())) != null:
		_end(&"ACCOUNT_DELETED")


## Asks the server, one thing at a time; null where it was refused, which is then said.
func _try(ask: Callable) -> EstragonAnswer:
	if _is_waiting:
		return null
	_is_waiting = true
	message.clear()
	var answer: EstragonAnswer = await ask.call()
	_is_waiting = false
	_catch_up_with_look.call_deferred()
	if answer.is_done():
		return answer
	if Connection.account.is_logged_in():
		message.show_refusal(answer.refusal)
	else:
		_end(&"ERROR_AUTH_EXPIRED")
	return null
