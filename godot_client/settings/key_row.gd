class_name KeyRow
extends HBoxContainer
## An action and its keys: press one of them to choose another.

## Another key is wanted in this place.
signal slot_pressed(action: StringName, slot: int)

## What it is about.
var action: StringName = &""

var _slots: Array[Button] = []

@onready var _name: Label = %Name
@onready var _pad: Label = %Pad


func _ready() -> void:
	for slot: int in KeyBindings.SLOTS:
		var button: Button = get_node("%%Slot%d" % slot)
		button.pressed.connect(slot_pressed.emit.bind(action, slot))
		button.disabled = action in KeyBindings.FIXED
		button.focus_mode = FOCUS_NONE if button.disabled else FOCUS_ALL
		_slots.append(button)
	refresh()


## Shows what is so now; [param waiting] is the place for which a key is awaited, or -1.
func refresh(waiting: int = -1) -> void:
	_name.text = KeyBindings.action_name(action)
	_pad.text = KeyBindings.gamepad_names(action)
	var keys: Array[int] = KeyBindings.keys(action)
	for slot: int in KeyBindings.SLOTS:
		var key: int = keys[slot] if slot < keys.size() else 0
		var is_free: bool = key == 0 or KeyBindings.conflicts(action, key).is_empty()
		_slots[slot].theme_type_variation = &"RowButton" if is_free else &"DangerButton"
		_slots[slot].text = "–" if key == 0 else KeyBindings.key_name(key)
		if slot == waiting:
			_slots[slot].text = tr(&"SETTINGS_PRESS_KEY")
			_slots[slot].theme_type_variation = &"PrimaryKeyButton"


## Lets the player press the place.
func focus(slot: int) -> void:
	_slots[slot].grab_focus()
