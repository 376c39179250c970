class_name PixelButton
extends Button
## A button with a picture made of large pixels, in the colour of its text.

## The side of a pixel of the picture.
const PIXEL: float = 2.0


func _draw() -> void:
	var picture: Array[String] = _picture()
	var extent: Vector2 = Vector2(picture[0].length(), picture.size()) * PIXEL
	var corner: Vector2 = ((size - extent) / 2.0).round()
	var colour: Color = _colour()
	for y: int in picture.size():
		for x: int in picture[y].length():
			if picture[y][x] == "#":
				var place: Vector2 = corner + Vector2(x, y) * PIXEL
				draw_rect(Rect2(place, Vector2(PIXEL, PIXEL)), colour)


## What is drawn now: rows of the same length, "#" where there is colour.
func _picture() -> Array[String]:
	return [""]


func _colour() -> Color:
	if disabled:
		return get_theme_color(&"font_disabled_color")
	return get_theme_color(&"font_hover_color" if is_hovered() else &"font_color")
