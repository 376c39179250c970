class_name PathFinder
extends RefCounted
## Finds a way over the part of the map that the client holds, from cell to cell.

## The search is given up after so many.
const MAX_CELLS: int = 20000


## The cells on the way to the nearest cell that [param is_goal] likes; empty where there is none.
static func way(world: EstragonWorld, from: Vector2i, is_goal: Callable) -> Array[Vector2i]:
	var came: Dictionary[Vector2i, Vector2i] = {from: from}
	var open: Array[Vector2i] = [from]
	var next: int = 0
	while next < open.size() and open.size() < MAX_CELLS:
		var cell: Vector2i = open[next]
		next += 1
		if is_goal.call(cell):
			return _back(came, cell)
		for side: Vector2i in TilePictures.NEIGHBOURS:
			var other: Vector2i = cell + side
			if not came.has(other) and is_open(world, other):
				came[other] = cell
				open.append(other)
	return []


## True where one can walk without a step up.
static func is_open(world: EstragonWorld, cell: Vector2i) -> bool:
	if world.tile_at(0, cell) <= 0:
		return false
	for layer: int in 2:
		var tile: EstragonCodec.Tile = world.tiles.get(world.tile_at(layer, cell))
		if tile != null and tile.height > EstragonCodec.STEP_HEIGHT:
			return false
	return true


static func _back(came: Dictionary[Vector2i, Vector2i], goal: Vector2i) -> Array[Vector2i]:
	var cells: Array[Vector2i] = [goal]
	while came[cells[0]] != cells[0]:
		cells.push_front(came[cells[0]])
	return cells
