"""What whoever comes to see a world is told of it first, as bytes. Pure."""

from __future__ import annotations

from protocol_spec import codec
from server.tiles import LAYERS, Tile
from server.world import Player, World


def entered_frame(world: World, name: str, mode: str, slot: int) -> bytes:
    """The world's name, mode and size, and the slot in it."""
    return codec.WorldEntered(
        tick=world.tick,
        slot=slot,
        width=world.map.width,
        height=world.map.height,
        world=name,
        mode=mode,
    ).encode()


def placed_frame(world: World, player: Player) -> bytes:
    """Where a player is without a way there."""
    slot = player.slot
    return codec.PlayerUpdate(
        player_id=player.player_id,
        x=int(world.x[slot]),
        y=int(world.y[slot]),
        z=int(world.z[slot]),
        rotation=int(world.rotation[slot]),
        timestamp=world.tick,
    ).encode()


def tile_frame(tile: Tile) -> bytes:
    column, row = tile.cell
    return codec.Tile(
        id=tile.id,
        layer=LAYERS.index(tile.layer),
        height=tile.height,
        speed=tile.speed,
        colour=int(tile.colour[1:], 16),
        column=column,
        row=row,
        pattern=codec.TilePattern[tile.pattern.upper()],
        name=tile.name,
    ).encode()
