class_name KeyBindings
extends RefCounted
## Which keys do what, over what the project says. Gamepads stay as they are.
##
## Each action of the project's input map that is not the engine's own can have other keys. Its name
## for people is the translation of "ACTION_" and its name in capitals.

## So many keys can do the same.
const SLOTS: int = 3
## What nobody can take away: without it one would not get back to the settings.
const FIXED: Array[StringName] = [&"menu"]
## No number of a key is as high.
const MAX_KEY: int = KEY_SPECIAL + 0x200
## Keys that mean the same whatever the player wants.
const RESERVED: Array[int] = [KEY_ESCAPE, KEY_META]
## How gamepads call their buttons, in the way of the commonest.
const PAD_BUTTONS: Dictionary[int, String] = {
	JOY_BUTTON_A: "A",
	JOY_BUTTON_B: "B",
	JOY_BUTTON_X: "X",
	JOY_BUTTON_Y: "Y",
	JOY_BUTTON_BACK: "Back",
	JOY_BUTTON_START: "Start",
	JOY_BUTTON_LEFT_SHOULDER: "LB",
	JOY_BUTTON_RIGHT_SHOULDER: "RB",
	JOY_BUTTON_LEFT_STICK: "LS",
	JOY_BUTTON_RIGHT_STICK: "RS",
	JOY_BUTTON_DPAD_UP: "PAD_DPAD",
	JOY_BUTTON_DPAD_DOWN: "PAD_DPAD",
	JOY_BUTTON_DPAD_LEFT: "PAD_DPAD",
	JOY_BUTTON_DPAD_RIGHT: "PAD_DPAD",
}


## The actions in the order of the project.
static func actions() -> Array[StringName]:
	var found: Array[StringName] = []
	for property: Dictionary in ProjectSettings.get_property_list():
		var path: String = property["name"]
		if path.begins_with("input/") and not path.begins_with("input/ui_"):
			found.append(StringName(path.trim_prefix("input/")))
	return found


## The keys of an action, as places on the keyboard.
static func keys(action: StringName) -> Array[int]:
	return _keys_in(InputMap.action_get_events(action))


## Lets a key do an action, in the place of the one at [param slot]; 0 only takes that one away.
## False where the key is not free for that.
static func set_key(action: StringName, slot: int, key: int) -> bool:
	if action in FIXED or key in RESERVED:
		return false
	var wanted: Array[int] = keys(action)
	if key in wanted and wanted.find(key) != slot:
		return false
	if slot < wanted.size():
		wanted.remove_at(slot)
	if key != 0:
		wanted.insert(mini(slot, wanted.size()), key)
	_put(action, wanted)
	return true


## The other actions that a key does as well.
static func conflicts(action: StringName, key: int) -> Array[StringName]:
	return actions().filter(
		func(other: StringName) -> bool: return other != action and key in keys(other)
	)


## Puts everything back as the project has it.
static func reset() -> void:
	for action: StringName in actions():
		_put(action, _given(action))


## What differs from the project: keys by action.
static func give() -> Dictionary:
	var changed: Dictionary = {}
	for action: StringName in actions():
		if keys(action) != _given(action):
			changed[action] = keys(action)
	return changed


## Takes over what was given. What is wrong in it is left out.
static func take(kept: Dictionary) -> void:
	for action: StringName in actions():
		var told: Variant = kept.get(action, kept.get(str(action)))
		if action in FIXED or not told is Array:
			continue
		var wanted: Array[int] = []
		for key: Variant in told:
			if key is float or key is int:
				var place: int = int(clampf(key as float, 0.0, MAX_KEY))
				if _is_key(place) and place not in wanted and place not in RESERVED:
					wanted.append(place)
		_put(action, wanted.slice(0, SLOTS))


## What people call an action.
static func action_name(action: StringName) -> String:
	return str(TranslationServer.translate("ACTION_" + str(action).to_upper()))


## What stands on a key of this keyboard.
static func key_name(key: int) -> String:
	var printed: int = key
	if DisplayServer.get_name() != "headless":
		printed = DisplayServer.keyboard_get_keycode_from_physical(key as Key)
	var name: String = OS.get_keycode_string(printed if printed != 0 else key)
	var path: String = "KEYNAME_" + name.to_upper().replace(" ", "_")
	var spoken: String = TranslationServer.translate(path)
	return name if spoken == path else spoken


## What does an action on a gamepad.
static func gamepad_names(action: StringName) -> String:
	var names: PackedStringArray = PackedStringArray()
	for event: InputEvent in InputMap.action_get_events(action):
		var name: String = ""
		if event is InputEventJoypadButton:
			name = PAD_BUTTONS.get((event as InputEventJoypadButton).button_index, "?")
		elif event is InputEventJoypadMotion:
			name = _axis_name((event as InputEventJoypadMotion).axis)
		var spoken: String = TranslationServer.translate(name)
		if not name.is_empty() and spoken not in names:
			names.append(spoken)
	return ", ".join(names)


static func _is_key(place: int) -> bool:
	return (place >= KEY_SPACE and place < 0x100) or (place > KEY_SPECIAL and place < MAX_KEY)


static func _axis_name(axis: JoyAxis) -> String:
	if axis in [JOY_AXIS_LEFT_X, JOY_AXIS_LEFT_Y]:
		return "PAD_LEFT_STICK"
	if axis in [JOY_AXIS_RIGHT_X, JOY_AXIS_RIGHT_Y]:
		return "PAD_RIGHT_STICK"
	return "LT" if axis == JOY_AXIS_TRIGGER_LEFT else "RT"


static func _given(action: StringName) -> Array[int]:
	var setting: Dictionary = ProjectSettings.get_setting("input/" + action)
	return _keys_in(setting["events"])


static func _keys_in(events: Array) -> Array[int]:
	var found: Array[int] = []
	for event: InputEvent in events:
		if event is InputEventKey:
			found.append((event as InputEventKey).physical_keycode)
	return found


static func _put(action: StringName, wanted: Array[int]) -> void:
	for event: InputEvent in InputMap.action_get_events(action):
		if event is InputEventKey:
			InputMap.action_erase_event(action, event)
	for key: int in wanted:
		var event: InputEventKey = InputEventKey.new()
		event.device = -1
		event.physical_keycode = key as Key
		InputMap.action_add_event(action, event)
