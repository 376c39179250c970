"""The editor of the chat filter's rules: a draft that is tried before it is put into force."""

from __future__ import annotations

from nicegui import ui

from admin.listing import Listing, action, column
from admin.panel import Staff
from admin.theme import word
from protocol_spec.codec import ErrorCode
from server.chat.filter import LONGEST_WORD, SCRIPTS, Action, ChatFilter, Rule
from server.failures import Rejected
from server.moderation.actor import Actor
from server.moderation.deeds import Deeds

ACTIONS = (Action.FLAG, Action.MASK, Action.HOLD)


class FilterEditor:
    def __init__(self, staff: Staff, deeds: Deeds) -> None:
        self._staff = staff
        self._deeds = deeds
        self._rules: list[Rule] = []
        self._is_changed = False
        may_edit = staff.may("filter", "edit")
        ui.label(word("peace_filter_about")).classes("opacity-80")
        if may_edit:
            self._build_form()
        with ui.row().classes("w-full items-center gap-2 my-2"):
            self._count = ui.label()
            ui.space()
            if staff.may("filter", "try"):
                ui.button(word("peace_try"), icon="science", on_click=self._try).props(
                    "outline no-caps"
                )
            if may_edit:
                self._save = ui.button(
                    word("peace_put_into_force"), icon="check", on_click=self._put_into_force
                ).props("no-caps")
        self._caught_count = ui.label()
        self._caught = Listing(
            [
                column("name", "name"),
                column("text", "peace_text"),
                column("action", "peace_action"),
                column("becomes", "peace_becomes"),
            ]
        )
        self._caught.set_visibility(False)
        self._table = Listing(
            [
                column("word", "peace_word"),
                column("language", "peace_language"),
                column("action", "peace_action"),
                column("whole", "peace_whole"),
            ],
            actions=[action("remove", "peace_remove", "delete")] if may_edit else [],
            on_act=self._remove,
            has_search=True,
        )

    def _build_form(self) -> None:
        with ui.row().classes("w-full items-center gap-2 mt-2"):
            self._word = ui.input(word("peace_word")).props(
                f"outlined dense maxlength={LONGEST_WORD}"
            )
            self._language = ui.select(
                {each: word(f"peace_language_{each}") for each in SCRIPTS},
                label=word("peace_language"),
                value="any",
            ).props("outlined dense")
            self._action = ui.select(
                {str(each): word(f"peace_action_{each}") for each in ACTIONS},
                label=word("peace_action"),
                value=str(Action.MASK),
            ).props("outlined dense")
            self._whole = ui.checkbox(word("peace_whole"), value=True)
            ui.button(word("peace_add"), icon="add", on_click=self._add).props("outline no-caps")
            self._word.classes("w-full sm:w-auto")
            self._language.classes("w-full sm:w-36")
            self._action.classes("w-full sm:w-52")
            self._word.on("keydown.enter", self._add)

    async def load(self) -> None:
        rules = await self._staff.see(self._deeds.filter_rules)
        if rules is not None:
            self._rules, self._is_changed = rules, False
        self._show()

    async def _add(self) -> None:
        rule = Rule(
            self._word.value.strip().lower(),
            self._language.value,
            self._action.value,
            bool(self._whole.value),
        )

        async def check(actor: Actor) -> bool:
            actor.check("filter", "edit")
            try:
                ChatFilter([rule])
            except ValueError as error:
                raise Rejected(ErrorCode.COMMAND_USAGE, str(error)) from None
            return True

        if await self._staff.act(check):
            others = [each for each in self._rules if each.word != rule.word]
            self._rules = [rule, *others]
            self._word.value = ""
            self._is_changed = True
            self._show()

    def _remove(self, _: str, index: int) -> None:
        if index < len(self._rules):
            self._rules = [*self._rules[:index], *self._rules[index + 1 :]]
            self._is_changed = True
            self._show()

    async def _try(self) -> None:
        found = await self._staff.act(
            lambda actor: self._deeds.try_filter_rules(actor, self._rules)
        )
        if found is None:
            return
        self._caught_count.text = word("peace_caught").format(count=len(found))
        self._caught.set_visibility(bool(found))
        self._caught.show(
            [
                {
                    "id": line.number,
                    "name": line.name,
                    "text": line.text,
                    "action": word(f"peace_action_{verdict.action}"),
                    "becomes": verdict.masked_text,
                }
                for line, verdict in found
            ]
        )

    async def _put_into_force(self) -> None:
        async def work(actor: Actor) -> bool:
            await self._deeds.set_filter_rules(actor, self._rules)
            return True

        if await self._staff.act(work, word("peace_in_force_now")):
            self._is_changed = False
            self._show()

    def _show(self) -> None:
        key = "peace_unsaved" if self._is_changed else "peace_rule_count"
        self._count.text = word(key).format(count=len(self._rules))
        self._table.show(
            [
                {
                    "id": index,
                    "word": each.word,
                    "language": word(f"peace_language_{each.language}"),
                    "action": word(f"peace_action_{each.action}"),
                    "whole": word("peace_yes" if each.whole_word else "peace_no"),
                }
                for index, each in enumerate(self._rules)
            ]
        )
