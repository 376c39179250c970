class_name FollowCamera
extends Camera2D
## Goes after somebody smoothly and never shows what lies beyond the map.

## How fast it catches up; the distance shrinks by this factor of e each second.
const SPEED: float = 9.0
## How large a pixel of the map is in a window of the design's size; in others it is a whole number
## of the screen's pixels near to that.
const MAGNIFICATION: float = 3.0

## The map in pixels.
var map_size: Vector2 = Vector2.ZERO

var _goal: Vector2 = Vector2.ZERO


func _ready() -> void:
	get_viewport().size_changed.connect(_fit_zoom)
	_fit_zoom()


## Goes on towards a place.
func follow(place: Vector2, delta: float) -> void:
	_goal = _goal.lerp(place, 1.0 - exp(-SPEED * delta))
	_settle()


## Is there at once.
func jump(place: Vector2) -> void:
	_goal = place
	_settle()


func _fit_zoom() -> void:
	var stretch: float = get_viewport().get_screen_transform().get_scale().x
	zoom = Vector2.ONE * maxf(roundf(MAGNIFICATION * stretch), 1.0) / stretch


func _settle() -> void:
	var half: Vector2 = get_viewport_rect().size / zoom / 2.0
	var place: Vector2 = Vector2(
		within(_goal.x, half.x, map_size.x), within(_goal.y, half.y, map_size.y)
	)
	# On whole pixels of the screen, so that the tiles do not shimmer.
	var pixels: float = zoom.x * get_viewport().get_screen_transform().get_scale().x
	position = (place * pixels).round() / pixels


## The place nearest to [param place] from which one sees [param half] both ways without seeing
## beyond 0 or [param size]; the middle where that cannot be.
static func within(place: float, half: float, size: float) -> float:
	if size <= half * 2.0:
		return size / 2.0
	return clampf(place, half, size - half)
