"""The list of who is here, and how they stand in what is played. Pure."""

from __future__ import annotations

from rich.text import Text

from protocol_spec.codec import ModeMark, ModePhase
from protocol_spec.session import ClientSession
from server.cli.play import standings
from server.cli.play.styles import NAME_STYLE, PLAY_STYLE, QUIET_STYLE
from server.cli.play.words import Words
from server.cli.terminal import fitted

COLUMNS = 23
"""What fits into a line of the list."""
CHASER_STYLE = "bold #ff6b5e"


def listed(session: ClientSession, words: Words) -> Text:
    """Who has a score first; between rounds the best of all times, too."""
    ranked = standings.ranking(session)
    others = [each for each in session.players.values() if each not in ranked]
    others.sort(key=lambda player: player.name.casefold())
    text = Text()
    text.append(f"{words('players')}: {len(session.players)}", style="bold")
    for player in (*ranked, *others):
        result = standings.result(session, player.player_id)
        style = NAME_STYLE if player.player_id == session.player_id else ""
        if standings.has_mark(session, player.player_id, ModeMark.IT):
            style = CHASER_STYLE
        elif standings.has_mark(session, player.player_id, ModeMark.SPECTATOR):
            style = QUIET_STYLE
        text.append(f"\n{_line(player.name, result)}", style=style)
    is_between = session.mode is not None and session.mode.phase != ModePhase.RUNNING
    if is_between and session.records:
        text.append(f"\n\n{words('SCORES_BEST')}", style="bold")
        for each in session.records[:3]:
            hundredths = each.time * 100 // standings.tick_rate(session)
            best = standings.clock(hundredths) if each.time else str(each.score)
            text.append(f"\n{_line(each.name, best)}", style=PLAY_STYLE)
    return text


def _line(name: str, result: str) -> str:
    room = COLUMNS - len(result) - 1
    return f"{fitted(name, room):<{room}} {result}"
