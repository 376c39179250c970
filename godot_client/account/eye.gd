class_name Eye
extends PixelButton
## A button that looks: open while it is pressed, closed else.

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


func _picture() -> Array[String]:
	return OPEN if button_pressed else CLOSED
