class_name ServerBook
extends RefCounted
## The servers that one has written down, favourites first.

## Something stands there that did not, or no longer.
signal changed

## Where it is kept.
const PATH: String = "user://servers.json"
## More are not kept: each is asked again and again while the list is open.
const MAX_ENTRIES: int = 50
## A longer address is none.
const MAX_CHARACTERS: int = 200

var _path: String = ""
var _entries: Array[Entry] = []


class Entry:
	extends RefCounted
	## One of them.

	## As it was typed.
	var address: String = ""
	## What the server called itself when it was last heard of.
	var name: String = ""
	## Whether it stands above the others.
	var is_favourite: bool = false


## Keeps them in a file; an empty [param path] keeps nothing. Where there is no file yet, it begins
## with the address [param first].
func _init(path: String = PATH, first: String = "") -> void:
	_path = path
	if _path.is_empty():
		return
	if not FileAccess.file_exists(_path):
		_append(first, "")
	var servers: Variant = KeptFile.read(_path).get("servers")
	for each: Variant in servers if servers is Array else []:
		if each is Dictionary:
			_take(each)


## All of them: favourites first, then as they were written down.
func entries() -> Array[Entry]:
	var sorted: Array[Entry] = []
	for wanted: bool in [true, false]:
		sorted.append_array(
			_entries.filter(func(e: Entry) -> bool: return e.is_favourite == wanted)
		)
	return sorted


## The entry of an address however it is written, or null.
func find(address: String) -> Entry:
	var key: String = EstragonAddress.key(address)
	for entry: Entry in _entries:
		if EstragonAddress.key(entry.address) == key:
			return entry
	return null


## Writes an address down. Gives the translation key of why not, empty where it is done.
func add(address: String, name: String = "") -> StringName:
	var problem: StringName = _append(address.strip_edges(), name)
	if problem.is_empty():
		_save()
	return problem


## Strikes an address out.
func remove(address: String) -> void:
	_entries.erase(find(address))
	_save()


## Puts an address above the others, or back among them.
func set_favourite(address: String, is_favourite: bool) -> void:
	var entry: Entry = find(address)
	if entry != null and entry.is_favourite != is_favourite:
		entry.is_favourite = is_favourite
		_save()


## Notes what a server calls itself. Nothing is [signal changed] by that.
func note_name(address: String, name: String) -> void:
	var entry: Entry = find(address)
	if entry != null and entry.name != name:
		entry.name = name
		_write()


func _append(address: String, name: String) -> StringName:
	if EstragonAddress.key(address).is_empty() or address.length() > MAX_CHARACTERS:
		return &"SERVERS_NO_ADDRESS"
	if find(address) != null:
		return &"SERVERS_KNOWN"
	if _entries.size() >= MAX_ENTRIES:
		return &"SERVERS_FULL"
	var entry: Entry = Entry.new()
	entry.address = address
	entry.name = name.left(ServerInfo.MAX_CHARACTERS)
	_entries.append(entry)
	return &""


func _take(kept: Dictionary) -> void:
	var address: Variant = kept.get("address")
	var name: Variant = kept.get("name")
	if not address is String:
		return
	if _append(address, str(name) if name is String else "").is_empty():
		_entries[-1].is_favourite = kept.get("favourite") is bool and kept["favourite"]


func _save() -> void:
	_write()
	changed.emit()


func _write() -> void:
	if _path.is_empty():
		return
	var servers: Array[Dictionary] = []
	for entry: Entry in _entries:
		servers.append(
			{"address": entry.address, "name": entry.name, "favourite": entry.is_favourite}
		)
	KeptFile.write(_path, {"servers": servers})
