"""Whose page a browser's request comes from, and which pages may talk to this server.

A browser lets any page of the web open a socket to any server, in the name of whoever looks at the
page and from their machine. It tells whose page it is in `Origin`, which no page can forge. So a
request that has one is answered only where it names this server itself, or a page that the operator
allows. Programs other than browsers send none.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from ipaddress import ip_address

from server.web.callers import Caller, Headers

OPEN_PATHS = ("/ws", "/api")
"""What pages elsewhere may use where the operator allows them: the game, but not the panel."""
HOST = re.compile(r"([a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
ORIGIN = re.compile(r"(https?)://([^/?#@:]+|\[[^/?#@]+\])(:\d+)?/?")
DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def refusal(caller: Caller, path: str, headers: Headers, allowed: Collection[str]) -> str:
    """Why a request is not answered, in a sentence; empty where it is.

    `allowed` are other pages' origins as browsers write them: `https://play.example.org`.
    """
    headers = list(headers)
    host = _value(headers, b"host")
    if host is not None and caller.is_local and not _is_own_name(host, allowed):
        return "This server has another name. On its own machine it is called localhost."
    origin = _value(headers, b"origin")
    if origin is None:
        if _is_drawn_in(headers):
            return "A page of another site may not use this server."
        return ""
    if host is not None and origin == own_origin(caller.scheme, host):
        return ""
    is_open = path in OPEN_PATHS or path.startswith(tuple(f"{each}/" for each in OPEN_PATHS))
    if is_open and origin in allowed:
        return ""
    return "A page of another origin may not use this server."


def own_origin(scheme: str, host: str) -> str | None:
    """What a browser calls the origin of a page that it got from a `Host`.

    Browsers write it in one way only; so whatever differs by a letter is another.
    """
    host = host.lower()
    if not HOST.fullmatch(host):
        return None
    return f"{scheme}://{host.removesuffix(DEFAULT_PORTS[scheme])}"


def written_origin(typed: str) -> str:
    """An origin that somebody typed, as browsers write it. Raises ValueError."""
    found = ORIGIN.fullmatch(typed.lower())
    try:
        host = found[2].encode("idna").decode() if found else ""
    except UnicodeError:
        host = ""
    origin = own_origin(found[1], host + (found[3] or "")) if found else None
    if origin is None:
        raise ValueError(f"{typed!r} is not like https://play.example.org")
    return origin


def _value(headers: Headers, wanted: bytes) -> str | None:
    """A header that comes once. One that comes twice gives what nobody can have meant."""
    values = [value for name, value in headers if name == wanted]
    return b",".join(values).decode("latin-1") if values else None


def _is_own_name(host: str, allowed: Collection[str]) -> bool:
    """Keeps out a page whose name was made to mean this machine after it was loaded.

    Such a page ("DNS rebinding") is of one origin with us, as far as the browser knows. It cannot
    do without a name of its own, though; so addresses are safe, and `localhost`.
    """
    found = HOST.fullmatch(host.lower())
    if not found:
        return False
    name = found[1]
    if name == "localhost" or name.endswith(".localhost"):
        return True
    if any(own_origin(scheme, host) in allowed for scheme in DEFAULT_PORTS):
        return True
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _is_drawn_in(headers: Headers) -> bool:
    """Whether another site's page uses this as a script, a picture, a frame.

    There browsers send no Origin. A link that somebody follows is another matter.
    """
    if _value(headers, b"sec-fetch-site") not in ("cross-site", "same-site"):
        return False
    mode, what = _value(headers, b"sec-fetch-mode"), _value(headers, b"sec-fetch-dest")
    return (mode, what) != ("navigate", "document")
