extends TestCase
## What can be set: kept and taken over, each value on its own; keys with their conflicts; colours
## that can be told apart by everybody for whom they are.

const PAGE: PackedScene = preload("res://settings/settings_page.tscn")
const WORLD: PackedScene = preload("res://world/world.tscn")
const PATH: String = "user://test_settings.json"
## How people see who lack a kind of cone (Machado, Oliveira, Fernandes 2009, severity 1.0), row by
## row, over linear light.
const SIGHTS: Dictionary[String, Array] = {
	"protan":
	[0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
	"deutan":
	[0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
	"tritan":
	[1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
}
## Which must not look alike.
const PAIRS: Array[Array] = [
	[&"good", &"bad"], [&"own", &"other"], [&"chased", &"other"], [&"goal", &"chased"]
]


func test_what_is_set_is_there_the_next_time() -> void:
	var before: Dictionary = Settings.give()
	Settings.take(
		_kept({"name": "Эстрагон 🌳", "look": 3.0, "locale": "ru", "colours": "red_green"})
	)
	Settings.take(_kept({"volumes": {"Master": 0.25}, "fullscreen": true, "vsync": false}))
	Settings.take(_kept({"window_width": 1600.0, "window_height": 900.0}))
	Settings.take(_kept({"keys": {"jump": [float(KEY_J), float(KEY_K)]}}))
	KeptFile.write(PATH, Settings.give())
	var kept: Dictionary = KeptFile.read(PATH)
	_restore(before)
	equal(KeyBindings.keys(&"jump"), [KEY_SPACE], "as before")
	Settings.take(kept)
	equal(Settings.player_name, "Эстрагон 🌳", "name")
	equal([Settings.look, Settings.locale, Settings.colours], [3, "ru", &"red_green"], "choices")
	near(Settings.volumes[&"Master"], 0.25, 0.001, "volume")
	equal([Settings.is_fullscreen, Settings.has_vsync], [true, false], "screen")
	equal(Settings.window_size, Vector2i(1600, 900), "size")
	equal(KeyBindings.keys(&"jump"), [KEY_J, KEY_K], "keys")
	_restore(before)
	DirAccess.remove_absolute(PATH)


func test_a_wrong_value_costs_itself_alone() -> void:
	var before: Dictionary = Settings.give()
	Settings.take(
		{
			"name": 5.0,
			"look": "x",
			"server": "good.example.org",
			"locale": "xx",
			"colours": "none",
			"volumes": {"Master": INF, "Effects": 7.0},
			"window_width": 1.0,
			"window_height": 1.0,
			"keys": {"jump": "Space", "chat": [-1.0, 1e12, "T", float(KEY_ESCAPE)], "menu": [65.0]}
		}
	)
	equal(Settings.server_address, "good.example.org", "the good one")
	equal(Settings.player_name, before["name"], "name")
	equal([Settings.locale, Settings.colours], [before["locale"], before["colours"]], "choices")
	near(Settings.volumes[&"Master"], before["volumes"][&"Master"], 0.001, "no number")
	near(Settings.volumes[&"Effects"], 1.0, 0.001, "as loud as can be")
	equal(Settings.window_size, Vector2i.ZERO, "no such size")
	equal(KeyBindings.keys(&"jump"), [KEY_SPACE], "jump")
	equal(KeyBindings.keys(&"chat"), [], "no key is left of those")
	equal(KeyBindings.keys(&"menu"), [KEY_ESCAPE], "the way back stays")
	KeyBindings.reset()
	_restore(before)


func test_a_broken_file_of_settings_leaves_the_others_alone() -> void:
	ServerBook.new(PATH + "2").add("a.org")
	var file: FileAccess = FileAccess.open(PATH, FileAccess.WRITE)
	file.store_buffer(PackedByteArray([0x7B, 0xFF, 0x00]))
	file.close()
	equal(KeptFile.read(PATH), {}, "nothing to be had")
	yes(FileAccess.file_exists(PATH + ".broken"), "set aside")
	yes(ServerBook.new(PATH + "2").find("a.org") != null, "the servers are there")
	DirAccess.remove_absolute(PATH + ".broken")
	DirAccess.remove_absolute(PATH + "2")


func test_every_action_has_a_name_in_every_language() -> void:
	var before: String = TranslationServer.get_locale()
	for locale: String in Settings.LOCALES:
		TranslationServer.set_locale(locale)
		for action: StringName in KeyBindings.actions():
			var name: String = KeyBindings.action_name(action)
			yes(not name.begins_with("ACTION_"), "%s: %s" % [locale, name])
	TranslationServer.set_locale(before)


func test_a_key_that_does_two_things_is_shown_and_all_can_be_put_back() -> void:
	var page: SettingsPage = _open()
	var row: KeyRow = page.get_node("%KeyRows/Jump")
	var slot: Button = row.get_node("%Slot0")
	slot.grab_focus()
	press(KEY_ENTER)
	equal(slot.text, str(TranslationServer.translate(&"SETTINGS_PRESS_KEY")), "a key is awaited")
	press(KEY_T)
	equal(KeyBindings.keys(&"jump"), [KEY_T], "another key")
	equal(KeyBindings.conflicts(&"jump", KEY_T), [&"chat"], "which chats, too")
	equal(slot.theme_type_variation, &"DangerButton", "it is marked")
	var message: String = (page.get_node("%Message") as Label).text
	for name: StringName in [&"jump", &"chat"]:
		yes(KeyBindings.action_name(name) in message, "told: " + name)
	yes(slot.has_focus(), "one can go on from here")
	(page.get_node("%Reset") as Button).pressed.emit()
	equal(KeyBindings.keys(&"jump"), [KEY_SPACE], "as at first")
	equal(KeyBindings.give(), {}, "all of them")
	equal((page.get_node("%Message") as Label).text, "", "nothing to tell")
	page.free()


func test_escape_keeps_the_key_and_backspace_takes_it_away() -> void:
	var page: SettingsPage = _open()
	var slot: Button = page.get_node("%KeyRows/MoveLeft/%Slot1")
	for key: Key in [KEY_ESCAPE, KEY_A]:
		slot.pressed.emit()
		press(key)
		equal(KeyBindings.keys(&"move_left"), [KEY_A, KEY_LEFT], "unchanged")
	yes(page.visible, "and the page is open")
	slot.pressed.emit()
	press(KEY_BACKSPACE)
	equal(KeyBindings.keys(&"move_left"), [KEY_A], "one less")
	slot.pressed.emit()
	press(KEY_Q)
	equal(KeyBindings.keys(&"move_left"), [KEY_A, KEY_Q], "one more")
	yes(not KeyBindings.gamepad_names(&"move_left").is_empty(), "the gamepad does it still")
	var wanted: InputEventKey = InputEventKey.new()
	wanted.physical_keycode = KEY_Q
	yes(InputMap.event_is_action(wanted, &"move_left"), "the game listens to it")
	yes((page.get_node("%KeyRows/Menu/%Slot0") as Button).disabled, "the way back is fixed")
	KeyBindings.reset()
	press(KEY_ESCAPE)
	yes(not page.visible, "closed")
	page.free()


func test_volumes_go_to_the_buses() -> void:
	var page: SettingsPage = _open()
	var before: Dictionary = Settings.give()
	for bus: StringName in Settings.BUSES:
		var index: int = AudioServer.get_bus_index(bus)
		yes(index >= 0, "there is a bus " + bus)
		(page.get_node("%" + bus) as HSlider).value = 50.0
		near(AudioServer.get_bus_volume_db(index), linear_to_db(0.5), 0.01, "half")
		(page.get_node("%" + bus) as HSlider).value = 0.0
		yes(AudioServer.is_bus_mute(index), "silent")
	for bus: StringName in Settings.BUSES:
		Settings.set_volume(bus, before["volumes"][bus])
		yes(not AudioServer.is_bus_mute(AudioServer.get_bus_index(bus)), "to be heard again")
	page.free()


func test_colours_differ_for_everybody_for_whom_they_are() -> void:
	var sights: Dictionary[StringName, Array] = {
		&"usual": [], &"red_green": ["protan", "deutan"], &"blue_yellow": ["tritan"]
	}
	for choice: StringName in Colours.CHOICES:
		Colours.choose(choice)
		for pair: Array in PAIRS:
			var one: Color = Colours.of(pair[0])
			var other: Color = Colours.of(pair[1])
			yes(_distance(one, other) > 0.2, "%s: %s" % [choice, pair])
			for sight: String in sights[choice]:
				var apart: float = _distance(_seen(one, sight), _seen(other, sight))
				yes(apart > 0.4, "%s, %s: %s are %.2f apart" % [choice, sight, pair, apart])
	var label: Label = Label.new()
	label.theme = load(Colours.THEME)
	label.theme_type_variation = &"ErrorLabel"
	tree.root.add_child(label)
	Colours.choose(&"red_green")
	await tree.process_frame
	equal(label.get_theme_color(&"font_color"), Colours.of(&"bad"), "labels follow")
	Colours.choose(&"nonsense")
	await tree.process_frame
	equal(label.get_theme_color(&"font_color"), Colours.BY_CHOICE[&"usual"][&"bad"], "and back")
	label.free()


func _open() -> SettingsPage:
	var page: SettingsPage = PAGE.instantiate()
	tree.root.add_child(page)
	page.open()
	(page.get_node("%KeysTab") as Button).pressed.emit()
	return page


## As a file would give it back.
func _kept(values: Dictionary) -> Dictionary:
	return JSON.parse_string(JSON.stringify(values))


func test_in_the_world_they_lead_back_to_the_menu_that_they_were_opened_from() -> void:
	var scene: WorldScene = WORLD.instantiate()
	tree.root.add_child(scene)
	var pause: PauseMenu = scene.get_node("%PauseMenu")
	var page: SettingsPage = scene.get_node("%SettingsPage")
	pause.open()
	(pause.get_node("%Settings") as Button).pressed.emit()
	yes(page.visible and not pause.visible, "the settings are shown")
	(page.get_node("%Close") as Button).pressed.emit()
	yes(pause.visible and not page.visible, "the menu is shown again")
	scene.free()


func _restore(before: Dictionary) -> void:
	KeyBindings.reset()
	Settings.window_size = Vector2i.ZERO
	Settings.take(_kept(before))


func _seen(colour: Color, sight: String) -> Color:
	var light: Color = colour.srgb_to_linear()
	var m: Array = SIGHTS[sight]
	var channels: Array[float] = []
	for row: int in 3:
		var sum: float = m[row * 3] * light.r + m[row * 3 + 1] * light.g + m[row * 3 + 2] * light.b
		channels.append(clampf(sum, 0.0, 1.0))
	return Color(channels[0], channels[1], channels[2]).linear_to_srgb()


func _distance(one: Color, other: Color) -> float:
	return Vector3(one.r, one.g, one.b).distance_to(Vector3(other.r, other.g, other.b))
