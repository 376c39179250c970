class_name TouchStick
extends Control
## A stick on the screen for a thumb: it walks as a gamepad's does.

## How far the knob goes, and how large it is, in pixels.
const REACH: float = 70.0
const KNOB_RADIUS: float = 34.0
const BASE_COLOUR: Color = Color(0.129, 0.106, 0.145, 0.5)
const KNOB_COLOUR: Color = Color(0.961, 0.933, 0.859, 0.6)
## What each side presses.
const ACTIONS: Dictionary[StringName, Vector2] = {
	&"move_left": Vector2.LEFT,
	&"move_right": Vector2.RIGHT,
	&"move_up": Vector2.UP,
	&"move_down": Vector2.DOWN,
}

## Which finger holds it; -1: none.
var _finger: int = -1
var _lean: Vector2 = Vector2.ZERO


func _draw() -> void:
	draw_circle(size / 2.0, REACH + KNOB_RADIUS / 2.0, BASE_COLOUR)
	draw_circle(size / 2.0 + _lean * REACH, KNOB_RADIUS, KNOB_COLOUR)


func _input(event: InputEvent) -> void:
	if not is_visible_in_tree():
		return
	var touch: InputEventScreenTouch = event as InputEventScreenTouch
	var drag: InputEventScreenDrag = event as InputEventScreenDrag
	if touch != null and touch.pressed and _finger < 0:
		if get_global_rect().has_point(touch.position):
			_finger = touch.index
			_lean_to(touch.position)
	elif touch != null and not touch.pressed and touch.index == _finger:
		let_go()
	elif drag != null and drag.index == _finger:
		_lean_to(drag.position)


func _notification(what: int) -> void:
	if what == NOTIFICATION_VISIBILITY_CHANGED and not is_visible_in_tree():
		let_go()


## As when the thumb is lifted.
func let_go() -> void:
	if _finger >= 0:
		_finger = -1
		_press(Vector2.ZERO)


## How far a thumb that is so far from the middle leans it, up to a length of 1.
static func lean_of(away: Vector2) -> Vector2:
	return (away / REACH).limit_length(1.0)


func _lean_to(place: Vector2) -> void:
	_press(lean_of(place - get_global_rect().get_center()))


func _press(lean: Vector2) -> void:
	_lean = lean
	for action: StringName in ACTIONS:
		var strength: float = maxf(ACTIONS[action].dot(lean), 0.0)
		if strength > 0.0:
			Input.action_press(action, strength)
		else:
			Input.action_release(action)
	queue_redraw()
