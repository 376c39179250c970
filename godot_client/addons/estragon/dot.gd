class_name EstragonDot
extends Node2D
## A player of whom a game has no picture yet: a dot in the colour of the look, and the name.

## In pixels.
const RADIUS: float = 6.0
## So many looks have a hue of their own.
const HUES: int = 8

## Who it is.
var player: EstragonPlayer = null

var _lift: float = 0.0
var _name: Label = Label.new()


func _ready() -> void:
	_name.text = player.name
	_name.position = Vector2(-60.0, -3.0 * RADIUS - 16.0)
	_name.size = Vector2(120.0, 16.0)
	_name.horizontal_alignment = HORIZONTAL_ALIGNMENT_CENTER
	add_child(_name)


func _draw() -> void:
	var colour: Color = Color.from_hsv(player.look % HUES / float(HUES), 0.7, 0.9)
	draw_circle(Vector2(0.0, -_lift), RADIUS, colour)


## As [EstragonPlayers] tells it.
func show_player(of_player: EstragonPlayer, _is_moving: bool, lift: float) -> void:
	_name.text = of_player.name
	if lift != _lift:
		_lift = lift
		queue_redraw()
