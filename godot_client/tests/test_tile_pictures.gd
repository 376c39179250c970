extends TestCase
## Which picture a cell of the map gets, and what hangs together as a roof.

const WATER: int = 7
const EDGES: int = EstragonCodec.TilePattern.EDGES


func test_a_tile_among_its_like_has_no_edges() -> void:
	var world: EstragonWorld = _world({})
	equal(TilePictures.edges(world, 0, Vector2i(5, 5)), 15, "all around")


func test_each_side_has_its_bit() -> void:
	var sides: Dictionary[Vector2i, int] = {
		Vector2i(5, 4): 1, Vector2i(6, 5): 2, Vector2i(5, 6): 4, Vector2i(4, 5): 8
	}
	for side: Vector2i in sides:
		var world: EstragonWorld = _world({Vector3i(side.x, side.y, 0): 1})
		equal(TilePictures.edges(world, 0, Vector2i(5, 5)), 15 - sides[side], str(side))


func test_beyond_the_map_and_in_missing_chunks_all_is_the_same() -> void:
	var world: EstragonWorld = _world({})
	equal(TilePictures.edges(world, 0, Vector2i(0, 0)), 15, "the corner of the map")
	equal(TilePictures.edges(world, 0, Vector2i(15, 5)), 15, "the next chunk is missing")
	world.add_chunk(ServerDouble.chunk(Vector2i(1, 0), 1))
	equal(TilePictures.edges(world, 0, Vector2i(15, 5)), 13, "the next chunk has arrived")


func test_edges_move_the_picture_to_the_right() -> void:
	var world: EstragonWorld = _world({Vector3i(5, 4, 0): 1})
	var pictures: TilePictures = TilePictures.new()
	equal(pictures.picture_at(world, 0, Vector2i(5, 5)), Vector2i(14, 8), "picture")
	equal(pictures.picture_at(world, 0, Vector2i(5, 4)), TilePictures.NONE, "an unknown tile")


func test_variants_depend_on_the_place_and_are_all_used() -> void:
	var used: Dictionary[int, int] = {}
	for index: int in 1024:
		var variant: int = TilePictures.variant(Vector2i(index % 32, index / 32))
		equal(variant, TilePictures.variant(Vector2i(index % 32, index / 32)), "the same place")
		used[variant] = used.get(variant, 0) + 1
	equal(used.size(), 4, "variants")
	for variant: int in used:
		yes(used[variant] > 150, "variant %d is not rare: %d of 1024" % [variant, used[variant]])


func test_a_roof_is_what_hangs_together() -> void:
	var cells: Dictionary[Vector3i, int] = {}
	for place: Vector2i in [Vector2i(2, 2), Vector2i(3, 2), Vector2i(3, 3), Vector2i(9, 9)]:
		cells[Vector3i(place.x, place.y, 2)] = 43
	var world: EstragonWorld = _world(cells, 0)
	equal(RoofFade.connected_roof(world, Vector2i(2, 2)).size(), 3, "a house")
	equal(RoofFade.connected_roof(world, Vector2i(9, 9)).size(), 1, "another")
	equal(RoofFade.connected_roof(world, Vector2i(6, 6)).size(), 0, "the open sky")


func test_a_house_is_told_from_a_grove() -> void:
	var house: Dictionary[Vector2i, bool] = {Vector2i(1, -1): true}
	var grove: Dictionary[Vector2i, bool] = {}
	for index: int in 40:
		house[Vector2i(index % 8, index / 8)] = true
		grove[Vector2i(index / 3, index / 3 + index % 3)] = true
	yes(RoofFade.is_building(house), "a rectangle with a chimney")
	yes(not RoofFade.is_building(grove), "a winding strip")
	yes(not RoofFade.is_building({}), "the open sky")


func test_the_roof_one_is_under_fades_as_a_whole_and_comes_back() -> void:
	var cells: Dictionary[Vector3i, int] = {}
	for place: Vector2i in [Vector2i(2, 2), Vector2i(3, 2), Vector2i(9, 9)]:
		cells[Vector3i(place.x, place.y, 2)] = 43
	var roofs: RoofFade = RoofFade.new()
	roofs.material = ShaderMaterial.new()
	roofs.show_world(_world(cells, 0))
	roofs.look_under(Vector2(2.5, 2.5) * TilePictures.CELL_PIXELS)
	roofs._process(RoofFade.FADE_SECONDS * 2.0)
	var faded: Dictionary[Vector2i, float] = {
		Vector2i(2, 2): RoofFade.FADED_ALPHA, Vector2i(3, 2): RoofFade.FADED_ALPHA
	}
	equal(roofs._alphas, faded, "this house and no other")
	roofs.look_under(Vector2(6.5, 6.5) * TilePictures.CELL_PIXELS)
	roofs._process(RoofFade.FADE_SECONDS / 2.0)
	yes(roofs._alphas[Vector2i(3, 2)] < 1.0, "it comes back by and by")
	roofs._process(RoofFade.FADE_SECONDS)
	roofs._process(RoofFade.FADE_SECONDS)
	yes(roofs._alphas.is_empty(), "outside all roofs are whole")
	roofs.free()


## A world with its first chunk, all water but for some cells.
func _world(cells: Dictionary[Vector3i, int], fill: int = WATER) -> EstragonWorld:
	var world: EstragonWorld = EstragonWorld.new(ServerDouble.world_entered(), 1)
	var water: EstragonCodec.Tile = ServerDouble.tile(WATER, 0, EDGES)
	water.row = 8
	world.tiles[WATER] = water
	world.add_chunk(ServerDouble.chunk(Vector2i.ZERO, fill, cells))
	return world
