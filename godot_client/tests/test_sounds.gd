extends TestCase
## Sounds play where they belong, on the bus that the settings make louder or quieter.

var _heard: Array[StringName] = []


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


func _listen() -> void:
	Sounds.played.connect(_on_played)


func _stop() -> void:
	Sounds.played.disconnect(_on_played)


func _on_played(sound: StringName) -> void:
	_heard.append(sound)
