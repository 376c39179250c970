class_name ChatTabs
extends HBoxContainer
## The channels of the chat, with how much of each is unread.

## The player wants to read another channel.
signal channel_chosen(channel: ChatLine.Channel)

## The channels, from the left.
const TITLES: Dictionary[ChatLine.Channel, String] = {
	ChatLine.Channel.ALL: "CHAT_ALL",
	ChatLine.Channel.WORLD: "CHAT_WORLD",
	ChatLine.Channel.WHISPERS: "CHAT_WHISPERS",
	ChatLine.Channel.NOTICES: "CHAT_NOTICES",
}
## The most that is counted.
const MOST_UNREAD: int = 99

## Which one is read.
var channel: ChatLine.Channel = ChatLine.Channel.ALL

var _unread: Dictionary[ChatLine.Channel, int] = {}
var _buttons: Dictionary[ChatLine.Channel, Button] = {}


func _ready() -> void:
	var group: ButtonGroup = ButtonGroup.new()
	for each: ChatLine.Channel in TITLES:
		var button: Button = Button.new()
		button.theme_type_variation = &"TabButton"
		button.toggle_mode = true
		button.button_group = group
		button.focus_mode = Control.FOCUS_NONE
		button.auto_translate_mode = Node.AUTO_TRANSLATE_MODE_DISABLED
		button.pressed.connect(choose.bind(each))
		add_child(button)
		_buttons[each] = button
	_buttons[channel].button_pressed = true
	_refresh()


func _notification(what: int) -> void:
	if what == NOTIFICATION_TRANSLATION_CHANGED and is_node_ready():
		_refresh()


## Chooses a channel.
func choose(wanted: ChatLine.Channel) -> void:
	channel = wanted
	_buttons[channel].button_pressed = true
	_forget_read()
	channel_chosen.emit(channel)


## Chooses the next one, or with -1 the one before.
func go_on(step: int) -> void:
	choose(posmod(channel + step, TITLES.size()) as ChatLine.Channel)


## A line came; [param is_read] where it is in sight.
func count(line: ChatLine, is_read: bool) -> void:
	if is_read or line.kind == ChatLine.Kind.OWN_WHISPER:
		return
	_unread[line.channel()] = unread(line.channel()) + 1
	_refresh()


## How many lines of a channel are unread.
func unread(of: ChatLine.Channel) -> int:
	return _unread.get(of, 0)


## What is shown now is read.
func _forget_read() -> void:
	if channel == ChatLine.Channel.ALL:
		_unread.clear()
	_unread.erase(channel)
	_refresh()


func _refresh() -> void:
	for each: ChatLine.Channel in _buttons:
		var unread_now: int = unread(each)
		_buttons[each].text = tr(TITLES[each])
		if unread_now > 0:
			_buttons[each].text += (
				" (%s)" % ("%d+" % MOST_UNREAD if unread_now > MOST_UNREAD else str(unread_now))
			)
