class_name ModeSounds
extends Node
## Makes what happens to oneself in what is played heard: a round begins, one is caught, something
## is won.

## A placed tile after the other tires the ear when all sound the same.
const TILE_VARIATION: float = 0.15

## How one stood a frame ago; null where nothing was known yet.
var _stood: Standing = null


## How the player stands in what is played, as far as it can be heard when it changes.
class Standing:
	extends RefCounted

	## The world in which it is, and what is played there.
	var world: EstragonWorld
	var mode: String
	## Values of ModePhase and ScoreKind.
	var phase: EstragonCodec.ModePhase
	var kind: EstragonCodec.ScoreKind
	## One's own row, empty where there is none.
	var has_row: bool = false
	var score: int = 0
	var marks: int = 0
	## Where one is to go, in tiles.
	var goal: Rect2i

	func _init(of_world: EstragonWorld) -> void:
		world = of_world
		mode = world.play.name
		phase = world.play.phase
		kind = world.play.score_kind
		goal = world.play.goal
		var row: EstragonCodec.ModeScore = world.play.scores.get(world.own_id)
		has_row = row != null
		if has_row:
			score = row.score
			marks = row.marks

	## Whether the player has that mark since [param earlier].
	func gained(mark: EstragonCodec.ModeMark, earlier: Standing) -> bool:
		return marks & mark != 0 and earlier.marks & mark == 0


func _process(_delta: float) -> void:
	var world: EstragonWorld = Connection.session.world
	if world == null or Connection.status != EstragonClient.Status.PLAYING:
		_stood = null
		return
	var stands: Standing = Standing.new(world)
	if _stood != null and _stood.world == world and _stood.mode == stands.mode:
		var sound: StringName = between(_stood, stands)
		if not sound.is_empty():
			Sounds.play(sound, TILE_VARIATION if sound == &"land" else 0.0)
	_stood = stands


## The sound of what has happened from one moment to the next, empty where it is none.
static func between(earlier: Standing, now: Standing) -> StringName:
	if now.gained(EstragonCodec.ModeMark.WINNER, earlier):
		return &"win"
	var is_round: bool = now.phase == EstragonCodec.ModePhase.RUNNING
	if is_round and earlier.phase != EstragonCodec.ModePhase.RUNNING:
		return &"start"
	if now.gained(EstragonCodec.ModeMark.IT, earlier):
		return &"caught"
	var is_more: bool = earlier.has_row and now.score > earlier.score
	if now.kind == EstragonCodec.ScoreKind.TILES:
		return &"land" if is_more else &""
	var is_there: bool = now.gained(EstragonCodec.ModeMark.FINISHED, earlier)
	var is_further: bool = (
		is_round and earlier.goal.has_area() and now.goal.has_area() and now.goal != earlier.goal
	)
	var has_scored: bool = is_more and now.phase == earlier.phase
	return &"point" if is_there or is_further or has_scored else &""
