extends TestCase
## What is remembered: only here, only as long as it is good, and not in the clear.

const PATH: String = "user://test_tokens.bin"
const SERVER: String = "play.example.org"

var _store: EstragonTokenStore = EstragonTokenStore.new(PATH)


func test_a_login_is_there_the_next_time_and_by_any_way_to_write_the_server() -> void:
	_store.remember(SERVER, _login("Estragon", "secret-token"))
	var found: EstragonTokenStore.Login = EstragonTokenStore.new(PATH).login(
		"HTTP://Play.example.org:8000/"
	)
	equal(found.name, "Estragon", "name")
	equal(found.look, 3, "look")
	equal(found.token, "secret-token", "token")
	yes(_store.login("https://play.example.org") == null, "another line is another server")
	_clean_up()


func test_each_server_has_its_own_and_forgets_it_alone() -> void:
	_store.remember(SERVER, _login("Estragon", "one"))
	_store.remember("127.0.0.1", _login("Владимир", "two"))
	_store.forget(SERVER)
	yes(_store.login(SERVER) == null, "forgotten")
	equal(_store.login("127.0.0.1").name, "Владимир", "name")
	_clean_up()


func test_nothing_of_it_can_be_read_in_the_file() -> void:
	_store.remember(SERVER, _login("Estragon", "secret-token"))
	var raw: String = FileAccess.get_file_as_bytes(PATH).get_string_from_ascii()
	for each: String in ["secret-token", "Estragon", "example", "token"]:
		yes(not each in raw, each)
	if OS.get_name() not in ["Windows", "Web"]:
		for file: String in [PATH, PATH + ".key"]:
			equal(
				FileAccess.get_unix_permissions(file) as int,
				FileAccess.UNIX_READ_OWNER | FileAccess.UNIX_WRITE_OWNER as int,
				"permissions"
			)
	_clean_up()


func test_a_damaged_file_is_forgotten_and_then_replaced() -> void:
	_store.remember(SERVER, _login("Estragon", "secret-token"))
	var sound: PackedByteArray = FileAccess.get_file_as_bytes(PATH)
	for each: int in [0, 20, sound.size() - 1]:
		var damaged: PackedByteArray = sound.duplicate()
		damaged[each] ^= 1
		_put(damaged)
		_is_forgotten("byte %d" % each)
	_put(sound.slice(0, 50))
	_is_forgotten("cut off")
	_put(PackedByteArray())
	_is_forgotten("empty")
	var store: EstragonTokenStore = EstragonTokenStore.new(PATH)
	store.remember(SERVER, _login("Estragon", "new-token"))
	yes(store.is_sound, "sound again")
	equal(EstragonTokenStore.new(PATH).login(SERVER).token, "new-token", "token")
	_clean_up()


func test_a_file_without_its_key_is_of_no_use() -> void:
	_store.remember(SERVER, _login("Estragon", "secret-token"))
	DirAccess.remove_absolute(PATH + ".key")
	_is_forgotten("another machine")
	_clean_up()


func test_a_guests_token_is_found_as_long_as_it_may_be_good() -> void:
	var token: PackedByteArray = "resume".to_utf8_buffer()
	_store.keep_guest(SERVER, "Поццо", token, 1000.0, 80.0)
	equal(_store.guest_token(SERVER, "Поццо", 1080.0), token, "in time")
	equal(_store.guest_token(SERVER, " ПОЦЦО", 1080.0), token, "which is the same name")
	equal(_store.guest_token(SERVER, "Поццо", 1081.0), PackedByteArray(), "too late")
	equal(_store.guest_token(SERVER, "Pozzo", 1000.0), PackedByteArray(), "somebody else")
	equal(_store.guest_token("127.0.0.1", "Поццо", 1000.0), PackedByteArray(), "elsewhere")
	_store.keep_guest(SERVER, "Lucky", token, 1000.0, 80.0)
	_store.forget_guest(SERVER, "Поццо")
	equal(_store.guest_token(SERVER, "Поццо", 1000.0), PackedByteArray(), "forgotten")
	equal(_store.guest_token(SERVER, "Lucky", 1000.0), token, "the other one")
	_clean_up()


func test_two_games_at_once_do_not_overwrite_each_other() -> void:
	var other: EstragonTokenStore = EstragonTokenStore.new(PATH)
	_store.remember(SERVER, _login("Estragon", "one"))
	other.remember("127.0.0.1", _login("Владимир", "two"))
	equal(_store.login(SERVER).token, "one", "the one")
	equal(_store.login("127.0.0.1").token, "two", "the other")
	_clean_up()


func test_without_a_file_nothing_is_remembered() -> void:
	var store: EstragonTokenStore = EstragonTokenStore.new("")
	store.remember(SERVER, _login("Estragon", "one"))
	yes(store.login(SERVER) == null, "nothing")
	yes(store.is_sound, "and that is as it should be")


func _login(name: String, token: String) -> EstragonTokenStore.Login:
	var login: EstragonTokenStore.Login = EstragonTokenStore.Login.new()
	login.name = name
	login.look = 3
	login.token = token
	return login


func _put(bytes: PackedByteArray) -> void:
	var file: FileAccess = FileAccess.open(PATH, FileAccess.WRITE)
	file.store_buffer(bytes)
	file.close()


func _is_forgotten(what: String) -> void:
	var store: EstragonTokenStore = EstragonTokenStore.new(PATH)
	yes(not store.is_sound, what + ": it is told")
	yes(store.login(SERVER) == null, what + ": nothing is remembered")


func _clean_up() -> void:
	for file: String in [PATH, PATH + ".key"]:
		DirAccess.remove_absolute(file)
