class_name EstragonCredentials
extends RefCounted
## How one says who one is, at the first time and whenever one comes back: by the resume token as
## long as it is good, else by the account's ticket, else as a guest by name.

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


## Those of a guest.
static func of_guest(guest_name: String, guest_look: int) -> EstragonCredentials:
	var credentials: EstragonCredentials = EstragonCredentials.new()
	credentials.player_name = guest_name
	credentials.look = guest_look
	return credentials


## Those of somebody who is logged in; [param ticket] may be left out.
static func of_account(logged_in: EstragonAccount, ticket: String) -> EstragonCredentials:
	var credentials: EstragonCredentials = EstragonCredentials.new()
	credentials.account = logged_in
	credentials._ticket = ticket
	return credentials


## The token is good until [param until], in seconds of the clock that [param now] is read from
## elsewhere here.
func may_resume(token: PackedByteArray, until: float) -> void:
	_resume_token = token
	_resume_until = until


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


## The server knows who one is.
func accepted(session: EstragonSession) -> void:
	_resume_token = PackedByteArray()
	player_name = session.player_name
	look = session.look


## The connection was lost.
func lost(session: EstragonSession, now: float) -> void:
	if not session.resume_token.is_empty():
		may_resume(session.resume_token, now + session.resume_seconds)


## True where the server did not take the resume token, but may take what else there is.
func have_another_way(refused_code: int) -> bool:
	if _method != EstragonCodec.AuthMethod.RESUME or _resume_token.is_empty():
		return false
	_resume_token = PackedByteArray()
	return refused_code == EstragonCodec.ErrorCode.AUTH_EXPIRED


func _can_resume(now: float) -> bool:
	return not _resume_token.is_empty() and now < _resume_until
