class_name Cross
extends PixelButton
## A button that takes something away.

const CROSS: Array[String] = [
	"##.....##",
	".##...##.",
	"..##.##..",
	"...###...",
	"..##.##..",
	".##...##.",
	"##.....##",
]


func _picture() -> Array[String]:
	return CROSS
