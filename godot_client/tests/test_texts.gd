extends TestCase
## What the server says in numbers, in words of both languages.


func test_every_notice_has_a_sentence_in_both_languages() -> void:
	for locale: String in Settings.LOCALES:
		TranslationServer.set_locale(locale)
		for code: int in EstragonCodec.NoticeCode.values():
			for values: PackedStringArray in [
				PackedStringArray(), PackedStringArray(["Pozzo", "7", "Lucky"])
			]:
				var text: String = NoticeText.sentence(code, values)
				yes(not text.is_empty(), "%s %d" % [locale, code])
				yes(not "NOTICE_" in text, "%s: %s" % [locale, text])
	equal(NoticeText.sentence(255, PackedStringArray(["x"])), "", "a code from the future")
	TranslationServer.set_locale("en")


func test_notices_are_told_with_their_values() -> void:
	var expected: Array[Array] = [
		["ANNOUNCEMENT", ["Owner", "Tea at five."], "Owner announces: Tea at five."],
		["WARNED", ["Be kind"], "The staff warns you: Be kind"],
		["WARNED", [], "The staff warns you."],
		[
			"MUTED",
			["shouting", "90"],
			"You may not write for now. Reason: “shouting”. It holds for another 90 minutes."
		],
		["MUTED", ["", "0"], "You may not write for now. It holds until the staff lifts it."],
		["SLOW_MODE", ["1"], "From now on everybody may write once in 1 second."],
		["SLOW_MODE", ["0"], "Everybody may write as often as they like again."],
		["TELEPORTED", ["Owner"], "Owner has moved you to another place."],
		["DONE", ["kick", "Pozzo"], "Pozzo was sent out."],
		["DONE", ["dance", "Pozzo"], "Done: dance (Pozzo)."],
		["PLAYERS", ["village", "Lucky", "Pozzo"], "village: 2 players. Lucky, Pozzo"],
		[
			"COMMANDS",
			["/help", "/mute player [duration] [text]"],
			(
				"What you can command:\n/help  lists your commands\n"
				+ "/mute name [10m, 2h or 3d] [text]  keeps a player from writing"
			)
		],
		["NAME_CHANGED", ["Gogo", "Estragon"], "You are called Estragon now."],
		["ROLE_CHANGED", ["moderator"], "Your role here is now: moderator."],
		["ROLE_CHANGED", ["gardener"], "Your role here is now: gardener."],
	]
	TranslationServer.set_locale("en")
	for each: Array in expected:
		var code: int = EstragonCodec.NoticeCode[each[0]]
		equal(NoticeText.sentence(code, PackedStringArray(each[1])), each[2], each[0])


func test_a_value_is_never_taken_for_a_place_to_fill() -> void:
	TranslationServer.set_locale("en")
	var code: int = EstragonCodec.NoticeCode.ANNOUNCEMENT
	var text: String = NoticeText.sentence(code, PackedStringArray(["Lucky", "{0} %s {1}"]))
	equal(text, "Lucky announces: {0} %s {1}", "what is shown")


func test_a_sanction_is_told_with_reason_and_end() -> void:
	TranslationServer.set_locale("en")
	var banned: int = EstragonCodec.ErrorCode.BANNED
	equal(
		ErrorText.explain(EstragonRefusal.new(banned, "cheating", 7_200_000)),
		"You may not come in here. Reason: “cheating”. It holds for another 2 hours.",
		"for some time"
	)
	equal(
		ErrorText.explain(EstragonRefusal.new(banned)),
		"You may not come in here. It holds for good.",
		"for good"
	)
	equal(
		ErrorText.explain(EstragonRefusal.new(EstragonCodec.ErrorCode.KICKED, "100% rude")),
		"You were sent out of the game. Reason: “100% rude”.",
		"a kick is over at once"
	)
	equal(
		ErrorText.explain(EstragonRefusal.new(banned, "", 5000), 6000),
		"You may not come in here.",
		"it is over"
	)


func test_a_wait_is_counted_down() -> void:
	TranslationServer.set_locale("en")
	var refusal: EstragonRefusal = EstragonRefusal.new(
		EstragonCodec.ErrorCode.AUTH_TOO_MANY_TRIES, "for developers", 60_000
	)
	equal(ErrorText.explain(refusal), "Too many tries. Try again in 60 seconds.", "at once")
	equal(ErrorText.explain(refusal, 59_500), "Too many tries. Try again in 1 second.", "later")
	equal(ErrorText.explain(refusal, 60_000), "Too many tries.", "at the end")


func test_a_wrong_command_is_told_how_it_goes() -> void:
	TranslationServer.set_locale("ru")
	var refusal: EstragonRefusal = EstragonRefusal.new(
		EstragonCodec.ErrorCode.COMMAND_USAGE, "/kick player [text]"
	)
	equal(ErrorText.explain(refusal), "Команда записана неверно. /kick имя [текст]", "in Russian")
	TranslationServer.set_locale("en")


func test_durations_agree_with_their_numbers() -> void:
	var expected: Dictionary[int, Array] = {
		1: ["1 second", "1 секунду"],
		1000: ["1 second", "1 секунду"],
		2500: ["3 seconds", "3 секунды"],
		99_000: ["99 seconds", "99 секунд"],
		100_000: ["2 minutes", "2 минуты"],
		3_600_000: ["60 minutes", "60 минут"],
		7_200_000: ["2 hours", "2 часа"],
		21 * 3_600_000: ["21 hours", "21 час"],
		30 * 86_400_000: ["30 days", "30 дней"],
	}
	for milliseconds: int in expected:
		for index: int in 2:
			TranslationServer.set_locale(Settings.LOCALES[index])
			equal(
				DurationText.of_ms(milliseconds), expected[milliseconds][index], str(milliseconds)
			)
	TranslationServer.set_locale("en")
