class_name WhoPanel
extends VBoxContainer
## Who one wants to be: a guest, somebody who logs in, a new account, or who is remembered.

## Enter was pressed: that is all, off we go.
signal submitted
## Something else stands there, so that what was wrong may no longer be.
signal changed
## The player wants to see their account.
signal account_requested
## The player logged out, or could not.
signal logged_out(answer: EstragonAnswer)

@onready var _tabs: HBoxContainer = %Tabs
@onready var _guest: VBoxContainer = %Guest
@onready var _log_in: AccountForm = %LogIn
@onready var _register: AccountForm = %Register
@onready var _account: VBoxContainer = %Account
@onready var _name_entry: LineEdit = %NameEntry
@onready var _looks: LookChooser = %LookChooser
@onready var _figure: LookChooser = %Figure


func _ready() -> void:
	_name_entry.text = Settings.player_name
	_looks.look = Settings.look
	_name_entry.text_changed.connect(func(_text: String) -> void: changed.emit())
	_name_entry.text_submitted.connect(func(_text: String) -> void: submitted.emit())
	_looks.look_changed.connect(func(look: int) -> void: Settings.look = look)
	for form: AccountForm in [_log_in, _register]:
		form.changed.connect(changed.emit)
		form.submitted.connect(submitted.emit)
	(%GuestTab as Button).pressed.connect(_show_page.bind(_guest))
	(%LogInTab as Button).pressed.connect(_show_page.bind(_log_in))
	(%RegisterTab as Button).pressed.connect(_show_page.bind(_register))
	(%Open as Button).pressed.connect(account_requested.emit)
	(%LogOut as Button).pressed.connect(_on_log_out_pressed)
	(%Forget as Button).pressed.connect(Connection.account.forget)
	Connection.account.changed.connect(_on_account_changed)
	_on_account_changed()


## Sets out as who one wants to be. Null where one is on the way; the world, or why not, comes from
## [EstragonClient].
func set_out(address: String, world: String) -> EstragonRefusal:
	Settings.player_name = _name_entry.text.strip_edges()
	if _guest.visible:
		Connection.join(address, world, Settings.player_name, _looks.look)
		return null
	var ticket: String = ""
	if not _account.visible:
		var answer: EstragonAnswer = await _enter()
		if not answer.is_done():
			return answer.refusal
		ticket = answer.ticket
		_log_in.forget_passwords()
		_register.forget_passwords()
	Connection.join_account(world, ticket)
	return null


## The translation key of what is missing before one can set out, empty where all is there.
func problem() -> StringName:
	if _log_in.visible:
		return _log_in.problem()
	return _register.problem() if _register.visible else &""


## Lets the player type.
func focus() -> void:
	if _log_in.visible:
		_log_in.focus()
	elif _register.visible:
		_register.focus()
	elif _guest.visible:
		_name_entry.grab_focus()
		_name_entry.caret_column = _name_entry.text.length()


func _enter() -> EstragonAnswer:
	if _log_in.visible:
		return await Connection.account.log_in(
			_log_in.account_name(), _log_in.password(), _log_in.remembers()
		)
	return await Connection.account.register(
		_register.account_name(), _register.password(), _looks.look, _register.remembers()
	)


func _show_page(page: Control) -> void:
	for each: Control in [_guest, _log_in, _register, _account]:
		each.visible = each == page
	_tabs.visible = page != _account
	changed.emit()
	if is_inside_tree():
		focus()


func _on_account_changed() -> void:
	var account: EstragonAccount = Connection.account
	if account.is_logged_in():
		(%AccountName as Label).text = account.account_name
		_figure.look = account.look
		_log_in.propose(account.account_name)
		_show_page(_account)
	elif _account.visible:
		(%LogInTab as Button).button_pressed = true
		_show_page(_log_in)


func _on_log_out_pressed() -> void:
	logged_out.emit(await Connection.account.log_out())
