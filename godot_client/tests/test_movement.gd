extends TestCase
## The hand-made cases and the walks by chance, which the server's movement goes as well.

## Numbers of a state: x, y, z, vz.
const STATE: int = 4
## Numbers of a command: direction, pace, buttons.
const COMMAND: int = 3

var _tiles: Array = []


func test_the_cases_made_by_hand_go_as_they_say() -> void:
	var root: String = ProjectSettings.globalize_path("res://")
	var folder: String = argument("--vectors", root.path_join("../protocol_spec/vectors"))
	var document: Dictionary = _read(folder.path_join("movement.json"))
	_tiles = document["tiles"]
	var cases: Array = document["cases"]
	yes(cases.size() >= 60, "there are cases in %s" % folder)
	for case: Dictionary in cases:
		_follow(case, document["legend"])


func test_walks_by_chance_go_like_the_servers_at_every_tick() -> void:
	var path: String = argument("--walks", "")
	if path.is_empty():
		skipped = "needs --walks"
		return
	var document: Dictionary = _read(path)
	_tiles = document["tiles"]
	var walks: int = 0
	for outing: Dictionary in document["outings"]:
		for body: int in int(outing["bodies"] as float):
			_follow_walk(outing, body, int(document["ticks"] as float))
			walks += 1
	equal(walks, 200, "walks")


func _follow(case: Dictionary, legend: Dictionary) -> void:
	var map: EstragonWorld = _case_map(case, legend)
	var body: EstragonMovement.Body = _body(case["start"])
	var expected: Dictionary = case["expect"]
	var met: int = 0
	var tick: int = 0
	for part: Array in case["commands"]:
		var command: EstragonCodec.Command = _command(part.slice(1))
		for each: int in int(part[0] as float):
			EstragonMovement.step(map, body, command)
			tick += 1
			if expected.has(str(tick)):
				met += 1
				equal(_state(body), _whole(expected[str(tick)]), "%s, %d" % [case["name"], tick])
	equal(met, expected.size(), "%s: how many states were met" % case["name"])


func _follow_walk(outing: Dictionary, index: int, ticks: int) -> void:
	var bodies: int = int(outing["bodies"] as float)
	var commands: PackedInt32Array = _unpacked(outing["commands"])
	var states: PackedInt32Array = _unpacked(outing["states"])
	var starts: PackedInt32Array = _unpacked(outing["starts"])
	var maps: Array[EstragonWorld] = _outing_maps(outing)
	var body: EstragonMovement.Body = _body(starts.slice(index * STATE, (index + 1) * STATE))
	for tick: int in ticks:
		var row: int = tick * bodies + index
		var command: PackedInt32Array = commands.slice(row * COMMAND, (row + 1) * COMMAND)
		EstragonMovement.step(maps[tick * maps.size() / ticks], body, _command(command))
		var wanted: PackedInt32Array = states.slice(row * STATE, (row + 1) * STATE)
		checks += 1
		if _state(body) != wanted:
			equal(_state(body), wanted, "%s, body %d, tick %d" % [outing["seed"], index, tick])
			return


func _case_map(case: Dictionary, legend: Dictionary) -> EstragonWorld:
	var art: Array = case["map"]
	var origin: PackedInt32Array = _whole(case.get("origin", [0, 0]))
	var width: int = (art[0] as String).length()
	var size: PackedInt32Array = _whole(case.get("size", [width, art.size()]))
	var map: EstragonWorld = _world(Vector2i(size[0], size[1]))
	for row: int in size[1]:
		for column: int in size[0]:
			var at: Vector2i = Vector2i(column - origin[0], row - origin[1])
			var letter: String = "."
			if Rect2i(0, 0, width, art.size()).has_point(at):
				letter = (art[at.y] as String)[at.x]
			_put(map, Vector2i(column, row), _whole(legend[letter]))
	for chunk: Array in case.get("missing", []):
		var place: PackedInt32Array = _whole(chunk)
		map.chunks.erase(Vector2i(place[0], place[1]))
	return map


func _outing_maps(outing: Dictionary) -> Array[EstragonWorld]:
	if outing.has("maps"):
		return outing["maps"]
	var side: int = int(outing["side"] as float)
	var ids: PackedInt32Array = _unpacked(outing["cells"])
	var area: int = side * side
	var maps: Array[EstragonWorld] = []
	for first: int in range(0, ids.size(), 3 * area):
		var map: EstragonWorld = _world(Vector2i(side, side))
		for cell: int in area:
			var at: int = first + cell
			var layers: PackedInt32Array = [ids[at], ids[at + area], ids[at + 2 * area]]
			_put(map, Vector2i(cell % side, cell / side), layers)
		maps.append(map)
	outing["maps"] = maps
	return maps


func _world(size: Vector2i) -> EstragonWorld:
	var entered: EstragonCodec.WorldEntered = EstragonCodec.WorldEntered.new()
	entered.width = size.x
	entered.height = size.y
	var map: EstragonWorld = EstragonWorld.new(entered, 1)
	for each: Dictionary in _tiles:
		var tile: EstragonCodec.Tile = EstragonCodec.Tile.new()
		tile.id = int(each["id"] as float)
		tile.height = int(each["height"] as float)
		tile.speed = int(each["speed"] as float)
		map.tiles[tile.id] = tile
	return map


func _put(map: EstragonWorld, cell: Vector2i, layers: PackedInt32Array) -> void:
	var side: int = EstragonCodec.CHUNK_SIZE
	var chunk: Vector2i = cell / side
	if not map.chunks.has(chunk):
		map.chunks[chunk] = _flat()
	for layer: int in layers.size():
		map.chunks[chunk][(layer * side + cell.y % side) * side + cell.x % side] = layers[layer]


func _flat() -> PackedInt32Array:
	var cells: PackedInt32Array = PackedInt32Array()
	cells.resize(EstragonWorld.CHUNK_CELLS)
	return cells


func _body(numbers: Array) -> EstragonMovement.Body:
	var body: EstragonMovement.Body = EstragonMovement.Body.new()
	body.x = int(numbers[0])
	body.y = int(numbers[1])
	body.z = int(numbers[2])
	body.vz = int(numbers[3])
	return body


func _command(numbers: Array) -> EstragonCodec.Command:
	var command: EstragonCodec.Command = EstragonCodec.Command.new()
	command.direction = int(numbers[0])
	command.pace = int(numbers[1])
	command.buttons = int(numbers[2])
	return command


func _state(body: EstragonMovement.Body) -> PackedInt32Array:
	return [body.x, body.y, body.z, body.vz]


func _whole(numbers: Array) -> PackedInt32Array:
	return PackedInt32Array(numbers)


func _unpacked(base64: String) -> PackedInt32Array:
	return Marshalls.base64_to_raw(base64).to_int32_array()


func _read(path: String) -> Dictionary:
	var content: Variant = JSON.parse_string(FileAccess.get_file_as_string(path))
	yes(content is Dictionary, "%s can be read" % path)
	return content
