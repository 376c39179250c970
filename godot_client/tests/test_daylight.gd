extends TestCase
## The time of day tints the map gently, for everybody alike, unless one does not want it.

const AVATAR: PackedScene = preload("res://world/avatar.tscn")


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
	var avatar: Avatar = AVATAR.instantiate()
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


func test_lamps_burn_as_far_as_the_days_light_has_gone() -> void:
	var scene: WorldScene = _world_with_lamp()
	var light: Daylight = scene.get_node("Daylight")
	light.set_process(false)
	var lamps: LampLights = scene.get_node("%Lamps")
	equal(lamps.get_child_count(), 1, "lights on the map")
	var lamp: PointLight2D = lamps.get_child(0)
	equal(lamp.position, Vector2(56.0, 88.0), "in the middle of its cell")
	light.shine(light.tint_at(0.0))
	yes(not lamp.enabled, "none at noon")
	light.shine(light.tint_at(Daylight.DAY_SECONDS * 0.42))
	var dusk: float = lamp.energy
	yes(lamp.enabled, "lit at dusk")
	light.shine(light.tint_at(Daylight.DAY_SECONDS * 0.65))
	yes(lamp.energy > dusk, "brighter at night")
	(scene.get_node("%MapView") as MapView).drop_chunk(Vector2i.ZERO)
	yes(lamp.is_queued_for_deletion(), "its chunk is gone, and the light with it")
	scene.free()


func test_what_is_to_be_read_is_not_lit_by_lamps() -> void:
	var avatar: Avatar = AVATAR.instantiate()
	tree.root.add_child(avatar)
	equal((avatar.get_node("%Name") as Label).light_mask & LampLights.LIT, 0, "the name")
	yes((avatar.get_node("%Figure") as Sprite2D).light_mask & LampLights.LIT != 0, "the figure")
	avatar.free()


## With a lamp on the cell 3, 5.
func _world_with_lamp() -> WorldScene:
	var scene: WorldScene = preload("res://world/world.tscn").instantiate()
	tree.root.add_child(scene)
	var world: EstragonWorld = EstragonWorld.new(ServerDouble.world_entered(), 1)
	var top: EstragonCodec.Tile = ServerDouble.tile(49, 2, EstragonCodec.TilePattern.SINGLE)
	top.name = "lamp_top"
	world.tiles[49] = top
	world.add_chunk(ServerDouble.chunk(Vector2i.ZERO, 0, {Vector3i(3, 5, 2): 49}))
	(scene.get_node("%MapView") as MapView).show_world(world)
	return scene
