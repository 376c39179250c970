extends Node
## What the game remembers from one time to the next: the autoload "Settings".

## Where it is kept.
const PATH: String = "user://settings.cfg"
## Where whoever plays may put an authority that vouches for servers' certificates, in PEM.
const AUTHORITY: String = "user://authority.pem"
## Under which heading.
const SECTION: String = "player"
## The languages that the game speaks.
const LOCALES: Array[String] = ["en", "ru"]

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
## False: nothing is written, as in tests.
var is_persistent: bool = true


func _init() -> void:
	locale = "ru" if OS.get_locale_language() == "ru" else "en"
	var file: ConfigFile = ConfigFile.new()
	if file.load(PATH) == OK:
		player_name = str(file.get_value(SECTION, "name", player_name))
		look = int(file.get_value(SECTION, "look", look))
		server_address = str(file.get_value(SECTION, "server", server_address))
		world = str(file.get_value(SECTION, "world", world))
		locale = str(file.get_value(SECTION, "locale", locale))
	if locale not in LOCALES:
		locale = LOCALES[0]


func _ready() -> void:
	Connection.tls_options = EstragonAuthority.trust(AUTHORITY)
	TranslationServer.set_locale(locale)


## Changes the language of the whole game at once.
func speak(new_locale: String) -> void:
	locale = new_locale
	TranslationServer.set_locale(locale)
	save()


## Writes everything down.
func save() -> void:
	if not is_persistent:
		return
	var file: ConfigFile = ConfigFile.new()
	file.set_value(SECTION, "name", player_name)
	file.set_value(SECTION, "look", look)
	file.set_value(SECTION, "server", server_address)
	file.set_value(SECTION, "world", world)
	file.set_value(SECTION, "locale", locale)
	file.save(PATH)
