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
