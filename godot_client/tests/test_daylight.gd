extends TestCase
## The time of day tints the map gently, for everybody alike, unless one does not want it.


func test_noon_is_white_and_the_night_is_light_enough() -> void:
	var light: Daylight = Daylight.new()
	equal(light.tint_at(0.0), Color.WHITE, "noon")
	equal(light.tint_at(Daylight.DAY_SECONDS * 3.0), Color.WHITE, "three days later")
	for minute: int in int(Daylight.DAY_SECONDS / 60.0):
		var tint: Color = light.tint_at(minute * 60.0)
		yes(tint.get_luminance() > 0.6, "light enough after %d minutes" % minute)
	yes(light.tint_at(Daylight.DAY_SECONDS * 0.65).b > 0.9, "the night is blue")
	light.free()


func test_nobody_has_to_have_it() -> void:
	var light: Daylight = Daylight.new()
	Settings.has_daylight = false
	equal(light.tint_at(Daylight.DAY_SECONDS * 0.65), Color.WHITE, "at night")
	Settings.has_daylight = true
	light.free()


func test_names_are_as_bright_at_night_as_by_day() -> void:
	var light: Daylight = Daylight.new()
	var avatar: Avatar = preload("res://world/avatar.tscn").instantiate()
	tree.root.add_child(light)
	tree.root.add_child(avatar)
	light.set_process(false)
	light.shine(light.tint_at(Daylight.DAY_SECONDS * 0.65))
	var name_label: Label = avatar.get_node("%Name")
	var seen: Color = name_label.self_modulate * light.color
	yes(seen.is_equal_approx(Color.WHITE), "the name")
	var figure: Sprite2D = avatar.get_node("%Figure")
	equal(figure.self_modulate, Color.WHITE, "the figure is tinted like the map")
	avatar.free()
	light.free()
