class_name EstragonPlayer
extends RefCounted
## Somebody in the world, as the client knows them.

## Never given to anybody else while the server runs.
var player_id: int = 0
## The short number in WORLD_STATE.
var slot: int = 0
## Which of the looks, modulo the number of them that the game has.
var look: int = 0
## As the server writes it.
var name: String = ""
## The newest known place in 1/1024 tile: x east, y south. Meaningless before [member is_placed].
var position: Vector2i = Vector2i.ZERO
## Up, in 1/1024 tile; only one's own is always known.
var height: int = 0
## Where the player looks, in 1/65536 turn: 0 is east, a quarter turn is south.
var rotation: int = 0
## Whether the player walked in the newest snapshot that names them.
var is_moving: bool = false
## False as long as no message has said where the player is.
var is_placed: bool = false
## False for whom the last full snapshot, or a dropped chunk, left out of sight.
var is_listed: bool = false
## The way that the player took, for drawing.
var path: EstragonInterpolation = EstragonInterpolation.new()


## The chunk in which the player is.
func chunk() -> Vector2i:
	var side: int = EstragonCodec.CHUNK_SIZE * EstragonCodec.UNITS_PER_TILE
	return Vector2i(floori(position.x / float(side)), floori(position.y / float(side)))


## Puts the player there at once.
func place(tick: int, to: Vector2i, facing: int) -> void:
	_set_state(to, facing, false)
	path.snap(tick, Vector2(to), _radians(facing))


## Moves the player there by a snapshot; [param before] is the tick of the snapshot before it.
func move(tick: int, before: int, to: Vector2i, facing: int, moving: bool) -> void:
	_set_state(to, facing, moving)
	path.add(tick, before, Vector2(to), _radians(facing), moving)


func _set_state(to: Vector2i, facing: int, moving: bool) -> void:
	position = to
	rotation = facing
	is_moving = moving
	is_placed = true
	is_listed = true


func _radians(turn: int) -> float:
	return turn * TAU / 65536.0
