"""Who calls: what a connection says of its peer, and what a trusted proxy says of its client."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from server.web.callers import UNKNOWN, Caller, identify

PROXIES = [ip_network(each) for each in ("127.0.0.1", "::1", "10.0.0.0/8", "2001:db8:1::/48")]


def call(peer: str, *headers: tuple[str, str], is_tls: bool = False) -> Caller:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    return identify(peer, raw, PROXIES, is_tls=is_tls)


def forwarded(chain: str, peer: str = "10.0.0.1", proto: str = "https") -> Caller:
    return call(peer, ("X-Forwarded-For", chain), ("X-Forwarded-Proto", proto))


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1"])
def test_this_very_machine_is_secure_and_not_counted(peer: str) -> None:
    caller = call(peer)
    assert caller.is_local
    assert caller.is_secure
    assert caller.address == ""
    assert caller.scheme == "http"


@pytest.mark.parametrize(
    ("peer", "remote"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:DB8:0:0::5", "2001:db8::5"),
        ("fe80::1%eth0", "fe80::1"),
        ("", UNKNOWN),
        ("testclient", UNKNOWN),
    ],
)
def test_everybody_else_is_counted_and_secure_only_with_tls(peer: str, remote: str) -> None:
    for is_tls in (False, True):
        caller = call(peer, is_tls=is_tls)
        assert caller.remote == remote
        assert caller.address
        assert caller.is_secure is is_tls
        assert not caller.is_local


def test_who_has_a_whole_network_is_counted_once() -> None:
    one, other = call("2001:db8:2:3::5"), call("2001:db8:2:3:ffff::6")
    assert one.address == other.address == "2001:db8:2:3::/64"
    assert one.remote != other.remote
    assert call("2001:db8:2:4::5").address != one.address
    assert forwarded("2001:db8:2:3::7").address == one.address
    assert call("192.0.2.1").address == "192.0.2.1"


@pytest.mark.parametrize("peer", ["192.0.2.9", "2001:db8:2::1", "11.0.0.1"])
def test_a_strangers_word_counts_for_nothing(peer: str) -> None:
    assert forwarded("198.51.100.7", peer) == call(peer)


@pytest.mark.parametrize(
    ("chain", "remote"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("198.51.100.7:4711", "198.51.100.7"),
        ("[2001:db8:2::7]:4711", "2001:db8:2::7"),
        ("[2001:db8:2::7]", "2001:db8:2::7"),
        ("2001:DB8:2:0::7", "2001:db8:2::7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("203.0.113.1, 198.51.100.7", "198.51.100.7"),
        ("127.0.0.1, 198.51.100.7", "198.51.100.7"),
        ("198.51.100.7, 10.9.9.9,10.0.0.2", "198.51.100.7"),
        ("203.0.113.1, 198.51.100.7, ::ffff:10.0.0.2", "198.51.100.7"),
        ("<script>, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.7", "10.0.0.7"),
    ],
)
def test_of_a_chain_the_last_stranger_counts(chain: str, remote: str) -> None:
    for peer in ("10.0.0.1", "::ffff:10.0.0.1", "127.0.0.1", "::1", "2001:db8:1::1"):
        caller = forwarded(chain, peer)
        assert caller.remote == remote
        assert caller.address == call(remote).address
        assert caller.is_secure
        assert not caller.is_local


def test_what_several_headers_say_is_one_chain() -> None:
    lines = (("X-Forwarded-For", "203.0.113.1"), ("X-Forwarded-For", "198.51.100.7"))
    assert call("10.0.0.1", *lines).remote == "198.51.100.7"


@pytest.mark.parametrize(
    "chain",
    [
        "",
        ",",
        "unknown",
        "_hidden",
        "198.51.100.7,",
        "198.51.100.256",
        "0198.51.100.7",
        "198.51.100.7:port",
        "[2001:db8:2::7",
        "[2001:db8:2::7]x",
        "fe80::1%eth0",
        "play.example.org",
        "198.51.100.7 203.0.113.1",
        "198.51.100.7\x00",
        "١٩٨.51.100.7".encode().decode("latin-1"),
        "9" * 10_000,
        "198.51.100.7, nonsense, 10.0.0.2",
    ],
)
def test_of_a_hostile_header_the_proxys_own_address_counts(chain: str) -> None:
    for peer in ("10.0.0.1", "127.0.0.1"):
        caller = forwarded(chain, peer)
        assert (caller.remote, caller.address) == (peer, peer)
        assert not caller.is_local


@pytest.mark.parametrize(
    ("said", "scheme"),
    [
        ("https", "https"),
        ("wss", "https"),
        ("HTTPS", "https"),
        ("https, https", "https"),
        ("http", "http"),
        ("https, http", "http"),
        ("http,https", "http"),
        ("", "http"),
        ("httpsx", "http"),
        ("https;", "http"),
    ],
)
def test_a_trusted_proxy_says_whether_the_way_to_it_is_safe(said: str, scheme: str) -> None:
    for is_tls in (False, True):
        caller = call(
            "10.0.0.1",
            ("X-Forwarded-For", "198.51.100.7"),
            ("X-Forwarded-Proto", said),
            is_tls=is_tls,
        )
        assert caller.scheme == scheme
        assert caller.is_secure is (scheme == "https")


def test_a_proxy_that_says_nothing_of_its_way_vouches_for_none() -> None:
    for peer in ("10.0.0.1", "127.0.0.1"):
        assert not call(peer, ("X-Forwarded-For", "198.51.100.7"), is_tls=True).is_secure


@pytest.mark.parametrize(
    "header",
    ["Forwarded", "Via", "X-Real-IP", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"],
)
def test_what_an_unknown_proxy_here_passed_on_is_not_from_here(header: str) -> None:
    raw = [(header.lower().encode(), b"https")]
    caller = identify("127.0.0.1", raw, [], is_tls=False)
    assert not caller.is_local
    assert not caller.is_secure
    assert caller.remote == "127.0.0.1"
    assert caller.address == ""


def test_who_comes_from_the_proxys_machine_itself_is_local() -> None:
    assert call("127.0.0.1").is_local
