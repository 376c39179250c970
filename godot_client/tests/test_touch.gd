extends TestCase
## Thumbs and gamepads do what keys do.

const CONTROLS: PackedScene = preload("res://hud/touch_controls.tscn")

var _controls: TouchControls = CONTROLS.instantiate()


func test_a_thumb_on_the_stick_walks() -> void:
	_start()
	var stick: TouchStick = _controls.get_node("%Stick")
	var middle: Vector2 = stick.get_global_rect().get_center()
	_touch(stick, 0, middle + Vector2(500.0, 0.0), true)
	equal(_walk(), Vector2.ZERO, "beside it")
	_touch(stick, 1, middle + Vector2(TouchStick.REACH, 0.0), true)
	equal(_walk(), Vector2.RIGHT, "to the right")
	_drag(stick, 0, middle + Vector2.DOWN * 50.0)
	equal(_walk(), Vector2.RIGHT, "another finger changes nothing")
	_drag(stick, 1, middle + Vector2.UP * 500.0)
	near(_walk().y, -1.0, 0.01, "up, and no faster than that")
	_touch(stick, 1, middle, false)
	equal(_walk(), Vector2.ZERO, "lifted")
	_touch(stick, 0, middle + Vector2.LEFT * 60.0, true)
	yes(_walk() != Vector2.ZERO, "again")
	_controls.hide()
	equal(_walk(), Vector2.ZERO, "let go where it is hidden")
	_controls.free()


func test_a_thumb_on_the_button_leaps() -> void:
	_start()
	var jump: TouchJump = _controls.get_node("%Jump")
	var middle: Vector2 = jump.get_global_rect().get_center()
	_touch(jump, 3, middle, true)
	Input.flush_buffered_events()
	yes(Input.is_action_pressed(&"jump"), "pressed")
	_touch(jump, 3, Vector2.ZERO, false)
	Input.flush_buffered_events()
	yes(not Input.is_action_pressed(&"jump"), "lifted elsewhere")
	_controls.free()


func test_without_a_touchscreen_there_is_nothing() -> void:
	tree.root.add_child(_controls)
	equal(_controls.visible, DisplayServer.is_touchscreen_available(), "shown")
	_controls.free()


func test_a_gamepad_can_do_all_that_keys_can() -> void:
	_controls.free()
	for action: StringName in KeyBindings.actions():
		var has_pad: bool = InputMap.action_get_events(action).any(
			func(event: InputEvent) -> bool: return event is InputEventJoypadButton
		)
		yes(has_pad or action == &"figures", "a button for " + action)


func _start() -> void:
	tree.root.add_child(_controls)
	_controls.show()


func _walk() -> Vector2:
	return Input.get_vector(&"move_left", &"move_right", &"move_up", &"move_down")


func _touch(node: Control, finger: int, place: Vector2, is_pressed: bool) -> void:
	var event: InputEventScreenTouch = InputEventScreenTouch.new()
	event.index = finger
	event.position = place
	event.pressed = is_pressed
	node._input(event)


func _drag(node: Control, finger: int, place: Vector2) -> void:
	var event: InputEventScreenDrag = InputEventScreenDrag.new()
	event.index = finger
	event.position = place
	node._input(event)
