class_name PlayHands
extends Node
## Types and clicks like a person.


## Puts a text into a line.
func type(entry: LineEdit, text: String) -> void:
	entry.text = text
	entry.text_changed.emit(text)


## Clicks on the middle of a button.
func click(button: Button) -> void:
	click_at(button.get_global_rect().get_center(), MOUSE_BUTTON_LEFT)


## Clicks on a place of the window.
func click_at(place: Vector2, button_index: MouseButton) -> void:
	for pressed: bool in [true, false]:
		var event: InputEventMouseButton = InputEventMouseButton.new()
		event.button_index = button_index
		event.pressed = pressed
		event.position = place
		event.global_position = event.position
		get_viewport().push_input(event, true)


## Presses a key and lets it go.
func press_key(key: Key) -> void:
	for pressed: bool in [true, false]:
		var event: InputEventKey = InputEventKey.new()
		event.keycode = key
		event.physical_keycode = key
		event.pressed = pressed
		get_viewport().push_input(event, true)
