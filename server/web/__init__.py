"""The server over HTTP, and who may call it from where."""
