class_name ChatLog
extends RichTextLabel
## The lines of the chat. What people say is shown exactly as they said it: nothing in it is markup.

## A line was added.
signal line_added(line: ChatLine)
## The player wants to do something about somebody who said something.
signal player_picked(player_id: int, player_name: String)

## The most lines, and how many are left when they get more.
const MAX_LINES: int = 200
const KEPT_LINES: int = 150
## The colours of what nobody in particular says.
const TOLD_COLOUR: Color = Color("dccbb0")
const PROCLAIMED_COLOUR: Color = Color("f0b04a")
## The colour of whispers.
const WHISPER_COLOUR: Color = Color("d9b8f0")
## The colour of one's own name.
const OWN_COLOUR: Color = Color("f3da80")
## The colours of others' names.
const NAME_COLOURS: Array[Color] = [
	Color("f0a58a"),
	Color("a7d08c"),
	Color("8fc7d6"),
	Color("e6b35c"),
	Color("d9a3d6"),
	Color("b5b7f0"),
	Color("9fd9bd"),
	Color("f2c4a0"),
]

## Which lines are shown.
var channel: ChatLine.Channel = ChatLine.Channel.ALL:
	set(wanted):
		if channel != wanted:
			channel = wanted
			_show_again()

var _lines: Array[ChatLine] = []
## Those of them that are shown.
var _shown: Array[ChatLine] = []


func _ready() -> void:
	meta_clicked.connect(_on_meta_clicked)


func _gui_input(event: InputEvent) -> void:
	var click: InputEventMouseButton = event as InputEventMouseButton
	if click == null or not click.pressed or click.button_index != MOUSE_BUTTON_RIGHT:
		return
	var line: ChatLine = _line_at(click.position.y)
	if line != null and _is_somebody_elses(line):
		player_picked.emit(line.player_id, line.author)
		accept_event()


## Adds a line at the end.
func add(line: ChatLine) -> void:
	_lines.append(line)
	if _lines.size() > MAX_LINES:
		_lines = _lines.slice(_lines.size() - KEPT_LINES)
		_show_again()
	elif line.is_in(channel):
		_show(line)
	line_added.emit(line)


## Takes away what that player said at that time.
func take_away(player_id: int, timestamp_ms: int) -> void:
	var kept: Array[ChatLine] = _lines.filter(
		func(line: ChatLine) -> bool:
			return (
				line.player_id != player_id
				or line.timestamp_ms != timestamp_ms
				or line.kind == ChatLine.Kind.OWN_WHISPER
			)
	)
	if kept.size() < _lines.size():
		_lines = kept
		_show_again()


## Takes away all that player said.
func take_away_all_of(player_id: int) -> void:
	_lines = _lines.filter(
		func(line: ChatLine) -> bool:
			return line.player_id != player_id or line.kind == ChatLine.Kind.OWN_WHISPER
	)
	_show_again()


## A player's colour, always the same for the same name.
static func name_colour(player_name: String) -> Color:
	return NAME_COLOURS[player_name.hash() % NAME_COLOURS.size()]


func _show_again() -> void:
	clear()
	_shown.clear()
	for line: ChatLine in _lines:
		if line.is_in(channel):
			_show(line)


func _show(line: ChatLine) -> void:
	if not _shown.is_empty():
		newline()
	_shown.append(line)
	match line.kind:
		ChatLine.Kind.SAID:
			var is_own: bool = not _is_somebody_elses(line)
			_add_name(line, "%s", OWN_COLOUR if is_own else name_colour(line.author))
			add_text(": " + _one_line(line.text))
		ChatLine.Kind.HEARD_WHISPER:
			_add_name(line, tr(&"CHAT_WHISPER_FROM"), WHISPER_COLOUR)
			_add_coloured(": " + _one_line(line.text), WHISPER_COLOUR)
		ChatLine.Kind.OWN_WHISPER:
			_add_name(line, tr(&"CHAT_WHISPER_TO"), WHISPER_COLOUR)
			_add_coloured(": " + _one_line(line.text), WHISPER_COLOUR)
		ChatLine.Kind.TOLD:
			_add_coloured(line.text, TOLD_COLOUR)
		ChatLine.Kind.PROCLAIMED:
			_add_coloured(line.text, PROCLAIMED_COLOUR)


## Who said it, to be clicked on where it is somebody else.
func _add_name(line: ChatLine, words: String, colour: Color) -> void:
	if not _is_somebody_elses(line):
		_add_coloured(words % line.author, colour)
		return
	push_meta(line, RichTextLabel.META_UNDERLINE_ON_HOVER)
	_add_coloured(words % line.author, colour)
	pop()


func _add_coloured(words: String, colour: Color) -> void:
	push_color(colour)
	add_text(words)
	pop()


func _one_line(words: String) -> String:
	return words.replace("\r", "").replace("\n", " ")


func _is_somebody_elses(line: ChatLine) -> bool:
	return line.player_id != 0 and line.player_id != Connection.session.player_id


## The line that is shown there, or null.
func _line_at(y: float) -> ChatLine:
	# What is less than the box lies at its bottom.
	var above: float = maxf(size.y - get_content_height(), 0.0)
	var place: float = y - above + get_v_scroll_bar().value
	var paragraph: int = 0
	for line: ChatLine in _shown:
		var next: int = paragraph + 1
		if line.kind in [ChatLine.Kind.TOLD, ChatLine.Kind.PROCLAIMED]:
			next += line.text.count("\n")
		var end: float = get_content_height()
		if next < get_paragraph_count():
			end = get_paragraph_offset(next)
		if place < end:
			return line if place >= 0.0 else null
		paragraph = next
	return null


func _on_meta_clicked(meta: Variant) -> void:
	var line: ChatLine = meta
	player_picked.emit(line.player_id, line.author)
