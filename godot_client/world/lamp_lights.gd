class_name LampLights
extends Node2D
## The light of lamps and hearths on the map, as far as the day's light has gone.

## How far their light reaches in tiles, by the names of the built-in tile set.
const REACHES: Dictionary[String, float] = {"lamp_top": 4.5, "hearth": 3.5}
## The group that hears of the day's tint.
const GROUP: StringName = &"lamps"
## What is lit, as a mask: the map and the figures on it, but not what is to be read.
const LIT: int = 2
## The colour of a flame.
const COLOUR: Color = Color(1.0, 0.76, 0.42)
## How bright one is at the darkest hour.
const ENERGY: float = 0.65
## How much of the light is gone then.
const DARKEST: float = 0.3
## Less than that is no light.
const LEAST_ENERGY: float = 0.02
## The side of the light's picture, in pixels of the map.
const PICTURE_PIXELS: int = 64
## How much is left of the light on the way from its middle to its edge, in rings.
const RINGS: Dictionary[float, float] = {
	0.0: 1.0, 0.14: 0.78, 0.28: 0.56, 0.44: 0.36, 0.62: 0.2, 0.8: 0.08, 0.97: 0.0
}

var _picture: GradientTexture2D = GradientTexture2D.new()
## By tile id.
var _reaches: Dictionary[int, float] = {}
## By the cell of the map.
var _lights: Dictionary[Vector2i, PointLight2D] = {}
var _energy: float = 0.0


func _init() -> void:
	var rings: Gradient = Gradient.new()
	rings.interpolation_mode = Gradient.GRADIENT_INTERPOLATE_CONSTANT
	rings.offsets = PackedFloat32Array(RINGS.keys())
	var colours: PackedColorArray = PackedColorArray()
	for part: float in RINGS.values():
		colours.append(Color(COLOUR * part, 1.0))
	rings.colors = colours
	_picture.gradient = rings
	_picture.width = PICTURE_PIXELS
	_picture.height = PICTURE_PIXELS
	_picture.fill = GradientTexture2D.FILL_RADIAL
	_picture.fill_from = Vector2(0.5, 0.5)
	_picture.fill_to = Vector2(1.0, 0.5)
	add_to_group(GROUP)


## Starts anew in another world.
func show_world(world: EstragonWorld) -> void:
	for cell: Vector2i in _lights.keys():
		put_out(cell)
	_reaches.clear()
	for id: int in world.tiles:
		if REACHES.has(world.tiles[id].name):
			_reaches[id] = REACHES[world.tiles[id].name]


## How far the light of a tile reaches, in tiles; 0 where it gives none.
func reach_of(tile: int) -> float:
	return _reaches.get(tile, 0.0)


## There is a light on a cell that reaches so many tiles.
func light(cell: Vector2i, reach: float) -> void:
	if not _lights.has(cell):
		_lights[cell] = PointLight2D.new()
		_lights[cell].texture = _picture
		_lights[cell].range_item_cull_mask = LIT
		_lights[cell].position = (Vector2(cell) + Vector2(0.5, 0.5)) * MapView.PIXELS_PER_TILE
		add_child(_lights[cell])
		_burn(_lights[cell])
	_lights[cell].texture_scale = reach * 2.0 * MapView.PIXELS_PER_TILE / PICTURE_PIXELS


## There is no light on a cell.
func put_out(cell: Vector2i) -> void:
	if _lights.has(cell):
		_lights[cell].queue_free()
		_lights.erase(cell)


## Makes them as bright as that tint of the map wants it.
func shine(tint: Color) -> void:
	var gone: float = clampf((1.0 - tint.get_luminance()) / DARKEST, 0.0, 1.0)
	if is_equal_approx(_energy, gone * ENERGY):
		return
	_energy = gone * ENERGY
	for each: PointLight2D in _lights.values():
		_burn(each)


func _burn(one: PointLight2D) -> void:
	one.energy = _energy
	one.enabled = _energy >= LEAST_ENERGY
