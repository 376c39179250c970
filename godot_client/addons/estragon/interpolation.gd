class_name EstragonInterpolation
extends RefCounted
## The way that a player took, by snapshots, and where on it the player was at any moment between.
##
## Snapshots name only those who changed: [method add] is told until when the player had stayed
## where they were, so that nobody drifts slowly through a pause.

## How many samples are kept of somebody who is not drawn.
const MAX_SAMPLES: int = 40

## Where the player is at the tick of the last [method seek], in 1/1024 tile.
var position: Vector2 = Vector2.ZERO
## Where they look, in radians: 0 is east, a quarter turn is south.
var rotation: float = 0.0
## Whether they are walking.
var is_moving: bool = false

var _samples: Array[Sample] = []


class Sample:
	extends RefCounted
	## Where the player was at a tick.
	var tick: float = 0.0
	var position: Vector2 = Vector2.ZERO
	var rotation: float = 0.0
	var is_moving: bool = false


## Puts the player there without a way to it.
func snap(tick: float, to: Vector2, facing: float, moving: bool = false) -> void:
	_samples.clear()
	_append(tick, to, facing, moving)
	seek(tick)


## At [param tick] the player was at [param to]; up to [param unchanged_until], the tick of the
## snapshot before, they were where they had last been.
func add(tick: int, unchanged_until: int, to: Vector2, facing: float, moving: bool) -> void:
	if _samples.is_empty():
		snap(tick, to, facing, moving)
		return
	var last: Sample = _samples.back()
	if tick <= last.tick:
		last.position = to
		last.rotation = facing
		last.is_moving = moving
		return
	if unchanged_until > last.tick and unchanged_until < tick:
		_append(unchanged_until, last.position, last.rotation, last.is_moving)
	_append(tick, to, facing, moving)


## Works out [member position], [member rotation] and [member is_moving] at [param tick].
func seek(tick: float) -> void:
	if _samples.is_empty():
		return
	while _samples.size() > 1 and _samples[1].tick <= tick:
		_samples.pop_front()
	var from: Sample = _samples[0]
	if _samples.size() == 1 or tick <= from.tick:
		_take(from)
		return
	var to: Sample = _samples[1]
	var part: float = (tick - from.tick) / (to.tick - from.tick)
	position = from.position.lerp(to.position, part)
	rotation = lerp_angle(from.rotation, to.rotation, part)
	is_moving = to.is_moving


func _take(sample: Sample) -> void:
	position = sample.position
	rotation = sample.rotation
	is_moving = sample.is_moving


func _append(tick: float, to: Vector2, facing: float, moving: bool) -> void:
	var sample: Sample = Sample.new()
	sample.tick = tick
	sample.position = to
	sample.rotation = facing
	sample.is_moving = moving
	_samples.append(sample)
	if _samples.size() > MAX_SAMPLES:
		_samples.pop_front()
