class_name Eye
extends Button
## A button that looks: open while it is pressed, closed else.

## The side of a pixel of the picture.
const PIXEL: float = 2.0
const OPEN: Array[String] = [
	"....#####....",
	"..##.....##..",
	".#...###...#.",
	"#....###....#",
	".#...###...#.",
	"..##.....##..",
	"....#####....",
]
const CLOSED: Array[String] = [
	".............",
	".............",
	"#...........#",
	".##.......##.",
	"..#########..",
	".#..#...#..#.",
	"....#...#....",
]


func _draw() -> void:
	var picture: Array[String] = OPEN if button_pressed else CLOSED
	var extent: Vector2 = Vector2(picture[0].length(), picture.size()) * PIXEL
	var corner: Vector2 = ((size - extent) / 2.0).round()
	var colour: Color = get_theme_color(&"font_hover_color" if is_hovered() else &"font_color")
	for y: int in picture.size():
		for x: int in picture[y].length():
			if picture[y][x] == "#":
				var place: Vector2 = corner + Vector2(x, y) * PIXEL
				draw_rect(Rect2(place, Vector2(PIXEL, PIXEL)), colour)
