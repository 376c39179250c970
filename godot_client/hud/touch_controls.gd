class_name TouchControls
extends Control
## What a touchscreen needs instead of keys; nothing elsewhere.

## How much of the lower left the stick takes.
const STICK_WIDTH: float = 220.0


func _ready() -> void:
	visible = TouchControls.are_needed()


## Whether there is a touchscreen.
static func are_needed() -> bool:
	return DisplayServer.is_touchscreen_available()
