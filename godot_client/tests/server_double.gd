class_name ServerDouble
extends RefCounted
## What a server would send, for feeding a session.

## Who the client is.
const OWN_ID: int = 7
## Somebody else.
const OTHER_ID: int = 9
## The side of a tile.
const TILE_UNITS: int = EstragonCodec.UNITS_PER_TILE


## A server of 20 ticks a second.
static func welcome() -> EstragonCodec.Welcome:
	var message: EstragonCodec.Welcome = EstragonCodec.Welcome.new()
	message.version = 1
	message.tick_rate = 20
	message.tick = 1000
	message.chat_characters = 500
	message.server = "Test"
	return message


## The client is player [constant OWN_ID].
static func auth_ok() -> EstragonCodec.AuthOk:
	var message: EstragonCodec.AuthOk = EstragonCodec.AuthOk.new()
	message.player_id = OWN_ID
	message.name = "Estragon"
	return message


## A world of 512 tiles each way.
static func world_entered() -> EstragonCodec.WorldEntered:
	var message: EstragonCodec.WorldEntered = EstragonCodec.WorldEntered.new()
	message.tick = 1000
	message.slot = 1
	message.width = 512
	message.height = 512
	message.world = "village"
	return message


## Somebody is in the world.
static func join(player_id: int, slot: int, name: String) -> EstragonCodec.PlayerJoin:
	var message: EstragonCodec.PlayerJoin = EstragonCodec.PlayerJoin.new()
	message.player_id = player_id
	message.slot = slot
	message.name = name
	return message


## Somebody went away.
static func leave(player_id: int) -> EstragonCodec.PlayerLeave:
	var message: EstragonCodec.PlayerLeave = EstragonCodec.PlayerLeave.new()
	message.player_id = player_id
	message.reason = EstragonCodec.LeaveReason.LEFT
	return message


## Somebody is put on a tile.
static func update(player_id: int, at: Vector2i, tick: int) -> EstragonCodec.PlayerUpdate:
	var message: EstragonCodec.PlayerUpdate = EstragonCodec.PlayerUpdate.new()
	message.player_id = player_id
	message.x = at.x * TILE_UNITS
	message.y = at.y * TILE_UNITS
	message.timestamp = tick
	return message


## A tile of the first cell of the picture.
static func tile(id: int, layer: int, pattern: int) -> EstragonCodec.Tile:
	var message: EstragonCodec.Tile = EstragonCodec.Tile.new()
	message.id = id
	message.layer = layer
	message.pattern = pattern
	return message


## A chunk whose cells are [param fill] on every layer, but for those in [param cells]:
## Vector3i(x, y, layer) of the chunk -> tile id.
static func chunk(
	at: Vector2i, fill: int = 0, cells: Dictionary[Vector3i, int] = {}
) -> EstragonCodec.ChunkData:
	var side: int = EstragonCodec.CHUNK_SIZE
	var raw: PackedByteArray = PackedByteArray()
	for index: int in EstragonWorld.CHUNK_CELLS:
		var place: Vector3i = Vector3i(index % side, index / side % side, index / side / side)
		var id: int = cells.get(place, fill)
		raw.append_array(PackedByteArray([id >> 8, id & 0xFF]))
	var message: EstragonCodec.ChunkData = EstragonCodec.ChunkData.new()
	message.chunk_x = at.x
	message.chunk_y = at.y
	message.cells = raw.compress(FileAccess.COMPRESSION_DEFLATE)
	return message


## Cells of a chunk change: index -> tile id.
static func edit(
	at: Vector2i, base_revision: int, cells: Dictionary[int, int]
) -> EstragonCodec.ChunkEdit:
	var message: EstragonCodec.ChunkEdit = EstragonCodec.ChunkEdit.new()
	message.chunk_x = at.x
	message.chunk_y = at.y
	message.base_revision = base_revision
	message.revision = base_revision + 1
	var changes: Array[EstragonCodec.CellChange] = []
	for index: int in cells:
		var change: EstragonCodec.CellChange = EstragonCodec.CellChange.new()
		change.index = index
		change.tile = cells[index]
		changes.append(change)
	message.cells = EstragonCodec.CellChange.pack(changes)
	return message


## A chunk is out of sight.
static func drop(at: Vector2i) -> EstragonCodec.ChunkDrop:
	var message: EstragonCodec.ChunkDrop = EstragonCodec.ChunkDrop.new()
	message.chunk_x = at.x
	message.chunk_y = at.y
	return message


## One stands on [param own]; others are slot -> place, all in 1/1024 tile.
static func state(
	tick: int, own: Vector2i, others: Dictionary[int, Vector2i] = {}, flags: int = 0
) -> EstragonCodec.WorldState:
	var message: EstragonCodec.WorldState = EstragonCodec.WorldState.new()
	message.tick = tick
	message.flags = flags
	message.x = own.x
	message.y = own.y
	var players: Array[EstragonCodec.PlayerState] = []
	for slot: int in others:
		var player: EstragonCodec.PlayerState = EstragonCodec.PlayerState.new()
		player.slot = slot
		player.x = (others[slot].x >> 2) & 0xFFFF
		player.y = (others[slot].y >> 2) & 0xFFFF
		player.flags = EstragonCodec.PlayerFlag.MOVING
		players.append(player)
	message.players = EstragonCodec.PlayerState.pack(players)
	return message


## How players stand: player_id -> [score, marks].
static func scores(rows: Dictionary[int, Array], is_full: bool = true) -> EstragonCodec.ModeScores:
	var message: EstragonCodec.ModeScores = EstragonCodec.ModeScores.new()
	message.full = 1 if is_full else 0
	var all: Array[EstragonCodec.ModeScore] = []
	for player_id: int in rows:
		var row: EstragonCodec.ModeScore = EstragonCodec.ModeScore.new()
		row.player_id = player_id
		row.score = rows[player_id][0]
		row.marks = rows[player_id][1]
		all.append(row)
	message.rows = EstragonCodec.ModeScore.pack(all)
	return message


## A refusal of what was said in the chat.
static func error(code: int, is_fatal: bool) -> EstragonCodec.Error:
	var message: EstragonCodec.Error = EstragonCodec.Error.new()
	message.code = code
	message.fatal = 1 if is_fatal else 0
	message.retry_after_ms = 1500
	message.message = EstragonCodec.MessageType.CHAT_MESSAGE
	return message


## Feeds messages as one WebSocket message.
static func feed(session: EstragonSession, messages: Array[EstragonCodec.Message]) -> void:
	var data: PackedByteArray = PackedByteArray()
	for message: EstragonCodec.Message in messages:
		data.append_array(message.encode())
	session.receive(data, 1.0)


## A session that is in the world, with one other player, who has slot 2.
static func session_in_world() -> EstragonSession:
	var session: EstragonSession = EstragonSession.new()
	session.start("test")
	feed(session, [welcome(), auth_ok(), world_entered()])
	feed(session, [join(OWN_ID, 1, "Estragon"), join(OTHER_ID, 2, "Владимир")])
	session.take_outgoing()
	return session
