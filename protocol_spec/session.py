"""One connection from the client's side, without a socket: bytes in, bytes out, and what the server
said so far. This is what to read before writing a client of one's own. Pure.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from protocol_spec import codec
from protocol_spec.codec import (
    CHUNK_SIZE,
    AuthMethod,
    EmoteKind,
    NoticeCode,
    PlayerState,
    SnapshotFlag,
)

LEAD_TICKS = 2
"""How far ahead of the server's tick commands are to arrive."""
ROUND_TRIP_TOKEN = 0xE57
PING_TICKS = 20
"""How often the round trip is measured anew."""


@dataclass(slots=True)
class Player:
    """A player of the world, in sight or not. Positions are in 1/256 tile."""

    player_id: int
    slot: int
    name: str
    look: int
    is_in_sight: bool = False
    x: int = 0
    y: int = 0
    rotation: int = 0
    flags: int = 0


class Chunk:
    """A chunk's tiles, unpacked when somebody asks."""

    def __init__(self, message: codec.ChunkData) -> None:
        self.revision = message.revision
        self.is_asked_for = False
        """A revision was missed; the chunk will come as a whole."""
        self._packed = message.cells
        self._cells: bytearray | None = None

    @property
    def cells(self) -> bytearray:
        """Tile ids as CHUNK_DATA.cells has them, unpacked."""
        if self._cells is None:
            self._cells = bytearray(zlib.decompress(self._packed))
        return self._cells

    def tile(self, index: int) -> int:
        return int.from_bytes(self.cells[2 * index : 2 * index + 2])

    def take(self, edit: codec.ChunkEdit) -> None:
        for change in codec.CellChange.unpack(edit.cells):
            self.cells[2 * change.index : 2 * change.index + 2] = change.tile.to_bytes(2)
        self.revision = edit.revision


class ClientSession:
    """What a client knows, from the bytes that it was given. `send` takes what it has to say.

    Every message from the server is also handed to `on_message`, after it was worked in.
    `secret` is what the method wants: a password, a ticket, or an earlier `resume_token`.
    """

    def __init__(
        self,
        name: str,
        world: str,
        send: Callable[[bytes], None],
        look: int = 0,
        method: AuthMethod = AuthMethod.GUEST,
        secret: bytes = b"",
    ) -> None:
        self.name = name
        self.method = method
        self.secret = secret
        self.world = world
        self.look = look
        self.send = send
        self.on_message: Callable[[codec.Message], None] = lambda message: None
        self.keeps_players = True
        """A crowd of bots is not interested in whom it sees: False leaves them undecoded."""

        self.welcome: codec.Welcome | None = None
        self.entered: codec.WorldEntered | None = None
        self.player_id = 0
        self.is_account = False
        self.role = ""
        self.resume_token = b""
        """What brings the player back after the connection was lost, once."""
        self.error: codec.Error | None = None
        self.tiles: dict[int, codec.Tile] = {}
        self.chunks: dict[tuple[int, int], Chunk] = {}
        self.players: dict[int, Player] = {}
        """By player id, oneself included."""
        self.chat: list[codec.ChatMessage] = []
        self.whispers: list[codec.Whisper] = []
        """What was whispered to and by the player."""
        self.emotes: list[codec.Emote] = []
        """What those in sight showed."""
        self.notices: list[tuple[NoticeCode, list[str]]] = []
        """What the server had to say, with the values."""
        self.commands: dict[str, str] = {}
        """What the player may command in the chat, with the parameters."""
        self.state: codec.WorldState | None = None
        """The last snapshot, with one's own exact place."""
        self.edit_results: dict[int, codec.EditResult] = {}
        """By the number that `edit` or `undo` gave."""
        self.mode: codec.ModeState | None = None
        """What the world's mode does just now."""
        self.scores: dict[int, codec.ModeScore] = {}
        """How players stand in it, by player id."""
        self.records: list[codec.ModeRecord] = []
        """The mode's best list."""
        self.mode_news: list[codec.ModeNews] = []
        self.own_messages: list[tuple[int, bytes]] = []
        """Messages of the game's own, with their types."""
        self.goal: codec.ModeGoal | None = None
        """Where the player is to go next in the mode."""
        self.round_trip_ticks = 0
        self._edits = 0
        self._by_slot: dict[int, Player] = {}
        self._ping_tick = 0

    def begin(self) -> None:
        """The socket is open: says hello."""
        self.send(
            codec.Hello(
                magic=codec.MAGIC,
                lowest_version=codec.PROTOCOL_VERSION,
                highest_version=codec.PROTOCOL_VERSION,
                features=0,
                schema_hash=codec.SCHEMA_HASH,
                client="estragon-python",
            ).encode()
        )

    def receive(self, data: bytes) -> None:
        """A binary WebSocket message came."""
        for message_type, payload in codec.parse(data):
            message = codec.decode(message_type, payload)
            if message is not None:
                self._take(message)
                self.on_message(message)
            elif codec.LOWEST_OWN_TYPE <= message_type <= codec.HIGHEST_OWN_TYPE:
                self.own_messages.append((message_type, payload))

    def walk(self, direction: int, pace: int = 255, buttons: int = 0) -> None:
        """Sends the command for the tick that the server will have reached when it arrives."""
        if self.state is None:
            return
        tick = self.state.tick + self.round_trip_ticks + LEAD_TICKS
        command = codec.Command(direction=direction, aim=direction, pace=pace, buttons=buttons)
        self.send(codec.Input(tick=tick, commands=command.pack()).encode())

    def say(self, text: str) -> None:
        self.send(codec.ChatMessage(player_id=0, text=text, timestamp=0).encode())

    def whisper(self, player_id: int, text: str) -> None:
        self.send(codec.Whisper(player_id, 0, "", text, 0).encode())

    def show(self, kind: EmoteKind) -> None:
        """Shows something without words."""
        self.send(codec.Emote(0, kind).encode())

    def send_own(self, kind: int, payload: bytes) -> None:
        """Sends a message of the game's own, of a type from 0x80 to 0xBF."""
        assert codec.LOWEST_OWN_TYPE <= kind <= codec.HIGHEST_OWN_TYPE
        self.send(struct.pack("!BH", kind, len(payload)) + payload)

    def report(self, player_id: int, text: str) -> None:
        """Tells the staff about a player."""
        self.send(codec.Report(player_id, text).encode())

    def rename(self, name: str) -> None:
        """Asks for another name."""
        self.send(codec.Rename(name).encode())

    def player(self, name: str) -> Player | None:
        """The player of that name, where one is in the world."""
        return next((each for each in self.players.values() if each.name == name), None)

    def is_held(self, x: int, y: int) -> bool:
        """Whether the tiles of that cell have come; beyond the map there are none."""
        if self.entered is None or not (
            0 <= x < self.entered.width and 0 <= y < self.entered.height
        ):
            return False
        return (x // CHUNK_SIZE, y // CHUNK_SIZE) in self.chunks

    def tile_at(self, layer: int, x: int, y: int) -> int:
        """The tile id of a cell whose chunk has come, 0 where it has not."""
        chunk = self.chunks.get((x // CHUNK_SIZE, y // CHUNK_SIZE))
        if chunk is None:
            return 0
        return chunk.tile((layer * CHUNK_SIZE + y % CHUNK_SIZE) * CHUNK_SIZE + x % CHUNK_SIZE)

    def edit(self, message: codec.EditCells | codec.EditShape | codec.EditStamp) -> int:
        """Asks for a change of the map; returns the number under which it will be answered.

        The message's own `edit` is set here.
        """
        self._edits += 1
        message.edit = self._edits
        self.send(message.encode())
        return self._edits

    def undo(self, *, redo: bool = False) -> int:
        """Asks for one's last edit to be taken back, or done again; returns its number."""
        self._edits += 1
        self.send(codec.EditUndo(edit=self._edits, redo=int(redo)).encode())
        return self._edits

    def _take(self, message: codec.Message) -> None:
        match message:
            case codec.WorldState():
                self._take_state(message)
            case codec.Welcome():
                self.welcome = message
                auth = codec.Auth(self.method, self.look, self.name, self.secret)
                self.send(auth.encode())
            case codec.AuthOk():
                self._take_identity(message)
            case codec.WorldEntered():
                self._forget_the_world()
                self.entered = message
            case codec.Ping():
                self.send(codec.Pong(token=message.token, tick=0, phase=0).encode())
            case codec.Pong(token=token) if token == ROUND_TRIP_TOKEN and self.state:
                self.round_trip_ticks = self.state.tick - self._ping_tick
            case codec.Tile():
                self.tiles[message.id] = message
            case codec.ChunkData():
                self.chunks[message.chunk_x, message.chunk_y] = Chunk(message)
            case codec.ChunkEdit():
                self._take_chunk_edit(message)
            case codec.EditResult():
                self.edit_results[message.edit] = message
            case codec.ChunkDrop():
                self.chunks.pop((message.chunk_x, message.chunk_y), None)
                self._hide_who_is_out_of_sight()
            case codec.PlayerJoin():
                self._take_player(message)
            case codec.PlayerLeave():
                gone = self.players.pop(message.player_id, None)
                self.scores.pop(message.player_id, None)
                if gone is not None and self._by_slot.get(gone.slot) is gone:
                    del self._by_slot[gone.slot]
            case codec.PlayerUpdate():
                self._place(message)
            case codec.ChatMessage():
                self.chat.append(message)
            case codec.ChatRemoved():
                removed = (message.player_id, message.timestamp)
                self.chat = [
                    each for each in self.chat if (each.player_id, each.timestamp) != removed
                ]
            case codec.Whisper():
                self.whispers.append(message)
            case codec.Emote():
                self.emotes.append(message)
            case codec.Notice():
                # Of a code that it does not know a client makes nothing: EST-NT-03.
                if message.code in NoticeCode._value2member_map_:
                    values = message.values.split("\x1f") if message.values else []
                    self.notices.append((NoticeCode(message.code), values))
            case codec.ChatCommand():
                if message.index == 0:
                    self.commands.clear()
                self.commands[message.name] = message.parameters
            case codec.ModeState():
                if self.mode is not None and self.mode.mode != message.mode:
                    self.scores.clear()
                    self.records.clear()
                    self.goal = None
                self.mode = message
            case codec.ModeScores():
                if message.full:
                    self.scores.clear()
                rows = codec.ModeScore.unpack(message.rows)
                self.scores.update((each.player_id, each) for each in rows)
            case codec.ModeRecord():
                del self.records[message.index :]
                if message.count:
                    self.records.append(message)
            case codec.ModeGoal():
                self.goal = message if message.width else None
            case codec.ModeNews():
                self.mode_news.append(message)
            case codec.Error():
                self.error = message

    def _forget_the_world(self) -> None:
        """What was known of another one holds no more: EST-EW-02."""
        self.tiles.clear()
        self.chunks.clear()
        self.players.clear()
        self._by_slot.clear()
        self.state = None
        self._ping_tick = 0

    def _take_identity(self, message: codec.AuthOk) -> None:
        is_first = not self.player_id
        self.player_id, self.name = message.player_id, message.name
        self.is_account, self.role = bool(message.account), message.role
        self.look = message.look
        self.resume_token = message.resume_token
        if is_first:
            self.send(codec.EnterWorld(world=self.world).encode())

    def _take_player(self, message: codec.PlayerJoin) -> None:
        known = self.players.get(message.player_id)
        if known is not None and known.slot == message.slot:
            known.name, known.look = message.name, message.look
            return
        player = Player(message.player_id, message.slot, message.name, message.look)
        self.players[player.player_id] = self._by_slot[player.slot] = player

    def _take_chunk_edit(self, message: codec.ChunkEdit) -> None:
        chunk = self.chunks.get((message.chunk_x, message.chunk_y))
        if chunk is None:
            return
        if chunk.revision == message.base_revision:
            chunk.take(message)
        elif not chunk.is_asked_for:
            chunk.is_asked_for = True
            self.send(codec.ChunkRequest(message.chunk_x, message.chunk_y).encode())

    def _place(self, message: codec.PlayerUpdate) -> None:
        player = self.players.get(message.player_id)
        if player is not None:
            player.x, player.y = message.x >> 2, message.y >> 2
            player.rotation = message.rotation >> 8
            player.is_in_sight = self._is_in_sight(player)

    def _take_state(self, message: codec.WorldState) -> None:
        self.state = message
        if message.tick >= self._ping_tick + PING_TICKS:
            self._ping_tick = message.tick
            self.send(codec.Ping(token=ROUND_TRIP_TOKEN).encode())
        if not self.keeps_players:
            return
        if message.flags & SnapshotFlag.FULL:
            for player in self.players.values():
                player.is_in_sight = False
        for each in PlayerState.unpack(message.players):
            known = self._by_slot.get(each.slot)
            if known is not None:
                known.x = nearest(each.x, message.x >> 2)
                known.y = nearest(each.y, message.y >> 2)
                known.rotation, known.flags = each.rotation, each.flags
                known.is_in_sight = self._is_in_sight(known)

    def _is_in_sight(self, player: Player) -> bool:
        # 256 units a tile are 8 bits, 16 tiles a chunk 4 more.
        return (player.x >> 12, player.y >> 12) in self.chunks

    def _hide_who_is_out_of_sight(self) -> None:
        for player in self.players.values():
            player.is_in_sight = player.is_in_sight and self._is_in_sight(player)


def nearest(low_bits: int, own: int) -> int:
    """Of all numbers with these low 16 bits the one nearest to `own`."""
    return own + ((low_bits - own + 0x8000) & 0xFFFF) - 0x8000
