class_name EstragonWorld
extends RefCounted
## What a client knows of the world that it is in: its map as far as it is held, and its players.

## The number of tile ids in a chunk.
const CHUNK_CELLS: int = (
	EstragonCodec.LAYER_COUNT * EstragonCodec.CHUNK_SIZE * EstragonCodec.CHUNK_SIZE
)

## How fast one walks where no tile says otherwise, in percent.
const FULL_SPEED: int = 100

## What the server calls the world.
var name: String = ""
## What the server calls the rules that are played by.
var mode: String = ""
## What goes on in them.
var play: EstragonMode = EstragonMode.new()
## The size of the map in tiles.
var size: Vector2i = Vector2i.ZERO
## One's own player_id.
var own_id: int = 0
## Everybody in the world by player_id.
var players: Dictionary[int, EstragonPlayer] = {}
## Those of them who are to be drawn: their place is known and lies in a chunk that is held.
var in_sight: Dictionary[int, EstragonPlayer] = {}
## The tiles of the world by id.
var tiles: Dictionary[int, EstragonCodec.Tile] = {}
## The chunks held: layer after layer, row after row, one tile id each.
var chunks: Dictionary[Vector2i, PackedInt32Array] = {}
## The revisions of the chunks held; none for one of which an edit was missed.
var revisions: Dictionary[Vector2i, int] = {}
## The tick of the newest snapshot.
var snapshot_tick: int = 0
## True from the first snapshot on: whoever joins then has really come just now.
var is_roster_known: bool = false

## By slot; null where nobody is.
var _slots: Array[EstragonPlayer] = []


func _init(entered: EstragonCodec.WorldEntered, own_player_id: int) -> void:
	name = entered.world
	mode = entered.mode
	size = Vector2i(entered.width, entered.height)
	snapshot_tick = entered.tick
	own_id = own_player_id


## One's own player, or null.
func own_player() -> EstragonPlayer:
	return players.get(own_id)


## The tile id in a cell of the map, 0 where it is empty, -1 where nothing is known of it.
func tile_at(layer: int, cell: Vector2i) -> int:
	if cell.x < 0 or cell.y < 0 or cell.x >= size.x or cell.y >= size.y:
		return -1
	var side: int = EstragonCodec.CHUNK_SIZE
	var cells: PackedInt32Array = chunks.get(cell / side, PackedInt32Array())
	if cells.is_empty():
		return -1
	return cells[(layer * side + cell.y % side) * side + cell.x % side]


## How high a cell of the map is, in 1/1024 tile: as its ground, or as its thing where that is
## higher. NEVER_ENTER where nothing is known of it, and beyond the map.
func height_at(cell: Vector2i) -> int:
	var ground: int = tile_at(0, cell)
	if ground < 0:
		return EstragonCodec.NEVER_ENTER
	var height: int = tiles[ground].height if tiles.has(ground) else 0
	var thing: int = tile_at(1, cell)
	if thing == 0:
		return height
	return maxi(height, tiles[thing].height if tiles.has(thing) else 0)


## How fast one walks on a cell of the map, in percent: its thing says so, where it has none its
## ground.
func speed_at(cell: Vector2i) -> int:
	var thing: int = tile_at(1, cell)
	var id: int = thing if thing > 0 else tile_at(0, cell)
	return tiles[id].speed if tiles.has(id) else FULL_SPEED


## Of all places that have these low 16 bits, in 1/256 tile, the one nearest to [param near], in
## 1/1024 tile.
static func nearest(low: int, near: int) -> int:
	var here: int = near >> 2
	var away: int = (low - here) & 0xFFFF
	if away >= 0x8000:
		away -= 0x10000
	return (here + away) * 4


## Takes in who somebody is.
func add_player(message: EstragonCodec.PlayerJoin) -> EstragonPlayer:
	var player: EstragonPlayer = EstragonPlayer.new()
	player.player_id = message.player_id
	player.slot = message.slot
	player.look = message.look
	player.name = message.name
	players[player.player_id] = player
	if player.slot >= _slots.size():
		_slots.resize(player.slot + 1)
	_slots[player.slot] = player
	return player


## Forgets somebody and gives them back, or null where nobody had that number.
func remove_player(player_id: int) -> EstragonPlayer:
	var player: EstragonPlayer = players.get(player_id)
	if player != null:
		players.erase(player_id)
		in_sight.erase(player_id)
		play.scores.erase(player_id)
		if _slots[player.slot] == player:
			_slots[player.slot] = null
	return player


## Puts somebody there and gives them back, or null where nobody has that number.
func place_player(message: EstragonCodec.PlayerUpdate) -> EstragonPlayer:
	var player: EstragonPlayer = players.get(message.player_id)
	if player != null:
		player.place(message.timestamp, Vector2i(message.x, message.y), message.rotation)
		player.height = message.z
		if player.player_id == own_id or chunks.has(player.chunk()):
			in_sight[player.player_id] = player
		else:
			in_sight.erase(player.player_id)
	return player


## Takes in a tick's result.
func apply_snapshot(message: EstragonCodec.WorldState) -> void:
	snapshot_tick = message.tick
	is_roster_known = true
	var seen_before: Dictionary[int, EstragonPlayer] = in_sight
	if message.flags & EstragonCodec.SnapshotFlag.FULL:
		in_sight = {}
	_move_players(message, seen_before)
	_move_own(message)


## A PlayerState is 64 bits: slot, x and y are 16 each, rotation and flags 8. Taken as a number it
## is read many times as fast as field by field.
func _move_players(
	message: EstragonCodec.WorldState, seen_before: Dictionary[int, EstragonPlayer]
) -> void:
	var tick: int = message.tick
	var is_partial: bool = message.flags & EstragonCodec.SnapshotFlag.FULL == 0
	# What is nearest to one's own place, as [method nearest] has it.
	var own_x: int = (message.x >> 2) - 0x8000
	var own_y: int = (message.y >> 2) - 0x8000
	var slots: int = _slots.size()
	var records: PackedByteArray = message.players.duplicate()
	records.bswap64()
	for record: int in records.to_int64_array():
		var slot: int = record >> 48 & 0xFFFF
		var player: EstragonPlayer = _slots[slot] if slot < slots else null
		if player == null or player.player_id == own_id:
			continue
		var place: Vector2i = Vector2i(
			((record >> 32) - own_x & 0xFFFF) + own_x << 2,
			((record >> 16) - own_y & 0xFFFF) + own_y << 2
		)
		var facing: int = record & 0xFF00
		if not seen_before.has(player.player_id):
			player.place(tick, place, facing, record & 0xFF)
		else:
			var before: Vector2i = player.position
			player.move(tick, place, facing, record & 0xFF)
			var crossed: int = (before.x ^ place.x) | (before.y ^ place.y)
			if is_partial and crossed >> EstragonPlayer.CHUNK_BITS == 0:
				continue  # In the same chunk as before, and so in sight as before.
		if chunks.has(player.chunk()):
			in_sight[player.player_id] = player
		else:
			in_sight.erase(player.player_id)


## Takes in a chunk; false where its cells cannot be read.
func add_chunk(message: EstragonCodec.ChunkData) -> bool:
	var bytes: int = CHUNK_CELLS * 2
	var raw: PackedByteArray = message.cells.decompress(bytes, FileAccess.COMPRESSION_DEFLATE)
	if raw.size() != bytes:
		return false
	var cells: PackedInt32Array = PackedInt32Array()
	cells.resize(CHUNK_CELLS)
	for index: int in CHUNK_CELLS:
		cells[index] = raw[index * 2] << 8 | raw[index * 2 + 1]
	var chunk: Vector2i = Vector2i(message.chunk_x, message.chunk_y)
	chunks[chunk] = cells
	revisions[chunk] = message.revision
	return true


## Takes in the changes of a chunk; false where they are none of what is held.
func edit_chunk(message: EstragonCodec.ChunkEdit) -> bool:
	var chunk: Vector2i = Vector2i(message.chunk_x, message.chunk_y)
	if revisions.get(chunk, -1) != message.base_revision:
		return false
	for each: EstragonCodec.CellChange in EstragonCodec.CellChange.unpack(message.cells):
		if each.index < CHUNK_CELLS:
			chunks[chunk][each.index] = each.tile
	revisions[chunk] = message.revision
	return true


## Forgets a chunk; its players are out of sight.
func remove_chunk(chunk: Vector2i) -> void:
	chunks.erase(chunk)
	revisions.erase(chunk)
	for player: EstragonPlayer in in_sight.values():
		if player.chunk() == chunk and player.player_id != own_id:
			in_sight.erase(player.player_id)


## The cell of the map that an index into a chunk's cells means, on any layer.
static func cell_of(chunk: Vector2i, index: int) -> Vector2i:
	var side: int = EstragonCodec.CHUNK_SIZE
	return chunk * side + Vector2i(index % side, index / side % side)


func _move_own(message: EstragonCodec.WorldState) -> void:
	var own: EstragonPlayer = own_player()
	if own == null:
		return
	in_sight[own_id] = own
	var place: Vector2i = Vector2i(message.x, message.y)
	var flags: int = EstragonCodec.PlayerFlag.AIRBORNE if message.vz != 0 else 0
	if own.is_placed and place != own.position:
		flags |= EstragonCodec.PlayerFlag.MOVING
	own.height = message.z
	own.move(message.tick, place, message.rotation, flags)
