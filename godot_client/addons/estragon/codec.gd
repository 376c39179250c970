# gdlint: disable=max-file-lines
class_name EstragonCodec
extends RefCounted
## The Estragon protocol's messages as bytes and back.
##
## Generated from protocol.toml by [code]python -m protocol_spec.generate[/code]: do not edit.
## [method parse] reads a whole WebSocket message; every message's [method Message.encode] gives a
## frame: type u8, length u16, payload. Arrays stay packed bytes, because objects for a crowd cost
## more than all else: a record's [code]unpack[/code] gives them.

## The numbers of the messages.
enum MessageType {
	PLAYER_UPDATE = 1,
	PLAYER_JOIN = 2,
	PLAYER_LEAVE = 3,
	CHAT_MESSAGE = 4,
	WORLD_STATE = 5,
	HELLO = 6,
	WELCOME = 7,
	AUTH = 8,
	AUTH_OK = 9,
	ENTER_WORLD = 10,
	WORLD_ENTERED = 11,
	PING = 12,
	PONG = 13,
	INPUT = 14,
	CHUNK_DATA = 15,
	CHUNK_DROP = 16,
	ERROR = 17,
	TILE = 18,
	RESYNC = 19,
	CHUNK_EDIT = 20,
	CHUNK_REQUEST = 21,
	EDIT_CELLS = 22,
	EDIT_SHAPE = 23,
	EDIT_STAMP = 24,
	EDIT_UNDO = 25,
	EDIT_RESULT = 26,
	NOTICE = 27,
	CHAT_COMMAND = 28,
	WHISPER = 29,
	REPORT = 30,
	RENAME = 31,
	CHAT_REMOVED = 32,
	WATCH = 33,
	EMOTE = 34,
	MODE_STATE = 65,
	MODE_SCORES = 66,
	MODE_RECORD = 67,
	MODE_NEWS = 68,
	MODE_GOAL = 69,
}

## Why the server refuses. An ERROR whose field fatal is 1 ends the connection, with the
## close code that is told here. What comes in EDIT_RESULT or over HTTP alone is marked so.
enum ErrorCode {
	## The server made a mistake; it is logged there.
	INTERNAL = 1,
	## A WebSocket message without a single byte.
	EMPTY_MESSAGE = 10,
	## A text message; closed with 1003 as RFC 6455 asks.
	TEXT_FRAME = 11,
	## A WebSocket message over MAX_CLIENT_MESSAGE.
	MESSAGE_TOO_LARGE = 12,
	## A length, or the envelope itself, reaches beyond the end of the WebSocket message.
	LENGTH_BEYOND_END = 13,
	## A core type that this version does not have.
	UNKNOWN_TYPE = 14,
	## A message that only the other side may send.
	WRONG_DIRECTION = 15,
	## A message that this state of the connection does not allow.
	WRONG_STATE = 16,
	## A payload that ends before its last field.
	TRUNCATED = 17,
	## A string, byte field or array over its limit.
	VALUE_TOO_LONG = 18,
	## A string that is not UTF-8.
	BAD_TEXT = 19,
	## HELLO does not begin with MAGIC.
	BAD_MAGIC = 20,
	## No version lies in both sides' ranges.
	VERSION_UNSUPPORTED = 21,
	## Not authenticated within the time that the server allows.
	AUTH_TIMEOUT = 22,
	## Too many messages: first a warning, then the end.
	RATE_LIMITED = 23,
	## Nothing was heard, not even a PONG, for too long.
	SILENT = 24,
	## This server does not offer that way to authenticate.
	AUTH_METHOD_UNSUPPORTED = 30,
	## No name, or nothing but spaces.
	NAME_EMPTY = 31,
	## A name under 3 characters.
	NAME_TOO_SHORT = 32,
	## A name over 20 characters.
	NAME_TOO_LONG = 33,
	## A name with characters, or a mix of scripts, that names may not have.
	NAME_INVALID = 34,
	## Somebody has that name; case does not make it another.
	NAME_IN_USE = 35,
	## No world of that name runs here. Fatal where the one that the player is in has been
	## stopped.
	WORLD_UNKNOWN = 36,
	## The world takes no more players.
	WORLD_FULL = 37,
	## Too many connections, from this address or not yet authenticated.
	TOO_MANY_CONNECTIONS = 38,
	## The name, or one that looks like it, belongs to an account: log in, or take another.
	NAME_REGISTERED = 39,
	## A chat message of nothing but spaces.
	CHAT_EMPTY = 40,
	## A chat message over the server's limit of characters.
	CHAT_TOO_LONG = 41,
	## Too many chat messages; retry_after_ms tells when the next may come.
	CHAT_TOO_FAST = 42,
	## The player may not speak for now; retry_after_ms tells how long, 0: until somebody lifts
	## it. text is the staff's reason.
	CHAT_MUTED = 43,
	## There is nobody of that name or number here.
	CHAT_NOBODY = 44,
	## There is no such command, or not for this player.
	COMMAND_UNKNOWN = 45,
	## The command wants other parameters; text says which.
	COMMAND_USAGE = 46,
	## There is no such emote.
	EMOTE_UNKNOWN = 48,
	## More chunks than one may watch, or none.
	WATCH_TOO_MUCH = 47,
	## This player may not change this map.
	EDIT_FORBIDDEN = 60,
	## A cell, layer, spawn or area that the map does not have.
	EDIT_OUTSIDE = 61,
	## A tile that the tile set does not have, or of another layer; or a cell named twice.
	EDIT_TILE = 62,
	## More cells than one edit may touch, or a brush that is too wide.
	EDIT_TOO_LARGE = 63,
	## Too many edits; retry_after_ms tells when the next may come.
	EDIT_TOO_FAST = 64,
	## The server could not write it down, so it was taken back. Try again later.
	EDIT_NOT_SAVED = 65,
	## There is nothing to undo, or to redo.
	EDIT_NOTHING = 66,
	## A cell in an area where this player may not build; text is the area's name.
	EDIT_PROTECTED = 67,
	## A password under 8 characters, or under 15 for staff.
	PASSWORD_TOO_SHORT = 77,
	## A password over 128 characters.
	PASSWORD_TOO_LONG = 78,
	## A password that is easily guessed: a common one, a run of keys, or much like the name.
	PASSWORD_COMMON = 79,
	## The server is shutting down; come back soon.
	SERVER_STOPPING = 50,
	## Somebody of the staff ended the connection. text is their reason, for the player's eyes.
	KICKED = 51,
	## This player, or this address, may not come in; retry_after_ms tells how long, 0: for good.
	## text is the staff's reason.
	BANNED = 52,
	## The same player came in from elsewhere.
	TAKEN_OVER = 53,
	## The account was logged out everywhere, its password changed, or it was deleted.
	LOGGED_OUT = 54,
	## Name and password do not belong together.
	AUTH_FAILED = 70,
	## Too many tries; retry_after_ms tells when the next may come.
	AUTH_TOO_MANY_TRIES = 71,
	## A password is taken over TLS or from the same machine only.
	AUTH_INSECURE = 72,
	## The ticket or token is not, or no longer, good.
	AUTH_EXPIRED = 73,
	## This server lets accounts in only.
	GUESTS_FORBIDDEN = 74,
	## This player may not do that. Fatal to who watches and may no longer.
	FORBIDDEN = 75,
	## Too much at once; retry_after_ms tells when to try again.
	SERVER_BUSY = 76,
}

## How a client says who it is.
enum AuthMethod {
	## By a name alone.
	GUEST = 1,
	## By an account's name and, as the secret, its password; over TLS or from the same machine
	## only.
	PASSWORD = 2,
	## By a ticket of the HTTP interface, used once and soon; the name is ignored.
	TICKET = 3,
	## By the resume token of AUTH_OK, after the connection was lost; name and look are ignored.
	RESUME = 4,
}

## What the server has to say. What players read is made from the code and its values.
enum NoticeCode {
	## Values: who, text.
	ANNOUNCEMENT = 1,
	## The staff warns the receiver. Values: reason.
	WARNED = 2,
	## The receiver may not speak. Values: reason, minutes (0: until lifted).
	MUTED = 3,
	## The receiver may speak again. No values.
	UNMUTED = 4,
	## The receiver's line waits for the staff. No values.
	CHAT_HELD = 5,
	## Everybody may speak once in so many seconds; 0: as they like. Values: seconds.
	SLOW_MODE = 6,
	## The staff moved the receiver. Values: who.
	TELEPORTED = 7,
	## The receiver's report is with the staff. Values: name.
	REPORT_FILED = 8,
	## The receiver's command was carried out. Values: command, name.
	DONE = 9,
	## Who is here. Values: world, then names.
	PLAYERS = 10,
	## What the receiver may command: each with its parameters. Values: lines.
	COMMANDS = 11,
	## Values: the old name, the new one.
	NAME_CHANGED = 12,
	## The receiver's role. Values: role.
	ROLE_CHANGED = 13,
}

## What a player shows without words.
enum EmoteKind {
	## Hello, or goodbye.
	WAVE = 1,
	## How funny.
	LAUGH = 2,
	## I like that.
	HEART = 3,
	## A pity.
	SAD = 4,
	## Stop that.
	ANGRY = 5,
	## I do not understand.
	QUESTION = 6,
	## Look at that.
	SURPRISE = 7,
	## Away, or bored.
	SLEEP = 8,
}

## Why a player is gone.
enum LeaveReason {
	## Left of their own will.
	LEFT = 1,
	## The connection was lost.
	LOST = 2,
	## The server ended the connection.
	REMOVED = 3,
}

## What EDIT_SHAPE draws.
enum Shape {
	## A round brush of `size` tiles, led from (x0, y0) to (x1, y1).
	STROKE = 1,
	## All cells between the corners (x0, y0) and (x1, y1).
	RECTANGLE = 2,
	## The cells that hang together with (x0, y0) and hold the same tile, sides touching.
	FILL = 3,
}

## How a tile's picture is chosen from the cells to the right of its first one.
enum TilePattern {
	## Always the first cell.
	SINGLE = 0,
	## One of four cells, by a hash of the place: the drawer's own choice.
	RANDOM = 1,
	## One of sixteen, by which neighbours hold the same tile: north 1, east 2, south 4, west 8.
	## Beyond the map counts as the same.
	EDGES = 2,
}

## Bits of Command.buttons.
enum ButtonBit {
	## Leap off the ground, again at each landing while it is held.
	JUMP = 1,
	## Reserved.
	USE = 2,
}

## Bits of PlayerState.flags.
enum PlayerFlag {
	## The body moved over the ground in this tick.
	MOVING = 1,
	## The body leaps or falls.
	AIRBORNE = 2,
}

## Bits of WORLD_STATE.flags.
enum SnapshotFlag {
	## Everybody in sight is listed: who is not listed is out of sight.
	FULL = 1,
}

## Where the world's mode is in its play.
enum ModePhase {
	## It has no rounds.
	NONE = 0,
	## For more players.
	WAITING = 1,
	## A round begins soon, at ends_tick.
	PAUSE = 2,
	## A round is being played, until ends_tick where that is known.
	RUNNING = 3,
	## A round is over; its scores are shown until ends_tick.
	OVER = 4,
}

## What ModeScore.score counts.
enum ScoreKind {
	## Nothing: only the marks are to be shown.
	NONE = 0,
	## More are better.
	POINTS = 1,
	## More are better.
	LAPS = 2,
	## Tiles placed or taken; more are better.
	TILES = 3,
}

## Bits of ModeScore.marks: what is to be seen of a player in the world, or in the table.
enum ModeMark {
	## The one to run from.
	IT = 1,
	## Does not play in this round.
	SPECTATOR = 2,
	## Has reached the end of this round.
	FINISHED = 4,
	## Has won the round that is over.
	WINNER = 8,
}

const PROTOCOL_VERSION: int = 1
const SUBPROTOCOL: String = "estragon.v1"
const SCHEMA_HASH: int = 1920207465
## The first field of HELLO, "ESTR" in ASCII: whoever does not send it is not one of us.
const MAGIC: int = 1163088978
## The longest WebSocket message that a client may send. In bytes.
const MAX_CLIENT_MESSAGE: int = 4096
## The longest WebSocket message that a server sends; Godot's receive buffer is 65,535 bytes.
## In bytes.
const MAX_SERVER_MESSAGE: int = 32768
## The side of a chunk, the square in which maps are streamed and players are seen. In tiles.
const CHUNK_SIZE: int = 16
## Layers of a map, in this order: ground, things, roofs (drawn over the players' heads).
const LAYER_COUNT: int = 3
## Positions are integers in this unit. In units.
const UNITS_PER_TILE: int = 1024
## Full pace on a tile of speed 100: five tiles a second. In units per tick.
const WALK_SPEED: int = 256
## Half the side of the square that a body fills on the ground. In units.
const BODY_RADIUS: int = 300
## A body walks up a difference of height up to this; a higher one stops it. In units.
const STEP_HEIGHT: int = 256
## How fast a body leaves the ground: it rises by 360 and lands after 9 ticks. No multiple of
## GRAVITY, so that vz is 0 of those alone who stand. In units per tick.
const JUMP_SPEED: int = 150
## How much faster a body falls with each tick in the air. In units per tick, per tick.
const GRAVITY: int = 40
## The height of what nobody enters, from whatever height. In units.
const NEVER_ENTER: int = 32767
## How far around a body that is inside solid ground a free cell is looked for. In tiles.
const FREE_SEARCH_TILES: int = 32
## For so many ticks a missing command is taken to equal the one before; then the body
## stands. In ticks.
const INPUT_REPEAT_TICKS: int = 3
## Commands for ticks further ahead than this are not kept. In ticks.
const INPUT_BUFFER_TICKS: int = 32
## Types up to here are the core's: an unknown one is an error. Above, unknown ones are
## skipped.
const HIGHEST_CORE_TYPE: int = 63
## Types from here on are the game's own: no version of the protocol will ever use them...
const LOWEST_OWN_TYPE: int = 128
## ...up to here.
const HIGHEST_OWN_TYPE: int = 191
## WORLD_ENTERED.slot of who only watches.
const WATCHER: int = 65535
## The side of the largest square that one may watch: so far 16 bits of a place tell where it
## is. In chunks.
const WATCHED_CHUNKS: int = 16
## The cosine of n/256 of a turn, rounded once and for all: no side calls its own mathematics
## library. The sine of n is the cosine of n - 64. In 1/16384.
const COSINE: Array[int] = [
	16384,
	16379,
	16364,
	16340,
	16305,
	16261,
	16207,
	16143,
	16069,
	15986,
	15893,
	15791,
	15679,
	15557,
	15426,
	15286,
	15137,
	14978,
	14811,
	14635,
	14449,
	14256,
	14053,
	13842,
	13623,
	13395,
	13160,
	12916,
	12665,
	12406,
	12140,
	11866,
	11585,
	11297,
	11003,
	10702,
	10394,
	10080,
	9760,
	9434,
	9102,
	8765,
	8423,
	8076,
	7723,
	7366,
	7005,
	6639,
	6270,
	5897,
	5520,
	5139,
	4756,
	4370,
	3981,
	3590,
	3196,
	2801,
	2404,
	2006,
	1606,
	1205,
	804,
	402,
	0,
	-402,
	-804,
	-1205,
	-1606,
	-2006,
	-2404,
	-2801,
	-3196,
	-3590,
	-3981,
	-4370,
	-4756,
	-5139,
	-5520,
	-5897,
	-6270,
	-6639,
	-7005,
	-7366,
	-7723,
	-8076,
	-8423,
	-8765,
	-9102,
	-9434,
	-9760,
	-10080,
	-10394,
	-10702,
	-11003,
	-11297,
	-11585,
	-11866,
	-12140,
	-12406,
	-12665,
	-12916,
	-13160,
	-13395,
	-13623,
	-13842,
	-14053,
	-14256,
	-14449,
	-14635,
	-14811,
	-14978,
	-15137,
	-15286,
	-15426,
	-15557,
	-15679,
	-15791,
	-15893,
	-15986,
	-16069,
	-16143,
	-16207,
	-16261,
	-16305,
	-16340,
	-16364,
	-16379,
	-16384,
	-16379,
	-16364,
	-16340,
	-16305,
	-16261,
	-16207,
	-16143,
	-16069,
	-15986,
	-15893,
	-15791,
	-15679,
	-15557,
	-15426,
	-15286,
	-15137,
	-14978,
	-14811,
	-14635,
	-14449,
	-14256,
	-14053,
	-13842,
	-13623,
	-13395,
	-13160,
	-12916,
	-12665,
	-12406,
	-12140,
	-11866,
	-11585,
	-11297,
	-11003,
	-10702,
	-10394,
	-10080,
	-9760,
	-9434,
	-9102,
	-8765,
	-8423,
	-8076,
	-7723,
	-7366,
	-7005,
	-6639,
	-6270,
	-5897,
	-5520,
	-5139,
	-4756,
	-4370,
	-3981,
	-3590,
	-3196,
	-2801,
	-2404,
	-2006,
	-1606,
	-1205,
	-804,
	-402,
	0,
	402,
	804,
	1205,
	1606,
	2006,
	2404,
	2801,
	3196,
	3590,
	3981,
	4370,
	4756,
	5139,
	5520,
	5897,
	6270,
	6639,
	7005,
	7366,
	7723,
	8076,
	8423,
	8765,
	9102,
	9434,
	9760,
	10080,
	10394,
	10702,
	11003,
	11297,
	11585,
	11866,
	12140,
	12406,
	12665,
	12916,
	13160,
	13395,
	13623,
	13842,
	14053,
	14256,
	14449,
	14635,
	14811,
	14978,
	15137,
	15286,
	15426,
	15557,
	15679,
	15791,
	15893,
	15986,
	16069,
	16143,
	16207,
	16261,
	16305,
	16340,
	16364,
	16379,
]

## What is wrong, in plain English words.
const ERROR_TEXTS: Dictionary[int, String] = {
	ErrorCode.INTERNAL: "The server made a mistake",
	ErrorCode.EMPTY_MESSAGE: "A WebSocket message without a single byte",
	ErrorCode.TEXT_FRAME: "A text message",
	ErrorCode.MESSAGE_TOO_LARGE: "A WebSocket message over MAX_CLIENT_MESSAGE",
	ErrorCode.LENGTH_BEYOND_END:
	"A length, or the envelope itself, reaches beyond the end of the WebSocket message",
	ErrorCode.UNKNOWN_TYPE: "A core type that this version does not have",
	ErrorCode.WRONG_DIRECTION: "A message that only the other side may send",
	ErrorCode.WRONG_STATE: "A message that this state of the connection does not allow",
	ErrorCode.TRUNCATED: "A payload that ends before its last field",
	ErrorCode.VALUE_TOO_LONG: "A string, byte field or array over its limit",
	ErrorCode.BAD_TEXT: "A string that is not UTF-8",
	ErrorCode.BAD_MAGIC: "HELLO does not begin with MAGIC",
	ErrorCode.VERSION_UNSUPPORTED: "No version lies in both sides' ranges",
	ErrorCode.AUTH_TIMEOUT: "Not authenticated within the time that the server allows",
	ErrorCode.RATE_LIMITED: "Too many messages",
	ErrorCode.SILENT: "Nothing was heard, not even a PONG, for too long",
	ErrorCode.AUTH_METHOD_UNSUPPORTED: "This server does not offer that way to authenticate",
	ErrorCode.NAME_EMPTY: "No name, or nothing but spaces",
	ErrorCode.NAME_TOO_SHORT: "A name under 3 characters",
	ErrorCode.NAME_TOO_LONG: "A name over 20 characters",
	ErrorCode.NAME_INVALID: "A name with characters, or a mix of scripts, that names may not have",
	ErrorCode.NAME_IN_USE: "Somebody has that name",
	ErrorCode.WORLD_UNKNOWN: "No world of that name runs here",
	ErrorCode.WORLD_FULL: "The world takes no more players",
	ErrorCode.TOO_MANY_CONNECTIONS:
	"Too many connections, from this address or not yet authenticated",
	ErrorCode.NAME_REGISTERED: "The name, or one that looks like it, belongs to an account",
	ErrorCode.CHAT_EMPTY: "A chat message of nothing but spaces",
	ErrorCode.CHAT_TOO_LONG: "A chat message over the server's limit of characters",
	ErrorCode.CHAT_TOO_FAST: "Too many chat messages",
	ErrorCode.CHAT_MUTED: "The player may not speak for now",
	ErrorCode.CHAT_NOBODY: "There is nobody of that name or number here",
	ErrorCode.COMMAND_UNKNOWN: "There is no such command, or not for this player",
	ErrorCode.COMMAND_USAGE: "The command wants other parameters",
	ErrorCode.EMOTE_UNKNOWN: "There is no such emote",
	ErrorCode.WATCH_TOO_MUCH: "More chunks than one may watch, or none",
	ErrorCode.EDIT_FORBIDDEN: "This player may not change this map",
	ErrorCode.EDIT_OUTSIDE: "A cell, layer, spawn or area that the map does not have",
	ErrorCode.EDIT_TILE: "A tile that the tile set does not have, or of another layer",
	ErrorCode.EDIT_TOO_LARGE: "More cells than one edit may touch, or a brush that is too wide",
	ErrorCode.EDIT_TOO_FAST: "Too many edits",
	ErrorCode.EDIT_NOT_SAVED: "The server could not write it down, so it was taken back",
	ErrorCode.EDIT_NOTHING: "There is nothing to undo, or to redo",
	ErrorCode.EDIT_PROTECTED: "A cell in an area where this player may not build",
	ErrorCode.PASSWORD_TOO_SHORT: "A password under 8 characters, or under 15 for staff",
	ErrorCode.PASSWORD_TOO_LONG: "A password over 128 characters",
	ErrorCode.PASSWORD_COMMON: "A password that is easily guessed",
	ErrorCode.SERVER_STOPPING: "The server is shutting down",
	ErrorCode.KICKED: "Somebody of the staff ended the connection",
	ErrorCode.BANNED: "This player, or this address, may not come in",
	ErrorCode.TAKEN_OVER: "The same player came in from elsewhere",
	ErrorCode.LOGGED_OUT:
	"The account was logged out everywhere, its password changed, or it was deleted",
	ErrorCode.AUTH_FAILED: "Name and password do not belong together",
	ErrorCode.AUTH_TOO_MANY_TRIES: "Too many tries",
	ErrorCode.AUTH_INSECURE: "A password is taken over TLS or from the same machine only",
	ErrorCode.AUTH_EXPIRED: "The ticket or token is not, or no longer, good",
	ErrorCode.GUESTS_FORBIDDEN: "This server lets accounts in only",
	ErrorCode.FORBIDDEN: "This player may not do that",
	ErrorCode.SERVER_BUSY: "Too much at once",
}


## Reads fields in network byte order. The first fault stays in [member error].
class Reader:
	extends RefCounted
	## 0, or the [enum ErrorCode] of the first fault.
	var error: int = 0
	## Where the payload that is being read ends.
	var end: int = 0
	var stream: StreamPeerBuffer = StreamPeerBuffer.new()

	func _init(data: PackedByteArray) -> void:
		stream.big_endian = true
		stream.data_array = data
		end = data.size()

	## True where [param size] more bytes are there; otherwise notes that the payload is cut short.
	func has(size: int) -> bool:
		if stream.get_position() + size <= end:
			return true
		fail(ErrorCode.TRUNCATED)
		return false

	func fail(code: int) -> void:
		if error == 0:
			error = code

	## A count of at most [param maximum], in one or two bytes, and room for so many [param size]s.
	func count(maximum: int, size: int) -> int:
		var wide: bool = maximum > 0xFF
		if not has(2 if wide else 1):
			return 0
		var value: int = stream.get_u16() if wide else stream.get_u8()
		if value > maximum:
			fail(ErrorCode.VALUE_TOO_LONG)
			return 0
		return value if has(value * size) else 0

	func bytes(maximum: int, each: int = 1) -> PackedByteArray:
		var size: int = count(maximum, each) * each
		if size == 0:
			return PackedByteArray()
		var at: int = stream.get_position()
		stream.seek(at + size)
		return stream.data_array.slice(at, at + size)

	func text(maximum: int) -> String:
		var raw: PackedByteArray = bytes(maximum)
		if not EstragonCodec.is_utf8(raw):
			fail(ErrorCode.BAD_TEXT)
			return ""
		# Godot's strings end at U+0000: what comes after it is kept, it is not.
		while raw.has(0):
			raw.remove_at(raw.find(0))
		return raw.get_string_from_utf8()


## Writes fields in network byte order.
class Writer:
	extends RefCounted
	var stream: StreamPeerBuffer = StreamPeerBuffer.new()

	func _init() -> void:
		stream.big_endian = true

	func count(value: int, maximum: int) -> void:
		assert(value <= maximum, "a value is longer than its field")
		if maximum > 0xFF:
			stream.put_u16(value)
		else:
			stream.put_u8(value)

	func bytes(value: PackedByteArray, maximum: int, each: int = 1) -> void:
		count(value.size() / each, maximum)
		stream.put_data(value)

	func text(value: String, maximum: int) -> void:
		bytes(value.to_utf8_buffer(), maximum)


## What all messages have in common.
class Message:
	extends RefCounted
	## Its number: a value of [enum MessageType].
	var type: int = 0

	## The whole frame.
	func encode() -> PackedByteArray:
		var writer: Writer = Writer.new()
		writer.stream.put_u8(type)
		writer.stream.put_u16(0)
		write(writer)
		var length: int = writer.stream.get_size() - 3
		writer.stream.seek(1)
		writer.stream.put_u16(length)
		return writer.stream.data_array

	func write(_writer: Writer) -> void:
		pass

	func read(_reader: Reader) -> void:
		pass


## A message of the game's own: this protocol knows no more of it than its bytes.
class OwnMessage:
	extends Message
	var payload: PackedByteArray = PackedByteArray()

	func _init(of_type: int = LOWEST_OWN_TYPE) -> void:
		type = of_type

	func write(writer: Writer) -> void:
		writer.stream.put_data(payload)

	func read(reader: Reader) -> void:
		payload = reader.stream.data_array.slice(reader.stream.get_position(), reader.end)


## A WebSocket message, read.
class Parsed:
	extends RefCounted
	## What was read before the first fault.
	var messages: Array[Message] = []
	## 0, or the [enum ErrorCode] of the fault.
	var error: int = 0


## What a player wants for one tick. Intent, never a position.
class Command:
	extends RefCounted
	const SIZE: int = 6
	## Where to walk: 0 is east (+x), a quarter turn is south (+y). In 1/65536 turn.
	var direction: int = 0
	## Where to look. In 1/65536 turn.
	var aim: int = 0
	## How fast: 0 stands, 255 is full pace. In 1/255.
	var pace: int = 0
	## Bits of Button.
	var buttons: int = 0

	func write(writer: Writer) -> void:
		writer.stream.put_u16(direction)
		writer.stream.put_u16(aim)
		writer.stream.put_u8(pace)
		writer.stream.put_u8(buttons)

	func read(reader: Reader) -> void:
		direction = reader.stream.get_u16()
		aim = reader.stream.get_u16()
		pace = reader.stream.get_u8()
		buttons = reader.stream.get_u8()

	static func pack(records: Array[Command]) -> PackedByteArray:
		var writer: Writer = Writer.new()
		for each: Command in records:
			each.write(writer)
		return writer.stream.data_array

	static func unpack(packed: PackedByteArray) -> Array[Command]:
		var reader: Reader = Reader.new(packed)
		var records: Array[Command] = []
		for _index: int in packed.size() / SIZE:
			var each: Command = Command.new()
			each.read(reader)
			records.append(each)
		return records


## A player in sight, in 8 bytes.
class PlayerState:
	extends RefCounted
	const SIZE: int = 8
	## Who: see PLAYER_JOIN.
	var slot: int = 0
	## The low 16 bits: of all matching positions the one nearest to the receiver's own. In 1/256
	## tile.
	var x: int = 0
	## Likewise. In 1/256 tile.
	var y: int = 0
	## Where the player looks: 0 is east, a quarter turn is south. In 1/256 turn.
	var rotation: int = 0
	## Bits of PlayerFlag.
	var flags: int = 0

	func write(writer: Writer) -> void:
		writer.stream.put_u16(slot)
		writer.stream.put_u16(x)
		writer.stream.put_u16(y)
		writer.stream.put_u8(rotation)
		writer.stream.put_u8(flags)

	func read(reader: Reader) -> void:
		slot = reader.stream.get_u16()
		x = reader.stream.get_u16()
		y = reader.stream.get_u16()
		rotation = reader.stream.get_u8()
		flags = reader.stream.get_u8()

	static func pack(records: Array[PlayerState]) -> PackedByteArray:
		var writer: Writer = Writer.new()
		for each: PlayerState in records:
			each.write(writer)
		return writer.stream.data_array

	static func unpack(packed: PackedByteArray) -> Array[PlayerState]:
		var reader: Reader = Reader.new(packed)
		var records: Array[PlayerState] = []
		for _index: int in packed.size() / SIZE:
			var each: PlayerState = PlayerState.new()
			each.read(reader)
			records.append(each)
		return records


## A cell of a chunk and what it holds now.
class CellChange:
	extends RefCounted
	const SIZE: int = 4
	## Its place in CHUNK_DATA.cells: (layer * CHUNK_SIZE + row) * CHUNK_SIZE + column.
	var index: int = 0
	var tile: int = 0

	func write(writer: Writer) -> void:
		writer.stream.put_u16(index)
		writer.stream.put_u16(tile)

	func read(reader: Reader) -> void:
		index = reader.stream.get_u16()
		tile = reader.stream.get_u16()

	static func pack(records: Array[CellChange]) -> PackedByteArray:
		var writer: Writer = Writer.new()
		for each: CellChange in records:
			each.write(writer)
		return writer.stream.data_array

	static func unpack(packed: PackedByteArray) -> Array[CellChange]:
		var reader: Reader = Reader.new(packed)
		var records: Array[CellChange] = []
		for _index: int in packed.size() / SIZE:
			var each: CellChange = CellChange.new()
			each.read(reader)
			records.append(each)
		return records


## A cell of a map and what it shall hold.
class CellEdit:
	extends RefCounted
	const SIZE: int = 7
	var layer: int = 0
	## In tiles.
	var x: int = 0
	## In tiles.
	var y: int = 0
	## 0 empties the cell.
	var tile: int = 0

	func write(writer: Writer) -> void:
		writer.stream.put_u8(layer)
		writer.stream.put_u16(x)
		writer.stream.put_u16(y)
		writer.stream.put_u16(tile)

	func read(reader: Reader) -> void:
		layer = reader.stream.get_u8()
		x = reader.stream.get_u16()
		y = reader.stream.get_u16()
		tile = reader.stream.get_u16()

	static func pack(records: Array[CellEdit]) -> PackedByteArray:
		var writer: Writer = Writer.new()
		for each: CellEdit in records:
			each.write(writer)
		return writer.stream.data_array

	static func unpack(packed: PackedByteArray) -> Array[CellEdit]:
		var reader: Reader = Reader.new(packed)
		var records: Array[CellEdit] = []
		for _index: int in packed.size() / SIZE:
			var each: CellEdit = CellEdit.new()
			each.read(reader)
			records.append(each)
		return records


## How a player stands in the world's mode.
class ModeScore:
	extends RefCounted
	const SIZE: int = 13
	var player_id: int = 0
	## See MODE_STATE.score_kind.
	var score: int = 0
	## A time of the player's, such as that of a race; less is better. 0: none. In ticks.
	var time: int = 0
	## Bits of ModeMark.
	var marks: int = 0

	func write(writer: Writer) -> void:
		writer.stream.put_u32(player_id)
		writer.stream.put_32(score)
		writer.stream.put_u32(time)
		writer.stream.put_u8(marks)

	func read(reader: Reader) -> void:
		player_id = reader.stream.get_u32()
		score = reader.stream.get_32()
		time = reader.stream.get_u32()
		marks = reader.stream.get_u8()

	static func pack(records: Array[ModeScore]) -> PackedByteArray:
		var writer: Writer = Writer.new()
		for each: ModeScore in records:
			each.write(writer)
		return writer.stream.data_array

	static func unpack(packed: PackedByteArray) -> Array[ModeScore]:
		var reader: Reader = Reader.new(packed)
		var records: Array[ModeScore] = []
		for _index: int in packed.size() / SIZE:
			var each: ModeScore = ModeScore.new()
			each.read(reader)
			records.append(each)
		return records


## A player was put somewhere: at joining, or by a jump through space. Exact; nothing is to
## be interpolated to it.
class PlayerUpdate:
	extends Message
	var player_id: int = 0
	## East. In 1/1024 tile.
	var x: int = 0
	## South. In 1/1024 tile.
	var y: int = 0
	## Up. In 1/1024 tile.
	var z: int = 0
	## In 1/65536 turn.
	var rotation: int = 0
	## In ticks.
	var timestamp: int = 0

	func _init() -> void:
		type = MessageType.PLAYER_UPDATE

	func write(writer: Writer) -> void:
		writer.stream.put_u32(player_id)
		writer.stream.put_32(x)
		writer.stream.put_32(y)
		writer.stream.put_32(z)
		writer.stream.put_u16(rotation)
		writer.stream.put_u32(timestamp)

	func read(reader: Reader) -> void:
		if not reader.has(22):
			return
		player_id = reader.stream.get_u32()
		x = reader.stream.get_32()
		y = reader.stream.get_32()
		z = reader.stream.get_32()
		rotation = reader.stream.get_u16()
		timestamp = reader.stream.get_u32()


## Who a player is. Sent for everybody in the world at entering it, then for each who comes,
## and again for a player whose name or look has changed.
class PlayerJoin:
	extends Message
	## Never given to anybody else. An account has the same at every visit.
	var player_id: int = 0
	## The player's short number in WORLD_STATE, free for others after PLAYER_LEAVE.
	var slot: int = 0
	## Which of the looks, modulo the number of them that a client has.
	var look: int = 0
	var name: String = ""

	func _init() -> void:
		type = MessageType.PLAYER_JOIN

	func write(writer: Writer) -> void:
		writer.stream.put_u32(player_id)
		writer.stream.put_u16(slot)
		writer.stream.put_u8(look)
		writer.text(name, 80)

	func read(reader: Reader) -> void:
		if not reader.has(7):
			return
		player_id = reader.stream.get_u32()
		slot = reader.stream.get_u16()
		look = reader.stream.get_u8()
		name = reader.text(80)


## A player is gone from the world; the slot is free.
class PlayerLeave:
	extends Message
	var player_id: int = 0
	## A value of [enum LeaveReason].
	var reason: int = 0

	func _init() -> void:
		type = MessageType.PLAYER_LEAVE

	func write(writer: Writer) -> void:
		writer.stream.put_u32(player_id)
		writer.stream.put_u8(reason)

	func read(reader: Reader) -> void:
		if not reader.has(5):
			return
		player_id = reader.stream.get_u32()
		reason = reader.stream.get_u8()


## Somebody speaks, to all in the world.
class ChatMessage:
	extends Message
	## Who. What a client writes here is ignored; from the server, 0 is the server itself.
	var player_id: int = 0
	var text: String = ""
	## When. Ignored from a client. Below 2^53. In ms since 1970.
	var timestamp: int = 0

	func _init() -> void:
		type = MessageType.CHAT_MESSAGE

	func write(writer: Writer) -> void:
		writer.stream.put_u32(player_id)
		writer.text(text, 2000)
		writer.stream.put_u64(timestamp)

	func read(reader: Reader) -> void:
		if not reader.has(4):
			return
		player_id = reader.stream.get_u32()
		text = reader.text(2000)
		if not reader.has(8):
			return
		timestamp = reader.stream.get_u64()


## A tick's result: the receiver's own state, exactly, and everybody in sight who changed. A
## player whose last known place lies in a chunk that the receiver does not hold is out of
## sight.
class WorldState:
	extends Message
	var tick: int = 0
	## The tick of the newest command of the receiver's that was applied, or 0.
	var input_tick: int = 0
	## How far ahead of this tick the newest command received is. In ticks.
	var lead: int = 0
	## Bits of SnapshotFlag.
	var flags: int = 0
	## In 1/1024 tile.
	var x: int = 0
	## In 1/1024 tile.
	var y: int = 0
	## In 1/1024 tile.
	var z: int = 0
	## Up; 0 stands. In units per tick.
	var vz: int = 0
	## In 1/65536 turn.
	var rotation: int = 0
	## Packed PlayerStates. May name the receiver and may name a player twice, in equal words.
	var players: PackedByteArray = PackedByteArray()

	func _init() -> void:
		type = MessageType.WORLD_STATE

	func write(writer: Writer) -> void:
		writer.stream.put_u32(tick)
		writer.stream.put_u32(input_tick)
		writer.stream.put_8(lead)
		writer.stream.put_u8(flags)
		writer.stream.put_32(x)
		writer.stream.put_32(y)
		writer.stream.put_32(z)
		writer.stream.put_16(vz)
		writer.stream.put_u16(rotation)
		writer.bytes(players, 4000, PlayerState.SIZE)

	func read(reader: Reader) -> void:
		if not reader.has(26):
			return
		tick = reader.stream.get_u32()
		input_tick = reader.stream.get_u32()
		lead = reader.stream.get_8()
		flags = reader.stream.get_u8()
		x = reader.stream.get_32()
		y = reader.stream.get_32()
		z = reader.stream.get_32()
		vz = reader.stream.get_16()
		rotation = reader.stream.get_u16()
		players = reader.bytes(4000, PlayerState.SIZE)


## The first message of a connection.
class Hello:
	extends Message
	## MAGIC.
	var magic: int = 0
	var lowest_version: int = 0
	var highest_version: int = 0
	## Bits of optional features; none is defined yet.
	var features: int = 0
	## SCHEMA_HASH of the sender's codec, 0 where it has none. A difference is noted, not
	## refused.
	var schema_hash: int = 0
	## What the client calls itself, for the server's log.
	var client: String = ""

	func _init() -> void:
		type = MessageType.HELLO

	func write(writer: Writer) -> void:
		writer.stream.put_u32(magic)
		writer.stream.put_u8(lowest_version)
		writer.stream.put_u8(highest_version)
		writer.stream.put_u32(features)
		writer.stream.put_u32(schema_hash)
		writer.text(client, 64)

	func read(reader: Reader) -> void:
		if not reader.has(14):
			return
		magic = reader.stream.get_u32()
		lowest_version = reader.stream.get_u8()
		highest_version = reader.stream.get_u8()
		features = reader.stream.get_u32()
		schema_hash = reader.stream.get_u32()
		client = reader.text(64)


## The answer to HELLO: what is spoken from here on, and the server's limits.
class Welcome:
	extends Message
	## The highest version that both know.
	var version: int = 0
	var features: int = 0
	var schema_hash: int = 0
	## In ticks per second.
	var tick_rate: int = 0
	var tick: int = 0
	## How many protocol messages a connection may send.
	var messages_per_second: int = 0
	## The longest chat message, in Unicode code points.
	var chat_characters: int = 0
	## The server's name, for people.
	var server: String = ""

	func _init() -> void:
		type = MessageType.WELCOME

	func write(writer: Writer) -> void:
		writer.stream.put_u8(version)
		writer.stream.put_u32(features)
		writer.stream.put_u32(schema_hash)
		writer.stream.put_u8(tick_rate)
		writer.stream.put_u32(tick)
		writer.stream.put_u16(messages_per_second)
		writer.stream.put_u16(chat_characters)
		writer.text(server, 80)

	func read(reader: Reader) -> void:
		if not reader.has(18):
			return
		version = reader.stream.get_u8()
		features = reader.stream.get_u32()
		schema_hash = reader.stream.get_u32()
		tick_rate = reader.stream.get_u8()
		tick = reader.stream.get_u32()
		messages_per_second = reader.stream.get_u16()
		chat_characters = reader.stream.get_u16()
		server = reader.text(80)


## Who wants to play. Answered by AUTH_OK or by an ERROR after which another AUTH may follow.
class Auth:
	extends Message
	## A value of [enum AuthMethod].
	var method: int = 0
	## See PLAYER_JOIN.
	var look: int = 0
	## Longer than any name may be, so that a long one is answered with NAME_TOO_LONG.
	var name: String = ""
	## Empty for a guest.
	var secret: PackedByteArray = PackedByteArray()

	func _init() -> void:
		type = MessageType.AUTH

	func write(writer: Writer) -> void:
		writer.stream.put_u8(method)
		writer.stream.put_u8(look)
		writer.text(name, 255)
		writer.bytes(secret, 512)

	func read(reader: Reader) -> void:
		if not reader.has(2):
			return
		method = reader.stream.get_u8()
		look = reader.stream.get_u8()
		name = reader.text(255)
		secret = reader.bytes(512)


## The server takes the client for this player. Comes again, in any state, when a guest has
## become an account, or the name, the look or the role has changed.
class AuthOk:
	extends Message
	## For an account the same at every visit.
	var player_id: int = 0
	## The name as the server writes it.
	var name: String = ""
	## 1: an account, 0: a guest.
	var account: int = 0
	## See PLAYER_JOIN: for an account the one that it chose last.
	var look: int = 0
	## guest, player, or what the staff made of them.
	var role: String = ""
	## So long after a lost connection the resume token is good. In seconds.
	var resume_seconds: int = 0
	## The secret for AUTH by RESUME, once.
	var resume_token: PackedByteArray = PackedByteArray()

	func _init() -> void:
		type = MessageType.AUTH_OK

	func write(writer: Writer) -> void:
		writer.stream.put_u32(player_id)
		writer.text(name, 80)
		writer.stream.put_u8(account)
		writer.stream.put_u8(look)
		writer.text(role, 16)
		writer.stream.put_u16(resume_seconds)
		writer.bytes(resume_token, 64)

	func read(reader: Reader) -> void:
		if not reader.has(4):
			return
		player_id = reader.stream.get_u32()
		name = reader.text(80)
		if not reader.has(2):
			return
		account = reader.stream.get_u8()
		look = reader.stream.get_u8()
		role = reader.text(16)
		if not reader.has(2):
			return
		resume_seconds = reader.stream.get_u16()
		resume_token = reader.bytes(64)


## Asks to be put into a world.
class EnterWorld:
	extends Message
	## One of those that /api/server names; empty for the first.
	var world: String = ""

	func _init() -> void:
		type = MessageType.ENTER_WORLD

	func write(writer: Writer) -> void:
		writer.text(world, 64)

	func read(reader: Reader) -> void:
		world = reader.text(64)


## The client is in the world. TILE messages, everybody's PLAYER_JOIN, chunks and
## WORLD_STATEs follow.
class WorldEntered:
	extends Message
	var tick: int = 0
	## The receiver's own.
	var slot: int = 0
	## In tiles.
	var width: int = 0
	## In tiles.
	var height: int = 0
	var world: String = ""
	var mode: String = ""

	func _init() -> void:
		type = MessageType.WORLD_ENTERED

	func write(writer: Writer) -> void:
		writer.stream.put_u32(tick)
		writer.stream.put_u16(slot)
		writer.stream.put_u16(width)
		writer.stream.put_u16(height)
		writer.text(world, 64)
		writer.text(mode, 64)

	func read(reader: Reader) -> void:
		if not reader.has(10):
			return
		tick = reader.stream.get_u32()
		slot = reader.stream.get_u16()
		width = reader.stream.get_u16()
		height = reader.stream.get_u16()
		world = reader.text(64)
		mode = reader.text(64)


## Are you there? To be answered by PONG at once.
class Ping:
	extends Message
	## Comes back in the PONG.
	var token: int = 0

	func _init() -> void:
		type = MessageType.PING

	func write(writer: Writer) -> void:
		writer.stream.put_u32(token)

	func read(reader: Reader) -> void:
		if not reader.has(4):
			return
		token = reader.stream.get_u32()


## I am.
class Pong:
	extends Message
	var token: int = 0
	## The tick that the server did last; 0 from a client.
	var tick: int = 0
	## How much of the next tick had passed; 0 from a client. In 1/65536 tick.
	var phase: int = 0

	func _init() -> void:
		type = MessageType.PONG

	func write(writer: Writer) -> void:
		writer.stream.put_u32(token)
		writer.stream.put_u32(tick)
		writer.stream.put_u16(phase)

	func read(reader: Reader) -> void:
		if not reader.has(10):
			return
		token = reader.stream.get_u32()
		tick = reader.stream.get_u32()
		phase = reader.stream.get_u16()


## Commands for consecutive ticks. One that comes after its tick is dropped.
class InputCommands:
	extends Message
	## The tick of the first command.
	var tick: int = 0
	## Packed Commands.
	var commands: PackedByteArray = PackedByteArray()

	func _init() -> void:
		type = MessageType.INPUT

	func write(writer: Writer) -> void:
		writer.stream.put_u32(tick)
		writer.bytes(commands, 8, Command.SIZE)

	func read(reader: Reader) -> void:
		if not reader.has(4):
			return
		tick = reader.stream.get_u32()
		commands = reader.bytes(8, Command.SIZE)


## The tiles of a chunk. From here on its players are in sight.
class ChunkData:
	extends Message
	## In chunks.
	var chunk_x: int = 0
	## In chunks.
	var chunk_y: int = 0
	var revision: int = 0
	## zlib: LAYER_COUNT x CHUNK_SIZE rows x CHUNK_SIZE tile ids, each u16; 0 is an empty cell.
	## Cells beyond the map are 0.
	var cells: PackedByteArray = PackedByteArray()

	func _init() -> void:
		type = MessageType.CHUNK_DATA

	func write(writer: Writer) -> void:
		writer.stream.put_u16(chunk_x)
		writer.stream.put_u16(chunk_y)
		writer.stream.put_u32(revision)
		writer.bytes(cells, 8192)

	func read(reader: Reader) -> void:
		if not reader.has(8):
			return
		chunk_x = reader.stream.get_u16()
		chunk_y = reader.stream.get_u16()
		revision = reader.stream.get_u32()
		cells = reader.bytes(8192)


## The chunk is out of sight, and so are its players; it may be forgotten.
class ChunkDrop:
	extends Message
	## In chunks.
	var chunk_x: int = 0
	## In chunks.
	var chunk_y: int = 0

	func _init() -> void:
		type = MessageType.CHUNK_DROP

	func write(writer: Writer) -> void:
		writer.stream.put_u16(chunk_x)
		writer.stream.put_u16(chunk_y)

	func read(reader: Reader) -> void:
		if not reader.has(4):
			return
		chunk_x = reader.stream.get_u16()
		chunk_y = reader.stream.get_u16()


## Something was refused.
class Error:
	extends Message
	## A value of [enum ErrorCode].
	var code: int = 0
	## 1: the server closes with 4000 + code after this.
	var fatal: int = 0
	## The type of the message that was refused, 0 where it was none.
	var message: int = 0
	## When trying again makes sense; 0: not said. In ms.
	var retry_after_ms: int = 0
	## For a developer's eyes, in English. What players read is made from the code.
	var text: String = ""

	func _init() -> void:
		type = MessageType.ERROR

	func write(writer: Writer) -> void:
		writer.stream.put_u16(code)
		writer.stream.put_u8(fatal)
		writer.stream.put_u8(message)
		writer.stream.put_u32(retry_after_ms)
		writer.text(text, 255)

	func read(reader: Reader) -> void:
		if not reader.has(8):
			return
		code = reader.stream.get_u16()
		fatal = reader.stream.get_u8()
		message = reader.stream.get_u8()
		retry_after_ms = reader.stream.get_u32()
		text = reader.text(255)


## One tile of the world's tile set. All of them come before the first CHUNK_DATA.
class Tile:
	extends Message
	var id: int = 0
	## The layer that it belongs on: 0 ground, 1 things, 2 roofs.
	var layer: int = 0
	## A cell is as high as the higher of its ground and its thing; 32767 is never entered. In
	## 1/1024 tile.
	var height: int = 0
	## Of WALK_SPEED. A cell's is that of its thing, where there is none that of its ground. In
	## percent.
	var speed: int = 0
	## For a picture with one point a tile. In 0xRRGGBB.
	var colour: int = 0
	## Its first cell in the tile set's picture. In cells.
	var column: int = 0
	## In cells.
	var row: int = 0
	## A value of [enum TilePattern].
	var pattern: int = 0
	var name: String = ""

	func _init() -> void:
		type = MessageType.TILE

	func write(writer: Writer) -> void:
		writer.stream.put_u16(id)
		writer.stream.put_u8(layer)
		writer.stream.put_16(height)
		writer.stream.put_u16(speed)
		writer.stream.put_u32(colour)
		writer.stream.put_u8(column)
		writer.stream.put_u8(row)
		writer.stream.put_u8(pattern)
		writer.text(name, 64)

	func read(reader: Reader) -> void:
		if not reader.has(14):
			return
		id = reader.stream.get_u16()
		layer = reader.stream.get_u8()
		height = reader.stream.get_16()
		speed = reader.stream.get_u16()
		colour = reader.stream.get_u32()
		column = reader.stream.get_u8()
		row = reader.stream.get_u8()
		pattern = reader.stream.get_u8()
		name = reader.text(64)


## Asks that the next WORLD_STATE be a FULL one.
class Resync:
	extends Message

	func _init() -> void:
		type = MessageType.RESYNC


## Some cells of a chunk changed. Where base_revision is not the one that the receiver holds,
## it asks for the chunk by CHUNK_REQUEST.
class ChunkEdit:
	extends Message
	## In chunks.
	var chunk_x: int = 0
	## In chunks.
	var chunk_y: int = 0
	## What this is a change of.
	var base_revision: int = 0
	## What the chunk is with it.
	var revision: int = 0
	## Packed CellChanges.
	var cells: PackedByteArray = PackedByteArray()

	func _init() -> void:
		type = MessageType.CHUNK_EDIT

	func write(writer: Writer) -> void:
		writer.stream.put_u16(chunk_x)
		writer.stream.put_u16(chunk_y)
		writer.stream.put_u32(base_revision)
		writer.stream.put_u32(revision)
		writer.bytes(cells, 768, CellChange.SIZE)

	func read(reader: Reader) -> void:
		if not reader.has(12):
			return
		chunk_x = reader.stream.get_u16()
		chunk_y = reader.stream.get_u16()
		base_revision = reader.stream.get_u32()
		revision = reader.stream.get_u32()
		cells = reader.bytes(768, CellChange.SIZE)


## Asks for a chunk in view as a whole, answered by CHUNK_DATA. One that is out of view is
## not answered.
class ChunkRequest:
	extends Message
	## In chunks.
	var chunk_x: int = 0
	## In chunks.
	var chunk_y: int = 0

	func _init() -> void:
		type = MessageType.CHUNK_REQUEST

	func write(writer: Writer) -> void:
		writer.stream.put_u16(chunk_x)
		writer.stream.put_u16(chunk_y)

	func read(reader: Reader) -> void:
		if not reader.has(4):
			return
		chunk_x = reader.stream.get_u16()
		chunk_y = reader.stream.get_u16()


## Asks that cells be changed, each on its own. Like every edit it is answered by
## EDIT_RESULT.
class EditCells:
	extends Message
	## The client's own number for it, for the answer.
	var edit: int = 0
	## Packed CellEdits.
	var cells: PackedByteArray = PackedByteArray()

	func _init() -> void:
		type = MessageType.EDIT_CELLS

	func write(writer: Writer) -> void:
		writer.stream.put_u32(edit)
		writer.bytes(cells, 500, CellEdit.SIZE)

	func read(reader: Reader) -> void:
		if not reader.has(4):
			return
		edit = reader.stream.get_u32()
		cells = reader.bytes(500, CellEdit.SIZE)


## Asks that a shape be drawn with one tile.
class EditShape:
	extends Message
	var edit: int = 0
	## A value of [enum Shape].
	var shape: int = 0
	var layer: int = 0
	## 0 empties the cells.
	var tile: int = 0
	## In tiles.
	var x0: int = 0
	## In tiles.
	var y0: int = 0
	## In tiles.
	var x1: int = 0
	## In tiles.
	var y1: int = 0
	## Of the brush, for a stroke. In tiles.
	var size: int = 0

	func _init() -> void:
		type = MessageType.EDIT_SHAPE

	func write(writer: Writer) -> void:
		writer.stream.put_u32(edit)
		writer.stream.put_u8(shape)
		writer.stream.put_u8(layer)
		writer.stream.put_u16(tile)
		writer.stream.put_u16(x0)
		writer.stream.put_u16(y0)
		writer.stream.put_u16(x1)
		writer.stream.put_u16(y1)
		writer.stream.put_u8(size)

	func read(reader: Reader) -> void:
		if not reader.has(17):
			return
		edit = reader.stream.get_u32()
		shape = reader.stream.get_u8()
		layer = reader.stream.get_u8()
		tile = reader.stream.get_u16()
		x0 = reader.stream.get_u16()
		y0 = reader.stream.get_u16()
		x1 = reader.stream.get_u16()
		y1 = reader.stream.get_u16()
		size = reader.stream.get_u8()


## Asks that a rectangle be copied to another place.
class EditStamp:
	extends Message
	var edit: int = 0
	## One bit a layer: 1 ground, 2 things, 4 roofs.
	var layers: int = 0
	## The source's left column. In tiles.
	var x: int = 0
	## The source's upper row. In tiles.
	var y: int = 0
	## In tiles.
	var width: int = 0
	## In tiles.
	var height: int = 0
	## In tiles.
	var to_x: int = 0
	## In tiles.
	var to_y: int = 0

	func _init() -> void:
		type = MessageType.EDIT_STAMP

	func write(writer: Writer) -> void:
		writer.stream.put_u32(edit)
		writer.stream.put_u8(layers)
		writer.stream.put_u16(x)
		writer.stream.put_u16(y)
		writer.stream.put_u16(width)
		writer.stream.put_u16(height)
		writer.stream.put_u16(to_x)
		writer.stream.put_u16(to_y)

	func read(reader: Reader) -> void:
		if not reader.has(17):
			return
		edit = reader.stream.get_u32()
		layers = reader.stream.get_u8()
		x = reader.stream.get_u16()
		y = reader.stream.get_u16()
		width = reader.stream.get_u16()
		height = reader.stream.get_u16()
		to_x = reader.stream.get_u16()
		to_y = reader.stream.get_u16()


## Asks that the player's last edit be taken back, or the last that was taken back be done
## again. Cells that somebody else changed since stay.
class EditUndo:
	extends Message
	var edit: int = 0
	## 1: redo.
	var redo: int = 0

	func _init() -> void:
		type = MessageType.EDIT_UNDO

	func write(writer: Writer) -> void:
		writer.stream.put_u32(edit)
		writer.stream.put_u8(redo)

	func read(reader: Reader) -> void:
		if not reader.has(5):
			return
		edit = reader.stream.get_u32()
		redo = reader.stream.get_u8()


## An edit is in the database, or was refused. What it changed was seen before, as
## CHUNK_EDIT; what could not be written down is changed back.
class EditResult:
	extends Message
	## The number that the client gave.
	var edit: int = 0
	## 0: done. A value of [enum ErrorCode].
	var code: int = 0
	## How many cells it changed.
	var cells: int = 0
	## How many an undo left alone because somebody had changed them since.
	var skipped: int = 0
	## In ms.
	var retry_after_ms: int = 0
	## For a developer's eyes.
	var text: String = ""

	func _init() -> void:
		type = MessageType.EDIT_RESULT

	func write(writer: Writer) -> void:
		writer.stream.put_u32(edit)
		writer.stream.put_u16(code)
		writer.stream.put_u32(cells)
		writer.stream.put_u32(skipped)
		writer.stream.put_u32(retry_after_ms)
		writer.text(text, 255)

	func read(reader: Reader) -> void:
		if not reader.has(18):
			return
		edit = reader.stream.get_u32()
		code = reader.stream.get_u16()
		cells = reader.stream.get_u32()
		skipped = reader.stream.get_u32()
		retry_after_ms = reader.stream.get_u32()
		text = reader.text(255)


## The server has something to say to the receiver, for people to read.
class Notice:
	extends Message
	## A value of [enum NoticeCode].
	var code: int = 0
	## As NoticeCode says, separated by U+001F.
	var values: String = ""

	func _init() -> void:
		type = MessageType.NOTICE

	func write(writer: Writer) -> void:
		writer.stream.put_u8(code)
		writer.text(values, 4000)

	func read(reader: Reader) -> void:
		if not reader.has(1):
			return
		code = reader.stream.get_u8()
		values = reader.text(4000)


## A chat command that the receiver may use, for help and completion. All of them come after
## WORLD_ENTERED, and again, from the first, when the role has changed.
class ChatCommand:
	extends Message
	## 0 begins the list anew.
	var index: int = 0
	## Without the slash.
	var name: String = ""
	## Separated by spaces: player, duration, text, ...; those in brackets may be left out.
	var parameters: String = ""

	func _init() -> void:
		type = MessageType.CHAT_COMMAND

	func write(writer: Writer) -> void:
		writer.stream.put_u8(index)
		writer.text(name, 32)
		writer.text(parameters, 128)

	func read(reader: Reader) -> void:
		if not reader.has(1):
			return
		index = reader.stream.get_u8()
		name = reader.text(32)
		parameters = reader.text(128)


## Somebody speaks to one other player, in whatever world that player is. The speaker gets it
## back with `own` set.
class Whisper:
	extends Message
	## From a client: for whom. From the server: from whom, or for whom where `own` is set.
	var player_id: int = 0
	## 1: the receiver wrote it. Ignored from a client.
	var own: int = 0
	## That player's, who may be in another world. Ignored from a client.
	var name: String = ""
	var text: String = ""
	## When. Ignored from a client. Below 2^53. In ms since 1970.
	var timestamp: int = 0

	func _init() -> void:
		type = MessageType.WHISPER

	func write(writer: Writer) -> void:
		writer.stream.put_u32(player_id)
		writer.stream.put_u8(own)
		writer.text(name, 80)
		writer.text(text, 2000)
		writer.stream.put_u64(timestamp)

	func read(reader: Reader) -> void:
		if not reader.has(5):
			return
		player_id = reader.stream.get_u32()
		own = reader.stream.get_u8()
		name = reader.text(80)
		text = reader.text(2000)
		if not reader.has(8):
			return
		timestamp = reader.stream.get_u64()


## Tells the staff about a player; the chat around it goes with it. Answered by NOTICE
## REPORT_FILED or an ERROR.
class Report:
	extends Message
	var player_id: int = 0
	## Up to 500 characters.
	var text: String = ""

	func _init() -> void:
		type = MessageType.REPORT

	func write(writer: Writer) -> void:
		writer.stream.put_u32(player_id)
		writer.text(text, 2000)

	func read(reader: Reader) -> void:
		if not reader.has(4):
			return
		player_id = reader.stream.get_u32()
		text = reader.text(2000)


## Asks for another name. Everybody hears of it by PLAYER_JOIN, the receiver also by NOTICE
## NAME_CHANGED.
class Rename:
	extends Message
	var name: String = ""

	func _init() -> void:
		type = MessageType.RENAME

	func write(writer: Writer) -> void:
		writer.text(name, 255)

	func read(reader: Reader) -> void:
		name = reader.text(255)


## The staff took a chat line away: it is no longer to be shown.
class ChatRemoved:
	extends Message
	## Who had said it...
	var player_id: int = 0
	## ...and when. In ms since 1970.
	var timestamp: int = 0

	func _init() -> void:
		type = MessageType.CHAT_REMOVED

	func write(writer: Writer) -> void:
		writer.stream.put_u32(player_id)
		writer.stream.put_u64(timestamp)

	func read(reader: Reader) -> void:
		if not reader.has(12):
			return
		player_id = reader.stream.get_u32()
		timestamp = reader.stream.get_u64()


## Asks to see a world without being in it: a rectangle of its chunks, or what a player sees.
## In the lobby, instead of ENTER_WORLD, and then again to look elsewhere in the same world;
## for those of the staff. The answer is that to ENTER_WORLD, with WATCHER for a slot.
class Watch:
	extends Message
	## As in ENTER_WORLD.
	var world: String = ""
	## Whose view; 0: the rectangle's.
	var player_id: int = 0
	## The left column. In chunks.
	var chunk_x: int = 0
	## The upper row. In chunks.
	var chunk_y: int = 0
	## Up to WATCHED_CHUNKS. In chunks.
	var width: int = 0
	## Likewise. In chunks.
	var height: int = 0

	func _init() -> void:
		type = MessageType.WATCH

	func write(writer: Writer) -> void:
		writer.text(world, 64)
		writer.stream.put_u32(player_id)
		writer.stream.put_u16(chunk_x)
		writer.stream.put_u16(chunk_y)
		writer.stream.put_u8(width)
		writer.stream.put_u8(height)

	func read(reader: Reader) -> void:
		world = reader.text(64)
		if not reader.has(10):
			return
		player_id = reader.stream.get_u32()
		chunk_x = reader.stream.get_u16()
		chunk_y = reader.stream.get_u16()
		width = reader.stream.get_u8()
		height = reader.stream.get_u8()


## Somebody shows something without words, to all who see them.
class Emote:
	extends Message
	## Who. Ignored from a client.
	var player_id: int = 0
	## A value of [enum EmoteKind].
	var kind: int = 0

	func _init() -> void:
		type = MessageType.EMOTE

	func write(writer: Writer) -> void:
		writer.stream.put_u32(player_id)
		writer.stream.put_u8(kind)

	func read(reader: Reader) -> void:
		if not reader.has(5):
			return
		player_id = reader.stream.get_u32()
		kind = reader.stream.get_u8()


## What the world's mode does just now. Comes after WORLD_ENTERED and at each change.
class ModeState:
	extends Message
	## Its name. It may change while the receiver is there.
	var mode: String = ""
	## A value of [enum ModePhase].
	var phase: int = 0
	## When the phase ends; 0: nobody knows. In ticks.
	var ends_tick: int = 0
	## A value of [enum ScoreKind].
	var score_kind: int = 0
	## Names a text about what is going on, which clients have in their languages; empty: there
	## is none.
	var key: String = ""
	## What belongs into that text, in its order, separated by U+001F.
	var values: String = ""
	## The text itself, for clients that do not know the key: a language code and the text, again
	## and again, all separated by U+001F. May be empty.
	var texts: String = ""

	func _init() -> void:
		type = MessageType.MODE_STATE

	func write(writer: Writer) -> void:
		writer.text(mode, 64)
		writer.stream.put_u8(phase)
		writer.stream.put_u32(ends_tick)
		writer.stream.put_u8(score_kind)
		writer.text(key, 64)
		writer.text(values, 1000)
		writer.text(texts, 2000)

	func read(reader: Reader) -> void:
		mode = reader.text(64)
		if not reader.has(6):
			return
		phase = reader.stream.get_u8()
		ends_tick = reader.stream.get_u32()
		score_kind = reader.stream.get_u8()
		key = reader.text(64)
		values = reader.text(1000)
		texts = reader.text(2000)


## How players stand in the mode. Rows that did not change are not repeated; that of a player
## goes with PLAYER_LEAVE.
class ModeScores:
	extends Message
	## 1: forget all rows so far.
	var full: int = 0
	## Packed ModeScores.
	var rows: PackedByteArray = PackedByteArray()

	func _init() -> void:
		type = MessageType.MODE_SCORES

	func write(writer: Writer) -> void:
		writer.stream.put_u8(full)
		writer.bytes(rows, 2000, ModeScore.SIZE)

	func read(reader: Reader) -> void:
		if not reader.has(1):
			return
		full = reader.stream.get_u8()
		rows = reader.bytes(2000, ModeScore.SIZE)


## A line of the mode's best list, which outlasts rounds and restarts. All lines come after
## WORLD_ENTERED, and again, from the first, when the list has changed.
class ModeRecord:
	extends Message
	## Counts from 0, the best. 0 begins the list anew.
	var index: int = 0
	## How many lines there are in all; 0: none, and this is no line.
	var count: int = 0
	var player_id: int = 0
	## See MODE_STATE.score_kind.
	var score: int = 0
	## 0: none. In ticks.
	var time: int = 0
	## The player's, when it was set.
	var name: String = ""

	func _init() -> void:
		type = MessageType.MODE_RECORD

	func write(writer: Writer) -> void:
		writer.stream.put_u8(index)
		writer.stream.put_u8(count)
		writer.stream.put_u32(player_id)
		writer.stream.put_32(score)
		writer.stream.put_u32(time)
		writer.text(name, 80)

	func read(reader: Reader) -> void:
		if not reader.has(14):
			return
		index = reader.stream.get_u8()
		count = reader.stream.get_u8()
		player_id = reader.stream.get_u32()
		score = reader.stream.get_32()
		time = reader.stream.get_u32()
		name = reader.text(80)


## Something has happened in the mode, for people to read: a line of the chat.
class ModeNews:
	extends Message
	## As in MODE_STATE.
	var key: String = ""
	## As in MODE_STATE.
	var values: String = ""
	## As in MODE_STATE.
	var texts: String = ""

	func _init() -> void:
		type = MessageType.MODE_NEWS

	func write(writer: Writer) -> void:
		writer.text(key, 64)
		writer.text(values, 1000)
		writer.text(texts, 2000)

	func read(reader: Reader) -> void:
		key = reader.text(64)
		values = reader.text(1000)
		texts = reader.text(2000)


## Where the receiver is to go next in the mode, to be marked on the map.
class ModeGoal:
	extends Message
	## The left column. In tiles.
	var x: int = 0
	## The upper row. In tiles.
	var y: int = 0
	## 0: nowhere in particular. In tiles.
	var width: int = 0
	## In tiles.
	var height: int = 0

	func _init() -> void:
		type = MessageType.MODE_GOAL

	func write(writer: Writer) -> void:
		writer.stream.put_u16(x)
		writer.stream.put_u16(y)
		writer.stream.put_u16(width)
		writer.stream.put_u16(height)

	func read(reader: Reader) -> void:
		if not reader.has(8):
			return
		x = reader.stream.get_u16()
		y = reader.stream.get_u16()
		width = reader.stream.get_u16()
		height = reader.stream.get_u16()


## An empty message of that type, or null where the type is not known.
static func create(message_type: int) -> Message:
	match message_type:
		MessageType.PLAYER_UPDATE:
			return PlayerUpdate.new()
		MessageType.PLAYER_JOIN:
			return PlayerJoin.new()
		MessageType.PLAYER_LEAVE:
			return PlayerLeave.new()
		MessageType.CHAT_MESSAGE:
			return ChatMessage.new()
		MessageType.WORLD_STATE:
			return WorldState.new()
		MessageType.HELLO:
			return Hello.new()
		MessageType.WELCOME:
			return Welcome.new()
		MessageType.AUTH:
			return Auth.new()
		MessageType.AUTH_OK:
			return AuthOk.new()
		MessageType.ENTER_WORLD:
			return EnterWorld.new()
		MessageType.WORLD_ENTERED:
			return WorldEntered.new()
		MessageType.PING:
			return Ping.new()
		MessageType.PONG:
			return Pong.new()
		MessageType.INPUT:
			return InputCommands.new()
		MessageType.CHUNK_DATA:
			return ChunkData.new()
		MessageType.CHUNK_DROP:
			return ChunkDrop.new()
		MessageType.ERROR:
			return Error.new()
		MessageType.TILE:
			return Tile.new()
		MessageType.RESYNC:
			return Resync.new()
		MessageType.CHUNK_EDIT:
			return ChunkEdit.new()
		MessageType.CHUNK_REQUEST:
			return ChunkRequest.new()
		MessageType.EDIT_CELLS:
			return EditCells.new()
		MessageType.EDIT_SHAPE:
			return EditShape.new()
		MessageType.EDIT_STAMP:
			return EditStamp.new()
		MessageType.EDIT_UNDO:
			return EditUndo.new()
		MessageType.EDIT_RESULT:
			return EditResult.new()
		MessageType.NOTICE:
			return Notice.new()
		MessageType.CHAT_COMMAND:
			return ChatCommand.new()
		MessageType.WHISPER:
			return Whisper.new()
		MessageType.REPORT:
			return Report.new()
		MessageType.RENAME:
			return Rename.new()
		MessageType.CHAT_REMOVED:
			return ChatRemoved.new()
		MessageType.WATCH:
			return Watch.new()
		MessageType.EMOTE:
			return Emote.new()
		MessageType.MODE_STATE:
			return ModeState.new()
		MessageType.MODE_SCORES:
			return ModeScores.new()
		MessageType.MODE_RECORD:
			return ModeRecord.new()
		MessageType.MODE_NEWS:
			return ModeNews.new()
		MessageType.MODE_GOAL:
			return ModeGoal.new()
	return null


## Reads a whole WebSocket message. Types outside the core that are not known are skipped, but for
## those of the game's own.
static func parse(data: PackedByteArray) -> Parsed:
	var parsed: Parsed = Parsed.new()
	if data.is_empty():
		parsed.error = ErrorCode.EMPTY_MESSAGE
		return parsed
	var reader: Reader = Reader.new(data)
	var at: int = 0
	while at < data.size() and parsed.error == 0:
		if at + 3 > data.size():
			parsed.error = ErrorCode.LENGTH_BEYOND_END
			break
		reader.stream.seek(at)
		var type: int = reader.stream.get_u8()
		var length: int = reader.stream.get_u16()
		at += 3 + length
		if at > data.size():
			parsed.error = ErrorCode.LENGTH_BEYOND_END
			break
		var message: Message = create(type)
		if message == null and LOWEST_OWN_TYPE <= type and type <= HIGHEST_OWN_TYPE:
			message = OwnMessage.new(type)
		if message == null:
			if type <= HIGHEST_CORE_TYPE:
				parsed.error = ErrorCode.UNKNOWN_TYPE
			continue
		reader.end = at
		message.read(reader)
		parsed.error = reader.error
		if parsed.error == 0:
			parsed.messages.append(message)
	return parsed


## True where the bytes are well-formed UTF-8 (RFC 3629): Godot itself would put U+FFFD and go on.
static func is_utf8(raw: PackedByteArray) -> bool:
	var at: int = 0
	while at < raw.size():
		var first: int = raw[at]
		at += 1
		if first < 0x80:
			continue
		var more: int = 1 if first < 0xE0 else (2 if first < 0xF0 else 3)
		if first < 0xC2 or first > 0xF4 or at + more > raw.size():
			return false
		var lowest: int = {0xE0: 0xA0, 0xF0: 0x90}.get(first, 0x80)
		var highest: int = {0xED: 0x9F, 0xF4: 0x8F}.get(first, 0xBF)
		for index: int in more:
			if raw[at] < lowest or raw[at] > highest:
				return false
			lowest = 0x80
			highest = 0xBF
			at += 1
	return true
