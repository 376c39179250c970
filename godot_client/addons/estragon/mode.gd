class_name EstragonMode
extends RefCounted
## What is played in the world: its phase, how everybody stands, and the best there ever were.

## What the server calls the mode.
var name: String = ""
## A value of ModePhase.
var phase: EstragonCodec.ModePhase = EstragonCodec.ModePhase.NONE
## The tick at which the phase ends; 0: nobody knows.
var ends_tick: int = 0
## A value of ScoreKind: what [member scores] count.
var score_kind: EstragonCodec.ScoreKind = EstragonCodec.ScoreKind.NONE
## How players stand, by player_id; who has no row has no part in it.
var scores: Dictionary[int, EstragonCodec.ModeScore] = {}
## The best list, the best first.
var records: Array[EstragonCodec.ModeRecord] = []
## Where one is to go oneself, in tiles; without a width nowhere in particular.
var goal: Rect2i = Rect2i()

var _key: String = ""
var _values: String = ""
var _texts: String = ""


## Takes in what goes on now.
func take_state(message: EstragonCodec.ModeState) -> void:
	if name != message.mode:
		scores.clear()
		records.clear()
		goal = Rect2i()
	name = message.mode
	phase = message.phase as EstragonCodec.ModePhase
	ends_tick = message.ends_tick
	score_kind = message.score_kind as EstragonCodec.ScoreKind
	_key = message.key
	_values = message.values
	_texts = message.texts


## Takes in how players stand.
func take_scores(message: EstragonCodec.ModeScores) -> void:
	if message.full != 0:
		scores.clear()
	for row: EstragonCodec.ModeScore in EstragonCodec.ModeScore.unpack(message.rows):
		scores[row.player_id] = row


## Takes in a line of the best list.
func take_record(message: EstragonCodec.ModeRecord) -> void:
	records.resize(mini(message.index, records.size()))
	if message.count > 0:
		records.append(message)


## Takes in where one is to go.
func take_goal(message: EstragonCodec.ModeGoal) -> void:
	goal = Rect2i(message.x, message.y, message.width, message.height)


## Whether a player has that mark.
func has_mark(player_id: int, mark: EstragonCodec.ModeMark) -> bool:
	return scores.has(player_id) and scores[player_id].marks & mark != 0


## What goes on, in the language that is spoken now; empty where there is nothing to say.
func sentence() -> String:
	return EstragonMode.words(_key, _values, _texts)


## The text of a MODE_STATE or a MODE_NEWS: the game's own for the key, with the values in the
## places of its %s; else the server's, in the language that is spoken now, or the first it has.
static func words(key: String, values: String, texts: String) -> String:
	var translated: String = TranslationServer.translate(key)
	if not key.is_empty() and translated != key:
		return _filled(translated, values.split("\u001f"))
	var pairs: PackedStringArray = texts.split("\u001f", false)
	var language: String = TranslationServer.get_locale().get_slice("_", 0)
	for index: int in range(0, pairs.size() - 1, 2):
		if pairs[index] == language:
			return pairs[index + 1]
	return pairs[1] if pairs.size() > 1 else ""


## However many values there are, and whatever stands in them.
static func _filled(text: String, values: PackedStringArray) -> String:
	var parts: PackedStringArray = text.split("%s")
	var filled: String = parts[0]
	for index: int in range(1, parts.size()):
		filled += (values[index - 1] if index <= values.size() else "") + parts[index]
	return filled
