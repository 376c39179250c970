extends TestCase
## An account over HTTP: what is asked, what is remembered, and what any answer comes to.

const PATH: String = "user://test_account.bin"

var _server: HttpDouble = HttpDouble.new()
var _account: EstragonAccount = EstragonAccount.new()


func test_a_login_is_remembered_only_where_that_is_wanted() -> void:
	var address: String = _start()
	_account.visit(address)
	_server.answers = [[200, _logged_in("one")], [200, _logged_in("two")]]
	var answer: EstragonAnswer = await _account.log_in("estragon", "a password", false)
	equal(answer.ticket, "ticket-one", "ticket")
	equal(_account.account_name, "Estragon", "the name as the server writes it")
	equal(_account.look, 4, "look")
	yes(EstragonTokenStore.new(PATH).login(address) == null, "not remembered")
	await _account.log_in("estragon", "a password", true)
	equal(EstragonTokenStore.new(PATH).login(address).token, "two", "remembered")
	equal(
		_server.asked[0],
		["POST /api/login", "", '{"name":"estragon","password":"a password"}'],
		"what was asked"
	)
	var raw: String = FileAccess.get_file_as_bytes(PATH).get_string_from_ascii()
	yes(not "password" in raw, "no password is kept")
	_stop()


func test_who_comes_back_shows_the_token_and_remembers_the_next() -> void:
	var address: String = _start()
	_remember(address, "one")
	_account.visit(address)
	equal(_account.account_name, "Estragon", "remembered")
	yes(_account.is_logged_in(), "logged in")
	_server.answers = [[200, _logged_in("two")]]
	var answer: EstragonAnswer = await _account.come_back()
	equal(answer.ticket, "ticket-two", "ticket")
	equal(_server.asked, [["POST /api/tickets", "one", ""]], "what was asked")
	equal(EstragonTokenStore.new(PATH).login(address).token, "two", "the new token")
	_stop()


func test_another_game_on_the_machine_may_have_come_back_meanwhile() -> void:
	var address: String = _start()
	_remember(address, "one")
	_account.visit(address)
	_remember(address, "two")
	_server.answers = [[200, _logged_in("three")]]
	await _account.come_back()
	equal(_server.asked[0][1], "two", "the newest token")
	_stop()


func test_a_token_that_is_no_longer_good_is_forgotten() -> void:
	var address: String = _start()
	_remember(address, "one")
	_account.visit(address)
	_server.answers = [[401, '{"code": "AUTH_EXPIRED", "text": "", "retry_after_ms": 0}']]
	var answer: EstragonAnswer = await _account.come_back()
	yes(answer.is_refused_with(EstragonCodec.ErrorCode.AUTH_EXPIRED), "refused")
	yes(not _account.is_logged_in(), "logged out")
	yes(EstragonTokenStore.new(PATH).login(address) == null, "forgotten")
	_stop()


func test_a_server_that_is_away_takes_nothing_from_who_is_remembered() -> void:
	var address: String = _start()
	_remember(address, "one")
	_account.visit(address)
	_server.answers = [[503, "<html>Back soon</html>"]]
	for each: int in 2:
		var answer: EstragonAnswer = await _account.come_back()
		yes(not answer.is_done(), "refused")
		answer = await _account.log_out()
		yes(answer.is_refused_with(EstragonClient.UNREACHABLE), "nobody there")
	equal(EstragonTokenStore.new(PATH).login(address).token, "one", "still remembered")
	_account.forget()
	yes(EstragonTokenStore.new(PATH).login(address) == null, "forgotten when one wants it")
	_stop()


func test_a_refusal_comes_with_all_that_it_says() -> void:
	_account.visit(_start())
	_server.answers = [
		[429, '{"code": "AUTH_TOO_MANY_TRIES", "text": "slowly", "retry_after_ms": 61500}'],
		[200, "<html>A portal in between</html>"],
		[307, ""],
		[200, '{"account": 5, "ticket": "x"}'],
		[422, '{"code": "INVALID", "text": "body.name: too long", "retry_after_ms": "soon"}'],
		[400, '{"code": ["?"]}'],
	]
	var refusals: Array[EstragonRefusal] = []
	for each: int in _server.answers.size():
		var answer: EstragonAnswer = await _account.log_in("Estragon", "a password", true)
		refusals.append(answer.refusal)
	equal(refusals[0].code, EstragonCodec.ErrorCode.AUTH_TOO_MANY_TRIES, "code")
	equal(refusals[0].text, "slowly", "text")
	equal(refusals[0].retry_after_ms, 61500, "wait")
	for each: int in [1, 2, 3, 4, 5]:
		equal(refusals[each].code, EstragonClient.NOT_UNDERSTOOD, "answer %d" % each)
	yes(not _account.is_logged_in(), "not logged in by any of it")
	_stop()


func test_an_answer_for_a_server_that_one_has_left_changes_nothing() -> void:
	var address: String = _start()
	_account.visit(address)
	_server.answers = [[200, _logged_in("one")]]
	var answers: Array[EstragonAnswer] = []
	var ask: Callable = func() -> void:
		answers.append(await _account.log_in("Estragon", "a password", true))
	ask.call()
	_account.visit("elsewhere.example.org")
	while answers.is_empty():
		await tree.process_frame
	yes(answers[0].is_done(), "answered")
	yes(not _account.is_logged_in(), "not there")
	yes(EstragonTokenStore.new(PATH).login(address) == null, "nor here")
	_stop()


func test_a_new_password_ends_the_old_log_in_and_begins_another() -> void:
	var address: String = _start()
	_remember(address, "one")
	_account.visit(address)
	_server.answers = [[204, ""], [200, _logged_in("two")]]
	var answer: EstragonAnswer = await _account.change_password("old one", "new one")
	yes(answer.is_done(), "changed")
	equal(_server.asked[0][1], "one", "asked as oneself")
	equal(_server.asked[1][2], '{"name":"Estragon","password":"new one"}', "logged in again")
	equal(EstragonTokenStore.new(PATH).login(address).token, "two", "remembered again")
	_stop()


func test_name_and_look_are_changed_and_remembered() -> void:
	var address: String = _start()
	_remember(address, "one")
	_account.visit(address)
	_server.answers = [[200, '{"name": "Gogo", "look": 5, "role": "player"}']]
	yes((await _account.change_name("Gogo")).is_done(), "changed")
	equal(_server.asked, [["PATCH /api/account", "one", '{"name":"Gogo"}']], "what was asked")
	equal(EstragonTokenStore.new(PATH).login(address).name, "Gogo", "name")
	equal(EstragonTokenStore.new(PATH).login(address).look, 5, "look")
	equal(EstragonTokenStore.new(PATH).login(address).token, "one", "token")
	_stop()


func test_a_deleted_account_is_forgotten() -> void:
	var address: String = _start()
	_remember(address, "one")
	_account.visit(address)
	_server.answers = [[401, '{"code": "AUTH_FAILED"}'], [204, ""]]
	yes(not (await _account.delete("wrong")).is_done(), "not with a wrong password")
	yes(_account.is_logged_in(), "still there")
	yes((await _account.delete("right")).is_done(), "deleted")
	equal(_server.asked[1], ["DELETE /api/account", "one", '{"password":"right"}'], "asked")
	yes(EstragonTokenStore.new(PATH).login(address) == null, "forgotten")
	_stop()


func _start() -> String:
	tree.root.add_child(_server)
	_account.store = EstragonTokenStore.new(PATH)
	tree.root.add_child(_account)
	return _server.listen()


func _stop() -> void:
	for file: String in [PATH, PATH + ".key"]:
		DirAccess.remove_absolute(file)
	_account.queue_free()
	_server.queue_free()
	await tree.process_frame


## As if an earlier game had done it.
func _remember(address: String, token: String) -> void:
	var login: EstragonTokenStore.Login = EstragonTokenStore.Login.new()
	login.name = "Estragon"
	login.look = 4
	login.token = token
	EstragonTokenStore.new(PATH).remember(address, login)


func _logged_in(token: String) -> String:
	return (
		'{"account": {"player_id": 7, "name": "Estragon", "role": "player", "look": 4}, '
		+ '"token": "%s", "expires_ms": 1, "ticket": "ticket-%s"}' % [token, token]
	)
