"""What the rows of a ledger become in the register. The rows of all others go through `takers`.

Pure: rows in, input models out. What the register has no column for stays beside it under the ledger's own word.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from app.divisions.schemas import DivisionIn
from app.households import tags
from app.households.schemas import HouseholdIn, PersonIn
from app.imports.heads import Contest

ROSTER = "roster"
"""The ledger that makes homes and people; all others say something of those who are there."""

UNSURE = "待核实"
"""The relation of somebody whom a ledger writes down as a second head, until a person settles it."""

_VILLAGE = re.compile(r"(\d{12})\d{1,8}")
_SPECIAL = {label: code for code, label in tags.TAGS.items()}


def village_of(code: str) -> str | None:
    """The village a household code begins with (统计用区划代码, 12 digits), or None."""
    found = _VILLAGE.fullmatch(code)
    return found[1] if found else None


@dataclass
class Homes:
    """The households of a file, gathered row by row: each value from the first row that has it."""

    fields: dict[str, dict[str, Any]] = field(default_factory=dict)
    sound: set[str] = field(default_factory=set)

    def see(self, values: Mapping[str, Any], readable: bool, position: int = 0) -> None:
        """Take what a row says of its household; an unreadable person does not unsay the household's own values."""
        code = values.get("household")
        if not code:
            return
        home = self.fields.setdefault(code, {"at": position})
        for name in ("village", "group", "attribute", "checked_on", "checked_result", "head"):
            value = values.get(name)
            if value is not None and home.get(name) is None:
                home[name] = value
        if not readable:
            return
        self.sound.add(code)
        if values.get("relation") in tags.HEADS:
            home.setdefault("head_person", values["name"])
        home.setdefault("first_person", values["name"])

    def named(self, code: str, known: str | None) -> str:
        """What to call a home of which neither the register nor a row that is taken in names the head."""
        home = self.fields[code]
        return home.get("head_person") or home.get("head") or known or home["first_person"]

    def household(self, code: str, name: str, key: str | None, division: str) -> HouseholdIn:
        """The household as the register takes it in.

        Args:
            name: of its head.
            key: the id it gets when it is new.
            division: where a known one lies now; a new one lies in the village its code begins with.
        """
        said = {word: self.fields[code].get(word) for word in ("group", "attribute", "checked_on", "checked_result")}
        given = {word: value for word, value in said.items() if value is not None}
        return HouseholdIn(id=UUID(key) if key else None, code=code, name=name, division=division, **given)


def person_of(values: Mapping[str, Any], contest: Contest | None = None) -> PersonIn:
    """A row of the roster as the register takes a person in.

    Args:
        contest: why this person is no head, whatever the row says.
    """
    special = values.get("special")
    words = re.split(r"[、,，;；/ ]+", special) if special else []
    found = [_SPECIAL[word] for word in words if word in _SPECIAL]
    if values.get("health") == tags.HEALTH["serious"]:
        found.append("serious_illness")
    columns = {
        "id_number": values["id"],
        "relation": values.get("relation"),
        "phone": values.get("phone"),
        "registered_here": _registered_here(values.get("registered")),
        "health": values.get("health"),
        "living": values.get("living"),
        "works_away": values.get("work"),
        "is_head": values.get("relation") in tags.HEADS if values.get("relation") else None,
    }
    beside = _beside(values)
    if contest and contest.how != "seated":
        open_now = {"relation": UNSURE, "is_head": False}
        columns |= open_now if contest.how == "member" else dict.fromkeys(open_now)
        beside |= {"relation_written": values["relation"]} if values.get("relation") else {}
    given = {name: value for name, value in columns.items() if value is not None}
    return PersonIn(
        household_code=values["household"], name=values["name"], tags=sorted(set(found)), extra=beside, **given
    )


def _registered_here(text: str | None) -> bool | None:
    """本县 or 外县; an address says neither."""
    if not text:
        return None
    if text.startswith(("本县", "本地", "本村", "本镇", "本乡", "本市")):
        return True
    return False if text.startswith(("外", "非本")) else None


def _beside(values: Mapping[str, Any]) -> dict[str, Any]:
    """What has no column: ability to work, special words, a sex that contradicts the number, an odd domicile."""
    beside = {
        "labour": values.get("labour"),
        "special": values.get("special"),
        "sex_written": values.get("sex_differs"),
    }
    if values.get("registered") and _registered_here(values["registered"]) is None:
        beside["registered"] = values["registered"]
    return {name: value for name, value in beside.items() if value}


def division_rows(values: Mapping[str, Any]) -> list[DivisionIn]:
    """A row of the sheet of codes: its village, and its township where that is named."""
    rows = []
    village, town = values.get("village_code"), values.get("town_code")
    if values.get("town") and town and re.fullmatch(r"\d{9}", town):
        rows.append(DivisionIn(code=town, name=values["town"]))
    if values.get("village") and village and re.fullmatch(r"\d{12}", village):
        rows.append(DivisionIn(code=village, name=values["village"]))
    return rows


def dates_as_text(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values for JSON; the reverse is `dates_from_text`."""
    return {name: {"day": value.isoformat()} if isinstance(value, date) else value for name, value in values.items()}


def dates_from_text(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the reader gave them."""
    return {
        name: date.fromisoformat(value["day"]) if isinstance(value, dict) else value for name, value in values.items()
    }
