extends Node
## Loads every script of the project, runs the tests, and ends with 1 where anything failed:
## [code]godot --headless --path godot_client res://tests/run_tests.tscn[/code], after
## [code]-- --vectors=/abs/path[/code] for other vectors, [code]-- --only=word[/code] for fewer
## tests, [code]-- --walks=file[/code] for what [code]python -m tests.walks[/code] wrote.
## A test fails, too, where the engine complains about anything that it did not announce.

var _run: int = 0
var _failed: int = 0
var _complaints: Complaints = Complaints.new()


class Complaints:
	extends Logger
	## What the engine complained about.
	var texts: PackedStringArray = PackedStringArray()
	var _lock: Mutex = Mutex.new()

	func _log_error(
		_function: String,
		file: String,
		line: int,
		code: String,
		rationale: String,
		_editor_notify: bool,
		_error_type: int,
		_backtraces: Array[ScriptBacktrace]
	) -> void:
		_lock.lock()
		texts.append("%s:%d: %s" % [file, line, code if rationale.is_empty() else rationale])
		_lock.unlock()

	## All that has come since the last time.
	func take() -> PackedStringArray:
		_lock.lock()
		var taken: PackedStringArray = texts
		texts = PackedStringArray()
		_lock.unlock()
		return taken


func _ready() -> void:
	Settings.is_persistent = false
	LocalSearch.hosts.clear()
	Connection.account.store = EstragonTokenStore.new("")
	OS.add_logger(_complaints)
	await get_tree().process_frame
	var only: String = TestCase.argument("--only", "")
	for path: String in _scripts("res://"):
		_load(path)
	for path: String in _scripts("res://tests"):
		if path.get_file().begins_with("test_") and path.get_file() != "test_case.gd":
			await _run_file(path, only)
	print("%d tests, %d failed" % [_run, _failed])
	OS.remove_logger(_complaints)
	get_tree().quit(1 if _failed > 0 or _run == 0 else 0)


func _load(path: String) -> void:
	var script: GDScript = load(path) as GDScript
	var complaints: PackedStringArray = _complaints.take()
	if script == null or not script.can_instantiate() or not complaints.is_empty():
		complaints.append("does not load")
		_report(path, complaints)


func _run_file(path: String, only: String) -> void:
	var script: GDScript = load(path)
	if not script.can_instantiate():
		return
	for method: Dictionary in script.get_script_method_list():
		var test_name: String = method["name"]
		var title: String = "%s: %s" % [path.get_file().get_basename(), test_name]
		if not test_name.begins_with("test_") or (not only.is_empty() and not only in title):
			continue
		var test: TestCase = script.new()
		test.tree = get_tree()
		@warning_ignore("redundant_await")
		await test.call(test_name)
		_run += 1
		var complaints: PackedStringArray = _complaints.take()
		if complaints.size() != test.expected_complaints:
			test.failures.append_array(complaints)
			test.failures.append("%d complaints" % complaints.size())
		if not test.skipped.is_empty():
			print("skip  %s: %s" % [title, test.skipped])
			continue
		if test.checks == 0:
			test.failures.append("checks nothing")
		_report(title, test.failures)


func _report(title: String, failures: PackedStringArray) -> void:
	print("%s  %s" % ["ok  " if failures.is_empty() else "FAIL", title])
	for failure: String in failures:
		print("      " + failure)
	_failed += 0 if failures.is_empty() else 1


func _scripts(folder: String) -> PackedStringArray:
	var found: PackedStringArray = PackedStringArray()
	for file: String in DirAccess.get_files_at(folder):
		if file.get_extension() == "gd":
			found.append(folder.path_join(file))
	for each: String in DirAccess.get_directories_at(folder):
		if not each.begins_with("."):
			found.append_array(_scripts(folder.path_join(each)))
	return found
