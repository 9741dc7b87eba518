"""Rows of other offices' lists, and of the list of paired officials."""

from app.facts import Fact
from app.imports.takers import ANYONE, HOME, At, Taker, Values, beside, cut, given


def _who(values: Values, at: At) -> dict[str, object]:
    return given(id_number=values.get("id"), name=values.get("name"), person_id=at.person_id) | {
        "household_id": at.household_id, "division": at.division
    }  # fmt: skip


def death(values: Values, at: At) -> list[Fact]:
    """A death as one office reports it; without its day it says nothing."""
    if not values.get("died_on"):
        return []
    source = cut(values.get("source") or at.sheet, 32)
    return [Fact("death", _who(values, at) | given(died_on=values["died_on"], source=source))]


def custody(values: Values, at: At) -> list[Fact]:
    """A time in prison or in compulsory rehabilitation."""
    said = given(
        kind=cut(values.get("kind"), 24),
        by=cut(values.get("by"), 120),
        from_on=values.get("from"),
        to_on=values.get("to"),
    )
    return [Fact("custody", _who(values, at) | said)]


def pairing(values: Values, at: At) -> list[Fact]:
    """Who is responsible for a household; without their name it says nothing."""
    if not values.get("cadre"):
        return []
    official = Fact(
        "official",
        given(name=values.get("cadre"), phone=values.get("cadre_phone"), unit=cut(values.get("unit"), 120)),
    )
    home = {"household_id": at.household_id, "division": at.division, "official_id": official}
    return [
        official,
        Fact(
            "paired_home",
            home
            | given(
                from_on=values.get("from"),
                to_on=values.get("to"),
                listed_visit_on=values.get("visited_on"),
                listed_visit_mode=cut(values.get("visit_mode"), 16),
            ),
        ),
    ]


def listed(name: str, what: str, *more: str):
    """A taker of a list without a table of its own: `what` is the field that tells several facts of a person apart."""

    def facts(values: Values, at: At) -> list[Fact]:
        details = {"what": values.get(what) or ""} | beside(values, "id", *more)
        said = given(list=name, on=values.get("on"), details=details)
        return [Fact("listed", _who(values, at) | said)]

    return facts


TAKERS = (
    Taker("deaths", ANYONE, death),
    Taker("custody", ANYONE, custody),
    Taker("pairing", HOME, pairing, main=1),
    Taker("vehicles", ANYONE, listed("vehicles", "plate", "plate", "kind", "brand", "price", "use", "state")),
    Taker("businesses", ANYONE, listed("businesses", "licence", "licence", "company", "role", "capital", "state")),
    Taker("schools", ANYONE, listed("schools", "school", "school", "grade", "state", "number", "to")),
    Taker("insurance", ANYONE, listed("insurance", "year", "year", "kind", "state", "paid", "aided")),
)
