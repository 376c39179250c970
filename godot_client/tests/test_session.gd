extends TestCase
## A session from HELLO to the world, fed with bytes.

var _heard: Array = []


func test_the_way_into_a_world() -> void:
	var session: EstragonSession = EstragonSession.new()
	session.start("test")
	var hello: EstragonCodec.Hello = _only(session)
	equal(hello.magic, EstragonCodec.MAGIC, "magic")
	equal(hello.schema_hash, EstragonCodec.SCHEMA_HASH, "schema hash")
	ServerDouble.feed(session, [ServerDouble.welcome()])
	equal(session.state, EstragonSession.State.AUTH, "state")
	session.authenticate("Эстрагон", 3)
	var auth: EstragonCodec.Auth = _only(session)
	equal(auth.name, "Эстрагон", "name")
	equal(auth.look, 3, "look")
	ServerDouble.feed(session, [ServerDouble.auth_ok()])
	session.enter_world("village")
	var enter: EstragonCodec.EnterWorld = _only(session)
	equal(enter.world, "village", "world")
	ServerDouble.feed(session, [ServerDouble.world_entered()])
	equal(session.state, EstragonSession.State.WORLD, "state")
	equal(session.world.name, "village", "world")
	equal(session.world.size, Vector2i(512, 512), "size")


func test_a_ping_is_answered_at_once_with_its_token() -> void:
	var session: EstragonSession = ServerDouble.session_in_world()
	var ping: EstragonCodec.Ping = EstragonCodec.Ping.new()
	ping.token = 4_000_000_000
	ServerDouble.feed(session, [ping])
	var pong: EstragonCodec.Pong = _only(session)
	equal(pong.token, 4_000_000_000, "token")


func test_a_pong_tells_the_round_trip_once() -> void:
	var session: EstragonSession = ServerDouble.session_in_world()
	session.pong_received.connect(
		func(_tick: int, _phase: int, trip: float) -> void: _heard.append(trip)
	)
	session.ping(0.75)
	var ping: EstragonCodec.Ping = _only(session)
	var pong: EstragonCodec.Pong = EstragonCodec.Pong.new()
	pong.token = ping.token
	ServerDouble.feed(session, [pong, pong])
	equal(_heard, [0.25], "round trip")


func test_everybody_is_known_before_anybody_has_just_come() -> void:
	var session: EstragonSession = ServerDouble.session_in_world()
	yes(not session.world.is_roster_known, "the roster is not complete before a snapshot")
	ServerDouble.feed(session, [ServerDouble.state(1001, Vector2i.ZERO)])
	yes(session.world.is_roster_known, "the roster is complete")
	equal(session.world.players.size(), 2, "players")


func test_chat_names_its_player_and_the_server_is_nobody() -> void:
	var session: EstragonSession = ServerDouble.session_in_world()
	session.chat_received.connect(
		func(player: EstragonPlayer, text: String, _time: int) -> void:
			_heard.append([player.name if player != null else "", text])
	)
	var chat: EstragonCodec.ChatMessage = EstragonCodec.ChatMessage.new()
	chat.player_id = ServerDouble.OTHER_ID
	chat.text = "Привет 👋"
	ServerDouble.feed(session, [chat])
	chat.player_id = 0
	ServerDouble.feed(session, [chat])
	equal(_heard, [["Владимир", "Привет 👋"], ["", "Привет 👋"]], "heard")


func test_who_leaves_frees_the_slot_for_the_next() -> void:
	var session: EstragonSession = ServerDouble.session_in_world()
	session.player_left.connect(
		func(player: EstragonPlayer, _reason: int) -> void: _heard.append(player.name)
	)
	ServerDouble.feed(
		session,
		[
			ServerDouble.chunk(Vector2i.ZERO),
			ServerDouble.leave(ServerDouble.OTHER_ID),
			ServerDouble.join(10, 2, "Pozzo"),
			ServerDouble.state(1001, Vector2i.ZERO, {2: Vector2i(2048, 1024)})
		]
	)
	equal(_heard, ["Владимир"], "who left")
	equal(session.world.players[10].position, Vector2i(2048, 1024), "who has the slot now")


func test_a_refusal_is_told_with_all_it_says() -> void:
	var session: EstragonSession = ServerDouble.session_in_world()
	session.refused.connect(
		func(refusal: EstragonRefusal) -> void:
			_heard = [refusal.code, refusal.is_fatal, refusal.retry_after_ms, refusal.text]
			_heard.append(refusal.message)
	)
	var error: EstragonCodec.Error = ServerDouble.error(
		EstragonCodec.ErrorCode.CHAT_TOO_FAST, false
	)
	error.text = "slowly"
	ServerDouble.feed(session, [error])
	equal(_heard, [error.code, false, 1500, "slowly", error.message], "refused")


func test_what_is_not_the_protocol_breaks_the_session_once() -> void:
	var session: EstragonSession = EstragonSession.new()
	session.broken.connect(func(code: int) -> void: _heard.append(code))
	session.start("test")
	session.receive(PackedByteArray([0x0C, 0x00]), 1.0)
	session.receive(PackedByteArray(), 1.0)
	equal(_heard, [EstragonCodec.ErrorCode.LENGTH_BEYOND_END], "broken")


func test_a_message_out_of_place_breaks_the_session() -> void:
	var session: EstragonSession = EstragonSession.new()
	session.broken.connect(func(code: int) -> void: _heard.append(code))
	session.start("test")
	ServerDouble.feed(session, [ServerDouble.state(1, Vector2i.ZERO)])
	equal(_heard, [EstragonCodec.ErrorCode.WRONG_STATE], "broken")
	session.start("test")
	ServerDouble.feed(session, [EstragonCodec.Resync.new()])
	equal(_heard.back(), EstragonCodec.ErrorCode.WRONG_DIRECTION, "broken")


func test_starting_again_forgets_everything() -> void:
	var session: EstragonSession = ServerDouble.session_in_world()
	session.say("left over")
	session.start("test")
	equal(session.take_outgoing().size(), 1, "only HELLO is sent")
	yes(session.world == null and session.welcome == null, "nothing is known")


func test_a_long_text_is_cut_to_what_its_field_holds() -> void:
	var session: EstragonSession = ServerDouble.session_in_world()
	session.say("щ".repeat(1500))
	var chat: EstragonCodec.ChatMessage = _only(session)
	equal(chat.text.length(), 1000, "characters of two bytes")


## The only message that the session wants to send.
func _only(session: EstragonSession) -> EstragonCodec.Message:
	var outgoing: Array[PackedByteArray] = session.take_outgoing()
	equal(outgoing.size(), 1, "messages to send")
	return EstragonCodec.parse(outgoing[0]).messages[0]
