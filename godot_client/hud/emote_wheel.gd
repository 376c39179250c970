class_name EmoteWheel
extends Dialog
## The emotes in a circle, to choose one: by the mouse, by a direction, or by its number.

## The player wants to show something; [param kind] is an EmoteKind.
signal emote_chosen(kind: int)

## How far they are from the middle, in pixels.
const RADIUS: float = 110.0
## A stick that leans this far means a direction.
const LEAN: float = 0.5
## The side of a picture on the screen.
const SHOWN_PIXELS: float = 48.0

var _buttons: Array[Button] = []

@onready var _circle: Control = %Circle
@onready var _name: Label = %Name


func _ready() -> void:
	hide()
	for kind: int in EstragonCodec.EmoteKind.values():
		_add_button(kind)


func _input(event: InputEvent) -> void:
	if not visible:
		return
	var key: InputEventKey = event as InputEventKey
	if event.is_action_pressed(&"emotes"):
		close()
		get_viewport().set_input_as_handled()
	elif key != null and key.pressed and not key.echo and _choose_number(key.physical_keycode):
		get_viewport().set_input_as_handled()
	else:
		super(event)


func _process(_delta: float) -> void:
	if not visible:
		return
	var lean: Vector2 = Input.get_vector(&"move_left", &"move_right", &"move_up", &"move_down")
	if lean.length() > LEAN:
		_buttons[nearest(lean, _buttons.size())].grab_focus()
	var focus: int = _buttons.find(get_viewport().gui_get_focus_owner())
	_name.text = "" if focus < 0 else key_of(focus + 1)


## Shows it.
func open() -> void:
	super()
	_buttons[0].grab_focus()


## The one of so many, from the top clockwise, that lies in a direction.
static func nearest(direction: Vector2, count: int) -> int:
	return posmod(roundi((direction.angle() + PI / 2.0) / TAU * count), count)


## The translation key of an EmoteKind.
static func key_of(kind: int) -> String:
	return "EMOTE_" + str(EstragonCodec.EmoteKind.find_key(kind))


## The picture of an EmoteKind.
static func picture(kind: int) -> AtlasTexture:
	var part: AtlasTexture = AtlasTexture.new()
	part.atlas = Overhead.EMOTES
	var side: float = Overhead.EMOTE_PIXELS
	part.region = Rect2((kind - 1) * side, 0.0, side, side)
	return part


func _add_button(kind: int) -> void:
	var count: int = EstragonCodec.EmoteKind.size()
	var button: Button = Button.new()
	button.name = str(EstragonCodec.EmoteKind.find_key(kind))
	button.theme_type_variation = &"SymbolButton"
	button.icon = picture(kind)
	button.expand_icon = true
	button.custom_minimum_size = Vector2(SHOWN_PIXELS, SHOWN_PIXELS) + Vector2(12.0, 12.0)
	button.size = button.custom_minimum_size
	button.tooltip_text = key_of(kind)
	var away: Vector2 = Vector2.UP.rotated((kind - 1) * TAU / count) * RADIUS
	button.position = _circle.size / 2.0 + away - button.size / 2.0
	button.mouse_entered.connect(button.grab_focus)
	button.pressed.connect(_choose.bind(kind))
	_circle.add_child(button)
	_buttons.append(button)


func _choose_number(key: Key) -> bool:
	var number: int = key - KEY_0
	if number < 1 or number > _buttons.size():
		return false
	_choose(number)
	return true


func _choose(kind: int) -> void:
	close()
	emote_chosen.emit(kind)
