class_name Scoreboard
extends PanelContainer
## What is played, how the best stand and oneself; between rounds, the best there ever were.

## The most rows, one's own among them.
const MOST_ROWS: int = 6
## The most lines of the best list.
const MOST_RECORDS: int = 3
## How often it is brought up to date while scores change.
const REFRESH_SECONDS: float = 0.25
## The colours of who only watches, and of all who have no mark.
const SPECTATOR_COLOUR: Color = Color("b39c86")
const PLAIN_COLOUR: Color = Color("f3e3c0")

var _is_stale: bool = true
var _refresh_in: float = 0.0

@onready var _title: Label = %Title
@onready var _rows: GridContainer = %Rows


func _ready() -> void:
	var session: EstragonSession = Connection.session
	session.world_entered.connect(_change.unbind(1))
	session.mode_changed.connect(_change)
	Settings.colours_changed.connect(_change)
	session.scores_changed.connect(_change)
	session.records_changed.connect(_change)
	session.player_joined.connect(_change.unbind(1))
	session.player_changed.connect(_change.unbind(2))
	session.player_left.connect(_change.unbind(2))
	hide()


func _process(delta: float) -> void:
	_refresh_in -= delta
	if _is_stale and _refresh_in <= 0.0:
		refresh()


func _notification(what: int) -> void:
	if what == NOTIFICATION_TRANSLATION_CHANGED:
		_is_stale = true


## Shows what is known now.
func refresh() -> void:
	_is_stale = false
	_refresh_in = REFRESH_SECONDS
	for child: Node in _rows.get_children():
		child.free()
	var world: EstragonWorld = Connection.session.world
	if world == null or world.play.scores.is_empty():
		hide()
		return
	_title.text = ScoreText.mode_name(world.mode)
	_show_ranking(world, ScoreText.ranking(world))
	if world.play.phase != EstragonCodec.ModePhase.RUNNING:
		_show_records(world.play)
	show()
	reset_size()


## The colour of a player's row, by their marks.
static func colour_of(play: EstragonMode, player_id: int) -> Color:
	if play.has_mark(player_id, EstragonCodec.ModeMark.IT):
		return Colours.of(&"chased")
	if play.has_mark(player_id, EstragonCodec.ModeMark.WINNER):
		return Colours.of(&"own")
	if play.has_mark(player_id, EstragonCodec.ModeMark.FINISHED):
		return Colours.of(&"good")
	if play.has_mark(player_id, EstragonCodec.ModeMark.SPECTATOR):
		return SPECTATOR_COLOUR
	return PLAIN_COLOUR


func _change() -> void:
	_is_stale = true


func _show_ranking(world: EstragonWorld, ranked: Array[EstragonPlayer]) -> void:
	var own: int = ranked.find(world.own_player())
	for rank: int in ranked.size():
		# One's own row is the last of those shown, where it is not among the best.
		var is_shown: bool = rank < MOST_ROWS - (1 if own >= MOST_ROWS else 0)
		if is_shown or rank == own:
			var player: EstragonPlayer = ranked[rank]
			var result: String = ScoreText.result(world.play, player.player_id)
			var colour: Color = colour_of(world.play, player.player_id)
			_add_row("%d." % (rank + 1), player.name, result, colour, rank == own)


func _show_records(play: EstragonMode) -> void:
	if play.records.is_empty():
		return
	_add_row("", tr(&"SCORES_BEST"), "", Colours.of(&"own"), false)
	for index: int in mini(play.records.size(), MOST_RECORDS):
		var record: EstragonCodec.ModeRecord = play.records[index]
		var result: String = ScoreText.time(record.time) if record.time > 0 else str(record.score)
		_add_row("%d." % (index + 1), record.name, result, SPECTATOR_COLOUR, false)


func _add_row(rank: String, who: String, result: String, colour: Color, is_own: bool) -> void:
	for text: String in [rank, who, result]:
		var label: Label = Label.new()
		label.text = text
		label.auto_translate_mode = Node.AUTO_TRANSLATE_MODE_DISABLED
		label.theme_type_variation = &"OwnScoreLabel" if is_own else &"ScoreLabel"
		label.add_theme_color_override(&"font_color", colour)
		if text == who:
			label.custom_minimum_size.x = 150.0
			label.clip_text = true
			label.text_overrun_behavior = TextServer.OVERRUN_TRIM_ELLIPSIS
		elif text == result:
			label.horizontal_alignment = HORIZONTAL_ALIGNMENT_RIGHT
		_rows.add_child(label)
