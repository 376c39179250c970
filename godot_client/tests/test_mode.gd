extends TestCase
## What is played in the world, as the server tells it.


func test_a_mode_tells_its_phase_and_how_everybody_stands() -> void:
	var session: EstragonSession = ServerDouble.session_in_world()
	var state: EstragonCodec.ModeState = _state("tag")
	ServerDouble.feed(session, [state, ServerDouble.scores({7: [3, 0], 9: [-1, 1]})])
	var play: EstragonMode = session.world.play
	equal(session.world.mode, "tag", "the mode")
	equal(play.phase, EstragonCodec.ModePhase.RUNNING, "the phase")
	equal(play.ends_tick, 1500, "its end")
	equal(play.scores[9].score, -1, "a score")
	yes(play.has_mark(9, EstragonCodec.ModeMark.IT), "who is it")
	yes(not play.has_mark(77, EstragonCodec.ModeMark.IT), "who is not there")
	ServerDouble.feed(session, [ServerDouble.scores({9: [0, 0]}, false)])
	equal(play.scores[7].score, 3, "what is not repeated stays")
	ServerDouble.feed(session, [ServerDouble.leave(9)])
	yes(not play.scores.has(9), "who left has no row")
	ServerDouble.feed(session, [_state("race")])
	yes(play.scores.is_empty(), "another mode")


func test_the_best_list_begins_anew() -> void:
	var session: EstragonSession = ServerDouble.session_in_world()
	var play: EstragonMode = session.world.play
	var told: Array = []
	session.records_changed.connect(func() -> void: told.append(play.records.size()))
	ServerDouble.feed(session, [_record(0, 2, "Lucky"), _record(1, 2, "Pozzo")])
	ServerDouble.feed(session, [_record(0, 1, "Pozzo")])
	ServerDouble.feed(session, [_record(0, 0, "")])
	equal(told, [2, 1, 0], "how many lines")


func test_a_text_is_put_into_words() -> void:
	TranslationServer.set_locale("en")
	equal(EstragonMode.words("TAG_RUN", "%s [b]", ""), "%s [b] is it. Run!", "as it is written")
	equal(EstragonMode.words("TAG_CAUGHT", "Lucky", ""), "Lucky is it now, caught by .", "too few")
	equal(EstragonMode.words("", "", "ru\u001fБеги!\u001fen\u001fRun!"), "Run!", "the server's own")
	equal(EstragonMode.words("NO_KEY", "", "fr\u001fCours!"), "Cours!", "another language")
	equal(EstragonMode.words("", "", ""), "", "nothing")


func _state(mode: String) -> EstragonCodec.ModeState:
	var message: EstragonCodec.ModeState = EstragonCodec.ModeState.new()
	message.mode = mode
	message.phase = EstragonCodec.ModePhase.RUNNING
	message.ends_tick = 1500
	message.score_kind = EstragonCodec.ScoreKind.POINTS
	message.key = "TAG_RUN"
	message.values = "Pozzo"
	return message


func _record(index: int, count: int, name: String) -> EstragonCodec.ModeRecord:
	var message: EstragonCodec.ModeRecord = EstragonCodec.ModeRecord.new()
	message.index = index
	message.count = count
	message.name = name
	return message


func test_a_goal_is_told_and_forgotten_with_the_mode() -> void:
	var session: EstragonSession = ServerDouble.session_in_world()
	var told: Array = []
	session.goal_changed.connect(func() -> void: told.append(true))
	var goal: EstragonCodec.ModeGoal = EstragonCodec.ModeGoal.new()
	goal.x = 30
	goal.y = 40
	goal.width = 5
	goal.height = 2
	ServerDouble.feed(session, [_state("race"), goal])
	equal(session.world.play.goal, Rect2i(30, 40, 5, 2), "where to go")
	ServerDouble.feed(session, [_state("race")])
	equal(session.world.play.goal.size.x, 5, "still")
	ServerDouble.feed(session, [_state("tag")])
	equal(session.world.play.goal, Rect2i(), "another mode")
	equal(told.size(), 2, "each change is told")


func test_an_arrow_points_to_a_goal_that_is_not_near() -> void:
	var scene: Node2D = Node2D.new()
	var arrow: Sprite2D = Sprite2D.new()
	arrow.name = "GoalArrow"
	arrow.unique_name_in_owner = true
	scene.add_child(arrow)
	arrow.owner = scene
	var mark: GoalMark = GoalMark.new()
	scene.add_child(mark)
	mark.owner = scene
	tree.root.add_child(scene)
	mark.show_goal(Rect2i(100, 0, 2, 2))
	mark.point_from(Vector2(0, 16))
	yes(arrow.visible, "it is far away")
	near(arrow.rotation, 0.0, 0.01, "in the east")
	mark.point_from(Vector2(1599, 16))
	yes(not arrow.visible, "there")
	mark.show_goal(Rect2i())
	mark.point_from(Vector2.ZERO)
	yes(not arrow.visible, "no goal")
	scene.free()
