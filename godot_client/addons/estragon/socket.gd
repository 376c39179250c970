class_name EstragonSocket
extends Node
## The way to a server: a WebSocket that opens in time, is given up when nothing comes, and closes
## with a goodbye.
##
## [method poll] is to be called in every frame. Times are in seconds on any clock that never goes
## back.

## The server answers.
signal opened
## A whole message has arrived by [param now].
signal received(data: PackedByteArray, now: float)
## The server has closed it, with that ErrorCode; 0 where it said none.
signal closed(code: int)
## It never opened, or the server fell silent: [param code] is one of [EstragonClient]'s own.
signal failed(code: int)

## How long a connection may take to open.
const CONNECT_TIMEOUT_SECONDS: float = 5.0
## A server that says nothing at all for so long is lost.
const SILENCE_SECONDS: float = 10.0
## Room for what arrives between two frames.
const INBOUND_BUFFER_BYTES: int = 1 << 18

## See [member EstragonClient.tls_options].
var tls_options: TLSOptions = null
## True from [signal opened] until it is over.
var is_open: bool = false

var _peer: WebSocketPeer = null
## Those that are saying goodbye.
var _closing: Array[WebSocketPeer] = []
## Finds out why a safe connection does not come about.
var _doubt: HTTPRequest = HTTPRequest.new()
var _is_in_doubt: bool = false
var _address: String = ""
var _connect_by: float = 0.0
var _heard_at: float = 0.0


func _init() -> void:
	_doubt.timeout = CONNECT_TIMEOUT_SECONDS
	_doubt.request_completed.connect(_on_doubt_settled)
	add_child(_doubt)


## Sets out for a server.
func open(address: String, now: float) -> void:
	is_open = false
	_address = address
	_connect_by = now + CONNECT_TIMEOUT_SECONDS
	_peer = WebSocketPeer.new()
	_peer.inbound_buffer_size = INBOUND_BUFFER_BYTES
	_peer.supported_protocols = PackedStringArray([EstragonCodec.SUBPROTOCOL])
	var url: String = EstragonAddress.websocket_url(address)
	if url.is_empty() or _peer.connect_to_url(url, tls_options) != OK:
		failed.emit.call_deferred(EstragonClient.UNREACHABLE)


## True from [method open] until [method hang_up].
func is_in_use() -> bool:
	return _peer != null


## True where what is sent can arrive.
func is_ready() -> bool:
	return is_open and _peer.get_ready_state() == WebSocketPeer.STATE_OPEN


## Sends a whole message. Where the line has broken since [method poll] it is lost, and the next one
## says so.
func send(data: PackedByteArray) -> void:
	if is_ready():  # The message before this one may be what found the line broken.
		_peer.send(data)


## Takes in what has arrived.
func poll(now: float) -> void:
	_poll_closing()
	if _peer == null or _is_in_doubt:
		return
	var peer: WebSocketPeer = _peer
	peer.poll()
	if peer.get_ready_state() == WebSocketPeer.STATE_OPEN and not is_open:
		is_open = true
		_heard_at = now
		opened.emit()
	while peer == _peer and peer.get_available_packet_count() > 0:
		_heard_at = now
		received.emit(peer.get_packet(), now)
	if peer != _peer:
		return
	if peer.get_ready_state() == WebSocketPeer.STATE_CLOSED:
		_tell_why(peer.get_close_code())
	elif not is_open and now > _connect_by:
		failed.emit(EstragonClient.UNREACHABLE)
	elif is_open and now - _heard_at > SILENCE_SECONDS:
		# Without a close frame, for who says goodbye cannot come back: EST-RS-04.
		peer.close(-1)
		failed.emit(EstragonClient.CONNECTION_LOST)


## Ends it from this side.
func hang_up() -> void:
	if _peer == null:
		return
	if _peer.get_ready_state() != WebSocketPeer.STATE_CLOSED:
		_peer.close(1000)
		_peer.poll()
		_closing.append(_peer)
	_peer = null
	is_open = false
	_doubt.cancel_request()
	_is_in_doubt = false


func _tell_why(close_code: int) -> void:
	if close_code > 4000 and close_code < 5000:
		closed.emit(close_code - 4000)
	elif is_open:
		closed.emit(0)
	else:
		_find_out()


## A socket does not say why it never opened; a request to the same server does.
func _find_out() -> void:
	var url: String = EstragonAddress.server_info_url(_address)
	if url.begins_with("https:"):
		if tls_options != null:
			_doubt.set_tls_options(tls_options)
		_is_in_doubt = _doubt.request(url) == OK
	if not _is_in_doubt:
		failed.emit(EstragonClient.UNREACHABLE)


func _poll_closing() -> void:
	for index: int in range(_closing.size() - 1, -1, -1):
		_closing[index].poll()
		if _closing[index].get_ready_state() == WebSocketPeer.STATE_CLOSED:
			_closing.remove_at(index)


func _on_doubt_settled(
	result: int, _response: int, _headers: PackedStringArray, _body: PackedByteArray
) -> void:
	failed.emit(
		(
			EstragonClient.UNTRUSTED
			if result == HTTPRequest.RESULT_TLS_HANDSHAKE_ERROR
			else EstragonClient.UNREACHABLE
		)
	)
