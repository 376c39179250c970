class_name PlayerInput
extends Node
## Keys and sticks, made into what the player wants, just before it is sent.

## Command.pace of who walks as fast as they can.
const FULL_PACE: int = 255


func _init() -> void:
	process_priority = Connection.process_priority - 1


func _process(_delta: float) -> void:
	sample(Connection.intent, _is_typing())


func _unhandled_input(event: InputEvent) -> void:
	if event.is_action_pressed(&"jump") and not _is_typing():
		Connection.walker.tap(EstragonCodec.ButtonBit.JUMP)


## Writes into [param intent] what is pressed right now; who is typing stands still.
static func sample(intent: EstragonCodec.Command, is_typing: bool) -> void:
	var wanted: Vector2 = Vector2.ZERO
	intent.buttons = 0
	if not is_typing:
		wanted = Input.get_vector(&"move_left", &"move_right", &"move_up", &"move_down")
		if Input.is_action_pressed(&"jump"):
			intent.buttons = EstragonCodec.ButtonBit.JUMP
	write(intent, wanted)


## Writes a direction of a length up to 1 into [param intent]; who stands goes on looking the way
## they walked.
static func write(intent: EstragonCodec.Command, wanted: Vector2) -> void:
	intent.pace = mini(roundi(wanted.length() * FULL_PACE), FULL_PACE)
	if intent.pace > 0:
		intent.direction = roundi(wanted.angle() / TAU * 65536.0) & 0xFFFF
		intent.aim = intent.direction


func _is_typing() -> bool:
	var focus: Control = get_viewport().gui_get_focus_owner()
	return focus is LineEdit or Dialog.is_any_open(get_tree())
