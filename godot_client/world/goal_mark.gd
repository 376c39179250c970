class_name GoalMark
extends Node2D
## Where one is to go in what is played, and an arrow beside oneself that points there.

## How far from oneself the arrow is, in pixels, and how near to the goal it is not needed.
const ARROW_AWAY: float = 26.0
const NEAR: float = 40.0
## How often it glows in a second, and how much of its colour fills it.
const GLOWS_PER_SECOND: float = 1.0
const FILL_ALPHA: float = 0.3

var _box: Rect2 = Rect2()
var _seconds: float = 0.0

@onready var _arrow: Sprite2D = %GoalArrow


func _ready() -> void:
	Settings.colours_changed.connect(queue_redraw)
	show_goal(Rect2i())


func _draw() -> void:
	var colour: Color = Colours.of(&"goal")
	draw_rect(_box, Color(colour, FILL_ALPHA))
	draw_rect(_box.grow(-0.5), colour, false, 1.0)
	_arrow.modulate = colour


## Marks an area of the map, in tiles; one without a width is no goal.
func show_goal(goal: Rect2i) -> void:
	var side: int = MapView.PIXELS_PER_TILE
	_box = Rect2(goal.position * side, goal.size * side)
	visible = goal.size.x > 0
	_arrow.visible = visible
	set_process(visible)
	queue_redraw()


## Points from where one stands, in pixels of the map.
func point_from(place: Vector2) -> void:
	var nearest: Vector2 = place.clamp(_box.position, _box.end)
	_arrow.visible = visible and nearest.distance_to(place) > NEAR
	_arrow.position = place + place.direction_to(nearest) * ARROW_AWAY
	_arrow.rotation = place.angle_to_point(nearest)


func _process(delta: float) -> void:
	_seconds = fmod(_seconds + delta * GLOWS_PER_SECOND, 1.0)
	modulate.a = 0.75 + 0.25 * cos(_seconds * TAU)
