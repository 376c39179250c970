extends TestCase
## The small map shows what is known of the map, and who is on it.

const RED: int = 0xC04030
const GREEN: int = 0x40A050


func test_a_cell_has_the_colour_of_what_lies_highest() -> void:
	var session: EstragonSession = _session()
	(
		ServerDouble
		. feed(
			session,
			[
				(
					ServerDouble
					. chunk(
						Vector2i(9, 0),
						0,
						{
							Vector3i(1, 0, 0): 1,
							Vector3i(2, 0, 0): 1,
							Vector3i(2, 0, 1): 2,
							Vector3i(3, 0, 1): 2,
							Vector3i(3, 0, 2): 1,
						}
					)
				)
			]
		)
	)
	var picture: MapPicture = MapPicture.new()
	picture.show_world(session.world)
	yes(picture.refresh(), "something is drawn")
	var at: Vector2i = Vector2i(9 * 16, 0)
	equal(picture.colour_at(at + Vector2i(1, 0)), Color.hex(RED << 8 | 0xFF), "ground")
	equal(picture.colour_at(at + Vector2i(2, 0)), Color.hex(GREEN << 8 | 0xFF), "a thing on it")
	equal(picture.colour_at(at + Vector2i(3, 0)), Color.hex(RED << 8 | 0xFF), "a roof over it")
	equal(picture.colour_at(at).a, 0.0, "an empty cell")
	equal(picture.colour_at(Vector2i.ZERO).a, 0.0, "where nothing is known")


func test_only_what_has_changed_is_drawn_again() -> void:
	var session: EstragonSession = _session()
	ServerDouble.feed(session, [ServerDouble.chunk(Vector2i.ZERO, 1)])
	var picture: MapPicture = MapPicture.new()
	picture.show_world(session.world)
	picture.refresh()
	yes(not picture.refresh(), "nothing is left to draw")
	session.cells_changed.connect(picture.change_cells)
	ServerDouble.feed(session, [ServerDouble.edit(Vector2i.ZERO, 0, {512 + 17: 2})])
	yes(picture.refresh(), "the change")
	equal(picture.colour_at(Vector2i(1, 1)), Color.hex(GREEN << 8 | 0xFF), "the cell")
	session.chunk_dropped.connect(picture.change_chunk)
	ServerDouble.feed(session, [ServerDouble.drop(Vector2i.ZERO)])
	picture.refresh()
	equal(picture.colour_at(Vector2i.ZERO), Color.hex(RED << 8 | 0xFF), "where one has been")


func test_a_click_on_a_dot_is_about_that_player() -> void:
	var session: EstragonSession = _session()
	ServerDouble.feed(session, [ServerDouble.chunk(Vector2i(2, 2), 1)])
	var own: Vector2i = Vector2i(40, 40) * 1024
	ServerDouble.feed(session, [ServerDouble.state(1001, own, {2: own + Vector2i(5 * 1024, 0)})])
	var minimap: Minimap = Minimap.new()
	minimap.size = Vector2(64, 64)
	tree.root.add_child(minimap)
	minimap.show_world(session.world)
	minimap.zoom = 1
	var other: EstragonPlayer = session.world.players[ServerDouble.OTHER_ID]
	equal(minimap.place_of(session.world.own_player()), Vector2(32, 32), "oneself")
	equal(minimap.place_of(other), Vector2(42, 32), "five tiles east")
	var picked: Array = []
	minimap.player_picked.connect(
		func(player_id: int, name: String) -> void: picked.append([player_id, name])
	)
	_click(minimap, Vector2(30, 50))
	equal(picked, [], "nobody is there")
	_click(minimap, Vector2(40, 33))
	equal(picked, [[ServerDouble.OTHER_ID, "Владимир"]], "somebody is there")
	minimap.zoom = 99
	equal(minimap.zoom, Minimap.ZOOMS.size() - 1, "as large as it gets")
	minimap.free()


func _session() -> EstragonSession:
	var session: EstragonSession = ServerDouble.session_in_world()
	for id: int in [1, 2]:
		var tile: EstragonCodec.Tile = ServerDouble.tile(id, 0, 0)
		tile.colour = RED if id == 1 else GREEN
		ServerDouble.feed(session, [tile])
	return session


func _click(minimap: Minimap, place: Vector2) -> void:
	var click: InputEventMouseButton = InputEventMouseButton.new()
	click.button_index = MOUSE_BUTTON_LEFT
	click.pressed = true
	click.position = place
	minimap._gui_input(click)
