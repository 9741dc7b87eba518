"""When a home is due, and which of several sayings about one field stands. Pure: days and values are parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

VISIT = "visit"
"""The kind of task that any visit settles."""

Claim = Mapping[str, Any]


@dataclass(frozen=True)
class Resident:
    """What the rhythm of visits depends on in a person."""

    id: str
    name: str
    tags: frozenset[str]
    age: int | None = None


@dataclass(frozen=True)
class Rhythm:
    """How often a home is to be visited, and why, in words."""

    every_days: int
    why: str
    person_id: str | None = None


@dataclass(frozen=True)
class Due:
    """When a home is due next, and why."""

    on: date
    why: str
    every_days: int | None = None
    person_id: str | None = None


_ELDERS = (
    ("elder_disabled", "失能老人", "visit_days.elder_high"),
    ("elder_alone", "独居老人", "visit_days.elder"),
    ("elder_childless", "孤寡老人", "visit_days.elder"),
    ("elder_left_behind", "留守老人", "visit_days.elder_left_behind"),
)
_CHILDREN = (
    ("child_high_risk", "高风险儿童", "visit_days.child_high"),
    ("child_unsupported", "事实无人抚养儿童", "visit_days.child"),
    ("child_orphan", "孤儿", "visit_days.child"),
    ("child_hardship", "困境儿童", "visit_days.child"),
    ("child_left_behind", "留守儿童", "visit_days.child"),
)
_HARDSHIP = (
    ("tekun_home", "分散特困", "visit_days.hardship"),
    ("tekun", "特困人员", "visit_days.hardship"),
    ("disabled_severe", "重度残疾人", "visit_days.hardship"),
)
_HOMES = {"watched": ("监测户", "visit_days.paired_watched"), "out_of_poverty": ("脱贫户", "visit_days.paired")}


def rhythms(people: Sequence[Resident], home_tags: Sequence[str], parameters: Mapping[str, Any]) -> list[Rhythm]:
    """Every reason to visit a home regularly.

    Args:
        people: who lives there.
        home_tags: what marks the home itself (`watched` …).
        parameters: `visit_days.*` and `age.old` in force for this area on this day.
    """
    found = []
    for one in people:
        for tag, label, key in (*_ELDERS, *_CHILDREN, *_HARDSHIP):
            if tag not in one.tags:
                continue
            high = tag == "elder_alone" and one.age is not None and one.age >= parameters["age.old"]
            days = parameters["visit_days.elder_high" if high else key]
            found.append(Rhythm(days, f"{label}{one.name}，{days} 天看一次", one.id))
    for tag in home_tags:
        if tag in _HOMES:
            label, key = _HOMES[tag]
            found.append(Rhythm(parameters[key], f"{label}，{parameters[key]} 天走一次"))
    return found


def due(found: Sequence[Rhythm], last_on: date | None, next_on: date | None, today: date) -> Due | None:
    """When a home is due: by the shortest rhythm since the last visit, or earlier where a day was agreed.

    Args:
        found: the reasons to come regularly.
        last_on: day of the last visit or contact; None where nobody has been there, which makes it due today.
        next_on: the day agreed at the last visit.
        today: the day on which this is worked out.
    """
    shortest = min(found, key=lambda one: one.every_days, default=None)
    regular = None
    if shortest is not None:
        on = last_on + timedelta(days=shortest.every_days) if last_on else today
        regular = Due(on, shortest.why, shortest.every_days, shortest.person_id)
    agreed = next_on if next_on and (last_on is None or next_on > last_on) else None
    if agreed and (regular is None or agreed < regular.on):
        return Due(agreed, f"约好 {agreed.month} 月 {agreed.day} 日再去", shortest.every_days if shortest else None)
    return regular


def settle(known: Claim | None, claim: Claim, base: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Which saying about a field stands once another is heard; the order of hearing does not matter.

    The latest finding stands. A different saying of somebody else stays beside it, contested, unless the later one
    could know of it: it was in the register (`known`) before the later author came to the home (`base`).

    Args:
        known: the ledger's entry: `{value, at, by, visit, known, others}`.
        claim: the new saying: `{value, at, by, visit, known}`; moments as ISO text in UTC, all of one length.
        base: up to when the author of the claim could know the register.

    Returns:
        The entry from now on, and the sayings that contradict it.
    """
    if known is None:
        return dict(claim), []
    if known["by"] == claim["by"] and not known.get("others"):
        return (dict(known) if _order(known) >= _order(claim) else dict(claim)), []
    heard = [known, *(known.get("others") or ())]
    before = [{key: one.get(key) for key in ("value", "at", "by", "visit", "known")} for one in heard]
    if any(one["by"] == claim["by"] and _order(one) >= _order(claim) for one in before):
        return _entry(before)
    others = [one for one in before if one["by"] != claim["by"] and not _superseded(one, claim, base)]
    return _entry([*others, dict(claim)])


def _order(claim: Claim) -> tuple[str, str]:
    return str(claim["at"]), str(claim["visit"] or "")


def _superseded(one: Claim, by: Claim, base: str) -> bool:
    return (one["known"] or one["at"]) <= base and _order(one) < _order(by)


def _entry(claims: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    current = max(claims, key=_order)
    others = sorted((one for one in claims if one is not current), key=lambda one: (_order(one), one["by"]))
    contested = [one for one in others if one["value"] != current["value"]]
    return current | ({"others": others} if others else {}), contested


def active(family: Mapping[str, str | None]) -> str:
    """Which of a visit and its corrections counts: the latest one that nothing corrects (ids are in order of time).

    Args:
        family: visit id → id of the visit that it corrects.
    """
    corrected = set(family.values())
    return max((one for one in family if one not in corrected), default=max(family))


def summary_of(found: Mapping[tuple[str, str | None], str]) -> str | None:
    """A visit's findings in a few words, for the home's page."""
    return "；".join(dict.fromkeys(words for words in found.values() if words))[:300] or None
