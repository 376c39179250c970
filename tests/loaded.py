"""What a server's process has loaded before it hears what to do; see tests/forked.py."""

from server.cli.lean import UNUSED, left_out

with left_out(*UNUSED):
    import server.cli.serve

__all__ = ["server"]
