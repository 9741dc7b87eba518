"""Petitions written down and handed on, public notices hung up; what must not be is refused before it is saved."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlmodel import Session

from app.accounts.queries import names_of
from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.audit.service import record
from app.casework import queries, rules
from app.casework.schemas import NoticeIn, PetitionIn, Registered
from app.db import SHANGHAI, new_id, utcnow
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.findings import blocking_service
from app.households.register_service import same_version
from app.settings import service as parameters
from models.casework import Petition, PublicNotice


def today() -> date:
    """The day in China."""
    return day_in_china(utcnow())


def day_in_china(at: datetime) -> date:
    """The day there at a moment."""
    return at.astimezone(SHANGHAI).date()


def allowed(actor: Actor, division: str = "") -> None:
    """Stop whose work it is not, and who works elsewhere.

    Raises:
        NotAllowed: as it says.
    """
    if not actor.may(Permission.CASEWORK):
        raise NotAllowed()
    if division and not any(division.startswith(code) for code in actor.divisions):
        raise NotAllowed("这个地方不归你管。")


def receive(session: Session, actor: Actor, data: PetitionIn) -> Petition:
    """Write a petition down, and hand it on where somebody is named.

    Raises:
        NotAllowed: not the actor's work or area.
        LeadsToAccused: it would reach who is accused in it, or their unit (R34).
        BadInput: a day to come, somebody accused in what is no accusation or not known, who cannot work on it.
    """
    allowed(actor, data.division)
    if data.received_on > today():
        raise BadInput("收到的日期还没到，请改一下。")
    if data.accused and data.category != rules.ACCUSATION:
        raise BadInput("只有检举控告件才写检举控告的是谁。", code="accused_of_nothing")
    known = queries.accounts(session, [data.division])
    if any(one not in known for one in data.accused):
        raise BadInput("被检举的人没有选对，请重新选。")
    kept = rules.kept_from(data.accused, [one for _, one in known.values()]) if data.accused else []
    if actor.id in kept:
        raise NotAllowed("被检举的是你或你单位的人，请交给别的单位登记。", code="leads_to_accused")
    now = utcnow()
    row = Petition(
        id=new_id(), division=data.division, category=data.category, source=data.source, text=data.text,
        accused=data.accused, kept_from=kept, received_on=data.received_on,
        author_id=actor.id, created_at=now, updated_at=now,
    )  # fmt: skip
    _hand_to(row, data.assignee, known)
    session.add(row)
    session.flush()
    record(session, actor, "petition.received", "petition", row.id, after={"category": row.category})
    return row


def _hand_to(row: Petition, assignee: str | None, known: Mapping[str, tuple[str, rules.Colleague]]) -> None:
    """Name who works on it; R34 is asked before anything is kept."""
    if assignee is None:
        return
    blocking_service.refuse_petition(row.category, row.kept_from, assignee)
    if assignee not in known or known[assignee][1].role not in queries.OFFICERS:
        raise BadInput("请选一个能办的人。")
    row.assignee = assignee


def assign(session: Session, actor: Actor, petition_id: str, assignee: str, base_version: int) -> None:
    """Hand a petition to somebody (else).

    Raises:
        NotAllowed, NotFound: as they say.
        Conflict: it is no longer what the actor has seen; `petition_done`.
        LeadsToAccused: R34.
        BadInput: nobody who could work on it.
    """
    row = _petition(session, actor, petition_id, base_version)
    _still_open(row, "交办")
    known = queries.accounts(session, [row.division])
    fresh = rules.kept_from(row.accused, [one for _, one in known.values()])
    if row.category == rules.ACCUSATION:
        row.kept_from = sorted({*row.kept_from, *fresh})
    _hand_to(row, assignee, known)
    _changed(session, row)
    record(session, actor, "petition.assigned", "petition", row.id, after={"to": assignee})


def step(
    session: Session, actor: Actor, petition_id: str, what: str, base_version: int, on: date | None = None
) -> None:
    """Note that the petitioner was told, the petition accepted, or done, each after the one before.

    Args:
        on: on which day; today where none is given.

    Raises:
        NotAllowed, NotFound: as they say.
        Conflict: it is no longer what the actor has seen; `not_next`, another step comes first or it is done.
        BadInput: it is no step, or cannot have been on that day.
    """
    row = _petition(session, actor, petition_id, base_version)
    if what not in rules.STEPS:
        raise BadInput()
    if what != rules.next_step(row):
        raise Conflict("要一步一步记：先告知，再受理，再办结；办结了就不用再记。", code="not_next")
    noted = on or today()
    if wrong := rules.wrong_day(row, what, noted, today()):
        raise BadInput(wrong, code="wrong_day")
    setattr(row, what, noted)
    _changed(session, row)
    record(session, actor, "petition.step", "petition", row.id, after={"what": what, "on": noted.isoformat()})


def step_back(session: Session, actor: Actor, petition_id: str, why: str, base_version: int) -> None:
    """Take the last step back that was noted by mistake; its day and why stay with the petition, the log keeps both.

    Raises:
        NotAllowed, NotFound: as they say.
        Conflict: it is no longer what the actor has seen.
        BadInput: nothing was noted yet; `back_bare`, no reason is given.
    """
    row = _petition(session, actor, petition_id, base_version)
    what = next((name for name in reversed(rules.STEPS) if getattr(row, name)), None)
    if what is None:
        raise BadInput("这一件还没有办过，没有能退的。")
    if not why.strip():
        raise BadInput("请写为什么退回。", code="back_bare")
    before = {"what": what, "on": getattr(row, what).isoformat()}
    setattr(row, what, None)
    taken = {"what": what, "noted": before["on"], "on": today().isoformat(), "by": actor.id, "why": why.strip()[:200]}
    row.taken_back = [*(row.taken_back or []), taken]
    _changed(session, row)
    record(session, actor, "petition.step_back", "petition", row.id, before=before)


def extend(
    session: Session, actor: Actor, petition_id: str, approved_by: str, why: str, base_version: int
) -> None:
    """Give a petition more time; who approved it and why are part of it (R35).

    Raises:
        NotAllowed, NotFound: as they say.
        Conflict: it is no longer what the actor has seen; `petition_done`.
        BadInput: one of the two is missing.
    """
    row = _petition(session, actor, petition_id, base_version)
    _still_open(row, "延期")
    if not approved_by.strip() or not why.strip():
        raise BadInput("延期要写负责人是谁、为什么。", code="extension_bare")
    row.extended, row.extended_by, row.extended_why = True, approved_by.strip()[:64], why.strip()[:500]
    _changed(session, row)
    record(session, actor, "petition.step", "petition", row.id, after={"what": "extended"})


def say_source(session: Session, actor: Actor, petition_id: str, source: str, base_version: int) -> None:
    """Write down how a petition came, of those from before it was asked; also when it is done.

    Raises:
        NotAllowed, NotFound: as they say.
        Conflict: it is no longer what the actor has seen; `source_known`, it is written down already.
        BadInput: it is no way to come.
    """
    row = _petition(session, actor, petition_id, base_version)
    if row.source != rules.UNKNOWN:
        raise Conflict("怎么来的已经写了，不用再写。", code="source_known")
    if source not in rules.SOURCES:
        raise BadInput("请选一下怎么来的。")
    row.source = source
    _changed(session, row)
    record(session, actor, "petition.source", "petition", row.id, after={"source": source})


def _petition(session: Session, actor: Actor, petition_id: str, base_version: int) -> Petition:
    allowed(actor)
    row = queries.petition(session, actor, petition_id, today(), lock=True)
    if row is None:
        raise NotFound("没有这件信访，或不归你看。")
    same_version(row, base_version)
    return row


def _still_open(row: Petition, what: str) -> None:
    if row.done_on is not None:
        raise Conflict(f"这件已经办结，不用再{what}。", code="petition_done")


def _changed(session: Session, row: Petition) -> None:
    row.version, row.updated_at = row.version + 1, utcnow()
    session.flush()


def post(session: Session, actor: Actor, data: NoticeIn) -> PublicNotice:
    """Hang a public notice up.

    Raises:
        NotAllowed: not the actor's work or area.
        NoticeFaulty: too short, about a child, or with a number in it (R43).
    """
    allowed(actor, data.division)
    blocking_service.refuse_notice(session, data.division, data.programme, data.from_on, data.to_on, data.text)
    row = PublicNotice(id=new_id(), author_id=actor.id, created_at=utcnow(), **data.model_dump())
    session.add(row)
    session.flush()
    record(session, actor, "public_notice.posted", "public_notice", row.id, after={"programme": row.programme})
    return row


def take_down(
    session: Session, actor: Actor, notice_id: str, on: date, why: str, base_version: int
) -> None:
    """Note that a public notice was taken down; rules ask nothing more of it.

    Raises:
        NotAllowed, NotFound: as they say.
        Conflict: it is no longer what the actor has seen; `notice_down`, it is down already.
        BadInput: a day to come or from before it hung, no reason.
    """
    allowed(actor)
    row = queries.notice(session, actor, notice_id, today())
    if row is None:
        raise NotFound("没有这张公示，或不归你管。")
    same_version(row, base_version)
    if row.down_on is not None:
        raise Conflict("这张公示已经撤下了。", code="notice_down")
    if on > today():
        raise BadInput("撤下的日期还没到，请改一下。")
    if on < rules.hangs_since(row, day_in_china(row.created_at)):
        raise BadInput("那天还没有贴，请改一下撤下的日期。")
    if not why.strip():
        raise BadInput("请写为什么撤下。", code="down_bare")
    row.down_on, row.down_why, row.version = on, why.strip()[:500], row.version + 1
    session.flush()
    told = {"after": {"on": on.isoformat()}, "reason": row.down_why}
    record(session, actor, "public_notice.down", "public_notice", row.id, **told)


def how_many(session: Session, actor: Actor, area: str, most: int, sources: Sequence[str] = ()) -> int:
    """How many petitions the register would hold, no more than `most`.

    Raises:
        NotAllowed: not the actor's work.
    """
    allowed(actor)
    return queries.count(session, queries.wanted(actor, today(), area=area, sources=sources), most)


def register(
    session: Session, actor: Actor, area: str, most: int, sources: Sequence[str] = ()
) -> list[Registered]:
    """The petitions that the actor may read, for the register that is taken out; what must not be seen is not in it.

    Args:
        area: only of this place.
        most: no more than so many.
        sources: only those that came so.

    Raises:
        NotAllowed: not the actor's work.
    """
    allowed(actor)
    on = today()
    rows = queries.page(session, queries.wanted(actor, on, area=area, sources=sources), most)
    days = parameters.values_in(session, rules.CLOCKS, on, {one.division for one in rows})
    names = names_of(session, {one for row in rows for one in (row.assignee, row.author_id) if one})
    found = []
    for one in rows:
        told = [f"{on_day} {words}" for name, words in rules.STEPS.items() if (on_day := getattr(one, name))]
        found.append(Registered(
            one.id, one.division, one.received_on, one.category, one.source, one.text,
            names.get(one.assignee or "", ""), rules.answer_by(one, days[one.division]), one.told_on,
            one.accepted_on, one.done_on, rules.state_of(one), "，".join(told), names.get(one.author_id, ""),
        ))  # fmt: skip
    return found
