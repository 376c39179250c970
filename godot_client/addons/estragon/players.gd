class_name EstragonPlayers
extends Node2D
## Everybody in sight, each a node that moves by itself: add it to a scene.
##
## One's own player is where prediction has it, the others where snapshots had them a moment ago.
## Without a [member scene] everybody is a dot with a name.

## Somebody has come into sight; [param figure] is their node, a child of this one.
signal figure_added(player: EstragonPlayer, figure: Node2D)
## Somebody is out of sight; the node goes at the end of the frame.
signal figure_removed(player: EstragonPlayer, figure: Node2D)

## What stands for a player: its root is a [Node2D], and may be anything else besides. One that has
## a method [code]show_player(player: EstragonPlayer, is_moving: bool, lift: float)[/code] hears
## each frame of the player's look and way, and how far off the ground they are, in pixels.
@export var scene: PackedScene = null
## How many pixels of the map a tile is wide.
@export var tile_pixels: int = 16
## Whether the picture follows one's own player.
@export var has_camera: bool = true

## By player_id.
var figures: Dictionary[int, Node2D] = {}

var _client: EstragonClient = null
var _shown: Dictionary[int, EstragonPlayer] = {}
## For how many ticks somebody has been off the ground.
var _leapt: Dictionary[int, float] = {}


func _ready() -> void:
	_client = EstragonClient.current
	_client.session.world_entered.connect(_on_world_entered)


func _process(delta: float) -> void:
	if _client.status != EstragonClient.Status.PLAYING:
		return
	_update_figures()
	var pixels: float = tile_pixels / float(EstragonCodec.UNITS_PER_TILE)
	for player_id: int in figures:
		var player: EstragonPlayer = _shown[player_id]
		var figure: Node2D = figures[player_id]
		var is_own: bool = player_id == _client.session.player_id
		if is_own and _client.walker.prediction != null:
			figure.position = _client.walker.position * pixels
			_tell(figure, player, _client.walker.is_moving, _client.walker.lift * pixels)
			continue
		player.path.seek(_client.clock.shown_tick())
		figure.position = player.path.position * pixels
		var leapt: float = _leapt[player_id] + delta * _client.clock.tick_rate
		_leapt[player_id] = leapt if player.path.is_airborne else 0.0
		var lift: float = EstragonMovement.leap_height(_leapt[player_id]) * pixels
		_tell(figure, player, player.path.is_moving, lift)


## One's own figure, or null.
func own_figure() -> Node2D:
	return figures.get(_client.session.player_id)


func _tell(figure: Node2D, player: EstragonPlayer, is_moving: bool, lift: float) -> void:
	if figure.has_method(&"show_player"):
		figure.call(&"show_player", player, is_moving, lift)


func _update_figures() -> void:
	var in_sight: Dictionary[int, EstragonPlayer] = _client.session.world.in_sight
	for player_id: int in _shown.keys():
		if in_sight.get(player_id) != _shown[player_id]:
			_remove(player_id)
	for player_id: int in in_sight:
		if not figures.has(player_id):
			_add(in_sight[player_id])


func _add(player: EstragonPlayer) -> void:
	var figure: Node2D = EstragonDot.new() if scene == null else scene.instantiate()
	if figure is EstragonDot:
		(figure as EstragonDot).player = player
	figures[player.player_id] = figure
	_shown[player.player_id] = player
	_leapt[player.player_id] = 0.0
	if has_camera and player.player_id == _client.session.player_id:
		figure.add_child(Camera2D.new())
	add_child(figure)
	figure_added.emit(player, figure)


func _remove(player_id: int) -> void:
	figure_removed.emit(_shown[player_id], figures[player_id])
	figures[player_id].queue_free()
	figures.erase(player_id)
	_shown.erase(player_id)
	_leapt.erase(player_id)


func _on_world_entered(_world: EstragonWorld) -> void:
	for player_id: int in _shown.keys():
		_remove(player_id)
