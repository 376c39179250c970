class_name BuildBar
extends PanelContainer
## The tiles to build with, where that is what is played: one is chosen by a click or its number,
## and placed on the map with the left mouse button.

## Something for the player to read.
signal told(text: String)

## The mode in which players build.
const MODE: String = "build"
## What can be chosen, by the names of the built-in tile set; a world's own may lack some.
const NAMES: Array[String] = [
	"path", "cobbles", "flowers", "bush", "fence", "crate", "rock", "stone_wall"
]
## Stands for taking things away.
const NOTHING: int = 0
## A refusal is not told again for so long.
const QUIET_SECONDS: float = 3.0
## The side of a button's picture on the screen.
const SHOWN_PIXELS: float = 32.0

## What is placed: a tile's id, [constant NOTHING], or -1 where nothing is chosen.
var chosen: int = -1

var _group: ButtonGroup = ButtonGroup.new()
var _choices: Array[int] = []
var _last_cell: Vector2i = Vector2i.MAX
var _told_at: Dictionary[int, float] = {}

@onready var _buttons: HBoxContainer = %Choices


func _ready() -> void:
	_group.allow_unpress = true
	Connection.session.edit_answered.connect(_on_edit_answered)
	Connection.session.mode_changed.connect(_update)
	Connection.session.world_entered.connect(_on_world_entered)
	_update()


func _unhandled_input(event: InputEvent) -> void:
	if not visible:
		return
	var key: InputEventKey = event as InputEventKey
	if key != null and key.pressed and not key.echo:
		var index: int = key.keycode - KEY_1
		if index >= 0 and index < _choices.size():
			(_buttons.get_child(index) as Button).button_pressed = true
			get_viewport().set_input_as_handled()
	var click: InputEventMouseButton = event as InputEventMouseButton
	if click != null and click.button_index == MOUSE_BUTTON_LEFT:
		_last_cell = Vector2i.MAX
		if click.pressed:
			_build_under(click.position)
	var drag: InputEventMouseMotion = event as InputEventMouseMotion
	if drag != null and drag.button_mask & MOUSE_BUTTON_MASK_LEFT:
		_build_under(drag.position)


## Asks for what is chosen to be put on a cell.
func build_at(cell: Vector2i) -> void:
	var world: EstragonWorld = Connection.session.world
	if chosen < 0 or world == null or not Rect2i(Vector2i.ZERO, world.size).has_point(cell):
		return
	var edit: EstragonCodec.CellEdit = EstragonCodec.CellEdit.new()
	edit.layer = 1 if chosen == NOTHING else world.tiles[chosen].layer
	edit.x = cell.x
	edit.y = cell.y
	edit.tile = chosen
	Connection.session.edit_cells([edit])


func _build_under(place: Vector2) -> void:
	var on_map: Vector2 = get_viewport().get_canvas_transform().affine_inverse() * place
	var cell: Vector2i = Vector2i((on_map / MapView.PIXELS_PER_TILE).floor())
	if cell != _last_cell and chosen >= 0:
		_last_cell = cell
		build_at(cell)
		get_viewport().set_input_as_handled()


func _on_world_entered(_world: EstragonWorld) -> void:
	_update()


## Offers what this world has, where one builds in it.
func _update() -> void:
	var world: EstragonWorld = Connection.session.world
	visible = world != null and world.play.name == MODE
	chosen = -1
	_choices.clear()
	for button: Node in _buttons.get_children():
		_buttons.remove_child(button)
		button.queue_free()
	if not visible:
		return
	var ids: Dictionary[String, int] = {}
	for id: int in world.tiles:
		ids[world.tiles[id].name] = id
	for tile_name: String in NAMES:
		if ids.has(tile_name):
			_offer(ids[tile_name], _picture(world.tiles[ids[tile_name]]))
	_offer(NOTHING, null)


func _offer(tile: int, picture: Texture2D) -> void:
	var button: Button = Button.new()
	button.toggle_mode = true
	button.button_group = _group
	button.focus_mode = Control.FOCUS_NONE
	button.theme_type_variation = &"TileButton"
	button.icon = picture
	button.expand_icon = true
	button.icon_alignment = HORIZONTAL_ALIGNMENT_CENTER
	var margins: Vector2 = get_theme_stylebox(&"normal", &"TileButton").get_minimum_size()
	button.custom_minimum_size = Vector2(SHOWN_PIXELS, SHOWN_PIXELS) + margins
	button.add_child(_number())
	if picture == null:
		button.text = "✕"
		button.tooltip_text = &"BUILD_TAKE"
	_choices.append(tile)
	button.toggled.connect(func(is_on: bool) -> void: chosen = tile if is_on else -1)
	_buttons.add_child(button)


## The key that chooses the next one, in its corner.
func _number() -> Label:
	var label: Label = Label.new()
	label.text = str(_choices.size() + 1)
	label.auto_translate_mode = Node.AUTO_TRANSLATE_MODE_DISABLED
	label.theme_type_variation = &"KeyLabel"
	label.set_anchors_and_offsets_preset(Control.PRESET_TOP_LEFT)
	label.position = Vector2(4.0, 0.0)
	return label


func _picture(tile: EstragonCodec.Tile) -> AtlasTexture:
	var side: int = TilePictures.CELL_PIXELS
	var part: AtlasTexture = AtlasTexture.new()
	part.atlas = TilePictures.PICTURE
	part.region = Rect2(tile.column * side, tile.row * side, side, side)
	# Else a hair of the picture above is seen.
	part.filter_clip = true
	return part


func _on_edit_answered(result: EstragonCodec.EditResult) -> void:
	var now: float = Time.get_ticks_msec() / 1000.0
	if result.code == 0 or now - float(_told_at.get(result.code, -QUIET_SECONDS)) < QUIET_SECONDS:
		return
	_told_at[result.code] = now
	told.emit(ErrorText.sentence(result.code))
