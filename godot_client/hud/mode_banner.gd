class_name ModeBanner
extends PanelContainer
## What goes on in what is played, and how long it does.

@onready var _sentence: Label = %Sentence
@onready var _left: Label = %Left


func _process(_delta: float) -> void:
	var world: EstragonWorld = Connection.session.world
	var is_shown: bool = world != null and Connection.status == EstragonClient.Status.PLAYING
	var text: String = sentence(world) if is_shown else ""
	visible = not text.is_empty()
	if not visible:
		return
	_sentence.text = text
	var ends: int = world.play.ends_tick
	_left.visible = ends > 0
	if _left.visible:
		var ticks: float = ends - Connection.clock.shown_tick()
		_left.text = ScoreText.left(ticks / Connection.clock.tick_rate)


## What there is to say to this player.
static func sentence(world: EstragonWorld) -> String:
	var text: String = world.play.sentence()
	if world.play.has_mark(world.own_id, EstragonCodec.ModeMark.SPECTATOR):
		var watching: String = TranslationServer.translate(&"MODE_WATCHING")
		return watching if text.is_empty() else text + "\n" + watching
	return text
