extends TestCase
## The client on real sockets: joining, being refused, coming back.

var _server: SocketDouble = SocketDouble.new()
var _client: EstragonClient = EstragonClient.new()
var _joined: int = 0
var _failures: Array[int] = []
var _losses: Array[int] = []


func test_it_joins_and_sends_a_command_for_every_tick() -> void:
	_start()
	_join(_server.listen())
	yes(await until(func() -> bool: return _joined == 1), "joined")
	var began: int = Time.get_ticks_msec()
	var inputs: EstragonCodec.MessageType = EstragonCodec.MessageType.INPUT
	yes(await until(func() -> bool: return _server.count(inputs) >= 16), "it sends commands")
	var passed: float = (Time.get_ticks_msec() - began) / 1000.0 * 20.0
	var commands: int = 0
	var newest: int = 0
	for message: EstragonCodec.Message in _server.received:
		var input: EstragonCodec.InputCommands = message as EstragonCodec.InputCommands
		if input != null:
			var count: int = EstragonCodec.Command.unpack(input.commands).size()
			yes(newest == 0 or input.tick > newest, "no tick is sent twice")
			# Who was held up for more ticks than a message holds leaves some out.
			yes(newest == 0 or input.tick == newest + 1 or count == 8, "nor left out")
			newest = input.tick + count - 1
			commands += count
	yes(commands <= passed + 8.0, "%d commands in %.1f ticks" % [commands, passed])
	yes(_server.count(EstragonCodec.MessageType.PING) >= 1, "it asks for the time")
	_stop()


func test_nobody_there_is_said_once_and_not_tried_again() -> void:
	_start()
	var port: int = _server.listen()
	_server.vanish()
	_join(port)
	yes(await until(func() -> bool: return not _failures.is_empty()), "it gives up")
	equal(_failures, [EstragonClient.UNREACHABLE] as Array[int], "why")
	equal(_client.status, EstragonClient.Status.OFFLINE, "status")
	_stop()


func test_a_name_in_use_is_told_at_the_first_time() -> void:
	_start()
	_server.names_in_use = 1
	_join(_server.listen())
	yes(await until(func() -> bool: return not _failures.is_empty()), "refused")
	equal(_failures, [EstragonCodec.ErrorCode.NAME_IN_USE] as Array[int], "why")
	_stop()


func test_a_fatal_refusal_is_told_by_its_code() -> void:
	_start()
	_server.refusal = EstragonCodec.ErrorCode.VERSION_UNSUPPORTED
	_join(_server.listen())
	yes(await until(func() -> bool: return not _failures.is_empty()), "refused")
	equal(_failures, [EstragonCodec.ErrorCode.VERSION_UNSUPPORTED] as Array[int], "why")
	_stop()


func test_it_comes_back_into_the_same_world_under_the_same_name() -> void:
	_start()
	var port: int = _server.listen()
	_join(port)
	yes(await until(func() -> bool: return _joined == 1), "joined")
	_server.vanish()
	yes(await until(func() -> bool: return _losses.size() == 1), "lost")
	near(_client.seconds_to_retry(), 1.0, 0.2, "seconds until the first try")
	_server.received.clear()
	_server.names_in_use = 1
	_server.listen(port)
	yes(await until(func() -> bool: return _joined == 2), "back, though the name was in use")
	equal(_server.count(EstragonCodec.MessageType.AUTH), 2, "tries with the name")
	for message: EstragonCodec.Message in _server.received:
		if message is EstragonCodec.Auth:
			equal((message as EstragonCodec.Auth).name, "Эстрагон", "name")
		if message is EstragonCodec.EnterWorld:
			equal((message as EstragonCodec.EnterWorld).world, "village", "world")
	equal(_failures, [] as Array[int], "never given up")
	_stop()


func test_each_failed_try_is_followed_by_a_longer_wait() -> void:
	_start()
	_join(_server.listen())
	yes(await until(func() -> bool: return _joined == 1), "joined")
	_server.vanish()
	yes(await until(func() -> bool: return _losses.size() == 2), "a try has failed")
	near(_client.seconds_to_retry(), 2.0, 0.2, "seconds until the next")
	_client.leave()
	await tree.create_timer(0.3).timeout
	equal(_client.status, EstragonClient.Status.OFFLINE, "who leaves is not brought back")
	_stop()


func _start() -> void:
	tree.root.add_child(_server)
	_client.account.store = EstragonTokenStore.new("")
	tree.root.add_child(_client)
	_client.joined.connect(func() -> void: _joined += 1)
	_client.join_failed.connect(func(code: int) -> void: _failures.append(code))
	_client.connection_lost.connect(func(code: int, _wait: float) -> void: _losses.append(code))


func _join(port: int) -> void:
	_client.join("127.0.0.1:%d" % port, "village", "Эстрагон", 0)


func _stop() -> void:
	_client.queue_free()
	_server.queue_free()
	await tree.process_frame
