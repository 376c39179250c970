extends TestCase
## Everything in the menu can be reached and pressed by a gamepad, and by keys alone.

const MENU: PackedScene = preload("res://menu/menu.tscn")
const BUTTONS: Array[String] = [
	"%Play", "%Servers", "%Settings", "%Quit", "%Russian", "%English", "%Address"
]

var _menu: Menu = null


func test_the_gamepads_cross_leads_to_every_part_of_the_menu() -> void:
	await _open()
	var reached: Dictionary[Control, bool] = {}
	var ways: Array[Control] = [_menu.get_node("%Play")]
	while not ways.is_empty():
		var from: Control = ways.pop_back()
		if reached.has(from):
			continue
		reached[from] = true
		for side: Side in [SIDE_LEFT, SIDE_TOP, SIDE_RIGHT, SIDE_BOTTOM]:
			var next: Control = from.find_valid_focus_neighbor(side)
			if next != null:
				ways.append(next)
	for path: String in BUTTONS:
		yes(reached.has(_menu.get_node(path)), path)
	_menu.free()


func test_a_gamepad_opens_the_settings_goes_through_them_and_comes_back() -> void:
	await _open()
	var page: SettingsPage = _menu.get_node("%SettingsPage")
	(_menu.get_node("%Settings") as Button).grab_focus()
	_press(JOY_BUTTON_A)
	yes(page.visible, "open")
	await tree.process_frame
	await tree.process_frame
	yes((page.get_node("%GeneralTab") as Button).has_focus(), "at the first tab")
	_press(JOY_BUTTON_DPAD_RIGHT)
	_press(JOY_BUTTON_A)
	yes((page.get_node("%Keys") as Control).visible, "the keys")
	await tree.process_frame
	await tree.process_frame
	_press(JOY_BUTTON_DPAD_DOWN)
	var focus: Control = tree.root.gui_get_focus_owner()
	yes(focus != null and focus.name.begins_with("Slot"), "down to a key")
	_press(JOY_BUTTON_B)
	yes(not page.visible, "closed")
	yes((_menu.get_node("%Settings") as Button).has_focus(), "back where one came from")
	_menu.free()


func test_a_gamepad_chooses_a_server_and_plays() -> void:
	await _open()
	var list: ServerList = _menu.get_node("%ServerList")
	list.book.add("127.0.0.1:9")
	(_menu.get_node("%Servers") as Button).grab_focus()
	_press(JOY_BUTTON_A)
	yes(list.visible, "open")
	_press(JOY_BUTTON_A)
	yes(not list.visible, "chosen")
	equal((_menu.get_node("%Address") as LineEdit).text, "127.0.0.1:9", "the address")
	yes((_menu.get_node("%Play") as Button).has_focus(), "on to play")
	_menu.free()


func _open() -> void:
	_menu = MENU.instantiate()
	tree.root.add_child(_menu)
	await tree.process_frame
	await tree.process_frame


func _press(button: JoyButton) -> void:
	for pressed: bool in [true, false]:
		var event: InputEventJoypadButton = InputEventJoypadButton.new()
		event.button_index = button
		event.pressed = pressed
		tree.root.push_input(event, true)
