class_name WorldScene
extends Node2D
## The world that one is in: map, players, camera, and over them the chat and the HUD.

## A player's figure.
const AVATAR: PackedScene = preload("res://world/avatar.tscn")
## Where one goes from here.
const MENU: String = "res://menu/menu.tscn"
## How near to somebody's middle a click means them, in pixels of the map.
const CLICK_RADIUS: float = 12.0
## How much the chat keeps away from what is below it, in pixels.
const ROOM: float = 8.0

var _avatars: Dictionary[int, Avatar] = {}

@onready var _map: MapView = %MapView
@onready var _goal: GoalMark = %Goal
@onready var _standing: Node2D = %Standing
@onready var _camera: FollowCamera = %Camera
@onready var _chat: ChatBox = %ChatBox
@onready var _hud: Hud = %Hud
@onready var _build: BuildBar = %BuildBar
@onready var _pause: PauseMenu = %PauseMenu
@onready var _register: RegisterDialog = %RegisterDialog
@onready var _rename: RenameDialog = %RenameDialog
@onready var _report: ReportDialog = %ReportDialog
@onready var _players: PlayerList = %PlayerList
@onready var _emotes: EmoteWheel = %EmoteWheel
@onready var _player_menu: PlayerMenu = %PlayerMenu


func _ready() -> void:
	var session: EstragonSession = Connection.session
	session.world_entered.connect(_on_world_entered)
	session.chunk_received.connect(_map.show_chunk)
	session.chunk_dropped.connect(_map.drop_chunk)
	session.cells_changed.connect(_map.show_cells)
	session.snapshot_received.connect(_on_snapshot_received)
	session.player_placed.connect(_on_player_placed)
	session.player_changed.connect(_on_player_changed)
	session.player_left.connect(_on_player_left)
	session.chat_received.connect(_on_chat_received)
	session.chat_removed.connect(_on_chat_removed)
	session.mode_changed.connect(_show_marks)
	session.goal_changed.connect(_show_goal)
	Settings.colours_changed.connect(_show_marks)
	session.scores_changed.connect(_show_marks)
	session.emote_shown.connect(_on_emote_shown)
	Connection.join_failed.connect(_on_join_failed)
	_build.told.connect(_chat.tell)
	_build.visibility_changed.connect(_on_build_bar_changed)
	_on_build_bar_changed()
	_hud.leave_requested.connect(_go_to_menu)
	_hud.menu_requested.connect(_pause.open)
	_hud.players_requested.connect(_players.toggle)
	_hud.chat_requested.connect(_chat.open)
	_hud.emotes_requested.connect(_emotes.open)
	_emotes.emote_chosen.connect(session.show_emote)
	_hud.player_picked.connect(_player_menu.open)
	_players.player_picked.connect(_player_menu.open)
	_pause.menu_requested.connect(_go_to_menu)
	_pause.register_requested.connect(_register.open)
	_pause.rename_requested.connect(_rename.open)
	_pause.settings_requested.connect((%SettingsPage as SettingsPage).open)
	# It is opened from there alone.
	(%SettingsPage as SettingsPage).closed.connect(_pause.open)
	_register.registered.connect(_on_registered)
	_chat.said.connect(session.say)
	_chat.whispered.connect(session.whisper)
	_chat.player_picked.connect(_player_menu.open)
	_player_menu.whisper_wanted.connect(_chat.begin_whisper)
	_player_menu.hearing_wanted.connect(_on_hearing_wanted)
	_player_menu.report_wanted.connect(_report.open_about)
	if TouchControls.are_needed():
		_chat.move_right(TouchControls.STICK_WIDTH)
	if session.world != null:
		_on_world_entered(session.world)


func _process(delta: float) -> void:
	if Connection.status != EstragonClient.Status.PLAYING:
		return  # The picture stands still until one is back.
	var shown: float = Connection.clock.shown_tick()
	var is_predicted: bool = Connection.walker.prediction != null
	for player_id: int in _avatars:
		if player_id == Connection.session.player_id and is_predicted:
			_avatars[player_id].show_own(Connection.walker, delta)
		else:
			_avatars[player_id].show_at(shown, delta)
	var own: Avatar = own_avatar()
	if own != null:
		_camera.follow(own.position, delta)
		_map.look_under_roof(own.position)
		_goal.point_from(own.position)


func _unhandled_input(event: InputEvent) -> void:
	if event.is_action_pressed(&"menu"):
		_pause.open()
		get_viewport().set_input_as_handled()
	var is_free: bool = not Dialog.is_any_open(get_tree())
	if is_free and event.is_action_pressed(&"emotes"):
		_emotes.open()
		get_viewport().set_input_as_handled()
	if is_free and event.is_action_pressed(&"players"):
		_players.open()
		get_viewport().set_input_as_handled()
	var click: InputEventMouseButton = event as InputEventMouseButton
	if click != null and click.pressed and click.button_index == MOUSE_BUTTON_RIGHT:
		_pick_player(get_canvas_transform().affine_inverse() * click.position)


## The figures of everybody in sight.
func avatars() -> Array[Avatar]:
	return _avatars.values()


## One's own figure, or null.
func own_avatar() -> Avatar:
	return _avatars.get(Connection.session.player_id)


func _on_world_entered(world: EstragonWorld) -> void:
	for avatar: Avatar in _avatars.values():
		avatar.queue_free()
	_avatars.clear()
	_camera.map_size = Vector2(world.size * MapView.PIXELS_PER_TILE)
	_map.show_world(world)
	_show_goal()
	_update_avatars()


func _on_snapshot_received(_snapshot: EstragonCodec.WorldState) -> void:
	_update_avatars()


func _on_player_placed(player: EstragonPlayer) -> void:
	_update_avatars()
	if player.player_id == Connection.session.player_id:
		_camera.jump(Vector2(player.position) * Avatar.PIXELS_PER_UNIT)


func _on_player_left(player: EstragonPlayer, _reason: int) -> void:
	_remove_avatar(player.player_id)


func _on_player_changed(player: EstragonPlayer, _old_name: String) -> void:
	if _avatars.has(player.player_id):
		_avatars[player.player_id].refresh()


func _on_chat_received(player: EstragonPlayer, text: String, timestamp_ms: int) -> void:
	if player != null and _shows(player.player_id):
		_avatars[player.player_id].overhead().say(text, timestamp_ms)


func _on_chat_removed(player_id: int, timestamp_ms: int) -> void:
	if _avatars.has(player_id):
		_avatars[player_id].unsay(timestamp_ms)


func _on_emote_shown(player: EstragonPlayer, kind: int) -> void:
	if _shows(player.player_id):
		_avatars[player.player_id].overhead().show_emote(kind)


func _on_build_bar_changed() -> void:
	_chat.stand_above(_build.get_combined_minimum_size().y + ROOM if _build.visible else 0.0)


func _show_goal() -> void:
	_goal.show_goal(Connection.session.world.play.goal)


func _show_marks() -> void:
	for avatar: Avatar in _avatars.values():
		avatar.show_marks(Connection.session.world.play)


## Whether what that player says and shows is to be seen.
func _shows(player_id: int) -> bool:
	return _avatars.has(player_id) and ChatMemory.hears(player_id)


func _on_hearing_wanted(player_id: int, player_name: String, hears: bool) -> void:
	_chat.hear(player_id, player_name, hears)
	if _avatars.has(player_id) and not hears:
		_avatars[player_id].fall_silent()


func _on_registered() -> void:
	_chat.tell(tr(&"ACCOUNT_CREATED") % Connection.account.account_name)


## The menu says why.
func _on_join_failed(_code: int) -> void:
	get_tree().change_scene_to_file(MENU)


## Opens the menu about whoever stands there.
func _pick_player(place: Vector2) -> void:
	var nearest: Avatar = null
	for avatar: Avatar in _avatars.values():
		var distance: float = avatar.middle().distance_to(place)
		if avatar == own_avatar() or distance > CLICK_RADIUS:
			continue
		if nearest == null or distance < nearest.middle().distance_to(place):
			nearest = avatar
	if nearest != null:
		_player_menu.open(nearest.player.player_id, nearest.player.name)


## Gives everybody in sight a figure, and nobody else.
func _update_avatars() -> void:
	var in_sight: Dictionary[int, EstragonPlayer] = Connection.session.world.in_sight
	for player_id: int in _avatars.keys():
		if not in_sight.has(player_id):
			_remove_avatar(player_id)
	for player_id: int in in_sight:
		if not _avatars.has(player_id):
			_add_avatar(in_sight[player_id])


func _add_avatar(player: EstragonPlayer) -> void:
	var avatar: Avatar = AVATAR.instantiate()
	avatar.player = player
	_standing.add_child(avatar)
	_avatars[player.player_id] = avatar
	avatar.position = Vector2(player.position) * Avatar.PIXELS_PER_UNIT
	avatar.show_marks(Connection.session.world.play)
	if player.player_id == Connection.session.player_id:
		avatar.highlight()
		_camera.jump(avatar.position)


func _remove_avatar(player_id: int) -> void:
	if _avatars.has(player_id):
		_avatars[player_id].queue_free()
		_avatars.erase(player_id)


func _go_to_menu() -> void:
	Sounds.play(&"leave")
	Connection.leave()
	get_tree().change_scene_to_file(MENU)
