"""The server runs without the parts of its libraries that nobody uses."""

from __future__ import annotations

import json
import subprocess
import sys

from server.cli.lean import UNUSED

START_AS_THE_COMMAND_DOES = """
import importlib, json, sys
from server.cli.lean import UNUSED, left_out
with left_out(*UNUSED):
    import server.cli.serve
loaded = sorted({each.split(".")[0] for each in sys.modules})
for each in UNUSED:
    importlib.import_module(each)
print(json.dumps(loaded))
"""


def test_what_nobody_uses_is_not_loaded_but_may_be_later() -> None:
    asked = [sys.executable, "-c", START_AS_THE_COMMAND_DOES]
    loaded = json.loads(subprocess.run(asked, check=True, capture_output=True).stdout)
    assert "nicegui" in loaded
    assert not {*UNUSED, "PIL", "cryptography", "segno"} & set(loaded)
