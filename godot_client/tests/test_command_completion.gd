extends TestCase
## What Tab makes of a line that begins with a slash.

var _completion: CommandCompletion = CommandCompletion.new()


func test_commands_are_completed_with_a_space_where_they_want_more() -> void:
	equal(_completed("/h"), ["/help"], "without parameters")
	equal(_completed("/K"), ["/kick "], "in any case")
	equal(_completed("/"), ["/help", "/kick ", "/tp ", "/w "], "all of them")
	equal(_completed("/x"), [], "an unknown one")
	equal(_completed("kick"), [], "no command")


func test_names_are_completed_where_a_player_is_wanted() -> void:
	equal(_completed("/kick V"), ["/kick Vladimir "], "with the text to follow")
	equal(_completed("/kick вл"), ["/kick Владимир "], "in any script and case")
	equal(_completed("/w "), _all_names("/w "), "everybody")
	equal(_completed("/nobody V"), [], "an unknown command")
	equal(_completed("/help V"), [], "no parameters")


func test_a_name_with_a_space_is_quoted_and_taken_as_one() -> void:
	equal(_completed("/kick po"), ['/kick "Pozzo the Great" '], "quoted")
	equal(_completed('/kick "po'), ['/kick "Pozzo the Great" '], "begun with a quote")
	equal(_completed('/tp "Pozzo the Great" V'), ['/tp "Pozzo the Great" Vladimir'], "a second one")
	equal(_completed("/tp pozzo the great V"), ["/tp pozzo the great Vladimir"], "unquoted")


func test_what_is_only_text_is_left_alone() -> void:
	equal(_completed("/kick Vladimir V"), [], "the reason")
	equal(_completed("/w Vladimir "), [], "the whisper")


func test_the_usage_of_what_is_typed_is_shown() -> void:
	equal(_usages("/k"), ["/kick player [text]"], "begun")
	equal(_usages("/kick Vl"), ["/kick player [text]"], "with a name")
	equal(_usages("/kic Vl"), [], "an unknown one")
	equal(_usages("hello"), [], "no command")


func _completed(line: String) -> Array:
	_fill()
	return Array(_completion.completions(line))


func _usages(line: String) -> Array:
	_fill()
	return Array(_completion.usages(line))


func _fill() -> void:
	_completion.commands = {
		"help": "", "kick": "player [text]", "tp": "player [player]", "w": "player text"
	}
	_completion.names = PackedStringArray(["Pozzo the Great", "Vladimir", "Владимир"])


func _all_names(before: String) -> Array:
	return ['%s"Pozzo the Great" ' % before, before + "Vladimir ", before + "Владимир "]
