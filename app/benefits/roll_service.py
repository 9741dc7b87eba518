"""The roll of a month: its sums, who differs from the month before and why, its lines page by page or as a whole."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.benefits import queries, rules
from app.benefits.queries import Asked, Beside
from app.benefits.rules import Holding, Past, Reason, Standards
from app.benefits.schemas import RollLine
from app.divisions import service as divisions
from app.errors import BadInput, NotAllowed
from app.hardship import rules as hardship
from app.households import register_service as register
from app.households.rules import child_name
from app.limits import PAGE

PROGRAMMES = tuple(rules.PROGRAMMES)
"""Who knows the children by name; others see the family name on a roll, as in the children's register."""


def asked(actor: Actor, programme: str, month: str, place: str = "", state: str = "") -> Asked:
    """Which roll somebody wants to see.

    Raises:
        NotAllowed: the role does not read the registers.
        BadInput: no such programme, month, place or state.
    """
    if not actor.may(Permission.REGISTERS):
        raise NotAllowed()
    if programme not in rules.PROGRAMMES:
        raise BadInput("没有这一项待遇。", code="unknown_programme")
    if not rules.is_month(month):
        raise BadInput("月份没有写对，像 2026-10。", code="bad_month")
    if place and not (place.isascii() and place.isdigit() and len(place) in (6, 9, 12)):
        raise BadInput("没有这个地方。", code="unknown_place")
    if state not in ("", "active", "easing"):
        raise BadInput("没有这个状态。", code="unknown_state")
    return Asked(actor, register.today(), programme, month, place, state)


def standards(session: Session, month: str, place: str) -> Standards:
    """What a place pays in a month; a township's own standards are the finest there are."""
    return Standards(register.policy(session, rules.POLICY_KEYS, rules.first_day(month), place[:9]))


@dataclass(frozen=True)
class Sums:
    """The sum of a roll: lines, amount in fen, lines without an amount, standards that changed."""

    lines: int
    amount_fen: int
    missing: int
    raised: list[str]


def sums(session: Session, one: Asked, *, against_last: bool = False) -> Sums:
    """Add up a roll, township by township; nothing is read line by line.

    Args:
        against_last: also say which standards are others than the month before.
    """
    area = one.place or (one.actor.divisions[0] if one.actor.divisions else "")
    found = queries.groups(session, one, standards(session, one.month, area))
    whole, lines, by_town = rules.Sum(), 0, dict[str, list[rules.Group]]()
    for town, group in found:
        by_town.setdefault(town, []).append(group)
        lines += group.lines
    said: dict[rules.Raised, int] = {}
    for town, groups in by_town.items():
        now = standards(session, one.month, town)
        whole += rules.total(one.programme, groups, now)
        if against_last:
            before = standards(session, rules.shifted(one.month, -1), town)
            for raised, count in rules.raised(one.programme, groups, now, before).items():
                said[raised] = said.get(raised, 0) + count
    words = [rules.raised_words(one.programme, raised, count) for raised, count in said.items()]
    return Sums(lines, whole.amount_fen, whole.missing, words)


def holding(row: Row[Any], beside: Beside) -> Holding:
    """A line as the rules read it."""
    told = [day for day in (row.died_on, beside.deaths.get(row.person_id)) if day]
    return Holding(
        row.programme, row.from_month, row.to_month, row.state, row.counted, row.stop_reason, row.amount_fen, row.band,
        tuple(Past(one.month, one.amount_fen, one.band, one.why) for one in beside.past.get(row.id, ())),
        row.name, row.born_on, min(told, default=None), beside.grades.get(row.person_id),
        top_up=row.band == rules.TOP_UP or (row.band is None and row.person_id in beside.top_ups),
        institution=row.living == "facility", tekun=tuple(beside.tekun.get(row.person_id, ())),
    )  # fmt: skip


def certificate_of(row: Row[Any]) -> str:
    """What ties the members of one 低保 certificate together."""
    return row.certificate or row.household_id


@dataclass(frozen=True)
class Changed:
    """A line that differs from the month before."""

    row: Row[Any]
    reasons: list[Reason]


def changed(session: Session, one: Asked) -> list[Changed]:
    """Who differs from the month before, and why; a raised standard is told once, not at everybody."""
    area = one.place or (one.actor.divisions[0] if one.actor.divisions else "")
    rows = queries.maybe_changed(session, one, standards(session, one.month, area))
    if one.programme == rules.DIBAO:
        return _changed_certificates(session, one, rows)
    beside = queries.beside(session, rows)
    found = []
    for row in rows:
        reasons = rules.changes(holding(row, beside), one.month, *_both(session, one.month, row.division))
        reasons = [reason for reason in reasons if reason.kind != "standard"]
        if reasons:
            found.append(Changed(row, reasons))
    return found


def _both(session: Session, month: str, division: str) -> tuple[Standards, Standards]:
    return standards(session, month, division), standards(session, rules.shifted(month, -1), division)


def _certificates(session: Session, rows: Sequence[Row[Any]]) -> dict[str, list[Row[Any]]]:
    """All members of the certificates of these rows."""
    bare = {row.household_id for row in rows if not row.certificate}
    found: dict[str, list[Row[Any]]] = {}
    for row in queries.members(session, {row.certificate for row in rows}, bare):
        found.setdefault(certificate_of(row), []).append(row)
    return found


def _changed_certificates(session: Session, one: Asked, rows: Sequence[Row[Any]]) -> list[Changed]:
    members = _certificates(session, rows)
    beside = queries.beside(session, [row for whole in members.values() for row in whole])
    found = []
    for key in dict.fromkeys(certificate_of(row) for row in rows):
        whole = members[key]
        held = [holding(row, beside) for row in whole]
        reasons = rules.certificate_changes(held, one.month, *_both(session, one.month, whole[0].division))
        if reasons:
            found.append(Changed(whole[0], reasons))
    return found


def lines(
    session: Session, one: Asked, after: Sequence[str] = (), limit: int = PAGE
) -> tuple[list[RollLine], list[str]]:
    """A page of a roll and the key of the line it ends with (empty: no more)."""
    rows = queries.page(session, one, after, limit + 1)
    shown = rows[:limit]
    known = _Known(session, one, shown)
    last = shown[-1] if len(rows) > limit else None
    return [known.line(row) for row in shown], [last.division, last.name, last.id] if last else []


def roll_rows(session: Session, actor: Actor, programme: str, month: str, place: str = "") -> Iterator[RollLine]:
    """All lines of a roll, village by village, for what is exported."""
    wanted, after = asked(actor, programme, month, place), list[str]()
    while True:
        found, after = lines(session, wanted, after, 500)
        yield from found
        if not after:
            return


class _Known:
    """What the lines of one page need beside themselves."""

    def __init__(self, session: Session, one: Asked, rows: Sequence[Row[Any]]) -> None:
        self.session, self.one = session, one
        self.last = rules.shifted(one.month, -1)
        self.members: Mapping[str, list[Row[Any]]] = {}
        everybody = list(rows)
        if one.programme == rules.DIBAO:
            self.members = _certificates(session, rows)
            everybody = [row for whole in self.members.values() for row in whole]
        self.beside = queries.beside(session, everybody)
        persons = sorted({row.person_id for row in everybody})
        self.paid = queries.paid(session, persons, one.programme, self.last)
        self.places = divisions.places(session, {row.division for row in rows})
        self.groups = queries.groups_of_homes(session, {row.household_id for row in rows})
        self.care = queries.self_care(session, persons) if one.programme == rules.TEKUN else {}

    def line(self, row: Row[Any]) -> RollLine:
        """One line."""
        one, month = self.one, self.one.month
        now, before = _both(self.session, month, row.division)
        whole = self.members.get(certificate_of(row), [row]) if one.programme == rules.DIBAO else [row]
        held = [holding(each, self.beside) for each in whole]
        mine = held[next(at for at, each in enumerate(whole) if each.id == row.id)]
        due = rules.due(mine, month, now)
        if one.programme == rules.DIBAO:
            reasons = rules.certificate_changes(held, month, now, before)
        else:
            reasons = rules.changes(mine, month, now, before)
        destitute = self.care.get(row.person_id)
        grade = _grade(destitute) if destitute else None
        tier = hardship.GRADE_SHORT.get(grade or "", "没评估") if one.programme == rules.TEKUN else ""
        shown = child_name(row.name, one.actor.role) if one.programme in rules.OF_CHILDREN else row.name
        paid = [self.paid[each.person_id] for each in whole if each.person_id in self.paid]
        return RollLine(
            id=row.id, person_id=row.person_id, household_id=row.household_id, division=row.division,
            place=self.places[row.division], group=self.groups.get(row.household_id, ""), name=shown,
            people=sum(rules.on_roll(each, month) for each in held),
            tier=tier or rules.tier_words(one.programme, due.tier) or (row.band or ""), certificate=row.certificate,
            from_month=row.from_month, state=rules.state_in(row, month), amount_fen=due.amount_fen, why_not=due.why_not,
            note=due.note,
            care_fee_fen=now.care_fee(grade) if destitute else None, paid_last_fen=sum(paid) if paid else None,
            reasons=[f"{rules.CHANGES[reason.kind]}：{reason.words}" for reason in reasons],
        )  # fmt: skip


def _grade(row: Any) -> str | None:
    return hardship.grade({name: getattr(row, name) for name in hardship.INDICATORS})
