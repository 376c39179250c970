class_name ServerList
extends Dialog
## The servers that one has written down and those of the local network, each as it is just now.

## The player wants to go there.
signal chosen(address: String)
## It is closed, and nothing was chosen.
signal closed

## A line of the list.
const ROW: PackedScene = preload("res://menu/server_row.tscn")

## Where they are written down.
var book: ServerBook = null:
	set(value):
		book = value
		book.changed.connect(_show_book)
		if is_node_ready():
			_show_book()

@onready var _saved: VBoxContainer = %Saved
@onready var _nearby: VBoxContainer = %Nearby
@onready var _search: LocalSearch = %LocalSearch
@onready var _empty: Label = %Empty
@onready var _address: LineEdit = %NewAddress
@onready var _message: RefusalLabel = %Message


func _ready() -> void:
	(%Add as Button).pressed.connect(_add)
	(%Close as Button).pressed.connect(close)
	_address.text_submitted.connect(func(_text: String) -> void: _add())
	_address.text_changed.connect(func(_text: String) -> void: _message.clear())
	_search.found.connect(_on_found)
	_search.lost.connect(_on_lost)
	visibility_changed.connect(_on_visibility_changed)
	if book != null:
		_show_book()


## Shows it.
func open() -> void:
	super()
	_message.clear()
	_focus(0)


## Hides it, with nothing chosen.
func close() -> void:
	super()
	closed.emit()


## The lines of the servers in the book, from top to bottom.
func rows() -> Array[ServerRow]:
	return _rows_in(_saved)


## The lines of the servers that were found on the local network.
func nearby_rows() -> Array[ServerRow]:
	return _rows_in(_nearby)


func _rows_in(section: VBoxContainer) -> Array[ServerRow]:
	var found: Array[ServerRow] = []
	for child: Node in section.get_children():
		if child is ServerRow and not child.is_queued_for_deletion():
			found.append(child)
	return found


## Rows that stay are moved, not made anew: they know how their servers are.
func _show_book() -> void:
	var entries: Array[ServerBook.Entry] = book.entries()
	var by_address: Dictionary[String, ServerRow] = {}
	for row: ServerRow in rows():
		if book.find(row.address) == null:
			row.queue_free()
		else:
			by_address[row.address] = row
	for place: int in entries.size():
		var entry: ServerBook.Entry = entries[place]
		if not by_address.has(entry.address):
			by_address[entry.address] = _add_row(entry)
		_saved.move_child(by_address[entry.address], place)
	_empty.visible = entries.is_empty()
	for row: ServerRow in nearby_rows():
		row.visible = book.find(row.address) == null
	_show_nearby()


func _add_row(entry: ServerBook.Entry) -> ServerRow:
	var row: ServerRow = ROW.instantiate()
	row.address = entry.address
	row.known_name = entry.name
	row.is_favourite = entry.is_favourite
	row.chosen.connect(_choose.bind(entry.address))
	row.favoured.connect(func(is_one: bool) -> void: book.set_favourite(entry.address, is_one))
	row.kept_or_removed.connect(_remove.bind(entry.address))
	row.heard.connect(func(info: ServerInfo) -> void: book.note_name(entry.address, info.name))
	_saved.add_child(row, true)
	return row


func _choose(address: String) -> void:
	hide()
	chosen.emit(address)


func _remove(address: String) -> void:
	var place: int = book.entries().find(book.find(address))
	book.remove(address)
	_focus(place)


## Lets the player press the line at a place, or the last; type where there is none.
func _focus(place: int) -> void:
	var lines: Array[ServerRow] = rows()
	if lines.is_empty():
		_address.grab_focus()
	else:
		lines[mini(place, lines.size() - 1)].focus()


func _add() -> void:
	var problem: StringName = book.add(_address.text)
	if problem.is_empty():
		_address.clear()
		_message.clear()
	else:
		_message.show_problem(problem)


func _on_visibility_changed() -> void:
	_search.stop()
	if is_visible_in_tree():
		_search.start()


func _on_found(address: String, server_name: String) -> void:
	var row: ServerRow = ROW.instantiate()
	row.address = address
	row.known_name = server_name
	row.is_kept = false
	row.visible = book.find(address) == null
	row.chosen.connect(_choose.bind(address))
	row.kept_or_removed.connect(func() -> void: _keep(row))
	_nearby.add_child(row, true)
	_show_nearby()


func _on_lost(address: String) -> void:
	for row: ServerRow in nearby_rows():
		if row.address == address:
			row.queue_free()
	_show_nearby()


func _keep(row: ServerRow) -> void:
	var problem: StringName = book.add(row.address, row.known_name)
	if problem.is_empty():
		_message.clear()
		_focus(rows().size() - 1)
	else:
		_message.show_problem(problem)


func _show_nearby() -> void:
	var shown: Array[ServerRow] = nearby_rows().filter(
		func(row: ServerRow) -> bool: return row.visible
	)
	(%Nobody as Label).visible = shown.is_empty()
