extends TestCase
## The client after a loss: by which way it says who it is, and when it stays away.

const RESUME: int = EstragonCodec.AuthMethod.RESUME
const GUEST: int = EstragonCodec.AuthMethod.GUEST

var _server: SocketDouble = SocketDouble.new()
var _client: EstragonClient = EstragonClient.new()
var _joined: int = 0
var _failures: Array[int] = []


func test_after_a_loss_it_resumes_as_the_same_player() -> void:
	var port: int = await _start("first")
	_server.resume_token = "second"
	_server.good_secret = "first"
	await _cut_off(port)
	yes(await until(func() -> bool: return _joined == 2), "back")
	equal(_said(), [[RESUME, "first"]], "who it said to be")
	_server.good_secret = "second"
	await _cut_off(port)
	yes(await until(func() -> bool: return _joined == 3), "back once more")
	equal(_said(), [[RESUME, "second"]], "with the token of the last time")
	_stop()


func test_a_guest_whose_token_is_no_longer_good_comes_back_by_name() -> void:
	var port: int = await _start("first")
	await _cut_off(port)
	yes(await until(func() -> bool: return _joined == 2), "back")
	equal(_said(), [[RESUME, "first"], [GUEST, "Эстрагон"]], "who it said to be")
	equal(_failures, [] as Array[int], "never given up")
	_stop()


func test_a_guest_comes_back_under_the_newest_name() -> void:
	var port: int = await _start("")
	var renamed: EstragonCodec.AuthOk = ServerDouble.auth_ok()
	renamed.name = "Gogo"
	_server.tell(renamed)
	yes(await until(func() -> bool: return _client.session.player_name == "Gogo"), "renamed")
	await _cut_off(port)
	yes(await until(func() -> bool: return _joined == 2), "back")
	equal(_said(), [[GUEST, "Gogo"]], "who it said to be")
	_stop()


func test_a_name_that_stays_somebody_elses_is_given_up() -> void:
	var port: int = await _start("")
	_server.names_in_use = 99
	await _cut_off(port)
	yes(await until(func() -> bool: return not _failures.is_empty()), "given up")
	equal(_failures, [EstragonCodec.ErrorCode.NAME_IN_USE] as Array[int], "why")
	equal(_said().size(), 1 + EstragonClient.NAME_RETRIES, "tries")
	_stop()


func test_whoever_is_thrown_out_stays_out_and_knows_why() -> void:
	for code: int in [
		EstragonCodec.ErrorCode.KICKED,
		EstragonCodec.ErrorCode.BANNED,
		EstragonCodec.ErrorCode.TAKEN_OVER,
		EstragonCodec.ErrorCode.LOGGED_OUT,
	]:
		_failures = []
		await _start("first")
		_server.throw_out(code, "Enough.")
		yes(await until(func() -> bool: return not _failures.is_empty()), "thrown out")
		equal(_failures, [code] as Array[int], "why")
		equal(_client.refusal.text, "Enough.", "the staff's reason")
		equal(_client.status, EstragonClient.Status.OFFLINE, "status")
		_stop()
		_server = SocketDouble.new()
		_client = EstragonClient.new()
	_stop()


func test_a_guest_whose_game_crashed_is_found_again() -> void:
	var path: String = "user://test_crash.bin"
	var store: EstragonTokenStore = EstragonTokenStore.new(path)
	_client.account.store = store
	var port: int = await _start("first", store)
	# What crashes says no good-bye: the client is only gone.
	_client.set_process(false)
	_server.vanish()
	var old: EstragonClient = _client
	_server.listen(port)
	_server.good_secret = "first"
	_server.received.clear()
	_client = EstragonClient.new()
	_connect(EstragonTokenStore.new(path))
	_client.join("127.0.0.1:%d" % port, "", "Эстрагон", 0)
	yes(await until(func() -> bool: return _joined == 2), "back")
	equal(_said(), [[RESUME, "first"]], "who it said to be")
	_client.leave()
	_client.join("127.0.0.1:%d" % port, "", "Эстрагон", 0)
	yes(await until(func() -> bool: return _joined == 3), "joined")
	equal(_said().back(), [GUEST, "Эстрагон"], "who has left is nobody's successor")
	old.free()
	_stop()
	for file: String in [path, path + ".key"]:
		DirAccess.remove_absolute(file)


## The first join; gives the port.
func _start(token: String, store: EstragonTokenStore = EstragonTokenStore.new("")) -> int:
	_joined = 0
	tree.root.add_child(_server)
	_server.resume_token = token
	var port: int = _server.listen()
	_connect(store)
	_client.join("127.0.0.1:%d" % port, "village", "Эстрагон", 0)
	yes(await until(func() -> bool: return _joined == 1), "joined")
	return port


func _connect(store: EstragonTokenStore) -> void:
	_client.account.store = store
	tree.root.add_child(_client)
	_client.joined.connect(func() -> void: _joined += 1)
	_client.join_failed.connect(func(code: int) -> void: _failures.append(code))


func _cut_off(port: int) -> void:
	_server.vanish()
	yes(await until(func() -> bool: return _client.status == EstragonClient.Status.WAITING), "lost")
	_server.received.clear()
	_server.listen(port)


## All AUTHs since the loss: [method, name or secret].
func _said() -> Array:
	return _server.auths().map(
		func(auth: EstragonCodec.Auth) -> Array:
			if auth.method == GUEST:
				return [GUEST, auth.name]
			return [auth.method, auth.secret.get_string_from_utf8()]
	)


func _stop() -> void:
	_client.free()
	_server.free()
