class_name LocalSearch
extends Node
## Asks everybody on the local network for servers, again and again: PROTOCOL.md, "Found on the
## local network".

## A server answered. What it says of itself comes from a stranger.
signal found(address: String, server_name: String)
## A server that was found has not answered for a while.
signal lost(address: String)

## How long a question is; no answer is longer.
const QUESTION_BYTES: int = 256
## How long to wait between two questions.
const ASK_SECONDS: float = 3.0
## Who does not answer for so long is gone.
const FORGET_SECONDS: float = 10.0
## More servers are not shown.
const MAX_FOUND: int = 20
## So many datagrams are read in a frame, and the others in the next.
const MAX_DATAGRAMS: int = 20
const QUESTION: String = "ESTQ"
const ANSWER: String = "ESTA"
const FORM: int = 1
const TLS_BIT: int = 1
const MAX_NAME_BYTES: int = 160
const MAX_VERSION_BYTES: int = 32

## Who is asked: everybody, and this machine, which hears no broadcast of its own where its server
## listens on 127.0.0.1.
static var hosts: PackedStringArray = PackedStringArray(["255.255.255.255", "127.0.0.1"])
## At which port of UDP.
static var port: int = 8000

var _socket: PacketPeerUDP = PacketPeerUDP.new()
var _number: PackedByteArray = PackedByteArray()
var _ask_in: float = 0.0
## The seconds until they are forgotten, by address.
var _found: Dictionary[String, float] = {}


func _ready() -> void:
	stop()


func _process(delta: float) -> void:
	for address: String in _found.keys():
		_found[address] -= delta
		if _found[address] <= 0.0:
			_found.erase(address)
			lost.emit(address)
	_ask_in -= delta
	if _ask_in <= 0.0:
		_ask_in = ASK_SECONDS
		_ask()
	for _datagram: int in MAX_DATAGRAMS:
		if _socket.get_available_packet_count() == 0:
			return
		var answer: PackedByteArray = _socket.get_packet()
		if _socket.get_packet_error() == OK:
			_read(answer, _socket.get_packet_ip())


## Asks from now on.
func start() -> void:
	if OS.has_feature("web") or hosts.is_empty():
		return  # A browser knows no UDP.
	_number = Crypto.new().generate_random_bytes(8)
	_ask_in = 0.0
	if _socket.bind(0) == OK:
		_socket.set_broadcast_enabled(true)
		set_process(true)


## Asks no more.
func stop() -> void:
	_socket.close()
	set_process(false)


## The question; [param number] is eight bytes of the asker's own.
static func question(number: PackedByteArray) -> PackedByteArray:
	var bytes: PackedByteArray = QUESTION.to_ascii_buffer()
	bytes.append_array(PackedByteArray([FORM, 0]))
	bytes.append_array(number)
	bytes.resize(QUESTION_BYTES)
	return bytes


func _ask() -> void:
	for host: String in hosts:
		# Where there is no network there is nobody to find, and nothing to be done about it.
		if _socket.set_dest_address(host, port) == OK:
			_socket.put_packet(question(_number))


func _read(answer: PackedByteArray, host: String) -> void:
	if answer.size() > QUESTION_BYTES:
		return
	var reader: EstragonCodec.Reader = EstragonCodec.Reader.new(answer)
	if not reader.has(21) or answer.slice(0, 5) != ANSWER.to_ascii_buffer() + PackedByteArray([1]):
		return
	if answer.slice(6, 14) != _number:
		return
	var scheme: String = "https://" if answer[5] & TLS_BIT else ""
	reader.stream.seek(14)
	var game_port: int = reader.stream.get_u16()
	reader.stream.seek(21)
	reader.bytes(255, 2)  # Which versions it speaks, its page tells, too.
	var server_name: String = reader.text(MAX_NAME_BYTES)
	reader.text(MAX_VERSION_BYTES)
	if reader.error != 0 or game_port == 0:
		return
	var place: String = "[%s]" % host if ":" in host else host
	var address: String = "%s%s:%d" % [scheme, place, game_port]
	if not _found.has(address):
		if _found.size() >= MAX_FOUND:
			return
		found.emit(address, server_name.left(ServerInfo.MAX_CHARACTERS))
	_found[address] = FORGET_SECONDS
