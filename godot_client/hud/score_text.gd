class_name ScoreText
extends RefCounted
## Standings in what is played, in their order and in words.


## Those who have a row, the best first; who only watches comes last.
static func ranking(world: EstragonWorld) -> Array[EstragonPlayer]:
	var ranked: Array[EstragonPlayer] = []
	for player_id: int in world.play.scores:
		if world.players.has(player_id):
			ranked.append(world.players[player_id])
	ranked.sort_custom(
		func(one: EstragonPlayer, other: EstragonPlayer) -> bool:
			return _comes_before(world.play, one, other)
	)
	return ranked


## How a player stands: their time where they have one, else their score.
static func result(play: EstragonMode, player_id: int) -> String:
	var row: EstragonCodec.ModeScore = play.scores.get(player_id)
	if row == null or row.marks & EstragonCodec.ModeMark.SPECTATOR != 0:
		return ""
	if row.time > 0:
		return time(row.time)
	return "" if play.score_kind == EstragonCodec.ScoreKind.NONE else str(row.score)


## Minutes, seconds and hundredths of so many ticks, such as 1:05.35.
static func time(ticks: int) -> String:
	var hundredths: int = roundi(ticks * 100.0 / Connection.clock.tick_rate)
	return "%d:%02d.%02d" % [hundredths / 6000, hundredths / 100 % 60, hundredths % 100]


## Minutes and seconds that are left, such as 0:09.
static func left(seconds: float) -> String:
	var whole: int = ceili(maxf(seconds, 0.0))
	return "%d:%02d" % [whole / 60, whole % 60]


## The mode's name, or what the server calls it where the game has no word for it.
static func mode_name(mode: String) -> String:
	var key: String = "MODE_" + mode.to_upper()
	var translated: String = TranslationServer.translate(key)
	return mode if translated == key else translated


static func _comes_before(play: EstragonMode, one: EstragonPlayer, other: EstragonPlayer) -> bool:
	var own: EstragonCodec.ModeScore = play.scores[one.player_id]
	var others: EstragonCodec.ModeScore = play.scores[other.player_id]
	var watches: int = own.marks & EstragonCodec.ModeMark.SPECTATOR
	if watches != others.marks & EstragonCodec.ModeMark.SPECTATOR:
		return watches == 0
	if own.score != others.score:
		return own.score > others.score
	if own.time != others.time:
		return own.time > 0 and (others.time == 0 or own.time < others.time)
	return one.name.naturalnocasecmp_to(other.name) < 0
