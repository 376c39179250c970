extends Node
## What the game remembers from one time to the next: the autoload "Settings".

## Other colours carry the meanings.
signal colours_changed
## Other keys do something.
signal keys_changed

## Where it is kept.
const PATH: String = "user://settings.json"
## Where whoever plays may put an authority that vouches for servers' certificates, in PEM.
const AUTHORITY: String = "user://authority.pem"
## The languages that the game speaks.
const LOCALES: Array[String] = ["en", "ru"]
## What can be louder or quieter.
const BUSES: Array[StringName] = [&"Master", &"Effects"]

## The name last played under.
var player_name: String = ""
## The look last chosen.
var look: int = 0
## The server last played on.
var server_address: String = "127.0.0.1:8000"
## The world last chosen.
var world: String = ""
## The language of the game.
var locale: String = "en"
## The colours that mean something: one of [constant Colours.CHOICES].
var colours: StringName = Colours.CHOICES[0]
## How loud, from 0 to 1, by the name of the bus.
var volumes: Dictionary[StringName, float] = {&"Master": 0.8, &"Effects": 1.0}
## Whether the game fills the screen; else it is a window...
var is_fullscreen: bool = false
## ...of this size; zero is the size that it began with.
var window_size: Vector2i = Vector2i.ZERO
## Whether pictures wait for the screen.
var has_vsync: bool = true
## Whether the map has a time of day.
var has_daylight: bool = true
## False: nothing is written, as in tests.
var is_persistent: bool = true


func _init() -> void:
	locale = "ru" if OS.get_locale_language() == "ru" else "en"
	take(KeptFile.read(PATH))


func _ready() -> void:
	Connection.tls_options = EstragonAuthority.trust(AUTHORITY)
	TranslationServer.set_locale(locale)
	Colours.choose(colours)
	for bus: StringName in BUSES:
		set_volume(bus, volumes[bus])
	# Whoever changed nothing keeps the window that the game was started with.
	if is_fullscreen or window_size != Vector2i.ZERO or not has_vsync:
		Screen.show(self)


## Takes over what was kept. What is missing or wrong stays as it is, each on its own.
func take(kept: Dictionary) -> void:
	player_name = _text(kept, "name", player_name).left(40)
	look = clampi(int(_number(kept, "look", look)), 0, 1000)
	server_address = _text(kept, "server", server_address).left(ServerBook.MAX_CHARACTERS)
	world = _text(kept, "world", world)
	var wanted: String = _text(kept, "locale", locale)
	locale = wanted if wanted in LOCALES else locale
	var seen: StringName = StringName(_text(kept, "colours", colours))
	colours = seen if seen in Colours.CHOICES else colours
	var loudness: Variant = kept.get("volumes")
	if loudness is Dictionary:
		for bus: StringName in BUSES:
			volumes[bus] = clampf(_number(loudness, bus, volumes[bus]), 0.0, 1.0)
	is_fullscreen = _flag(kept, "fullscreen", is_fullscreen)
	has_vsync = _flag(kept, "vsync", has_vsync)
	has_daylight = _flag(kept, "daylight", has_daylight)
	var width: int = int(_number(kept, "window_width", 0.0))
	var height: int = int(_number(kept, "window_height", 0.0))
	if Screen.is_size(Vector2i(width, height)):
		window_size = Vector2i(width, height)
	var keys: Variant = kept.get("keys")
	if keys is Dictionary:
		KeyBindings.take(keys)


## What is to be kept.
func give() -> Dictionary:
	return {
		"name": player_name,
		"look": look,
		"server": server_address,
		"world": world,
		"locale": locale,
		"colours": colours,
		"volumes": volumes.duplicate(),
		"fullscreen": is_fullscreen,
		"vsync": has_vsync,
		"daylight": has_daylight,
		"window_width": window_size.x,
		"window_height": window_size.y,
		"keys": KeyBindings.give(),
	}


## Changes the language of the whole game at once.
func speak(new_locale: String) -> void:
	locale = new_locale
	TranslationServer.set_locale(locale)
	save()


## Changes the colours that mean something.
func choose_colours(choice: StringName) -> void:
	colours = choice
	Colours.choose(choice)
	colours_changed.emit()
	save()


## Makes a bus louder or quieter, from 0 to 1; the caller saves in the end.
func set_volume(bus: StringName, volume: float) -> void:
	volumes[bus] = volume
	var index: int = AudioServer.get_bus_index(bus)
	if index >= 0:
		AudioServer.set_bus_volume_db(index, linear_to_db(maxf(volume, 0.001)))
		AudioServer.set_bus_mute(index, volume <= 0.0)


## Other keys do something now.
func change_keys() -> void:
	keys_changed.emit()
	save()


## The window is to be as the settings say now.
func change_screen() -> void:
	Screen.show(self)
	save()


## Writes everything down.
func save() -> void:
	if is_persistent:
		KeptFile.write(PATH, give())


func _text(kept: Dictionary, key: String, fallback: String) -> String:
	var value: Variant = kept.get(key)
	return str(value) if value is String else fallback


func _number(kept: Dictionary, key: String, fallback: float) -> float:
	var value: Variant = kept.get(key)
	return value if value is float and is_finite(value as float) else fallback


func _flag(kept: Dictionary, key: String, fallback: bool) -> bool:
	var value: Variant = kept.get(key)
	return value if value is bool else fallback
