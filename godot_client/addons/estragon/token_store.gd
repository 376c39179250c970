class_name EstragonTokenStore
extends RefCounted
## What brings players back after the game was closed: for each server a log-in that is to be
## remembered, and the session of a guest, for the case of a crash.
##
## No password is ever here. What cannot be read is as good as forgotten: one logs in again.

## Where it is kept.
const PATH: String = "user://tokens.bin"

## False where the file is there and cannot be read, or cannot be written.
var is_sound: bool = true

var _path: String = ""


## A remembered log-in.
class Login:
	extends RefCounted
	## The account's name.
	var name: String = ""
	## Which look it has.
	var look: int = 0
	## What /api/tickets takes.
	var token: String = ""


## Keeps it in a file; an empty [param path] remembers nothing.
func _init(path: String = PATH) -> void:
	_path = path
	is_sound = path.is_empty() or not FileAccess.file_exists(path) or not _read().is_empty()


## What is remembered for a server, or null.
func login(address: String) -> Login:
	var kept: Dictionary = _entry(_read(), "logins", EstragonAddress.key(address))
	var found: Login = Login.new()
	found.name = str(kept.get("name", ""))
	found.look = int(str(kept.get("look", 0)))
	found.token = str(kept.get("token", ""))
	return null if found.token.is_empty() else found


## Remembers a log-in in the place of the one before.
func remember(address: String, remembered: Login) -> void:
	var entry: Dictionary = {
		"name": remembered.name, "look": remembered.look, "token": remembered.token
	}
	_change("logins", EstragonAddress.key(address), entry)


## Forgets a server's log-in.
func forget(address: String) -> void:
	_change("logins", EstragonAddress.key(address), {})


## The resume token of a guest who was cut off, where it may still be good; else nothing.
## [param now] is in seconds since 1970.
func guest_token(address: String, guest_name: String, now: float) -> PackedByteArray:
	var kept: Dictionary = _entry(_read(), "guests", _guest_key(address, guest_name))
	if _is_over(kept, now):
		return PackedByteArray()
	return str(kept.get("token", "")).to_utf8_buffer()


## Keeps a guest's resume token, which may be good for so many seconds more.
func keep_guest(
	address: String, guest_name: String, token: PackedByteArray, now: float, seconds: float
) -> void:
	var entry: Dictionary = {"token": token.get_string_from_utf8(), "until": now + seconds}
	_change("guests", _guest_key(address, guest_name), entry, now)


## The guest has left, or is an account.
func forget_guest(address: String, guest_name: String) -> void:
	_change("guests", _guest_key(address, guest_name), {})


func _guest_key(address: String, guest_name: String) -> String:
	return "%s %s" % [EstragonAddress.key(address), guest_name.strip_edges().to_lower()]


func _is_over(kept_guest: Dictionary, now: float) -> bool:
	var until: Variant = kept_guest.get("until")
	return not until is float or now > (until as float)


func _entry(kept: Dictionary, section: String, key: String) -> Dictionary:
	var entry: Variant = _section(kept, section).get(key)
	return entry if entry is Dictionary else {}


func _section(kept: Dictionary, section: String) -> Dictionary:
	var entries: Variant = kept.get(section)
	return entries if entries is Dictionary else {}


## Reads before it writes: another game may be running.
func _change(section: String, key: String, entry: Dictionary, now: float = 0.0) -> void:
	var kept: Dictionary = _read()
	if _path.is_empty() or _entry(kept, section, key) == entry:
		return
	var logins: Dictionary = _section(kept, "logins")
	var guests: Dictionary = _section(kept, "guests")
	for each: String in guests.keys():
		if _is_over(_entry(kept, "guests", each), now):
			guests.erase(each)
	var changed: Dictionary = logins if section == "logins" else guests
	if entry.is_empty():
		changed.erase(key)
	else:
		changed[key] = entry
	var text: String = JSON.stringify({"logins": logins, "guests": guests})
	is_sound = EstragonSealedFile.write(_path, text)


func _read() -> Dictionary:
	if _path.is_empty() or not FileAccess.file_exists(_path):
		return {}
	var json: JSON = JSON.new()
	if json.parse(EstragonSealedFile.read(_path)) == OK and json.data is Dictionary:
		return json.data
	return {}
