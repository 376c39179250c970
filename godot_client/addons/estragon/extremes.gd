class_name EstragonExtremes
extends RefCounted
## The least and the greatest of what came in the last seconds, kept by the second.

## The least of what is remembered.
var least: float = 0.0
## The greatest.
var greatest: float = 0.0

var _seconds: int = 0
var _leasts: Dictionary[int, float] = {}
var _greatests: Dictionary[int, float] = {}


func _init(seconds: int) -> void:
	_seconds = seconds


## Forgets everything.
func clear() -> void:
	_leasts.clear()
	_greatests.clear()
	least = 0.0
	greatest = 0.0


## Whether there is nothing to remember.
func is_empty() -> bool:
	return _leasts.is_empty()


## Takes in what has come just [param now], in seconds.
func add(value: float, now: float) -> void:
	var second: int = floori(now)
	for old: int in _leasts.keys():
		if old <= second - _seconds:
			_leasts.erase(old)
			_greatests.erase(old)
	_leasts[second] = minf(_leasts.get(second, value), value)
	_greatests[second] = maxf(_greatests.get(second, value), value)
	var lows: Array[float] = _leasts.values()
	var highs: Array[float] = _greatests.values()
	least = lows.min()
	greatest = highs.max()
