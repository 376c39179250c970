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


func test_a_message_that_need_not_be_known_breaks_nothing() -> void:
	var session: EstragonSession = ServerDouble.session_in_world()
	session.broken.connect(func(code: int) -> void: _heard.append(code))
	session.pong_received.connect(func(_a: int, _b: int, _c: float) -> void: _heard.append("pong"))
	session.ping(0.0)
	var pong: EstragonCodec.Pong = EstragonCodec.Pong.new()
	pong.token = 1
	ServerDouble.feed(session, [EstragonCodec.ModeState.new(), pong])
	equal(_heard, ["pong"], "what came after it is heard")


func test_who_one_is_may_change_while_one_plays() -> void:
	var session: EstragonSession = ServerDouble.session_in_world()
	session.identity_changed.connect(func() -> void: _heard.append("changed"))
	session.authenticated.connect(func(_id: int, _name: String) -> void: _heard.append("again"))
	yes(not session.is_account, "a guest")
	var known: EstragonCodec.AuthOk = ServerDouble.auth_ok()
	known.name = "Gogo"
	known.account = 1
	known.look = 4
	known.role = "moderator"
	known.resume_seconds = 60
	known.resume_token = "token".to_utf8_buffer()
	ServerDouble.feed(session, [known])
	equal(_heard, ["changed"], "told once, and not as a new way in")
	equal(session.player_name, "Gogo", "name")
	equal(session.state, EstragonSession.State.WORLD, "still in the world")
	yes(session.is_account, "an account")
	equal(session.role, "moderator", "role")
	equal(session.look, 4, "look")
	equal(session.resume_token, known.resume_token, "resume token")
	equal(session.resume_seconds, 60, "how long it is good")


func test_whoever_is_renamed_stays_who_they_are() -> void:
	var session: EstragonSession = ServerDouble.session_in_world()
	session.player_joined.connect(func(_player: EstragonPlayer) -> void: _heard.append("joined"))
	session.player_changed.connect(
		func(player: EstragonPlayer, old: String) -> void: _heard.append([old, player.name])
	)
	var other: EstragonPlayer = session.world.players[ServerDouble.OTHER_ID]
	var renamed: EstragonCodec.PlayerJoin = ServerDouble.join(ServerDouble.OTHER_ID, 2, "Didi")
	renamed.look = 3
	ServerDouble.feed(session, [renamed])
	equal(_heard, [["Владимир", "Didi"]], "changed")
	yes(session.world.players[ServerDouble.OTHER_ID] == other, "the same player")
	equal(other.look, 3, "look")


func test_notices_come_with_their_values() -> void:
	var session: EstragonSession = ServerDouble.session_in_world()
	session.notice_received.connect(
		func(code: int, values: PackedStringArray) -> void: _heard.append([code, Array(values)])
	)
	var notice: EstragonCodec.Notice = EstragonCodec.Notice.new()
	for values: String in ["", "one", "\u001f10", "a\u001f\u001fc"]:
		notice.code = EstragonCodec.NoticeCode.MUTED
		notice.values = values
		ServerDouble.feed(session, [notice])
	var code: int = EstragonCodec.NoticeCode.MUTED
	var expected: Array = [[code, []], [code, ["one"]], [code, ["", "10"]], [code, ["a", "", "c"]]]
	equal(_heard, expected, "notices")


func test_commands_are_listed_anew_when_the_role_changes() -> void:
	var session: EstragonSession = ServerDouble.session_in_world()
	for names: Array in [["help", "kick", "who"], ["help", "who"]]:
		for index: int in names.size():
			var command: EstragonCodec.ChatCommand = EstragonCodec.ChatCommand.new()
			command.index = index
			command.name = names[index]
			command.parameters = "player" if names[index] == "kick" else ""
			ServerDouble.feed(session, [command])
		equal(Array(session.chat_commands.keys()), names, "commands")


func test_what_is_asked_of_the_server_names_whom_it_is_about() -> void:
	var session: EstragonSession = ServerDouble.session_in_world()
	session.whisper(9, "Psst!")
	var whisper: EstragonCodec.Whisper = _only(session)
	equal([whisper.player_id, whisper.text], [9, "Psst!"], "whisper")
	session.report(9, "He pulls.")
	var report: EstragonCodec.Report = _only(session)
	equal([report.player_id, report.text], [9, "He pulls."], "report")
	session.rename("Gogo")
	var rename: EstragonCodec.Rename = _only(session)
	equal(rename.name, "Gogo", "name")
	session.start("test")
	session.take_outgoing()
	ServerDouble.feed(session, [ServerDouble.welcome()])
	session.authenticate_by(EstragonCodec.AuthMethod.TICKET, "ticket".to_utf8_buffer())
	var auth: EstragonCodec.Auth = _only(session)
	equal(auth.method, EstragonCodec.AuthMethod.TICKET as int, "method")
	equal(auth.secret.get_string_from_utf8(), "ticket", "secret")


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
