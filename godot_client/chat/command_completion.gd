class_name CommandCompletion
extends RefCounted
## What a line can become: where it begins with a slash, a command; else it may name a player.

## The commands that the player may give, with their parameters.
var commands: Dictionary[String, String] = {}
## The players whom one can name.
var names: PackedStringArray = PackedStringArray()


## The commands that the line can still become, or the one that it is, as "/mute player [text]".
func usages(line: String) -> PackedStringArray:
	var found: PackedStringArray = PackedStringArray()
	if not line.begins_with("/"):
		return found
	var word: String = line.substr(1).get_slice(" ", 0).to_lower()
	for command: String in commands:
		if command == word if " " in line else command.begins_with(word):
			found.append(("/%s %s" % [command, commands[command]]).strip_edges())
	return found


## Whole lines that this one, typed so far, can be completed to; none where there is nothing to add.
func completions(line: String) -> PackedStringArray:
	var found: PackedStringArray = PackedStringArray()
	if not line.begins_with("/"):
		return _spoken_to(line)
	if not " " in line:
		for usage: String in usages(line):
			found.append(usage.get_slice(" ", 0) + (" " if " " in usage else ""))
		return found
	var word: String = line.substr(1).get_slice(" ", 0).to_lower()
	var parameters: PackedStringArray = commands.get(word, "").split(" ", false)
	var rest: String = line.substr(line.find(" ") + 1)
	for index: int in parameters.size():
		var kind: String = parameters[index].trim_prefix("[").trim_suffix("]")
		var taken: int = _length(kind, rest)
		if taken < 0:
			if kind == "player":
				var end: String = " " if index < parameters.size() - 1 else ""
				found = _with_names(line.left(line.length() - rest.length()), rest, end)
			return found
		rest = rest.substr(taken)
	return found


## The line with its last word made a name, as one speaks to somebody.
func _spoken_to(line: String) -> PackedStringArray:
	var found: PackedStringArray = PackedStringArray()
	var word: String = line.substr(line.rfind(" ") + 1)
	if word.is_empty():
		return found
	for name: String in names:
		if name.to_lower().begins_with(word.to_lower()):
			var before: String = line.left(line.length() - word.length())
			found.append(before + name + (", " if before.is_empty() else " "))
	return found


## How much of the rest of the line a parameter takes, with the space after it; -1 where it is still
## being typed.
func _length(kind: String, rest: String) -> int:
	if kind == "text":
		return -1
	var end: int = rest.find(" ")
	if kind == "player":
		if rest.begins_with('"'):
			var quote: int = rest.find('" ', 1)
			return -1 if quote < 0 else quote + 2
		for name: String in names:
			if rest.to_lower().begins_with(name.to_lower() + " "):
				end = maxi(end, name.length())
	return -1 if end < 0 else end + 1


func _with_names(before: String, begun: String, end: String) -> PackedStringArray:
	var found: PackedStringArray = PackedStringArray()
	var bare: String = begun.trim_prefix('"').to_lower()
	for name: String in names:
		if name.to_lower().begins_with(bare):
			found.append(before + quoted(name) + end)
	return found


## A name as a command wants it.
static func quoted(name: String) -> String:
	return '"%s"' % name if " " in name else name
