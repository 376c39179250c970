"""Whether a server, or a client, keeps the rules of PROTOCOL.md: about 200 cases, each for a rule.

A case is a small function on a bare peer: a WebSocket that speaks bytes and knows nothing by
itself. Nothing here uses the reference client or the server, so that what is tested is not what
tests.
"""
