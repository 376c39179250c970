"""Writes from protocol.toml what must agree with it: three codecs and the reference."""
