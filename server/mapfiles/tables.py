"""One JSON object of a map file, or one XML element in the same shape, asked by name and type.

XML knows texts only, and old files hold numbers as texts in JSON too: so each question takes
either, and whatever is not what was asked for is refused by its name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from server.mapfiles.mapfile import MapFileError, shown

_WHOLE = re.compile(r"[+-]?[0-9]{1,12}")
_YES = (True, 1, "1", "true")
_NO = (False, 0, "0", "false", "")


class Table:
    """`label` names the table in complaints: "layer 'sky'"."""

    def __init__(self, values: Mapping[str, object], label: str) -> None:
        self.values = values
        self.label = label

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def whole(self, name: str, default: int | None = None) -> int:
        value = self._value(name, default)
        number = as_whole(value)
        if number is None:
            raise self._wrong(name, value, "a whole number")
        return number

    def number(self, name: str, default: float | None = None) -> float:
        value = self._value(name, default)
        try:
            number = float(value) if isinstance(value, int | float | str) else math.nan
        except (ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number):
            raise self._wrong(name, value, "a number")
        return number

    def text(self, name: str, default: str | None = None) -> str:
        value = self._value(name, default)
        if not isinstance(value, str):
            raise self._wrong(name, value, "a text")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self._value(name, default)
        if value not in _YES and value not in _NO:
            raise self._wrong(name, value, "true or false")
        return value in _YES

    def table(self, name: str, label: str) -> Table:
        return as_table(self._value(name, None), label)

    def tables(self, name: str, label: str) -> list[Table]:
        """A list of tables; none where there is no such list."""
        value = self._value(name, [])
        if not isinstance(value, list):
            raise self._wrong(name, value, "a list")
        return [as_table(each, label) for each in value]

    def properties(self) -> Table:
        """The custom properties, by name. Before Tiled 1.2, JSON had them so already."""
        raw = self.values.get("properties", [])
        label = f"a property of {self.label}"
        if isinstance(raw, dict):
            return Table(raw, label)
        found: dict[str, object] = {}
        for each in self.tables("properties", label):
            value = each.values.get("value", "")
            kind = each.text("type", "string")
            if isinstance(value, str):
                value = _typed(kind, value)
            found[each.text("name")] = value
        return Table(found, label)

    def named(self, kind: str) -> Table:
        """The same, with a label of its kind and name."""
        return Table(self.values, f"{kind} {shown(self.text('name', ''))}")

    def unusual(self, expected: Mapping[str, object]) -> list[str]:
        """The names of all that says more than `expected`, which maps names to their usual value.

        Where that value is None any will do.
        """
        return [
            name
            for name, value in self.values.items()
            if value not in (None, [], {})
            and (name not in expected or not _same(value, expected[name]))
        ]

    def _value(self, name: str, default: object) -> object:
        value = self.values.get(name)
        if value is None:
            value = default
        if value is None:
            raise MapFileError(f"{self.label}: {name} is missing")
        return value

    def _wrong(self, name: str, value: object, wanted: str) -> MapFileError:
        return MapFileError(f"{self.label}: {name} {shown(str(value))} is not {wanted}")


def as_table(value: object, label: str) -> Table:
    if not isinstance(value, dict):
        raise MapFileError(f"{label} is not a table")
    return Table(value, label)


def as_whole(value: object) -> int | None:
    """The value as a whole number; none where it is something else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value)
    return None


def _typed(kind: str, value: str) -> object:
    """A property's text as what its type says; as it is where it does not fit."""
    if kind == "bool" and value in ("true", "false"):
        return value == "true"
    if kind == "int":
        number = as_whole(value)
        return value if number is None else number
    return value


def _same(value: object, usual: object) -> bool:
    if usual is None or value == usual:
        return True
    if isinstance(usual, bool):
        return value in (_YES if usual else _NO)
    try:
        return isinstance(usual, int | float) and float(str(value)) == usual
    except ValueError:
        return False
