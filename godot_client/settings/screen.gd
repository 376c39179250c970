class_name Screen
extends RefCounted
## The window, as the settings want it.

## What there is to choose from.
const SIZES: Array[Vector2i] = [Vector2i(1280, 720), Vector2i(1600, 900), Vector2i(1920, 1080)]


## True where the player can choose how the game is shown: a browser or a phone decides itself.
static func is_free() -> bool:
	return not OS.has_feature("web") and not OS.has_feature("mobile")


## Whether that is one of the sizes to choose.
static func is_size(size: Vector2i) -> bool:
	return size in SIZES


## Shows the window of the tree in which [param node] is as the settings say.
static func show(node: Node) -> void:
	if not is_free() or DisplayServer.get_name() == "headless":
		return
	var window: Window = node.get_tree().root
	window.mode = Window.MODE_FULLSCREEN if Settings.is_fullscreen else Window.MODE_WINDOWED
	if not Settings.is_fullscreen and is_size(Settings.window_size):
		window.size = Settings.window_size
		window.move_to_center()
	DisplayServer.window_set_vsync_mode(
		DisplayServer.VSYNC_ENABLED if Settings.has_vsync else DisplayServer.VSYNC_DISABLED
	)
