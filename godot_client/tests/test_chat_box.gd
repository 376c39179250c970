extends TestCase
## What is said is shown exactly as it was said.

const CHAT_BOX: PackedScene = preload("res://chat/chat_box.tscn")


func test_markup_in_what_is_said_is_only_text() -> void:
	var chat: ChatBox = CHAT_BOX.instantiate()
	tree.root.add_child(chat)
	var lines: RichTextLabel = chat.get_node("%Lines")
	chat.add_line("[b]Pozzo[/b]", Color.WHITE, "[img]res://icon.png[/img] [url=x]y[/url] %s")
	equal(
		lines.get_parsed_text(),
		"[b]Pozzo[/b]: [img]res://icon.png[/img] [url=x]y[/url] %s",
		"what is shown"
	)
	chat.queue_free()


func test_old_lines_are_forgotten() -> void:
	var chat: ChatBox = CHAT_BOX.instantiate()
	tree.root.add_child(chat)
	var lines: RichTextLabel = chat.get_node("%Lines")
	for index: int in ChatBox.MAX_LINES + 50:
		chat.add_system_line("line %d" % index)
	yes(lines.get_paragraph_count() <= ChatBox.MAX_LINES + 1, "not more than so many lines")
	yes(lines.get_parsed_text().ends_with("line %d" % (ChatBox.MAX_LINES + 49)), "the newest")
	chat.queue_free()


func test_one_line_stays_one_line() -> void:
	var chat: ChatBox = CHAT_BOX.instantiate()
	tree.root.add_child(chat)
	chat.add_line("Pozzo", Color.WHITE, "a\nb\r\nc")
	equal((chat.get_node("%Lines") as RichTextLabel).get_paragraph_count(), 1, "lines")
	chat.queue_free()


func test_a_name_keeps_its_colour() -> void:
	equal(ChatBox.name_colour("Лаки"), ChatBox.name_colour("Лаки"), "colour")
