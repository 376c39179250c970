class_name EstragonInterpolation
extends RefCounted
## The way that a player took, by snapshots, and where on it the player is at any moment.
##
## Snapshots name only those who changed, and those who are far away only at every fourth tick. So
## whoever was walking is taken to have walked evenly up to the next word; whoever stood, to have
## set out as late as possible. Past the newest word a walker is drawn on for a short while; where
## the next one shows that to have been wrong, the picture slides over to what is right.

## How many samples are kept.
const MAX_SAMPLES: int = 16
## The server tells of those who are far away at every so many ticks.
const FAR_TICKS: int = 4
## A walker is drawn on for so long after the newest word: 250 ms.
const MAX_EXTRAPOLATION: float = 5.0
## Nobody walks further in a tick: the fastest tiles are four times as fast. What is further is a
## jump.
const MAX_STEP: int = 4 * EstragonCodec.WALK_SPEED
## How fast the delay of those who are far away grows and shrinks, in ticks a tick.
const HOLD_SPEED: float = 0.25

## Where the player is at the tick of the last [method seek], in 1/1024 tile.
var position: Vector2 = Vector2.ZERO
## Where they look, in radians: 0 is east, a quarter turn is south.
var rotation: float = 0.0
## Whether they are walking.
var is_moving: bool = false
## Whether they leap or fall.
var is_airborne: bool = false

# A ring of samples: number n of all that there were lies at n % MAX_SAMPLES.
var _ticks: PackedInt32Array = PackedInt32Array()
var _xs: PackedInt32Array = PackedInt32Array()
var _ys: PackedInt32Array = PackedInt32Array()
var _turns: PackedInt32Array = PackedInt32Array()
var _flags: PackedInt32Array = PackedInt32Array()
## The first one since the last jump...
var _first: int = 0
## ...the one that is drawn from...
var _oldest: int = 0
## ...and the last one.
var _newest: int = -1

var _sought: float = 0.0
## How much further back than others this player is drawn: words of them are rarer.
var _hold: float = 0.0
var _wanted_hold: float = 0.0
## What is left to slide.
var _offset: Vector2 = Vector2.ZERO


func _init() -> void:
	for ring: PackedInt32Array in [_ticks, _xs, _ys, _turns, _flags]:
		ring.resize(MAX_SAMPLES)


## Puts the player there without a way to it. [param turn] is in 1/65536 turn, [param flags] are
## bits of PlayerFlag.
func snap(tick: int, x: int, y: int, turn: int, flags: int = 0) -> void:
	_oldest = _newest + 1
	_first = _oldest
	_append(tick, x, y, turn, flags)
	_offset = Vector2.ZERO
	_locate(tick)


## At [param tick] the player was there.
func add(tick: int, x: int, y: int, turn: int, flags: int) -> void:
	var last: int = _newest % MAX_SAMPLES
	if _newest < _oldest:
		snap(tick, x, y, turn, flags)
		return
	var passed: int = tick - _ticks[last]
	if passed <= 0:
		_newest -= 1
		_append(tick, x, y, turn, flags)
		return
	var distance: int = maxi(absi(x - _xs[last]), absi(y - _ys[last]))
	if _flags[last] & EstragonCodec.PlayerFlag.MOVING == 0:
		var walked: int = clampi(ceili(distance / float(EstragonCodec.WALK_SPEED)), 1, FAR_TICKS)
		if walked < passed:
			_append(tick - walked, _xs[last], _ys[last], _turns[last], _flags[last])
			passed = walked
	elif passed <= FAR_TICKS:
		_wanted_hold = passed - 1
	if distance > MAX_STEP * passed:
		snap(tick, x, y, turn, flags)
		return
	_append(tick, x, y, turn, flags)
	if _sought - _hold > _ticks[last]:
		_slide_over()


## Works out where the player is at [param tick].
func seek(tick: float) -> void:
	if _newest < _oldest:
		return
	var passed: float = maxf(tick - _sought, 0.0)
	_sought = tick
	_hold = move_toward(_hold, _wanted_hold, HOLD_SPEED * passed)
	if _offset != Vector2.ZERO:
		_offset = EstragonSmoothing.less(_offset, passed)
	_locate(tick - _hold)


func _locate(tick: float) -> void:
	while _oldest < _newest and _ticks[(_oldest + 1) % MAX_SAMPLES] <= tick:
		_oldest += 1
	var from: int = _oldest % MAX_SAMPLES
	rotation = _turns[from] * TAU / 65536.0
	is_moving = _flags[from] & EstragonCodec.PlayerFlag.MOVING != 0
	is_airborne = _flags[from] & EstragonCodec.PlayerFlag.AIRBORNE != 0
	position = Vector2(_xs[from], _ys[from]) + _offset
	if tick <= _ticks[from]:
		return
	if _oldest < _newest:
		var to: int = (_oldest + 1) % MAX_SAMPLES
		var part: float = (tick - _ticks[from]) / (_ticks[to] - _ticks[from])
		position += Vector2(_xs[to] - _xs[from], _ys[to] - _ys[from]) * part
		rotation = lerp_angle(rotation, _turns[to] * TAU / 65536.0, part)
		is_moving = _flags[to] & EstragonCodec.PlayerFlag.MOVING != 0
	elif is_moving:
		_go_on(from, tick - _ticks[from])


## Further than anything is known: as it went last, for a while.
func _go_on(from: int, ticks: float) -> void:
	is_moving = ticks < MAX_EXTRAPOLATION
	if _newest > _first:
		var before: int = (_newest - 1) % MAX_SAMPLES
		var way: Vector2 = Vector2(_xs[from] - _xs[before], _ys[from] - _ys[before])
		position += way / (_ticks[from] - _ticks[before]) * minf(ticks, MAX_EXTRAPOLATION)


## What is drawn already was a guess: it goes on from there and not from what turned out.
func _slide_over() -> void:
	var drawn: Vector2 = position
	_offset = Vector2.ZERO
	_locate(_sought - _hold)
	_offset = EstragonSmoothing.within(drawn - position)
	position += _offset


func _append(tick: int, x: int, y: int, turn: int, flags: int) -> void:
	_newest += 1
	_oldest = maxi(_oldest, _newest - MAX_SAMPLES + 1)
	var at: int = _newest % MAX_SAMPLES
	_ticks[at] = tick
	_xs[at] = x
	_ys[at] = y
	_turns[at] = turn
	_flags[at] = flags
