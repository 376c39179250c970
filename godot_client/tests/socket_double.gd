class_name SocketDouble
extends Node
## A server on a real socket that lets everybody into its world.

## How often it will say that a name is in use before it lets the next one in.
var names_in_use: int = 0
## With which ErrorCode it refuses whoever says HELLO, 0 for none.
var refusal: int = 0
## What it was sent, message by message.
var received: Array[EstragonCodec.Message] = []

var _server: TCPServer = TCPServer.new()
var _sockets: Array[WebSocketPeer] = []


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
		EstragonCodec.MessageType.AUTH:
			if names_in_use > 0:
				names_in_use -= 1
				var code: int = EstragonCodec.ErrorCode.NAME_IN_USE
				socket.send(ServerDouble.error(code, false).encode())
			else:
				socket.send(ServerDouble.auth_ok().encode())
		EstragonCodec.MessageType.ENTER_WORLD:
			socket.send(ServerDouble.world_entered().encode())
			socket.send(ServerDouble.join(ServerDouble.OWN_ID, 1, "Estragon").encode())
			socket.send(ServerDouble.state(1001, Vector2i.ZERO).encode())
