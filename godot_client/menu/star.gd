class_name Star
extends PixelButton
## A button that makes something a favourite: a full star while it is pressed.

const FULL: Array[String] = [
	".....#.....",
	".....#.....",
	"....###....",
	"....###....",
	"###########",
	".#########.",
	"..#######..",
	"...#####...",
	"..#######..",
	"..###.###..",
	".##.....##.",
]
const EMPTY: Array[String] = [
	".....#.....",
	".....#.....",
	"....#.#....",
	"....#.#....",
	"#####.#####",
	".#.......#.",
	"..#.....#..",
	"...#...#...",
	"..#..#..#..",
	"..#.#.#.#..",
	".##.....##.",
]


func _picture() -> Array[String]:
	return FULL if button_pressed else EMPTY


func _colour() -> Color:
	return get_theme_color(&"font_pressed_color") if button_pressed else super()
