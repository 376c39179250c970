class_name Daylight
extends CanvasModulate
## A breath of the time of day over the map: the same for everybody, by the server's tick.

## How long a day is, in seconds of the server's time.
const DAY_SECONDS: float = 1440.0
## How often it changes what is drawn.
const STEP_SECONDS: float = 1.0
## The group of what is to be read: it is as bright at night as by day.
const UNLIT: StringName = &"unlit"
## What the map is tinted with, by the part of the day that has passed; it begins at noon. Even the
## night is light enough to find the way.
const TINTS: Dictionary[float, Color] = {
	0.0: Color(1.0, 1.0, 1.0),
	0.3: Color(1.0, 0.99, 0.95),
	0.42: Color(1.0, 0.86, 0.74),
	0.5: Color(0.78, 0.76, 0.92),
	0.65: Color(0.66, 0.7, 0.92),
	0.78: Color(0.74, 0.76, 0.93),
	0.86: Color(1.0, 0.9, 0.86),
	0.95: Color(1.0, 1.0, 1.0),
	1.0: Color(1.0, 1.0, 1.0),
}

var _gradient: Gradient = Gradient.new()
var _step_in: float = 0.0


func _init() -> void:
	_gradient.offsets = PackedFloat32Array(TINTS.keys())
	_gradient.colors = PackedColorArray(TINTS.values())


func _process(delta: float) -> void:
	_step_in -= delta
	if _step_in <= 0.0:
		_step_in = STEP_SECONDS
		shine(tint_at(Connection.clock.shown_tick() / Connection.clock.tick_rate))


## Tints the map, lights the lamps, and takes the tint back from what is to be read.
func shine(tint: Color) -> void:
	color = tint
	var back: Color = Color(1.0 / tint.r, 1.0 / tint.g, 1.0 / tint.b)
	get_tree().call_group(UNLIT, &"set_self_modulate", back)
	get_tree().call_group(LampLights.GROUP, &"shine", tint)


## The tint when so many seconds of the server's time have passed; white where none is wanted.
func tint_at(seconds: float) -> Color:
	if not Settings.has_daylight:
		return Color.WHITE
	return _gradient.sample(fposmod(seconds / DAY_SECONDS, 1.0))
