class_name PlayerList
extends Dialog
## Everybody in the world, to choose somebody from.

## The player wants to do something about somebody; [param at] is where they were pointed to.
signal player_picked(player_id: int, player_name: String, at: Vector2)

## How often it is brought up to date while people come and go.
const REFRESH_SECONDS: float = 0.5
## What is in sight of one, and what is not.
const NEAR_COLOUR: Color = Color("f3e3c0")
const FAR_COLOUR: Color = Color("b39c86")

## How wide the column of results is, in pixels.
const RESULT_WIDTH: int = 90

var _is_stale: bool = true
var _refresh_in: float = 0.0

@onready var _title: Label = %Title
@onready var _tree: Tree = %Names


func _ready() -> void:
	hide()
	_tree.item_activated.connect(_on_item_activated)
	_tree.item_mouse_selected.connect(_on_item_mouse_selected)
	(%Close as Button).pressed.connect(close)
	var session: EstragonSession = Connection.session
	session.player_joined.connect(_change.unbind(1))
	session.player_changed.connect(_change.unbind(2))
	session.player_left.connect(_change.unbind(2))
	session.scores_changed.connect(_change)
	session.world_entered.connect(_change.unbind(1))


func _input(event: InputEvent) -> void:
	if visible and event.is_action_pressed(&"players"):
		close()
		get_viewport().set_input_as_handled()
	else:
		super(event)


func _process(delta: float) -> void:
	_refresh_in -= delta
	if visible and _is_stale and _refresh_in <= 0.0:
		_refresh()


## Shows it.
func open() -> void:
	super()
	_refresh()
	_tree.grab_focus()


## Shows or hides it.
func toggle() -> void:
	if visible:
		close()
	else:
		open()


## Brings it up to date at the next chance.
func _change() -> void:
	_is_stale = true


func _refresh() -> void:
	_is_stale = false
	_refresh_in = REFRESH_SECONDS
	var chosen: int = _player_id(_tree.get_selected())
	_tree.clear()
	var world: EstragonWorld = Connection.session.world
	var players: Array[EstragonPlayer] = []
	if world != null:
		players.assign(world.players.values())
	players.sort_custom(_comes_before)
	_tree.columns = 1 if world == null or world.play.scores.is_empty() else 2
	if _tree.columns == 2:
		_tree.set_column_expand(1, false)
		_tree.set_column_custom_minimum_width(1, RESULT_WIDTH)
	_title.text = tr_n(&"PLAYERS_HERE", &"PLAYERS_HERE_PLURAL", players.size()) % players.size()
	var root: TreeItem = _tree.create_item()
	for player: EstragonPlayer in players:
		var item: TreeItem = _tree.create_item(root)
		_fill(item, player)
		if player.player_id == chosen:
			item.select(0)
	if _tree.get_selected() == null and root.get_child_count() > 0:
		root.get_child(0).select(0)


func _fill(item: TreeItem, player: EstragonPlayer) -> void:
	var is_own: bool = player.player_id == Connection.session.player_id
	item.set_metadata(0, player.player_id)
	item.set_text(0, tr(&"PLAYERS_YOU") % player.name if is_own else player.name)
	var is_near: bool = Connection.session.world.in_sight.has(player.player_id)
	var colour: Color = NEAR_COLOUR if is_near else FAR_COLOUR
	if _tree.columns == 2:
		var play: EstragonMode = Connection.session.world.play
		item.set_text(1, ScoreText.result(play, player.player_id))
		item.set_text_alignment(1, HORIZONTAL_ALIGNMENT_RIGHT)
		item.set_custom_color(1, Scoreboard.colour_of(play, player.player_id))
	item.set_custom_color(0, ChatLog.OWN_COLOUR if is_own else colour)


func _comes_before(one: EstragonPlayer, other: EstragonPlayer) -> bool:
	var own_id: int = Connection.session.player_id
	if one.player_id == own_id or other.player_id == own_id:
		return one.player_id == own_id
	return one.name.naturalnocasecmp_to(other.name) < 0


func _player_id(item: TreeItem) -> int:
	if item == null or item.get_metadata(0) == null:
		return 0
	var player_id: int = item.get_metadata(0)
	return player_id


func _pick(item: TreeItem, at: Vector2) -> void:
	var player: EstragonPlayer = Connection.session.world.players.get(_player_id(item))
	if player != null and player.player_id != Connection.session.player_id:
		player_picked.emit(player.player_id, player.name, at)


func _on_item_activated() -> void:
	var item: TreeItem = _tree.get_selected()
	var area: Rect2 = _tree.get_item_area_rect(item, 0)
	_pick(item, _tree.global_position + area.end - _tree.get_scroll())


func _on_item_mouse_selected(at: Vector2, button_index: int) -> void:
	if button_index in [MOUSE_BUTTON_LEFT, MOUSE_BUTTON_RIGHT]:
		_pick(_tree.get_selected(), _tree.global_position + at)
