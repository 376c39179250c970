class_name Figures
extends PanelContainer
## How the connection, the prediction and the drawing do, in figures. F3 shows and hides them.

## As large as the titles.
const FONT_SIZE: int = 16
## How often they are brought up to date; rates are those of that time.
const REFRESH_SECONDS: float = 0.5
## The process_priority of a node after which no other has anything to do in a frame.
const LAST: int = 1 << 20
## The rows: what [method current] calls a figure, its title, and how many decimals are shown.
const ROWS: Array[Array] = [
	["tick", "HUD_FIGURE_TICK", 0],
	["lead", "HUD_FIGURE_LEAD", 0],
	["ahead", "HUD_FIGURE_AHEAD", 1],
	["round_trip_ms", "HUD_FIGURE_ROUND_TRIP", 0],
	["jitter_ms", "HUD_FIGURE_JITTER", 0],
	["corrections", "HUD_FIGURE_CORRECTIONS", 0],
	["last_correction", "HUD_FIGURE_LAST_CORRECTION", 2],
	["received", "HUD_FIGURE_RECEIVED", 1],
	["sent", "HUD_FIGURE_SENT", 1],
	["players", "HUD_FIGURE_PLAYERS", 0],
	["in_sight", "HUD_FIGURE_IN_SIGHT", 0],
	["snapshot_ms", "HUD_FIGURE_SNAPSHOT", 2],
	["script_ms", "HUD_FIGURE_SCRIPT", 2],
	["frames", "HUD_FIGURE_FRAMES", 0],
]

var _current: Dictionary[String, float] = {}
var _values: Dictionary[String, Label] = {}
var _refresh_in: float = 0.0
var _counted_usec: int = 0
var _counted: PackedInt64Array = PackedInt64Array([0, 0, 0, 0])
## How long the scripts took in each frame since the last refresh.
var _scripts_usec: PackedInt64Array = PackedInt64Array()
var _frame_began_usec: int = 0

@onready var _rows: GridContainer = %Rows


func _init() -> void:
	process_priority = LAST


func _ready() -> void:
	hide()
	get_tree().process_frame.connect(_on_process_frame)
	for row: Array in ROWS:
		var title: Label = Label.new()
		title.text = row[1]
		title.theme_type_variation = &"DimLabel"
		_rows.add_child(title)
		var value: Label = Label.new()
		value.add_theme_font_size_override(&"font_size", FONT_SIZE)
		value.auto_translate_mode = Node.AUTO_TRANSLATE_MODE_DISABLED
		value.horizontal_alignment = HORIZONTAL_ALIGNMENT_RIGHT
		value.size_flags_horizontal = Control.SIZE_EXPAND_FILL
		_rows.add_child(value)
		_values[row[0]] = value


func _process(delta: float) -> void:
	_scripts_usec.append(Time.get_ticks_usec() - _frame_began_usec)
	_refresh_in -= delta
	if _refresh_in > 0.0:
		return
	_refresh_in = REFRESH_SECONDS
	_count()
	for row: Array in ROWS:
		var decimals: int = row[2]
		_values[row[0]].text = "%.*f" % [decimals, _current[row[0]]]


func _unhandled_input(event: InputEvent) -> void:
	if event.is_action_pressed(&"figures"):
		visible = not visible
		get_viewport().set_input_as_handled()


## The figures as of the last refresh: lengths in tiles, times in ms, rates in 1,000 bytes a second.
func current() -> Dictionary[String, float]:
	return _current


func _count() -> void:
	var walker: EstragonWalker = Connection.walker
	var world: EstragonWorld = Connection.session.world
	var clock: EstragonClock = walker.clock
	_current["tick"] = floorf(clock.server_tick())
	_current["lead"] = clock.lead
	_current["ahead"] = clock.ahead()
	_current["round_trip_ms"] = clock.round_trip * 1000.0
	_current["jitter_ms"] = clock.jitter() * 1000.0
	_current["corrections"] = walker.corrections
	_current["last_correction"] = walker.last_correction / EstragonCodec.UNITS_PER_TILE
	_current["players"] = world.players.size() if world != null else 0
	_current["in_sight"] = world.in_sight.size() if world != null else 0
	_current["frames"] = Engine.get_frames_per_second()
	_scripts_usec.sort()
	_current["script_ms"] = _scripts_usec[_scripts_usec.size() / 2] / 1000.0
	_scripts_usec.clear()
	_count_rates()


func _count_rates() -> void:
	var meter: EstragonMeter = Connection.session.meter
	var now_usec: int = Time.get_ticks_usec()
	var counted: PackedInt64Array = PackedInt64Array(
		[meter.bytes_received, meter.bytes_sent, meter.snapshots, meter.snapshot_usec]
	)
	var milliseconds: float = (now_usec - _counted_usec) / 1000.0
	var snapshots: int = counted[2] - _counted[2]
	# Bytes a millisecond are thousands of them a second.
	_current["received"] = (counted[0] - _counted[0]) / milliseconds
	_current["sent"] = (counted[1] - _counted[1]) / milliseconds
	if snapshots > 0:
		_current["snapshot_ms"] = (counted[3] - _counted[3]) / 1000.0 / snapshots
	elif not _current.has("snapshot_ms"):
		_current["snapshot_ms"] = 0.0
	_counted_usec = now_usec
	_counted = counted


func _on_process_frame() -> void:
	_frame_began_usec = Time.get_ticks_usec()
