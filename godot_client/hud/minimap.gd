class_name Minimap
extends Control
## A small map of what is around, with everybody in sight on it.

## The player wants to know more of somebody who is on it.
signal player_picked(player_id: int, player_name: String)

## How large a tile can be, in pixels.
const ZOOMS: Array[int] = [1, 2, 3, 4, 6]
## How often those who move are drawn anew.
const REDRAW_SECONDS: float = 0.1
## How large others are, and how near to one of them a click means them.
const DOT_RADIUS: float = 3.0
const CLICK_RADIUS: float = 8.0
## The colours of what is not known, and of lines around dots.
const UNKNOWN_COLOUR: Color = Color(0.129, 0.106, 0.145, 0.85)
const INK: Color = Color("2a2233")

## Which of [constant ZOOMS] it has.
var zoom: int = 1:
	set(value):
		zoom = clampi(value, 0, ZOOMS.size() - 1)
		queue_redraw()

var _world: EstragonWorld = null
var _picture: MapPicture = MapPicture.new()
var _redraw_in: float = 0.0
var _arrow: AtlasTexture = SymbolButton.texture(SymbolButton.Symbol.ARROW)


func _ready() -> void:
	var session: EstragonSession = Connection.session
	session.world_entered.connect(show_world)
	session.chunk_received.connect(_picture.change_chunk)
	session.cells_changed.connect(_picture.change_cells)
	if session.world != null:
		show_world(session.world)


func _process(delta: float) -> void:
	if _world == null or not is_visible_in_tree():
		return
	_redraw_in -= delta
	if _picture.refresh() or _redraw_in <= 0.0:
		_redraw_in = REDRAW_SECONDS
		queue_redraw()


func _draw() -> void:
	draw_rect(Rect2(Vector2.ZERO, size), UNKNOWN_COLOUR)
	if _world == null or _world.own_player() == null:
		return
	var scale_now: float = ZOOMS[zoom]
	var corner: Vector2 = _corner()
	var parts: Dictionary[Vector2i, ImageTexture] = _picture.parts_drawn()
	for part: Vector2i in parts:
		var place: Vector2 = (Vector2(part * MapPicture.PART_TILES) - corner) * scale_now
		var side: float = MapPicture.PART_TILES * scale_now
		var box: Rect2 = Rect2(place.round(), Vector2(side, side))
		if box.intersects(Rect2(Vector2.ZERO, size)):
			draw_texture_rect(parts[part], box, false)
	_draw_goal(corner)
	for player: EstragonPlayer in _world.in_sight.values():
		if player.player_id != _world.own_id:
			var dot: Vector2 = place_of(player)
			draw_circle(dot, DOT_RADIUS + 1.0, INK)
			var is_it: bool = _world.play.has_mark(player.player_id, EstragonCodec.ModeMark.IT)
			draw_circle(dot, DOT_RADIUS, Colours.of(&"chased" if is_it else &"other"))
	_draw_own()


func _gui_input(event: InputEvent) -> void:
	var click: InputEventMouseButton = event as InputEventMouseButton
	if click == null or not click.pressed:
		return
	match click.button_index:
		MOUSE_BUTTON_WHEEL_UP:
			zoom += 1
		MOUSE_BUTTON_WHEEL_DOWN:
			zoom -= 1
		MOUSE_BUTTON_LEFT, MOUSE_BUTTON_RIGHT:
			_pick(click.position)
	accept_event()


## Starts anew with what is known of a world.
func show_world(world: EstragonWorld) -> void:
	_world = world
	_picture.show_world(world)
	queue_redraw()


## Where somebody is on it, in pixels.
func place_of(player: EstragonPlayer) -> Vector2:
	return (_tiles(player.position) - _corner()) * ZOOMS[zoom]


## Where one is to go; what lies beyond the edge is marked there.
func _draw_goal(corner: Vector2) -> void:
	var goal: Rect2i = _world.play.goal
	if goal.size.x == 0:
		return
	var place: Vector2 = (Vector2(goal.position) - corner) * ZOOMS[zoom]
	var extent: Vector2 = (Vector2(goal.size) * ZOOMS[zoom]).max(Vector2(6.0, 6.0))
	place = place.clamp(Vector2.ZERO, size - extent)
	draw_rect(Rect2(place, extent).grow(1.0), INK)
	draw_rect(Rect2(place, extent), Colours.of(&"goal"))


func _draw_own() -> void:
	var own: EstragonPlayer = _world.own_player()
	draw_set_transform(place_of(own), own.rotation * TAU / 65536.0)
	var side: float = SymbolButton.CELL_PIXELS
	var box: Rect2 = Rect2(-side / 2.0, -side / 2.0, side, side)
	draw_texture_rect(_arrow, box, false, Colours.of(&"own"))
	draw_set_transform(Vector2.ZERO)


## The tile in the upper left corner: oneself in the middle, but nothing from beyond the map.
func _corner() -> Vector2:
	var half: Vector2 = size / ZOOMS[zoom] / 2.0
	var middle: Vector2 = _tiles(_world.own_player().position)
	return (
		Vector2(
			FollowCamera.within(middle.x, half.x, _world.size.x),
			FollowCamera.within(middle.y, half.y, _world.size.y)
		)
		- half
	)


func _tiles(place: Vector2i) -> Vector2:
	return Vector2(place) / EstragonCodec.UNITS_PER_TILE


func _pick(place: Vector2) -> void:
	var nearest: EstragonPlayer = null
	var least: float = CLICK_RADIUS
	for player: EstragonPlayer in _world.in_sight.values():
		var distance: float = place_of(player).distance_to(place)
		if player.player_id != _world.own_id and distance <= least:
			nearest = player
			least = distance
	if nearest != null:
		player_picked.emit(nearest.player_id, nearest.name)
