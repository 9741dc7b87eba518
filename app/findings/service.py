"""Findings over time: raised once, reopened when the fact returns, closed by themselves when it has gone, or by people.

A comparison first looks, outside of any unit of work that writes; then it settles what it saw against what stands.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from time import monotonic
from typing import Any

import polars as pl
from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session

from app.bulk import Bulk
from app.db import SHANGHAI, new_id, reading, transaction, utcnow
from app.feed import service as feed
from app.feed.service import Change, publish
from app.findings import author_service, task_service
from app.findings.loading_service import around, load, switched_on
from app.findings.rules import DIVISION, HOUSEHOLD, PERSON, Hit, Rule, run_everywhere
from app.findings.rules_list import BY_CODE
from app.findings.rules_words import GONE, due_on, sentence
from app.findings.schemas import Frames
from app.households.register_service import chunks
from app.queue import later
from app.settings import service as settings
from models.findings import Finding, FindingEvent, FindingRun

DUE_KEYS = ("rules.due_days", "rules.due_workdays", "rules.corrected_days")
TO_AUTHOR = "R52"
"""The rule whose doubts are questions to a record's author, and nobody else's to see."""
QUIET = ("finding", "task", "review", "receipt", "setting", "form", "division")
"""What phones are told that no rule asks about."""
MANY = 400
"""More changed homes than this, and the whole county is compared."""
_FINDING = Finding.__table__  # type: ignore[attr-defined]
_NEW = Bulk(insert(_FINDING))
_EVENTS = Bulk(insert(FindingEvent.__table__))  # type: ignore[attr-defined]
_CHANGED = (
    "kind", "severity", "facts", "due_on", "state", "closed_how", "closed_reason", "closed_by", "closed_at", "times",
    "seen_on", "stands", "household_id", "division", "updated_at",
)  # fmt: skip
_CHANGE = Bulk(
    update(_FINDING)
    .where(_FINDING.c.id == bindparam("b_id"))
    .values(version=_FINDING.c.version + 1, **{name: bindparam(f"b_{name}") for name in _CHANGED})
)
_STANDING = select(*(_FINDING.c[name] for name in ("id", "rule", "subject_id", "period", "person_id", *_CHANGED)))
_STANDING_IN = _STANDING.where(_FINDING.c.household_id.in_(bindparam("homes", expanding=True)))
_STANDING_OF = _STANDING.where(
    _FINDING.c.rule == bindparam("rule"), _FINDING.c.subject_id.in_(bindparam("subjects", expanding=True))
)
_SEEN = update(_FINDING).where(_FINDING.c.id.in_(bindparam("ids", expanding=True))).values(seen_on=bindparam("on"))


@dataclass(frozen=True)
class Seen:
    """Something a comparison saw, with where it belongs."""

    rule: Rule
    hit: Hit
    severity: str
    household_id: str | None
    person_id: str | None
    division: str
    name: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same finding."""
        return self.rule.code, self.hit.subject, self.hit.period


@dataclass
class Looked:
    """What a comparison saw: of the whole county, or of the homes in `ours`."""

    day: date
    seen: list[Seen]
    rules: list[Rule]
    due: Mapping[str, Any]
    position: int
    ours: list[str] | None = None


@dataclass
class Settled:
    """What became of it."""

    raised: int = 0
    reopened: int = 0
    changed: int = 0
    closed: int = 0
    changes: list[Change] = field(default_factory=list)


def look(session: Session, day: date, homes: Sequence[str] | None = None) -> Looked:
    """Compare the whole county on a day, or what concerns a few homes."""
    position = feed.position(session)
    ours, looked = around(session, day, homes) if homes is not None else (None, None)
    frames = load(session, day, looked)
    rules = switched_on(dict(frames.params))
    seen = _placed(frames, run_everywhere(rules, frames))
    if ours is not None:
        mine = set(ours)
        seen = [one for one in seen if one.household_id in mine]
    return Looked(day, seen, rules, settings.values(session, DUE_KEYS, day), position, ours)


def _placed(frames: Frames, hits: list[tuple[Rule, Hit]]) -> list[Seen]:
    """Each hit with its home, village and the name of whom it is about."""
    if not hits:
        return []
    persons = {hit.subject for _, hit in hits if hit.about == PERSON}
    people = {
        row[0]: row[1:]
        for row in frames["people"].filter(pl.col("person_id").is_in(list(persons)))
        .select("person_id", "household_id", "division", "name").iter_rows()
    }  # fmt: skip
    wanted = {hit.subject if hit.about == HOUSEHOLD else hit.household for _, hit in hits} - {None}
    homes = dict(
        frames["homes"].filter(pl.col("household_id").is_in([one for one in wanted if one]))
        .select("household_id", "division").iter_rows()
    )  # fmt: skip
    found = []
    for rule, hit in hits:
        severity = rule.severity_of(hit)
        if hit.about == PERSON:
            if hit.subject in people:
                home, division, name = people[hit.subject]
                found.append(Seen(rule, hit, severity, home, hit.subject, division, name))
            continue
        home = hit.subject if hit.about == HOUSEHOLD else hit.household
        division = hit.subject if hit.about == DIVISION else homes.get(home or "", hit.division)
        found.append(Seen(rule, hit, severity, home if home in homes else None, None, division, ""))
    return found


def compare(day: date | None = None, homes: Sequence[str] | None = None) -> Settled:
    """Look and settle; today, unless another day is named."""
    now = utcnow()
    on = day or now.astimezone(SHANGHAI).date()
    with reading() as session:
        looked = look(session, on, homes)
    with transaction() as session:
        return settle(session, looked, now)


def after_import(session: Session, _import_id: str) -> None:
    """An import was taken in or undone: the whole county is compared once it is committed."""
    later(session, "compare", utcnow().isoformat(timespec="seconds"))


def compare_if_asked(asked_at: str) -> None:
    """The job after an import: compare the whole county, unless that was begun since it was asked for."""
    with reading() as session:
        last = session.scalar(select(FindingRun.at).where(FindingRun.whole).order_by(FindingRun.at.desc()))  # type: ignore[call-overload, attr-defined]
    if last is None or last < datetime.fromisoformat(asked_at):
        compare()


_PACE = 1.0
_asked: list[float] = [0.0]


def after_save(session: Session, changes: Sequence[Change]) -> None:
    """Something was saved: its homes are compared as soon as that is committed; what follows within a second, together.

    What a rollback or a lost queue leaves, the minute's round finds.
    """
    if not any(one.household_id and one.type not in QUIET for one in changes):
        return
    now = monotonic()
    if now >= _asked[0]:
        _asked[0] = now + _PACE
        later(session, "compare_changed")
    elif now >= _asked[0] - _PACE:
        later(session, "compare_changed", delay=timedelta(seconds=_PACE))
        _asked[0] += _PACE


def compare_changed() -> int:
    """Compare the homes that changed since the last comparison, after a save and each minute; returns how many."""
    with reading() as session:
        last = session.scalars(select(FindingRun).order_by(FindingRun.at.desc()).limit(1)).first()  # type: ignore[attr-defined]
        if last is None:
            return 0
        homes = feed.homes_since(session, last.position, QUIET, MANY + 1)
    if not homes:
        return 0
    compare(None, None if len(homes) > MANY else homes)
    return len(homes)


def settle(session: Session, looked: Looked, now: datetime) -> Settled:
    """Bring what stands to what was seen. Two comparisons at once wait for each other."""
    feed.next_numbers(session, "compare")
    work = _Settling(looked, now)
    standing = _standing(session, looked)
    hints = [(one.hit.subject, one.hit.facts["why"]) for one in looked.seen if one.rule.code == TO_AUTHOR]
    work.result.changes += author_service.ask(session, hints)
    for one in looked.seen:
        if one.rule.code == TO_AUTHOR:
            continue
        row = standing.pop(one.key, None)
        if row is None:
            work.raise_new(one)
        else:
            work.see_again(row, one)
    on = {rule.code for rule in looked.rules}
    for row in standing.values():
        rule = BY_CODE.get(row.rule)
        if rule is None or row.rule not in on or rule.complete_with(row.period, looked.ours is None):
            work.gone(row, row.rule not in on)
    work.write(session)
    task_service.keep(session, work.touched, work.texts, work.result.changes)
    session.add(FindingRun(
        id=new_id(), day=looked.day, whole=looked.ours is None, position=looked.position, found=len(looked.seen),
        raised=work.result.raised, reopened=work.result.reopened, closed=work.result.closed, at=now,
    ))  # fmt: skip
    publish(session, work.result.changes)
    return work.result


def _standing(session: Session, looked: Looked) -> dict[tuple[str, str, str], Any]:
    """Findings that may be met again: all; of a few homes theirs, and those of whoever has come to live there."""
    if looked.ours is None:
        return _by_key(session.execute(_STANDING))
    found: dict[tuple[str, str, str], Any] = {}
    for part in chunks(looked.ours):
        found |= _by_key(session.execute(_STANDING_IN, {"homes": part}))
    new = {one.key for one in looked.seen} - found.keys()
    for rule in sorted({key[0] for key in new}):
        for part in chunks(sorted({subject for code, subject, _ in new if code == rule})):
            met = _by_key(session.execute(_STANDING_OF, {"rule": rule, "subjects": part}))
            found |= {key: row for key, row in met.items() if key in new}
    return found


def _by_key(rows: Iterable[Any]) -> dict[tuple[str, str, str], Any]:
    return {(row.rule, row.subject_id, row.period): row for row in rows}


class _Settling:
    """Rows to be written, gathered: new findings, changed ones, what happened to each."""

    def __init__(self, looked: Looked, now: datetime) -> None:
        self.looked, self.now, self.result = looked, now, Settled()
        self.new: list[dict[str, Any]] = []
        self.changed: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.seen: list[str] = []
        self.touched: list[dict[str, Any]] = []
        self.texts: dict[str, str] = {}

    def _event(self, finding_id: str, what: str, text: str | None = None) -> None:
        self.events.append({"id": new_id(), "finding_id": finding_id, "what": what, "text": text, "author_id": None,
                            "visit_id": None, "at": self.now})  # fmt: skip

    def _due(self, severity: str) -> date | None:
        due = self.looked.due
        return due_on(severity, self.looked.day, due["rules.due_days"], due["rules.due_workdays"])

    def _tell(self, row: Mapping[str, Any], one: Seen | None = None) -> None:
        self.touched.append(dict(row))
        if one is not None:
            self.texts[row["id"]] = sentence(one.rule, one.hit.facts, one.name, plain=True)
        if row["household_id"]:
            self.result.changes.append(Change("finding", row["id"], row["household_id"], row["division"]))

    def raise_new(self, one: Seen) -> None:
        """Nobody has seen this before."""
        row = {
            "id": new_id(), "rule": one.rule.code, "subject_kind": one.hit.about, "subject_id": one.hit.subject,
            "period": one.hit.period, "kind": one.hit.kind, "severity": one.severity, "person_id": one.person_id,
            "household_id": one.household_id, "division": one.division, "facts": one.hit.facts,
            "due_on": self._due(one.severity), "state": "open", "closed_how": None, "closed_reason": None,
            "closed_by": None, "closed_at": None, "times": 1, "found_on": self.looked.day, "seen_on": self.looked.day,
            "stands": True, "created_at": self.now, "updated_at": self.now, "version": 1,
        }  # fmt: skip
        self.new.append(row)
        self._event(row["id"], "raised")
        self._tell(row, one)
        self.result.raised += 1

    def see_again(self, row: Any, one: Seen) -> None:
        """It stands, or has come back; what a person closed stays closed while the fact is the same."""
        same = (row.facts == one.hit.facts and row.severity == one.severity and row.kind == one.hit.kind
                and row.household_id == one.household_id and row.division == one.division)  # fmt: skip
        if row.state == "open" or not self._comes_back(row, one):
            if same and row.stands:
                self.seen.append(row.id)
                return
            if row.state == "open" and not same:
                self._event(row.id, "changed")
                self.result.changed += 1
            self._change(row, one, {"stands": True})
            return
        self._event(row.id, "reopened", "事实又出现了" if not row.stands else "过了这些天事实还在，或情况变了")
        self._change(row, one, {
            "stands": True, "state": "open", "times": row.times + 1, "due_on": self._due(one.severity),
            "closed_how": None, "closed_reason": None, "closed_by": None, "closed_at": None,
        })  # fmt: skip
        self.result.reopened += 1

    def _comes_back(self, row: Any, one: Seen) -> bool:
        if not row.stands:
            return True
        if row.closed_how == "false_alarm":
            return False
        if row.facts != one.hit.facts:
            return True
        days = self.looked.due["rules.corrected_days"]
        closed_on = row.closed_at.astimezone(SHANGHAI).date() if row.closed_at else self.looked.day
        return row.closed_how == "corrected" and (self.looked.day - closed_on).days > days

    def _change(self, row: Any, one: Seen | None, said: Mapping[str, Any]) -> None:
        values = {name: getattr(row, name) for name in _CHANGED} | {"updated_at": self.now}
        if one is not None:
            values |= {
                "kind": one.hit.kind, "severity": one.severity, "facts": one.hit.facts, "seen_on": self.looked.day,
                "household_id": one.household_id, "division": one.division,
            }  # fmt: skip
            if one.severity != row.severity:
                values["due_on"] = self._due(one.severity)
        values |= said
        self.changed.append({"b_id": row.id} | {f"b_{name}": value for name, value in values.items()})
        self._tell({"id": row.id, "rule": row.rule, "person_id": row.person_id} | values, one)

    def gone(self, row: Any, switched_off: bool) -> None:
        """The fact is no longer there, or nobody asks for it: an open finding closes and says so."""
        if row.state == "open":
            reason = "这条规则停用了，自动关闭。" if switched_off else "事实已经没有了，自动关闭。"
            self._event(row.id, "closed", reason)
            self._change(row, None, {"state": "closed", "closed_how": GONE, "closed_reason": reason,
                                     "closed_at": self.now, "stands": False})  # fmt: skip
            self.result.closed += 1
        elif row.stands:
            self._change(row, None, {"stands": False})

    def write(self, session: Session) -> None:
        """Everything at once."""
        _NEW.write(session, self.new)
        _CHANGE.write(session, self.changed)
        _EVENTS.write(session, self.events)
        for part in chunks(self.seen):
            session.execute(_SEEN, {"ids": part, "on": self.looked.day})


def rule_names() -> dict[str, str]:
    """What each rule is called, by its code, for lists that leave the system."""
    return {code: one.name for code, one in BY_CODE.items()}
