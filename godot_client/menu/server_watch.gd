class_name ServerWatch
extends Node
## Asks a server again and again what it has to offer.

## The server's answer, as /api/server gives it.
signal answered(info: Dictionary)
## Nobody answers at the address, or with something else; or the one who does is
## [param untrusted].
signal unanswered(untrusted: bool)

## How long to wait after an answer.
const REFRESH_SECONDS: float = 3.0
## How long to wait for one.
const TIMEOUT_SECONDS: float = 4.0
## How long to wait while the address is being typed.
const TYPING_SECONDS: float = 0.4
## A longer answer is none.
const MAX_ANSWER_BYTES: int = 1 << 20

var _address: String = ""
var _ask_in: float = 0.0
var _http: HTTPRequest = HTTPRequest.new()


func _ready() -> void:
	_http.timeout = TIMEOUT_SECONDS
	if Connection.tls_options != null:
		_http.set_tls_options(Connection.tls_options)
	_http.body_size_limit = MAX_ANSWER_BYTES
	_http.request_completed.connect(_on_request_completed)
	add_child(_http)


func _process(delta: float) -> void:
	_ask_in -= delta
	if _ask_in <= 0.0:
		_ask_in = INF
		_ask()


## Watches the server at this address from now on.
func watch(address: String) -> void:
	_address = address
	_http.cancel_request()
	_ask_in = TYPING_SECONDS


func _ask() -> void:
	var url: String = EstragonAddress.server_info_url(_address)
	if url.is_empty() or _http.request(url) != OK:
		_finish({}, false)


func _on_request_completed(
	result: int, response: int, _headers: PackedStringArray, body: PackedByteArray
) -> void:
	var info: Dictionary = {}
	if result == HTTPRequest.RESULT_SUCCESS and response == HTTPClient.RESPONSE_OK:
		var json: JSON = JSON.new()
		if json.parse(body.get_string_from_utf8()) == OK and json.data is Dictionary:
			info = json.data
	_finish(info, result == HTTPRequest.RESULT_TLS_HANDSHAKE_ERROR)


func _finish(info: Dictionary, untrusted: bool) -> void:
	_ask_in = REFRESH_SECONDS
	if info.get("worlds") is Array:
		answered.emit(info)
	else:
		unanswered.emit(untrusted)
