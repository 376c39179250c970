extends TestCase
## What is said is shown exactly as it was said, and can be taken away again.

const CHAT_BOX: PackedScene = preload("res://chat/chat_box.tscn")

var _chat: ChatBox = CHAT_BOX.instantiate()


func test_markup_in_what_is_said_is_only_text() -> void:
	var lines: ChatLog = _start()
	lines.add(_said("[b]Pozzo[/b]", "[img]res://icon.png[/img] [url=x]y[/url] %s"))
	equal(
		lines.get_parsed_text(),
		"[b]Pozzo[/b]: [img]res://icon.png[/img] [url=x]y[/url] %s",
		"what is shown"
	)
	_chat.queue_free()


func test_old_lines_are_forgotten() -> void:
	var lines: ChatLog = _start()
	for index: int in ChatLog.MAX_LINES + 60:
		_chat.tell("line %d" % index)
	yes(lines.get_paragraph_count() <= ChatLog.MAX_LINES, "not more than so many lines")
	yes(lines.get_paragraph_count() >= ChatLog.KEPT_LINES, "not fewer than so many lines")
	yes(lines.get_parsed_text().ends_with("line %d" % (ChatLog.MAX_LINES + 59)), "the newest")
	_chat.queue_free()


func test_one_line_stays_one_line() -> void:
	var lines: ChatLog = _start()
	lines.add(_said("Pozzo", "a\nb\r\nc"))
	equal(lines.get_paragraph_count(), 1, "lines")
	_chat.queue_free()


func test_a_name_keeps_its_colour() -> void:
	equal(ChatLog.name_colour("Лаки"), ChatLog.name_colour("Лаки"), "colour")
	_chat.queue_free()


func test_a_line_that_the_staff_takes_away_is_gone() -> void:
	var lines: ChatLog = _start()
	var session: EstragonSession = Connection.session
	for index: int in 3:
		var line: ChatLine = _said("Pozzo", "line %d" % index)
		line.timestamp_ms = 1000 + index
		lines.add(line)
	session.chat_removed.emit(8, 1001)
	yes("line 1" in lines.get_parsed_text(), "somebody else's line of that time")
	session.chat_removed.emit(9, 1001)
	equal(lines.get_parsed_text(), "Pozzo: line 0\nPozzo: line 2", "what is left")
	_chat.queue_free()


func test_a_click_on_a_line_is_about_who_said_it() -> void:
	var lines: ChatLog = _start()
	var picked: Array = []
	_chat.player_picked.connect(
		func(player_id: int, name: String) -> void: picked.append([player_id, name])
	)
	_chat.tell("Pozzo has come.\nNot alone.")
	lines.add(_said("Pozzo", "Up!"))
	for _frame: int in 3:
		await tree.process_frame
	tree.root.notify_mouse_entered()
	var bottom: Vector2 = lines.get_global_rect().position + Vector2(20.0, lines.size.y)
	for each: Vector2 in [Vector2(0, -200), Vector2(0, -60), Vector2(0, -36)]:
		_click(MOUSE_BUTTON_RIGHT, bottom + each)
	equal(picked, [], "above, and the game's own lines, are about nobody")
	_click(MOUSE_BUTTON_RIGHT, bottom + Vector2(300.0, -10.0))
	equal(picked, [[9, "Pozzo"]], "the right button anywhere on the line")
	_click(MOUSE_BUTTON_LEFT, bottom + Vector2(300.0, -10.0))
	equal(picked.size(), 1, "the left one there")
	_click(MOUSE_BUTTON_LEFT, bottom + Vector2(0.0, -10.0))
	equal(picked.size(), 2, "the left one on the name")
	_chat.queue_free()


func test_whispers_are_told_from_what_all_hear() -> void:
	var lines: ChatLog = _start()
	var whisper: EstragonCodec.Whisper = EstragonCodec.Whisper.new()
	whisper.player_id = 9
	whisper.name = "Pozzo"
	whisper.text = "Psst!"
	Connection.session.whisper_received.emit(whisper)
	whisper.own = 1
	Connection.session.whisper_received.emit(whisper)
	equal(
		lines.get_parsed_text(),
		"Pozzo whispers: Psst!\nYou whisper to Pozzo: Psst!",
		"what is shown"
	)
	_chat.queue_free()


func test_tab_goes_through_all_that_a_command_can_be() -> void:
	_start()
	Connection.session.chat_commands = {"help": "", "kick": "player [text]", "mute": "player"}
	_chat.open("/")
	var entry: LineEdit = _chat.get_node("%Entry")
	var hints: RichTextLabel = _chat.get_node("%Hints")
	yes(hints.visible, "the commands are shown")
	yes("/kick name [text]" in hints.get_parsed_text(), "with what they want")
	for expected: String in ["/help", "/kick ", "/mute ", "/help"]:
		_press(entry, &"ui_focus_next")
		equal(entry.text, expected, "after Tab")
	_press(entry, &"ui_focus_prev")
	equal(entry.text, "/mute ", "and back")
	Connection.session.chat_commands = {}
	_chat.queue_free()


func test_a_channel_shows_its_lines_and_the_others_count_what_is_unread() -> void:
	var lines: ChatLog = _start()
	var tabs: ChatTabs = _chat.get_node("%Tabs")
	_chat.open()
	yes(tabs.visible, "the channels are there while one types")
	lines.add(_said("Pozzo", "Up!"))
	_whisper("Psst!", 0)
	tabs.choose(ChatLine.Channel.WORLD)
	equal(lines.get_parsed_text(), "Pozzo: Up!", "the world's")
	equal(tabs.unread(ChatLine.Channel.WHISPERS), 0, "what was there before is read")
	_whisper("Psst!", 0)
	_whisper("Yes?", 1)
	_chat.tell("Lucky has come.")
	equal(tabs.unread(ChatLine.Channel.WHISPERS), 1, "one's own words are read")
	equal(tabs.unread(ChatLine.Channel.NOTICES), 1, "somebody has come")
	yes("(1)" in (tabs.get_child(2) as Button).text, "the tab says so")
	_press_on_entry(&"menu")
	yes(not tabs.visible, "closed")
	yes("Psst!" in lines.get_parsed_text(), "the closed box shows all channels")
	_chat.open()
	tabs.go_on(1)
	equal(tabs.channel, ChatLine.Channel.WHISPERS, "the next")
	equal(tabs.unread(ChatLine.Channel.WHISPERS), 0, "read")
	equal(tabs.unread(ChatLine.Channel.NOTICES), 1, "still unread")
	_chat.free()


func test_among_whispers_one_answers_whom_one_spoke_to_last() -> void:
	_start()
	var said: Array = []
	_chat.said.connect(func(text: String) -> void: said.append(text))
	_chat.whispered.connect(func(to: int, text: String) -> void: said.append([to, text]))
	var tabs: ChatTabs = _chat.get_node("%Tabs")
	_chat.open()
	tabs.choose(ChatLine.Channel.WHISPERS)
	_submit("Hello?")
	_whisper("Psst!", 0)
	for text: String in ["What?", "/who"]:
		_chat.open()
		_submit(text)
	equal(said, ["Hello?", [9, "What?"], "/who"], "what goes out")
	ChatMemory.forget()
	_chat.free()


func test_up_and_down_bring_back_what_one_said() -> void:
	_start()
	ChatMemory.forget()
	for text: String in ["one", "two", "two", "  "]:
		_chat.open()
		_submit(text)
	_chat.open()
	var entry: LineEdit = _chat.get_node("%Entry")
	for expected: String in ["two", "one", "one"]:
		_press_on_entry(&"ui_up")
		equal(entry.text, expected, "further back")
	for expected: String in ["two", "", ""]:
		_press_on_entry(&"ui_down")
		equal(entry.text, expected, "and on again")
	_chat.free()
	_chat = CHAT_BOX.instantiate()
	_start()
	_chat.open()
	_press_on_entry(&"ui_up")
	equal((_chat.get_node("%Entry") as LineEdit).text, "two", "in another world, too")
	ChatMemory.forget()
	_chat.free()


func test_tab_completes_the_name_of_who_is_spoken_to() -> void:
	var completion: CommandCompletion = CommandCompletion.new()
	completion.names = PackedStringArray(["Lucky", "Владимир", "Vladimir"])
	equal(completion.completions("vla"), PackedStringArray(["Vladimir, "]), "at the start")
	equal(completion.completions("So, влад"), PackedStringArray(["So, Владимир "]), "later on")
	equal(completion.completions("So "), PackedStringArray(), "nothing begun")
	_chat.free()


func test_whose_words_one_hides_is_not_seen() -> void:
	var lines: ChatLog = _start()
	ChatMemory.forget()
	lines.add(_said("Pozzo", "Up!"))
	_chat.hear(9, "Pozzo", false)
	_whisper("Pig!", 0)
	equal(lines.get_parsed_text(), "You no longer see what Pozzo says.", "nothing of his")
	_chat.hear(9, "Pozzo", true)
	_whisper("Please!", 0)
	yes("Please!" in lines.get_parsed_text(), "heard again")
	ChatMemory.forget()
	_chat.free()


func _whisper(text: String, own: int) -> void:
	var whisper: EstragonCodec.Whisper = EstragonCodec.Whisper.new()
	whisper.player_id = 9
	whisper.name = "Pozzo"
	whisper.text = text
	whisper.own = own
	Connection.session.whisper_received.emit(whisper)


func test_lines_over_the_map_have_something_dark_behind_them() -> void:
	var lines: ChatLog = _start()
	var backdrop: Control = _chat.get_node("%Backdrop")
	_chat._process(0.0)
	yes(not backdrop.visible, "nothing is said")
	for index: int in 3:
		lines.add(_said("Pozzo", "line %d" % index))
	await tree.process_frame
	_chat._process(0.0)
	yes(backdrop.visible, "something is")
	var height: float = lines.get_content_height()
	yes(height > 0.0, "the lines have a height")
	var shown: Rect2 = Rect2(lines.global_position, lines.size)
	shown = shown.grow_individual(0.0, height - shown.size.y, 0.0, 0.0)
	yes(backdrop.get_global_rect().encloses(shown), "it is behind all of them")
	_chat._process(ChatBox.BRIGHT_SECONDS + ChatBox.DIM_SECONDS)
	equal(backdrop.modulate.a, ChatBox.DIM_ALPHA, "it goes with them")
	_chat.open()
	_chat._process(0.0)
	yes(not backdrop.visible, "the open chat has a panel")
	_chat.queue_free()


func _submit(text: String) -> void:
	var entry: LineEdit = _chat.get_node("%Entry")
	entry.text = text
	entry.text_submitted.emit(text)


func _press_on_entry(action: StringName) -> void:
	_press(_chat.get_node("%Entry") as LineEdit, action)


func _start() -> ChatLog:
	TranslationServer.set_locale("en")
	tree.root.add_child(_chat)
	return _chat.get_node("%Lines")


func _said(author: String, text: String) -> ChatLine:
	var line: ChatLine = ChatLine.new(ChatLine.Kind.SAID, text)
	line.player_id = 9
	line.author = author
	return line


func _click(button: MouseButton, place: Vector2) -> void:
	for pressed: bool in [true, false]:
		var click: InputEventMouseButton = InputEventMouseButton.new()
		click.button_index = button
		click.pressed = pressed
		click.position = place
		click.global_position = place
		tree.root.push_input(click, true)


func _press(entry: LineEdit, action: StringName) -> void:
	var event: InputEventAction = InputEventAction.new()
	event.action = action
	event.pressed = true
	entry.gui_input.emit(event)
