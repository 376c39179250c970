"""The terminal client's screen: the map, who is here, what is said, and the keys."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import ClassVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Key, Resize
from textual.widgets import Input, Static

from protocol_spec import codec
from protocol_spec.codec import Button, EmoteKind, ModeMark
from protocol_spec.prediction import STAND
from protocol_spec.session import ClientSession
from server.cli.play import people, standings, worlds
from server.cli.play.build_bar import BuildBar
from server.cli.play.building import Builder
from server.cli.play.chat import ChatLog, SayInput
from server.cli.play.choosing import ChooseScreen, world_row
from server.cli.play.entry import EntryScreen
from server.cli.play.key_line import KeyLine
from server.cli.play.map_view import MapView
from server.cli.play.styles import (
    BAD_STYLE,
    NAME_STYLE,
    ODD_STYLE,
    PLAY_STYLE,
    QUIET_STYLE,
    SAID_STYLE,
    WHISPER_STYLE,
)
from server.cli.play.visit import WRONG_NAME, WRONG_PLAYER, Entrant, Visit
from server.cli.play.words import Words
from server.cli.terminal import plain

FRAMES_A_SECOND = 15
HELD_SECONDS = 0.3
"""A terminal tells of no key that is let go: so long after its last repeat it is taken to be."""
LEAP_SECONDS = 0.1
WIDE, TALL = 80, 30
"""Columns from which on there is room for the list of players, and lines for a longer chat."""
DIRECTIONS = {
    **dict.fromkeys(("right", "d", "в"), 0x0000),
    **dict.fromkeys(("down", "s", "ы"), 0x4000),
    **dict.fromkeys(("left", "a", "ф"), 0x8000),
    **dict.fromkeys(("up", "w", "ц"), 0xC000),
}
"""By key, and what the same key types on a Russian keyboard."""
ARROWS = "→↘↓↙←↖↑↗"
ACTIONS = {
    **dict.fromkeys(("q", "й"), "emotes"),
    **dict.fromkeys(("b", "и"), "build"),
    **dict.fromkeys(("m", "ь"), "worlds"),
}
BUILDING = {
    **dict.fromkeys(("space", "enter"), "place"),
    **dict.fromkeys(("x", "ч", "delete", "backspace"), "take"),
    **dict.fromkeys(("u", "г"), "undo"),
    **dict.fromkeys(("r", "к"), "redo"),
    **dict.fromkeys(("escape", "b", "и"), "walk"),
}
STEPS = {0x0000: (1, 0), 0x4000: (0, 1), 0x8000: (-1, 0), 0xC000: (0, -1)}


class PlayApp(App[str]):
    """Returns why it ended, empty where the player wanted it."""

    CSS = """
    Screen { background: #0e1014; }
    #status { height: 1; background: #20262e; color: #e6e6e6; padding: 0 1; }
    #play { height: 1; background: #2b3a22; color: #e6f0d8; padding: 0 1; display: none; }
    #map { width: 1fr; }
    #people { width: 26; height: 100%; border-left: solid #3a4450; padding: 0 1; color: #c9d3dd; }
    #below { height: auto; }
    #log {
        height: 6; border-top: solid #3a4450; padding: 0 1; background: #14181d;
        scrollbar-size-vertical: 1; scrollbar-color: #3a4450; scrollbar-background: #14181d;
    }
    Screen.tall #log { height: 11; }
    #say { display: none; height: 3; border: round #729f4e; background: #14181d; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", priority=True),
        Binding("ctrl+c", "quit", priority=True),
    ]
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self,
        url: str,
        who: Entrant,
        words: Words,
        *,
        asks: bool,
        has_account: bool,
    ) -> None:
        """`asks`: the player is to say first who they are. `has_account`: all but the password
        is said already."""
        super().__init__()
        self._who, self._words, self._asks, self._has_account = who, words, asks, has_account
        self._visit = Visit(url, self._hear, self._lose)
        self._builder: Builder | None = None
        self._walks_until = 0.0
        self._leaps_until = 0.0

    @property
    def _session(self) -> ClientSession | None:
        return self._visit.client.session if self._visit.client is not None else None

    def compose(self) -> ComposeResult:
        yield Static("", id="status", markup=False)
        yield Static("", id="play", markup=False)
        with Horizontal():
            yield MapView()
            yield Static("", id="people", markup=False)
        with Vertical(id="below"):
            yield ChatLog()
            yield SayInput(self._words("say"), lambda: self._session)
            yield BuildBar(self._words)
            yield KeyLine(self._words, "help")

    def on_mount(self) -> None:
        self._map = self.query_one(MapView)
        self._chat = self.query_one(ChatLog)
        self._field = self.query_one(SayInput)
        self._build_bar = self.query_one(BuildBar)
        self._keys = self.query_one(KeyLine)
        self._status, self._play, self._people = (
            self.query_one(f"#{each}", Static) for each in ("status", "play", "people")
        )
        self._map.focus()
        self.set_interval(1 / FRAMES_A_SECOND, self._draw)
        self.run_worker(self._take_part())

    async def _take_part(self) -> None:
        """Until there is no way in, or none back."""
        who, complaint = self._who, ""
        while True:
            if self._asks:
                form = EntryScreen(self._words, self._visit.url, who, complaint, self._has_account)
                who = await self.push_screen_wait(form)
            self._status.update(self._words("connecting"))
            end = await self._visit.stay(who)
            if isinstance(end, str):
                complaint, is_wrong_player = self._words(end), end == "ERROR_AUTH_INSECURE"
            else:
                complaint, is_wrong_player = self._words.error(end), end.code in WRONG_PLAYER
            if not is_wrong_player and (self._visit.has_begun or not self._asks):
                self.exit(complaint)
                return
            self._asks = True
            self._has_account = isinstance(end, str) or end.code not in WRONG_NAME

    def _lose(self) -> None:
        self._status.update(self._words("lost"))

    def _hear(self, message: codec.Message) -> None:
        session, words = self._session, self._words
        assert session is not None
        is_there = self._visit.walker is not None
        match message:
            case codec.WorldEntered():
                self._stop_building()
                if self._visit.has_begun:
                    self._say(words("in_world", message.world), ODD_STYLE)
            case codec.EditResult() if message.code:
                self._say(words.error(codec.Error(message.code, 0, 0, 0, "")), BAD_STYLE)
            case codec.ChatMessage():
                player = session.players.get(message.player_id)
                name = player.name if player else "?" if message.player_id else "*"
                line = Text(f"{plain(name)}: ", style=NAME_STYLE)
                line.append(plain(message.text), style=SAID_STYLE)
                self._chat.say(line, (message.player_id, message.timestamp))
            case codec.ChatRemoved():
                self._chat.take_away((message.player_id, message.timestamp))
            case codec.Whisper():
                key = "whispered_to" if message.own else "whispered"
                self._say(words(key, message.name, message.text), WHISPER_STYLE)
            case codec.Notice():
                for each in words.notice(message):
                    self._say(each, ODD_STYLE)
            case codec.ModeNews():
                self._say(words.told(message.key, message.values, message.texts), PLAY_STYLE)
            case codec.Emote() if message.kind in EmoteKind.__members__.values():
                player = session.players.get(message.player_id)
                said = words(f"EMOTE_{EmoteKind(message.kind).name}")
                if player is not None:
                    self._say(f"{player.name} · {said}", QUIET_STYLE)
            case codec.Error() if self._visit.has_begun and not message.fatal:
                self._say(words.error(message), BAD_STYLE)
            case codec.PlayerJoin() if is_there and message.player_id != session.player_id:
                self._say(words("came", message.name), QUIET_STYLE)

    def _say(self, text: str, style: str) -> None:
        self._chat.say(Text(plain(text), style=style))

    def _draw(self) -> None:
        session, walker = self._session, self._visit.walker
        if session is None or walker is None or session.state is None:
            return
        now, state = time.monotonic(), session.state
        if now > self._walks_until:
            walker.intent = replace(walker.intent, pace=0)
        if now > self._leaps_until:
            walker.intent = replace(walker.intent, buttons=0)
        body = walker.prediction.body if walker.prediction is not None else state
        self._map.show(session, (body.x, body.y), self._builder)
        self._show_status(session, (body.x, body.y))
        self._show_play(session, (body.x, body.y))
        self._people.update(people.listed(session, self._words))
        self._build_bar.show(self._builder)

    def _show_status(self, session: ClientSession, place: tuple[int, int]) -> None:
        world = session.entered.world if session.entered else ""
        parts = [session.name, world]
        if session.mode is not None:
            parts.append(self._words.mode(session.mode.mode))
        parts.append(f"{place[0] >> 10}, {place[1] >> 10}")
        self._status.update(" · ".join(map(plain, parts)))

    def _show_play(self, session: ClientSession, place: tuple[int, int]) -> None:
        """What goes on, where to go next, and how long it takes."""
        mode = session.mode
        parts = []
        if mode is not None:
            parts.append(self._words.told(mode.key, mode.values, mode.texts))
            if standings.has_mark(session, session.player_id, ModeMark.SPECTATOR):
                parts.append(self._words("MODE_WATCHING"))
            if session.goal is not None:
                parts.append(_way(session.goal, place))
            parts.append(standings.left(session))
        text = "  ".join(each for each in parts if each)
        self._play.display = bool(text)
        self._play.update(plain(text))

    def on_key(self, event: Key) -> None:
        walker = self._visit.walker
        if self.focused is not self._map:
            return
        key = event.character.lower() if event.character and event.is_printable else event.key
        key = "space" if key == " " else key
        if self._builder is not None:
            self._build_by_key(self._builder, key)
        elif key == "enter":
            # Else the field would hear it, too, and close again.
            event.stop()
            self._field.open()
            self._keys.show("say_help")
        elif walker is None:
            return
        elif key in DIRECTIONS:
            direction = DIRECTIONS[key]
            walker.intent = codec.Command(direction, direction, 255, walker.intent.buttons)
            self._walks_until = time.monotonic() + HELD_SECONDS
        elif key == "space":
            walker.intent = replace(walker.intent, buttons=Button.JUMP)
            self._leaps_until = time.monotonic() + LEAP_SECONDS
        elif key in ACTIONS:
            self.run_worker(self.run_action(ACTIONS[key]), group="asked", exclusive=True)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        text, session = self._walk_again(), self._session
        if text and session is not None and self._visit.walker is not None:
            session.say(text)

    def on_say_input_left(self) -> None:
        self._walk_again()

    def _walk_again(self) -> str:
        """Returns what was written."""
        text = self._field.close()
        self._show_keys()
        self._map.focus()
        return text

    def _show_keys(self) -> None:
        key = "help" if self._builder is None else "build_help"
        self._keys.show(key)

    def on_resize(self, event: Resize) -> None:
        self.query_one("#people").display = event.size.width >= WIDE
        self.screen_stack[0].set_class(event.size.height >= TALL, "tall")

    def action_tab(self, step: int) -> None:
        """The list of players, or another tile to build with."""
        if self._builder is not None:
            self._builder.choose_next(step)
        elif step > 0:
            self._people.display = not self._people.display

    async def action_emotes(self) -> None:
        words = self._words
        kinds = list(EmoteKind)
        rows = [Text(f"{kind}  {words(f'EMOTE_{kind.name}')}") for kind in kinds]
        screen = ChooseScreen(words("emotes"), rows, words.keys("choose_help"))
        row = await self.push_screen_wait(screen)
        if row is not None and self._session is not None and self._visit.walker is not None:
            self._session.show(kinds[row])

    async def action_worlds(self) -> None:
        words, info = self._words, await worlds.ask(self._visit.url)
        if info is None or not info.worlds:
            self._say(words("worlds_unknown"), BAD_STYLE)
            return
        entered = self._session.entered if self._session is not None else None
        here = entered.world if entered is not None else ""
        names = [each.name for each in info.worlds]
        rows = [world_row(each, words) for each in info.worlds]
        chosen = names.index(here) if here in names else 0
        screen = ChooseScreen(words("worlds"), rows, words.keys("choose_help"), chosen)
        row = await self.push_screen_wait(screen)
        if row is not None and names[row] != here:
            await self._visit.go_to(names[row])

    def action_build(self) -> None:
        session, walker = self._session, self._visit.walker
        if session is not None and walker is not None and walker.prediction is not None:
            body = walker.prediction.body
            self._builder = Builder(session, (body.x, body.y))
            self._show_keys()

    def _stop_building(self) -> None:
        if self._builder is not None:
            self._builder = None
            self._show_keys()

    def _build_by_key(self, builder: Builder, key: str) -> None:
        if key in DIRECTIONS:
            across, down = STEPS[DIRECTIONS[key]]
            builder.x, builder.y = builder.x + across, builder.y + down
        elif key in "123456789":
            builder.choose(int(key) - 1)
        match BUILDING.get(key):
            case "place":
                builder.place()
            case "take":
                builder.take()
            case "undo":
                builder.undo()
            case "redo":
                builder.undo(redo=True)
            case "walk":
                self._stop_building()

    def on_map_view_pointed(self, event: MapView.Pointed) -> None:
        if self._builder is not None:
            self._builder.x, self._builder.y = event.cell
            (self._builder.place if event.is_first else self._builder.take)()

    def action_scroll(self, pages: int) -> None:
        (self._chat.scroll_page_up if pages < 0 else self._chat.scroll_page_down)(animate=False)

    async def action_quit(self) -> None:
        if self._visit.walker is not None:
            self._visit.walker.intent = STAND
        await self._visit.end()
        self.exit("")


def _way(goal: codec.ModeGoal, place: tuple[int, int]) -> str:
    """An arrow to the goal, and how many tiles it is away; `place` is in 1/1024 tile."""
    away_x = goal.x + goal.width / 2 - place[0] / 1024
    away_y = goal.y + goal.height / 2 - place[1] / 1024
    eighth = round(math.atan2(away_y, away_x) / (math.pi / 4)) % 8
    return f"{ARROWS[eighth]} {round(math.hypot(away_x, away_y))}"
