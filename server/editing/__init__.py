"""Changes of the map: asked for, carried out, written down, undone."""
