"""Lengths of frames, wherever the stream of them is cut."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from server.gateway.lengths import Lengths

SIZES = st.one_of(st.sampled_from([0, 1, 125, 126, 127, 65535, 65536]), st.integers(0, 70_000))
CUTS = st.lists(st.integers(1, 9), max_size=40)


def head(size: int, *, bits: int, is_masked: bool) -> bytes:
    """Of a frame of so many bytes, with its length in so many bits."""
    mask = 0x80 if is_masked else 0
    length = {
        7: lambda: bytes([mask | size]),
        16: lambda: bytes([mask | 126]) + struct.pack("!H", size),
        64: lambda: bytes([mask | 127]) + struct.pack("!Q", size),
    }[bits]()
    return b"\x82" + length + (b"mask" if is_masked else b"")


def least_bits(size: int) -> int:
    return 7 if size < 126 else 16 if size < 65536 else 64


def found(stream: bytes, cuts: list[int]) -> int | None:
    """Where the fault ends in the whole of a stream that comes in pieces: at first small ones."""
    lengths, at = Lengths(), 0
    for size in [*cuts, len(stream)]:
        end = lengths.find_padded(stream[at : at + size])
        if end is not None:
            return at + end
        at += size
    return None


@given(frames=st.lists(st.tuples(SIZES, st.booleans()), max_size=5), cuts=CUTS)
def test_a_stream_of_right_frames_has_none(frames: list[tuple[int, bool]], cuts: list[int]) -> None:
    stream = b"".join(
        # Zeros and 0xfe would themselves be heads with padded lengths.
        head(size, bits=least_bits(size), is_masked=masked)
        + b"\xfe\x00" * (size // 2)
        + b"\xfe" * (size % 2)
        for size, masked in frames
    )
    assert found(stream, cuts) is None


@given(
    before=st.lists(st.integers(0, 300), max_size=3),
    padded=st.one_of(
        st.tuples(st.integers(0, 125), st.sampled_from([16, 64])),
        st.tuples(st.integers(126, 65535), st.just(64)),
    ),
    cuts=CUTS,
)
def test_the_first_padded_length_is_found_where_it_ends(
    before: list[int], padded: tuple[int, int], cuts: list[int]
) -> None:
    right = b"".join(
        head(each, bits=least_bits(each), is_masked=True) + bytes(each) for each in before
    )
    size, bits = padded
    wrong = head(size, bits=bits, is_masked=False)
    assert found(right + wrong + bytes(size), cuts) == len(right) + len(wrong)
