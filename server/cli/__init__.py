"""The command `estragon`."""
