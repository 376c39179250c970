extends TestCase
## The way between two snapshots.


func test_half_way_between_two_snapshots() -> void:
	var path: EstragonInterpolation = EstragonInterpolation.new()
	path.add(100, 99, Vector2(0, 0), 0.0, true)
	path.add(101, 100, Vector2(256, 128), 1.0, true)
	path.seek(100.5)
	equal(path.position, Vector2(128, 64), "position")
	near(path.rotation, 0.5, 0.001, "rotation")
	yes(path.is_moving, "walking")


func test_nobody_drifts_through_a_pause() -> void:
	var path: EstragonInterpolation = EstragonInterpolation.new()
	path.add(100, 99, Vector2(0, 0), 0.0, false)
	path.add(150, 149, Vector2(256, 0), 0.0, true)
	path.seek(148.0)
	equal(path.position, Vector2(0, 0), "still there")
	path.seek(149.5)
	equal(path.position, Vector2(128, 0), "on the way")


func test_nobody_runs_on_past_the_newest_snapshot() -> void:
	var path: EstragonInterpolation = EstragonInterpolation.new()
	path.add(100, 99, Vector2(0, 0), 0.0, true)
	path.add(101, 100, Vector2(256, 0), 0.0, true)
	path.seek(110.0)
	equal(path.position, Vector2(256, 0), "position")


func test_the_short_way_round() -> void:
	var path: EstragonInterpolation = EstragonInterpolation.new()
	path.add(100, 99, Vector2.ZERO, 0.1, true)
	path.add(101, 100, Vector2.ZERO, TAU - 0.1, true)
	path.seek(100.5)
	near(angle_difference(path.rotation, 0.0), 0.0, 0.001, "through east")


func test_a_snap_forgets_the_way() -> void:
	var path: EstragonInterpolation = EstragonInterpolation.new()
	path.add(100, 99, Vector2(0, 0), 0.0, true)
	path.snap(101, Vector2(5000, 0), 0.0)
	equal(path.position, Vector2(5000, 0), "at once")
	path.seek(100.5)
	equal(path.position, Vector2(5000, 0), "even in the past")


func test_the_same_tick_twice_is_the_newer_word() -> void:
	var path: EstragonInterpolation = EstragonInterpolation.new()
	path.add(100, 99, Vector2(0, 0), 0.0, true)
	path.add(100, 99, Vector2(8, 0), 0.0, true)
	path.seek(100.0)
	equal(path.position, Vector2(8, 0), "position")


func test_the_past_of_somebody_who_is_not_drawn_does_not_grow() -> void:
	var path: EstragonInterpolation = EstragonInterpolation.new()
	for tick: int in 10000:
		path.add(tick, tick - 1, Vector2(tick, 0), 0.0, true)
	path.seek(0.0)
	yes(path.position.x > 9900.0, "only the newest samples are kept")
