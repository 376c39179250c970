class_name SettingsPage
extends Dialog
## Language, colours, keys, sound and window, each in force at once.

## It is closed.
signal closed

## A line of the keys.
const ROW: PackedScene = preload("res://settings/key_row.tscn")

var _rows: Dictionary[StringName, KeyRow] = {}
## For which action a key is awaited, empty for none...
var _waiting: StringName = &""
## ...and in which of its places.
var _slot: int = 0

@onready var _tabs: Dictionary[Button, Control] = {
	%GeneralTab: %General,
	%KeysTab: %Keys,
	%SoundTab: %Sound,
	%ScreenTab: %Screen,
}
@onready var _message: Label = %Message
@onready var _sizes: Dictionary[Button, Vector2i] = {
	%SizeSmall: Screen.SIZES[0], %SizeMiddle: Screen.SIZES[1], %SizeLarge: Screen.SIZES[2]
}
@onready var _colours: Dictionary[Button, StringName] = {
	%ColoursUsual: &"usual", %ColoursRedGreen: &"red_green", %ColoursBlueYellow: &"blue_yellow"
}
@onready var _sliders: Dictionary[HSlider, StringName] = {%Master: &"Master", %Effects: &"Effects"}


func _ready() -> void:
	for tab: Button in _tabs:
		tab.pressed.connect(_show.bind(_tabs[tab]))
	(%ScreenTab as Button).visible = Screen.is_free()
	(%Russian as Button).pressed.connect(Settings.speak.bind("ru"))
	(%English as Button).pressed.connect(Settings.speak.bind("en"))
	for button: Button in _colours:
		button.pressed.connect(Settings.choose_colours.bind(_colours[button]))
	for slider: HSlider in _sliders:
		slider.value_changed.connect(_on_volume_changed.bind(slider))
		slider.drag_ended.connect(func(_is_changed: bool) -> void: Settings.save())
	(%Window as Button).pressed.connect(_on_fullscreen_chosen.bind(false))
	(%Fullscreen as Button).pressed.connect(_on_fullscreen_chosen.bind(true))
	for button: Button in _sizes:
		button.pressed.connect(_on_size_chosen.bind(_sizes[button]))
	(%VsyncOn as Button).pressed.connect(_on_vsync_chosen.bind(true))
	(%VsyncOff as Button).pressed.connect(_on_vsync_chosen.bind(false))
	(%DaylightOn as Button).pressed.connect(_on_daylight_chosen.bind(true))
	(%DaylightOff as Button).pressed.connect(_on_daylight_chosen.bind(false))
	for action: StringName in KeyBindings.actions():
		var row: KeyRow = ROW.instantiate()
		row.action = action
		row.name = str(action).to_pascal_case()
		row.slot_pressed.connect(_await_key)
		_rows[action] = row
		%KeyRows.add_child(row)
	(%Reset as Button).pressed.connect(_on_reset)
	(%Close as Button).pressed.connect(close)
	_show(%General)


func _notification(what: int) -> void:
	if what == NOTIFICATION_TRANSLATION_CHANGED and is_node_ready():
		_refresh()


func _input(event: InputEvent) -> void:
	if _waiting.is_empty() or not is_visible_in_tree():
		super(event)
		return
	var key: InputEventKey = event as InputEventKey
	var pad: InputEventJoypadButton = event as InputEventJoypadButton
	var click: InputEventMouseButton = event as InputEventMouseButton
	if key != null and key.pressed and not key.echo:
		_take_key(key.physical_keycode)
		get_viewport().set_input_as_handled()
	elif (pad != null and pad.pressed) or (click != null and click.pressed):
		_stop_waiting()
		get_viewport().set_input_as_handled()


## Shows it, as the settings are now.
func open() -> void:
	super()
	_stop_waiting()
	_refresh()
	(%GeneralTab as Button).button_pressed = true
	_show(%General)
	(%GeneralTab as Button).grab_focus()


## Hides it.
func close() -> void:
	_stop_waiting()
	Settings.save()
	super()
	closed.emit()


func _show(page: Control) -> void:
	_stop_waiting()
	for each: Control in _tabs.values():
		each.visible = each == page
	(%Reset as Button).visible = page == %Keys
	_refresh()


func _refresh() -> void:
	(%Russian as Button).set_pressed_no_signal(Settings.locale == "ru")
	(%English as Button).set_pressed_no_signal(Settings.locale == "en")
	for button: Button in _colours:
		button.set_pressed_no_signal(_colours[button] == Settings.colours)
	for slider: HSlider in _sliders:
		slider.set_value_no_signal(Settings.volumes[_sliders[slider]] * 100.0)
	_show_volumes()
	(%Window as Button).set_pressed_no_signal(not Settings.is_fullscreen)
	(%Fullscreen as Button).set_pressed_no_signal(Settings.is_fullscreen)
	for button: Button in _sizes:
		button.disabled = Settings.is_fullscreen
		button.set_pressed_no_signal(get_window().size == _sizes[button])
	(%VsyncOn as Button).set_pressed_no_signal(Settings.has_vsync)
	(%VsyncOff as Button).set_pressed_no_signal(not Settings.has_vsync)
	(%DaylightOn as Button).set_pressed_no_signal(Settings.has_daylight)
	(%DaylightOff as Button).set_pressed_no_signal(not Settings.has_daylight)
	for row: KeyRow in _rows.values():
		row.refresh()
	_message.text = _conflicts()


## In words which keys do more than one thing.
func _conflicts() -> String:
	var told: PackedStringArray = PackedStringArray()
	for action: StringName in _rows:
		for key: int in KeyBindings.keys(action):
			var names: PackedStringArray = PackedStringArray([KeyBindings.action_name(action)])
			for other: StringName in KeyBindings.conflicts(action, key):
				names.append(KeyBindings.action_name(other))
			names.sort()
			var line: String = tr(&"SETTINGS_CONFLICT").format(
				[KeyBindings.key_name(key), ", ".join(names)]
			)
			if names.size() > 1 and line not in told:
				told.append(line)
	return "  ".join(told) if (%Keys as Control).visible else ""


func _await_key(action: StringName, slot: int) -> void:
	_stop_waiting()
	_waiting = action
	_slot = slot
	_rows[action].refresh(slot)
	_message.text = tr(&"SETTINGS_KEY_HINT")


func _take_key(key: int) -> void:
	var action: StringName = _waiting
	var slot: int = _slot
	_waiting = &""
	if key != KEY_ESCAPE:
		var wanted: int = 0 if key in [KEY_BACKSPACE, KEY_DELETE] else key
		if KeyBindings.set_key(action, slot, wanted):
			Settings.change_keys()
	_refresh()
	_rows[action].focus(slot)


func _stop_waiting() -> void:
	if not _waiting.is_empty():
		_waiting = &""
		_refresh()


func _on_reset() -> void:
	KeyBindings.reset()
	Settings.change_keys()
	_refresh()


func _on_volume_changed(value: float, slider: HSlider) -> void:
	Settings.set_volume(_sliders[slider], value / 100.0)
	_show_volumes()


func _show_volumes() -> void:
	for slider: HSlider in _sliders:
		var number: Label = get_node("%%%sNumber" % _sliders[slider])
		number.text = "%d %%" % roundi(slider.value)


func _on_fullscreen_chosen(is_wanted: bool) -> void:
	Settings.is_fullscreen = is_wanted
	Settings.change_screen()
	_refresh()


func _on_size_chosen(size_wanted: Vector2i) -> void:
	Settings.window_size = size_wanted
	Settings.change_screen()
	_refresh()


func _on_daylight_chosen(is_wanted: bool) -> void:
	Settings.has_daylight = is_wanted
	Settings.save()


func _on_vsync_chosen(is_wanted: bool) -> void:
	Settings.has_vsync = is_wanted
	Settings.change_screen()
	_refresh()
