class_name MapView
extends Node2D
## The map as far as the server has sent it, in three layers of tiles.

## The side of a tile on the map.
const PIXELS_PER_TILE: int = TilePictures.CELL_PIXELS

var _world: EstragonWorld = null
var _pictures: TilePictures = TilePictures.new()

@onready var _layers: Array[TileMapLayer] = [%Ground, %Things, %Roofs]
@onready var _roofs: RoofFade = %Roofs
@onready var _lamps: LampLights = %Lamps


## Starts anew with what is known of a world.
func show_world(world: EstragonWorld) -> void:
	_world = world
	_roofs.show_world(world)
	_lamps.show_world(world)
	_pictures = TilePictures.new()
	for layer: TileMapLayer in _layers:
		layer.clear()
		layer.tile_set = _pictures.tile_set
	for chunk: Vector2i in world.chunks:
		show_chunk(chunk)


## Draws a chunk and what it changes at the borders of its neighbours.
func show_chunk(chunk: Vector2i) -> void:
	var side: int = EstragonCodec.CHUNK_SIZE
	var area: Rect2i = Rect2i(chunk * side, Vector2i(side, side))
	_draw_area(area)
	_draw_area(Rect2i(area.position + Vector2i.UP, Vector2i(side, 1)))
	_draw_area(Rect2i(area.position + Vector2i.LEFT, Vector2i(1, side)))
	_draw_area(Rect2i(area.position + Vector2i(0, side), Vector2i(side, 1)))
	_draw_area(Rect2i(area.position + Vector2i(side, 0), Vector2i(1, side)))


## Draws cells that have changed, and what they change at the borders of their neighbours.
func show_cells(cells: Array[Vector2i]) -> void:
	for cell: Vector2i in cells:
		_draw_area(Rect2i(cell - Vector2i.ONE, Vector2i(3, 3)))


## Forgets a chunk.
func drop_chunk(chunk: Vector2i) -> void:
	var side: int = EstragonCodec.CHUNK_SIZE
	for index: int in side * side:
		var cell: Vector2i = chunk * side + Vector2i(index % side, index / side)
		for layer: TileMapLayer in _layers:
			layer.erase_cell(cell)
		_lamps.put_out(cell)


## Opens the roof that is over that place, in pixels; closes others.
func look_under_roof(place: Vector2) -> void:
	_roofs.look_under(place)


func _draw_area(area: Rect2i) -> void:
	for y: int in range(area.position.y, area.end.y):
		for x: int in range(area.position.x, area.end.x):
			var cell: Vector2i = Vector2i(x, y)
			var reach: float = 0.0
			for layer: int in _layers.size():
				var id: int = _world.tile_at(layer, cell)
				if id < 0:
					continue
				reach = maxf(reach, _lamps.reach_of(id))
				var picture: Vector2i = TilePictures.NONE
				if id > 0:
					picture = _pictures.picture_at(_world, layer, cell)
				if picture == TilePictures.NONE:
					_layers[layer].erase_cell(cell)
				else:
					_layers[layer].set_cell(cell, 0, picture)
			if reach > 0.0:
				_lamps.light(cell, reach)
			else:
				_lamps.put_out(cell)
