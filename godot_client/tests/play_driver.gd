class_name PlayDriver
extends Node
## Drives the real scenes through a plan, a list of steps, and prints a line of JSON an event.
##
## Steps, each with an optional "seconds" to succeed in:
## [code]{"do": "fill_in", "world": "..."}[/code] fills in the menu, [code]join[/code] also clicks
## on Play;
## [code]wait_world[/code]; [code]wait_player[/code] and [code]wait_gone[/code] with a "name";
## [code]walk[/code] with an "action" and "tiles"; [code]go[/code] "to" [x, y] or to the nearest
## "tile" of that name, round what is in the way; [code]tell_place[/code] when one stands still;
## [code]course[/code] sets out on "legs", see [PlayCourse], and [code]stand[/code] ends it;
## [code]tell_figures[/code] tells what F3 shows, and where one is drawn;
## [code]say[/code] with a "text"; [code]wait_chat[/code] with a "text" and perhaps "from" and
## "kind"; [code]ask_about[/code] a player by "name", with the right mouse button;
## [code]show_emote[/code] with a "kind";
## [code]wait_tile[/code] with a "layer", a cell "at" [x, y] and the "tile" to be drawn there;
## [code]wait_message[/code] with a "text_key", the translation key of what is shown;
## [code]wait_no_message[/code]; [code]language[/code] with a "locale"; [code]press[/code] with an
## "action"; [code]enter[/code]; [code]tell[/code] with a "what", so that the test knows;
## [code]check_layout[/code], that no text is cut off and no button too small for a finger;
## [code]night[/code] makes it the darkest hour, for good; [code]touch[/code] gives the next world
## a touchscreen;
## [code]screenshot[/code] with a "path"; [code]pause[/code] with "for" seconds;
## [code]leave[/code] to the menu; [code]quit[/code].
##
## What is played: [code]wait_phase[/code] of a "mode" and a "phase"; [code]race[/code] from goal to
## goal; [code]run_after[/code] the others whenever one is it, until the round is over;
## [code]build[/code] a "tile" "at" [x, y].
##
## With a "node", its path in the scene: [code]wait_shown[/code], [code]wait_hidden[/code],
## [code]wait_text[/code] with a "text" that it contains, [code]click[/code], [code]type[/code] a
## "text" into it, [code]complete[/code] it to a "text" by Tab, [code]pick[/code] an "item" of it by
## its translation key.

## Where every plan begins.
const MENU: String = "res://menu/menu.tscn"
## How long a step may take that says nothing else.
const STEP_SECONDS: float = 20.0
## As long as nobody moves for so many snapshots, one stands.
const STILL_SNAPSHOTS: int = 10
## How near to the middle of a cell is there.
const NEAR_TILES: float = 0.2
## The part of the day that has passed when the night is darkest.
const DARKEST: float = 0.65
## The actions that walk: west, east, north, south.
const DIRECTIONS: Array[StringName] = [&"move_left", &"move_right", &"move_up", &"move_down"]

## What to type as the server's address.
var server: String = ""
## What to type as the name.
var player_name: String = ""
## The steps.
var plan: Array = []

var _watch: PlayWatch = PlayWatch.new()
var _hands: PlayHands = PlayHands.new()
var _course: PlayCourse = PlayCourse.new()
var _deadline_ms: int = 0
var _is_over: bool = false


func _ready() -> void:
	process_mode = Node.PROCESS_MODE_ALWAYS
	add_child(_watch)
	add_child(_hands)
	add_child(_course)
	get_tree().change_scene_to_file(MENU)
	_play.call_deferred()


func _play() -> void:
	for step: Dictionary in plan:
		_deadline_ms = Time.get_ticks_msec() + int(float(step.get("seconds", STEP_SECONDS)) * 1000)
		var action: StringName = StringName("_do_" + str(step.get("do")))
		if not has_method(action):
			_fail(step, "there is no such step")
		else:
			@warning_ignore("redundant_await")
			var why: String = await call(action, step)
			if not why.is_empty():
				_fail(step, why)
		if _is_over:
			return
	_quit(0)


func _do_fill_in(step: Dictionary) -> String:
	if not await _until(func() -> bool: return get_tree().current_scene is Menu):
		return "the menu does not come"
	var menu: Node = get_tree().current_scene
	_hands.type(menu.get_node("%Who/%NameEntry") as LineEdit, player_name)
	_hands.type(menu.get_node("%Address") as LineEdit, server)
	var wanted: String = step.get("world", "")
	if not wanted.is_empty():
		if not await _until(func() -> bool: return _row(wanted) != null):
			return "the menu does not list that world"
		_hands.click(_row(wanted))
	return ""


func _do_join(step: Dictionary) -> String:
	var why: String = await _do_fill_in(step)
	if why.is_empty():
		_hands.click(get_tree().current_scene.get_node("%Play") as Button)
	return why


func _do_wait_world(_step: Dictionary) -> String:
	return "" if await _until(_is_in_world) else "the world does not come"


func _do_wait_player(step: Dictionary) -> String:
	var wanted: String = step["name"]
	return "" if await _until(func() -> bool: return _watch.seen.has(wanted)) else "nobody has come"


func _do_wait_gone(step: Dictionary) -> String:
	var wanted: String = step["name"]
	return (
		"" if await _until(func() -> bool: return not _watch.seen.has(wanted)) else "still in sight"
	)


func _do_walk(step: Dictionary) -> String:
	if not await _until(_is_in_world):
		return "not in the world"
	var from: Vector2 = _own_place()
	var tiles: float = step["tiles"]
	Input.action_press(StringName(str(step["action"])))
	var done: bool = await _until(func() -> bool: return _own_place().distance_to(from) >= tiles)
	_release()
	if not done:
		return "came only %.2f tiles far" % _own_place().distance_to(from)
	var to: Vector2 = _own_place()
	_watch.tell("walked", {"from": [from.x, from.y], "x": to.x, "y": to.y})
	return ""


func _do_go(step: Dictionary) -> String:
	if not await _until(_is_in_world):
		return "not in the world"
	var world: EstragonWorld = Connection.session.world
	var from: Vector2i = Vector2i(_own_place().floor())
	var way: Array[Vector2i] = PathFinder.way(world, from, _is_goal.bind(step))
	if way.is_empty():
		return "there is no way"
	for cell: Vector2i in way:
		var arrived: bool = await _until(_steer_to.bind(Vector2(cell) + Vector2(0.5, 0.5)))
		if not arrived:
			_release()
			return "does not get past %s" % cell
	_release()
	_watch.tell("walked", {"from": [from.x, from.y], "x": _own_place().x, "y": _own_place().y})
	return ""


func _do_show_emote(step: Dictionary) -> String:
	Connection.session.show_emote(EstragonCodec.EmoteKind[str(step["kind"])])
	return ""


func _do_say(step: Dictionary) -> String:
	if not await _until(_is_in_world):
		return "not in the world"
	_hands.press_key(KEY_ENTER)
	await get_tree().process_frame
	var entry: LineEdit = _watch.chat.get_node("%Entry")
	if not entry.has_focus():
		return "the chat does not open"
	_hands.type(entry, step["text"])
	_hands.press_key(KEY_ENTER)
	return ""


func _do_wait_chat(step: Dictionary) -> String:
	return "" if await _until(_watch.take_line.bind(step)) else "nobody has said that"


func _do_wait_tile(step: Dictionary) -> String:
	var layer: int = int(step["layer"])
	var cell: Vector2i = Vector2i(int(step["at"][0]), int(step["at"][1]))
	var is_drawn: Callable = _shows_tile.bind(layer, cell, str(step["tile"]))
	var ticks: Array[int] = []
	var note: Callable = func(_cells: Array[Vector2i]) -> void:
		if is_drawn.call():
			ticks.append(Connection.session.world.snapshot_tick)
	Connection.session.cells_changed.connect(note)
	var is_there: bool = await _until(is_drawn)
	Connection.session.cells_changed.disconnect(note)
	if not is_there:
		return "that tile is not there"
	# A frame that comes late takes in several ticks at once.
	ticks.append(Connection.session.world.snapshot_tick)
	_watch.tell("tile_seen", {"tick": ticks[0]})
	return ""


func _do_wait_message(step: Dictionary) -> String:
	var key: String = step["text_key"]
	var shown: Callable = func() -> bool:
		return String(_watch.message) == key or _watch.take_line({"text": tr(key), "from": ""})
	return "" if await _until(shown) else "shown is '%s'" % _watch.message


func _do_wait_no_message(_step: Dictionary) -> String:
	return "" if await _until(func() -> bool: return _watch.message.is_empty()) else "it stays"


func _do_wait_phase(step: Dictionary) -> String:
	var mode: String = step["mode"]
	var wanted: Variant = EstragonCodec.ModePhase.get(str(step["phase"]).to_upper())
	var is_it: Callable = func() -> bool:
		var play: EstragonMode = Connection.session.world.play if _is_in_world() else null
		return play != null and play.name == mode and play.phase == wanted
	if not await _until(is_it):
		return "it is another phase"
	var world: EstragonWorld = Connection.session.world
	var own: EstragonCodec.ModeScore = world.play.scores.get(world.own_id)
	var row: Array[int] = []
	if own != null:
		row.assign([own.score, own.time, own.marks])
	_watch.tell("phase", {"mode": mode, "phase": step["phase"], "own": row})
	return ""


func _do_race(_step: Dictionary) -> String:
	while not _deadline_is_over():
		var play: EstragonMode = Connection.session.world.play
		if play.goal.size == Vector2i.ZERO:
			return ""
		var goal: Rect2i = play.goal
		var arrived: Callable = func() -> bool:
			_steer_to(Vector2(goal.position) + Vector2(goal.size) / 2.0)
			return play.goal != goal
		await _until(arrived)
	_release()
	return "does not arrive"


func _do_run_after(_step: Dictionary) -> String:
	var play: EstragonMode = Connection.session.world.play
	var world: EstragonWorld = Connection.session.world
	while not _deadline_is_over():
		if play.phase != EstragonCodec.ModePhase.RUNNING:
			break
		var nearest: Vector2 = Vector2.INF
		for other: EstragonPlayer in world.in_sight.values():
			var place: Vector2 = Vector2(other.position) / EstragonCodec.UNITS_PER_TILE
			if other.player_id != world.own_id and _is_nearer(place, nearest):
				nearest = place
		if play.has_mark(world.own_id, EstragonCodec.ModeMark.IT) and nearest != Vector2.INF:
			_steer_to(nearest)
		else:
			_release()
		await get_tree().process_frame
	_release()
	return "" if play.phase != EstragonCodec.ModePhase.RUNNING else "the round does not end"


func _do_build(step: Dictionary) -> String:
	var bar: BuildBar = get_tree().current_scene.get_node("%BuildBar")
	if not await _until(func() -> bool: return bar.visible):
		return "there is nothing to build with"
	for button: Button in bar.get_node("%Choices").get_children():
		button.button_pressed = true
		if bar.chosen > 0 and Connection.session.world.tiles[bar.chosen].name == step["tile"]:
			bar.build_at(Vector2i(int(step["at"][0]), int(step["at"][1])))
			return ""
	return "there is no such tile"


func _do_language(step: Dictionary) -> String:
	Settings.speak(str(step["locale"]))
	return ""


func _do_press(step: Dictionary) -> String:
	var event: InputEventAction = InputEventAction.new()
	event.action = StringName(str(step["action"]))
	event.pressed = true
	Input.parse_input_event(event)
	return ""


func _do_tell(step: Dictionary) -> String:
	_watch.tell("so", {"what": step["what"]})
	return ""


func _do_check_layout(_step: Dictionary) -> String:
	var faults: PackedStringArray = LayoutCheck.faults(get_tree().current_scene)
	return "; ".join(faults)


func _do_pause(step: Dictionary) -> String:
	await get_tree().create_timer(float(step["for"])).timeout
	return ""


func _do_night(_step: Dictionary) -> String:
	var light: Daylight = get_tree().current_scene.get_node("Daylight")
	light.set_process(false)
	light.shine(light.tint_at(DARKEST * Daylight.DAY_SECONDS))
	return ""


func _do_touch(_step: Dictionary) -> String:
	Input.emulate_touch_from_mouse = true
	return "" if TouchControls.are_needed() else "there is no touchscreen"


func _do_screenshot(step: Dictionary) -> String:
	if DisplayServer.get_name() == "headless":
		return "there is no picture without a window"
	await RenderingServer.frame_post_draw
	var image: Image = get_viewport().get_texture().get_image()
	return "" if image.save_png(str(step["path"])) == OK else "cannot be saved"


func _do_click(step: Dictionary) -> String:
	if not await _until(_is_shown.bind(step)):
		return "it is not shown"
	await get_tree().process_frame  # Containers have put it in its place.
	_hands.click(_node(step) as Button)
	return ""


func _do_type(step: Dictionary) -> String:
	if not await _until(_is_shown.bind(step)):
		return "it is not shown"
	var node: Control = _node(step)
	node.grab_focus()
	if node is TextEdit:
		(node as TextEdit).text = step["text"]
		(node as TextEdit).text_changed.emit()
	else:
		_hands.type(node as LineEdit, step["text"])
	return ""


func _do_complete(step: Dictionary) -> String:
	_hands.press_key(KEY_TAB)
	var entry: LineEdit = _node(step)
	var expected: String = step["text"]
	return "" if await _until(func() -> bool: return entry.text == expected) else entry.text


func _do_enter(_step: Dictionary) -> String:
	_hands.press_key(KEY_ENTER)
	return ""


func _do_pick(step: Dictionary) -> String:
	if not await _until(_is_shown.bind(step)):
		return "it is not shown"
	var menu: PopupMenu = _node(step)
	for index: int in menu.item_count:
		if menu.get_item_text(index) == step["item"]:
			menu.hide()
			menu.id_pressed.emit(menu.get_item_id(index))
			return ""
	return "there is no such item"


func _do_wait_shown(step: Dictionary) -> String:
	return "" if await _until(_is_shown.bind(step)) else "it is not shown"


func _do_wait_text(step: Dictionary) -> String:
	var wanted: String = step["text"]
	if await _until(
		func() -> bool: return _is_shown(step) and wanted in str(_node(step).get("text"))
	):
		return ""
	return "it is not shown" if _node(step) == null else "shown is '%s'" % _node(step).get("text")


func _do_wait_hidden(step: Dictionary) -> String:
	return "" if await _until(func() -> bool: return not _is_shown(step)) else "it is shown"


func _do_ask_about(step: Dictionary) -> String:
	var why: String = await _do_wait_player(step)
	if not why.is_empty():
		return why
	for avatar: Avatar in (get_tree().current_scene as WorldScene).avatars():
		if avatar.player.name == step["name"]:
			var place: Vector2 = avatar.get_global_transform_with_canvas() * Vector2(0.0, -8.0)
			_hands.click_at(place, MOUSE_BUTTON_RIGHT)
	return ""


func _do_tell_place(_step: Dictionary) -> String:
	var place: Vector2i = Vector2i.MAX
	var still_since: int = 0
	while Time.get_ticks_msec() < _deadline_ms:
		var own: EstragonPlayer = _own_player()
		var tick: int = 0 if own == null else Connection.session.world.snapshot_tick
		if own == null or own.position != place:
			place = Vector2i.MAX if own == null else own.position
			still_since = tick
		elif tick - still_since >= STILL_SNAPSHOTS:
			var details: Dictionary = {"player_id": own.player_id, "name": own.name}
			details.merge({"look": own.look, "x": place.x, "y": place.y})
			_watch.tell("place", details)
			return ""
		await get_tree().process_frame
	return "never stands still"


func _do_course(step: Dictionary) -> String:
	if not await _until(_is_in_world):
		return "not in the world"
	_course.begin(step["legs"])
	return ""


func _do_stand(_step: Dictionary) -> String:
	_course.stop()
	return ""


func _do_tell_figures(step: Dictionary) -> String:
	var hud: Hud = get_tree().current_scene.get_node("%Hud")
	var walker: EstragonWalker = Connection.walker
	var drawn: Vector2 = walker.position / EstragonCodec.UNITS_PER_TILE
	var told: Dictionary = {"name": step.get("name", ""), "x": drawn.x, "y": drawn.y}
	# As of this moment, where the others are as of their last refresh.
	told.merge({"corrections": walker.corrections, "cells": _course.cells.size()})
	told.merge((hud.get_node("%Figures") as Figures).current())
	_watch.tell("figures", told)
	return ""


func _do_leave(_step: Dictionary) -> String:
	Connection.leave()
	get_tree().change_scene_to_file(MENU)
	return ""


func _do_quit(_step: Dictionary) -> String:
	Connection.leave()
	await get_tree().create_timer(0.2).timeout
	_quit(0)
	return ""


func _until(condition: Callable) -> bool:
	while Time.get_ticks_msec() < _deadline_ms:
		if condition.call():
			return true
		await get_tree().process_frame
	return false


func _deadline_is_over() -> bool:
	return Time.get_ticks_msec() >= _deadline_ms


func _is_nearer(place: Vector2, than: Vector2) -> bool:
	return _own_place().distance_to(place) < _own_place().distance_to(than)


func _is_in_world() -> bool:
	var world: WorldScene = get_tree().current_scene as WorldScene
	return (
		world != null
		and world.own_avatar() != null
		and not Connection.session.world.chunks.is_empty()
	)


func _own_player() -> EstragonPlayer:
	return Connection.session.world.own_player() if _is_in_world() else null


func _own_place() -> Vector2:
	var own: EstragonPlayer = Connection.session.world.own_player()
	return Vector2.INF if own == null else Vector2(own.position) / EstragonCodec.UNITS_PER_TILE


func _is_goal(cell: Vector2i, step: Dictionary) -> bool:
	if step.has("to"):
		return cell == Vector2i(int(step["to"][0]), int(step["to"][1]))
	var world: EstragonWorld = Connection.session.world
	for layer: int in EstragonCodec.LAYER_COUNT:
		var tile: EstragonCodec.Tile = world.tiles.get(world.tile_at(layer, cell))
		if tile != null and tile.name == step["tile"]:
			return true
	return false


## True where the world knows the tile and its layer draws it.
func _shows_tile(layer: int, cell: Vector2i, wanted: String) -> bool:
	if not _is_in_world():
		return false
	var world: EstragonWorld = Connection.session.world
	var tile: EstragonCodec.Tile = world.tiles.get(world.tile_at(layer, cell))
	var map: Node = get_tree().current_scene.get_node("%MapView")
	var drawn: TileMapLayer = map.get_node(["%Ground", "%Things", "%Roofs"][layer])
	return tile != null and tile.name == wanted and drawn.get_cell_atlas_coords(cell).y == tile.row


## Presses what leads towards a place, the less the nearer it is: what is pressed shows only several
## ticks later. The smaller difference first, so as not to be caught at a corner. True there.
func _steer_to(place: Vector2) -> bool:
	var away: Vector2 = place - _own_place()
	_release()
	var axis: int = away.abs().min_axis_index()
	if absf(away[axis]) <= NEAR_TILES:
		axis = 1 - axis
	if absf(away[axis]) <= NEAR_TILES:
		return true
	var action: StringName = DIRECTIONS[axis * 2 + (1 if away[axis] > 0.0 else 0)]
	Input.action_press(action, clampf(0.2 + absf(away[axis]) * 0.6, 0.3, 1.0))
	return false


func _release() -> void:
	for action: StringName in DIRECTIONS:
		Input.action_release(action)


func _row(wanted: String) -> WorldRow:
	for row: Node in get_tree().current_scene.get_node("%Worlds").get_children():
		if row is WorldRow and (row as WorldRow).world == wanted:
			return row
	return null


## The node of a step; null where the scene has none.
func _node(step: Dictionary) -> Node:
	var scene: Node = get_tree().current_scene
	return null if scene == null else scene.get_node_or_null(NodePath(str(step["node"])))


func _is_shown(step: Dictionary) -> bool:
	var node: Node = _node(step)
	if node is Window:
		return (node as Window).visible
	return node is Control and (node as Control).is_visible_in_tree()


func _fail(step: Dictionary, why: String) -> void:
	_watch.tell("failed", {"step": step, "why": why})
	printerr("FAILED at %s: %s" % [JSON.stringify(step), why])
	_quit(1)


func _quit(code: int) -> void:
	_is_over = true
	get_tree().quit(code)
