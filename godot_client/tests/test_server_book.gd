extends TestCase
## The servers that one writes down: which stand there, in what order, and that a file that is
## broken costs nothing but itself.

const PATH: String = "user://test_servers.json"


func test_favourites_come_first_and_all_is_there_the_next_time() -> void:
	_clean()
	var book: ServerBook = ServerBook.new(PATH, "127.0.0.1")
	for address: String in ["a.org", "https://b.org", "[::1]:9000"]:
		equal(book.add(address, "Владимир & Co 🌳"), &"", address)
	book.set_favourite("https://b.org", true)
	book.remove("a.org")
	var again: ServerBook = ServerBook.new(PATH, "another.org")
	equal(_addresses(again), ["https://b.org", "127.0.0.1", "[::1]:9000"], "kept")
	equal(again.entries()[0].name, "Владимир & Co 🌳", "name")
	yes(again.entries()[0].is_favourite, "still a favourite")
	yes(not again.entries()[1].is_favourite, "and only that")
	again.set_favourite("https://b.org", false)
	equal(_addresses(again)[0], "127.0.0.1", "back among the others")
	_clean()


func test_no_server_stands_there_twice_or_without_an_address() -> void:
	var book: ServerBook = ServerBook.new("")
	equal(book.add("Play.example.org"), &"", "the first time")
	equal(book.add(" http://play.EXAMPLE.org:8000/ "), &"SERVERS_KNOWN", "the same")
	equal(book.add("https://play.example.org"), &"", "another: it is not in the clear")
	for wrong: String in ["", "   ", "two words", "a".repeat(201)]:
		equal(book.add(wrong), &"SERVERS_NO_ADDRESS", wrong)
	for number: int in ServerBook.MAX_ENTRIES - 2:
		equal(book.add("%d.org" % number), &"", str(number))
	equal(book.add("more.org"), &"SERVERS_FULL", "one too many")


func test_a_book_that_was_emptied_stays_empty() -> void:
	_clean()
	ServerBook.new(PATH, "first.org").remove("first.org")
	equal(_addresses(ServerBook.new(PATH, "second.org")), [], "empty")
	_clean()


func test_a_broken_file_is_set_aside_and_a_wrong_entry_costs_itself_alone() -> void:
	for broken: String in ["{", "[]", "null", '{"servers": 5}', "\\u0000\\u0001", ""]:
		_clean()
		_write(broken.c_unescape().to_utf8_buffer())
		equal(_addresses(ServerBook.new(PATH, "first.org")), [], broken)
		if broken != '{"servers": 5}':
			yes(FileAccess.file_exists(PATH + ".broken"), "set aside: " + broken)
	_clean()
	_write(PackedByteArray([0xFF, 0xFE, 0x00, 0xC3, 0x28]))
	equal(_addresses(ServerBook.new(PATH)), [], "bytes that are no text")
	_clean()
	_write(
		(
			(
				'{"servers": [7, {"address": 8}, {"address": "a.org", "name": [], "favourite": "yes"},'
				+ ' {"address": ""}, {"address": "b.org", "favourite": true}, null]}'
			)
			. to_utf8_buffer()
		)
	)
	equal(_addresses(ServerBook.new(PATH)), ["b.org", "a.org"], "the good ones")
	_clean()


func test_a_server_is_believed_no_more_than_it_can_be() -> void:
	for no_answer: Variant in [null, 5.0, [], "x", {}, {"worlds": {}}]:
		yes(ServerInfo.read(no_answer) == null, str(no_answer))
	var worlds: Array = [7.0, null, {"name": 5.0, "players": "many"}, {"mode": "free_roam"}]
	var told: Dictionary = {
		"name": "A\nB\u0007" + "C".repeat(500),
		"players": -4.0,
		"max_players": INF,
		"protocol_versions": "1",
		"worlds": worlds
	}
	var info: ServerInfo = ServerInfo.read(told)
	equal(info.name.left(3), "A B", "one line")
	yes(info.name.length() <= ServerInfo.MAX_CHARACTERS, "a short one")
	equal([info.players, info.places], [0, 0], "counts")
	equal(info.worlds.size(), 2, "worlds")
	yes(not info.is_understood, "no version that this game speaks")
	equal(Array(info.mode_names()), [ServerInfo.mode_name("free_roam")], "modes")
	told = {"worlds": [{}, {}], "max_players": 20.0, "protocol_versions": [3.0, 1.0]}
	yes(ServerInfo.read(told).is_understood, "one of several versions")
	equal(ServerInfo.read(told).places, 40, "places in all worlds")


func _addresses(book: ServerBook) -> Array:
	return book.entries().map(func(entry: ServerBook.Entry) -> String: return entry.address)


func _write(bytes: PackedByteArray) -> void:
	var file: FileAccess = FileAccess.open(PATH, FileAccess.WRITE)
	file.store_buffer(bytes)


func _clean() -> void:
	for path: String in [PATH, PATH + ".broken", PATH + ".new"]:
		if FileAccess.file_exists(path):
			DirAccess.remove_absolute(path)
