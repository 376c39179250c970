class_name EstragonSession
extends EstragonOutbox
## One connection's side of the protocol, without a socket.
##
## What arrives goes into [method receive]; what is to be said, as [EstragonOutbox] has it, is
## collected by [method take_outgoing]; what happened comes out as signals, and what is known of the
## world stays here to be read. Times are in seconds on any clock that never goes back, and are
## always passed in.

## The server answered HELLO; [method authenticate] may follow.
signal welcomed(welcome: EstragonCodec.Welcome)
## The server takes this client for that player; [method enter_world] may follow.
signal authenticated(player_id: int, player_name: String)
## One's own name, look or role is another one, or the guest is an account now.
signal identity_changed
## The client is in a world; what was known of another one is forgotten.
signal world_entered(world: EstragonWorld)
## A tile of the world's tile set is known.
signal tile_defined(tile: EstragonCodec.Tile)
## Somebody is in the world: the ones who were there already come before [member
## EstragonWorld.is_roster_known].
signal player_joined(player: EstragonPlayer)
## Somebody in the world has another name or look.
signal player_changed(player: EstragonPlayer, old_name: String)
## Somebody is gone from the world; [param reason] is a LeaveReason.
signal player_left(player: EstragonPlayer, reason: int)
## A player was put somewhere, without a way there.
signal player_placed(player: EstragonPlayer)
## A tick's result is in [member world].
signal snapshot_received(snapshot: EstragonCodec.WorldState)
## The cells of a chunk are in [member EstragonWorld.chunks].
signal chunk_received(chunk: Vector2i)
## Cells of the map hold something else now, on any layer.
signal cells_changed(cells: Array[Vector2i])
## The answer to an edit of one's own.
signal edit_answered(result: EstragonCodec.EditResult)
## A chunk is out of sight and forgotten.
signal chunk_dropped(chunk: Vector2i)
## [param player] is null where the server itself speaks, or somebody who has left.
signal chat_received(player: EstragonPlayer, text: String, timestamp_ms: int)
## Somebody whispered to this player or, where [code]own[/code] is set, the other way round.
signal whisper_received(whisper: EstragonCodec.Whisper)
## Somebody in the world shows something without words: [param kind] is an EmoteKind, or one that a
## later version has.
signal emote_shown(player: EstragonPlayer, kind: int)
## What that player said at that time is no longer to be shown.
signal chat_removed(player_id: int, timestamp_ms: int)
## What is played in the world goes on otherwise: see [member EstragonWorld.play].
signal mode_changed
## Somebody stands otherwise in what is played.
signal scores_changed
## The best list of what is played is another one.
signal records_changed
## One is to go elsewhere in what is played: see [member EstragonMode.goal].
signal goal_changed
## Something has happened in what is played, in words of the language that is spoken now.
signal mode_news_received(text: String)
## The server has something to say: [param code] is a NoticeCode, [param values] as it says.
signal notice_received(code: int, values: PackedStringArray)
## [member chat_commands] has something new.
signal chat_commands_changed
## A message of the game's own has come: its type, from 0x80 to 0xBF, and its bytes.
signal own_message_received(type: int, payload: PackedByteArray)
## The server refuses something.
signal refused(refusal: EstragonRefusal)
## The server's time, and the way to it and back in seconds.
signal pong_received(tick: int, phase: int, round_trip: float)
## What arrived is not the protocol, with the ErrorCode that says why. The connection is of no use.
signal broken(code: int)

## How far the connection has come.
enum State {
	## Nothing was sent.
	IDLE,
	## HELLO was sent.
	HELLO,
	## The server waits for AUTH.
	AUTH,
	## Authenticated, in no world.
	LOBBY,
	## In a world.
	WORLD,
	## What arrived could not be read.
	BROKEN,
}

## How far the connection has come.
var state: State = State.IDLE
## What the server said of itself, or null.
var welcome: EstragonCodec.Welcome = null
## One's own number.
var player_id: int = 0
## One's own name, as the server writes it.
var player_name: String = ""
## One's own look.
var look: int = 0
## "guest", "player", or what the staff made of one.
var role: String = ""
## False for a guest.
var is_account: bool = false
## What brings the player back after the connection was lost, once.
var resume_token: PackedByteArray = PackedByteArray()
## So long after the loss it is good.
var resume_seconds: int = 0
## What the player may command in the chat, with the parameters as CHAT_COMMAND has them.
var chat_commands: Dictionary[String, String] = {}
## What is known of the world that one is in, or null.
var world: EstragonWorld = null

## {message: [the state that it needs, its handler]}
var _handlers: Dictionary[int, Array] = {
	EstragonCodec.MessageType.WELCOME: [State.HELLO, _on_welcome],
	EstragonCodec.MessageType.AUTH_OK: [State.IDLE, _on_auth_ok],
	EstragonCodec.MessageType.WORLD_ENTERED: [State.LOBBY, _on_world_entered],
	EstragonCodec.MessageType.TILE: [State.WORLD, _on_tile],
	EstragonCodec.MessageType.PLAYER_JOIN: [State.WORLD, _on_player_join],
	EstragonCodec.MessageType.PLAYER_LEAVE: [State.WORLD, _on_player_leave],
	EstragonCodec.MessageType.PLAYER_UPDATE: [State.WORLD, _on_player_update],
	EstragonCodec.MessageType.WORLD_STATE: [State.WORLD, _on_world_state],
	EstragonCodec.MessageType.CHUNK_DATA: [State.WORLD, _on_chunk_data],
	EstragonCodec.MessageType.CHUNK_EDIT: [State.WORLD, _on_chunk_edit],
	EstragonCodec.MessageType.EDIT_RESULT: [State.WORLD, _on_edit_result],
	EstragonCodec.MessageType.CHUNK_DROP: [State.WORLD, _on_chunk_drop],
	EstragonCodec.MessageType.CHAT_MESSAGE: [State.WORLD, _on_chat_message],
	EstragonCodec.MessageType.WHISPER: [State.IDLE, _on_whisper],
	EstragonCodec.MessageType.EMOTE: [State.WORLD, _on_emote],
	EstragonCodec.MessageType.CHAT_REMOVED: [State.IDLE, _on_chat_removed],
	EstragonCodec.MessageType.CHAT_COMMAND: [State.IDLE, _on_chat_command],
	EstragonCodec.MessageType.MODE_STATE: [State.WORLD, _on_mode_state],
	EstragonCodec.MessageType.MODE_SCORES: [State.WORLD, _on_mode_scores],
	EstragonCodec.MessageType.MODE_RECORD: [State.WORLD, _on_mode_record],
	EstragonCodec.MessageType.MODE_NEWS: [State.WORLD, _on_mode_news],
	EstragonCodec.MessageType.MODE_GOAL: [State.WORLD, _on_mode_goal],
	EstragonCodec.MessageType.NOTICE: [State.IDLE, _on_notice],
	EstragonCodec.MessageType.ERROR: [State.IDLE, _on_error],
	EstragonCodec.MessageType.PING: [State.IDLE, _on_ping],
	EstragonCodec.MessageType.PONG: [State.IDLE, _on_pong],
}


## Forgets everything and says HELLO; [param client] is what the client calls itself.
func start(client: String) -> void:
	welcome = null
	player_id = 0
	player_name = ""
	look = 0
	role = ""
	is_account = false
	resume_token = PackedByteArray()
	resume_seconds = 0
	chat_commands = {}
	world = null
	say_hello(client)
	state = State.HELLO


## Reads a whole WebSocket message that has arrived.
func receive(data: PackedByteArray, now: float) -> void:
	meter.begin(data.size())
	var parsed: EstragonCodec.Parsed = EstragonCodec.parse(data)
	meter.end()
	for message: EstragonCodec.Message in parsed.messages:
		if state == State.BROKEN:
			return
		var entry: Array = _handlers.get(message.type, [])
		if message is EstragonCodec.OwnMessage:
			own_message_received.emit(message.type, (message as EstragonCodec.OwnMessage).payload)
			continue
		if entry.is_empty() and message.type > EstragonCodec.HIGHEST_CORE_TYPE:
			continue  # It can be done without (EST-FR-09).
		if entry.is_empty():
			_break(EstragonCodec.ErrorCode.WRONG_DIRECTION)
		elif state != entry[0] and entry[0] != State.IDLE:
			_break(EstragonCodec.ErrorCode.WRONG_STATE)
		else:
			var handler: Callable = entry[1]
			handler.call(message, now)
	if parsed.error != 0:
		_break(parsed.error)


func _break(code: int) -> void:
	if state != State.BROKEN:
		state = State.BROKEN
		broken.emit(code)


func _on_welcome(message: EstragonCodec.Welcome, _now: float) -> void:
	welcome = message
	state = State.AUTH
	welcomed.emit(message)


func _on_auth_ok(message: EstragonCodec.AuthOk, _now: float) -> void:
	if state not in [State.AUTH, State.LOBBY, State.WORLD]:
		_break(EstragonCodec.ErrorCode.WRONG_STATE)
		return
	player_id = message.player_id
	player_name = message.name
	look = message.look
	role = message.role
	is_account = message.account != 0
	resume_token = message.resume_token
	resume_seconds = message.resume_seconds
	if state == State.AUTH:
		state = State.LOBBY
		authenticated.emit(player_id, player_name)
	else:
		identity_changed.emit()


func _on_world_entered(message: EstragonCodec.WorldEntered, _now: float) -> void:
	world = EstragonWorld.new(message, player_id)
	state = State.WORLD
	world_entered.emit(world)


func _on_tile(message: EstragonCodec.Tile, _now: float) -> void:
	world.tiles[message.id] = message
	tile_defined.emit(message)


func _on_player_join(message: EstragonCodec.PlayerJoin, _now: float) -> void:
	var known: EstragonPlayer = world.players.get(message.player_id)
	if known == null or known.slot != message.slot:
		player_joined.emit(world.add_player(message))
		return
	var old_name: String = known.name
	known.name = message.name
	known.look = message.look
	player_changed.emit(known, old_name)


func _on_player_leave(message: EstragonCodec.PlayerLeave, _now: float) -> void:
	var player: EstragonPlayer = world.remove_player(message.player_id)
	if player != null:
		player_left.emit(player, message.reason)


func _on_player_update(message: EstragonCodec.PlayerUpdate, _now: float) -> void:
	var player: EstragonPlayer = world.place_player(message)
	if player != null:
		player_placed.emit(player)


func _on_world_state(message: EstragonCodec.WorldState, _now: float) -> void:
	meter.begin()
	world.apply_snapshot(message)
	meter.end_snapshot()
	snapshot_received.emit(message)


func _on_chunk_data(message: EstragonCodec.ChunkData, _now: float) -> void:
	if world.add_chunk(message):
		chunk_received.emit(Vector2i(message.chunk_x, message.chunk_y))
	else:
		_break(EstragonCodec.ErrorCode.TRUNCATED)


func _on_chunk_edit(message: EstragonCodec.ChunkEdit, _now: float) -> void:
	var chunk: Vector2i = Vector2i(message.chunk_x, message.chunk_y)
	if not world.revisions.has(chunk):
		return  # Out of sight, or asked for.
	if not world.edit_chunk(message):
		world.revisions.erase(chunk)
		var request: EstragonCodec.ChunkRequest = EstragonCodec.ChunkRequest.new()
		request.chunk_x = chunk.x
		request.chunk_y = chunk.y
		_send(request)
		return
	var cells: Array[Vector2i] = []
	for each: EstragonCodec.CellChange in EstragonCodec.CellChange.unpack(message.cells):
		cells.append(EstragonWorld.cell_of(chunk, each.index))
	cells_changed.emit(cells)


func _on_edit_result(message: EstragonCodec.EditResult, _now: float) -> void:
	edit_answered.emit(message)


func _on_chunk_drop(message: EstragonCodec.ChunkDrop, _now: float) -> void:
	var chunk: Vector2i = Vector2i(message.chunk_x, message.chunk_y)
	world.remove_chunk(chunk)
	chunk_dropped.emit(chunk)


func _on_chat_message(message: EstragonCodec.ChatMessage, _now: float) -> void:
	chat_received.emit(world.players.get(message.player_id), message.text, message.timestamp)


func _on_whisper(message: EstragonCodec.Whisper, _now: float) -> void:
	whisper_received.emit(message)


func _on_emote(message: EstragonCodec.Emote, _now: float) -> void:
	var player: EstragonPlayer = world.players.get(message.player_id)
	if player != null:
		emote_shown.emit(player, message.kind)


func _on_chat_removed(message: EstragonCodec.ChatRemoved, _now: float) -> void:
	chat_removed.emit(message.player_id, message.timestamp)


func _on_chat_command(message: EstragonCodec.ChatCommand, _now: float) -> void:
	if message.index == 0:
		chat_commands.clear()
	chat_commands[message.name] = message.parameters
	chat_commands_changed.emit()


func _on_notice(message: EstragonCodec.Notice, _now: float) -> void:
	notice_received.emit(
		message.code, message.values.split("\u001f", not message.values.is_empty())
	)


func _on_mode_state(message: EstragonCodec.ModeState, _now: float) -> void:
	var had_goal: bool = world.play.goal.size.x > 0
	world.mode = message.mode
	world.play.take_state(message)
	mode_changed.emit()
	if had_goal and world.play.goal.size.x == 0:
		goal_changed.emit()


func _on_mode_scores(message: EstragonCodec.ModeScores, _now: float) -> void:
	world.play.take_scores(message)
	scores_changed.emit()


func _on_mode_record(message: EstragonCodec.ModeRecord, _now: float) -> void:
	world.play.take_record(message)
	if world.play.records.size() >= message.count:
		records_changed.emit()


func _on_mode_goal(message: EstragonCodec.ModeGoal, _now: float) -> void:
	world.play.take_goal(message)
	goal_changed.emit()


func _on_mode_news(message: EstragonCodec.ModeNews, _now: float) -> void:
	mode_news_received.emit(EstragonMode.words(message.key, message.values, message.texts))


func _on_error(message: EstragonCodec.Error, _now: float) -> void:
	refused.emit(EstragonRefusal.of(message))


func _on_ping(message: EstragonCodec.Ping, _now: float) -> void:
	var answer: EstragonCodec.Pong = EstragonCodec.Pong.new()
	answer.token = message.token
	_send(answer)


func _on_pong(message: EstragonCodec.Pong, now: float) -> void:
	if not _pings.has(message.token):
		return
	var trip: float = now - _pings[message.token]
	_pings.erase(message.token)
	pong_received.emit(message.tick, message.phase, trip)
