class_name EstragonCredentials
extends RefCounted
## How one says who one is, at the first time and whenever one comes back: by the resume token as
## long as it is good, else by the account's ticket, else as a guest by name.

## How often it is noted how long a guest's session may be taken up again after a crash.
const NOTE_SECONDS: float = 20.0

## What a guest is called.
var player_name: String = ""
## Which look a guest has.
var look: int = 0
## The account; null for a guest.
var account: EstragonAccount = null

var _method: EstragonCodec.AuthMethod = EstragonCodec.AuthMethod.GUEST
var _ticket: String = ""
var _resume_token: PackedByteArray = PackedByteArray()
var _resume_until: float = 0.0
## Where a guest's session is noted, and for which server.
var _store: EstragonTokenStore = EstragonTokenStore.new("")
var _address: String = ""
var _note_at: float = 0.0


## Those of a guest, who is found again in [param store] after a crash. [param unix_now] is in
## seconds since 1970.
static func of_guest(
	guest_name: String, guest_look: int, address: String, store: EstragonTokenStore, unix_now: float
) -> EstragonCredentials:
	var credentials: EstragonCredentials = EstragonCredentials.new()
	credentials.player_name = guest_name
	credentials.look = guest_look
	credentials._address = address
	credentials._store = store
	credentials._resume_token = store.guest_token(address, guest_name, unix_now)
	credentials._resume_until = INF
	return credentials


## Those of somebody who is logged in; [param ticket] may be left out.
static func of_account(logged_in: EstragonAccount, ticket: String) -> EstragonCredentials:
	var credentials: EstragonCredentials = EstragonCredentials.new()
	credentials.account = logged_in
	credentials._ticket = ticket
	return credentials


## Asks for what is needed before a connection is opened. Null where all is there.
func prepare(now: float) -> EstragonRefusal:
	if account == null or _can_resume(now) or not _ticket.is_empty():
		return null
	var answer: EstragonAnswer = await account.come_back()
	_ticket = answer.ticket
	return answer.refusal


## Says to the server who one is.
func present(session: EstragonSession, now: float) -> void:
	if _can_resume(now):
		_method = EstragonCodec.AuthMethod.RESUME
		session.authenticate_by(_method, _resume_token)
	elif account != null:
		_method = EstragonCodec.AuthMethod.TICKET
		session.authenticate_by(_method, _ticket.to_utf8_buffer())
		_ticket = ""
	else:
		_method = EstragonCodec.AuthMethod.GUEST
		session.authenticate(player_name, look)


## The server knows who one is: for the first time, or somebody else than before.
func accepted(session: EstragonSession) -> void:
	forget()
	_resume_token = PackedByteArray()
	_note_at = 0.0
	player_name = session.player_name
	look = session.look


## Notes from time to time that a guest is still there, for the case of a crash.
func note(session: EstragonSession, now: float, unix_now: float) -> void:
	if account != null or now < _note_at:
		return
	_note_at = now + NOTE_SECONDS
	var seconds: float = NOTE_SECONDS + session.resume_seconds
	_store.keep_guest(_address, player_name, session.resume_token, unix_now, seconds)


## A guest is gone for good, or nobody of that name any more.
func forget() -> void:
	_store.forget_guest(_address, player_name)


## The connection was lost.
func lost(session: EstragonSession, now: float) -> void:
	if not session.resume_token.is_empty():
		_resume_token = session.resume_token
		_resume_until = now + session.resume_seconds


## True where the server did not take the resume token, but may take what else there is.
func have_another_way(refused_code: int) -> bool:
	if _method != EstragonCodec.AuthMethod.RESUME or _resume_token.is_empty():
		return false
	_resume_token = PackedByteArray()
	return refused_code == EstragonCodec.ErrorCode.AUTH_EXPIRED


func _can_resume(now: float) -> bool:
	return not _resume_token.is_empty() and now < _resume_until
