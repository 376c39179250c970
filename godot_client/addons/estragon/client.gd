class_name EstragonClient
extends Node
## A client of an Estragon server: an [EstragonSession] on its way into a world, and back into it.
##
## Make it an autoload. [method join] goes all the way into a world as a guest, [method
## join_account] as who [member account] is logged in. Once there, a lost connection comes back by
## itself, as the same player in the same place. What happens in the world are the signals of
## [member session]; set [member intent] to walk.

## The world is entered, for the first time or again.
signal joined
## The connection is gone for good: it never came to be, was refused, or cannot be had back.
## [param code] is an ErrorCode, [constant UNREACHABLE], [constant CONNECTION_LOST],
## [constant NOT_UNDERSTOOD] or [constant UNTRUSTED]; [member refusal] says more.
signal join_failed(code: int)
## The connection was lost; the next try is [param retry_in] seconds away.
signal connection_lost(code: int, retry_in: float)
## A new try to connect has begun.
signal retry_started

## How far the client has come on its way into a world.
enum Status {
	## Not connected.
	OFFLINE,
	## On the way into a world.
	JOINING,
	## In a world.
	PLAYING,
	## Thrown out, waiting for the next try.
	WAITING,
}

## No server answers at that address.
const UNREACHABLE: int = -1
## The server fell silent or the connection broke.
const CONNECTION_LOST: int = -2
## What the server sends cannot be read: one of the two has another edition of the protocol.
const NOT_UNDERSTOOD: int = -3
## No safe connection comes about: the certificate is not one to trust, or there is none.
const UNTRUSTED: int = -4
## How long to wait before each new try; the last counts for all that follow.
const BACKOFF_SECONDS: Array[float] = [1.0, 2.0, 4.0, 5.0]
## A connection that held for so long has proved itself: the waiting starts from the beginning.
const STEADY_SECONDS: float = 10.0
## How long to wait with a name that the server takes to be still in use by oneself, and how often.
const NAME_RETRY_SECONDS: float = 1.0
const NAME_RETRIES: int = 3
## Refusals after which trying again by itself makes no sense.
const FINAL_CODES: Array[int] = [
	NOT_UNDERSTOOD,
	UNTRUSTED,
	EstragonCodec.ErrorCode.VERSION_UNSUPPORTED,
	EstragonCodec.ErrorCode.AUTH_METHOD_UNSUPPORTED,
	EstragonCodec.ErrorCode.AUTH_EXPIRED,
	EstragonCodec.ErrorCode.GUESTS_FORBIDDEN,
	EstragonCodec.ErrorCode.NAME_IN_USE,
	EstragonCodec.ErrorCode.NAME_INVALID,
	EstragonCodec.ErrorCode.NAME_REGISTERED,
	EstragonCodec.ErrorCode.WORLD_UNKNOWN,
	EstragonCodec.ErrorCode.KICKED,
	EstragonCodec.ErrorCode.BANNED,
	EstragonCodec.ErrorCode.TAKEN_OVER,
	EstragonCodec.ErrorCode.LOGGED_OUT,
]

## The one that is in the tree, for the nodes that show what it knows; null where there is none.
static var current: EstragonClient = null

## Where the client is now.
var status: Status = Status.OFFLINE
## The connection's state and signals; it stays the same object from join to join.
var session: EstragonSession = EstragonSession.new()
## One's own player: where to draw them, and what was predicted.
var walker: EstragonWalker = EstragonWalker.new(session)
## The server's time.
var clock: EstragonClock:
	get:
		return walker.clock
## What the player wants right now; it is sent for every tick.
var intent: EstragonCodec.Command:
	get:
		return walker.intent
## One's account, if one has one; [method EstragonAccount.visit] and log in before [method
## join_account].
var account: EstragonAccount = EstragonAccount.new()
## Why one is not, or no longer, in a world; null where nothing is wrong.
var refusal: EstragonRefusal = null
## What the client calls itself in the server's log.
var client_name: String = "Godot"
## Who may vouch for a server's certificate: see [EstragonAuthority]. Null: whom the system trusts.
var tls_options: TLSOptions = null:
	set(options):
		tls_options = options
		account.tls_options = options
		_socket.tls_options = options

var _socket: EstragonSocket = EstragonSocket.new()
var _address: String = ""
var _world: String = ""
var _credentials: EstragonCredentials = EstragonCredentials.new()
## Which way into a world this is: what was begun for another one is of no interest any more.
var _journey: int = 0
var _has_played: bool = false
var _attempt: int = 0
var _retry_at: float = 0.0
var _authenticate_at: float = INF
var _entered_at: float = 0.0
var _ping_at: float = 0.0
var _name_retries: int = 0


func _init() -> void:
	process_mode = Node.PROCESS_MODE_ALWAYS
	process_priority = -100
	add_child(_socket)
	add_child(account)
	_socket.opened.connect(_on_opened)
	_socket.received.connect(session.receive)
	_socket.closed.connect(_on_closed)
	_socket.failed.connect(_lose)
	session.welcomed.connect(_on_welcomed)
	session.authenticated.connect(_on_authenticated)
	session.identity_changed.connect(_on_identity_changed)
	session.world_entered.connect(_on_world_entered)
	session.refused.connect(_on_refused)
	session.broken.connect(_on_broken)


func _process(_delta: float) -> void:
	var now: float = now_seconds()
	if status == Status.WAITING and now >= _retry_at:
		retry_started.emit()
		_set_out()
	if _socket.is_in_use():
		walker.advance(now)
	_socket.poll(now)
	if _socket.is_ready():
		_keep_up(now)
		for data: PackedByteArray in session.take_outgoing():
			if not _is_over():  # EST-ER-02: nobody reads it any more.
				_socket.send(data)


func _enter_tree() -> void:
	current = self


func _exit_tree() -> void:
	leave()
	if current == self:
		current = null


## Connects to a server, for example "127.0.0.1:8000", and enters one of its worlds as a guest.
## Answered by [signal joined] or [signal join_failed].
func join(address: String, world: String, player_name: String, look: int) -> void:
	leave()  # Before it is looked up who was cut off.
	_start(
		address,
		world,
		EstragonCredentials.of_guest(player_name, look, address, account.store, _unix_seconds())
	)


## Connects to the server that [member account] is on and enters one of its worlds as that account.
## With the [param ticket] of a log-in just now it need not ask for another.
func join_account(world: String, ticket: String = "") -> void:
	_start(account.address, world, EstragonCredentials.of_account(account, ticket))


## From now on the player walks that way: x is east, y is south, a length of 1 or more is as fast as
## they can. Who stands goes on looking the way they walked.
func walk(direction: Vector2) -> void:
	intent.pace = mini(roundi(direction.length() * 255.0), 255)
	if intent.pace > 0:
		intent.direction = roundi(direction.angle() / TAU * 65536.0) & 0xFFFF
		intent.aim = intent.direction


## The player leaps with the next step.
func jump() -> void:
	walker.tap(EstragonCodec.ButtonBit.JUMP)


## Goes away for good.
func leave() -> void:
	if _has_played and status != Status.OFFLINE:
		_credentials.forget()
	_journey += 1
	_socket.hang_up()
	status = Status.OFFLINE
	refusal = null


## Makes an account of the guest that one is, on the spot: place, number and, where [param new_name]
## is empty, the name stay.
func register(new_name: String, password: String, remembers: bool) -> EstragonAnswer:
	account.visit(_address)
	return await account.register(new_name, password, session.look, remembers, session.resume_token)


## How many seconds are left until the next try to connect.
func seconds_to_retry() -> float:
	return maxf(_retry_at - now_seconds(), 0.0) if status == Status.WAITING else 0.0


## The clock by which [member clock] and [member session] are told the time.
func now_seconds() -> float:
	return Time.get_ticks_usec() / 1_000_000.0


func _start(address: String, world: String, credentials: EstragonCredentials) -> void:
	leave()
	_address = address
	_world = world
	_credentials = credentials
	_has_played = false
	_attempt = 0
	_set_out()


func _set_out() -> void:
	status = Status.JOINING
	refusal = null
	_name_retries = 0
	_journey += 1
	var journey: int = _journey
	var missing: EstragonRefusal = await _credentials.prepare(now_seconds())
	if journey != _journey:
		return
	if missing != null:
		refusal = missing
		_lose(missing.code)
	else:
		_authenticate_at = INF
		_socket.open(_address, now_seconds())


func _keep_up(now: float) -> void:
	if now >= _authenticate_at:
		_authenticate_at = INF
		_credentials.present(session, now)
	if session.state == EstragonSession.State.WORLD:
		_credentials.note(session, now, _unix_seconds())
	if session.welcome != null and now >= _ping_at:
		_ping_at = now + clock.ping_seconds()
		session.ping(now)
	if session.state == EstragonSession.State.WORLD:
		walker.act()


func _lose(code: int) -> void:
	if status != Status.JOINING and status != Status.PLAYING:
		return
	var was_playing: bool = status == Status.PLAYING
	if refusal == null or refusal.code != code:
		refusal = EstragonRefusal.new(code)
	if _socket.is_open:
		_credentials.lost(session, now_seconds())
	_socket.hang_up()
	if not _has_played or code in FINAL_CODES:
		_end(code)
		return
	if was_playing and now_seconds() - _entered_at > STEADY_SECONDS:
		_attempt = 0
	var wait: float = BACKOFF_SECONDS[mini(_attempt, BACKOFF_SECONDS.size() - 1)]
	_attempt += 1
	_retry_at = now_seconds() + wait
	status = Status.WAITING
	connection_lost.emit(code, wait)


func _end(code: int) -> void:
	status = Status.OFFLINE
	if code == EstragonCodec.ErrorCode.LOGGED_OUT:
		account.forget()
	elif code in FINAL_CODES and code != EstragonCodec.ErrorCode.TAKEN_OVER:
		_credentials.forget()
	join_failed.emit(code)


func _unix_seconds() -> float:
	return Time.get_unix_time_from_system()


func _on_opened() -> void:
	session.start(client_name)


func _on_closed(code: int) -> void:
	if code != 0:
		_lose(code)
	else:
		_lose(CONNECTION_LOST if refusal == null else refusal.code)


func _on_welcomed(_welcome: EstragonCodec.Welcome) -> void:
	_ping_at = 0.0
	_credentials.present(session, now_seconds())


func _on_authenticated(_player_id: int, _name: String) -> void:
	_know_identity()
	session.enter_world(_world)


func _on_identity_changed() -> void:
	if session.is_account:
		_credentials.account = account
	_know_identity()


func _know_identity() -> void:
	_credentials.accepted(session)
	if session.is_account:
		account.heard(session.player_name, session.look)


func _on_world_entered(entered: EstragonWorld) -> void:
	_world = entered.name
	status = Status.PLAYING
	_has_played = true
	_entered_at = now_seconds()
	joined.emit()


func _on_refused(refused: EstragonRefusal) -> void:
	if refused.is_fatal:
		refusal = refused
	elif status != Status.JOINING:
		return
	elif _credentials.have_another_way(refused.code):
		_socket.hang_up()
		_set_out()
	elif refused.code == EstragonCodec.ErrorCode.NAME_IN_USE and _has_played:
		_name_retries += 1
		if _name_retries <= NAME_RETRIES:
			_authenticate_at = now_seconds() + NAME_RETRY_SECONDS
		else:
			_refuse(refused)
	else:
		_refuse(refused)


func _is_over() -> bool:
	return refusal != null and refusal.is_fatal


func _refuse(refused: EstragonRefusal) -> void:
	refusal = refused
	_lose(refused.code)


func _on_broken(code: int) -> void:
	push_warning("The server sent what cannot be read: error %d" % code)
	_lose(NOT_UNDERSTOOD)
