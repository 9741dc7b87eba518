"""低收入人口库: homes by tier, each home's whole picture, and those that nobody has looked at for too long.

Nothing is kept here: tiers follow from what the registers say on the day that asks.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.divisions import service as divisions
from app.errors import NotAllowed
from app.findings.service import BY_CODE, sentence
from app.households import looking_service
from app.households import register_service as register
from app.households.rules import is_child
from app.households.words_service import day
from app.limits import PAGE
from app.lowincome import queries, rules
from app.lowincome.rules import Known, Tier
from app.lowincome.schemas import HomeRow, HomesPage, TownCount, UnseenPage, UnseenRow
from app.visits.need_service import step_in
from models.findings import Finding
from models.households import Household, Person

CHILD = "家里的孩子"
"""How a child is called where a reason is told."""
ONLY: dict[str, str] = {
    "": "全部", **{code: words for code, words in rules.TIERS.items() if code != rules.GENERAL}, "near": "快到线的",
}  # fmt: skip
"""What the list can be narrowed to."""


def allowed(actor: Actor) -> None:
    """Who may read registers may read this.

    Raises:
        NotAllowed: the role may not.
    """
    if not actor.may(Permission.REGISTERS):
        raise NotAllowed()


def policy(session: Session, on: date, area: str) -> Mapping[str, Any]:
    """The policy values in force."""
    return register.policy(session, rules.KEYS, on, area)


def area(actor: Actor, village: str = "") -> str:
    """Whose policy holds for a list."""
    return village or (actor.divisions[0] if actor.divisions else "")


def listing(
    session: Session, actor: Actor, *, text: str = "", village: str = "", only: str = "", offset: int = 0
) -> HomesPage:
    """A page of the low-income population.

    Raises:
        NotAllowed: the role may not read registers.
    """
    allowed(actor)
    on = register.today()
    values = policy(session, on, area(actor, village))
    hidden = looking_service.blind_homes(session, actor)
    query = queries.listed(actor, on, values, text=text.strip(), village=village, only=only, hidden=hidden)
    homes = queries.page(session, queries.by_village(query), PAGE + 1, offset)
    rows = _rows(session, homes[:PAGE], on, hidden)
    return HomesPage(rows, queries.count(session, query), len(homes) > PAGE)


def _rows(session: Session, homes: Sequence[Household], on: date, hidden: set[str]) -> list[HomeRow]:
    """Homes with what is watched there, but for those to which the reader is sent to look anew."""
    keys = [home.id for home in homes]
    people, found = queries.people(session, keys), queries.findings(session, keys)
    tiers = tiers_of(session, homes, people, on)
    places = divisions.places(session, {home.division for home in homes})
    return [
        HomeRow(
            home.id, home.name, f"{places[home.division]} {home.group or ''}".strip(), len(people[home.id]),
            tiers[home.id].words, tiers[home.id].reasons,
            [BY_CODE[one.rule].name for one in watched(found[home.id], policy(session, on, home.division))
             if home.id not in hidden],
            day(home.last_visit_on) or "还没去过",
        )
        for home in homes
    ]  # fmt: skip


def watched(found: Sequence[Finding], values: Mapping[str, Any]) -> list[Finding]:
    """Those of a home's open findings that say it is near the line."""
    return [one for one in found if one.rule in values["lowincome.watch_rules"] and one.rule in BY_CODE]


def tiers_of(
    session: Session, homes: Sequence[Household], people: Mapping[str, Sequence[Person]], on: date
) -> dict[str, Tier]:
    """The tiers of homes; a child is not named in a reason."""
    everybody = [one for home in homes for one in people.get(home.id, ())]
    marks = register.tags_of(session, [one.id for one in everybody], on)
    names = {
        one.id: CHILD if is_child(one.born_on, marks.get(one.id, ()), on) else one.name for one in everybody
    }  # fmt: skip
    drawn: dict[str, list[tuple[str, str]]] = {}
    for row in queries.enrolments(session, list(names), on.isoformat()[:7]):
        drawn.setdefault(row.person_id, []).append((names[row.person_id], row.programme))
    return {
        home.id: rules.tier(
            Known(
                home.attribute or "",
                [pair for one in people.get(home.id, ()) for pair in drawn.get(one.id, ())
                 if pair[1] in rules.PROGRAMMES],
                [(names[one.id], tag) for one in people.get(home.id, ()) for tag in marks.get(one.id, ())],
            ),
            policy(session, on, home.division),
        )
        for home in homes
    }  # fmt: skip


def unseen(session: Session, actor: Actor, *, village: str = "", offset: int = 0) -> UnseenPage:
    """Homes with somebody in need where nobody has been for too long: a help list, with who can step in.

    Raises:
        NotAllowed: the role may not read registers.
    """
    allowed(actor)
    on = register.today()
    values = policy(session, on, area(actor, village))
    query = queries.unseen(actor, on, values, village)
    homes = queries.page(session, query, PAGE + 1, offset)
    rows = _unseen_rows(session, homes[:PAGE], on)
    return UnseenPage(rows, queries.count(session, query), len(homes) > PAGE, values["lowincome.unseen_days"])


def _unseen_rows(session: Session, homes: Sequence[Household], on: date) -> list[UnseenRow]:
    keys = [home.id for home in homes]
    people, lists = queries.people(session, keys), queries.registers(session, keys)
    tiers, listed = tiers_of(session, homes, people, on), queries.listed_visits(session, keys)
    places = divisions.places(session, {home.division for home in homes})
    helping = step_in(session, {home.id: home for home in homes}, on)
    return [
        UnseenRow(
            home.id, home.name, f"{places[home.division]} {home.group or ''}".strip(),
            rules.unseen_words(last_contact(home, listed.get(home.id)), on),
            _needs(tiers[home.id], lists[home.id], people[home.id]), helping[home.id],
        )
        for home in homes
    ]  # fmt: skip


def last_contact(home: Household, listed_on: date | None) -> date | None:
    """The last time somebody was there, by a visit of ours or by an imported ledger."""
    return max((on for on in (home.last_visit_on, listed_on) if on), default=None)


_MOST = {"elder": ("tier", "high", "要常看的老人"), "child": ("risk", "red", "有危险的孩子"),
         "hardship": ("support", "home", "在家的特困人员")}  # fmt: skip
_IN = {"elder": "老人名册上有人", "child": "儿童名册上有人", "hardship": "特困名册上有人", "disability": "有残疾人"}


def _needs(tier: Tier, lists: Sequence[tuple[str, Any]], people: Sequence[Person]) -> list[str]:
    """Why somebody is needed there, in few words, those who need somebody most first; no child is named."""
    names = {one.id: one.name for one in people}
    most = []
    for name, row in lists:
        column, value, words = _MOST.get(name, ("id", None, ""))
        if words and getattr(row, column) == value:
            most.append(words if name == "child" else f"{words}{names.get(row.person_id, '')}")
    others = [] if tier.code == rules.GENERAL else [tier.words]
    others += [] if most or others else [_IN[name] for name, _ in lists]
    return list(dict.fromkeys(most + others))


def town_counts(session: Session, actor: Actor) -> list[TownCount]:
    """Numbers of homes, township by township; nothing about anybody, for leaders too.

    Raises:
        NotAllowed: the role has no overview.
    """
    if not actor.may(Permission.OVERVIEW):
        raise NotAllowed()
    on = register.today()
    values = policy(session, on, area(actor))
    found = queries.counts(session, actor, on, values)
    near, late = queries.near_counts(session, actor, on, values), queries.unseen_counts(session, actor, on, values)
    codes = sorted({code for code, _ in found} | set(near) | set(late))
    names = divisions.places(session, codes)
    shown = (rules.SUPPORT, rules.EDGE, rules.SPENDING, rules.WATCHED)
    return [
        TownCount(code, names[code], *(found.get((code, one), 0) for one in shown), near.get(code, 0),
                  late.get(code, 0))
        for code in codes
    ]  # fmt: skip


def found_words(one: Finding, names: Mapping[str, str]) -> str:
    """An open finding in one sentence."""
    return sentence(BY_CODE[one.rule], one.facts, names.get(one.person_id or "", ""))


