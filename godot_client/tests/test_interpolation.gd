extends TestCase
## The way between two snapshots, and a little beyond.

const MOVING: int = EstragonCodec.PlayerFlag.MOVING

var _path: EstragonInterpolation = EstragonInterpolation.new()


func test_half_way_between_two_snapshots() -> void:
	_path.add(100, 0, 0, 0, MOVING)
	_path.add(101, 256, 128, 16384, MOVING)
	_path.seek(100.5)
	equal(_path.position, Vector2(128, 64), "position")
	near(_path.rotation, TAU / 8.0, 0.001, "rotation")
	yes(_path.is_moving, "walking")


func test_nobody_drifts_through_a_pause() -> void:
	_path.add(100, 0, 0, 0, 0)
	_path.add(150, 256, 0, 0, MOVING)
	_path.seek(148.9)
	equal(_path.position, Vector2(0, 0), "still there")
	yes(not _path.is_moving, "standing")
	_path.seek(149.5)
	equal(_path.position, Vector2(128, 0), "on the way")


func test_nobody_turns_slowly_through_a_pause() -> void:
	_path.add(100, 0, 0, 0, 0)
	_path.add(150, 0, 0, 16384, 0)
	_path.seek(148.9)
	near(_path.rotation, 0.0, 0.001, "rotation")


func test_who_is_told_of_at_every_fourth_tick_walks_as_evenly_as_others() -> void:
	var places: Array[float] = _drawn_walk(4, 200)
	for index: int in range(32, places.size()):
		near(places[index] - places[index - 1], 64.0, 17.0, "a quarter of a tick")
	for index: int in range(100, places.size()):
		near(places[index] - places[index - 1], 64.0, 0.01, "a quarter of a tick, after a while")


func test_who_comes_near_is_drawn_as_late_as_others_again() -> void:
	_drawn_walk(4, 40)
	var tick: int = 1000 + 40
	for each: int in range(tick + 1, tick + 60):
		_path.add(each, (each - 1000) * 256, 0, 0, MOVING)
		_path.seek(each - 1.0)
	near(_path.position.x, (tick + 58 - 1000) * 256, 0.01, "as late as the others")


func test_who_set_out_far_away_did_so_as_late_as_the_way_allows() -> void:
	_path.add(100, 0, 0, 0, 0)
	_path.add(120, 512, 0, 0, MOVING)
	_path.seek(118.0)
	equal(_path.position, Vector2(0, 0), "still there")
	_path.seek(119.0)
	equal(_path.position, Vector2(256, 0), "on the way")


func test_a_walker_is_drawn_on_for_a_quarter_of_a_second() -> void:
	_path.add(100, 0, 0, 0, MOVING)
	_path.add(101, 256, 128, 0, MOVING)
	_path.seek(103.0)
	equal(_path.position, Vector2(768, 384), "two ticks beyond")
	yes(_path.is_moving, "walking")
	_path.seek(120.0)
	equal(_path.position, Vector2(256 * 6, 128 * 6), "five ticks beyond")
	yes(not _path.is_moving, "and then standing")


func test_who_stopped_is_not_drawn_on() -> void:
	_path.add(100, 0, 0, 0, MOVING)
	_path.add(101, 256, 0, 0, MOVING)
	_path.add(102, 256, 0, 0, 0)
	_path.seek(105.0)
	equal(_path.position, Vector2(256, 0), "position")


func test_a_wrong_guess_slides_over_to_what_is_right() -> void:
	_path.add(100, 0, 0, 0, MOVING)
	_path.add(101, 256, 0, 0, MOVING)
	_path.seek(103.0)
	_path.add(102, 256, 256, 0, MOVING)
	_path.add(103, 256, 512, 0, MOVING)
	_path.seek(103.0)
	equal(_path.position, Vector2(768, 0), "not at once")
	_path.add(104, 256, 768, 0, MOVING)
	_path.seek(103.3)
	yes(_path.position.distance_to(Vector2(256, 588)) < 550.0, "nearer")
	for tick: int in range(105, 110):
		_path.add(tick, 256, (tick - 101) * 256, 0, MOVING)
		_path.seek(tick - 1.0)
	near(_path.position.x, 256.0, 12.0, "there after 250 ms")
	near(_path.position.y, 7.0 * 256.0, 12.0, "likewise")


func test_nobody_is_drawn_on_or_back_through_a_jump() -> void:
	_path.add(100, 0, 0, 0, MOVING)
	_path.add(101, 256, 0, 0, MOVING)
	_path.seek(103.0)
	_path.snap(104, 50000, 0, 0)
	_path.seek(104.0)
	equal(_path.position, Vector2(50000, 0), "at once")
	_path.add(105, 50256, 0, 0, MOVING)
	_path.seek(104.5)
	equal(_path.position, Vector2(50128, 0), "the way begins there")


func test_further_than_anybody_walks_is_a_jump() -> void:
	_path.add(100, 0, 0, 0, MOVING)
	_path.add(101, 1025, 0, 0, MOVING)
	_path.seek(100.5)
	equal(_path.position, Vector2(1025, 0), "no way to it")


func test_the_short_way_round() -> void:
	_path.add(100, 0, 0, 1000, MOVING)
	_path.add(101, 0, 0, 65536 - 1000, MOVING)
	_path.seek(100.5)
	near(angle_difference(_path.rotation, 0.0), 0.0, 0.001, "through east")


func test_the_same_tick_twice_is_the_newer_word() -> void:
	_path.add(100, 0, 0, 0, MOVING)
	_path.add(100, 8, 0, 0, MOVING)
	_path.seek(100.0)
	equal(_path.position, Vector2(8, 0), "position")


func test_the_past_of_somebody_who_is_not_drawn_does_not_grow() -> void:
	for tick: int in 10000:
		_path.add(tick, tick, 0, 0, MOVING)
	_path.seek(0.0)
	yes(_path.position.x > 9900.0, "only the newest samples are kept")


## Somebody walks for so many ticks and is told of at every so manyth; places at each quarter tick.
func _drawn_walk(every: int, ticks: int) -> Array[float]:
	var places: Array[float] = []
	_path.snap(1000, 0, 0, 0, MOVING)
	for quarter: int in range(4, ticks * 4):
		if quarter % (4 * every) == 0:
			var tick: int = quarter / 4
			_path.add(1000 + tick, tick * 256, 0, 0, MOVING)
		_path.seek(1000 + quarter / 4.0 - 1.0)
		places.append(_path.position.x)
	return places
