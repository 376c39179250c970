"""How an operator's command gets its work done: by the running server, or here where none runs."""
