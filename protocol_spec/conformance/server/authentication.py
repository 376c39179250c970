"""Who somebody is: guests and their names, accounts, tickets, and coming back."""

from __future__ import annotations

import asyncio
import time

from protocol_spec import codec
from protocol_spec.codec import AuthMethod, ErrorCode
from protocol_spec.conformance import wire
from protocol_spec.conformance.case import Category, Failed, Unimplemented
from protocol_spec.conformance.course import EAST, body_of, going, own_id, walk
from protocol_spec.conformance.peer import Client, title
from protocol_spec.conformance.stage import Account, Stage, expect, expect_that, new_name

category = Category("authentication")
case = category.case

AUTH_SECONDS = 5
LATER_SECONDS = 2.5
"""The server looks once a second, and the line takes its time."""
FREE_SECONDS = 5.0
TOKEN_DAYS = 30
LONGEST_SECONDS = 60
"""Nobody is made to wait longer for a ticket or a token to be no good any more: the defaults."""


async def _outlive(seconds: float, what: str) -> None:
    if seconds > LONGEST_SECONDS:
        raise Unimplemented(f"its {what} are good for {seconds:.0f} s: too long to wait for here")
    await asyncio.sleep(seconds + 1.5)


async def refused_name(stage: Stage, name: str | bytes, code: ErrorCode) -> None:
    """A name that is refused, after which a good one is taken on the same connection."""
    peer = await stage.greeted()
    await peer.send(wire.auth(name))
    await peer.refused(code, message=codec.Auth.TYPE)
    await stage.authenticate(peer, wire.auth(new_name()))


async def auth_ends_late(peer: Client, began: float) -> None:
    await peer.ended(ErrorCode.AUTH_TIMEOUT, seconds=AUTH_SECONDS + LATER_SECONDS + 2)
    lasted = asyncio.get_running_loop().time() - began
    expect_that(lasted >= AUTH_SECONDS - 0.2, f"it came after {lasted:.1f} s")
    expect_that(lasted <= AUTH_SECONDS + LATER_SECONDS, f"it came after {lasted:.1f} s")


@case("EST-AU-01a", lasts_seconds=8)
async def silent_stranger(stage: Stage) -> None:
    """Who says nothing after the socket's opening gets AUTH_TIMEOUT after 5 seconds."""
    began = asyncio.get_running_loop().time()
    await auth_ends_late(await stage.connect(), began)


@case("EST-AU-01b", lasts_seconds=8)
async def greeted_stranger(stage: Stage) -> None:
    """HELLO alone gives no more time."""
    began = asyncio.get_running_loop().time()
    await auth_ends_late(await stage.greeted(), began)


@case("EST-AU-01c", lasts_seconds=8)
async def refused_stranger(stage: Stage) -> None:
    """Refused AUTHs and PINGs give no more time, either."""
    began = asyncio.get_running_loop().time()
    peer = await stage.greeted()
    await peer.send(wire.auth("?"))
    await peer.refused(ErrorCode.NAME_TOO_SHORT)
    for _ in range(6):
        await peer.settle()
        await asyncio.sleep(0.7)
    await auth_ends_late(peer, began)


@case("EST-AU-02a")
async def unknown_method(stage: Stage) -> None:
    """An unknown method gets AUTH_METHOD_UNSUPPORTED, and another AUTH may follow."""
    peer = await stage.greeted()
    await peer.send(wire.auth(new_name(), method=99))
    await peer.refused(ErrorCode.AUTH_METHOD_UNSUPPORTED, message=codec.Auth.TYPE)
    await stage.authenticate(peer, wire.auth(new_name()))


@case("EST-AU-02b")
async def method_zero(stage: Stage) -> None:
    """So does the method 0."""
    peer = await stage.greeted()
    await peer.send(wire.auth(new_name(), method=0))
    await peer.refused(ErrorCode.AUTH_METHOD_UNSUPPORTED, message=codec.Auth.TYPE)


@case("EST-AU-03a")
async def many_refusals(stage: Stage) -> None:
    """After several refusals, of several methods, a good AUTH is taken."""
    peer = await stage.greeted()
    for method in (AuthMethod.RESUME, AuthMethod.TICKET):
        await peer.send(wire.auth(method=method, secret="of nobody"))
        await peer.refused(ErrorCode.AUTH_EXPIRED, message=codec.Auth.TYPE)
    await peer.send(wire.auth(""))
    await peer.refused(ErrorCode.NAME_EMPTY)
    await stage.authenticate(peer, wire.auth(new_name()))


@case("EST-AU-03b")
async def two_at_once(stage: Stage) -> None:
    """A second AUTH before the answer to the first is WRONG_STATE, and fatal."""
    peer = await stage.greeted()
    await peer.send(wire.auth(new_name()), wire.auth(new_name()))
    await peer.ended(ErrorCode.WRONG_STATE, message=codec.Auth.TYPE)


@case("EST-AU-11a")
async def spaces_in_names(stage: Stage) -> None:
    """Spaces at the ends go, and runs of them become one."""
    one, two = new_name()[:6], new_name()[:6]
    peer = await stage.lobby(f"  {one} \u2003 \t {two} ")
    expect(peer.last(codec.AuthOk).name, f"{one} {two}", "the name of AUTH_OK")


@case("EST-AU-11b")
async def composed_names(stage: Stage) -> None:
    """Letters and their accents are composed, as in Unicode's NFC."""
    name = new_name()
    peer = await stage.lobby(name + "e\u0301")
    expect(peer.last(codec.AuthOk).name, name + "é", "the name of AUTH_OK")


@case("EST-AU-11c")
async def apostrophes_in_names(stage: Stage) -> None:
    """Other apostrophes become the plain one."""
    one, two = new_name()[:6], new_name()[:6]
    peer = await stage.lobby(f"{one}\u2019{two}")
    expect(peer.last(codec.AuthOk).name, f"{one}'{two}", "the name of AUTH_OK")


@case("EST-AU-04a")
async def names_as_they_came(stage: Stage) -> None:
    """A name that needs no change has none; AUTH_OK and PLAYER_JOIN tell the same."""
    name = new_name()
    peer = await stage.player(name)
    expect(peer.last(codec.AuthOk).name, name, "the name of AUTH_OK")
    joined = [each.name for each in peer.messages(codec.PlayerJoin)]
    expect_that(name in joined, "PLAYER_JOIN has another name")


@case("EST-AU-12a")
async def no_name(stage: Stage) -> None:
    """A name without a letter at all is NAME_EMPTY."""
    await refused_name(stage, "", ErrorCode.NAME_EMPTY)


@case("EST-AU-12b")
async def name_of_spaces(stage: Stage) -> None:
    """One of spaces alone is NAME_EMPTY."""
    await refused_name(stage, " \t\u2003\u00a0", ErrorCode.NAME_EMPTY)


@case("EST-AU-12c")
async def short_name(stage: Stage) -> None:
    """One of two characters is NAME_TOO_SHORT, however many bytes they take."""
    await refused_name(stage, "Жж", ErrorCode.NAME_TOO_SHORT)


@case("EST-AU-12d")
async def long_name(stage: Stage) -> None:
    """One of 21 characters is NAME_TOO_LONG."""
    await refused_name(stage, "x" * 21, ErrorCode.NAME_TOO_LONG)


@case("EST-AU-12e")
async def longest_name(stage: Stage) -> None:
    """One of 20 is not, also where they take 40 bytes."""
    letters = "бвгджзклмнпт"
    name = "".join(letters[ord(each) % len(letters)] for each in new_name() + new_name())[:20]
    peer = await stage.lobby(name)
    expect(peer.last(codec.AuthOk).name, name, "the name of AUTH_OK")


@case("EST-AU-12f")
async def longest_field(stage: Stage) -> None:
    """One of 255 bytes, as long as the field may be, is NAME_TOO_LONG and not fatal."""
    await refused_name(stage, "x" * 255, ErrorCode.NAME_TOO_LONG)


@case("EST-AU-12g")
async def mixed_scripts(stage: Stage) -> None:
    """Letters of two scripts in one name are NAME_INVALID."""
    await refused_name(stage, "Estr\u0430gon", ErrorCode.NAME_INVALID)


@case("EST-AU-12h")
async def digits_alone(stage: Stage) -> None:
    """A name of digits alone is NAME_INVALID."""
    await refused_name(stage, "12345", ErrorCode.NAME_INVALID)


@case("EST-AU-12i")
async def marks_in_names(stage: Stage) -> None:
    """Signs that are not allowed, such as < and >, are NAME_INVALID."""
    await refused_name(stage, "<b>Lucky</b>", ErrorCode.NAME_INVALID)


@case("EST-AU-12j")
async def invisible_marks(stage: Stage) -> None:
    """A mark that cannot be seen is NAME_INVALID."""
    await refused_name(stage, "Luc\u200bky", ErrorCode.NAME_INVALID)


@case("EST-AU-12k")
async def control_characters(stage: Stage) -> None:
    """A control character is NAME_INVALID."""
    await refused_name(stage, "Luc\x00ky", ErrorCode.NAME_INVALID)


@case("EST-AU-12l")
async def ends_of_names(stage: Stage) -> None:
    """A name that begins with a hyphen is NAME_INVALID."""
    await refused_name(stage, "-" + new_name(), ErrorCode.NAME_INVALID)


@case("EST-AU-12m")
async def another_scripts_look(stage: Stage) -> None:
    """Greek that could be read as Latin is NAME_INVALID."""
    await refused_name(stage, "\u039d\u0399\u039d\u0391", ErrorCode.NAME_INVALID)


@case("EST-AU-12n")
async def names_of_the_staff(stage: Stage) -> None:
    """A name that means the staff is NAME_INVALID."""
    await refused_name(stage, "Admin", ErrorCode.NAME_INVALID)


@case("EST-AU-12o")
async def name_in_use(stage: Stage) -> None:
    """The name of somebody who is here is NAME_IN_USE, in whatever case it is written."""
    name = new_name()
    await stage.lobby(name)
    await refused_name(stage, name.upper(), ErrorCode.NAME_IN_USE)


@case("EST-AU-12p")
async def look_alikes(stage: Stage) -> None:
    """A name in letters that look the same is NAME_IN_USE."""
    word = "".join(chr(ord("a") + ord(each) % 2 * 14) for each in new_name())  # a and o.
    latin = f"{word} {new_name()[0]}"
    await stage.lobby(f"{latin}e")
    accented = f"{latin}é".replace("a", "á", 1)
    await refused_name(stage, accented, ErrorCode.NAME_IN_USE)


@case("EST-AU-12q")
async def registered_name(stage: Stage) -> None:
    """An account's name is NAME_REGISTERED for a guest, though its owner is not here."""
    account = await stage.account()
    await refused_name(stage, account.name.lower(), ErrorCode.NAME_REGISTERED)


@case("EST-AU-05a")
async def freed_name(stage: Stage) -> None:
    """A guest's name is free again as soon as they have left."""
    name = new_name()
    first = await stage.lobby(name)
    await first.leave()
    peer = await stage.greeted()
    deadline = time.monotonic() + FREE_SECONDS
    while True:
        await peer.send(wire.auth(name))
        answer = await _answer(peer)
        if isinstance(answer, codec.AuthOk):
            return
        expect(ErrorCode(answer.code), ErrorCode.NAME_IN_USE, "the refusal")
        expect_that(time.monotonic() < deadline, "the name is not free")
        await asyncio.sleep(0.1)


async def _answer(peer: Client) -> codec.AuthOk | codec.Error:
    try:
        return await peer.until(codec.AuthOk)
    except Failed:
        return peer.last(codec.Error)


@case("EST-AU-05b")
async def name_of_who_may_come_back(stage: Stage) -> None:
    """After a lost connection the name waits for its owner."""
    name = new_name()
    first = await stage.lobby(name)
    first.lose()
    await refused_name(stage, name, ErrorCode.NAME_IN_USE)


@case("EST-AU-06a")
async def what_auth_ok_tells(stage: Stage) -> None:
    """AUTH_OK tells number, name, look and role, and that a guest is no account."""
    peer = await stage.lobby(look=3)
    told = peer.last(codec.AuthOk)
    expect_that(told.player_id > 0, "the player_id is 0")
    expect((told.account, told.look, told.role), (0, 3, "guest"), "account, look and role")
    expect_that(told.resume_seconds > 0 and bool(told.resume_token), "there is no resume token")


@case("EST-AU-06b")
async def auth_ok_after_registering(stage: Stage) -> None:
    """AUTH_OK comes again when the guest has become an account."""
    peer = await stage.lobby()
    before = peer.last(codec.AuthOk)
    await stage.account(peer)
    after = await peer.until(codec.AuthOk)
    expect((after.account, after.role), (1, "player"), "account and role")
    expect((after.player_id, after.name), (before.player_id, before.name), "number and name")


@case("EST-AU-08a")
async def password(stage: Stage) -> None:
    """Name and password let an account in, with its own number."""
    account = await stage.account()
    peer = await stage.by_password(account.name, account.password)
    told = peer.last(codec.AuthOk)
    expect((told.player_id, told.account), (account.player_id, 1), "number and account")


@case("EST-AU-08b")
async def another_spelling(stage: Stage) -> None:
    """The name may be written in any spelling that looks the same."""
    account = await stage.account()
    peer = await stage.by_password(account.name.upper(), account.password)
    expect(peer.last(codec.AuthOk).name, account.name, "the name of AUTH_OK")


@case("EST-AU-08c")
async def wrong_password(stage: Stage) -> None:
    """A wrong password is AUTH_FAILED; the right one may follow."""
    account = await stage.account()
    wrong = account.password[::-1] + "x"
    _, refusal = await stage.asked_by_password(account.name, wrong)
    if refusal is None:
        raise Failed("another password was taken")
    expect(ErrorCode(refusal.code), ErrorCode.AUTH_FAILED, "the refusal")
    expect((refusal.fatal, refusal.message), (0, codec.Auth.TYPE), "fatal and message")
    await stage.by_password(account.name, account.password)


@case("EST-AU-09a")
async def ticket(stage: Stage) -> None:
    """A ticket lets its owner in, and is used up by it."""
    account = await stage.account()
    peer = await stage.come_back(account.ticket.encode(), AuthMethod.TICKET)
    expect(own_id(peer), account.player_id, "the player_id")
    late = await stage.greeted()
    await late.send(wire.auth(method=AuthMethod.TICKET, secret=account.ticket))
    await late.refused(ErrorCode.AUTH_EXPIRED, message=codec.Auth.TYPE)


@case("EST-AU-09b")
async def ticket_for_many(stage: Stage) -> None:
    """Of five who come with a ticket at once one is let in; the others get AUTH_EXPIRED."""
    account = await stage.account()
    peers = [await stage.greeted() for _ in range(5)]
    auth = wire.auth(method=AuthMethod.TICKET, secret=account.ticket)
    await asyncio.gather(*(peer.send(auth) for peer in peers))
    answers = [await _answer(peer) for peer in peers]
    refusals = [ErrorCode(each.code) for each in answers if isinstance(each, codec.Error)]
    expect(refusals, [ErrorCode.AUTH_EXPIRED] * 4, "the refusals")


@case("EST-AU-09c")
async def ticket_of_nobody(stage: Stage) -> None:
    """A ticket that nobody gave, and bytes that are no text, are AUTH_EXPIRED."""
    peer = await stage.greeted()
    for secret in (b"", b"x" * 43, bytes(range(200, 256))):
        await peer.send(wire.auth(method=AuthMethod.TICKET, secret=secret))
        await peer.refused(ErrorCode.AUTH_EXPIRED, message=codec.Auth.TYPE)


@case("EST-AC-01a")
async def making_an_account(stage: Stage) -> None:
    """POST /api/accounts and /api/login tell account, token, its end, and a ticket."""
    account = await stage.account()
    body = {"name": account.name, "password": account.password}
    status, told = await stage.http("POST", "/api/login", body)
    expect(status, 200, "the status")
    keys = {"account", "token", "expires_ms", "ticket", "ticket_seconds"}
    expect(keys & set(told), keys, "what the answer has")
    days = (told["expires_ms"] / 1000 - time.time()) / 86400
    expect_that(abs(days - TOKEN_DAYS) < 0.5, f"the token is good for {days:.1f} days")
    expect(told["account"]["player_id"], account.player_id, "the player_id")


@case("EST-AC-01b", lasts_seconds=LONGEST_SECONDS + 4)
async def old_ticket(stage: Stage) -> None:
    """After ticket_seconds the ticket is no good."""
    account = await stage.account()
    await _outlive(account.ticket_seconds, "tickets")
    peer = await stage.greeted()
    await peer.send(wire.auth(method=AuthMethod.TICKET, secret=account.ticket))
    await peer.refused(ErrorCode.AUTH_EXPIRED, message=codec.Auth.TYPE)


@case("EST-AC-02a")
async def another_token(stage: Stage) -> None:
    """POST /api/tickets gives another token; the one before is good until that is used."""
    account = await stage.account()
    first = account.token
    status, told = await stage.http("POST", "/api/tickets", token=first)
    expect(status, 200, "the status")
    second = told["token"]
    expect_that(second != first, "the token is the same")
    status, _ = await stage.http("GET", "/api/account", token=first)
    expect(status, 200, "the answer to the token before")
    status, _ = await stage.http("GET", "/api/account", token=second)
    expect(status, 200, "the answer to the new token")
    account.token = second


@case("EST-AC-03a")
async def stolen_token(stage: Stage) -> None:
    """A token that was replaced, and whose successor was used, is refused and ends the log-in."""
    account = await stage.account()
    first = account.token
    _, told = await stage.http("POST", "/api/tickets", token=first)
    _, told = await stage.http("POST", "/api/tickets", token=told["token"])
    third = told["token"]
    status, _ = await stage.http("POST", "/api/tickets", token=first)
    expect(status, 401, "the answer to the old token")
    status, _ = await stage.http("POST", "/api/tickets", token=third)
    expect(status, 401, "the answer to the newest token after that")


@case("EST-AC-04a")
async def registering_in_the_world(stage: Stage) -> None:
    """A guest who registers keeps number, name and place, and plays on."""
    peer = await stage.player()
    before = peer.last(codec.AuthOk)
    account = await stage.account(peer)
    expect((account.player_id, account.name), (before.player_id, before.name), "number and name")
    told = await peer.until(codec.AuthOk)
    expect(told.account, 1, "account")
    await peer.until(codec.WorldState)


async def _thrown_out(stage: Stage, account: Account) -> Client:
    """A player whose account is about to end its connections."""
    peer = await stage.come_back(account.ticket.encode(), AuthMethod.TICKET)
    await stage.enter(peer)
    return peer


@case("EST-AC-05a")
async def log_out_everywhere(stage: Stage) -> None:
    """A log-out everywhere closes every connection with LOGGED_OUT."""
    account = await stage.account()
    peer = await _thrown_out(stage, account)
    status, _ = await stage.http("POST", "/api/logout-everywhere", token=account.token)
    expect(status, 204, "the status")
    await peer.ended(ErrorCode.LOGGED_OUT)


@case("EST-AC-05b")
async def another_password(stage: Stage) -> None:
    """So does another password."""
    account = await stage.account()
    peer = await _thrown_out(stage, account)
    body = {"old": account.password, "new": f"{account.password}x"}
    status, _ = await stage.http("POST", "/api/account/password", body, account.token)
    expect(status, 204, "the status")
    account.password = body["new"]
    await peer.ended(ErrorCode.LOGGED_OUT)


@case("EST-AC-05c")
async def deleted_account(stage: Stage) -> None:
    """So does the account's end."""
    account = await stage.account()
    peer = await _thrown_out(stage, account)
    body = {"password": account.password}
    status, _ = await stage.http("DELETE", "/api/account", body, account.token)
    expect(status, 204, "the status")
    await peer.ended(ErrorCode.LOGGED_OUT)


@case("EST-AC-06a")
async def http_refusals(stage: Stage) -> None:
    """A refusal over HTTP has code, text and retry_after_ms."""
    for body, code in (({"password": "x"}, None), ({}, "INVALID"), ([], "INVALID")):
        status, told = await stage.http("POST", "/api/accounts", body)
        expect_that(400 <= status < 500, f"{body} is answered with {status}")
        keys = {"code", "text", "retry_after_ms"}
        expect(keys & set(told), keys, "what the refusal has")
        known = {each.name for each in ErrorCode} | {"INVALID"}
        expect_that(told["code"] in known, f"{told['code']} is no ErrorCode")
        if code:
            expect(told["code"], code, "the code")


@case("EST-AU-10a")
async def taken_over(stage: Stage) -> None:
    """The same account from elsewhere takes over: the first ends with TAKEN_OVER."""
    account = await stage.account()
    first = await _thrown_out(stage, account)
    _, told = await stage.http("POST", "/api/tickets", token=account.token)
    account.token = told["token"]
    second = await stage.come_back(told["ticket"].encode(), AuthMethod.TICKET)
    expect(own_id(second), own_id(first), "the player_id")
    await first.ended(ErrorCode.TAKEN_OVER)


@case("EST-AU-10b")
async def place_of_who_took_over(stage: Stage) -> None:
    """Who takes over enters where the one before stood."""
    account = await stage.account()
    first = await _thrown_out(stage, account)
    await walk(first, going(EAST, 12))
    place = body_of(first.last(codec.WorldState))
    _, told = await stage.http("POST", "/api/tickets", token=account.token)
    account.token = told["token"]
    second = await stage.come_back(told["ticket"].encode(), AuthMethod.TICKET)
    await first.ended(ErrorCode.TAKEN_OVER)
    expect(body_of(await stage.enter(second)), place, "the place")


async def lost_player(stage: Stage) -> tuple[Client, codec.AuthOk]:
    """Who walked a little and whose connection was then cut."""
    peer = await stage.player()
    await walk(peer, going(EAST, 8))
    peer.lose()
    return peer, peer.last(codec.AuthOk)


@case("EST-RS-01a")
async def resuming(stage: Stage) -> None:
    """Who lost the connection comes back by the token: the same number, name and role."""
    _, before = await lost_player(stage)
    peer = await stage.come_back(before.resume_token)
    after = peer.last(codec.AuthOk)
    expect(
        (after.player_id, after.name, after.role),
        (before.player_id, before.name, before.role),
        "number, name and role",
    )


@case("EST-RS-01b")
async def place_of_who_resumes(stage: Stage) -> None:
    """They enter where they were."""
    lost, before = await lost_player(stage)
    peer = await stage.come_back(before.resume_token)
    state = await stage.enter(peer)
    expect(body_of(state), body_of(lost.last(codec.WorldState)), "the place")


@case("EST-RS-01c", lasts_seconds=LONGEST_SECONDS + 4)
async def too_late_to_resume(stage: Stage) -> None:
    """After resume_seconds the token is no good."""
    _, before = await lost_player(stage)
    await _outlive(before.resume_seconds, "resume tokens")
    peer = await stage.greeted()
    await peer.send(wire.auth(method=AuthMethod.RESUME, secret=before.resume_token))
    await peer.refused(ErrorCode.AUTH_EXPIRED, message=codec.Auth.TYPE)


@case("EST-RS-02a")
async def token_twice(stage: Stage) -> None:
    """A token is good for one return, once the player is back in a world."""
    _, before = await lost_player(stage)
    peer = await stage.come_back(before.resume_token)
    await stage.enter(peer)
    thief = await stage.greeted()
    await thief.send(wire.auth(method=AuthMethod.RESUME, secret=before.resume_token))
    await thief.refused(ErrorCode.AUTH_EXPIRED, message=codec.Auth.TYPE)


@case("EST-RS-02b")
async def next_token(stage: Stage) -> None:
    """AUTH_OK brings the next token, which is good for the next return."""
    _, before = await lost_player(stage)
    for _ in range(2):
        peer = await stage.come_back(before.resume_token)
        after = peer.last(codec.AuthOk)
        expect_that(after.resume_token != before.resume_token, "the token is the same")
        await stage.enter(peer)
        peer.lose()
        before = after


@case("EST-RS-02c")
async def lost_again_before_the_world(stage: Stage) -> None:
    """Where the connection is lost before ENTER_WORLD, the token before is good still."""
    _, before = await lost_player(stage)
    again = await stage.come_back(before.resume_token)
    again.lose()
    peer = await _come_back_in_time(stage, before.resume_token)
    expect(own_id(peer), before.player_id, "the player_id")


async def _come_back_in_time(stage: Stage, token: bytes) -> Client:
    """The server may take a moment to see that a connection was cut."""
    deadline = time.monotonic() + FREE_SECONDS
    peer = await stage.greeted()
    while True:
        await peer.send(wire.auth(method=AuthMethod.RESUME, secret=token))
        answer = await _answer(peer)
        if isinstance(answer, codec.AuthOk):
            return peer
        expect(ErrorCode(answer.code), ErrorCode.AUTH_EXPIRED, "the refusal")
        expect_that(time.monotonic() < deadline, "the token is no good")
        await asyncio.sleep(0.1)


@case("EST-RS-03a")
async def back_before_the_loss_is_seen(stage: Stage) -> None:
    """Who comes back before the loss was noticed takes over."""
    first = await stage.player()
    second = await stage.come_back(first.last(codec.AuthOk).resume_token)
    expect(own_id(second), own_id(first), "the player_id")
    await first.ended(ErrorCode.TAKEN_OVER)


@case("EST-RS-04a")
async def left_for_good(stage: Stage) -> None:
    """After a close frame the token is no good."""
    first = await stage.player()
    await first.leave()
    peer = await stage.greeted()
    await peer.send(
        wire.auth(method=AuthMethod.RESUME, secret=first.last(codec.AuthOk).resume_token)
    )
    await peer.refused(ErrorCode.AUTH_EXPIRED, message=codec.Auth.TYPE)


@case("EST-RS-04b")
async def ended_for_good(stage: Stage) -> None:
    """After a fatal ERROR other than SILENT and INTERNAL it is no good, either."""
    first = await stage.player()
    await first.send(b"")
    await first.ended(ErrorCode.EMPTY_MESSAGE)
    peer = await stage.greeted()
    await peer.send(
        wire.auth(method=AuthMethod.RESUME, secret=first.last(codec.AuthOk).resume_token)
    )
    await peer.refused(ErrorCode.AUTH_EXPIRED, message=codec.Auth.TYPE)


@case("EST-RS-05a")
async def entering_again(stage: Stage) -> None:
    """ENTER_WORLD has to be sent again: INPUT before it is WRONG_STATE."""
    _, before = await lost_player(stage)
    peer = await stage.come_back(before.resume_token)
    await peer.send(wire.commands(1, wire.command()))
    await peer.ended(ErrorCode.WRONG_STATE, message=codec.Input.TYPE)


@case("EST-RS-05b")
async def told_anew(stage: Stage) -> None:
    """Who came back is told everything anew: tiles, chunks, players, and a FULL snapshot."""
    _, before = await lost_player(stage)
    peer = await stage.come_back(before.resume_token)
    state = await stage.enter(peer)
    expect_that(bool(state.flags & codec.SnapshotFlag.FULL), "the snapshot is not FULL")
    for kind in (codec.Tile, codec.ChunkData, codec.PlayerJoin):
        expect_that(bool(peer.messages(kind)), f"no {title(kind)} came")


@case("EST-RS-06a")
async def token_of_nobody(stage: Stage) -> None:
    """A token that the server does not know is AUTH_EXPIRED."""
    peer = await stage.greeted()
    for secret in (b"", b"x" * 43, b"\xff" * 64):
        await peer.send(wire.auth(method=AuthMethod.RESUME, secret=secret))
        await peer.refused(ErrorCode.AUTH_EXPIRED, message=codec.Auth.TYPE)
