class_name EstragonOutbox
extends RefCounted
## What a client says to a server: each call leaves a message, and [method take_outgoing] gives them
## to the socket.

## A message's type and length.
const FRAME_BYTES: int = 3

## How much was sent and read, and how long that took.
var meter: EstragonMeter = EstragonMeter.new()

var _outgoing: Array[PackedByteArray] = []
## {token: when it was sent}
var _pings: Dictionary[int, float] = {}
var _last_token: int = 0
var _last_edit: int = 0


## Says hello, and nothing that was to be said before; [param client] is what the client calls
## itself.
func say_hello(client: String) -> void:
	_outgoing.clear()
	_pings.clear()
	var hello: EstragonCodec.Hello = EstragonCodec.Hello.new()
	hello.magic = EstragonCodec.MAGIC
	hello.lowest_version = EstragonCodec.PROTOCOL_VERSION
	hello.highest_version = EstragonCodec.PROTOCOL_VERSION
	hello.schema_hash = EstragonCodec.SCHEMA_HASH
	hello.client = client
	_send(hello)


## Says who wants to play, as a guest.
func authenticate(guest_name: String, guest_look: int) -> void:
	var auth: EstragonCodec.Auth = EstragonCodec.Auth.new()
	auth.method = EstragonCodec.AuthMethod.GUEST
	auth.look = guest_look
	auth.name = _cut(guest_name, 255)
	_send(auth)


## Says who wants to play by what nobody else knows: an account's password, which wants the
## account's name too, a ticket of the HTTP interface, or an earlier
## [member EstragonSession.resume_token].
func authenticate_by(
	method: EstragonCodec.AuthMethod, secret: PackedByteArray, account_name: String = ""
) -> void:
	var auth: EstragonCodec.Auth = EstragonCodec.Auth.new()
	auth.method = method
	auth.name = _cut(account_name, 255)
	auth.secret = secret
	_send(auth)


## Asks to be put into a world; an empty name means the server's first.
func enter_world(world_name: String) -> void:
	var enter: EstragonCodec.EnterWorld = EstragonCodec.EnterWorld.new()
	enter.world = _cut(world_name, 64)
	_send(enter)


## Says something to all in the world.
func say(text: String) -> void:
	var message: EstragonCodec.ChatMessage = EstragonCodec.ChatMessage.new()
	message.text = _cut(text, 2000)
	_send(message)


## Says something to one other player, in whatever world they are.
func whisper(to_player_id: int, text: String) -> void:
	var message: EstragonCodec.Whisper = EstragonCodec.Whisper.new()
	message.player_id = to_player_id
	message.text = _cut(text, 2000)
	_send(message)


## Shows something without words to all who see one.
func show_emote(kind: EstragonCodec.EmoteKind) -> void:
	var message: EstragonCodec.Emote = EstragonCodec.Emote.new()
	message.kind = kind
	_send(message)


## Tells the staff about a player.
func report(whom_player_id: int, text: String) -> void:
	var message: EstragonCodec.Report = EstragonCodec.Report.new()
	message.player_id = whom_player_id
	message.text = _cut(text, 2000)
	_send(message)


## Asks for another name.
func rename(new_name: String) -> void:
	var message: EstragonCodec.Rename = EstragonCodec.Rename.new()
	message.name = _cut(new_name, 255)
	_send(message)


## Asks for cells of the map to be changed; returns the number under which
## [signal EstragonSession.edit_answered] will tell what became of it.
func edit_cells(cells: Array[EstragonCodec.CellEdit]) -> int:
	_last_edit += 1
	var message: EstragonCodec.EditCells = EstragonCodec.EditCells.new()
	message.edit = _last_edit
	message.cells = EstragonCodec.CellEdit.pack(cells)
	_send(message)
	return _last_edit


## Sends commands for consecutive ticks, the first of them for [param tick].
func send_commands(tick: int, commands: Array[EstragonCodec.Command]) -> void:
	var input: EstragonCodec.InputCommands = EstragonCodec.InputCommands.new()
	input.tick = tick
	input.commands = EstragonCodec.Command.pack(commands)
	_send(input)


## Asks for the time and for a sign of life.
func ping(now: float) -> void:
	_last_token += 1
	_pings[_last_token] = now
	var message: EstragonCodec.Ping = EstragonCodec.Ping.new()
	message.token = _last_token
	_send(message)


## Sends a message of the game's own, with a type from 0x80 to 0xBF. False where there is no such
## type, or where these are more bytes than a message may have.
func send_own(type: int, payload: PackedByteArray) -> bool:
	var message: EstragonCodec.OwnMessage = EstragonCodec.OwnMessage.new(type)
	message.payload = payload
	if type < EstragonCodec.LOWEST_OWN_TYPE or type > EstragonCodec.HIGHEST_OWN_TYPE:
		return false
	if payload.size() + FRAME_BYTES > EstragonCodec.MAX_CLIENT_MESSAGE:
		return false
	_send(message)
	return true


## Asks for a full snapshot.
func resync() -> void:
	_send(EstragonCodec.Resync.new())


## What is to be sent, each a WebSocket message; it is given away only once.
func take_outgoing() -> Array[PackedByteArray]:
	var taken: Array[PackedByteArray] = _outgoing
	_outgoing = []
	for data: PackedByteArray in taken:
		meter.bytes_sent += data.size()
	return taken


func _send(message: EstragonCodec.Message) -> void:
	_outgoing.append(message.encode())


## The text without what goes beyond so many bytes of UTF-8.
func _cut(text: String, bytes: int) -> String:
	while text.to_utf8_buffer().size() > bytes:
		text = text.left(-1)
	return text
