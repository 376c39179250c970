class_name SymbolButton
extends Button
## A button with a symbol on it.

## The symbols in the picture, from the left.
enum Symbol { MENU, PLAYERS, CHAT, EMOTES, MAP, JUMP, ARROW }

## All of them.
const PICTURE: Texture2D = preload("res://art/symbols.png")
## The side of one, in pixels of the picture...
const CELL_PIXELS: int = 16
## ...and of the screen.
const SHOWN_PIXELS: int = 32

## Which one it shows.
@export var symbol: Symbol = Symbol.MENU


func _ready() -> void:
	icon = SymbolButton.texture(symbol)
	expand_icon = true
	icon_alignment = HORIZONTAL_ALIGNMENT_CENTER
	custom_minimum_size = custom_minimum_size.max(Vector2(SHOWN_PIXELS, SHOWN_PIXELS) + _margins())


## A symbol alone.
static func texture(of: Symbol) -> AtlasTexture:
	var part: AtlasTexture = AtlasTexture.new()
	part.atlas = PICTURE
	part.region = Rect2(of * CELL_PIXELS, 0.0, CELL_PIXELS, CELL_PIXELS)
	return part


func _margins() -> Vector2:
	return get_theme_stylebox(&"normal").get_minimum_size()
