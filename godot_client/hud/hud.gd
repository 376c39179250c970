class_name Hud
extends Control
## Who and what is around, and what is wrong with the connection.

## The player wants to leave.
signal leave_requested
## The player wants the menu...
signal menu_requested
## ...the list of all players...
signal players_requested
## ...something to show...
signal emotes_requested
## ...or to say something.
signal chat_requested
## The player wants to do something about somebody.
signal player_picked(player_id: int, player_name: String)

## How often numbers are brought up to date.
const REFRESH_SECONDS: float = 0.5

var _refresh_in: float = 0.0
var _problem: StringName = &""

@onready var _status: Label = %Status
@onready var _banner: PanelContainer = %Banner
@onready var _message: Label = %Message
@onready var _countdown: Label = %Countdown
@onready var _back: Button = %Back
@onready var _minimap: Minimap = %Minimap
@onready var _minimap_panel: PanelContainer = %MinimapPanel


func _ready() -> void:
	_banner.visibility_changed.connect(
		func() -> void: (%Shade as ColorRect).visible = _banner.visible
	)
	_banner.hide()
	_back.pressed.connect(leave_requested.emit)
	(%MapButton as Button).pressed.connect(_toggle_minimap)
	(%PlayersButton as Button).pressed.connect(players_requested.emit)
	(%EmotesButton as Button).pressed.connect(emotes_requested.emit)
	(%ChatButton as Button).pressed.connect(chat_requested.emit)
	(%MenuButton as Button).pressed.connect(menu_requested.emit)
	_minimap.player_picked.connect(player_picked.emit)
	Connection.joined.connect(_banner.hide)
	Connection.connection_lost.connect(_on_connection_lost)


func _process(delta: float) -> void:
	_refresh_in -= delta
	if _refresh_in <= 0.0:
		_refresh_in = REFRESH_SECONDS
		_show_status()
	if _banner.visible:
		_show_countdown()


func _unhandled_input(event: InputEvent) -> void:
	if event.is_action_pressed(&"minimap"):
		_toggle_minimap()
	elif event.is_action_pressed(&"minimap_zoom_in"):
		_minimap.zoom += 1
	elif event.is_action_pressed(&"minimap_zoom_out"):
		_minimap.zoom -= 1


## The translation key of the problem shown, empty where there is none.
func problem() -> StringName:
	return _problem if _banner.visible else &""


func _toggle_minimap() -> void:
	_minimap_panel.visible = not _minimap_panel.visible


func _show_status() -> void:
	var world: EstragonWorld = Connection.session.world
	if world == null:
		return
	var parts: Array[String] = [world.name]
	var count: int = world.players.size()
	parts.append(tr_n(&"PLAYERS_HERE", &"PLAYERS_HERE_PLURAL", count) % count)
	if Connection.clock.round_trip > 0.0:
		parts.append(tr(&"HUD_PING") % roundi(Connection.clock.round_trip * 1000.0))
	_status.text = "  ·  ".join(parts)


func _show_countdown() -> void:
	match Connection.status:
		EstragonClient.Status.WAITING:
			var seconds: int = ceili(Connection.seconds_to_retry())
			_countdown.text = tr_n(&"HUD_RETRY", &"HUD_RETRY_PLURAL", seconds) % seconds
		EstragonClient.Status.JOINING:
			_countdown.text = tr(&"HUD_RETRYING")
	_countdown.visible = Connection.status != EstragonClient.Status.OFFLINE


func _on_connection_lost(code: int, _retry_in: float) -> void:
	# A new try that fails is no news: what began it still says more.
	if not (_banner.visible and code == EstragonClient.UNREACHABLE):
		_show_problem(code)


func _show_problem(code: int) -> void:
	_problem = ErrorText.key(code)
	_message.text = _problem
	_show_countdown()
	_banner.show()
