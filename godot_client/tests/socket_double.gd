class_name SocketDouble
extends Node
## A server on a real socket that lets everybody into its world.

## How often it will say that a name is in use before it lets the next one in.
var names_in_use: int = 0
## With which ErrorCode it refuses whoever says HELLO, 0 for none.
var refusal: int = 0
## What it gives as resume token; empty for none.
var resume_token: String = ""
## The resume token and the ticket that it takes.
var good_secret: String = ""
## What it was sent, message by message.
var received: Array[EstragonCodec.Message] = []

var _server: TCPServer = TCPServer.new()
var _sockets: Array[WebSocketPeer] = []
## Those who are in the world.
var _inside: Array[WebSocketPeer] = []
var _tick: int = 1001
var _next_tick_msec: int = 0


## Listens, on the port that it had before if there was one.
func listen(port: int = 0) -> int:
	_server.listen(port, "127.0.0.1")
	return _server.get_local_port()


func _process(_delta: float) -> void:
	while _server.is_connection_available():
		var socket: WebSocketPeer = WebSocketPeer.new()
		socket.supported_protocols = PackedStringArray([EstragonCodec.SUBPROTOCOL])
		socket.accept_stream(_server.take_connection())
		_sockets.append(socket)
	if Time.get_ticks_msec() >= _next_tick_msec:
		_next_tick_msec = Time.get_ticks_msec() + 50
		_tick += 1
		for socket: WebSocketPeer in _inside.filter(_is_open):
			socket.send(ServerDouble.state(_tick, Vector2i.ZERO).encode())
	for socket: WebSocketPeer in _sockets:
		socket.poll()
		while socket.get_available_packet_count() > 0:
			for message: EstragonCodec.Message in EstragonCodec.parse(socket.get_packet()).messages:
				received.append(message)
				_answer(socket, message)


## Stops listening and breaks all connections off, without a close.
func vanish() -> void:
	_server.stop()
	_sockets.clear()
	_inside.clear()


## Ends the connections with an ErrorCode, as it does with whom it throws out.
func throw_out(code: int, text: String = "") -> void:
	for socket: WebSocketPeer in _sockets:
		var error: EstragonCodec.Error = ServerDouble.error(code, true)
		error.text = text
		socket.send(error.encode())
	# As the server does: Godot forgets what comes right before a close.
	await get_tree().create_timer(0.1).timeout
	for socket: WebSocketPeer in _sockets:
		socket.close(4000 + code)


## Sends everybody something.
func tell(message: EstragonCodec.Message) -> void:
	for socket: WebSocketPeer in _sockets:
		socket.send(message.encode())


## The AUTHs received, in order.
func auths() -> Array[EstragonCodec.Auth]:
	var found: Array[EstragonCodec.Auth] = []
	found.assign(
		received.filter(
			func(message: EstragonCodec.Message) -> bool: return message is EstragonCodec.Auth
		)
	)
	return found


## Messages received of a type.
func count(type: EstragonCodec.MessageType) -> int:
	return (
		received
		. filter(func(message: EstragonCodec.Message) -> bool: return message.type == type)
		. size()
	)


func _answer(socket: WebSocketPeer, message: EstragonCodec.Message) -> void:
	match message.type:
		EstragonCodec.MessageType.HELLO:
			if refusal != 0:
				socket.send(ServerDouble.error(refusal, true).encode())
				socket.close(4000 + refusal)
			else:
				socket.send(ServerDouble.welcome().encode())
		EstragonCodec.MessageType.PING:
			var pong: EstragonCodec.Pong = EstragonCodec.Pong.new()
			pong.token = (message as EstragonCodec.Ping).token
			socket.send(pong.encode())
		EstragonCodec.MessageType.AUTH:
			_answer_auth(socket, message)
		EstragonCodec.MessageType.ENTER_WORLD:
			socket.send(ServerDouble.world_entered().encode())
			socket.send(ServerDouble.join(ServerDouble.OWN_ID, 1, "Estragon").encode())
			socket.send(ServerDouble.state(_tick, Vector2i.ZERO).encode())
			_inside.append(socket)


func _is_open(socket: WebSocketPeer) -> bool:
	return socket.get_ready_state() == WebSocketPeer.STATE_OPEN


func _answer_auth(socket: WebSocketPeer, auth: EstragonCodec.Auth) -> void:
	var is_guest: bool = auth.method == EstragonCodec.AuthMethod.GUEST
	var code: int = 0
	if is_guest and names_in_use > 0:
		names_in_use -= 1
		code = EstragonCodec.ErrorCode.NAME_IN_USE
	elif not is_guest and auth.secret.get_string_from_utf8() != good_secret:
		code = EstragonCodec.ErrorCode.AUTH_EXPIRED
	if code != 0:
		var error: EstragonCodec.Error = ServerDouble.error(code, false)
		error.message = EstragonCodec.MessageType.AUTH
		socket.send(error.encode())
		return
	var answer: EstragonCodec.AuthOk = ServerDouble.auth_ok()
	answer.name = auth.name if is_guest else "Estragon"
	answer.account = 0 if is_guest else 1
	answer.resume_token = resume_token.to_utf8_buffer()
	answer.resume_seconds = 60
	socket.send(answer.encode())
