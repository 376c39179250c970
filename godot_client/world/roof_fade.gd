class_name RoofFade
extends TileMapLayer
## The layer over the players' heads, which lets one see oneself under it.
##
## A house's roof fades as a whole; under something larger or without a shape, such as a forest's
## canopy, a round opening goes along with the player.

## The layer's number in the protocol.
const ROOF_LAYER: int = 2
## Roofs of more cells than this open only around the player.
const LARGEST_BUILDING: int = 220
## How much of the rectangle around it a house's roof fills at least.
const BUILDING_FILLS: float = 0.7
## How long a roof takes to open or close.
const FADE_SECONDS: float = 0.25
## What is left of an open roof.
const FADED_ALPHA: float = 0.12

var _world: EstragonWorld = null
var _cell: Vector2i = Vector2i(-1, -1)
var _opened: Dictionary[Vector2i, bool] = {}
var _alphas: Dictionary[Vector2i, float] = {}
var _hole: float = 0.0
var _is_under_canopy: bool = false


func _process(delta: float) -> void:
	var step: float = delta / FADE_SECONDS
	_hole = move_toward(_hole, 1.0 if _is_under_canopy else 0.0, step)
	(material as ShaderMaterial).set_shader_parameter(&"strength", _hole)
	_fade_cells(step)


func _use_tile_data_runtime_update(coords: Vector2i) -> bool:
	return _alphas.has(coords)


func _tile_data_runtime_update(coords: Vector2i, tile_data: TileData) -> void:
	tile_data.modulate = Color(1.0, 1.0, 1.0, _alphas[coords])


## Starts anew in another world.
func show_world(world: EstragonWorld) -> void:
	_world = world
	_cell = Vector2i(-1, -1)
	_opened.clear()
	_alphas.clear()
	_is_under_canopy = false


## Opens the roof that is over that place, in pixels; closes others.
func look_under(place: Vector2) -> void:
	(material as ShaderMaterial).set_shader_parameter(&"centre", place)
	var cell: Vector2i = Vector2i((place / TilePictures.CELL_PIXELS).floor())
	if cell == _cell or _world == null:
		return
	_cell = cell
	if _opened.has(cell):
		return
	_opened = connected_roof(_world, cell)
	_is_under_canopy = not _opened.is_empty() and not is_building(_opened)
	if _is_under_canopy:
		_opened = {}
	for each: Vector2i in _opened:
		if not _alphas.has(each):
			_alphas[each] = 1.0


## The cells of the roof over a cell, as far as they hang together; none in the open. It stops at a
## little more than [constant LARGEST_BUILDING].
static func connected_roof(world: EstragonWorld, from: Vector2i) -> Dictionary[Vector2i, bool]:
	var found: Dictionary[Vector2i, bool] = {}
	var open: Array[Vector2i] = [from]
	while not open.is_empty() and found.size() <= LARGEST_BUILDING:
		var cell: Vector2i = open.pop_back()
		if found.has(cell) or world.tile_at(ROOF_LAYER, cell) <= 0:
			continue
		found[cell] = true
		for side: Vector2i in TilePictures.NEIGHBOURS:
			open.append(cell + side)
	return found


## True for what has the size and the shape of a house's roof.
static func is_building(roof: Dictionary[Vector2i, bool]) -> bool:
	if roof.is_empty() or roof.size() > LARGEST_BUILDING:
		return false
	var cells: Array[Vector2i] = roof.keys()
	var around: Rect2i = Rect2i(cells[0], Vector2i.ONE)
	for cell: Vector2i in cells:
		around = around.merge(Rect2i(cell, Vector2i.ONE))
	return roof.size() >= around.get_area() * BUILDING_FILLS


func _fade_cells(step: float) -> void:
	var has_changed: bool = false
	for cell: Vector2i in _alphas.keys():
		var wanted: float = FADED_ALPHA if _opened.has(cell) else 1.0
		if _alphas[cell] != wanted:
			_alphas[cell] = move_toward(_alphas[cell], wanted, step)
			has_changed = true
		elif wanted == 1.0:
			_alphas.erase(cell)
			has_changed = true
	if has_changed:
		notify_runtime_tile_data_update()
