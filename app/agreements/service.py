"""Agreements: written down, ended with a reason, looked after; who does not keep one is urged."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from app import crypto
from app.accounts.schemas import Actor
from app.agreements import rules
from app.agreements.schemas import AgreementIn, Inspect, Party
from app.audit.service import record
from app.db import SHANGHAI, new_id, utcnow
from app.errors import BadInput, Detail, NotAllowed, NotFound
from app.feed.service import Change, publish
from app.households import looking_service
from app.households import register_service as register
from app.households import service as households
from app.households.rules import normal_id, normal_phone
from app.sync.schemas import ORPHANED, STORED, Batch, CommandKind, Outcome, Work, one_by_one
from app.visits import task_service
from app.visits.service import reaches
from models.agreements import Agreement, AgreementVersion, Inspection
from models.households import Household, Person

COLUMNS = (
    "number", "signed_on", "from_on", "to_on", "carer_name", "carer_relation", "bar_1", "bar_2", "bar_3", "bar_4",
)  # fmt: skip
"""What is written down as it was said."""
REPLACED = "签了新的"


def _check(data: AgreementIn) -> None:
    """That dates run forward and each signature says who gave it.

    Raises:
        BadInput: with the place and what to do.
    """
    if data.from_on and data.to_on and data.to_on < data.from_on:
        raise BadInput(details=[Detail("to_on", "dates_reversed", "结束日期早于开始日期。")])
    for number, party in enumerate(data.parties):
        if party.signed in ("phone", "video", "proxy") and not party.record:
            words = "写明是谁代签的。" if party.signed == "proxy" else "写上录音、录像的编号。"
            said = f"{party.name}不是当面签的，{words}"
            raise BadInput(details=[Detail(f"parties.{number}.record", "missing", said)])


def _party(one: Party) -> dict[str, Any]:
    said = one.model_dump()
    if said["phone"]:
        said["phone"] = normal_phone(said["phone"]) or said["phone"]
    return said


def _values(session: Session, data: AgreementIn) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(data, name) for name in COLUMNS}
    number = normal_id(data.carer_number) if data.carer_number else None
    found = crypto.index(number, "person.id_number") if number else None
    known = session.scalars(
        select(Person.id).where(Person.id_index == found, Person.removed_at.is_(None)).order_by(Person.id)  # type: ignore[call-overload, union-attr]
    ).first() if found else None  # fmt: skip
    phone = data.carer_phone and (normal_phone(data.carer_phone) or data.carer_phone)
    return values | {
        "open_ended": data.open_ended and data.to_on is None, "carer_number": number, "carer_index": found,
        "carer_person_id": known, "carer_phone": phone, "parties": [_party(one) for one in data.parties],
        "terms": {key: said for key, said in data.terms.items() if said and key in rules.TERMS[data.kind]},
        "source_visit_id": data.source_visit_id,
    }  # fmt: skip


def add(session: Session, actor: Actor, person_id: str, data: AgreementIn) -> Agreement:
    """Write an agreement down for a person; of two of a kind the earlier ends where the later begins.

    Raises:
        NotAllowed, NotFound: as they say.
        BadInput: dates run backward, or a signature that was not given in person says nothing of how.
    """
    register.may_write(actor)
    person = households.get_person(session, actor, person_id)
    _check(data)
    row = Agreement(
        id=new_id(), kind=data.kind, person_id=person.id, household_id=person.household_id, division=person.division,
        created_at=utcnow(), updated_at=utcnow(), **_values(session, data),
    )  # fmt: skip
    publish(session, _one_after_the_other(session, actor, row, standing_of(session, person.id, data.kind)))
    session.add(row)
    session.flush()
    record(session, actor, "agreement.added", "agreement", row.id, after=_told(row))
    follow(session, row)
    return row


def _one_after_the_other(
    session: Session, actor: Actor, row: Agreement, others: Sequence[Agreement]
) -> list[Change]:
    """What ran before ends where the new one begins, and that where a later one does, whichever is entered first."""
    starts = rules.begins(row) or register.today()
    later = [begun for one in others if (begun := rules.begins(one)) and begun > starts]
    if later and rules.runs_until(row, min(later)):
        row.ended_on, row.ended_why = min(later), REPLACED
    changes = []
    for former in others:
        if former.ended_on is None and (rules.begins(former) or starts) <= starts and rules.runs_until(former, starts):
            former.ended_on, former.ended_why, former.version = starts, REPLACED, former.version + 1
            former.updated_at = utcnow()
            record(session, actor, "agreement.ended", "agreement", former.id, after=_told(former), reason=REPLACED)
            changes.append(_news(former))
    return changes


def _told(row: Agreement) -> dict[str, Any]:
    """What the log may hold: whose and until when, no names or numbers of those who signed."""
    days = {name: getattr(row, name).isoformat() for name in ("signed_on", "from_on", "to_on", "ended_on")
            if getattr(row, name)}  # fmt: skip
    return {"kind": row.kind, "person": row.person_id, "parties": len(row.parties)} | days


def _news(row: Agreement) -> Change:
    return Change("agreement", row.id, row.household_id, row.division)


def follow(session: Session, row: Agreement) -> None:
    """Phones hear of it, and what is due at the home is worked out anew."""
    task_service.follow(session, [_news(row)], register.today())


def standing_of(session: Session, person_id: str, kind: str) -> list[Agreement]:
    """A person's agreements of a kind that were not taken out, the latest first."""
    query = select(Agreement).where(
        Agreement.person_id == person_id, Agreement.kind == kind, Agreement.removed_at.is_(None),  # type: ignore[union-attr, arg-type]
    )  # fmt: skip
    rows = session.scalars(query).all()
    return sorted(rows, key=lambda one: (rules.begins(one) or date.min, one.id), reverse=True)


def get(session: Session, actor: Actor, agreement_id: str, *, looking: bool = False) -> Agreement:
    """One agreement of the actor's scope.

    Raises:
        NotFound: there is none, or it lies elsewhere.
    """
    query = register.of_register(Agreement).where(Agreement.id == agreement_id)
    scope = register.scope_of(actor, register.today(), looking=looking)
    found = session.execute(query.where(scope)).first()
    if found is None:
        raise NotFound("没有找到这份协议，可能已移走。")
    return found[0]


def opened(session: Session, actor: Actor, row: Agreement) -> None:
    """What is about a child is seen only after its record was opened with a reason.

    Raises:
        NotAllowed: `not_opened`; or who is sent to look anew has not been there yet.
    """
    looking_service.require_sight(session, actor, row.household_id)
    if row.kind == "guardianship" and not looking_service.open_to(session, actor, [row.person_id], utcnow()):
        raise NotAllowed("先在儿童名册里打开这个孩子，说一下为什么看。", code="not_opened")


def correct(
    session: Session, actor: Actor, agreement_id: str, data: AgreementIn, why: str, base_version: int
) -> Agreement:
    """Write an agreement anew as it stands on paper, with the reason; what it said before is kept beside it.

    Numbers and telephones left blank stay: whoever corrects a date need not write them again. What was drawn on the
    screen stays with what it was drawn on: the new version is to be signed anew.

    Raises:
        as `add`.
        Conflict: somebody corrected it in the meantime.
    """
    register.may_write(actor)
    row = get(session, actor, agreement_id)
    opened(session, actor, row)
    register.same_version(row, base_version)
    if row.ended_on is not None:
        raise BadInput("这份协议已经解除了，要写就登记一份新的。", code="ended")
    why = register.why(why, "why", "写一句哪里写错了。")
    data = data.model_copy(update={"kind": row.kind, "parties": _with_phones(data.parties, row.parties)})
    _check(data)
    before, former, values = _told(row), said(row), _values(session, data)
    if data.carer_name == row.carer_name:
        kept = [] if data.carer_number else ["carer_number", "carer_index", "carer_person_id"]
        kept += [] if data.carer_phone else ["carer_phone"]
        values |= {name: getattr(row, name) for name in kept}
    values["source_visit_id"] = row.source_visit_id
    written = {"parties": [{key: said for key, said in one.items() if key != "drawn"} for one in row.parties]}
    if all(written.get(name, getattr(row, name)) == value for name, value in values.items()):
        return row
    for name, value in values.items():
        setattr(row, name, value)
    row.version, row.updated_at = row.version + 1, utcnow()
    session.add(AgreementVersion(
        id=new_id(), agreement_id=row.id, said=former, why=why, author_id=actor.id, at=row.updated_at,
    ))  # fmt: skip
    session.flush()
    record(session, actor, "agreement.changed", "agreement", row.id, before=before, after=_told(row), reason=why)
    follow(session, row)
    return row


def _with_phones(parties: list[Party], former: list[dict[str, Any]]) -> list[Party]:
    known = {(one.get("role"), one.get("name")): one.get("phone") for one in former}
    return [
        one if one.phone else one.model_copy(update={"phone": known.get((one.role, one.name))}) for one in parties
    ]


def said(row: Agreement) -> dict[str, Any]:
    """All that an agreement says, for JSON."""
    names = (*COLUMNS, "open_ended", "carer_number", "carer_phone", "parties", "terms")
    found = {name: getattr(row, name) for name in names}
    return {name: one.isoformat() if isinstance(one, date) else one for name, one in found.items()}


def end(session: Session, actor: Actor, agreement_id: str, on: date, why: str) -> None:
    """An agreement is dissolved, with the reason.

    Raises:
        BadInput: no reason.
    """
    register.may_write(actor)
    row = get(session, actor, agreement_id)
    why = register.why(why, "why", "写一句为什么解除。")
    row.ended_on, row.ended_why, row.version, row.updated_at = on, why, row.version + 1, utcnow()
    session.flush()
    record(session, actor, "agreement.ended", "agreement", row.id, after=_told(row), reason=row.ended_why)
    follow(session, row)


def inspect(
    session: Session, actor: Actor, row: Agreement, data: Inspect, on: date, inspection_id: str | None = None
) -> list[Change]:
    """Write down whether an agreement is kept; the caller publishes. Each look stands beside the earlier ones."""
    look = Inspection(
        id=inspection_id or new_id(), agreement_id=row.id, on=on, result=data.result, problem=data.problem or None,
        urged_on=data.urged_on, urged_how=data.urged_how or None, author_id=actor.id, visit_id=data.visit_id,
        created_at=utcnow(),
    )  # fmt: skip
    session.add(look)
    row.version, row.updated_at = row.version + 1, utcnow()
    session.flush()
    record(session, actor, "agreement.inspected", "agreement", row.id,
           after={"result": data.result, "on": on.isoformat(), "urged": bool(data.urged_on)})  # fmt: skip
    return [_news(row)]


def inspect_here(session: Session, actor: Actor, data: Inspect) -> None:
    """A look as the office writes it down.

    Raises:
        NotAllowed, NotFound: as they say.
    """
    register.may_write(actor)
    row = get(session, actor, data.agreement_id)
    inspect(session, actor, row, data, data.on or register.today())
    follow(session, row)


def urge(session: Session, actor: Actor, inspection_id: str, how: str) -> None:
    """Those who do not keep an agreement were urged today, and how.

    Raises:
        NotFound: there is no such look in the actor's scope.
        BadInput: not said how.
    """
    register.may_write(actor)
    look = session.get(Inspection, inspection_id)
    if look is None:
        raise NotFound("没有这次检查。")
    row = get(session, actor, look.agreement_id)
    if len(how.strip()) < 2:
        raise BadInput(details=[Detail("how", "missing", "写一句怎么督促的。")])
    look.urged_on, look.urged_how = register.today(), how.strip()[:500]
    row.version, row.updated_at = row.version + 1, utcnow()
    session.flush()
    record(session, actor, "agreement.urged", "agreement", row.id, after={"on": look.urged_on.isoformat()})
    publish(session, [_news(row)])


def _inspect(batch: Batch, work: Work) -> None:
    data: Inspect = work.payload
    session = batch.session
    row = session.get(Agreement, data.agreement_id)
    home = session.get(Household, row.household_id) if row and row.removed_at is None else None
    if row is None or home is None:
        batch.refuse(work, "unknown_agreement", "这份协议已经不在名册里了，更新一下再看。", "payload.agreement_id")
        return
    if not reaches(batch, work, home):
        work.outcome = Outcome(ORPHANED, household_id=home.id, division=home.division)
        return
    on = min(data.on or work.captured_at.astimezone(SHANGHAI).date(), batch.today)
    taken = session.get(Inspection, work.id) is not None
    batch.changes += inspect(session, work.actor, row, data, on, None if taken else work.id)
    batch.changes += task_service.anew(session, [home.id], batch.today)
    work.outcome = Outcome(STORED, household_id=home.id, division=home.division, row_id=row.id)


COMMANDS = {"agreement.inspect": CommandKind(Inspect, one_by_one(_inspect))}
