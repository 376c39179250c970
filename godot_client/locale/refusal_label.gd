class_name RefusalLabel
extends Label
## Says in words what is wrong, and counts down how long to wait; or says that something is done.

## How often the countdown is brought up to date.
const REFRESH_SECONDS: float = 0.5

var _refusal: EstragonRefusal = null
var _refused_at_ms: int = 0
var _key: StringName = &""
var _refresh_in: float = 0.0


func _process(delta: float) -> void:
	_refresh_in -= delta
	if _refresh_in <= 0.0 and _refusal != null and _refusal.retry_after_ms > 0:
		_refresh_in = REFRESH_SECONDS
		_refresh()


func _notification(what: int) -> void:
	if what == NOTIFICATION_TRANSLATION_CHANGED:
		_refresh()


## Says why something was not to be.
func show_refusal(refusal: EstragonRefusal) -> void:
	_key = &""
	_refusal = refusal
	_refused_at_ms = Time.get_ticks_msec()
	theme_type_variation = &"ErrorLabel"
	_refresh()


## Says what the player has to do first.
func show_problem(problem_key: StringName) -> void:
	_refusal = null
	_key = problem_key
	theme_type_variation = &"ErrorLabel"
	_refresh()


## Says that something is done.
func show_success(success_key: StringName) -> void:
	show_problem(success_key)
	theme_type_variation = &"OnlineLabel"


## Says nothing any more.
func clear() -> void:
	show_problem(&"")


## The translation key of what is said, empty where nothing is.
func key() -> StringName:
	return _key if _refusal == null else ErrorText.key(_refusal.code)


func _refresh() -> void:
	if _refusal != null:
		text = ErrorText.explain(_refusal, Time.get_ticks_msec() - _refused_at_ms)
	else:
		text = "" if _key.is_empty() else str(TranslationServer.translate(_key))
