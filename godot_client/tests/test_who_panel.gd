extends TestCase
## The menu's forms by keyboard: what Enter, Tab and Escape do, and what is asked for first.

const PANEL: PackedScene = preload("res://menu/who_panel.tscn")
const DIALOG: PackedScene = preload("res://account/register_dialog.tscn")
const REPORT: PackedScene = preload("res://hud/report_dialog.tscn")

var _panel: WhoPanel = null
var _submitted: int = 0


func test_enter_leads_through_the_log_in_to_its_end() -> void:
	_start(&"LogInTab")
	var form: AccountForm = _panel.get_node("%LogIn")
	equal(_panel.problem(), &"ERROR_NAME_EMPTY", "first the name")
	yes(_line(form, "%Name").has_focus(), "the name has the focus")
	_line(form, "%Name").text = "Estragon"
	press(KEY_ENTER)
	yes(_line(form, "%Password/%Entry").has_focus(), "then the password")
	equal(_panel.problem(), &"ACCOUNT_PASSWORD_MISSING", "which is missing")
	equal(_submitted, 0, "not yet")
	_line(form, "%Password/%Entry").text = "waiting for nobody"
	equal(_panel.problem(), &"", "all is there")
	press(KEY_ENTER)
	equal(_submitted, 1, "off we go")
	_stop()


func test_tab_goes_from_line_to_line_in_their_order() -> void:
	_start(&"RegisterTab")
	var form: AccountForm = _panel.get_node("%Register")
	for path: String in ["%Name", "%Password/%Entry", "%Password/%Eye", "%Again/%Entry"]:
		yes((form.get_node(path) as Control).has_focus(), path)
		press(KEY_TAB)
	press(KEY_TAB)
	yes((form.get_node("%Remember") as Control).has_focus(), "%Remember")
	_stop()


func test_a_new_account_wants_the_same_password_twice() -> void:
	_start(&"RegisterTab")
	var form: AccountForm = _panel.get_node("%Register")
	_line(form, "%Name").text = "Estragon"
	_line(form, "%Password/%Entry").text = "waiting for nobody"
	_line(form, "%Password/%Entry").grab_focus()
	press(KEY_ENTER)
	yes(_line(form, "%Again/%Entry").has_focus(), "the second time")
	equal(_panel.problem(), &"ACCOUNT_PASSWORDS_DIFFER", "not the same")
	_line(form, "%Again/%Entry").text = "waiting for nobody"
	equal(_panel.problem(), &"", "the same")
	press(KEY_ENTER)
	equal(_submitted, 1, "off we go")
	_stop()


func test_the_eye_shows_what_stands_there_and_closes_when_it_is_forgotten() -> void:
	_start(&"LogInTab")
	var form: AccountForm = _panel.get_node("%LogIn")
	var entry: LineEdit = _line(form, "%Password/%Entry")
	var eye: Button = form.get_node("%Password/%Eye")
	entry.text = "secret"
	yes(entry.secret, "hidden at first")
	eye.button_pressed = true
	yes(not entry.secret, "shown")
	form.forget_passwords()
	yes(entry.secret, "hidden again")
	equal(entry.text, "", "and forgotten")
	_stop()


func test_whoever_is_logged_in_sees_their_name_and_logged_out_the_log_in() -> void:
	_start(&"GuestTab")
	var account: EstragonAccount = Connection.account
	account.token = "token"
	account.account_name = "Estragon"
	account.changed.emit()
	yes((_panel.get_node("%Account") as Control).visible, "remembered")
	equal((_panel.get_node("%AccountName") as Label).text, "Estragon", "name")
	yes(not (_panel.get_node("%Tabs") as Control).visible, "nothing else to choose")
	account.forget()
	var form: AccountForm = _panel.get_node("%LogIn")
	yes(form.visible, "the log-in")
	equal(form.account_name(), "Estragon", "with the name that it was")
	equal(_panel.problem(), &"ACCOUNT_PASSWORD_MISSING", "and without a password")
	_stop()


func test_escape_closes_a_dialog_and_forgets_the_passwords() -> void:
	var dialog: RegisterDialog = DIALOG.instantiate()
	tree.root.add_child(dialog)
	yes(not Dialog.is_any_open(tree), "none is open")
	dialog.open()
	yes(Dialog.is_any_open(tree), "it is open")
	var form: AccountForm = dialog.get_node("%Form")
	_line(form, "%Password/%Entry").text = "secret"
	press(KEY_ESCAPE)
	yes(not dialog.visible, "closed")
	equal(form.password(), "", "forgotten")
	dialog.free()


func test_a_report_has_a_longest_length_and_tab_leads_out_of_it() -> void:
	var dialog: ReportDialog = REPORT.instantiate()
	tree.root.add_child(dialog)
	dialog.open_about(9, "Pozzo")
	yes("Pozzo" in (dialog.get_node("%Title") as Label).text, "about whom")
	var text: TextEdit = dialog.get_node("%Text")
	text.text = "щ".repeat(ReportDialog.MAX_CHARACTERS + 7)
	text.text_changed.emit()
	equal(text.text.length(), ReportDialog.MAX_CHARACTERS, "characters")
	equal((dialog.get_node("%Left") as Label).text, "500 / 500", "how many are left")
	yes(text.has_focus(), "typing")
	press(KEY_TAB)
	yes((dialog.get_node("%Send") as Control).has_focus(), "on to the buttons")
	dialog.free()


func _start(tab: StringName) -> void:
	_panel = PANEL.instantiate()
	tree.root.add_child(_panel)
	_panel.submitted.connect(func() -> void: _submitted += 1)
	var button: Button = _panel.get_node("%" + tab)
	button.button_pressed = true
	button.pressed.emit()


func _stop() -> void:
	_panel.free()


func _line(form: AccountForm, path: String) -> LineEdit:
	return form.get_node(path)
