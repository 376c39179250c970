extends TestCase
## Sounds play where they belong, on the bus that the settings make louder or quieter.

var _heard: Array[StringName] = []
var _round: ModeSounds = null


func test_every_sound_is_there_and_can_be_heard() -> void:
	for sound: StringName in Sounds.NAMES:
		var stream: AudioStreamWAV = load("res://sound/%s.wav" % sound)
		yes(stream.get_length() > 0.02 and stream.get_length() < 2.0, sound)
	for file: String in DirAccess.get_files_at("res://sound"):
		if file.get_extension() == "wav":
			yes(StringName(file.get_basename()) in Sounds.NAMES, "used: " + file)


func test_every_button_clicks() -> void:
	_listen()
	var button: Button = Button.new()
	tree.root.add_child(button)
	button.pressed.emit()
	equal(_heard, [&"button"], "heard")
	button.free()
	_stop()


func test_chat_of_others_is_heard_and_ones_own_is_not() -> void:
	_listen()
	var session: EstragonSession = Connection.session
	var own_id: int = session.player_id
	session.player_id = 7
	var player: EstragonPlayer = EstragonPlayer.new()
	for id: int in [7, 8]:
		player.player_id = id
		Sounds._on_chat_received(player, "Psst!", 0)
	equal(_heard, [&"chat"], "heard")
	session.player_id = own_id
	var whisper: EstragonCodec.Whisper = EstragonCodec.Whisper.new()
	for own: int in [1, 0]:
		whisper.own = own
		session.whisper_received.emit(whisper)
	equal(_heard, [&"chat", &"whisper"], "heard")
	_stop()


func test_more_sounds_than_voices_end_the_oldest() -> void:
	for _sound: int in Sounds.VOICES * 3:
		Sounds.play(&"step", 0.1)
	var buses: Dictionary[StringName, bool] = {}
	for voice: AudioStreamPlayer in Sounds.get_children():
		buses[voice.bus] = true
	equal(Sounds.get_child_count(), Sounds.VOICES, "voices")
	equal(buses.keys(), [Sounds.BUS], "on one bus")
	yes(AudioServer.get_bus_index(Sounds.BUS) > 0, "which is there")


func test_what_happens_to_oneself_in_a_round_is_heard() -> void:
	var winner: int = EstragonCodec.ModeMark.WINNER
	var it: int = EstragonCodec.ModeMark.IT
	var finished: int = EstragonCodec.ModeMark.FINISHED
	_in_a_round(EstragonCodec.ModePhase.PAUSE)
	_hears([], {7: [3, 0], 9: [0, 0]}, "how one stands at first")
	_hears([&"start"], {7: [0, it]}, "a round begins", EstragonCodec.ModePhase.RUNNING)
	_hears([&"point"], {7: [1, 0], 9: [-1, it]}, "one catches somebody")
	_hears([], {9: [0, it]}, "another's point")
	_hears([&"caught"], {7: [0, it], 9: [1, 0]}, "one is caught")
	_hears([&"point"], {7: [1, 0]}, "one scores")
	_hears([&"point"], {7: [1, finished]}, "one is through")
	_hears([&"win"], {7: [2, winner]}, "one has won", EstragonCodec.ModePhase.OVER)
	_hears([], {7: [0, 0]}, "what is forgotten", EstragonCodec.ModePhase.PAUSE)
	_hears([&"start"], {}, "the next round", EstragonCodec.ModePhase.RUNNING)
	_hears([], {7: [0, winner]}, "another mode", EstragonCodec.ModePhase.OVER, "race")
	_end_round()


func test_each_checkpoint_is_heard() -> void:
	_in_a_round(EstragonCodec.ModePhase.RUNNING)
	var play: EstragonMode = Connection.session.world.play
	play.goal = Rect2i(4, 4, 2, 2)
	_hears([], {}, "the first goal")
	play.goal = Rect2i(9, 4, 2, 2)
	_hears([&"point"], {}, "the next one")
	play.goal = Rect2i()
	_hears([&"point"], {7: [1, EstragonCodec.ModeMark.FINISHED]}, "the last")
	_end_round()


func test_placed_tiles_are_heard_as_such() -> void:
	_in_a_round(EstragonCodec.ModePhase.NONE)
	Connection.session.world.play.score_kind = EstragonCodec.ScoreKind.TILES
	_hears([], {7: [0, 0]}, "nothing yet")
	_hears([&"land"], {7: [1, 0]}, "a tile")
	_end_round()


func test_a_world_left_and_come_back_to_begins_no_round() -> void:
	_in_a_round(EstragonCodec.ModePhase.PAUSE)
	_hears([], {7: [0, 0]}, "before")
	Connection.status = EstragonClient.Status.WAITING
	_hears([], {}, "away", EstragonCodec.ModePhase.RUNNING)
	Connection.status = EstragonClient.Status.PLAYING
	_hears([], {7: [5, EstragonCodec.ModeMark.IT]}, "back")
	_end_round()


## Afterwards one is in a world where such a round is, and its sounds are listened to.
func _in_a_round(phase: EstragonCodec.ModePhase) -> void:
	Connection.session.world = ServerDouble.session_in_world().world
	Connection.session.world.play.name = "tag"
	Connection.session.world.play.phase = phase
	Connection.status = EstragonClient.Status.PLAYING
	_round = ModeSounds.new()
	_heard.clear()
	_listen()
	_round._process(0.0)


func _end_round() -> void:
	_stop()
	_round.free()
	Connection.status = EstragonClient.Status.OFFLINE
	Connection.session.world = null


## What is heard once the server has told that.
func _hears(
	expected: Array,
	rows: Dictionary[int, Array],
	label: String,
	phase: int = -1,
	mode: String = "tag",
) -> void:
	var play: EstragonMode = Connection.session.world.play
	play.name = mode
	play.take_scores(ServerDouble.scores(rows, false))
	if phase >= 0:
		play.phase = phase as EstragonCodec.ModePhase
	_heard.clear()
	_round._process(0.0)
	_round._process(0.0)
	equal(_heard, expected, label)


func _listen() -> void:
	Sounds.played.connect(_on_played)


func _stop() -> void:
	Sounds.played.disconnect(_on_played)


func _on_played(sound: StringName) -> void:
	_heard.append(sound)
