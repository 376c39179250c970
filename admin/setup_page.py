"""The page that makes the first owner: where the link leads that the server prints at its start."""

from __future__ import annotations

import json

from nicegui import ui

from admin.theme import WORDS, frame, word
from server.people.first_owner import FirstOwner, SetupState
from server.store import StoreError

PATH = "/setup"
TOKEN_KEY = "estragon_setup"
PREFIX = "setup_"
TAKE_TOKEN = """
<script>
  // Out of the address bar, and so of the history, before anything else is loaded. It stays with
  // this tab alone, for NiceGUI loads the page anew after a connection was lost.
  const takeToken = () => {
    const token = new URLSearchParams(location.hash.slice(1)).get("token");
    if (token === null) return false;
    sessionStorage.setItem(KEY, token);
    history.replaceState(null, "", location.pathname + location.search);
    return true;
  };
  takeToken();
  addEventListener("hashchange", () => takeToken() && location.reload());
</script>
""".replace("KEY", json.dumps(TOKEN_KEY))
STYLE = """
.setup { display: flex; flex-direction: column; gap: 1rem; overflow-wrap: anywhere; }
.setup pre {
  margin: 0; padding: 0.75rem; border-radius: 4px; background: #f3ede6;
  font: 0.875rem monospace; white-space: pre-wrap;
}
/* Quasar leaves one line for hints and errors; on a phone they have two. */
.setup .q-field--with-bottom { padding-bottom: 0; }
.setup .q-field__bottom { position: static; transform: none; line-height: 1.3; }
"""


class SetupForm(ui.element, component="components/setup_form.js"):
    """Asks for name and password, and posts them. The password does not pass through NiceGUI."""

    def __init__(self, problem: str, *, panel: str) -> None:
        """`problem` is why nobody can become the owner here and now, as in the words; else empty.

        `panel` is where it goes on, empty where the panel is not to be had.
        """
        super().__init__()
        words = [key for key in WORDS if key.startswith(PREFIX)]
        self._props["words"] = {key.removeprefix(PREFIX): word(key) for key in words}
        self._props["known-problem"] = problem
        self._props["token-key"] = TOKEN_KEY
        self._props["panel"] = panel
        self.classes("w-full max-w-lg mx-auto")


def register(first_owner: FirstOwner) -> None:
    @ui.page(PATH)
    async def setup() -> None:
        ui.add_head_html(TAKE_TOKEN)
        ui.add_css(STYLE)
        problem = ""
        try:
            state = await first_owner.state()
        except StoreError:
            problem = "busy"
        else:
            if state is not SetupState.OPEN:
                problem = state.value
        with frame(word("setup")):
            SetupForm(problem, panel="/admin/")
