class_name EstragonMap
extends Node2D
## The map as far as the server has sent it, a [TileMapLayer] for each layer: add it to a scene.
##
## Without a [member tile_set] every tile is a plain square of its own colour. With one, a tile is
## shown by the cell of its source 0 that the server names: [member EstragonCodec.Tile.column] and
## [member EstragonCodec.Tile.row].

## The pictures. To be set before the node is added to the scene.
@export var tile_set: TileSet = null
## The side of a plain square, in pixels.
@export var plain_pixels: int = 16

## Ground, things and roofs.
var layers: Array[TileMapLayer] = []

var _session: EstragonSession = null
var _is_plain: bool = false


func _ready() -> void:
	_is_plain = tile_set == null
	for index: int in EstragonCodec.LAYER_COUNT:
		var layer: TileMapLayer = TileMapLayer.new()
		layer.tile_set = tile_set
		# Players come between the things and the roofs.
		layer.z_index = 1 if index == EstragonCodec.LAYER_COUNT - 1 else -1
		layers.append(layer)
		add_child(layer)
	_session = EstragonClient.current.session
	_session.world_entered.connect(_on_world_entered)
	_session.chunk_received.connect(_on_chunk_received)
	_session.chunk_dropped.connect(_on_chunk_dropped)
	_session.cells_changed.connect(_on_cells_changed)
	if _session.world != null:
		_on_world_entered(_session.world)


## How many pixels of the map a tile is wide.
func tile_pixels() -> int:
	return plain_pixels if _is_plain else tile_set.tile_size.x


func _on_world_entered(world: EstragonWorld) -> void:
	if _is_plain:
		_begin_plain()
	for layer: TileMapLayer in layers:
		layer.clear()
		layer.tile_set = tile_set
	for chunk: Vector2i in world.chunks:
		_on_chunk_received(chunk)


func _on_chunk_received(chunk: Vector2i) -> void:
	for index: int in EstragonCodec.CHUNK_SIZE * EstragonCodec.CHUNK_SIZE:
		_show(EstragonWorld.cell_of(chunk, index))


func _on_chunk_dropped(chunk: Vector2i) -> void:
	for index: int in EstragonCodec.CHUNK_SIZE * EstragonCodec.CHUNK_SIZE:
		for layer: TileMapLayer in layers:
			layer.erase_cell(EstragonWorld.cell_of(chunk, index))


func _on_cells_changed(cells: Array[Vector2i]) -> void:
	for cell: Vector2i in cells:
		_show(cell)


func _show(cell: Vector2i) -> void:
	for index: int in layers.size():
		var tile: EstragonCodec.Tile = _session.world.tiles.get(_session.world.tile_at(index, cell))
		if tile == null:
			layers[index].erase_cell(cell)
		elif _is_plain:
			layers[index].set_cell(cell, _plain_source(tile), Vector2i.ZERO)
		else:
			layers[index].set_cell(cell, 0, Vector2i(tile.column, tile.row))


func _begin_plain() -> void:
	tile_set = TileSet.new()
	tile_set.tile_size = Vector2i(plain_pixels, plain_pixels)


## The source of the tile set that is a square of that tile's colour.
func _plain_source(tile: EstragonCodec.Tile) -> int:
	if not tile_set.has_source(tile.id):
		var image: Image = Image.create(plain_pixels, plain_pixels, false, Image.FORMAT_RGBA8)
		image.fill(Color8(tile.colour >> 16 & 0xFF, tile.colour >> 8 & 0xFF, tile.colour & 0xFF))
		var source: TileSetAtlasSource = TileSetAtlasSource.new()
		source.texture = ImageTexture.create_from_image(image)
		source.texture_region_size = tile_set.tile_size
		source.create_tile(Vector2i.ZERO)
		tile_set.add_source(source, tile.id)
	return tile.id
