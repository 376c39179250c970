class_name CommandText
extends RefCounted
## Chat commands in words.


## "/mute player [duration] [text]" with its parameters in the language that is spoken now.
static func usage(line: String) -> String:
	var words: PackedStringArray = line.split(" ", false)
	for index: int in range(1, words.size()):
		var bare: String = words[index].trim_prefix("[").trim_suffix("]")
		words[index] = words[index].replace(bare, _translated("PARAMETER_", bare))
	return " ".join(words)


## What a command is for; empty where this version of the game does not know it.
static func purpose(command: String) -> String:
	var key: String = "COMMAND_" + command.to_upper()
	var translated: String = TranslationServer.translate(key)
	return "" if translated == key else translated


## A word of the server's in the language that is spoken now, or as it is.
static func _translated(prefix: String, word: String) -> String:
	var key: String = prefix + word.to_upper()
	var translated: String = TranslationServer.translate(key)
	return word if translated == key else translated
