class_name PlayCourse
extends Node
## Holds keys and sticks as a course says: a list of legs, each [seconds, right, down, leaps], round
## and round.

## The cells of the map that one was seen in since one set out.
var cells: Dictionary[Vector2i, bool] = {}

var _legs: Array = []
var _leg: int = 0
var _left_seconds: float = 0.0


func _process(delta: float) -> void:
	if _legs.is_empty():
		return
	cells[Vector2i((Connection.walker.position / EstragonCodec.UNITS_PER_TILE).floor())] = true
	_left_seconds -= delta
	while _left_seconds <= 0.0:
		_leg = (_leg + 1) % _legs.size()
		_left_seconds += float(_legs[_leg][0])
		_hold(_legs[_leg])


## Sets out.
func begin(legs: Array) -> void:
	_legs = legs
	cells.clear()
	_leg = -1
	_left_seconds = 0.0


## Lets everything go.
func stop() -> void:
	_legs = []
	_hold([0.0, 0.0, 0.0, false])


func _hold(leg: Array) -> void:
	var right: float = leg[1]
	var down: float = leg[2]
	_press(&"move_right", right)
	_press(&"move_left", -right)
	_press(&"move_down", down)
	_press(&"move_up", -down)
	_press(&"jump", 1.0 if leg[3] else 0.0)


func _press(action: StringName, strength: float) -> void:
	if strength > 0.0:
		Input.action_press(action, strength)
	else:
		Input.action_release(action)
