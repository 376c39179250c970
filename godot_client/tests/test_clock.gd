extends TestCase
## The estimate of the server's tick and the lead of commands, under a simulated network.

## The lead of a vector that tells none.
const NO_COMMAND_YET: int = -128

## Of every frame of the last run: when it was, the tick shown, that of commands, and the newest
## snapshot.
var _frames: Array[Vector4] = []


func test_the_clock_does_as_the_vectors_say() -> void:
	var root: String = ProjectSettings.globalize_path("res://")
	var folder: String = argument("--vectors", root.path_join("../protocol_spec/vectors"))
	var path: String = folder.path_join("clock.json")
	var content: Dictionary = JSON.parse_string(FileAccess.get_file_as_string(path))
	var vectors: Array = content["vectors"]
	yes(not vectors.is_empty(), "there are vectors in %s" % path)
	for vector: Dictionary in vectors:
		_follow(vector, content["tick_rate"])


func test_on_a_calm_network_commands_come_just_in_time() -> void:
	var server: FarServer = _run(0.002, 0.0, 20.0)
	equal(server.late, 0, "late commands")
	yes(server.walker.clock.lead in [1, 2], "lead: %d" % server.walker.clock.lead)
	near(server.walker.clock.server_tick(), server.tick, 1.2, "the server's tick")
	near(_frames.back().w - _frames.back().y, 1.0, 1.01, "what is shown lies that far back")


func test_at_200_ms_with_a_jitter_of_100_no_command_is_late() -> void:
	for seed_number: int in 3:
		var server: FarServer = _run(0.2, 0.1, 40.0, seed_number)
		equal(server.late, 0, "late commands")
		yes(server.walker.clock.ahead() < 7.0, "ahead: %f" % server.walker.clock.ahead())
		near(server.walker.clock.jitter(), 0.18, 0.04, "jitter in seconds")


func test_the_lead_grows_fast_where_commands_begin_to_be_late_and_shrinks_slowly() -> void:
	var server: FarServer = _far_server(0.05, 0.0)
	server.run(20.0)
	equal(server.late, 0, "late before")
	server.jitter = 0.15
	server.delay = 0.2
	server.run(3.0)
	var late: int = server.late
	yes(late > 0, "the test is one: there were late ones")
	server.run(10.0)
	equal(server.late, late, "late after three seconds")
	var grown: float = server.walker.clock.ahead()
	server.jitter = 0.0
	server.delay = 0.05
	server.run(1.0)
	yes(server.walker.clock.ahead() > grown - 1.5, "it does not come back at once")
	server.run(20.0)
	yes(server.walker.clock.ahead() < 3.0, "but it comes: %f" % server.walker.clock.ahead())
	equal(server.late, late, "and nothing is late on the way")


func test_time_is_stretched_and_never_jumps() -> void:
	var server: FarServer = _run(0.1, 0.05, 10.0)
	server.delay = 0.3
	server.jitter = 0.1
	server.run(5.0)
	server.delay = 0.1
	server.run(5.0)
	var before: Vector4 = _frames[180]
	for frame: Vector4 in _frames.slice(181):
		var real: float = (frame.x - before.x) * 20.0
		yes(frame.z - before.z <= real * 1.21 and frame.z - before.z >= real * 0.94, "commands")
		yes(frame.y - before.y <= real * 1.11 and frame.y >= before.y, "what is shown")
		before = frame


func test_what_is_shown_has_arrived_though_some_comes_late() -> void:
	_run(0.1, 0.06, 30.0)
	var missing: int = 0
	var furthest: float = 0.0
	for frame: Vector4 in _frames.slice(300):
		missing += 1 if frame.y > frame.w else 0
		furthest = maxf(furthest, frame.w - frame.y)
	yes(missing <= _frames.size() / 100, "%d of %d frames lack it" % [missing, _frames.size()])
	yes(furthest < 5.0, "and is not older than it must be: %f" % furthest)


func test_after_two_seconds_of_silence_all_is_as_before() -> void:
	var server: FarServer = _run(0.2, 0.1, 10.0)
	var ahead: float = server.walker.clock.ahead()
	server.frozen_until = server.now + 2.0
	server.run(2.0)
	yes(_frames.back().y <= _frames.back().w + 5.0, "nobody is shown further than 250 ms on")
	server.run(0.5)
	var late: int = server.late
	yes(late > 30, "the test is one: there were late ones")
	server.run(5.0)
	equal(server.late, late, "late commands half a second after it")
	near(server.walker.clock.ahead(), ahead, 3.0, "the silence was not taken for jitter")
	yes(_frames.back().w - _frames.back().y < 6.0, "what is shown is the newest again")


func test_a_way_that_became_longer_for_good_is_found_out() -> void:
	var server: FarServer = _run(0.05, 0.01, 10.0)
	server.delay = 0.75
	server.run(8.0)
	var late: int = server.late
	yes(late > 0, "the test is one: there were late ones")
	server.run(10.0)
	equal(server.late, late, "late commands after eight seconds")


func test_a_server_that_lost_three_seconds_is_found_again() -> void:
	var server: FarServer = _run(0.05, 0.01, 10.0)
	server.is_paused = true
	server.run(3.0)
	server.is_paused = false
	server.run(2.5)
	var late: int = server.late
	server.run(5.0)
	equal(server.late, late, "late commands")
	near(server.walker.clock.server_tick(), server.tick, 1.5, "the server's tick")


func test_a_game_that_hung_for_a_second_goes_on() -> void:
	var server: FarServer = _run(0.05, 0.01, 10.0)
	var ahead: float = server.walker.clock.ahead()
	server.frames_pause = true
	server.run(1.0)
	server.frames_pause = false
	server.run(0.3)
	var late: int = server.late
	server.run(5.0)
	equal(server.late, late, "late commands")
	near(server.walker.clock.ahead(), ahead, 2.0, "the hanging was not taken for jitter")


## A step after another, with the commands sent that are due. All is in ticks of the client's own.
func _follow(vector: Dictionary, rate: float) -> void:
	var clock: EstragonClock = EstragonClock.new()
	var steps: Array = vector["steps"]
	clock.start(int(rate), steps[0]["n"] / rate)
	var sent: int = 0
	for step: Dictionary in steps:
		var begin: float = step["n"]
		for turn: int in int(step.get("until", begin) - begin) + 1:
			var now: float = (begin + turn) / rate
			clock.advance(now)
			if step.has("trip"):
				clock.observe_round_trip(step["trip"] / rate, now)
			if step.has("snapshot"):
				var lead: float = step.get("lead", NO_COMMAND_YET)
				clock.observe_snapshot(int(step["snapshot"]) + turn, int(lead), now)
			if clock.is_ready():
				var newest: int = clock.input_tick()
				for tick: int in range(sent + 1 if sent != 0 else newest, newest + 1):
					clock.note_sent(tick)
					sent = tick
		var title: String = "%s, n = %s" % [vector["name"], step.get("until", begin)]
		if step.has("command"):
			var command: Variant = step["command"]
			equal(sent, 0 if command == null else int(str(command)), title)
		if step.has("jitter"):
			near(clock.jitter() * rate, step["jitter"], 0.001, title)


func _run(delay: float, jitter: float, seconds: float, seed_number: int = 1) -> FarServer:
	var server: FarServer = _far_server(delay, jitter, seed_number)
	server.run(seconds)
	return server


func _far_server(delay: float, jitter: float, seed_number: int = 1) -> FarServer:
	var server: FarServer = FarServer.new(seed_number)
	server.lay(Vector2i.ZERO, {})
	server.body.x = 8192
	server.body.y = 8192
	server.delay = delay
	server.jitter = jitter
	_frames.clear()
	server.on_frame = _note
	return server


func _note(server: FarServer) -> void:
	var clock: EstragonClock = server.walker.clock
	var newest: int = server.session.world.snapshot_tick
	_frames.append(Vector4(server.now, clock.shown_tick(), clock.input_time(), newest))
