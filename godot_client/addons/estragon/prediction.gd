class_name EstragonPrediction
extends RefCounted
## Where one's own player is, before the server has said so.
##
## The same state, map and command give the same state a tick later on both sides, see
## [EstragonMovement]. So the client does each tick itself when it sends its command. When the
## WORLD_STATE of that tick comes, the two are compared. Where they are not equal, the client goes
## back to what the server says and does the ticks since then again, each with the command that it
## sent: a correction.

## Nobody walks on by themselves for longer than this without a word from the server, in ticks.
const LONGEST_GUESS: int = 40
## So many missing commands make a body stand.
const STANDS: int = EstragonCodec.INPUT_REPEAT_TICKS + 1

## How often the server did not say what was predicted.
var corrections: int = 0
## By how much the newest tick was moved then, in 1/1024 tile.
var last_correction: float = 0.0
## The newest tick that was done.
var tick: int = 0

var _map: EstragonWorld = null
var _commands: Dictionary[int, EstragonCodec.Command] = {}
var _moments: Dictionary[int, Moment] = {}
## The newest tick that the server told of.
var _known_tick: int = 0
## The server said something else.
var _is_wrong: bool = false
## What it was predicted from has changed, which may or may not matter.
var _is_stale: bool = false
var _jumps: bool = false


class Moment:
	extends RefCounted
	## A tick done: the body after it, and what the server would do without a command.

	var body: EstragonMovement.Body = EstragonMovement.Body.new()
	## The newest one, or null.
	var command: EstragonCodec.Command = null
	## For how many ticks in a row none was there, up to STANDS.
	var missed: int = STANDS
	## How far above the ground the body is, for drawing.
	var lift: int = 0

	func equals(other: Moment) -> bool:
		return body.equals(other.body) and command == other.command and missed == other.missed


## Begins with the first that the server said.
func _init(map: EstragonWorld, state: EstragonCodec.WorldState) -> void:
	_map = map
	tick = state.tick
	_known_tick = tick
	var moment: Moment = Moment.new()
	_read(state, moment.body)
	_moments[tick] = moment


## The command for a tick was sent: does the ticks up to it, those without one as well.
func act(at_tick: int, command: EstragonCodec.Command) -> void:
	settle()
	_commands[at_tick] = command
	while tick < at_tick:
		_do_next()


## A WORLD_STATE says what became of one's player.
func confirm(state: EstragonCodec.WorldState) -> void:
	if state.tick <= _known_tick:
		return
	while tick < state.tick:
		_do_next()
	var known: Moment = Moment.new()
	_read(state, known.body)
	known.command = _commands.get(state.input_tick)
	known.missed = mini(state.tick - state.input_tick, STANDS)
	var predicted: Moment = _moments[state.tick]
	_is_wrong = _is_wrong or not predicted.body.equals(known.body)
	_is_stale = _is_stale or not predicted.equals(known)
	_jumps = _jumps and _is_wrong
	_moments[state.tick] = known
	_known_tick = state.tick
	_forget(_moments, _known_tick - 1)
	_forget(_commands, _known_tick - EstragonCodec.INPUT_REPEAT_TICKS)


## A PLAYER_UPDATE put the player elsewhere: the next state is another by no mistake.
func jump() -> void:
	_jumps = true


## A part of the map came, went or changed.
func change_map() -> void:
	_is_stale = true


## The clock was set back: what was to be done after [param last_tick] will be done anew.
func turn_back(last_tick: int) -> void:
	for each: int in _commands.keys():
		if each > last_tick:
			_commands.erase(each)
	for each: int in _moments.keys():
		if each > maxi(last_tick, _known_tick):
			_moments.erase(each)
	var left: Array[int] = _moments.keys()
	tick = left.max()


## Where the server or the map says otherwise, does what followed again. True where that moved the
## newest tick, and nothing but a mistake explains it.
func settle() -> bool:
	if not _is_stale:
		return false
	var newest: int = tick
	var before: EstragonMovement.Body = _moments[newest].body
	tick = _known_tick
	while tick < newest:
		_do_next()
	var after: EstragonMovement.Body = _moments[newest].body
	var away: Vector3i = Vector3i(after.x - before.x, after.y - before.y, after.z - before.z)
	var is_correction: bool = (_is_wrong or away != Vector3i.ZERO) and not _jumps
	if is_correction:
		corrections += 1
		last_correction = away.length()
	_is_wrong = false
	_is_stale = false
	if _jumps:
		_jumps = false
		_moments.erase(_known_tick - 1)  # Nobody is drawn on the way from there.
	return is_correction


## Where the player is at that tick, with the part of it that has passed: between the last two ticks
## that were done, or at one of them. In 1/1024 tile; z is how far above the ground.
func place_at(time: float) -> Vector3:
	var to: Moment = _moments[tick]
	var from: Moment = _moments.get(tick - 1, to)
	var place: Vector3 = Vector3(from.body.x, from.body.y, from.lift)
	return place.lerp(Vector3(to.body.x, to.body.y, to.lift), clampf(time - tick, 0.0, 1.0))


## Whether the newest tick was a step.
func is_moving() -> bool:
	var to: EstragonMovement.Body = _moments[tick].body
	if not _moments.has(tick - 1):
		return false
	var from: EstragonMovement.Body = _moments[tick - 1].body
	return from.x != to.x or from.y != to.y


## After the newest tick.
func body() -> EstragonMovement.Body:
	return _moments[tick].body


## A tick as the server does it: without a command the last one goes on for a while.
func _do_next() -> void:
	var last: Moment = _moments[tick]
	tick += 1
	var next: Moment = Moment.new()
	next.body = last.body.copy()
	next.command = _commands.get(tick)
	var done: EstragonCodec.Command = next.command
	if done != null:
		next.missed = 0
	else:
		next.command = last.command
		next.missed = mini(last.missed + 1, STANDS)
		done = EstragonCodec.Command.new()
		if last.command != null and next.missed < STANDS:
			done.direction = last.command.direction
			done.pace = last.command.pace
	if tick - _known_tick <= LONGEST_GUESS:
		EstragonMovement.step(_map, next.body, done)
	if next.body.vz != 0:
		next.lift = next.body.z - EstragonMovement.ground_under(_map, next.body.x, next.body.y)
	_moments[tick] = next


func _read(state: EstragonCodec.WorldState, into: EstragonMovement.Body) -> void:
	into.x = state.x
	into.y = state.y
	into.z = state.z
	into.vz = state.vz


## Erases the ticks before [param first].
func _forget(kept: Dictionary, first: int) -> void:
	for each: int in kept.keys():
		if each < first:
			kept.erase(each)
