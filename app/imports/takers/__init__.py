"""What a row of a ledger says, as facts for the tables of the registers. Pure: values in, facts out.

A taker belongs to one shape of sheet. It says whom a row is about, which facts follow from it, and which marks (tags)
the person carries because of them. A new ledger is a shape in `app/imports/ledgers` and a taker here.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from app.facts import Fact

Values = Mapping[str, Any]
PERSON, HOME, PLACE, ANYONE = "person", "home", "place", "anyone"
"""Whom a row is about: somebody of the register, a household by its code, a township by its name, or anybody at all,
whose facts stand whether we know the person or not."""


class At(NamedTuple):
    """Where a row stands, and whom the register has for it; empty where it has nobody.

    `people` are the ids of others whom the row names, by their numbers (a carer).
    """

    person_id: str | None = None
    household_id: str = ""
    household_code: str = ""
    division: str = ""
    sheet: str = ""
    position: int = 0
    people: Mapping[str, str] | None = None

    @property
    def person(self) -> dict[str, Any]:
        """The columns that say whose fact it is."""
        return {"person_id": self.person_id, "household_id": self.household_id, "division": self.division}

    def known(self, number: str | None) -> str | None:
        """Who in the register carries a number."""
        return (self.people or {}).get(number or "")


class Mark(NamedTuple):
    """A tag that a person carries: since when (None: since today), and until when; `over` where it ends."""

    tag: str
    from_on: date | None = None
    to_on: date | None = None
    over: bool = False


@dataclass(frozen=True)
class Taker:
    """How the rows of one shape are taken in.

    Args:
        facts: what follows from a row; nothing where the row lacks what it cannot do without.
        marks: the tags that follow from it.
        others: fields with numbers of other people whose ids the facts want.
        main: which of its facts says whether a row is new.
    """

    shape: str
    about: str
    facts: Callable[[Values, At], list[Fact]]
    marks: Callable[[Values, At], list[Mark]] = lambda values, at: []
    others: tuple[str, ...] = ()
    main: int = 0


def first_day(month: str | None) -> date | None:
    """The first day of a month."""
    return date(int(month[:4]), int(month[5:7]), 1) if month else None


def last_day_before(month: str | None) -> date | None:
    """The last day before a month."""
    day = first_day(month)
    return day - timedelta(days=1) if day else None


def cut(text: str | None, longest: int) -> str | None:
    """Words as long as their column takes them."""
    return text[:longest] if text else None


def given(**values: Any) -> dict[str, Any]:
    """The values that are there."""
    return {name: value for name, value in values.items() if value is not None and value != ""}


def beside(values: Values, *names: str) -> dict[str, Any]:
    """What has no column of its own, for JSON."""
    said = {name: values.get(name) for name in names}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in said.items()
        if value not in (None, "")
    }


_QUARTER = re.compile(r"(20\d\d)\D{0,2}第?([一二三四1234])季度?|(20\d\d)[ -]?[qQ]([1-4])")
_MONTH = re.compile(r"(?<!\d)(20\d\d)(?:年|[-./])?(1[0-2]|0?[1-9])(?!\d)(?:月|$|\D)?")
_FIGURES = {"一": "1", "二": "2", "三": "3", "四": "4"}


def period_in(text: str, *, quarter: bool) -> str | None:
    """The month (`2026-08`) or quarter (`2026Q1`) that the words of a tab or a title name."""
    text = re.sub(r"填报日期.*|\s", "", text)
    if quarter:
        found = _QUARTER.search(text)
        if not found:
            return None
        figure = found[2] or found[4]
        return f"{found[1] or found[3]}Q{_FIGURES.get(figure, figure)}"
    month = _MONTH.search(text)
    return f"{month[1]}-{int(month[2]):02d}" if month else None


_TOWN = re.compile(r"[\u4e00-\u9fff]{1,10}?(?:镇|乡|街道)")


def town_in(text: str) -> str | None:
    """The township that the words of a tab or a title name."""
    found = _TOWN.search(text)
    return found[0] if found else None
