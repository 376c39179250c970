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
## Numbers a sample: tick, x, y, and the turn above 8 bits of flags.
const SAMPLE_SIZE: int = 4
## The server tells of those who are far away at every so many ticks.
const FAR_TICKS: int = 4
## A walker is drawn on for so long after the newest word: 250 ms.
const MAX_EXTRAPOLATION: float = 5.0
## Nobody walks further in a tick: the fastest tiles are four times as fast. What is further is a
## jump.
const MAX_STEP: int = 4 * EstragonCodec.WALK_SPEED
## How fast the delay of those who are far away grows and shrinks, in ticks a tick.
const HOLD_SPEED: float = 0.25
## 1/65536 turn in radians.
const TURN: float = TAU / 65536.0

## Where the player is at the tick of the last [method seek], in 1/1024 tile.
var position: Vector2 = Vector2.ZERO
## Where they look, in radians: 0 is east, a quarter turn is south.
var rotation: float = 0.0
## Whether they are walking.
var is_moving: bool = false
## Whether they leap or fall.
var is_airborne: bool = false

# A ring of samples in one array, for the processor fetches what lies together at once: number n of
# all that there were begins at (n % MAX_SAMPLES) * SAMPLE_SIZE with its tick, x, y and the rest.
var _samples: PackedInt32Array = PackedInt32Array()
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
	_samples.resize(MAX_SAMPLES * SAMPLE_SIZE)


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
	if _newest < _oldest:
		snap(tick, x, y, turn, flags)
		return
	var last: int = _newest % MAX_SAMPLES * SAMPLE_SIZE
	var last_tick: int = _samples[last]
	var last_x: int = _samples[last + 1]
	var last_y: int = _samples[last + 2]
	var passed: int = tick - last_tick
	if passed <= 0:
		_newest -= 1
		_append(tick, x, y, turn, flags)
		return
	var distance: int = maxi(absi(x - last_x), absi(y - last_y))
	var last_look: int = _samples[last + 3]
	if last_look & EstragonCodec.PlayerFlag.MOVING == 0:
		var walked: int = clampi(ceili(distance / float(EstragonCodec.WALK_SPEED)), 1, FAR_TICKS)
		if walked < passed:
			_append(tick - walked, last_x, last_y, last_look >> 8, last_look & 0xFF)
			passed = walked
	elif passed <= FAR_TICKS:
		_wanted_hold = passed - 1
	if distance > MAX_STEP * passed:
		snap(tick, x, y, turn, flags)
		return
	_append(tick, x, y, turn, flags)
	if _sought - _hold > last_tick:
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
	while _oldest < _newest and _samples[_at(_oldest + 1)] <= tick:
		_oldest += 1
	var from: int = _at(_oldest)
	var from_tick: int = _samples[from]
	var look: int = _samples[from + 3]
	rotation = (look >> 8) * TURN
	is_moving = look & EstragonCodec.PlayerFlag.MOVING != 0
	is_airborne = look & EstragonCodec.PlayerFlag.AIRBORNE != 0
	position = Vector2(_samples[from + 1], _samples[from + 2]) + _offset
	if tick <= from_tick:
		return
	if _oldest < _newest:
		var to: int = _at(_oldest + 1)
		var part: float = (tick - from_tick) / (_samples[to] - from_tick)
		position += _way(from, to) * part
		look = _samples[to + 3]
		rotation = lerp_angle(rotation, (look >> 8) * TURN, part)
		is_moving = look & EstragonCodec.PlayerFlag.MOVING != 0
	elif is_moving:
		_go_on(from, tick - from_tick)


## Further than anything is known: as it went last, for a while.
func _go_on(from: int, ticks: float) -> void:
	is_moving = ticks < MAX_EXTRAPOLATION
	if _newest > _first:
		var before: int = _at(_newest - 1)
		var passed: int = _samples[from] - _samples[before]
		position += _way(before, from) / passed * minf(ticks, MAX_EXTRAPOLATION)


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
	var at: int = _newest % MAX_SAMPLES * SAMPLE_SIZE
	_samples[at] = tick
	_samples[at + 1] = x
	_samples[at + 2] = y
	_samples[at + 3] = turn << 8 | flags


## Where a sample begins.
static func _at(number: int) -> int:
	return number % MAX_SAMPLES * SAMPLE_SIZE


## From one sample to another, by where they begin.
func _way(from: int, to: int) -> Vector2:
	return Vector2(_samples[to + 1] - _samples[from + 1], _samples[to + 2] - _samples[from + 2])
