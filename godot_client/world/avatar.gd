class_name Avatar
extends Node2D
## A player as one sees them: the figure and its name.

## How many looks the picture has, one a row.
const LOOKS: int = 6
## Standing, a step, standing, a step.
const FRAMES_PER_DIRECTION: int = 4
## How fast the steps follow each other.
const FRAMES_PER_SECOND: float = 8.0
## The picture's blocks of columns, by quarter turns from east over south.
const BLOCKS: Array[int] = [2, 0, 1, 3]
## What they say and show; made for those alone who do.
const OVERHEAD: PackedScene = preload("res://world/overhead.tscn")
## Pixels of the map for each 1/1024 tile.
const PIXELS_PER_UNIT: float = TilePictures.CELL_PIXELS / float(EstragonCodec.UNITS_PER_TILE)

## So far above it, in 1/1024 tile, one would throw no shadow on the ground.
const HIGHEST_SHADOW: float = 1024.0
## How much is seen of who only watches.
const WATCHER_ALPHA: float = 0.5

## Who it is. To be set before the figure is added to the scene.
var player: EstragonPlayer = null

## Null where nothing was ever said or shown.
var _overhead: Overhead = null
var _walked: float = 0.0
## For how many ticks the player has been off the ground.
var _leapt: float = 0.0

@onready var _shadow: Sprite2D = %Shadow
@onready var _figure: Sprite2D = %Figure
@onready var _name: Label = %Name
@onready var _it: Sprite2D = %It


func _ready() -> void:
	if player != null:
		refresh()


## Shows the name and the look that the player has now.
func refresh() -> void:
	_name.text = player.name
	_figure.frame_coords.y = player.look % LOOKS


## Moves and turns the figure to where the player was at [param tick].
func show_at(tick: float, delta: float) -> void:
	var path: EstragonInterpolation = player.path
	path.seek(tick)
	_leapt = _leapt + delta * Connection.clock.tick_rate if path.is_airborne else 0.0
	_show(path.position, EstragonMovement.leap_height(_leapt))
	_turn(path.rotation, path.is_moving, delta)


## Moves and turns one's own figure to where it was predicted to be.
func show_own(walker: EstragonWalker, delta: float) -> void:
	_show(walker.position, walker.lift)
	_turn(walker.intent.aim * TAU / 65536.0, walker.is_moving, delta)


## The middle of the figure on the map.
func middle() -> Vector2:
	return position + _figure.offset


## Shows who is it, and who only watches.
func show_marks(play: EstragonMode) -> void:
	var is_it: bool = play.has_mark(player.player_id, EstragonCodec.ModeMark.IT)
	var watches: bool = play.has_mark(player.player_id, EstragonCodec.ModeMark.SPECTATOR)
	_name.modulate = Colours.of(&"chased") if is_it else Color.WHITE
	_it.modulate = Colours.of(&"chased")
	_figure.modulate = Color(1.0, 1.0, 1.0, WATCHER_ALPHA) if watches else Color.WHITE
	_it.visible = is_it


## Marks the figure as one's own.
func highlight() -> void:
	_name.theme_type_variation = &"OwnNameLabel"
	_name.z_index += 1


## What stands over the head, for what there is to say and to show.
func overhead() -> Overhead:
	if _overhead == null:
		_overhead = OVERHEAD.instantiate()
		add_child(_overhead)
	return _overhead


## Takes away what they say, where it was said at that time.
func unsay(timestamp_ms: int) -> void:
	if _overhead != null and _overhead.line_ms == timestamp_ms:
		_overhead.fall_silent()


## Takes away what they say and show.
func fall_silent() -> void:
	if _overhead != null:
		_overhead.clear()


func _show(place: Vector2, lift: float) -> void:
	position = place * PIXELS_PER_UNIT
	_figure.position.y = -lift * PIXELS_PER_UNIT
	if _shadow.visible != (lift > 0.0):
		_shadow.visible = lift > 0.0
	if lift > 0.0:
		_shadow.scale = Vector2.ONE * maxf(1.0 - lift / HIGHEST_SHADOW, 0.4)


func _turn(facing: float, is_moving: bool, delta: float) -> void:
	_walked = _walked + delta * FRAMES_PER_SECOND if is_moving else 0.0
	var step: int = int(_walked) % FRAMES_PER_DIRECTION
	_figure.frame_coords.x = block(facing) * FRAMES_PER_DIRECTION + step


## Which block of columns shows somebody who looks that way, in radians.
static func block(facing: float) -> int:
	return BLOCKS[posmod(roundi(facing / (PI / 2.0)), BLOCKS.size())]
