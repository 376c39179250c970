extends Node
## The game's sounds: the autoload "Sounds". [code]Sounds.play(&"point")[/code] from anywhere; the
## names are those of the files beside this script, which [code]sound/make[/code] makes.
##
## Some play by themselves: every button, one's own steps and leaps, chat of others, coming into a
## world and losing the connection. [ModeSounds] plays those of rounds, the world's scene "leave".

## A sound begins. Tests listen to it.
signal played(sound: StringName)

## All there are.
const NAMES: Array[StringName] = [
	&"button",
	&"step",
	&"jump",
	&"land",
	&"chat",
	&"whisper",
	&"join",
	&"leave",
	&"lost",
	&"point",
	&"caught",
	&"start",
	&"win",
]
## The bus of all of them; the settings make it louder or quieter.
const BUS: StringName = &"Effects"
## So many are heard at once; one more ends the oldest.
const VOICES: int = 8
## How long a step takes.
const STEP_SECONDS: float = 0.28
## Steps that all sound the same tire the ear.
const STEP_VARIATION: float = 0.12

var _streams: Dictionary[StringName, AudioStream] = {}
var _voices: Array[AudioStreamPlayer] = []
var _next: int = 0
## True where nothing can be heard; what plays while the game ends would be told as a leak.
var _is_deaf: bool = AudioServer.get_driver_name() == "Dummy"
var _step_in: float = 0.0
var _was_aloft: bool = false


func _ready() -> void:
	process_mode = Node.PROCESS_MODE_ALWAYS
	# Not before: at the very first import the files are no resources yet.
	for sound: StringName in NAMES:
		_streams[sound] = load("res://sound/%s.wav" % sound)
	for _voice: int in VOICES:
		var voice: AudioStreamPlayer = AudioStreamPlayer.new()
		voice.bus = BUS
		add_child(voice)
		_voices.append(voice)
	get_tree().node_added.connect(_on_node_added)
	Connection.joined.connect(play.bind(&"join"))
	Connection.connection_lost.connect(_on_connection_lost)
	Connection.session.chat_received.connect(_on_chat_received)
	Connection.session.whisper_received.connect(_on_whisper_received)


func _exit_tree() -> void:
	for voice: AudioStreamPlayer in _voices:
		voice.stop()


func _process(delta: float) -> void:
	_step_in -= delta
	if Connection.status != EstragonClient.Status.PLAYING:
		_was_aloft = false
		return
	var walker: EstragonWalker = Connection.walker
	var is_aloft: bool = walker.lift > 0.0
	if is_aloft != _was_aloft:
		_was_aloft = is_aloft
		play(&"jump" if is_aloft else &"land")
	if walker.is_moving and not is_aloft and _step_in <= 0.0:
		_step_in = STEP_SECONDS
		play(&"step", STEP_VARIATION)


## Plays a sound, a little higher or lower by chance: [param variation] is the share of the pitch.
func play(sound: StringName, variation: float = 0.0) -> void:
	assert(sound in NAMES, "there is no such sound")
	var voice: AudioStreamPlayer = _voices[_next]
	_next = (_next + 1) % VOICES
	voice.stream = _streams[sound]
	voice.pitch_scale = 1.0 + randf_range(-variation, variation)
	if not _is_deaf:
		voice.play()
	played.emit(sound)


func _on_node_added(node: Node) -> void:
	if node is BaseButton:
		(node as BaseButton).pressed.connect(play.bind(&"button"))


## Each new try that fails would be heard, too.
func _on_connection_lost(code: int, _retry_in: float) -> void:
	if code != EstragonClient.UNREACHABLE:
		play(&"lost")


func _on_chat_received(player: EstragonPlayer, _text: String, _timestamp_ms: int) -> void:
	if player == null or player.player_id != Connection.session.player_id:
		play(&"chat")


func _on_whisper_received(whisper: EstragonCodec.Whisper) -> void:
	if whisper.own == 0:
		play(&"whisper")
