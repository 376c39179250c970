extends TestCase
## Every text is there in every language.

## That of headings in the theme, in pixels.
const HEADING_SIZE: int = 32


func test_both_languages_have_the_same_keys() -> void:
	var english: PackedStringArray = _translation("en").get_message_list()
	var russian: PackedStringArray = _translation("ru").get_message_list()
	english.sort()
	russian.sort()
	equal(russian, english, "keys")


func test_no_text_is_empty() -> void:
	for locale: String in Settings.LOCALES:
		for key: String in _translation(locale).get_message_list():
			if not key.is_empty() and not key in _plurals():
				yes(not _translation(locale).get_message(key).is_empty(), locale + ": " + key)


func test_every_error_code_has_a_sentence() -> void:
	var codes: Array = EstragonCodec.ErrorCode.values()
	codes.append_array([EstragonClient.UNREACHABLE, EstragonClient.CONNECTION_LOST, 9999])
	codes.append(EstragonClient.NOT_UNDERSTOOD)
	for locale: String in Settings.LOCALES:
		for code: int in codes:
			var key: StringName = ErrorText.key(code)
			yes(not _translation(locale).get_message(key).is_empty(), "%s: %s" % [locale, key])
	equal(ErrorText.key(9999), &"ERROR_UNKNOWN", "a code from the future")


func test_every_key_in_scenes_and_scripts_is_translated() -> void:
	var known: PackedStringArray = _translation("en").get_message_list()
	var pattern: RegEx = (
		RegEx
		. create_from_string(
			(
				'"((?:MENU|WHO|SERVERS?|SETTINGS|HUD|CHAT|PAUSE|PLAYERS|BACK|RETRY|ACCOUNT|RENAME|REPORT|DIALOG'
				+ '|NOTICE|DURATION|ERROR|EMOTE|SCORES|MODE)_[A-Z_]*[A-Z])"'
			)
		)
	)
	var found: int = 0
	for folder: String in [
		"menu", "settings", "account", "dialogs", "hud", "chat", "world", "locale"
	]:
		for file: String in DirAccess.get_files_at("res://" + folder):
			if file.get_extension() in ["gd", "tscn"]:
				var text: String = FileAccess.get_file_as_string("res://%s/%s" % [folder, file])
				for hit: RegExMatch in pattern.search_all(text):
					var key: String = hit.get_string(1).trim_suffix("_PLURAL")
					found += 1
					yes(key in known, "%s in %s" % [key, file])
	yes(found > 10, "keys are found")


## Light hinting moved the breve away from itself: such a font is of whole pixels as it is.
func test_the_breve_of_a_heading_is_in_one_piece() -> void:
	var font: FontFile = load("res://theme/fonts/tiny5-cyrillic-400-normal.woff2")
	var texts: TextServer = TextServerManager.get_primary_interface()
	var rid: RID = font.get_rids()[0]
	var size: Vector2i = Vector2i(HEADING_SIZE, 0)
	var glyph: int = texts.font_get_glyph_index(rid, HEADING_SIZE, "й".unicode_at(0), 0)
	texts.font_render_glyph(rid, size, glyph)
	var sheet: int = texts.font_get_glyph_texture_idx(rid, size, glyph)
	var part: Rect2i = Rect2i(texts.font_get_glyph_uv_rect(rid, size, glyph))
	var drawn: Image = texts.font_get_texture_image(rid, size, sheet).get_region(part)
	# It is drawn in pixels of 128 of its 1,024 units: 4 wide and 7 high.
	var side: int = HEADING_SIZE / 8
	equal(drawn.get_used_rect().size, Vector2i(4, 7) * side, "its size")


func test_numbers_agree_with_their_nouns() -> void:
	var forms: Dictionary[int, String] = {
		0: "игроков",
		1: "игрок",
		2: "игрока",
		5: "игроков",
		11: "игроков",
		21: "игрок",
		104: "игрока"
	}
	for number: int in forms:
		var text: String = _translation("ru").get_plural_message(
			&"PLAYERS_HERE", &"PLAYERS_HERE_PLURAL", number
		)
		equal(text % number, "%d %s" % [number, forms[number]], str(number))


func _translation(locale: String) -> Translation:
	return load("res://locale/%s.po" % locale)


## The keys whose words depend on a number.
func _plurals() -> PackedStringArray:
	return PackedStringArray(
		[
			"PLAYERS_HERE",
			"HUD_RETRY",
			"DURATION_SECONDS",
			"DURATION_MINUTES",
			"DURATION_HOURS",
			"DURATION_DAYS",
		]
	)
