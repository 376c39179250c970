class_name EstragonMovement
extends RefCounted
## How a body walks, leaps and falls in one tick, as the server does it, bit for bit.
##
## This is PROTOCOL.md, "Movement", in whole numbers only, for clients that predict where their own
## player will be. Positions and heights are in 1/1024 tile, speeds in units a tick. The map is an
## [EstragonWorld]; where it does not know a chunk, there is a wall.

const _RADIUS: int = EstragonCodec.BODY_RADIUS
## The highest that anybody can stand on.
const _HIGHEST: int = EstragonCodec.NEVER_ENTER - 1
## Full pace times full speed in percent.
const _FULL: int = 25500

## Where a body that is inside solid ground looks for a place, see [method _put_out].
static var _search: PackedInt32Array = _nearest_first()


class Body:
	extends RefCounted
	## Where a body is and how fast it rises. Who stands has a [member vz] of 0, who flies has not.

	## The middle, east.
	var x: int = 0
	## South.
	var y: int = 0
	## The feet, up.
	var z: int = 0
	## Up; below 0, the body falls.
	var vz: int = 0

	func copy() -> Body:
		var other: Body = Body.new()
		other.x = x
		other.y = y
		other.z = z
		other.vz = vz
		return other

	func equals(other: Body) -> bool:
		return x == other.x and y == other.y and z == other.z and vz == other.vz


## Moves the body on by a tick in which its player wants [param command].
static func step(map: EstragonWorld, body: Body, command: EstragonCodec.Command) -> void:
	var ground: int = ground_under(map, body.x, body.y)
	if ground > _reach(body.z):
		_put_out(map, body)
		return
	var stands: bool = body.z <= ground
	var leaps: bool = stands and command.buttons & EstragonCodec.ButtonBit.JUMP != 0
	var walks: bool = stands and not leaps
	if stands:
		body.vz = EstragonCodec.JUMP_SPEED if leaps else 0
	else:
		body.vz -= EstragonCodec.GRAVITY
	body.z = maxi(maxi(body.z, ground) + body.vz, ground)
	_walk(map, body, command)
	ground = ground_under(map, body.x, body.y)
	if body.z <= ground or walks and body.z - ground <= EstragonCodec.STEP_HEIGHT:
		body.z = ground
		body.vz = 0
	elif walks:
		body.z -= EstragonCodec.GRAVITY
		body.vz = -EstragonCodec.GRAVITY


## The height of the highest cell that a body at that place covers.
static func ground_under(map: EstragonWorld, x: int, y: int) -> int:
	var left: int = (x - _RADIUS) >> 10
	var right: int = (x + _RADIUS) >> 10
	var top: int = (y - _RADIUS) >> 10
	var bottom: int = (y + _RADIUS) >> 10
	var height: int = map.height_at(Vector2i(left, top))
	if right != left:
		height = maxi(height, map.height_at(Vector2i(right, top)))
	if bottom != top:
		height = maxi(height, map.height_at(Vector2i(left, bottom)))
		if right != left:
			height = maxi(height, map.height_at(Vector2i(right, bottom)))
	return height


## How high a leap from flat ground is after so many ticks, with their parts.
static func leap_height(ticks: float) -> float:
	var fallen: float = EstragonCodec.GRAVITY * ticks * (ticks - 1.0) / 2.0
	return maxf(EstragonCodec.JUMP_SPEED * ticks - fallen, 0.0)


## How high a cell may be that a body at that height steps on.
static func _reach(z: int) -> int:
	return mini(z + EstragonCodec.STEP_HEIGHT, _HIGHEST)


## Along x first, then along y from there, so that the body slides along what stops it.
static func _walk(map: EstragonWorld, body: Body, command: EstragonCodec.Command) -> void:
	var speed: int = map.speed_at(Vector2i(body.x >> 10, body.y >> 10))
	var distance: int = EstragonCodec.WALK_SPEED * command.pace * speed / _FULL
	var turn: int = command.direction >> 8
	var reachable: int = _reach(body.z)

	var part: int = _part(distance, EstragonCodec.COSINE[turn])
	if part != 0:
		var cell: int = _leading_cell(body.x, part)
		var first: Vector2i = Vector2i(cell, (body.y - _RADIUS) >> 10)
		var last: Vector2i = Vector2i(cell, (body.y + _RADIUS) >> 10)
		var is_free: bool = _is_free(map, first, last, reachable)
		body.x = body.x + part if is_free else _touching(cell, part)

	part = _part(distance, EstragonCodec.COSINE[(turn + 192) % 256])
	if part != 0:
		var cell: int = _leading_cell(body.y, part)
		var first: Vector2i = Vector2i((body.x - _RADIUS) >> 10, cell)
		var last: Vector2i = Vector2i((body.x + _RADIUS) >> 10, cell)
		var is_free: bool = _is_free(map, first, last, reachable)
		body.y = body.y + part if is_free else _touching(cell, part)


## Rounded towards zero, as GDScript divides.
static func _part(distance: int, cosine: int) -> int:
	return distance * cosine / 16384


## The cell on an axis that a step's leading edge ends in.
static func _leading_cell(start: int, part: int) -> int:
	return (start + part + (_RADIUS if part > 0 else -_RADIUS)) >> 10


## Where a body touches a cell on an axis that it cannot enter.
static func _touching(cell: int, part: int) -> int:
	return (cell << 10) - 1 - _RADIUS if part > 0 else ((cell + 1) << 10) + _RADIUS


static func _is_free(map: EstragonWorld, first: Vector2i, last: Vector2i, reachable: int) -> bool:
	if map.height_at(first) > reachable:
		return false
	return first == last or map.height_at(last) <= reachable


## Puts a body that is inside solid ground into the middle of the nearest cell where it can stand:
## of those that it could step up to, else of any that one can stand on, else nowhere.
static func _put_out(map: EstragonWorld, body: Body) -> void:
	var cell: Vector2i = Vector2i(body.x >> 10, body.y >> 10)
	var right: int = 1 if body.x & 1023 >= 512 else -1
	var down: int = 1 if body.y & 1023 >= 512 else -1
	body.vz = 0
	for limit: int in [_reach(body.z), _HIGHEST]:
		for code: int in _search:
			var dx: int = 32 - (code & 127)
			var dy: int = 64 - (code >> 7 & 127) - dx
			var place: Vector2i = cell + Vector2i(right * dx, down * dy)
			var height: int = map.height_at(place)
			if height <= limit:
				body.x = (place.x << 10) + 512
				body.y = (place.y << 10) + 512
				body.z = height
				return


## The ways to the cells within FREE_SEARCH_TILES, (dx, dy), in the order in which they are tried:
## the nearest first, of these the greatest dx + dy, of these the greatest dx. Each is a number that
## sorts so: the distance squared, then 64 - dx - dy in 7 bits, then 32 - dx in 7.
static func _nearest_first() -> PackedInt32Array:
	var far: int = EstragonCodec.FREE_SEARCH_TILES
	var codes: PackedInt32Array = PackedInt32Array()
	for dx: int in range(-far, far + 1):
		for dy: int in range(-far, far + 1):
			var distance_squared: int = dx * dx + dy * dy
			if distance_squared <= far * far:
				codes.append(distance_squared << 14 | (64 - dx - dy) << 7 | (32 - dx))
	codes.sort()
	return codes
