extends TestCase
## What players show and say stands over their heads for a while.

const OVERHEAD: PackedScene = preload("res://world/overhead.tscn")
const WHEEL: PackedScene = preload("res://hud/emote_wheel.tscn")


func test_an_emote_goes_out_and_comes_in() -> void:
	var session: EstragonSession = ServerDouble.session_in_world()
	session.show_emote(EstragonCodec.EmoteKind.HEART)
	var sent: Array[EstragonCodec.Message] = (
		EstragonCodec.parse(session.take_outgoing()[0]).messages
	)
	equal((sent[0] as EstragonCodec.Emote).kind, 3, "what is sent")
	var seen: Array = []
	session.emote_shown.connect(
		func(player: EstragonPlayer, kind: int) -> void: seen.append([player.name, kind])
	)
	for player_id: int in [ServerDouble.OTHER_ID, 77]:
		var message: EstragonCodec.Emote = EstragonCodec.Emote.new()
		message.player_id = player_id
		message.kind = EstragonCodec.EmoteKind.WAVE
		ServerDouble.feed(session, [message])
	equal(seen, [["Владимир", 1]], "who shows what; nobody is no player")


func test_it_stands_there_for_a_while() -> void:
	var overhead: Overhead = _overhead()
	var emote: Sprite2D = overhead.get_node("%Emote")
	overhead.show_emote(200)
	overhead._process(0.1)
	yes(not emote.visible, "one that is not known")
	overhead.show_emote(EstragonCodec.EmoteKind.SLEEP)
	overhead._process(0.1)
	yes(emote.visible, "shown")
	equal(emote.frame, 7, "its picture")
	overhead._process(Overhead.EMOTE_SECONDS)
	yes(not emote.visible, "gone")
	yes(not overhead.is_processing(), "and costs nothing any more")
	overhead.free()


func test_a_line_is_wrapped_shown_as_it_is_and_goes() -> void:
	var overhead: Overhead = _overhead()
	var bubble: PanelContainer = overhead.get_node("%Bubble")
	var text: Label = overhead.get_node("%Text")
	overhead.say("[b]No![/b]", 5)
	overhead._process(0.1)
	equal(text.text, "[b]No![/b]", "no markup")
	var low: float = bubble.size.y
	overhead.say("waiting ".repeat(200), 6)
	overhead._process(0.1)
	yes(bubble.size.x < Overhead.LINE_WIDTH + 40.0, "no wider than that: %f" % bubble.size.x)
	yes(bubble.size.y > low, "several lines")
	yes(bubble.size.y < low * Overhead.MOST_LINES, "no higher than that: %f" % bubble.size.y)
	yes(bubble.visible, "shown")
	overhead.fall_silent()
	overhead._process(0.1)
	yes(not bubble.visible, "taken away")
	overhead.free()


func test_a_direction_means_the_nearest() -> void:
	equal(EmoteWheel.nearest(Vector2.UP, 8), 0, "up")
	equal(EmoteWheel.nearest(Vector2(1.0, -0.9), 8), 1, "between up and right")
	equal(EmoteWheel.nearest(Vector2.LEFT, 8), 6, "left")
	equal(EmoteWheel.nearest(Vector2(-0.1, -1.0), 8), 0, "up, nearly")


func test_a_number_chooses_and_closes() -> void:
	var wheel: EmoteWheel = WHEEL.instantiate()
	tree.root.add_child(wheel)
	var chosen: Array = []
	wheel.emote_chosen.connect(chosen.append)
	_press(wheel, KEY_3)
	equal(chosen, [], "not while it is closed")
	wheel.open()
	_press(wheel, KEY_9)
	equal(chosen, [], "there is no ninth")
	_press(wheel, KEY_3)
	equal(chosen, [3], "the third")
	yes(not wheel.visible, "closed")
	wheel.free()


func test_each_has_a_picture_and_a_name() -> void:
	equal(Overhead.EMOTES.get_width(), EstragonCodec.EmoteKind.size() * 16, "pictures")
	for kind: int in EstragonCodec.EmoteKind.values():
		for locale: String in Settings.LOCALES:
			var translation: Translation = load("res://locale/%s.po" % locale)
			var words: String = translation.get_message(EmoteWheel.key_of(kind))
			yes(not words.is_empty(), EmoteWheel.key_of(kind))


func _overhead() -> Overhead:
	var overhead: Overhead = OVERHEAD.instantiate()
	tree.root.add_child(overhead)
	return overhead


func _press(wheel: EmoteWheel, key: Key) -> void:
	var event: InputEventKey = InputEventKey.new()
	event.physical_keycode = key
	event.pressed = true
	wheel._input(event)
