extends TestCase
## The page of an account, on a server that takes its time.

const PAGE: PackedScene = preload("res://account/account_page.tscn")

var _server: HttpDouble = null
var _page: AccountPage = null


func test_who_goes_on_choosing_while_the_server_is_asked_gets_the_last_look() -> void:
	_start()
	_server.answers = [[200, _account(1)], [200, _account(3)]]
	for _press: int in 3:
		_press_next()
	yes(await until(func() -> bool: return Connection.account.look == 3), "the last one")
	var looks: Array[float] = []
	for each: Array in _server.asked:
		looks.append(JSON.parse_string(each[2]).look)
	equal(looks, [1.0, 3.0] as Array[float], "what was asked for")
	equal(_page.message.key(), &"ACCOUNT_LOOK_CHANGED", "said")
	_stop()


func test_a_look_that_is_refused_is_put_back_and_not_asked_for_again() -> void:
	_start()
	_server.answers = [[500, "{}"], [200, _account(1)]]
	_press_next()
	_press_next()
	yes(await until(func() -> bool: return not _page.message.key().is_empty()), "said")
	await tree.process_frame
	equal((_page.get_node("%LookChooser") as LookChooser).look, 0, "as it was")
	equal(_server.asked.size(), 1, "requests")
	_stop()


func _start() -> void:
	_server = HttpDouble.new()
	tree.root.add_child(_server)
	Connection.account.visit(_server.listen())
	Connection.account.token = "token"
	_page = PAGE.instantiate()
	tree.root.add_child(_page)
	_page.open()


func _press_next() -> void:
	(_page.get_node("%LookChooser/%Next") as Button).pressed.emit()


func _account(look: int) -> String:
	return JSON.stringify({"name": "Estragon", "look": look})


func _stop() -> void:
	Connection.account.forget()
	_page.free()
	_server.free()
