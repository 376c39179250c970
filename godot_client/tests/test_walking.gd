extends TestCase
## From keys to a command, and from a direction to a figure.


func test_directions_and_pace() -> void:
	var intent: EstragonCodec.Command = EstragonCodec.Command.new()
	var turns: Dictionary[Vector2, int] = {
		Vector2.RIGHT: 0, Vector2.DOWN: 16384, Vector2.LEFT: 32768, Vector2.UP: 49152
	}
	for wanted: Vector2 in turns:
		PlayerInput.write(intent, wanted)
		equal(intent.direction, turns[wanted], str(wanted))
		equal(intent.pace, 255, "pace")


func test_who_stops_looks_on_the_same_way() -> void:
	var intent: EstragonCodec.Command = EstragonCodec.Command.new()
	PlayerInput.write(intent, Vector2.LEFT * 0.5)
	equal(intent.pace, 128, "half pace")
	PlayerInput.write(intent, Vector2.ZERO)
	equal(intent.pace, 0, "pace")
	equal(intent.aim, 32768, "aim")


func test_who_types_stands() -> void:
	var intent: EstragonCodec.Command = EstragonCodec.Command.new()
	Input.action_press(&"move_right")
	PlayerInput.sample(intent, false)
	equal(intent.pace, 255, "walking")
	PlayerInput.sample(intent, true)
	equal(intent.pace, 0, "typing")
	Input.action_release(&"move_right")


func test_the_button_leaps_as_long_as_it_is_held_and_not_into_the_chat() -> void:
	var intent: EstragonCodec.Command = EstragonCodec.Command.new()
	PlayerInput.sample(intent, false)
	equal(intent.buttons, 0, "no button")
	Input.action_press(&"jump")
	PlayerInput.sample(intent, false)
	equal(intent.buttons, 1, "JUMP")
	PlayerInput.sample(intent, true)
	equal(intent.buttons, 0, "a space is typed")
	Input.action_release(&"jump")
	PlayerInput.sample(intent, false)
	equal(intent.buttons, 0, "let go")


func test_the_figure_turns_with_the_player() -> void:
	equal(Avatar.block(0.0), 2, "east is right")
	equal(Avatar.block(TAU * 0.25), 0, "south is down")
	equal(Avatar.block(TAU * 0.5), 1, "west is left")
	equal(Avatar.block(TAU * 0.75), 3, "north is up")
	equal(Avatar.block(-0.1), 2, "a little north of east")


func test_the_camera_stays_within_the_map() -> void:
	equal(FollowCamera.within(5.0, 100.0, 1000.0), 100.0, "at the western edge")
	equal(FollowCamera.within(990.0, 100.0, 1000.0), 900.0, "at the eastern edge")
	equal(FollowCamera.within(500.0, 100.0, 1000.0), 500.0, "in the middle")
	equal(FollowCamera.within(5.0, 100.0, 150.0), 75.0, "on a map smaller than the screen")
