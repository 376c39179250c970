class_name Menu
extends Control
## The main menu: who one is, and where to go.

## Where Play leads.
const WORLD: String = "res://world/world.tscn"
## A line of the list of worlds.
const ROW: PackedScene = preload("res://menu/world_row.tscn")

## The last answer of the server, null where there was none.
var _info: ServerInfo = null
var _book: ServerBook = null
var _rows: ButtonGroup = ButtonGroup.new()

@onready var _watch: ServerWatch = %ServerWatch
@onready var _who: WhoPanel = %Who
@onready var _address: LineEdit = %Address
@onready var _server_state: Label = %ServerState
@onready var _worlds: VBoxContainer = %Worlds
@onready var _message: RefusalLabel = %Message
@onready var _play: Button = %Play
@onready var _page: AccountPage = %AccountPage
@onready var _servers: ServerList = %ServerList


func _ready() -> void:
	_address.text = Settings.server_address
	Connection.account.visit(_address.text)
	var path: String = ServerBook.PATH if Settings.is_persistent else ""
	_book = ServerBook.new(path, Settings.server_address)
	_servers.book = _book
	_address.text_changed.connect(_on_address_changed)
	_address.text_submitted.connect(func(_text: String) -> void: play())
	_who.submitted.connect(play)
	_who.changed.connect(_message.clear)
	_who.account_requested.connect(_page.open)
	_who.logged_out.connect(_on_logged_out)
	_page.closed.connect(_on_page_closed)
	(%Servers as Button).pressed.connect(_servers.open)
	(%Settings as Button).pressed.connect((%SettingsPage as SettingsPage).open)
	(%SettingsPage as SettingsPage).closed.connect((%Settings as Button).grab_focus)
	_servers.chosen.connect(_on_server_chosen)
	_servers.closed.connect((%Servers as Button).grab_focus)
	_play.pressed.connect(play)
	(%Quit as Button).pressed.connect(get_tree().quit)
	(%Russian as Button).pressed.connect(_speak.bind("ru"))
	(%English as Button).pressed.connect(_speak.bind("en"))
	_watch.answered.connect(_on_server_answered)
	_watch.unanswered.connect(_on_server_unanswered)
	Connection.joined.connect(_on_joined)
	Connection.join_failed.connect(_on_join_failed)
	_watch.watch(_address.text)
	_show_languages()
	_show_state(&"SERVER_ASKING")
	_focus.call_deferred()
	if Connection.refusal != null:
		_message.show_refusal(Connection.refusal)
	elif not Connection.account.store.is_sound:
		_message.show_problem(&"WHO_NOT_REMEMBERED")


func _notification(what: int) -> void:
	if what == NOTIFICATION_TRANSLATION_CHANGED and is_node_ready():
		_show_languages()
		_show_worlds()


## Sets out for the chosen world.
func play() -> void:
	if _play.disabled:
		return
	Settings.server_address = _address.text.strip_edges()
	_message.clear()
	if not _who.problem().is_empty():
		_message.show_problem(_who.problem())
		_who.focus()
		return
	_play.disabled = true
	_play.text = "MENU_JOINING"
	Connection.client_name = "Godot demo"
	var refusal: EstragonRefusal = await _who.set_out(Settings.server_address, _chosen_world())
	Settings.save()
	if refusal != null:
		_stay(refusal)


## The translation key of the message shown, empty where there is none.
func problem() -> StringName:
	return _shown_message().key()


## The message as it is shown.
func problem_text() -> String:
	return _shown_message().text


func _shown_message() -> RefusalLabel:
	return _page.message if _page.visible else _message


func _chosen_world() -> String:
	var row: WorldRow = _rows.get_pressed_button()
	return "" if row == null else row.world


func _speak(locale: String) -> void:
	Settings.speak(locale)


func _show_languages() -> void:
	(%Russian as Button).set_pressed_no_signal(Settings.locale == "ru")
	(%English as Button).set_pressed_no_signal(Settings.locale == "en")


func _show_state(key: StringName) -> void:
	_server_state.theme_type_variation = &"DimLabel"
	_server_state.text = tr(key)


func _show_greeting() -> void:
	_server_state.theme_type_variation = &"OnlineLabel"
	_server_state.text = _info.name if _info.greeting.is_empty() else _info.greeting


func _show_worlds() -> void:
	var worlds: Array[ServerInfo.World] = []
	if _info == null:
		_show_state(&"SERVER_UNREACHABLE")
	elif not _info.is_understood:
		_show_state(&"SERVER_OTHER_VERSION")
	elif _info.worlds.is_empty():
		_show_state(&"SERVER_NO_WORLDS")
	else:
		worlds = _info.worlds
		_show_greeting()
	while _worlds.get_child_count() < worlds.size():
		var row: WorldRow = ROW.instantiate()
		row.button_group = _rows
		row.pressed.connect(_on_row_pressed.bind(row))
		_worlds.add_child(row)
	for index: int in _worlds.get_child_count():
		var row: WorldRow = _worlds.get_child(index)
		if index >= worlds.size():
			row.queue_free()
		else:
			row.show_world(worlds[index])
	_press_remembered_world()


func _press_remembered_world() -> void:
	var first: WorldRow = null
	for row: WorldRow in _worlds.get_children():
		if row.is_queued_for_deletion():
			continue
		first = row if first == null else first
		if row.world == Settings.world:
			first = row
			break
	if first != null:
		first.button_pressed = true


func _on_row_pressed(row: WorldRow) -> void:
	Settings.world = row.world


func _on_address_changed(text: String) -> void:
	_message.clear()
	_watch.watch(text)
	Connection.account.visit(text)


func _on_logged_out(answer: EstragonAnswer) -> void:
	if not answer.is_done():
		_message.show_refusal(answer.refusal)


func _on_page_closed(success_key: StringName) -> void:
	if not success_key.is_empty():
		_message.show_success(success_key)
	_focus()


func _on_server_answered(info: ServerInfo) -> void:
	_info = info
	_show_worlds()


func _on_server_unanswered(untrusted: bool) -> void:
	_info = null
	_show_worlds()
	if untrusted:
		_show_state(&"SERVER_UNTRUSTED")


func _on_server_chosen(address: String) -> void:
	_address.text = address
	_address.text_changed.emit(address)
	_play.grab_focus()


func _on_joined() -> void:
	_book.add(Settings.server_address, "" if _info == null else _info.name)
	get_tree().change_scene_to_file(WORLD)


func _on_join_failed(_code: int) -> void:
	_stay(Connection.refusal)


func _stay(refusal: EstragonRefusal) -> void:
	_play.disabled = false
	_play.text = "MENU_PLAY"
	_message.show_refusal(refusal)
	_focus()


func _focus() -> void:
	if Connection.account.is_logged_in():
		_play.grab_focus()
	else:
		_who.focus()
