class_name MapPicture
extends RefCounted
## The map from above, a pixel a tile, as far as one has been: pictures of a part each, kept up to
## date chunk by chunk.

## The side of a part, in chunks.
const PART_CHUNKS: int = 8
## The side of a part, in tiles.
const PART_TILES: int = PART_CHUNKS * EstragonCodec.CHUNK_SIZE
## The most chunks drawn at a time; the others come next.
const CHUNKS_AT_A_TIME: int = 4

var _world: EstragonWorld = null
## Red, green, blue, alpha of a tile in the order of a picture's bytes, by tile id.
var _colours: PackedInt32Array = PackedInt32Array()
var _images: Dictionary[Vector2i, Image] = {}
var _textures: Dictionary[Vector2i, ImageTexture] = {}
## Chunks that are to be drawn.
var _stale: Dictionary[Vector2i, bool] = {}


## Starts anew with what is known of a world.
func show_world(world: EstragonWorld) -> void:
	_world = world
	_colours = PackedInt32Array()
	_images.clear()
	_textures.clear()
	_stale.clear()
	for chunk: Vector2i in world.chunks:
		_stale[chunk] = true


## A chunk came or has changed.
func change_chunk(chunk: Vector2i) -> void:
	_stale[chunk] = true


## Cells of the map have changed.
func change_cells(cells: Array[Vector2i]) -> void:
	for cell: Vector2i in cells:
		_stale[cell / EstragonCodec.CHUNK_SIZE] = true


## Draws some of what has changed; true where that was anything.
func refresh() -> bool:
	if _stale.is_empty():
		return false
	var parts: Dictionary[Vector2i, bool] = {}
	for chunk: Vector2i in _stale.keys().slice(0, CHUNKS_AT_A_TIME):
		_stale.erase(chunk)
		if _world.chunks.has(chunk):
			parts[chunk / PART_CHUNKS] = true
			_draw_chunk(chunk)
	for part: Vector2i in parts:
		if _textures.has(part):
			_textures[part].update(_images[part])
		else:
			_textures[part] = ImageTexture.create_from_image(_images[part])
	return true


## The pictures by part; that of part (1, 0) begins PART_TILES east of the map's corner.
func parts_drawn() -> Dictionary[Vector2i, ImageTexture]:
	return _textures


## What a cell of the map looks like from above; transparent where nothing is known of it.
func colour_at(cell: Vector2i) -> Color:
	var image: Image = _images.get(cell / PART_TILES)
	return Color.TRANSPARENT if image == null else image.get_pixelv(cell % PART_TILES)


func _draw_chunk(chunk: Vector2i) -> void:
	if _colours.is_empty():
		_learn_colours()
	var side: int = EstragonCodec.CHUNK_SIZE
	var count: int = side * side
	var cells: PackedInt32Array = _world.chunks[chunk]
	var known: int = _colours.size()
	var pixels: PackedInt32Array = PackedInt32Array()
	pixels.resize(count)
	for index: int in count:
		# What lies highest is seen from above.
		var id: int = cells[index + count * 2]
		if id == 0:
			id = cells[index + count]
		if id == 0:
			id = cells[index]
		pixels[index] = _colours[id] if id < known else 0
	var drawn: Image = Image.create_from_data(
		side, side, false, Image.FORMAT_RGBA8, pixels.to_byte_array()
	)
	var part: Vector2i = chunk / PART_CHUNKS
	if not _images.has(part):
		_images[part] = Image.create_empty(PART_TILES, PART_TILES, false, Image.FORMAT_RGBA8)
	_images[part].blit_rect(drawn, Rect2i(0, 0, side, side), (chunk % PART_CHUNKS) * side)


func _learn_colours() -> void:
	for id: int in _world.tiles:
		if id >= _colours.size():
			_colours.resize(id + 1)
		var colour: Color = Color.hex(_world.tiles[id].colour << 8 | 0xFF)
		_colours[id] = colour.to_abgr32()
