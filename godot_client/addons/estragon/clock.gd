class_name EstragonClock
extends RefCounted
## What tick it is at the server, as a float, and which tick to send commands for.
##
## It is told of everything that carries a tick, and stretches towards it smoothly; it jumps only at
## the start and when it is more than [constant JUMP_SECONDS] off. Times are in seconds on any clock
## that never goes back, and are always passed in.

## How far ahead of the server's tick a command should arrive, in ticks.
const WANTED_LEAD: float = 2.0
## Differences above this are not stretched away but jumped over.
const JUMP_SECONDS: float = 1.0
## How much faster or slower than real time the estimate may run.
const MAX_STRETCH: float = 0.1
## How much a PONG counts against all that was heard before.
const PONG_WEIGHT: float = 0.3
## How much a WORLD_STATE counts, likewise: it knows less, and there are more of them.
const SNAPSHOT_WEIGHT: float = 0.05
## How much of a wrong lead each WORLD_STATE makes good.
const LEAD_WEIGHT: float = 0.03
## The server keeps no commands further ahead.
const MAX_AHEAD: float = 30.0
## What is shown is at least one tick old, so that it lies between two snapshots, and so much more
## as snapshots come late; that much of the worst lateness is forgotten with each that comes.
const LATENESS_FORGOTTEN: float = 0.01
## Nobody is shown later than this, in ticks, however late snapshots come.
const MAX_LATENESS: float = 6.0
## How fast the delay follows, in ticks a second.
const DELAY_SPEED: float = 1.5

## Ticks a second, as WELCOME says.
var tick_rate: float = 20.0
## The time to the server and back in seconds, smoothed. 0 as long as it is not known.
var round_trip: float = 0.0
## How many ticks the commands are ahead of [method server_tick].
var ahead: float = WANTED_LEAD

var _lateness: float = 0.5
var _delay: float = 1.5
var _tick: float = 0.0
var _at: float = 0.0
## The server's tick at time 0, by what has been heard.
var _origin: float = 0.0
var _started: bool = false


## Begins anew with what WELCOME says.
func start(rate: int, tick: int, now: float) -> void:
	tick_rate = maxf(rate, 1.0)
	round_trip = 0.0
	ahead = WANTED_LEAD
	_lateness = 0.5
	_delay = 1.5
	_started = false
	_observe(tick, now, 1.0)


## A WORLD_STATE of [param tick] has just arrived.
func observe_snapshot(tick: int, now: float) -> void:
	var late: float = clampf(_tick - _half_trip() - tick, 0.0, MAX_LATENESS)
	_lateness = maxf(late, lerpf(_lateness, late, LATENESS_FORGOTTEN))
	_observe(tick + _half_trip(), now, SNAPSHOT_WEIGHT)


## A PONG has just arrived, [param trip] seconds after its PING was sent. [param phase] is in
## 1/65536 tick.
func observe_pong(tick: int, phase: int, trip: float, now: float) -> void:
	round_trip = trip if round_trip == 0.0 else lerpf(round_trip, trip, 0.25)
	_observe(tick + phase / 65536.0 + trip * tick_rate / 2.0, now, PONG_WEIGHT)


## A WORLD_STATE says how many ticks ahead of it the newest command was.
func observe_lead(lead: int) -> void:
	var missing: float = clampf(WANTED_LEAD - lead, -4.0, 4.0)
	ahead = clampf(ahead + missing * LEAD_WEIGHT, 0.0, MAX_AHEAD)


## Moves on to [param now]. To be called once a frame.
func advance(now: float) -> void:
	if not _started:
		return
	var passed: float = maxf(now - _at, 0.0)
	var wrong: float = _origin + now * tick_rate - (_tick + passed * tick_rate)
	_at = now
	_delay = move_toward(_delay, 1.0 + _lateness, DELAY_SPEED * passed)
	if absf(wrong) > JUMP_SECONDS * tick_rate:
		_tick += passed * tick_rate + wrong
	else:
		_tick += passed * tick_rate * (1.0 + clampf(wrong * 0.5, -MAX_STRETCH, MAX_STRETCH))


## The tick that the server is at, with the part of the next one that has passed.
func server_tick() -> float:
	return _tick


## The newest tick for which a command should be on its way.
func input_tick() -> int:
	return floori(_tick + _half_trip() + ahead)


## The tick to show: so far back that the snapshots around it have arrived, and [param further].
func shown_tick(further: float = 0.0) -> float:
	return _tick - _half_trip() - _delay - further


func _half_trip() -> float:
	return round_trip * tick_rate / 2.0


func _observe(tick: float, now: float, weight: float) -> void:
	var origin: float = tick - now * tick_rate
	if not _started or absf(origin - _origin) > JUMP_SECONDS * tick_rate:
		_origin = origin
	else:
		_origin += (origin - _origin) * weight
	if not _started:
		_started = true
		_tick = tick
		_at = now
