"""Enrolments by hand: who begins, stops, is changed, is reviewed; marks, history, phones and comparisons follow."""

from typing import Any

from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.audit.service import record
from app.benefits import queries, rules
from app.benefits.schemas import ChangeIn, EnrolIn, ReviewIn, StopIn
from app.db import new_id, utcnow
from app.errors import BadInput, Conflict, Detail, NotAllowed, NotFound
from app.feed.service import Change
from app.households import looking_service
from app.households import register_service as register
from app.households import service as households
from app.households.rules import mask_bank
from app.visits import task_service
from models.benefits import Enrolment, EnrolmentChange
from models.households import Person

SOURCE = "benefits"


def _may_write(actor: Actor) -> None:
    if not actor.may(Permission.BENEFITS_WRITE):
        raise NotAllowed()


def get(session: Session, actor: Actor, enrolment_id: str, *, looking: bool = False) -> Enrolment:
    """One enrolment of the actor's scope.

    Raises:
        NotAllowed: the role does not read the registers.
        NotFound: there is none, or they live elsewhere.
    """
    if not actor.may(Permission.REGISTERS):
        raise NotAllowed()
    found = queries.one(session, actor, enrolment_id, register.today(), looking=looking)
    if found is None:
        raise NotFound("没有这一条待遇，可能已迁走。")
    return found


def start(session: Session, actor: Actor, person_id: str, data: EnrolIn) -> Enrolment:
    """Somebody begins to hold a programme from a month on.

    Raises:
        NotAllowed: only the township's clerk and the county's section write here.
        Conflict: `exists`, held in these months already; `excluded`, it cannot be held beside another.
        BadInput: dead before, or of 低保 the certificate's number or the amount is missing.
    """
    _may_write(actor)
    person = households.get_person(session, actor, person_id)
    died = queries.died_on(session, person)
    if died and rules.month_of(died) < data.from_month:
        raise BadInput("这个人那时已经去世，不能起发。", code="dead")
    if data.programme == rules.DIBAO and not data.certificate:
        raise BadInput(details=[Detail("certificate", "missing", "低保要写证号，一家人用同一个。")])
    if data.programme == rules.DIBAO and data.amount_fen is None:
        raise BadInput(details=[Detail("amount_fen", "missing", "低保要写这一户每月核定的金额。")])
    _free(session, person, data)
    now = utcnow()
    row = Enrolment(
        id=new_id(), person_id=person.id, household_id=person.household_id, division=person.division,
        **data.model_dump(exclude={"why", "band"}), band=data.band or None, created_at=now, updated_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, actor, "enrolment.added", "enrolment", row.id, reason=data.why,
           after=_told(data.model_dump(exclude={"why"}, exclude_none=True)) | {"person": person.id})  # fmt: skip
    _follow(session, [row])
    return row


def _free(session: Session, person: Person, data: EnrolIn) -> None:
    """That nothing held in these months stands against a new programme."""
    held = [
        one for one in queries.of_people(session, [person.id])
        if (one.state != "stopped" or one.to_month) and (one.counted or one.programme != rules.DIBAO)
    ]  # fmt: skip
    same = [one for one in held if rules.overlaps(data.from_month, None, one.from_month, one.to_month)]
    if any(one.programme == data.programme for one in same):
        raise Conflict("这几个月已经在册了，要改就改那一条。", code="exists")
    if any(one.programme == data.programme and one.from_month == data.from_month
           and one.certificate == data.certificate for one in held):  # fmt: skip
        raise Conflict("这个月起的已经有一条了，停发的要换一个起发月份。", code="exists")
    against = rules.excluded(data.programme, [one.programme for one in same])
    if against:
        words = "、".join(rules.PROGRAMMES[one] for one in against)
        raise Conflict(f"正在领{words}，不能同时领。先停发那一项。", code="excluded")


def stop(session: Session, actor: Actor, enrolment_id: str, data: StopIn, base_version: int) -> Enrolment:
    """A programme ends: `to_month` is the first month without payment.

    Raises:
        Conflict: somebody changed it in the meantime.
        BadInput: it ends before it begins, or has ended already.
    """
    row = _to_change(session, actor, enrolment_id, base_version)
    if data.to_month < row.from_month:
        raise BadInput("停发早于起发，请改一下。", code="dates_reversed")
    rows = _standing(session, row, data.to_month) if data.whole else [row]
    reason = f"{data.reason}：{data.note}"[:120] if data.note else data.reason
    for one in rows:
        _stop(session, actor, one, data.to_month, reason)
    _follow(session, rows)
    return row


def _standing(session: Session, row: Enrolment, month: str) -> list[Enrolment]:
    """The row at hand, and who else of its certificate is not stopped by a month."""
    return [
        one for one in queries.of_certificate(session, row)
        if one is row or rules.state_in(one, month) != "stopped"
    ]  # fmt: skip


def _stop(session: Session, actor: Actor, one: Enrolment, to_month: str, reason: str) -> None:
    before = {"state": one.state, "to": one.to_month}
    one.state, one.to_month, one.stop_reason = "stopped", max(to_month, one.from_month), reason
    _touch(one)
    session.flush()
    record(session, actor, "enrolment.stopped", "enrolment", one.id, before=before, reason=reason,
           after={"state": "stopped", "to": one.to_month})  # fmt: skip


def change(session: Session, actor: Actor, enrolment_id: str, data: ChangeIn, base_version: int) -> Enrolment:
    """Another amount, band, state or account as of a month; what was before stays readable, month by month.

    Raises:
        Conflict: somebody changed it in the meantime.
        BadInput: the month lies before the first, or another change comes after it.
    """
    row = _to_change(session, actor, enrolment_id, base_version)
    _within(row, data.month)
    standing = _standing(session, row, data.month)
    changed = [one for one in standing if _change(session, actor, one, data, mine=one is row)]
    _follow(session, changed)
    return row


def _within(row: Enrolment, month: str) -> None:
    if month < row.from_month or (row.to_month and month >= row.to_month):
        raise BadInput("这个月不在起发和停发之间，请改一下。", code="outside")


def _change(session: Session, actor: Actor, row: Enrolment, data: ChangeIn, *, mine: bool) -> bool:
    wanted: dict[str, Any] = data.model_dump(include={"amount_fen", "band", "state"}, exclude_none=True)
    if mine and data.account:
        wanted["account"] = data.account
    if row.state == "stopped":
        wanted.pop("state", None)  # who stops later is paid otherwise until then, and stops all the same
    values = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    if not values:
        return False
    if {"amount_fen", "band"} & values.keys():
        _remember(session, actor, row, data)
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    _touch(row)
    session.flush()
    record(session, actor, "enrolment.changed", "enrolment", row.id, before=_told(before),
           after=_told(values) | {"month": data.month}, reason=data.why)  # fmt: skip
    return True


def _remember(session: Session, actor: Actor, row: Enrolment, data: ChangeIn) -> None:
    """What the row said until this month; said twice for one month, the first stands as what was before."""
    known = queries.past_of(session, row.id)
    if known and known[-1].month > data.month:
        raise BadInput(f"{rules.month_words(known[-1].month)}已经改过，只能从那个月或以后改。", code="later_change")
    if known and known[-1].month == data.month:
        known[-1].why, known[-1].author_id = data.why, actor.id
        return
    session.add(EnrolmentChange(
        id=new_id(), enrolment_id=row.id, month=data.month, amount_fen=row.amount_fen, band=row.band, why=data.why,
        author_id=actor.id, created_at=utcnow(),
    ))  # fmt: skip


def review(session: Session, actor: Actor, enrolment_id: str, data: ReviewIn, base_version: int) -> Enrolment:
    """低保 was reviewed (民发〔2021〕57号 第三十一条), for the whole certificate; what it came to follows at once.

    Raises:
        Conflict: somebody changed it in the meantime.
        BadInput: no 低保; the day lies in the future, before the first month or before a review that is written down
            already; what the outcome needs is missing.
    """
    row = _to_change(session, actor, enrolment_id, base_version)
    if row.programme != rules.DIBAO:
        raise BadInput("只有低保按类别复核。", code="not_reviewed")
    if data.on > register.today():
        raise BadInput("复核的日子还没到，请改一下日期。", code="in_future")
    if rules.is_month(row.from_month) and data.on < rules.first_day(row.from_month):
        raise BadInput(f"{rules.month_words(row.from_month)}才起发，复核的日子不能更早。", code="before_start")
    rows = _standing(session, row, data.month or rules.month_of(data.on))
    last = max((one.reviewed_on for one in rows if one.reviewed_on), default=None)
    if last is not None and data.on < last:
        raise BadInput(f"{last.isoformat()} 的复核已经记了，更早的不用再记。", code="reviewed_since")
    missing = rules.review_lacks(data.outcome, data.month, data.band, data.reason)
    if missing:
        raise BadInput(details=[Detail(name, "missing", words) for name, words in missing])
    if data.month:
        _within(row, data.month)
    for one in rows:
        _reviewed(session, actor, one, data)
    _follow(session, rows)
    return row


def _reviewed(session: Session, actor: Actor, one: Enrolment, data: ReviewIn) -> None:
    before, one.reviewed_on = one.reviewed_on, data.on
    _touch(one)
    session.flush()
    record(session, actor, "enrolment.reviewed", "enrolment", one.id, reason=data.why,
           before={"on": before.isoformat() if before else None},
           after={"on": data.on.isoformat(), "outcome": data.outcome})  # fmt: skip
    if data.month is None:
        return
    if data.outcome == "stop":
        _stop(session, actor, one, data.month, f"{data.reason}：{data.why}"[:120])
        return
    wanted = {"band": data.band} if data.outcome == "band" else {"state": "easing"}
    _change(session, actor, one, ChangeIn(month=data.month, why=data.why, **wanted), mine=True)


def _to_change(session: Session, actor: Actor, enrolment_id: str, base_version: int) -> Enrolment:
    _may_write(actor)
    row = get(session, actor, enrolment_id)
    register.same_version(row, base_version)
    if not rules.is_changeable(row, rules.month_of(register.today())):
        raise BadInput("已经停发了；要再发，重新起发一条。", code="stopped")
    return row


def _touch(row: Enrolment) -> None:
    row.version, row.updated_at = row.version + 1, utcnow()


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """As the log may hold them: the account behind its mask."""
    return values | ({"account": mask_bank(values["account"])} if values.get("account") else {})


def _follow(session: Session, rows: list[Enrolment]) -> None:
    """Marks, phones and tasks follow."""
    changes: list[Change] = []
    for row in rows:
        person = session.get_one(Person, row.person_id)
        tag = rules.TAGS.get(row.programme)
        if tag and (row.counted or row.programme != rules.DIBAO):
            since = rules.first_day(row.to_month or row.from_month)
            held = [tag] if row.to_month is None else []
            if not (held and tag in register.tags_of(session, [person.id], register.today()).get(person.id, [])):
                changes += register.keep_tags(session, person, held, [tag], since, SOURCE)
        changes.append(Change("enrolment", row.id, person.household_id, person.division))
    if changes:
        task_service.follow(session, changes, register.today(), {row.household_id for row in rows})


def account(session: Session, actor: Actor, enrolment_id: str, reason: str) -> str:
    """The account into which a programme is paid, behind its mask; who looked, and why, is written down.

    Raises:
        NotAllowed, TooMany, BadInput, NotFound: as `looking_service.unmask`.
    """
    row = get(session, actor, enrolment_id, looking=True)
    looking_service.note_look(session, actor, row.person_id, "benefit_account", reason)
    return row.account or session.get_one(Person, row.person_id).bank_account or ""
