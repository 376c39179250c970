class_name TilePictures
extends RefCounted
## Which cell of the tile set's picture a tile of the map is drawn with.

## All cells of all tiles.
const PICTURE: Texture2D = preload("res://art/tiles.png")
## The side of a cell in the picture, in pixels.
const CELL_PIXELS: int = 16
## How many cells a RANDOM tile has.
const VARIANTS: int = 4
## The bits of EDGES.
const NEIGHBOURS: Dictionary[Vector2i, int] = {
	Vector2i.UP: 1, Vector2i.RIGHT: 2, Vector2i.DOWN: 4, Vector2i.LEFT: 8
}
## What is no picture.
const NONE: Vector2i = Vector2i(-1, -1)

## For the layers of the map; cells are added as they are needed.
var tile_set: TileSet = TileSet.new()

var _source: TileSetAtlasSource = TileSetAtlasSource.new()


func _init() -> void:
	tile_set.tile_size = Vector2i(CELL_PIXELS, CELL_PIXELS)
	_source.texture = PICTURE
	_source.texture_region_size = tile_set.tile_size
	tile_set.add_source(_source, 0)


## The cell of the picture for what lies at [param cell] of the map, or [constant NONE].
func picture_at(world: EstragonWorld, layer: int, cell: Vector2i) -> Vector2i:
	var tile: EstragonCodec.Tile = world.tiles.get(world.tile_at(layer, cell))
	if tile == null:
		return NONE
	var picture: Vector2i = Vector2i(tile.column, tile.row)
	match tile.pattern:
		EstragonCodec.TilePattern.RANDOM:
			picture.x += variant(cell)
		EstragonCodec.TilePattern.EDGES:
			picture.x += edges(world, layer, cell)
	return picture if _has_picture(picture, tile) else NONE


## One of four, by the place alone.
static func variant(cell: Vector2i) -> int:
	var mixed: int = (cell.x * 73856093) ^ (cell.y * 19349663)
	mixed = ((mixed >> 7) ^ mixed) * 2654435761
	return (mixed >> 16) & (VARIANTS - 1)


## The sum of the neighbours that hold the same tile: north 1, east 2, south 4, west 8. What lies
## beyond the map, or is not known, counts as the same.
static func edges(world: EstragonWorld, layer: int, cell: Vector2i) -> int:
	var own: int = world.tile_at(layer, cell)
	var mask: int = 0
	for side: Vector2i in NEIGHBOURS:
		var other: int = world.tile_at(layer, cell + side)
		if other == own or other < 0:
			mask |= NEIGHBOURS[side]
	return mask


func _has_picture(picture: Vector2i, tile: EstragonCodec.Tile) -> bool:
	if _source.has_tile(picture):
		return true
	var grid: Vector2i = _source.get_atlas_grid_size()
	if picture.x >= grid.x or picture.y >= grid.y:
		return false
	_source.create_tile(picture)
	# Who stands on a low thing is drawn before it wherever in the cell they are.
	if tile.height <= EstragonCodec.STEP_HEIGHT:
		_source.get_tile_data(picture, 0).y_sort_origin = -CELL_PIXELS / 2
	return true
