"""The dialogs in which the staff says what is to be done, why, and for how long."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from nicegui import ui

from admin.asking import about, last_row, titled_dialog
from admin.panel import Staff
from admin.theme import language, word
from server.clock import wall_clock_ms
from server.moderation.actor import REASON_LIMIT, Actor
from server.moderation.deeds import Deeds
from server.moderation.reports import ReportDesk
from server.moderation.sanctions import SanctionDesk
from server.people.identity import LASTING, Sanction, SanctionKind
from server.people.roles import MATRIX, may_grant
from server.store.sanctions import Report

T = TypeVar("T")

MINUTE_MS = 60_000
DURATIONS = {
    # Word -> milliseconds, None for good.
    "peace_10m": 10 * MINUTE_MS,
    "peace_1h": 60 * MINUTE_MS,
    "peace_1d": 24 * 60 * MINUTE_MS,
    "peace_1w": 7 * 24 * 60 * MINUTE_MS,
    "peace_30d": 30 * 24 * 60 * MINUTE_MS,
    "peace_forever": None,
}
FIRST_DURATION = {
    SanctionKind.MUTE: "peace_10m",
    SanctionKind.SHADOW_MUTE: "peace_1h",
    SanctionKind.BAN: "peace_1d",
}
DONE = {
    SanctionKind.KICK: "peace_kicked",
    SanctionKind.WARNING: "peace_warned",
    SanctionKind.MUTE: "peace_muted",
    SanctionKind.SHADOW_MUTE: "peace_shadow_muted",
    SanctionKind.BAN: "peace_banned",
}
REASONS = ("spam", "insults", "advertising", "griefing", "cheating")
OUTCOMES = ("punished", "warned", "nothing", "unclear")
UNCHANGED = "peace_unchanged"

Work = Callable[[Actor], Awaitable[Any]]


async def asked(work: Awaitable[T]) -> T:
    """For `staff.act`, where the work needs no actor."""
    return await work


def _buttons(
    dialog: ui.dialog, staff: Staff, label: str, work: Work, done: Callable[[], str]
) -> ui.button:
    """Returns the one that does it and closes; where it is refused the dialog stays as it was."""

    async def confirm() -> None:
        async def do(actor: Actor) -> bool:
            await work(actor)
            return True

        button.disable()
        if await staff.act(do, done()):
            dialog.close()
        else:
            button.enable()

    with last_row():
        ui.button(word("peace_cancel"), on_click=dialog.close).props("flat no-caps")
        button = ui.button(label, on_click=confirm).props("no-caps data-confirm")
    return button


def _text_field(label: str, value: str = "", limit: int = REASON_LIMIT) -> ui.input:
    return (
        ui.input(label, value=value)
        .props(f"outlined maxlength={limit} counter autogrow type=textarea")
        .classes("w-full")
    )


def _presets(field: ui.input, names: tuple[str, ...], prefix: str) -> None:
    """What is said most often, one click away."""
    with ui.row().classes("w-full gap-1"):
        for name in names:
            text = word(f"{prefix}{name}")
            ui.chip(text, on_click=lambda text=text: field.set_value(text)).props("outline dense")


def _duration_field(label: str, value: str, *, may_stay: bool = False) -> ui.select:
    keys = [*([UNCHANGED] if may_stay else []), *DURATIONS]
    return (
        ui.select({key: word(key) for key in keys}, label=label, value=value)
        .props("outlined")
        .classes("w-full")
    )


def ask_sanction(
    staff: Staff, desk: SanctionDesk, kind: SanctionKind, player_id: int, name: str
) -> None:
    """Kick, warn, mute, shadow mute or ban."""
    with titled_dialog(about(word(f"peace_{kind}"), name)) as dialog:
        reason = _text_field(word("peace_reason"))
        _presets(reason, REASONS, "peace_preset_")
        lasts = None
        if kind in LASTING:
            lasts = _duration_field(word("peace_for"), FIRST_DURATION[kind])
        note = _text_field(word("peace_staff_note"))

        def work(actor: Actor) -> Awaitable[Sanction]:
            duration_ms = DURATIONS[lasts.value] if lasts is not None else None
            return desk.sanction(
                actor, kind, player_id, reason.value, note.value, duration_ms=duration_ms
            )

        _buttons(
            dialog, staff, word(f"peace_{kind}"), work, lambda: word(DONE[kind]).format(name=name)
        )


def ask_note(staff: Staff, desk: SanctionDesk, player_id: int, name: str) -> None:
    with titled_dialog(about(word("peace_note"), name)) as dialog:
        text = _text_field(word("peace_staff_note"))
        _buttons(
            dialog,
            staff,
            word("peace_save"),
            lambda actor: desk.note(actor, player_id, text.value),
            lambda: word("peace_noted"),
        )


def ask_teleport(
    staff: Staff, deeds: Deeds, player_id: int, name: str, others: list[str], place: tuple[int, int]
) -> None:
    """`others` are the names of those who are in the same world."""
    ways = {"spawn": "peace_to_spawn", "place": "peace_to_place"}
    if others:
        ways["player"] = "peace_to_player"
    with titled_dialog(about(word("peace_teleport"), name)) as dialog:
        way = ui.radio({key: word(label) for key, label in ways.items()}, value="spawn")
        with ui.row().classes("w-full no-wrap").bind_visibility_from(way, "value", value="place"):
            x, y = (
                ui.number(label, value=value, precision=0, step=1).props("outlined").classes("grow")
                for label, value in zip("xy", place, strict=True)
            )
        whom = (
            ui.select(others, label=word("peace_to_whom"), with_input=True)
            .props("outlined")
            .classes("w-full")
            .bind_visibility_from(way, "value", value="player")
        )

        def work(actor: Actor) -> Awaitable[None]:
            if way.value == "spawn":
                return deeds.send_to_spawn(actor, player_id)
            if way.value == "player":
                return deeds.send_to_player(actor, player_id, str(whom.value or ""))
            return deeds.send_to(actor, player_id, int(x.value or 0), int(y.value or 0))

        _buttons(
            dialog,
            staff,
            word("peace_teleport"),
            work,
            lambda: word("peace_moved").format(name=name),
        )


def ask_tell(staff: Staff, deeds: Deeds, player_id: int, name: str) -> None:
    with titled_dialog(about(word("peace_tell"), name)) as dialog:
        text = _text_field(word("peace_text"))
        _buttons(
            dialog,
            staff,
            word("peace_tell"),
            lambda actor: deeds.tell(actor, player_id, text.value),
            lambda: word("peace_told").format(name=name),
        )


def grantable_roles(staff: Staff, role: str) -> dict[str, str]:
    """The roles, and what they are called, that the staff member may give instead of that one."""
    return {
        each: titles[language()]
        for each, titles in MATRIX.titles.items()
        if each != role and may_grant(staff.role, role, each)
    }


def ask_role(staff: Staff, deeds: Deeds, player_id: int, name: str, role: str) -> None:
    roles = grantable_roles(staff, role)
    with titled_dialog(about(word("peace_change_role"), name)) as dialog:
        # None beforehand: the first would be the highest.
        chosen = ui.select(roles, label=word("peace_new_role")).props("outlined").classes("w-full")
        button = _buttons(
            dialog,
            staff,
            word("peace_change_role"),
            lambda actor: deeds.change_role(actor, player_id, str(chosen.value)),
            lambda: word("peace_role_changed").format(
                name=name, role=roles.get(str(chosen.value), "")
            ),
        )
        button.bind_enabled_from(chosen, "value", lambda value: value is not None)


def ask_announcement(staff: Staff, deeds: Deeds, worlds: list[str], world: str) -> None:
    """In one world, or in all: that is an empty name."""
    options = {"": word("peace_every_world"), **{each: each for each in worlds}}
    with titled_dialog(word("peace_announce")) as dialog:
        text = _text_field(word("peace_text"))
        where = (
            ui.select(options, label=word("world"), value=world).props("outlined").classes("w-full")
        )
        _buttons(
            dialog,
            staff,
            word("peace_announce"),
            lambda actor: deeds.announce(actor, text.value, where.value),
            lambda: word("peace_announced"),
        )


def ask_slow_mode(
    staff: Staff, deeds: Deeds, worlds: list[str], world: str, seconds: float
) -> None:
    with titled_dialog(word("peace_slow")) as dialog:
        where = (
            ui.select(worlds, label=word("world"), value=world or worlds[0])
            .props("outlined")
            .classes("w-full")
        )
        wait = (
            ui.number(word("peace_slow_seconds"), value=seconds, min=0, max=3600)
            .props("outlined")
            .classes("w-full")
        )
        with ui.row().classes("gap-1"):
            for preset in (0, 5, 10, 30, 60):
                ui.chip(str(preset), on_click=lambda preset=preset: wait.set_value(preset)).props(
                    "outline dense"
                )
        _buttons(
            dialog,
            staff,
            word("peace_slow"),
            lambda actor: deeds.slow_mode(actor, where.value, float(wait.value or 0)),
            lambda: word("peace_slowed").format(seconds=f"{wait.value or 0:g}", world=where.value),
        )


def ask_address_ban(staff: Staff, desk: SanctionDesk) -> None:
    with titled_dialog(word("peace_ban_address")) as dialog:
        network = ui.input(word("peace_network")).props("outlined maxlength=64").classes("w-full")
        reason = _text_field(word("peace_outside_reason"))
        _presets(reason, REASONS, "peace_preset_")
        lasts = _duration_field(word("peace_for"), "peace_1d")
        note = _text_field(word("peace_staff_note"))
        _buttons(
            dialog,
            staff,
            word("peace_ban_address"),
            lambda actor: desk.ban_network(
                actor, network.value, reason.value, note.value, duration_ms=DURATIONS[lasts.value]
            ),
            lambda: word("peace_address_banned").format(name=network.value.strip()),
        )


def ask_edit(staff: Staff, desk: SanctionDesk, sanction: Sanction) -> None:
    with titled_dialog(about(word("peace_edit"), sanction.name or sanction.network)) as dialog:
        reason = _text_field(word("peace_reason"), sanction.reason)
        note = _text_field(word("peace_staff_note"), sanction.note)
        lasts = None
        if sanction.kind in LASTING:
            lasts = _duration_field(word("peace_ends"), UNCHANGED, may_stay=True)

        def work(actor: Actor) -> Awaitable[Sanction]:
            expires_ms = sanction.expires_ms
            if lasts is not None and lasts.value != UNCHANGED:
                duration_ms = DURATIONS[lasts.value]
                expires_ms = None if duration_ms is None else wall_clock_ms() + duration_ms
            return desk.change(
                actor,
                sanction.number,
                reason=reason.value,
                note=note.value,
                expires_ms=expires_ms,
            )

        _buttons(dialog, staff, word("peace_save"), work, lambda: word("peace_edited"))


def ask_lift(staff: Staff, desk: SanctionDesk, sanction: Sanction) -> None:
    with titled_dialog(about(word("peace_lift"), sanction.name or sanction.network)) as dialog:
        ui.label(word("peace_lift_sure"))
        _buttons(
            dialog,
            staff,
            word("peace_lift"),
            lambda actor: desk.lift(actor, sanction.number),
            lambda: word("peace_was_lifted"),
        )


def ask_hand_over(staff: Staff, desk: ReportDesk, report: Report, takers: list[str]) -> None:
    with titled_dialog(word("peace_hand_over")) as dialog:
        whom = (
            ui.select(takers, label=word("peace_to_staff"), with_input=True)
            .props("outlined")
            .classes("w-full")
        )
        _buttons(
            dialog,
            staff,
            word("peace_hand_over"),
            lambda actor: desk.hand_over(actor, report.number, str(whom.value or "")),
            lambda: word("peace_handed_over").format(name=whom.value),
        )


def ask_outcome(staff: Staff, desk: ReportDesk, report: Report) -> None:
    with titled_dialog(word("peace_close_case")) as dialog:
        outcome = _text_field(word("peace_outcome"))
        _presets(outcome, OUTCOMES, "peace_outcome_")
        _buttons(
            dialog,
            staff,
            word("peace_close_case"),
            lambda actor: desk.close(actor, report.number, outcome.value),
            lambda: word("peace_case_closed"),
        )
