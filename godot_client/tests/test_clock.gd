extends TestCase
## The estimate of the server's tick, under a simulated network.

const RATE: int = 20

## The tick shown and the newest snapshot, frame by frame, after the first seconds.
var _shown: Array[Vector2] = []


func test_it_starts_at_the_servers_tick_and_goes_with_time() -> void:
	var clock: EstragonClock = EstragonClock.new()
	clock.start(RATE, 1000, 50.0)
	near(clock.server_tick(), 1000.0, 0.001, "at once")
	clock.advance(50.5)
	near(clock.server_tick(), 1010.0, 0.001, "half a second later")


func test_it_converges_to_the_true_tick_and_never_goes_back() -> void:
	var clock: EstragonClock = EstragonClock.new()
	var greatest_step: float = _run(clock, 0.08, 0.03)
	near(clock.server_tick(), _truth(30.0), 0.6, "tick after 30 s of jitter")
	near(clock.round_trip, 0.08 + 0.03, 0.03, "round trip")
	yes(greatest_step < 1.2 / 60.0 * RATE, "no step is a jump: %f" % greatest_step)


func test_it_jumps_when_it_is_more_than_a_second_off() -> void:
	var clock: EstragonClock = EstragonClock.new()
	clock.start(RATE, 1000, 0.0)
	clock.observe_snapshot(1100, 0.1)
	clock.advance(0.1)
	near(clock.server_tick(), 1100.0, 0.1, "after a pause of the server's")


func test_a_little_off_is_stretched_away() -> void:
	var clock: EstragonClock = EstragonClock.new()
	clock.start(RATE, 1000, 0.0)
	clock.observe_pong(1004, 0, 0.0, 0.0)
	clock.advance(0.016)
	yes(clock.server_tick() < 1000.5, "not at once")


func test_commands_are_sent_further_ahead_when_they_come_too_late() -> void:
	var clock: EstragonClock = EstragonClock.new()
	clock.start(RATE, 1000, 0.0)
	var before: int = clock.input_tick()
	for _index: int in 20:
		clock.observe_lead(-1)
	yes(clock.input_tick() > before, "late commands")
	for _index: int in 400:
		clock.observe_lead(6)
	equal(clock.input_tick(), 1000, "never behind the server")


func test_what_is_shown_lies_before_the_newest_snapshot_though_some_come_late() -> void:
	var clock: EstragonClock = EstragonClock.new()
	_run(clock, 0.08, 0.06)
	var missing: int = 0
	for index: int in _shown.size():
		missing += 1 if _shown[index].x > _shown[index].y else 0
	yes(missing < _shown.size() / 50, "%d of %d frames lack one" % [missing, _shown.size()])
	yes(_shown.back().x > _shown.back().y - 4.0, "not further back than it must be")


func _truth(now: float) -> float:
	return 5000.0 + now * RATE


## Half a minute at 60 frames a second; returns the longest step that the estimate made.
func _run(clock: EstragonClock, trip: float, jitter: float) -> float:
	var random: RandomNumberGenerator = RandomNumberGenerator.new()
	random.seed = 1
	clock.start(RATE, 5000, trip / 2.0)
	var greatest: float = 0.0
	var newest: int = 5000
	for frame: int in range(10, 30 * 60):
		var now: float = frame / 60.0
		var sent: int = floori(_truth(now - trip / 2.0 - random.randf() * jitter))
		if sent > newest:
			newest = sent
			clock.observe_snapshot(sent, now)
		if frame % 120 == 0:
			var back: float = trip / 2.0 + random.randf() * jitter
			var at_server: float = _truth(now - back)
			var phase: int = int(fposmod(at_server, 1.0) * 65536.0)
			clock.observe_pong(floori(at_server), phase, trip / 2.0 + back, now)
		var before: float = clock.server_tick()
		clock.advance(now)
		yes(clock.server_tick() >= before, "time goes forward")
		if frame > 300:
			_shown.append(Vector2(clock.shown_tick(), newest))
		if frame > 20:
			greatest = maxf(greatest, clock.server_tick() - before)
	clock.advance(30.0)
	return greatest
