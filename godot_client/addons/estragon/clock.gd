class_name EstragonClock
extends RefCounted
## What tick it is at the server, and for which tick to send commands.
##
## The client has a clock of its own that counts the same ticks: [code]now * tick_rate[/code], where
## now is in seconds on any clock that never goes back, and is always passed in. What the server
## says is compared with it:
## [br]- A snapshot of tick T that comes when the own clock shows n puts the server at n + (T - n),
## less the way here. The greatest T - n of the last seconds came the fastest; how much less the
## others are is the jitter.
## [br]- WORLD_STATE's lead tells which command was the newest that had arrived by tick T. How far
## the clock of commands was ahead of the own one when that was sent is known; so it is known, too,
## how far ahead it must be for such a command to be in time.
## [br]What follows from both moves smoothly: it is stretched, and jumps only over more than a
## second.

## What is further off is not stretched away but jumped over.
const JUMP_SECONDS: float = 1.0
## So much earlier than the latest command of the last seconds the next ones shall arrive.
const SPARE_TICKS: float = 1.0
## And so much as long as nothing is known: too early costs little, too late is seen.
const FIRST_SPARE_TICKS: float = 4.0
## No jitter is waited for longer than this; the server keeps no commands 32 ticks ahead.
const MOST_SPARE_TICKS: float = 12.0
## What is later than half a second is no jitter: the connection hung, and nothing is learned.
const STALL_TICKS: int = 10
## After so long it is no stall either: the way is longer now, or the server lost time.
const STALL_SECONDS: float = 1.0
## So many are heard before the first command: the first one alone may have been late.
const FIRST_SNAPSHOTS: int = 5
## So long after the first word about leads the clock does not come closer yet.
const LEARNING_SECONDS: float = 2.0
## So long jitter is remembered: that of snapshots, and that of commands and round trips.
const ARRIVALS_SECONDS: int = 5
const LEADS_SECONDS: int = 10
## How slowly and how fast the clock of commands may run: it grows fast and shrinks slowly.
const INPUT_SLOWEST: float = 0.95
const INPUT_FASTEST: float = 1.2
## The same for what is shown of others.
const SHOWN_SLOWEST: float = 0.75
const SHOWN_FASTEST: float = 1.1
## The shown tick waits so far beyond the newest snapshot: nobody is drawn further on than that.
const EXTRAPOLATED_TICKS: float = 5.0
## Of what was read after so long a pause of the client's own nobody knows when it came.
const HITCH_SECONDS: float = 0.15
## How often the way to the server is to be measured...
const PING_SECONDS: float = 1.0
## ...and how often as long as so many round trips are not known: the first commands go by them.
const FIRST_PING_SECONDS: float = 0.25
const FIRST_PINGS: int = 8
## When a command was sent is remembered for so many ticks.
const SENT_TICKS: int = 128

## Ticks a second, as WELCOME says.
var tick_rate: float = 20.0
## The time to the server and back in seconds, smoothed. 0 as long as it is not known.
var round_trip: float = 0.0
## What the last snapshot said, in ticks.
var lead: int = 0

var _at: float = 0.0
var _passed_seconds: float = 0.0
var _snapshots: int = 0
var _newest: int = 0
## T - n of snapshots.
var _arrivals: EstragonExtremes = EstragonExtremes.new(ARRIVALS_SECONDS)
var _stalled_at: float = -1.0
## How far ahead of the own clock that of commands must at least be.
var _needs: EstragonExtremes = EstragonExtremes.new(LEADS_SECONDS)
var _needs_since: float = -1.0
var _held_up_at: float = -1.0
## How far ahead it was when the command for a tick was sent.
var _sent: Dictionary[int, float] = {}
var _heard_tick: int = -1
var _heard_since: int = 0
var _heard_need: float = 0.0
var _trips: EstragonExtremes = EstragonExtremes.new(LEADS_SECONDS)
var _trip_count: int = 0
var _input: float = 0.0
var _shown: float = 0.0


## Begins anew with what WELCOME says.
func start(rate: int, now: float) -> void:
	tick_rate = maxf(rate, 1.0)
	round_trip = 0.0
	_trips.clear()
	_trip_count = 0
	enter_world(now)


## Forgets ticks, for each world counts its own; the way to the server stays the same.
func enter_world(now: float) -> void:
	lead = 0
	_at = now
	_passed_seconds = 0.0
	_snapshots = 0
	_newest = 0
	_arrivals.clear()
	_stalled_at = -1.0
	_needs.clear()
	_needs_since = -1.0
	_held_up_at = -1.0
	_sent.clear()
	_heard_tick = -1
	_heard_since = 0
	_heard_need = 0.0
	_input = 0.0
	_shown = 0.0


## Whether commands may be sent.
func is_ready() -> bool:
	return _snapshots >= FIRST_SNAPSHOTS and _trip_count > 0


## How long to wait between two PINGs.
func ping_seconds() -> float:
	return PING_SECONDS if _trip_count >= FIRST_PINGS else FIRST_PING_SECONDS


## A PONG has come, so long after its PING was sent.
func observe_round_trip(seconds: float, now: float) -> void:
	_trip_count += 1
	if _passed_seconds > HITCH_SECONDS and not _trips.is_empty():
		return
	_trips.add(seconds, now)
	round_trip = seconds if round_trip == 0.0 else lerpf(round_trip, seconds, 0.25)
	_begin(now)


## The WORLD_STATE of [param tick] has come; it says how many ticks ahead of it the newest command
## was.
func observe_snapshot(tick: int, new_lead: int, now: float) -> void:
	_snapshots += 1
	_newest = tick
	lead = new_lead
	_hear_arrival(tick - now * tick_rate, now)
	_hear_lead(tick, now)
	_begin(now)


## The command for [param tick] is on its way.
func note_sent(tick: int) -> void:
	_sent[tick] = _input - _at * tick_rate
	_sent.erase(tick - SENT_TICKS)


## Goes on to [param now]. To be called once a frame.
func advance(now: float) -> void:
	_passed_seconds = maxf(now - _at, 0.0)
	_at = now
	if _snapshots == 0:
		return
	_input = _followed(_input, _wanted_input(), INPUT_SLOWEST, INPUT_FASTEST)
	var shown: float = _followed(_shown, _wanted_shown(), SHOWN_SLOWEST, SHOWN_FASTEST)
	_shown = minf(shown, maxf(_shown, _newest + EXTRAPOLATED_TICKS))


## Where the server is, with the part of the next tick that has passed.
func server_tick() -> float:
	return _at * tick_rate + _arrivals.greatest + _least_trip() / 2.0


## The tick for which commands are to be sent, with its part.
func input_time() -> float:
	return _input


## The newest tick for which a command should be on its way.
func input_tick() -> int:
	return floori(_input)


## The tick of others that can be drawn: the snapshots around it have arrived.
func shown_tick() -> float:
	return _shown


## How much further ahead commands are than a calm network would ask, in ticks.
func ahead() -> float:
	return _input - _at * tick_rate - _arrivals.greatest - _least_trip()


## Between the fastest and the slowest snapshot of the last seconds, in seconds.
func jitter() -> float:
	return (_arrivals.greatest - _arrivals.least) / tick_rate


## As long as no command was sent nothing has to move smoothly.
func _begin(now: float) -> void:
	if _snapshots > 0 and _sent.is_empty():
		_at = now
		_input = _wanted_input()
		_shown = _wanted_shown()


func _hear_arrival(offset: float, now: float) -> void:
	var late: float = _arrivals.greatest - offset
	var known: float = _arrivals.greatest - _arrivals.least
	var is_stalled: bool = _stalled_at >= 0.0
	if _arrivals.is_empty() or late < -STALL_TICKS:
		_begin_anew(offset, now)
	elif late > 0.0 and _passed_seconds > HITCH_SECONDS:
		pass
	elif late <= (known if is_stalled else float(STALL_TICKS)):
		_stalled_at = -1.0
		_arrivals.add(offset, now)
	elif not is_stalled:
		_stalled_at = now
	elif now - _stalled_at > STALL_SECONDS:
		_begin_anew(offset, now)


func _begin_anew(offset: float, now: float) -> void:
	_stalled_at = -1.0
	_arrivals.clear()
	_arrivals.add(offset, now)
	_needs.clear()
	_needs_since = -1.0
	_held_up_at = -1.0


## What the newest command was worth is known when the next one has come.
func _hear_lead(tick: int, now: float) -> void:
	var newest: int = tick + lead
	if not _sent.has(newest):
		return
	if newest != _heard_tick:
		if _heard_tick >= 0 and tick - _heard_since <= STALL_TICKS:
			_hear_need(_heard_need, now)
		_heard_tick = newest
		_heard_since = tick
	_heard_need = _sent[newest] - lead


## What was held up on the way there shows by this, for some time after it stopped.
func _hear_need(need: float, now: float) -> void:
	if not _needs.is_empty() and need - _needs.greatest > STALL_TICKS:
		if _held_up_at < 0.0:
			_held_up_at = now
		if now - _held_up_at <= STALL_SECONDS:
			return
		_needs.clear()
	_held_up_at = -1.0
	_needs.add(need, now)
	if _needs_since < 0.0:
		_needs_since = now


func _wanted_input() -> float:
	var own: float = _at * tick_rate
	if _needs_since < 0.0:
		return own + _arrivals.greatest + _longest_trip() + FIRST_SPARE_TICKS
	var wanted: float = minf(_needs.greatest + SPARE_TICKS, _needs.least + MOST_SPARE_TICKS)
	if _at - _needs_since < LEARNING_SECONDS:
		wanted = maxf(wanted, _input + _passed_seconds * tick_rate - own)
	return own + wanted


func _wanted_shown() -> float:
	return _at * tick_rate + _arrivals.least - 1.0


func _least_trip() -> float:
	return tick_rate * _trips.least


func _longest_trip() -> float:
	return tick_rate * _trips.greatest


## [param value] after the time that has passed, on its way to what is wanted.
func _followed(value: float, wanted: float, slowest: float, fastest: float) -> float:
	var passed: float = _passed_seconds * tick_rate
	var wrong: float = wanted - (value + passed)
	if absf(wrong) > JUMP_SECONDS * tick_rate:
		return wanted
	return value + passed + clampf(wrong, passed * (slowest - 1.0), passed * (fastest - 1.0))
