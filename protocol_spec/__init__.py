"""The protocol: its one source, what is generated from it, and the reference client."""
