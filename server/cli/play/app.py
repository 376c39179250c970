"""The terminal client's screen: the map, who is here, what is said, and the keys."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Key, Resize
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, RichLog, Static

from protocol_spec import codec
from protocol_spec.client import Client, ClientSession, Refused
from protocol_spec.codec import AuthMethod, Button, ErrorCode
from protocol_spec.prediction import STAND
from protocol_spec.walker import Walker
from server import movement
from server.cli.play.picture import Cell, draw
from server.cli.play.words import Words
from server.cli.terminal import plain

FRAMES_A_SECOND = 15
HELD_SECONDS = 0.3
"""A terminal tells of no key that is let go: so long after its last repeat it is taken to be."""
WIDE = 80
"""Columns from which on there is room for the list of players."""
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.5, 15.0
DIRECTIONS = {
    **dict.fromkeys(("right", "d", "в"), 0x0000),
    **dict.fromkeys(("down", "s", "ы"), 0x4000),
    **dict.fromkeys(("left", "a", "ф"), 0x8000),
    **dict.fromkeys(("up", "w", "ц"), 0xC000),
}
"""By key, and what the same key types on a Russian keyboard."""
FOR_GOOD = {
    ErrorCode.KICKED,
    ErrorCode.BANNED,
    ErrorCode.TAKEN_OVER,
    ErrorCode.LOGGED_OUT,
    ErrorCode.VERSION_UNSUPPORTED,
}
"""EST-AU-10: after these nobody comes back by themselves."""


class MapView(Widget):
    """What is around the player."""

    can_focus = True

    def __init__(self) -> None:
        super().__init__(id="map")
        self._lines: list[list[Cell]] = []

    def show(self, session: ClientSession, place: tuple[int, int]) -> None:
        self._lines = draw(session, place, self.size.width, self.size.height)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        if y >= len(self._lines):
            return Strip.blank(self.size.width)
        segments = [
            Segment(
                each.letter,
                Style(color=_rgb(each.colour), bgcolor=_rgb(each.ground), bold=each.is_bold),
            )
            for each in self._lines[y]
        ]
        return Strip(segments).simplify()


def _rgb(colour: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


class PlayApp(App[str]):
    """Returns why it ended, empty where the player wanted it."""

    CSS = """
    #status { height: 1; background: #20262e; color: #c9d3dd; padding: 0 1; }
    #map { width: 1fr; }
    #people { width: 26; border-left: solid #3a4450; padding: 0 1; color: #c9d3dd; }
    #log { height: 8; border-top: solid #3a4450; padding: 0 1; background: #14181d; }
    #say { display: none; height: 3; border: round #729f4e; }
    #help { height: 1; color: #7d8894; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", priority=True),
        Binding("ctrl+c", "quit", priority=True),
        Binding("tab", "people", priority=True),
    ]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, url: str, name: str, world: str, words: Words) -> None:
        super().__init__()
        self._url, self._nickname, self._world, self._words = url, name, world, words
        self._client: Client | None = None
        self._walker: Walker | None = None
        self._walks_until = 0.0
        self._leaps_until = 0.0
        self._is_there = False

    def compose(self) -> ComposeResult:
        yield Static(self._words("connecting"), id="status", markup=False)
        with Horizontal():
            yield MapView()
            yield Static("", id="people", markup=False)
        with Vertical():
            yield RichLog(id="log", wrap=True, markup=False, highlight=False, max_lines=500)
            yield Input(placeholder=self._words("say"), id="say", max_length=500)
            yield Static(self._words("help"), id="help", markup=False)

    def on_mount(self) -> None:
        self.query_one(RichLog).can_focus = False
        self.query_one(MapView).focus()
        self.query_one(Vertical).styles.height = "auto"
        self.set_interval(1 / FRAMES_A_SECOND, self._draw)
        self.run_worker(self._play())

    async def _play(self) -> None:
        """Keeps the player in the game: comes back after a lost connection."""
        method, secret, wait = AuthMethod.GUEST, b"", FIRST_WAIT_SECONDS
        while True:
            client = Client(self._nickname, self._world, method=method, secret=secret)
            try:
                await client.connect(self._url)
                session = client.session
                session.on_message = self._hear
                self._client, self._walker = client, Walker(session, movement.alone_on)
                going = asyncio.create_task(client.go_with(self._walker))
                await client.wait_for(lambda session: session.state is not None)
                self._nickname, wait = session.name, FIRST_WAIT_SECONDS
                self._is_there = True
                await going
            except (OSError, TimeoutError):
                if self._client is None:
                    self.exit(self._words("unreachable"))
                    return
            except Refused:
                pass
            error = client.session.error
            code = error.code if error is not None else 0
            client.abort()
            was_refused = error is not None and not self._is_there
            if error is not None and (code in FOR_GOOD or was_refused):
                self.exit(self._words.error(error))
                return
            if client.session.resume_token:
                method, secret = AuthMethod.RESUME, client.session.resume_token
            if code == ErrorCode.AUTH_EXPIRED:
                method, secret = AuthMethod.GUEST, b""
            self._is_there = self._is_there or not was_refused
            self._walker = None
            self.query_one("#status", Static).update(self._words("lost"))
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)

    def _hear(self, message: codec.Message) -> None:
        assert self._client is not None
        session, words = self._client.session, self._words
        match message:
            case codec.ChatMessage():
                player = session.players.get(message.player_id)
                name = player.name if player else "?" if message.player_id else "*"
                line = Text(f"{plain(name)}: ", style="bold #dba645")
                self._say(line.append(plain(message.text), style="not bold #e6e6e6"))
            case codec.Whisper():
                key = "whispered_to" if message.own else "whispered"
                self._say(Text(words(key, message.name, message.text), style="italic #b48ead"))
            case codec.Notice():
                for each in words.notice(message):
                    self._say(Text(each, style="#7fb8d8"))
            case codec.Error() if session.state is not None:
                self._say(Text(words.error(message), style="#e07a5f"))
                if not message.fatal:
                    session.error = None
            case codec.PlayerJoin() if self._is_there and message.player_id != session.player_id:
                self._say(Text(words("came", message.name), style="#7d8894"))
            case codec.AuthOk():
                self._nickname = message.name

    def _say(self, line: Text) -> None:
        self.query_one(RichLog).write(line)

    def _draw(self) -> None:
        client, walker = self._client, self._walker
        if client is None or walker is None or client.session.state is None:
            return
        now, session, state = time.monotonic(), client.session, client.session.state
        if now > self._walks_until:
            walker.intent = replace(walker.intent, pace=0)
        if now > self._leaps_until:
            walker.intent = replace(walker.intent, buttons=0)
        body = walker.prediction.body if walker.prediction is not None else state
        self.query_one(MapView).show(session, (body.x, body.y))
        world = session.entered.world if session.entered else ""
        place = f"{body.x >> 10}, {body.y >> 10}"
        self.query_one("#status", Static).update(f"{session.name} · {plain(world)} · {place}")
        names = sorted((each.name for each in session.players.values()), key=str.casefold)
        title = f"{self._words('players')}: {len(names)}"
        self.query_one("#people", Static).update("\n".join([title, *map(plain, names)]))

    def on_key(self, event: Key) -> None:
        if self.focused is self.query_one(Input):
            if event.key == "escape":
                self._walk_again()
            return
        walker = self._walker
        key = event.character.lower() if event.character and event.is_printable else event.key
        if event.key == "enter":
            field = self.query_one(Input)
            field.display = True
            field.focus()
        elif walker is not None and key in DIRECTIONS:
            direction = DIRECTIONS[key]
            walker.intent = codec.Command(direction, direction, 255, walker.intent.buttons)
            self._walks_until = time.monotonic() + HELD_SECONDS
        elif walker is not None and event.key == "space":
            walker.intent = replace(walker.intent, buttons=Button.JUMP)
            self._leaps_until = time.monotonic() + 0.1

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.value.strip() and self._client is not None and self._is_there:
            self._client.session.say(event.value)
        self._walk_again()

    def _walk_again(self) -> None:
        field = self.query_one(Input)
        field.value, field.display = "", False
        self.query_one(MapView).focus()

    def on_resize(self, event: Resize) -> None:
        self.query_one("#people").display = event.size.width >= WIDE

    def action_people(self) -> None:
        people = self.query_one("#people")
        people.display = not people.display

    async def action_quit(self) -> None:
        if self._walker is not None:
            self._walker.intent = STAND
        if self._client is not None and self._client.close_code is None:
            await self._client.close()
        self.exit("")
