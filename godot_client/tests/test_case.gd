class_name TestCase
extends RefCounted
## What tests have in common: each method called test_* is run on an object of its own.

## What went wrong, one sentence each.
var failures: PackedStringArray = PackedStringArray()
## How much was checked; a test that checks nothing fails.
var checks: int = 0
## How many errors and warnings the engine is to print, where a test provokes them.
var expected_complaints: int = 0
## Why the test did not run, where it needs what is not there.
var skipped: String = ""
## For tests that need nodes.
var tree: SceneTree = null


## Notes a failure unless both are equal, in type as well as in value.
func equal(actual: Variant, expected: Variant, what: String = "") -> void:
	checks += 1
	if typeof(actual) != typeof(expected) or actual != expected:
		failures.append("%s: %s, but %s is expected" % [what, actual, expected])


## Notes a failure unless both are nearly equal.
func near(actual: float, expected: float, tolerance: float, what: String = "") -> void:
	checks += 1
	if absf(actual - expected) > tolerance:
		failures.append("%s: %f, but about %f is expected" % [what, actual, expected])


## Notes a failure unless the condition holds.
func yes(condition: bool, what: String) -> void:
	checks += 1
	if not condition:
		failures.append("not so: " + what)


## Waits until the condition holds; false where it does not for twelve seconds.
func until(condition: Callable) -> bool:
	var deadline_ms: int = Time.get_ticks_msec() + 12000
	while Time.get_ticks_msec() < deadline_ms:
		if condition.call():
			return true
		await tree.process_frame
	return false


## A key goes down and up again.
func press(key: Key) -> void:
	for pressed: bool in [true, false]:
		var event: InputEventKey = InputEventKey.new()
		event.keycode = key
		event.physical_keycode = key
		event.pressed = pressed
		tree.root.push_input(event, true)


## A word of the command line after "--", as in --name=value.
static func argument(name: String, fallback: String) -> String:
	for each: String in OS.get_cmdline_user_args():
		if each.begins_with(name + "="):
			return each.substr(name.length() + 1)
	return fallback
