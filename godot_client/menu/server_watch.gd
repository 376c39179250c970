class_name ServerWatch
extends Node
## Asks a server again and again what it has to offer, and how long its answer takes.

## The server's answer.
signal answered(info: ServerInfo)
## Nobody answers at the address, or with something else; or the one who does is
## [param untrusted].
signal unanswered(untrusted: bool)

## How long to wait for an answer.
const TIMEOUT_SECONDS: float = 4.0
## How long to wait while the address is being typed.
const TYPING_SECONDS: float = 0.4
## A longer answer is none.
const MAX_ANSWER_BYTES: int = 1 << 18
## The engine takes a turn for each step towards an answer, so several are taken a frame.
const MAX_STEPS: int = 16
## Of so many round trips the shortest counts: the others waited for the next frame.
const PINGS: int = 4

## How long to wait after an answer.
@export var refresh_seconds: float = 3.0

var _address: String = ""
var _ask_in: float = 0.0
var _http: HTTPClient = null
var _path: String = ""
var _seconds_left: float = 0.0
var _asked_at_usec: int = 0
var _is_answered: bool = false
var _body: PackedByteArray = PackedByteArray()
var _pings_usec: Array[int] = []


func _process(delta: float) -> void:
	if _http == null:
		_ask_in -= delta
		if _ask_in <= 0.0:
			_ask()
		return
	_seconds_left -= delta
	if _seconds_left <= 0.0:
		_finish(null, false)
		return
	for _step: int in MAX_STEPS:
		if not _go_on():
			return


## Watches the server at this address from now on, after the pause that typing needs.
func watch(address: String, pause_seconds: float = TYPING_SECONDS) -> void:
	_address = address
	_http = null
	_pings_usec.clear()
	_ask_in = pause_seconds


## How long the server takes to answer, in ms; -1 while nobody knows.
func ping_ms() -> int:
	return -1 if _pings_usec.is_empty() else roundi(float(_pings_usec.min()) / 1000.0)


func _ask() -> void:
	_ask_in = INF
	var url: String = EstragonAddress.server_info_url(_address)
	var parts: RegExMatch = (
		RegEx
		. create_from_string("^(https?)://(\\[[^\\]/]+\\]|[^:/]+)(?::(\\d{1,5}))?(/.*)$")
		. search(url)
	)
	if parts == null:
		_finish(null, false)
		return
	var is_safe: bool = parts.get_string(1) == "https"
	var host: String = parts.get_string(2).trim_prefix("[").trim_suffix("]")
	var port: int = int(parts.get_string(3)) if not parts.get_string(3).is_empty() else -1
	var tls: TLSOptions = null
	if is_safe:
		tls = Connection.tls_options if Connection.tls_options != null else TLSOptions.client()
	_path = parts.get_string(4)
	_seconds_left = TIMEOUT_SECONDS
	_asked_at_usec = 0
	_is_answered = false
	_body.clear()
	_http = HTTPClient.new()
	if port == 0 or port > 65535 or _http.connect_to_host(host, port, tls) != OK:
		_finish(null, false)


## One step towards the answer; false where it is the other side's turn, or all is over.
func _go_on() -> bool:
	var before: HTTPClient.Status = _http.get_status()
	_http.poll()
	var status: HTTPClient.Status = _http.get_status()
	match status:
		HTTPClient.STATUS_RESOLVING, HTTPClient.STATUS_CONNECTING, HTTPClient.STATUS_REQUESTING:
			return status != before
		HTTPClient.STATUS_CONNECTED:
			return _request()
		HTTPClient.STATUS_BODY:
			return _take_body()
	_finish(null, status == HTTPClient.STATUS_TLS_HANDSHAKE_ERROR)
	return false


## The line is there.
func _request() -> bool:
	if _asked_at_usec > 0:
		_finish(null, false)  # An answer without a body.
		return false
	_asked_at_usec = Time.get_ticks_usec()
	if _http.request(HTTPClient.METHOD_GET, _path, PackedStringArray()) != OK:
		_finish(null, false)
		return false
	return true


func _take_body() -> bool:
	_note_answer()
	if _http.get_response_code() != HTTPClient.RESPONSE_OK:
		_finish(null, false)
		return false
	var part: PackedByteArray = _http.read_response_body_chunk()
	_body.append_array(part)
	if _body.size() > MAX_ANSWER_BYTES:
		_finish(null, false)
		return false
	if _http.get_status() != HTTPClient.STATUS_BODY:
		_read()
		return false
	return not part.is_empty()


func _note_answer() -> void:
	if _is_answered:
		return
	_is_answered = true
	_pings_usec.append(Time.get_ticks_usec() - _asked_at_usec)
	if _pings_usec.size() > PINGS:
		_pings_usec.pop_front()


func _read() -> void:
	var json: JSON = JSON.new()
	var is_text: bool = EstragonCodec.is_utf8(_body)
	var is_json: bool = is_text and json.parse(_body.get_string_from_utf8()) == OK
	_finish(ServerInfo.read(json.data) if is_json else null, false)


func _finish(info: ServerInfo, untrusted: bool) -> void:
	_http = null
	_ask_in = refresh_seconds
	if info != null:
		answered.emit(info)
	else:
		_pings_usec.clear()
		unanswered.emit(untrusted)
