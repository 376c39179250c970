extends Node
## Plays the real game from a plan, for tests in other languages:
## [code]godot --headless --path godot_client res://tests/play.tscn -- --server=127.0.0.1:8000
## --name=Estragon --plan=/abs/plan.json [--locale=ru] [--remember=yes]
## [--nearby-port=8000][/code]. See [PlayDriver] for the steps. Without [code]--remember[/code]
## nothing is kept in [code]user://[/code]; servers nearby are looked for on this machine alone, at
## that port.


func _ready() -> void:
	var options: Dictionary[String, String] = {}
	for argument: String in OS.get_cmdline_user_args():
		options[argument.get_slice("=", 0)] = argument.substr(argument.find("=") + 1)
	Settings.is_persistent = options.has("--remember")
	LocalSearch.hosts.clear()
	if options.has("--nearby-port"):
		LocalSearch.hosts.append("127.0.0.1")
		LocalSearch.port = int(options["--nearby-port"])
	if not Settings.is_persistent:
		Connection.account.store = EstragonTokenStore.new("")
	Settings.speak(options.get("--locale", "en"))
	var driver: PlayDriver = PlayDriver.new()
	driver.server = options.get("--server", "127.0.0.1:8000")
	driver.player_name = options.get("--name", "Estragon")
	driver.plan = _read_plan(options.get("--plan", ""))
	get_tree().root.add_child.call_deferred(driver)


func _read_plan(path: String) -> Array:
	var plan: Variant = JSON.parse_string(FileAccess.get_file_as_string(path))
	if plan is Array:
		return plan
	printerr("there is no plan in '%s'" % path)
	get_tree().quit(1)
	return []
