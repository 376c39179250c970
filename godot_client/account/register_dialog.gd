class_name RegisterDialog
extends Dialog
## Makes an account of the guest who plays just now.

## The guest is an account.
signal registered

var _is_waiting: bool = false

@onready var _form: AccountForm = %Form
@onready var _message: RefusalLabel = %Message


func _ready() -> void:
	hide()
	_form.submitted.connect(_register)
	_form.changed.connect(_message.clear)
	(%Create as Button).pressed.connect(_register)
	(%Cancel as Button).pressed.connect(close)


## Shows it, with the name that one plays under.
func open() -> void:
	super()
	_message.clear()
	_form.propose(Connection.session.player_name)
	_form.focus()


## Hides it, and what was typed as a password is forgotten.
func close() -> void:
	super()
	_form.forget_passwords()


func _register() -> void:
	var problem: StringName = _form.problem()
	if not problem.is_empty():
		_message.show_problem(problem)
	elif not _is_waiting:
		_is_waiting = true
		var answer: EstragonAnswer = await Connection.register(
			_form.account_name(), _form.password(), _form.remembers()
		)
		_is_waiting = false
		if answer.is_done():
			close()
			registered.emit()
		else:
			_message.show_refusal(answer.refusal)
