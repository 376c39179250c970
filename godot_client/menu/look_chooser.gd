class_name LookChooser
extends HBoxContainer
## Chooses a look, with a figure that walks in all directions.

## Another look was chosen.
signal look_changed(look: int)

## How long the figure walks one way.
const TURN_SECONDS: float = 1.6
## The order in which the figure turns round: blocks of columns of the picture.
const TURNS: Array[int] = [0, 2, 3, 1]

## False: the figure is only shown.
@export var is_free: bool = true

## The look chosen.
var look: int = 0:
	set(value):
		look = posmod(value, Avatar.LOOKS)
		if is_node_ready():
			_figure.frame_coords.y = look

var _seconds: float = 0.0

@onready var _figure: Sprite2D = %Figure


func _ready() -> void:
	look = look
	for step: int in [-1, 1]:
		var button: Button = %Previous if step < 0 else %Next
		button.visible = is_free
		button.pressed.connect(_choose.bind(step))


func _process(delta: float) -> void:
	_seconds += delta
	var turn: int = TURNS[int(_seconds / TURN_SECONDS) % TURNS.size()]
	var step: int = int(_seconds * Avatar.FRAMES_PER_SECOND) % Avatar.FRAMES_PER_DIRECTION
	_figure.frame_coords.x = turn * Avatar.FRAMES_PER_DIRECTION + step


func _choose(step: int) -> void:
	look += step
	look_changed.emit(look)
