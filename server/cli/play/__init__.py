"""`estragon play`: the game in a terminal."""
