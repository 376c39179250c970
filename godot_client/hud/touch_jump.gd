class_name TouchJump
extends SymbolButton
## A button on the screen that leaps for as long as a finger is on it, whatever the others do.

var _finger: int = -1


func _input(event: InputEvent) -> void:
	var touch: InputEventScreenTouch = event as InputEventScreenTouch
	if touch == null or not is_visible_in_tree():
		return
	if touch.pressed and _finger < 0 and get_global_rect().has_point(touch.position):
		_finger = touch.index
		# As a key would: the world hears of a tap that is shorter than a tick, too.
		_send(true)
	elif not touch.pressed and touch.index == _finger:
		_finger = -1
		_send(false)


func _send(is_down: bool) -> void:
	var event: InputEventAction = InputEventAction.new()
	event.action = &"jump"
	event.pressed = is_down
	Input.parse_input_event(event)
