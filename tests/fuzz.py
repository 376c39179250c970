"""`make fuzz`: libFuzzer, through atheris, on the decoders; what it finds ends it with a traceback.

The first byte of an input chooses the decoder. Options are libFuzzer's: `-runs=1000000`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports():
    from protocol_spec import classic, codec
    from server.classic import Wish

from tests.verdicts import seeds, verdict


def one_input(data: bytes) -> None:
    kind, rest = data[:1], data[1:]
    if kind < b"\x60":
        _protocol(rest)
    elif kind < b"\xc0":
        _classic(rest)
    else:
        path, _, query = rest.decode("latin-1").partition("?")
        Wish.read(f"/ws/{path}", query)


def _protocol(data: bytes) -> None:
    error, messages = verdict(data)
    if error:
        return
    again = b"".join(each.encode() for each in messages)
    if again and [codec.decode(*each) for each in codec.parse(again)] != messages:
        raise AssertionError("what was read is not what is written")


def _classic(data: bytes) -> None:
    try:
        message = classic.decode(data)
    except codec.DecodeError:
        return
    if len(message.encode()) > len(data):
        raise AssertionError("more is written than was read")


def main() -> None:
    with tempfile.TemporaryDirectory() as corpus:
        for index, data in enumerate(seeds()):
            Path(corpus, str(index)).write_bytes(b"\0" + data)
            Path(corpus, f"classic{index}").write_bytes(b"\x60" + data)
        Path(corpus, "address").write_bytes(b"\xff7?name=Lucky&world=maze")
        atheris.Setup([*sys.argv, corpus], one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
