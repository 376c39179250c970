class_name FarServer
extends RefCounted
## A server far away, on a clock that a test winds: nothing waits for real time.
##
## It has one player, moves it by the commands that arrive in time as PROTOCOL.md says, and sends a
## snapshot each tick. What is sent is as late as a bad network makes it, and in its order.

## Between two ticks, and between two frames of the client.
const TICK_SECONDS: float = 0.05
const FRAME_SECONDS: float = 1.0 / 60.0
## So long before the first tick the two have been talking: HELLO, AUTH, ENTER_WORLD.
const ENTERING_SECONDS: float = 1.0
## How fine time goes.
const STEP_SECONDS: float = 1.0 / 240.0

## How late messages are: so much, and up to so much more or less.
var delay: float = 0.0
var jitter: float = 0.0
## Until then nothing moves, in either direction.
var frozen_until: float = 0.0
## The player's machine hangs.
var frames_pause: bool = false
## The server does no ticks.
var is_paused: bool = false

var now: float = 100.0
var tick: int = 1000
var world: EstragonWorld = null
var body: EstragonMovement.Body = EstragonMovement.Body.new()
var session: EstragonSession = ServerDouble.session_in_world()
var walker: EstragonWalker = EstragonWalker.new(session)
## Ticks for which no command was there, since the first that was.
var late: int = 0
## What is wanted, by the seconds since the start; none: standing.
var intent_at: Callable = func(_seconds: float, _intent: EstragonCodec.Command) -> void: pass
## Is told of each frame of the client's.
var on_frame: Callable = func(_server: FarServer) -> void: pass

var _random: RandomNumberGenerator = RandomNumberGenerator.new()
var _up: Array[PackedByteArray] = []
var _up_due: Array[float] = []
var _down: Array[PackedByteArray] = []
var _down_due: Array[float] = []
var _began: float = 0.0
var _next_tick: float = 0.0
var _next_frame: float = 0.0
var _next_ping: float = 0.0
var _commands: Dictionary[int, EstragonCodec.Command] = {}
var _last: EstragonCodec.Command = EstragonCodec.Command.new()
var _input_tick: int = 0
var _newest: int = 0


func _init(seed_number: int) -> void:
	_random.seed = seed_number
	_began = now
	_next_tick = now + ENTERING_SECONDS
	_next_frame = now
	walker.clock.start(20, now)
	world = EstragonWorld.new(ServerDouble.world_entered(), ServerDouble.OWN_ID)


## Lays a chunk on both sides; see [method ServerDouble.chunk].
func lay(at: Vector2i, cells: Dictionary[Vector3i, int]) -> void:
	var chunk: EstragonCodec.ChunkData = ServerDouble.chunk(at, 0, cells)
	world.add_chunk(chunk)
	ServerDouble.feed(session, [chunk])


## Tells both sides of a tile.
func know(id: int, height: int, speed: int) -> void:
	var tile_message: EstragonCodec.Tile = ServerDouble.tile(id, 1, 0)
	tile_message.height = height
	tile_message.speed = speed
	world.tiles[id] = tile_message
	ServerDouble.feed(session, [tile_message])


## Lets time go by.
func run(seconds: float) -> void:
	var until: float = now + seconds
	while now < until:
		now += STEP_SECONDS
		_receive()
		if now >= _next_tick:
			_next_tick += TICK_SECONDS
			if not is_paused:
				_do_tick()
		if now >= _next_frame:
			_next_frame += FRAME_SECONDS
			if not frames_pause:
				_do_frame()


## Sends the client something besides.
func tell(messages: Array[EstragonCodec.Message]) -> void:
	var data: PackedByteArray = PackedByteArray()
	for message: EstragonCodec.Message in messages:
		data.append_array(message.encode())
	_put(_down, _down_due, data)


func _do_tick() -> void:
	tick += 1
	var command: EstragonCodec.Command = _commands.get(tick)
	if command != null:
		_last = command
		_input_tick = tick
	else:
		late += 1 if _input_tick > 0 else 0
		command = EstragonCodec.Command.new()
		if _input_tick > 0 and tick - _input_tick <= EstragonCodec.INPUT_REPEAT_TICKS:
			command.direction = _last.direction
			command.pace = _last.pace
	EstragonMovement.step(world, body, command)
	var state: EstragonCodec.WorldState = ServerDouble.state(tick, Vector2i(body.x, body.y))
	state.z = body.z
	state.vz = body.vz
	state.input_tick = _input_tick
	state.lead = clampi(_newest - tick, -128, 127)
	_put(_down, _down_due, state.encode())


func _do_frame() -> void:
	walker.advance(now)
	for data: PackedByteArray in _take(_down, _down_due):
		session.receive(data, now)
	if now >= _next_ping:
		_next_ping = now + walker.clock.ping_seconds()
		session.ping(now)
	intent_at.call(now - _began, walker.intent)
	walker.act()
	for data: PackedByteArray in session.take_outgoing():
		_put(_up, _up_due, data)
	on_frame.call(self)


func _receive() -> void:
	for data: PackedByteArray in _take(_up, _up_due):
		for message: EstragonCodec.Message in EstragonCodec.parse(data).messages:
			if message is EstragonCodec.Ping:
				var pong: EstragonCodec.Pong = EstragonCodec.Pong.new()
				pong.token = (message as EstragonCodec.Ping).token
				tell([pong])
			elif message is EstragonCodec.InputCommands:
				_take_commands(message)


func _take_commands(input: EstragonCodec.InputCommands) -> void:
	var at: int = input.tick
	for command: EstragonCodec.Command in EstragonCodec.Command.unpack(input.commands):
		if at <= tick + EstragonCodec.INPUT_BUFFER_TICKS:
			_newest = maxi(_newest, at)
			if at > tick:
				_commands[at] = command
		at += 1


func _put(line: Array[PackedByteArray], dues: Array[float], data: PackedByteArray) -> void:
	var due: float = maxf(now, frozen_until) + delay + _random.randf_range(-jitter, jitter)
	if not dues.is_empty():
		due = maxf(due, dues.back())
	line.append(data)
	dues.append(due)


func _take(line: Array[PackedByteArray], dues: Array[float]) -> Array[PackedByteArray]:
	var taken: Array[PackedByteArray] = []
	while not line.is_empty() and dues[0] <= now and now >= frozen_until:
		taken.append(line.pop_front())
		dues.pop_front()
	return taken
