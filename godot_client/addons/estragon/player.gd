class_name EstragonPlayer
extends RefCounted
## Somebody in the world, as the client knows them.

## A chunk of 16 tiles is 2^14 units wide.
const CHUNK_BITS: int = 14

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
## False as long as no message has said where the player is.
var is_placed: bool = false
## The way that the player took, for drawing.
var path: EstragonInterpolation = EstragonInterpolation.new()


## The chunk in which the player is.
func chunk() -> Vector2i:
	return Vector2i(position.x >> CHUNK_BITS, position.y >> CHUNK_BITS)


## Puts the player there at once.
func place(tick: int, to: Vector2i, facing: int, flags: int = 0) -> void:
	position = to
	rotation = facing
	is_placed = true
	path.snap(tick, to.x, to.y, facing, flags)


## Moves the player there by a snapshot; [param flags] are bits of PlayerFlag.
func move(tick: int, to: Vector2i, facing: int, flags: int) -> void:
	position = to
	rotation = facing
	is_placed = true
	path.add(tick, to.x, to.y, facing, flags)
