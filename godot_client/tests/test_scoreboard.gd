extends TestCase
## How everybody stands, the best first.

const HUD: PackedScene = preload("res://hud/hud.tscn")

var _world: EstragonWorld = null


func test_the_best_come_first_and_who_watches_last() -> void:
	_start()
	var session: EstragonSession = ServerDouble.session_in_world()
	_world = session.world
	for index: int in 3:
		_world.add_player(ServerDouble.join(20 + index, 5 + index, "Player %d" % index))
	var watcher: int = EstragonCodec.ModeMark.SPECTATOR
	_score({7: [1, 0], 9: [3, 0], 20: [9, watcher], 21: [3, 0], 22: [-2, 0], 99: [50, 0]})
	_world.play.scores[21].time = 1307
	equal(
		ScoreText.ranking(_world).map(func(each: EstragonPlayer) -> String: return each.name),
		["Player 1", "Владимир", "Estragon", "Player 2", "Player 0"],
		"their order"
	)
	equal(ScoreText.result(_world.play, 21), "1:05.35", "a time")
	equal(ScoreText.result(_world.play, 22), "-2", "a score")
	equal(ScoreText.result(_world.play, 20), "", "who watches has none")


func test_one_sees_oneself_however_one_stands() -> void:
	_start()
	_world = ServerDouble.session_in_world().world
	var rows: Dictionary[int, Array] = {7: [0, 0]}
	for index: int in 20:
		_world.add_player(ServerDouble.join(20 + index, 5 + index, "Player %d" % index))
		rows[20 + index] = [index + 1, 0]
	_score(rows)
	Connection.session.world = _world
	var hud: Hud = HUD.instantiate()
	tree.root.add_child(hud)
	var board: Scoreboard = hud.get_node("%Scoreboard")
	board.refresh()
	var texts: Array = board.get_node("%Rows").get_children().map(
		func(label: Label) -> String: return label.text
	)
	equal(texts.size(), Scoreboard.MOST_ROWS * 3, "rows of three")
	equal(texts.slice(0, 3), ["1.", "Player 19", "20"], "the best")
	equal(texts.slice(-3), ["21.", "Estragon", "0"], "oneself")
	_world.play.scores.clear()
	board.refresh()
	yes(not board.visible, "nothing is played")
	hud.free()
	Connection.session.world = null


func test_who_watches_is_told_so() -> void:
	_start()
	_world = ServerDouble.session_in_world().world
	_score({7: [0, EstragonCodec.ModeMark.SPECTATOR]})
	equal(ModeBanner.sentence(_world), "You are watching until the next round.", "a spectator")
	_score({7: [0, 0]})
	equal(ModeBanner.sentence(_world), "", "a player of something without words")


func test_what_is_left_is_rounded_up() -> void:
	equal(ScoreText.left(59.1), "1:00", "a minute")
	equal(ScoreText.left(-3.0), "0:00", "over")


func _start() -> void:
	TranslationServer.set_locale("en")


func _score(rows: Dictionary[int, Array]) -> void:
	_world.play.score_kind = EstragonCodec.ScoreKind.POINTS
	_world.play.take_scores(ServerDouble.scores(rows))
