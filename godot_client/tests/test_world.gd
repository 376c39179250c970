extends TestCase
## Who is where, and who is in sight.

const NEAR: Vector2i = Vector2i(8 * 1024, 8 * 1024)


func test_sixteen_bits_mean_the_nearest_place_that_has_them() -> void:
	# 256 tiles are 65,536 steps of 1/256 tile: the low 16 bits repeat there.
	equal(EstragonWorld.nearest(10, 0), 40, "near the origin")
	equal(EstragonWorld.nearest(0xFFFF, 0), -4, "just west of the origin")
	equal(EstragonWorld.nearest(10, 256 * 1024), (65536 + 10) * 4, "one turn further")
	equal(EstragonWorld.nearest(0xFFF0, 256 * 1024), (65536 - 16) * 4, "before the turn")
	equal(EstragonWorld.nearest(5, 255 * 1024), (65536 + 5) * 4, "after the turn")
	equal(EstragonWorld.nearest(0x8000, 0), -0x8000 * 4, "half a turn away is west")


func test_a_place_survives_the_way_through_sixteen_bits() -> void:
	var own: Vector2i = Vector2i(300 * 1024, 400 * 1024)
	for offset: Vector2i in [Vector2i(99999, -99999), Vector2i(-130000, 130000), Vector2i.ZERO]:
		var place: Vector2i = own + offset
		var low: Vector2i = Vector2i((place.x >> 2) & 0xFFFF, (place.y >> 2) & 0xFFFF)
		equal(EstragonWorld.nearest(low.x, own.x), place.x >> 2 << 2, "x")
		equal(EstragonWorld.nearest(low.y, own.y), place.y >> 2 << 2, "y")


func test_who_stands_in_a_chunk_that_is_not_held_is_out_of_sight() -> void:
	var session: EstragonSession = ServerDouble.session_in_world()
	var in_sight: Dictionary[int, EstragonPlayer] = session.world.in_sight
	yes(not in_sight.has(ServerDouble.OTHER_ID), "unplaced")
	ServerDouble.feed(session, [ServerDouble.update(ServerDouble.OTHER_ID, Vector2i(20, 3), 1000)])
	yes(not in_sight.has(ServerDouble.OTHER_ID), "in a chunk that is not held")
	ServerDouble.feed(session, [ServerDouble.chunk(Vector2i(1, 0))])
	yes(not in_sight.has(ServerDouble.OTHER_ID), "not before anything says where")
	ServerDouble.feed(session, [ServerDouble.update(ServerDouble.OTHER_ID, Vector2i(20, 3), 1000)])
	yes(in_sight.has(ServerDouble.OTHER_ID), "in a chunk that is held")
	ServerDouble.feed(session, [ServerDouble.drop(Vector2i(1, 0))])
	yes(not in_sight.has(ServerDouble.OTHER_ID), "after the drop")
	ServerDouble.feed(session, [ServerDouble.chunk(Vector2i(1, 0))])
	yes(not in_sight.has(ServerDouble.OTHER_ID), "not before a snapshot says where")
	ServerDouble.feed(session, [ServerDouble.state(1001, NEAR, {2: Vector2i(17408, 1024)})])
	yes(in_sight.has(ServerDouble.OTHER_ID), "again in sight")
	ServerDouble.feed(session, [ServerDouble.state(1002, NEAR, {2: Vector2i(33792, 1024)})])
	yes(not in_sight.has(ServerDouble.OTHER_ID), "gone into a chunk that is not held")


func test_a_full_snapshot_hides_whom_it_does_not_list() -> void:
	var session: EstragonSession = ServerDouble.session_in_world()
	var world: EstragonWorld = session.world
	ServerDouble.feed(session, [ServerDouble.chunk(Vector2i.ZERO)])
	ServerDouble.feed(session, [ServerDouble.state(1001, NEAR, {2: NEAR})])
	ServerDouble.feed(session, [ServerDouble.state(1002, NEAR)])
	yes(
		world.in_sight.has(ServerDouble.OTHER_ID),
		"not listed in an ordinary snapshot: nothing changed"
	)
	var full: int = EstragonCodec.SnapshotFlag.FULL
	ServerDouble.feed(session, [ServerDouble.state(1003, NEAR, {}, full)])
	yes(not world.in_sight.has(ServerDouble.OTHER_ID), "not listed in a full one")
	yes(world.in_sight.has(ServerDouble.OWN_ID), "oneself is always in sight")
	ServerDouble.feed(session, [ServerDouble.state(1004, NEAR, {2: NEAR}, full)])
	yes(world.in_sight.has(ServerDouble.OTHER_ID), "listed again")
	ServerDouble.feed(session, [ServerDouble.leave(ServerDouble.OTHER_ID)])
	yes(not world.in_sight.has(ServerDouble.OTHER_ID), "gone")


func test_who_comes_into_sight_is_there_at_once() -> void:
	var session: EstragonSession = ServerDouble.session_in_world()
	var other: EstragonPlayer = session.world.players[ServerDouble.OTHER_ID]
	ServerDouble.feed(session, [ServerDouble.update(ServerDouble.OTHER_ID, Vector2i(40, 3), 1000)])
	ServerDouble.feed(session, [ServerDouble.chunk(Vector2i.ZERO)])
	ServerDouble.feed(session, [ServerDouble.state(1001, NEAR, {2: NEAR})])
	other.path.seek(1000.5)
	equal(other.path.position, Vector2(NEAR), "no way from where nobody saw them")


func test_a_chunk_gives_its_tiles_and_its_edges() -> void:
	var session: EstragonSession = ServerDouble.session_in_world()
	var cells: Dictionary[Vector3i, int] = {Vector3i(3, 2, 1): 300, Vector3i(15, 15, 2): 65535}
	ServerDouble.feed(session, [ServerDouble.chunk(Vector2i(1, 2), 5, cells)])
	var world: EstragonWorld = session.world
	equal(world.tile_at(0, Vector2i(16, 32)), 5, "filled")
	equal(world.tile_at(1, Vector2i(19, 34)), 300, "two bytes")
	equal(world.tile_at(2, Vector2i(31, 47)), 65535, "the last cell")
	equal(world.tile_at(0, Vector2i(15, 32)), -1, "a chunk that is not held")
	equal(world.tile_at(0, Vector2i(-1, 0)), -1, "beyond the map")
	equal(world.tile_at(0, Vector2i(512, 0)), -1, "beyond the map")


func test_cells_that_cannot_be_read_break_the_session() -> void:
	var session: EstragonSession = ServerDouble.session_in_world()
	var data: EstragonCodec.ChunkData = ServerDouble.chunk(Vector2i.ZERO)
	var short: PackedByteArray = PackedByteArray([1, 2, 3])
	data.cells = short.compress(FileAccess.COMPRESSION_DEFLATE)
	ServerDouble.feed(session, [data])
	equal(session.state, EstragonSession.State.BROKEN, "state")


func test_an_edit_changes_cells_and_a_gap_asks_for_the_chunk() -> void:
	var session: EstragonSession = ServerDouble.session_in_world()
	var changed: Array[Vector2i] = []
	session.cells_changed.connect(changed.append_array)
	ServerDouble.feed(session, [ServerDouble.chunk(Vector2i(1, 2), 5)])
	ServerDouble.feed(session, [ServerDouble.edit(Vector2i(1, 2), 0, {256 + 16 + 3: 300})])
	equal(changed, [Vector2i(19, 33)] as Array[Vector2i], "changed")
	equal(session.world.tile_at(1, Vector2i(19, 33)), 300, "the thing there")
	equal(session.world.tile_at(0, Vector2i(19, 33)), 5, "the ground there")
	equal(session.take_outgoing().size(), 0, "nothing is asked for")
	ServerDouble.feed(session, [ServerDouble.edit(Vector2i(1, 2), 7, {0: 1})])
	equal(session.world.tile_at(0, Vector2i(16, 32)), 5, "not changed")
	var outgoing: Array[PackedByteArray] = session.take_outgoing()
	equal(outgoing.size(), 1, "the chunk is asked for")
	var request: EstragonCodec.ChunkRequest = EstragonCodec.parse(outgoing[0]).messages[0]
	equal(Vector2i(request.chunk_x, request.chunk_y), Vector2i(1, 2), "which")
	ServerDouble.feed(session, [ServerDouble.edit(Vector2i(1, 2), 8, {0: 1})])
	equal(session.take_outgoing().size(), 0, "it is asked for once")
	ServerDouble.feed(session, [ServerDouble.edit(Vector2i(9, 9), 0, {0: 1})])
	equal(session.take_outgoing().size(), 0, "what is out of sight is none of ours")
