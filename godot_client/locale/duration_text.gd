class_name DurationText
extends RefCounted
## How long something is, in words, as after "for another": Russian has the accusative there.

## From how many on a unit is too small, the unit in seconds, and its keys.
const UNITS: Array[Array] = [
	[100, 1, &"DURATION_SECONDS", &"DURATION_SECONDS_PLURAL"],
	[100, 60, &"DURATION_MINUTES", &"DURATION_MINUTES_PLURAL"],
	[48, 3600, &"DURATION_HOURS", &"DURATION_HOURS_PLURAL"],
	[1 << 32, 86400, &"DURATION_DAYS", &"DURATION_DAYS_PLURAL"],
]


## Rounded up, so that waiting so long is waiting long enough.
static func of_ms(milliseconds: int) -> String:
	var seconds: int = ceili(milliseconds / 1000.0)
	for unit: Array in UNITS:
		var count: int = ceili(seconds / float(unit[1] as int))
		if count < (unit[0] as int):
			var text: String = TranslationServer.translate_plural(unit[2], unit[3], count)
			return text % count
	return ""
