class_name PlayWatch
extends Node
## Watches what the real scenes show, prints a line of JSON for each change, and remembers it.

## What is heard all the time is not told.
const COMMON_SOUNDS: Array[StringName] = [&"button", &"chat", &"step"]

## Who is in sight, by name.
var seen: Dictionary[String, bool] = {}
## The translation key of the problem shown, empty where there is none.
var message: StringName = &""
## The chat of the world, or null in the menu.
var chat: ChatBox = null

## Lines of chat that nobody has taken yet.
var _lines: Array[ChatLine] = []


func _ready() -> void:
	process_mode = Node.PROCESS_MODE_ALWAYS
	Connection.joined.connect(_on_joined)
	Sounds.played.connect(_on_played)


func _process(_delta: float) -> void:
	_watch_chat()
	_watch_players()
	_watch_message()


## Prints an event.
func tell(event: String, details: Dictionary) -> void:
	var line: Dictionary = {"event": event}
	line.merge(details)
	print(JSON.stringify(line))


## True once for each line of chat with the "text" and, if they are there, "from" and "kind".
func take_line(wanted: Dictionary) -> bool:
	for index: int in _lines.size():
		var line: ChatLine = _lines[index]
		var is_meant: bool = line.author == wanted.get("from", line.author)
		is_meant = is_meant and _kind(line) == wanted.get("kind", _kind(line))
		if is_meant and line.text == wanted["text"]:
			_lines.remove_at(index)
			return true
	return false


func _watch_chat() -> void:
	var scene: Node = get_tree().current_scene
	var current: ChatBox = scene.get_node("%ChatBox") if scene is WorldScene else null
	if current != chat:
		chat = current
		if chat != null:
			(chat.get_node("%Lines") as ChatLog).line_added.connect(_on_line_added)


func _watch_players() -> void:
	var world: WorldScene = get_tree().current_scene as WorldScene
	var now: Dictionary[String, bool] = {}
	if world != null:
		for avatar: Avatar in world.avatars():
			var player: EstragonPlayer = avatar.player
			now[player.name] = true
			if not seen.has(player.name):
				var place: Vector2 = Vector2(player.position) / EstragonCodec.UNITS_PER_TILE
				tell("player_seen", {"name": player.name, "x": place.x, "y": place.y})
	for each: String in seen:
		if not now.has(each):
			tell("player_gone", {"name": each})
	seen = now


func _watch_message() -> void:
	var scene: Node = get_tree().current_scene
	var shown: StringName = &""
	var text: String = ""
	if scene is Menu:
		shown = (scene as Menu).problem()
		text = (scene as Menu).problem_text()
	elif scene is WorldScene:
		shown = (scene.get_node("%Hud") as Hud).problem()
		text = tr(shown)
	if shown != message:
		message = shown
		tell("message", {"text_key": shown, "text": text})


func _on_joined() -> void:
	var session: EstragonSession = Connection.session
	tell(
		"joined",
		{"name": session.player_name, "player_id": session.player_id, "world": session.world.name}
	)


func _on_line_added(line: ChatLine) -> void:
	_lines.append(line)
	tell("chat", {"from": line.author, "text": line.text, "kind": _kind(line)})


func _kind(line: ChatLine) -> String:
	return str(ChatLine.Kind.find_key(line.kind)).to_lower()


func _on_played(sound: StringName) -> void:
	if sound not in COMMON_SOUNDS:
		tell("heard", {"sound": sound})
