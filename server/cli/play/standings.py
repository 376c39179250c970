"""How players stand in what is played, in the order of the table. Pure."""

from __future__ import annotations

from protocol_spec.codec import ModeMark, ModeScore, ScoreKind
from protocol_spec.session import ClientSession, Player


def ranking(session: ClientSession) -> list[Player]:
    """Those who have a row, the best first; who only watches comes last."""
    known = [each for each in session.players.values() if each.player_id in session.scores]
    return sorted(
        known, key=lambda player: (*_order(session.scores[player.player_id]), player.name)
    )


def result(session: ClientSession, player_id: int) -> str:
    """Their time where they have one, else their score."""
    row = session.scores.get(player_id)
    if row is None or row.marks & ModeMark.SPECTATOR:
        return ""
    if row.time:
        return clock(row.time * 100 // tick_rate(session))
    counts = session.mode is not None and session.mode.score_kind != ScoreKind.NONE
    return str(row.score) if counts else ""


def clock(hundredths: int) -> str:
    """As 1:05.35."""
    return f"{hundredths // 6000}:{hundredths // 100 % 60:02}.{hundredths % 100:02}"


def left(session: ClientSession) -> str:
    """Minutes and seconds until the phase ends, as 0:09; empty where nobody knows."""
    if session.mode is None or session.state is None or not session.mode.ends_tick:
        return ""
    ticks = max(session.mode.ends_tick - session.state.tick, 0)
    seconds = -(-ticks // tick_rate(session))
    return f"{seconds // 60}:{seconds % 60:02}"


def has_mark(session: ClientSession, player_id: int, mark: ModeMark) -> bool:
    row = session.scores.get(player_id)
    return row is not None and bool(row.marks & mark)


def tick_rate(session: ClientSession) -> int:
    return session.welcome.tick_rate if session.welcome else 20


def _order(row: ModeScore) -> tuple[bool, int, bool, int]:
    return bool(row.marks & ModeMark.SPECTATOR), -row.score, row.time == 0, row.time
