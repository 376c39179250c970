extends TestCase
## One's own player, before and after the server has said where they are.

const WALL: int = 60
const STEP: int = 61
const MUD: int = 62
const MIDDLE: int = 8 * 1024 + 512
const JUMP: int = EstragonCodec.ButtonBit.JUMP

var _steps: Array[float] = []
var _drawn: Vector2 = Vector2.INF


func test_a_course_with_all_there_is_needs_no_correction() -> void:
	for seed_number: int in 2:
		var server: FarServer = _far_server(0.2, 0.1, seed_number)
		server.intent_at = _walk_about
		var cells: Dictionary[Vector2i, bool] = {}
		for second: int in 60:
			server.run(1.0)
			cells[Vector2i(server.body.x >> 10, server.body.y >> 10)] = true
		equal(server.walker.prediction.corrections, 0, "corrections")
		equal(server.late, 0, "late commands")
		yes(cells.size() > 15, "it came about: %d cells" % cells.size())


func test_the_first_step_is_drawn_with_the_next_tick() -> void:
	var server: FarServer = _far_server(0.2, 0.0)
	server.run(3.0)
	var from: Vector2 = server.walker.position
	server.intent_at = _walk_east
	server.run(0.1)
	yes(server.walker.position.x > from.x + 100.0, "long before the server can have heard of it")
	yes(server.walker.is_moving, "walking")
	equal(server.body.x, MIDDLE, "the server has not")


func test_a_late_command_is_corrected_and_the_picture_slides() -> void:
	var server: FarServer = _far_server(0.05, 0.0)
	server.intent_at = _walk_east
	server.run(2.5)
	server.intent_at = _walk_south
	server.delay = 0.3
	server.on_frame = _watch
	server.run(1.0)
	var prediction: EstragonPrediction = server.walker.prediction
	yes(prediction.corrections > 0, "it was late")
	yes(prediction.last_correction > 0.0, "how far")
	yes(_steps.max() < 250.0, "no frame moves the picture far: %f" % _steps.max())
	server.delay = 0.05
	server.run(5.0)
	var corrections: int = prediction.corrections
	server.run(5.0)
	equal(prediction.corrections, corrections, "then all is well")
	var place: Vector3 = prediction.place_at(server.walker.clock.input_time())
	equal(server.walker.position, Vector2(place.x, place.y), "the picture has arrived")


func test_a_walk_is_drawn_evenly_at_any_rate_of_frames() -> void:
	var server: FarServer = _far_server(0.05, 0.01)
	server.run(3.0)
	server.intent_at = _walk_east
	server.run(0.2)
	server.on_frame = _watch
	server.run(0.7)
	for step: float in _steps:
		near(step, 256.0 * 20.0 / 60.0, 15.0, "a frame")


func test_after_two_seconds_of_silence_it_is_right_within_one() -> void:
	var server: FarServer = _far_server(0.2, 0.1)
	server.intent_at = _walk_about
	server.run(10.0)
	equal(server.walker.prediction.corrections, 0, "before")
	server.frozen_until = server.now + 2.0
	server.run(3.0)
	var corrections: int = server.walker.prediction.corrections
	yes(corrections > 0, "the test is one: something was wrong")
	server.run(10.0)
	equal(server.walker.prediction.corrections, corrections, "corrections later than a second")


func test_a_game_that_hung_is_right_again() -> void:
	var server: FarServer = _far_server(0.05, 0.01)
	server.intent_at = _walk_about
	server.run(10.0)
	for seconds: float in [0.1, 0.3, 0.7, 2.0]:
		server.frames_pause = true
		server.run(seconds)
		server.frames_pause = false
		server.run(0.7)
		var corrections: int = server.walker.prediction.corrections
		server.run(5.0)
		equal(server.walker.prediction.corrections, corrections, "after %f s" % seconds)


func test_a_jump_through_space_is_no_correction_and_nobody_slides() -> void:
	var server: FarServer = _far_server(0.1, 0.0)
	server.run(5.0)
	server.body.x = 5632
	server.body.y = 5632
	var update: EstragonCodec.PlayerUpdate = EstragonCodec.PlayerUpdate.new()
	update.player_id = ServerDouble.OWN_ID
	update.x = server.body.x
	update.y = server.body.y
	update.timestamp = server.tick + 1
	server.tell([update])
	server.on_frame = _watch
	server.run(2.0)
	equal(server.walker.prediction.corrections, 0, "corrections")
	equal(server.walker.position, Vector2(5632, 5632), "there")
	var moves: Array[float] = _steps.filter(func(step: float) -> bool: return step > 0.0)
	equal(moves.size(), 1, "in one frame")


func test_a_wall_that_appears_in_the_way_is_walked_round_as_the_server_does() -> void:
	var server: FarServer = _far_server(0.1, 0.02)
	server.intent_at = _walk_east
	server.run(2.0)
	var index: int = 256 + (server.body.y >> 10) * 16 + (server.body.x >> 10) + 2
	var edit: EstragonCodec.ChunkEdit = ServerDouble.edit(Vector2i.ZERO, 0, {index: WALL})
	server.world.edit_chunk(edit)
	server.tell([edit])
	server.run(3.0)
	var body: EstragonMovement.Body = server.walker.prediction.body()
	equal(Vector2i(body.x, body.y), Vector2i(server.body.x, server.body.y), "before the wall")
	var corrections: int = server.walker.prediction.corrections
	server.intent_at = _walk_about
	server.run(10.0)
	equal(server.walker.prediction.corrections, corrections, "and on from there")


func test_a_button_that_was_let_go_before_the_tick_is_not_lost() -> void:
	var server: FarServer = _far_server(0.05, 0.0)
	server.run(3.0)
	server.walker.tap(JUMP)
	server.run(0.15)
	yes(server.walker.lift > 100.0, "in the air: %f" % server.walker.lift)
	server.run(2.0)
	equal(server.walker.lift, 0.0, "and landed")
	equal(server.walker.prediction.corrections, 0, "corrections")


func test_nobody_walks_on_for_ever_without_a_word_from_the_server() -> void:
	var server: FarServer = _far_server(0.05, 0.0)
	server.intent_at = _walk_in_a_circle
	server.run(2.0)
	var from: Vector2 = server.walker.position
	server.frozen_until = server.now + 9.0
	server.run(4.0)
	var place: Vector2 = server.walker.position
	yes(place.distance_to(from) > 100.0, "for a while")
	server.run(2.0)
	equal(server.walker.position, place, "not longer")
	server.run(4.0)
	equal(_place(server.walker), Vector2i(server.walker.position), "right again")


func _place(walker: EstragonWalker) -> Vector2i:
	var place: Vector3 = walker.prediction.place_at(walker.clock.input_time())
	return Vector2i(int(place.x), int(place.y))


func _watch(server: FarServer) -> void:
	if _drawn != Vector2.INF:
		_steps.append(_drawn.distance_to(server.walker.position))
	_drawn = server.walker.position


func _walk_east(_seconds: float, intent: EstragonCodec.Command) -> void:
	intent.direction = 0
	intent.pace = 255


func _walk_south(_seconds: float, intent: EstragonCodec.Command) -> void:
	intent.direction = 0x4000
	intent.pace = 255


func _walk_in_a_circle(seconds: float, intent: EstragonCodec.Command) -> void:
	intent.direction = int(seconds * 30000.0) & 0xFFFF
	intent.pace = 255


## Another way every third of a second or so, with leaps and stops.
func _walk_about(seconds: float, intent: EstragonCodec.Command) -> void:
	var leg: int = hash(int(seconds * 3.1))
	intent.direction = leg & 0xFFFF
	intent.pace = [255, 255, 255, 130, 0][(leg >> 16) % 5]
	intent.buttons = JUMP if (leg >> 20) % 3 == 0 else 0


## A chunk with walls around it and things in it, on both sides.
func _far_server(delay: float, jitter: float, seed_number: int = 1) -> FarServer:
	var server: FarServer = FarServer.new(seed_number)
	server.know(WALL, 3000, 100)
	server.know(STEP, 448, 100)
	server.know(MUD, 0, 55)
	var cells: Dictionary[Vector3i, int] = {}
	for each: int in 16:
		for edge: Vector2i in [
			Vector2i(each, 0), Vector2i(each, 15), Vector2i(0, each), Vector2i(15, each)
		]:
			cells[Vector3i(edge.x, edge.y, 1)] = WALL
	for place: Vector2i in [Vector2i(4, 4), Vector2i(5, 11), Vector2i(10, 3), Vector2i(11, 11)]:
		cells[Vector3i(place.x, place.y, 1)] = WALL
	for place: Vector2i in [Vector2i(6, 6), Vector2i(11, 6), Vector2i(3, 9), Vector2i(8, 12)]:
		cells[Vector3i(place.x, place.y, 1)] = STEP
	for each: int in 5:
		cells[Vector3i(9 + each, 9, 1)] = MUD
	server.lay(Vector2i.ZERO, cells)
	server.body.x = MIDDLE
	server.body.y = MIDDLE
	server.delay = delay
	server.jitter = jitter
	return server
