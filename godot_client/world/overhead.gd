class_name Overhead
extends Node2D
## What somebody says and shows, over their head for a while.

## The pictures of the emotes, in the order of EmoteKind.
const EMOTES: Texture2D = preload("res://art/emotes.png")
## The side of one, in pixels.
const EMOTE_PIXELS: int = 16
## How long an emote stays, and how long it takes to appear and to go.
const EMOTE_SECONDS: float = 3.0
const APPEAR_SECONDS: float = 0.15
const FADE_SECONDS: float = 0.5
## How long a line stays: for so long, and for each character so much longer.
const LINE_SECONDS: float = 3.0
const CHARACTER_SECONDS: float = 0.06
## The widest line, in pixels of the screen, and how much of the text there is room for.
const LINE_WIDTH: float = 260.0
const MOST_LINES: int = 4
const MOST_CHARACTERS: int = 240
## As the label wraps.
const WRAPPING: int = (
	TextServer.BREAK_MANDATORY | TextServer.BREAK_WORD_BOUND | TextServer.BREAK_ADAPTIVE
)

## When the line that is shown was said, in milliseconds since 1970.
var line_ms: int = 0

var _emote_left: float = 0.0
var _line_left: float = 0.0

@onready var _emote: Sprite2D = %Emote
@onready var _bubble: PanelContainer = %Bubble
@onready var _text: Label = %Text


func _ready() -> void:
	_emote.hide()
	_bubble.hide()
	set_process(false)


func _process(delta: float) -> void:
	_emote_left -= delta
	_line_left -= delta
	_emote.visible = _emote_left > 0.0
	_bubble.visible = _line_left > 0.0
	set_process(_emote.visible or _bubble.visible)
	_bubble.modulate.a = minf(_line_left / FADE_SECONDS, 1.0)
	_emote.modulate.a = minf(_emote_left / FADE_SECONDS, 1.0)
	var shown: float = minf((EMOTE_SECONDS - _emote_left) / APPEAR_SECONDS, 1.0)
	_emote.scale = Vector2.ONE * shown
	_emote.position.y = -_height() if _bubble.visible else 0.0


## Shows an emote; one that is not known shows nothing.
func show_emote(kind: int) -> void:
	if EstragonCodec.EmoteKind.find_key(kind) == null:
		return
	_emote.frame = kind - 1
	_emote_left = EMOTE_SECONDS
	set_process(true)


## Shows a line that was said at that time, exactly as it was said.
func say(text: String, timestamp_ms: int) -> void:
	line_ms = timestamp_ms
	_text.text = text.left(MOST_CHARACTERS)
	_text.custom_minimum_size = _room_for(_text.text)
	_bubble.reset_size()
	_bubble.position = Vector2(-_bubble.size.x / 2.0, -_bubble.size.y) * _bubble.scale
	_line_left = LINE_SECONDS + _text.text.length() * CHARACTER_SECONDS
	set_process(true)


## Takes the line away.
func fall_silent() -> void:
	_line_left = 0.0


## Takes all away.
func clear() -> void:
	_line_left = 0.0
	_emote_left = 0.0


## Lets the text wrap where it must; a label that does learns only in drawing how high that is.
func _room_for(text: String) -> Vector2:
	var font: Font = _text.get_theme_font(&"font")
	var font_size: int = _text.get_theme_font_size(&"font_size")
	var left: HorizontalAlignment = HORIZONTAL_ALIGNMENT_LEFT
	var wide: float = ceilf(font.get_string_size(text, left, -1, font_size).x) + 1.0
	var is_short: bool = wide <= LINE_WIDTH
	_text.autowrap_mode = (TextServer.AUTOWRAP_OFF if is_short else TextServer.AUTOWRAP_WORD_SMART)
	if is_short:
		return Vector2(wide, 0.0)
	return (
		font
		. get_multiline_string_size(text, left, LINE_WIDTH, font_size, MOST_LINES, WRAPPING)
		. max(Vector2(LINE_WIDTH, 0.0))
	)


func _height() -> float:
	return _bubble.size.y * _bubble.scale.y
