"""What a rule is: one small named unit that looks through frames and says what it finds. Pure, the day a parameter."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from app.findings.schemas import Frames

RED, ORANGE, YELLOW, BLUE = "red", "orange", "yellow", "blue"
SEVERITIES = {RED: "红", ORANGE: "橙", YELLOW: "黄", BLUE: "蓝"}
FINDING, REMINDER = "finding", "reminder"
SOON = "soon"
"""The period of an early reminder, so that it never hides the finding that may follow."""
PERSON, HOUSEHOLD, DIVISION, OFFICIAL, RECORD = "person", "household", "division", "official", "record"
ACCUSATION = "检举控告"
"""The category of petitions that must not reach who is accused."""
PROGRAMMES = {
    "dibao": "低保", "tekun": "特困", "old_allowance": "高龄津贴", "disability_living": "生活补贴",
    "disability_care": "护理补贴", "orphan": "孤儿", "unsupported": "事实无人抚养儿童", "care_fee": "特困",
}  # fmt: skip
"""Programmes in the county's words; the care fee is the destitute's."""


@dataclass(frozen=True)
class Hit:
    """One thing found.

    Args:
        subject: id of the person, household, division, official or record it is about.
        facts: what was found, in the county's words; no names but those a fact is about.
        about: which kind of subject.
        period: tells several of one rule and subject apart (a month, a programme).
        household: where the subject itself is none, whose home it concerns.
        division: where a record about no home belongs.
    """

    subject: str
    facts: dict[str, Any] = field(default_factory=dict)
    about: str = PERSON
    severity: str | None = None
    kind: str = FINDING
    period: str = ""
    household: str | None = None
    division: str = ""


def of_record(row: Mapping[str, Any], subject: str, facts: dict[str, Any], **more: Any) -> Hit:
    """A hit about a record, at the record's home and place."""
    return Hit(subject, facts, RECORD, household=row["household_id"], division=row["division"] or "", **more)


Find = Callable[[Frames], Iterable[Hit]]
Need = str | Callable[[Frames], pl.DataFrame]
"""A frame, by its name or by how it is derived."""


@dataclass(frozen=True)
class Rule:
    """One rule: its text for people, its severity, what it needs to know, and how it looks.

    Args:
        code: R01 … R52.
        plain: what it found, as people in the village say it; phones show it in place of the name.
        what: what it finds, in plain words.
        why: why that matters.
        basis: the regulation.
        todo: what to do about it.
        params: policy values it asks for, keys without the prefix `rules.`.
        programme: of whom the section in charge takes care.
        needs: frames without rows in one of which there is nothing to find.
        whole: periods that can only be found with the whole county at hand; `("*",)` for all.
        blocks: it stops a record from being saved, and is asked then.
        field: whether somebody in the village can act on it.
        gap: whether it says that somebody lacks what is due to them (漏保).
    """

    code: str
    name: str
    severity: str
    find: Find
    what: str
    why: str
    basis: str
    todo: str
    plain: str = ""
    params: tuple[str, ...] = ()
    programme: str = ""
    needs: tuple[Need, ...] = ()
    whole: tuple[str, ...] = ()
    blocks: bool = False
    field: bool = True
    gap: bool = False

    def severity_of(self, hit: Hit) -> str:
        """The severity of a hit: its own, blue for a reminder, else the rule's."""
        return hit.severity or (BLUE if hit.kind == REMINDER else self.severity)

    def complete_with(self, period: str, whole: bool) -> bool:
        """Whether what was looked at is enough to say that a finding of this period is gone."""
        return whole or not ("*" in self.whole or period in self.whole)


def rule(code: str, name: str, severity: str, **texts: Any) -> Callable[[Find], Rule]:
    """Make a rule of the function that looks."""
    return lambda find: Rule(code, name, severity, find, **texts)


def _needed(frames: Frames, need: Need) -> pl.DataFrame:
    return frames[need] if isinstance(need, str) else need(frames)


def run(rules: Iterable[Rule], frames: Frames) -> list[tuple[Rule, Hit]]:
    """All that these rules find, each subject and period once for a rule (the gravest stands)."""
    found: list[tuple[Rule, Hit]] = []
    order = list(SEVERITIES)
    for one in rules:
        if (not frames.whole and "*" in one.whole) or any(_needed(frames, need).is_empty() for need in one.needs):
            continue
        best: dict[tuple[str, str], Hit] = {}
        for hit in one.find(frames):
            if not one.complete_with(hit.period, frames.whole):
                continue
            known = best.get((hit.subject, hit.period))
            if known is None or order.index(one.severity_of(hit)) < order.index(one.severity_of(known)):
                best[hit.subject, hit.period] = hit
        found += ((one, hit) for hit in best.values())
    return found


def run_everywhere(rules: Iterable[Rule], frames: Frames) -> list[tuple[Rule, Hit]]:
    """The same, where a township has values of its own by these: its rules are asked anew, and only its hits change."""
    used = list(rules)
    found = run(used, frames)
    if not frames.own:
        return found
    homes = dict(frames["homes"].select("household_id", "division").iter_rows())
    people = dict(frames["people"].select("person_id", "division").iter_rows())

    def place(hit: Hit) -> str:
        if hit.about == PERSON:
            return people.get(hit.subject, "")
        if hit.about == DIVISION:
            return hit.subject
        return homes.get((hit.subject if hit.about == HOUSEHOLD else hit.household) or "", hit.division)

    for area in sorted(frames.own, key=len):
        params = {**frames.params, **frames.own[area]}
        asked = [one for one in used if any(params[name] != frames.params[name] for name in one.params)]
        codes = {one.code for one in asked}
        there = run(asked, replace(frames, params=params, made={}, own={}))
        found = [pair for pair in found if pair[0].code not in codes or not place(pair[1]).startswith(area)]
        found += [pair for pair in there if place(pair[1]).startswith(area)]
    return found
