extends TestCase
## Everybody is in the list, and whom one picks there is the one that is meant.

const LIST: PackedScene = preload("res://hud/player_list.tscn")

var _list: PlayerList = LIST.instantiate()


func test_oneself_comes_first_and_the_others_by_name() -> void:
	_start(["Pozzo", "lucky", "[b]Мальчик[/b]"])
	equal(_names(), ["Estragon (you)", "lucky", "Pozzo", "[b]Мальчик[/b]", "Владимир"], "names")
	_end()


func test_who_comes_and_goes_comes_and_goes_there() -> void:
	_start([])
	var session: EstragonSession = Connection.session
	session.player_joined.emit(session.world.add_player(ServerDouble.join(20, 5, "Pozzo")))
	_list._process(1.0)
	yes("Pozzo" in _names(), "who has come")
	session.player_left.emit(session.world.remove_player(20), 1)
	_list._process(1.0)
	yes(not "Pozzo" in _names(), "who has gone")
	_end()


func test_enter_on_a_name_is_about_that_player() -> void:
	_start(["Pozzo"])
	var picked: Array = []
	_list.player_picked.connect(
		func(player_id: int, name: String, _at: Vector2) -> void: picked.append([player_id, name])
	)
	var names: Tree = _list.get_node("%Names")
	names.item_activated.emit()
	equal(picked, [], "oneself is nobody to whisper to")
	names.get_root().get_child(1).select(0)
	names.item_activated.emit()
	equal(picked, [[20, "Pozzo"]], "the second")
	_end()


func test_the_key_that_opens_it_closes_it() -> void:
	_start([])
	var event: InputEventAction = InputEventAction.new()
	event.action = &"players"
	event.pressed = true
	_list._input(event)
	yes(not _list.visible, "closed")
	_end()


func _start(others: Array) -> void:
	TranslationServer.set_locale("en")
	var session: EstragonSession = Connection.session
	session.world = ServerDouble.session_in_world().world
	session.player_id = ServerDouble.OWN_ID
	for index: int in others.size():
		session.world.add_player(ServerDouble.join(20 + index, 5 + index, others[index]))
	tree.root.add_child(_list)
	_list.open()


func _end() -> void:
	Connection.session.world = null
	Connection.session.player_id = 0
	_list.free()


func _names() -> Array:
	var names: Tree = _list.get_node("%Names")
	return names.get_root().get_children().map(
		func(item: TreeItem) -> String: return item.get_text(0)
	)
