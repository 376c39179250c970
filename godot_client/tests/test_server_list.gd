extends TestCase
## The list of servers: what each line says, and that all of it works by keyboard and gamepad.

const LIST: PackedScene = preload("res://menu/server_list.tscn")
const ANSWER: String = (
	'{"name": "Годо", "version": "0.1.0", "protocol_versions": [1], "players": 3,'
	+ ' "max_players": 20, "worlds": [{"name": "village", "mode": "free_roam", "players": 3}]}'
)

var _list: ServerList = null
var _chosen: String = ""


func test_a_line_tells_how_its_server_is_just_now() -> void:
	var good: HttpDouble = _server([[200, ANSWER]])
	var older: HttpDouble = _server([[200, ANSWER.replace("[1]", "[99]")]])
	var odd: HttpDouble = _server([[200, "<html>"]])
	var broken: HttpDouble = _server([[500, ANSWER]])
	var servers: Array[HttpDouble] = [good, older, odd, broken]
	var problems: Array[StringName] = [
		&"", &"SERVER_OTHER_VERSION_SHORT", &"SERVER_SILENT", &"SERVER_SILENT"
	]
	_open(servers.map(func(each: HttpDouble) -> String: return each.listen()))
	await until(
		func() -> bool: return _list.rows().all(func(r: ServerRow) -> bool: return _knows(r))
	)
	var rows: Array[ServerRow] = _list.rows()
	for place: int in rows.size():
		equal(rows[place].problem(), problems[place], str(place))
	equal(_text(rows[0], "%Name"), "Годо", "its name")
	yes("0.1.0" in _text(rows[0], "%Details"), "its version")
	yes(ServerInfo.mode_name("free_roam") in _text(rows[0], "%Details"), "its modes")
	equal(_text(rows[0], "%Count"), "3 / 20", "players and places")
	yes((rows[0].get_node("%Ping") as Control).visible, "its ping")
	yes(not (rows[2].get_node("%Ping") as Control).visible, "no ping of nobody")
	equal(_list.book.entries()[0].name, "Годо", "the name is noted")
	_close()
	for server: HttpDouble in servers:
		server.free()


func test_nobody_is_asked_while_the_list_is_not_shown() -> void:
	var server: HttpDouble = _server([[200, ANSWER]])
	_open([server.listen()])
	_list.hide()
	for _frame: int in 20:
		await tree.process_frame
	equal(server.asked.size(), 0, "questions")
	_list.open()
	yes(await until(func() -> bool: return not server.asked.is_empty()), "asked")
	_close()
	server.free()


func test_servers_are_added_favoured_removed_and_chosen_by_keyboard() -> void:
	_open(["127.0.0.1:1", "127.0.0.1:2"])
	_list.chosen.connect(func(address: String) -> void: _chosen = address)
	yes((_list.rows()[0].get_node("%Choose") as Control).has_focus(), "the first has the focus")
	var entry: LineEdit = _list.get_node("%NewAddress")
	entry.grab_focus()
	entry.text = "127.0.0.1:3"
	press(KEY_ENTER)
	equal(_list.rows().size(), 3, "one more")
	entry.text = "127.0.0.1:3"
	press(KEY_ENTER)
	equal(_list.rows().size(), 3, "not twice")
	equal((_list.get_node("%Message") as RefusalLabel).key(), &"SERVERS_KNOWN", "and it is said")
	(_list.rows()[2].get_node("%Star") as Star).grab_focus()
	press(KEY_ENTER)
	equal(_list.rows()[0].address, "127.0.0.1:3", "the favourite comes first")
	(_list.rows()[1].get_node("%Remove") as Cross).grab_focus()
	press(KEY_ENTER)
	equal(
		_list.rows().map(func(row: ServerRow) -> String: return row.address),
		["127.0.0.1:3", "127.0.0.1:2"],
		"one less"
	)
	yes((_list.rows()[1].get_node("%Choose") as Control).has_focus(), "on with the next")
	await tree.process_frame  # The container has put the lines in their places.
	await tree.process_frame
	press(KEY_UP)
	press(KEY_ENTER)
	equal(_chosen, "127.0.0.1:3", "chosen")
	yes(not _list.visible, "and closed")
	_close()


func _server(answers: Array[Array]) -> HttpDouble:
	var server: HttpDouble = HttpDouble.new()
	server.answers = answers
	tree.root.add_child(server)
	return server


func _open(addresses: Array) -> void:
	_list = LIST.instantiate()
	_list.book = ServerBook.new("")
	tree.root.add_child(_list)
	for address: String in addresses:
		_list.book.add(address)
	_list.open()


func _close() -> void:
	_list.free()


func _knows(row: ServerRow) -> bool:
	return row.problem() != &"SERVER_ASKING"


func _text(row: ServerRow, path: String) -> String:
	return (row.get_node(path) as Label).text
