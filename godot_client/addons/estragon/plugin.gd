@tool
extends EditorPlugin
## Adds the [EstragonClient] as the autoload "Connection" where the project has none yet.

## The name under which games find the client.
const AUTOLOAD: String = "Connection"


func _enable_plugin() -> void:
	if not ProjectSettings.has_setting("autoload/" + AUTOLOAD):
		add_autoload_singleton(AUTOLOAD, "res://addons/estragon/client.gd")


func _disable_plugin() -> void:
	remove_autoload_singleton(AUTOLOAD)
