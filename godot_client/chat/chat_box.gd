class_name ChatBox
extends Control
## What is said in the world, and the line to say something.

## The player has said something.
signal said(text: String)
## The player has said something to one other player.
signal whispered(player_id: int, text: String)
## The player wants to do something about somebody who said something.
signal player_picked(player_id: int, player_name: String)

## How long the lines stay bright after the last one came, and how long they take to dim.
const BRIGHT_SECONDS: float = 9.0
const DIM_SECONDS: float = 1.5
const DIM_ALPHA: float = 0.0
## What is of some weight stays longer.
const PROCLAIMED_SECONDS: float = 30.0
## How far what is behind the lines reaches beyond them.
const BACKDROP_MARGIN: Vector2 = Vector2(10.0, 6.0)
## The most commands shown above the line.
const MAX_HINTS: int = 6
## Notices that nobody should overlook.
const PROCLAIMED: Array[int] = [
	EstragonCodec.NoticeCode.ANNOUNCEMENT,
	EstragonCodec.NoticeCode.WARNED,
	EstragonCodec.NoticeCode.MUTED,
]

var _bright_seconds: float = BRIGHT_SECONDS
## Which line of one's own stands in the entry, counted from the newest; 0 is none.
var _recalled: int = 0
## Whom one whispers to, as the last whisper says: their number and name.
var _partner_id: int = 0
var _partner: String = ""
var _room_below: float = 0.0
var _completion: CommandCompletion = CommandCompletion.new()
## What Tab offers one after the other, and which of them stands in the line.
var _offers: PackedStringArray = PackedStringArray()
var _offered: int = 0

@onready var _panel: PanelContainer = %Panel
@onready var _tabs: ChatTabs = %Tabs
@onready var _lines: ChatLog = %Lines
@onready var _backdrop: PanelContainer = %Backdrop
@onready var _hints: RichTextLabel = %Hints
@onready var _entry: LineEdit = %Entry


func _ready() -> void:
	_entry.text_submitted.connect(_on_text_submitted)
	_entry.text_changed.connect(_on_text_changed)
	_entry.gui_input.connect(_on_entry_gui_input)
	_lines.player_picked.connect(player_picked.emit)
	_lines.line_added.connect(_on_line_added)
	_tabs.channel_chosen.connect(_on_channel_chosen)
	var session: EstragonSession = Connection.session
	session.chat_received.connect(_on_chat_received)
	session.whisper_received.connect(_on_whisper_received)
	session.chat_removed.connect(_lines.take_away)
	session.notice_received.connect(_on_notice_received)
	session.mode_news_received.connect(tell)
	session.player_joined.connect(_on_player_joined)
	session.player_changed.connect(_on_player_changed)
	session.player_left.connect(_on_player_left)
	session.refused.connect(_on_refused)
	if session.welcome != null and session.welcome.chat_characters > 0:
		_entry.max_length = session.welcome.chat_characters
	_close()
	if session.world != null:
		var is_touch: bool = TouchControls.are_needed()
		tell(tr(&"CHAT_WELCOME_TOUCH" if is_touch else &"CHAT_WELCOME") % session.world.name)


func _process(delta: float) -> void:
	_bright_seconds -= delta
	if DisplayServer.has_feature(DisplayServer.FEATURE_VIRTUAL_KEYBOARD):
		_rise_above_keyboard()
	var dim: float = clampf(-_bright_seconds / DIM_SECONDS, 0.0, 1.0)
	_panel.modulate.a = 1.0 if _entry.visible else lerpf(1.0, DIM_ALPHA, dim)
	_back_lines()
	var is_readable: bool = _entry.visible or dim < 1.0
	_lines.mouse_filter = (
		Control.MOUSE_FILTER_STOP if is_readable else Control.MOUSE_FILTER_IGNORE
	)


## Over the bare map the lines want something dark behind them.
func _back_lines() -> void:
	var height: float = minf(_lines.get_content_height(), _lines.size.y)
	_backdrop.visible = not _entry.visible and height > 0.0
	_backdrop.modulate.a = _panel.modulate.a
	var top_left: Vector2 = _lines.global_position - global_position
	top_left.y += _lines.size.y - height
	_backdrop.position = top_left - BACKDROP_MARGIN
	_backdrop.size = Vector2(_lines.size.x, height) + 2.0 * BACKDROP_MARGIN


func _unhandled_input(event: InputEvent) -> void:
	if event.is_action_pressed(&"chat") and not event.is_echo():
		open()
		get_viewport().set_input_as_handled()


func _rise_above_keyboard() -> void:
	var covered: float = DisplayServer.virtual_keyboard_get_height() if _entry.visible else 0
	position.y = -covered / get_viewport().get_screen_transform().get_scale().y


## Leaves so much room below, in pixels.
func stand_above(pixels: float) -> void:
	_panel.offset_top += _room_below - pixels
	_panel.offset_bottom += _room_below - pixels
	_room_below = pixels


## Leaves so much room at the left, in pixels.
func move_right(pixels: float) -> void:
	_panel.offset_left += pixels
	_panel.offset_right += pixels


## Lets the player type, perhaps after something that stands there already.
func open(begun: String = "") -> void:
	_tabs.show()
	_tabs.choose(_tabs.channel)
	_entry.show()
	_entry.grab_focus()
	_panel.theme_type_variation = &"ChatPanel"
	_write(_entry.text if begun.is_empty() else begun)


## Lets the player whisper to somebody.
func begin_whisper(player_name: String) -> void:
	open("/w %s " % CommandCompletion.quoted(player_name))


## Shows what that player says, or no longer.
func hear(player_id: int, player_name: String, wanted: bool) -> void:
	ChatMemory.hear(player_id, wanted)
	if not wanted:
		_lines.take_away_all_of(player_id)
	tell(tr(&"CHAT_HEARD" if wanted else &"CHAT_UNHEARD") % player_name)


## Adds a line of the game's own.
func tell(text: String) -> void:
	_add(ChatLine.new(ChatLine.Kind.TOLD, text), BRIGHT_SECONDS)


func _add(line: ChatLine, bright_seconds: float) -> void:
	_bright_seconds = maxf(_bright_seconds, bright_seconds)
	_lines.add(line)


func _write(text: String) -> void:
	_entry.text = text
	_entry.caret_column = text.length()
	_show_hints(text)


func _close() -> void:
	_bright_seconds = BRIGHT_SECONDS
	_entry.clear()
	_entry.release_focus()
	_entry.hide()
	_hints.hide()
	_tabs.hide()
	_recalled = 0
	_lines.channel = ChatLine.Channel.ALL
	_offers.clear()
	_panel.theme_type_variation = &"IdleChatPanel"


func _show_hints(text: String) -> void:
	_completion.commands = Connection.session.chat_commands
	var usages: PackedStringArray = _completion.usages(text)
	_hints.visible = _entry.visible and not usages.is_empty()
	_hints.clear()
	for index: int in mini(usages.size(), MAX_HINTS):
		if index > 0:
			_hints.newline()
		var command: String = usages[index].get_slice(" ", 0).trim_prefix("/")
		_hints.push_color(ChatLog.OWN_COLOUR)
		_hints.add_text(CommandText.usage(usages[index]))
		_hints.pop()
		_hints.add_text("   " + CommandText.purpose(command))


## Puts the next of what the line can become into it.
func _complete(step: int) -> void:
	if _offers.is_empty() or _offers[_offered] != _entry.text:
		_completion.commands = Connection.session.chat_commands
		_completion.names = _names()
		_offers = _completion.completions(_entry.text)
		_offered = 0 if step > 0 else _offers.size() - 1
	else:
		_offered = posmod(_offered + step, _offers.size())
	if not _offers.is_empty():
		_write(_offers[_offered])


func _names() -> PackedStringArray:
	var names: PackedStringArray = PackedStringArray()
	if Connection.session.world != null:
		for player: EstragonPlayer in Connection.session.world.players.values():
			names.append(player.name)
	names.sort()
	return names


## Puts an earlier line of one's own into the entry, or a later one.
func _recall(step: int) -> void:
	_recalled = clampi(_recalled + step, 0, ChatMemory.said.size())
	_offers.clear()
	_write("" if _recalled == 0 else ChatMemory.said[-_recalled])


func _scroll(step: int) -> void:
	var bar: VScrollBar = _lines.get_v_scroll_bar()
	bar.value += step * bar.page / 2.0


func _on_channel_chosen(channel: ChatLine.Channel) -> void:
	_lines.channel = channel
	var is_private: bool = channel == ChatLine.Channel.WHISPERS and _partner_id != 0
	_entry.placeholder_text = (
		tr(&"CHAT_PLACEHOLDER_WHISPER") % _partner if is_private else tr(&"CHAT_PLACEHOLDER")
	)


## What is in no channel that is read is unread, also where the closed box shows it for a while.
func _on_line_added(line: ChatLine) -> void:
	_tabs.count(line, line.is_in(_tabs.channel))


func _on_text_changed(text: String) -> void:
	_offers.clear()
	_show_hints(text)


func _on_text_submitted(text: String) -> void:
	var is_whisper: bool = (
		_tabs.channel == ChatLine.Channel.WHISPERS
		and _partner_id != 0
		and not text.begins_with("/")
	)
	_close()
	if text.strip_edges().is_empty():
		return
	ChatMemory.keep(text)
	if is_whisper:
		whispered.emit(_partner_id, text)
	else:
		said.emit(text)


func _on_entry_gui_input(event: InputEvent) -> void:
	if event.is_action_pressed(&"menu") or event.is_action_pressed(&"ui_cancel"):
		_close()
		get_viewport().set_input_as_handled()
	elif event.is_action_pressed(&"ui_up", true):
		_recall(1)
		_entry.accept_event()
	elif event.is_action_pressed(&"ui_down", true):
		_recall(-1)
		_entry.accept_event()
	elif event.is_action_pressed(&"ui_page_up", true):
		_scroll(-1)
		_entry.accept_event()
	elif event.is_action_pressed(&"ui_page_down", true):
		_scroll(1)
		_entry.accept_event()
	elif event.is_action_pressed(&"ui_focus_prev", true):
		_complete(-1)
		_entry.accept_event()
	elif event.is_action_pressed(&"ui_focus_next", true):
		_complete(1)
		_entry.accept_event()


func _on_chat_received(player: EstragonPlayer, text: String, timestamp_ms: int) -> void:
	if player == null:
		tell(text)
		return
	if not ChatMemory.hears(player.player_id):
		return
	var line: ChatLine = ChatLine.new(ChatLine.Kind.SAID, text)
	line.player_id = player.player_id
	line.author = player.name
	line.timestamp_ms = timestamp_ms
	_add(line, BRIGHT_SECONDS)


func _on_whisper_received(whisper: EstragonCodec.Whisper) -> void:
	if whisper.own == 0 and not ChatMemory.hears(whisper.player_id):
		return
	_partner_id = whisper.player_id
	_partner = whisper.name
	var kind: ChatLine.Kind = (
		ChatLine.Kind.OWN_WHISPER if whisper.own != 0 else ChatLine.Kind.HEARD_WHISPER
	)
	var line: ChatLine = ChatLine.new(kind, whisper.text)
	line.player_id = whisper.player_id
	line.author = whisper.name
	line.timestamp_ms = whisper.timestamp
	_add(line, BRIGHT_SECONDS)


func _on_notice_received(code: int, values: PackedStringArray) -> void:
	var text: String = NoticeText.sentence(code, values)
	if text.is_empty():
		return
	if code in PROCLAIMED:
		_add(ChatLine.new(ChatLine.Kind.PROCLAIMED, text), PROCLAIMED_SECONDS)
	else:
		tell(text)


func _on_player_joined(player: EstragonPlayer) -> void:
	if Connection.session.world.is_roster_known:
		tell(tr(&"CHAT_JOINED") % player.name)


func _on_player_changed(player: EstragonPlayer, old_name: String) -> void:
	var is_own: bool = player.player_id == Connection.session.player_id
	if not is_own and player.name != old_name:
		tell(tr(&"CHAT_RENAMED").format([old_name, player.name]))


func _on_player_left(player: EstragonPlayer, reason: int) -> void:
	var lost: bool = reason == EstragonCodec.LeaveReason.LOST
	tell(tr(&"CHAT_LOST" if lost else &"CHAT_LEFT") % player.name)


func _on_refused(refusal: EstragonRefusal) -> void:
	if refusal.is_fatal or Connection.status != EstragonClient.Status.PLAYING:
		return
	tell(ErrorText.explain(refusal))
	var is_of_chat: bool = (
		refusal.message
		in [EstragonCodec.MessageType.CHAT_MESSAGE, EstragonCodec.MessageType.WHISPER]
	)
	if is_of_chat and _entry.text.is_empty() and not ChatMemory.said.is_empty():
		_write(ChatMemory.said[-1])
