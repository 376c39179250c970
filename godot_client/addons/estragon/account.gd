class_name EstragonAccount
extends Node
## An account on a server, over HTTP: made, logged in to, changed, deleted.
##
## Call [method visit] first. All that asks the server is awaited; several at a time are fine. What
## is to be remembered goes into [member store] before anybody hears of it, so that a token that
## the server has replaced is never the only one left.

## One is logged in or no longer, or has another name or look.
signal changed

## How long an answer may take: passwords may have to queue.
const TIMEOUT_SECONDS: float = 15.0
## A longer answer is none. An export holds all that somebody ever said.
const MAX_ANSWER_BYTES: int = 64 << 20

## The server that it is on.
var address: String = ""
## Who one is there; empty where one is not logged in.
var account_name: String = ""
## Which look the account has.
var look: int = 0
## What keeps one logged in; each [method come_back] gives another. Nobody else is to see it.
var token: String = ""
## True where the log-in outlives the game.
var is_remembered: bool = false
## See [member EstragonClient.tls_options].
var tls_options: TLSOptions = null
## Where log-ins are remembered.
var store: EstragonTokenStore = EstragonTokenStore.new()


## Turns to a server, with the log-in that is remembered there.
func visit(server_address: String) -> void:
	if EstragonAddress.key(server_address) == EstragonAddress.key(address):
		return
	address = server_address
	var login: EstragonTokenStore.Login = store.login(address)
	is_remembered = login != null
	token = "" if login == null else login.token
	account_name = "" if login == null else login.name
	look = 0 if login == null else login.look
	changed.emit()


## Whether there is a log-in, as far as one knows without asking.
func is_logged_in() -> bool:
	return not token.is_empty()


## Makes an account and logs in. A guest who plays just now gives the session's resume token: they
## become the account where they stand, and may leave [param new_name] empty to keep theirs.
func register(
	new_name: String,
	password: String,
	new_look: int,
	remembers: bool,
	resume_token: PackedByteArray = PackedByteArray()
) -> EstragonAnswer:
	var body: Dictionary = {
		"name": new_name,
		"password": password,
		"look": new_look,
		"resume_token": resume_token.get_string_from_utf8()
	}
	var asked_at: String = address
	return _enter(
		await _request(HTTPClient.METHOD_POST, "/api/accounts", body), asked_at, remembers
	)


## Logs in. The answer has a ticket.
func log_in(name_there: String, password: String, remembers: bool) -> EstragonAnswer:
	var asked_at: String = address
	var body: Dictionary = {"name": name_there, "password": password}
	return _enter(await _request(HTTPClient.METHOD_POST, "/api/login", body), asked_at, remembers)


## Comes back by the token. The answer has a ticket.
func come_back() -> EstragonAnswer:
	var asked_at: String = address
	return _enter(
		await _request_as_oneself(HTTPClient.METHOD_POST, "/api/tickets"), asked_at, is_remembered
	)


## Ends this log-in. Where the server cannot be asked, it is not ended; see [method forget].
func log_out() -> EstragonAnswer:
	return await _leave(HTTPClient.METHOD_POST, "/api/logout")


## Ends all log-ins, this one too, and every connection to the game.
func log_out_everywhere() -> EstragonAnswer:
	return await _leave(HTTPClient.METHOD_POST, "/api/logout-everywhere")


## Forgets the log-in here, without a word to the server.
func forget() -> void:
	store.forget(address)
	is_remembered = false
	token = ""
	account_name = ""
	look = 0
	changed.emit()


## Gives the account another name.
func change_name(new_name: String) -> EstragonAnswer:
	return await _change({"name": new_name})


## Gives the account another look.
func change_look(new_look: int) -> EstragonAnswer:
	return await _change({"look": new_look})


## Gives the account another password. That ends all log-ins and connections; so it logs in again.
func change_password(old: String, new: String) -> EstragonAnswer:
	var own_name: String = account_name
	var remembers: bool = is_remembered
	var body: Dictionary = {"old": old, "new": new}
	var answer: EstragonAnswer = await _leave(HTTPClient.METHOD_POST, "/api/account/password", body)
	return answer if not answer.is_done() else await log_in(own_name, new, remembers)


## All that the server keeps of the account's owner, in [member EstragonAnswer.data].
func export_all() -> EstragonAnswer:
	return await _request_as_oneself(HTTPClient.METHOD_GET, "/api/account/export")


## Deletes the account for good.
func delete(password: String) -> EstragonAnswer:
	var body: Dictionary = {"password": password}
	return await _leave(HTTPClient.METHOD_DELETE, "/api/account", body)


## Takes over what the game's own connection has heard of the account.
func heard(new_name: String, new_look: int) -> void:
	if is_logged_in() and (new_name != account_name or new_look != look):
		_become(new_name, new_look)


func _change(body: Dictionary) -> EstragonAnswer:
	var answer: EstragonAnswer = await _request_as_oneself(
		HTTPClient.METHOD_PATCH, "/api/account", body
	)
	if answer.is_done() and is_logged_in():
		_become(str(answer.data.get("name", "")), _whole(answer.data.get("look")))
	return answer


## Asks for what ends the log-in.
func _leave(method: HTTPClient.Method, path: String, body: Dictionary = {}) -> EstragonAnswer:
	var asked_at: String = address
	var answer: EstragonAnswer = await _request_as_oneself(method, path, body)
	if answer.is_done() and asked_at == address:
		forget()
	return answer


## Takes over an answer with a token, if one is still at the server that gave it.
func _enter(answer: EstragonAnswer, asked_at: String, remembers: bool) -> EstragonAnswer:
	if not answer.is_done():
		return answer
	var info: Variant = answer.data.get("account")
	answer.ticket = str(answer.data.get("ticket", ""))
	if not info is Dictionary or answer.ticket.is_empty():
		answer.refusal = EstragonRefusal.new(EstragonClient.NOT_UNDERSTOOD)
	elif asked_at == address:
		token = str(answer.data.get("token", ""))
		is_remembered = remembers
		_become(str((info as Dictionary).get("name", "")), _whole((info as Dictionary).get("look")))
	return answer


func _become(new_name: String, new_look: int) -> void:
	account_name = new_name
	look = new_look
	if is_remembered:
		var login: EstragonTokenStore.Login = EstragonTokenStore.Login.new()
		login.name = account_name
		login.look = look
		login.token = token
		store.remember(address, login)
	else:
		store.forget(address)
	changed.emit()


## Asks for something that only who is logged in may have. A token that is no longer good is
## forgotten.
func _request_as_oneself(
	method: HTTPClient.Method, path: String, body: Dictionary = {}
) -> EstragonAnswer:
	var login: EstragonTokenStore.Login = store.login(address) if is_remembered else null
	if login != null:
		token = login.token  # Another game on this machine may have come back meanwhile.
	var asked_at: String = address
	var answer: EstragonAnswer = await _request(method, path, body, token)
	if asked_at == address and answer.is_refused_with(EstragonCodec.ErrorCode.AUTH_EXPIRED):
		forget()
	return answer


func _request(
	method: HTTPClient.Method, path: String, body: Dictionary, bearer: String = ""
) -> EstragonAnswer:
	var headers: PackedStringArray = PackedStringArray(["Content-Type: application/json"])
	if not bearer.is_empty():
		headers.append("Authorization: Bearer " + bearer)
	var http: HTTPRequest = HTTPRequest.new()
	http.timeout = TIMEOUT_SECONDS
	http.body_size_limit = MAX_ANSWER_BYTES
	http.max_redirects = 0  # A password goes where one wanted it to go, and nowhere else.
	if tls_options != null:
		http.set_tls_options(tls_options)
	add_child(http)
	var url: String = EstragonAddress.http_url(address, path)
	var text: String = "" if body.is_empty() else JSON.stringify(body)
	var answer: EstragonAnswer = EstragonAnswer.new()
	if url.is_empty() or http.request(url, headers, method, text) != OK:
		answer.refusal = EstragonRefusal.new(EstragonClient.UNREACHABLE)
	else:
		var completed: Array = await http.request_completed
		_read(answer, completed[0], completed[1], completed[3])
	http.queue_free()
	return answer


func _read(answer: EstragonAnswer, result: int, status: int, body: PackedByteArray) -> void:
	if result != HTTPRequest.RESULT_SUCCESS:
		var is_untrusted: bool = result == HTTPRequest.RESULT_TLS_HANDSHAKE_ERROR
		answer.refusal = EstragonRefusal.new(
			EstragonClient.UNTRUSTED if is_untrusted else EstragonClient.UNREACHABLE
		)
		return
	answer.body = body
	var json: JSON = JSON.new()
	if json.parse(body.get_string_from_utf8()) == OK and json.data is Dictionary:
		answer.data = json.data
	if status >= 200 and status < 300:
		if answer.data.is_empty() and status != HTTPClient.RESPONSE_NO_CONTENT:
			answer.refusal = EstragonRefusal.new(EstragonClient.NOT_UNDERSTOOD)
		return
	var code: int = EstragonCodec.ErrorCode.get(
		str(answer.data.get("code", "")), EstragonClient.NOT_UNDERSTOOD
	)
	answer.refusal = EstragonRefusal.new(
		code, str(answer.data.get("text", "")), _whole(answer.data.get("retry_after_ms"))
	)


## JSON knows numbers only, and somebody else wrote it.
func _whole(number: Variant) -> int:
	return int(number as float) if number is float else 0
