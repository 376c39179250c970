class_name EstragonWalker
extends RefCounted
## One's own player: a command for every tick, in time, and where it leads, at once.
##
## Once a frame: [method advance], then feed the session with what has arrived, then [method act].
## What is drawn lies between two ticks, and slides over where the server corrected something.

## The most commands that one INPUT may hold.
const COMMANDS_PER_MESSAGE: int = 8

## What the player wants right now; it is sent for every tick.
var intent: EstragonCodec.Command = EstragonCodec.Command.new()
## The server's time.
var clock: EstragonClock = EstragonClock.new()
## How often the server did not say what was predicted, since the game began.
var corrections: int = 0
## By how much the newest of them moved the player, in 1/1024 tile.
var last_correction: float = 0.0
## Null until the first snapshot of a world.
var prediction: EstragonPrediction = null
## Where to draw the player, in 1/1024 tile.
var position: Vector2 = Vector2.ZERO
## How far above the ground, likewise.
var lift: float = 0.0
## Whether they are walking.
var is_moving: bool = false

var _session: EstragonSession = null
var _now: float = 0.0
var _commanded_tick: int = 0
## Buttons that were pressed since the last command, however shortly.
var _tapped: int = 0
## What is left to slide.
var _offset: Vector2 = Vector2.ZERO
var _drawn_time: float = 0.0


func _init(session: EstragonSession) -> void:
	_session = session
	session.welcomed.connect(_on_welcomed)
	session.world_entered.connect(_on_world_entered)
	session.snapshot_received.connect(_on_snapshot_received)
	session.player_placed.connect(_on_player_placed)
	session.pong_received.connect(_on_pong_received)
	session.chunk_received.connect(_on_map_changed.unbind(1))
	session.chunk_dropped.connect(_on_map_changed.unbind(1))
	session.cells_changed.connect(_on_map_changed.unbind(1))


## Presses buttons for the next command, even if they are let go before it is sent.
func tap(buttons: int) -> void:
	_tapped |= buttons


## It is [param now], in seconds.
func advance(now: float) -> void:
	_now = now
	clock.advance(now)


## Sends a command for every tick that has begun since the last time, and works out what to draw.
func act() -> void:
	if prediction == null:
		return
	_settle()
	if clock.is_ready():
		_command()
	_draw()


func _settle() -> void:
	var time: float = clock.input_time()
	var before: Vector3 = prediction.place_at(time)
	if prediction.settle():
		corrections += 1
		last_correction = prediction.last_correction
		var away: Vector3 = before - prediction.place_at(time)
		_offset = EstragonSmoothing.within(_offset + Vector2(away.x, away.y))


func _command() -> void:
	var newest: int = clock.input_tick()
	if _commanded_tick - newest > clock.tick_rate:
		prediction.turn_back(newest - 1)
		_commanded_tick = newest - 1
	var first: int = maxi(_commanded_tick + 1, newest - COMMANDS_PER_MESSAGE + 1)
	if _commanded_tick == 0:
		first = newest
	if first > newest:
		return
	var command: EstragonCodec.Command = EstragonCodec.Command.new()
	command.direction = intent.direction
	command.aim = intent.aim
	command.pace = intent.pace
	command.buttons = intent.buttons | _tapped
	_tapped = 0
	var commands: Array[EstragonCodec.Command] = []
	for tick: int in range(first, newest + 1):
		prediction.act(tick, command)
		clock.note_sent(tick)
		commands.append(command)
	_session.send_commands(first, commands)
	_commanded_tick = newest


func _draw() -> void:
	var time: float = clock.input_time()
	_offset = EstragonSmoothing.less(_offset, maxf(time - _drawn_time, 0.0))
	_drawn_time = time
	var place: Vector3 = prediction.place_at(time)
	position = Vector2(place.x, place.y) + _offset
	lift = place.z
	is_moving = prediction.is_moving()


func _on_welcomed(welcome: EstragonCodec.Welcome) -> void:
	clock.start(welcome.tick_rate, _now)


func _on_world_entered(_world: EstragonWorld) -> void:
	clock.enter_world(_now)
	prediction = null
	_commanded_tick = 0
	_tapped = 0
	_offset = Vector2.ZERO


func _on_snapshot_received(state: EstragonCodec.WorldState) -> void:
	clock.observe_snapshot(state.tick, state.lead, _now)
	if prediction == null:
		prediction = EstragonPrediction.new(_session.world, state)
	else:
		prediction.confirm(state)


func _on_player_placed(player: EstragonPlayer) -> void:
	if player.player_id == _session.player_id and prediction != null:
		prediction.jump()
		_offset = Vector2.ZERO


func _on_pong_received(_tick: int, _phase: int, round_trip: float) -> void:
	clock.observe_round_trip(round_trip, _now)


func _on_map_changed() -> void:
	if prediction != null:
		prediction.change_map()
