"""Whom to call for a person: kept in an order, confirmed by calling; who is not reached leads to the next."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlmodel import Session

from app.accounts.queries import names_of
from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.audit.service import record
from app.contacts import pull_service, rules
from app.contacts.schemas import ContactConfirm, ContactPut, ContactRow
from app.db import SHANGHAI, new_id, utcnow
from app.errors import BadInput, Detail, NotAllowed, NotFound, TooMany
from app.feed.service import Change
from app.households import register_service as register
from app.households import service as households
from app.households.rules import mask_phone, normal_phone
from app.limits import flood
from app.sync.schemas import ORPHANED, STORED, Batch, CommandKind, Outcome, Work, one_by_one
from app.visits import task_service
from app.visits.service import reaches
from models.households import Contact, Household, Person


def _changes(session: Session, person: Person) -> list[Change]:
    """The person and the whole chain: whoever is next may be somebody else now."""
    person.version, person.updated_at = person.version + 1, utcnow()
    where = (person.household_id, person.division)
    chain = pull_service.chains(session, [person.id]).get(person.id, [])
    return [Change("person", person.id, *where), *(Change("contact", one.id, *where) for one in chain)]


def _follow(session: Session, person: Person, *gone: Change) -> None:
    """Phones hear of the chain, and what is due at the home is worked out anew."""
    task_service.follow(session, [*gone, *_changes(session, person)], register.today())


def _note(session: Session, actor: Actor, row: Contact, person: Person, result: str, on: date) -> list[Change]:
    if row.confirmed_on and row.confirmed_on > on:
        return []  # somebody has called since
    area = person.division
    valid = register.policy(session, rules.POLICY, register.today(), area)["contact.valid_days"]
    before = {"result": row.result, "confirmed_on": row.confirmed_on.isoformat() if row.confirmed_on else None}
    row.result, row.updated_at, row.version = result, utcnow(), row.version + 1
    if result == "reached":
        row.confirmed_on, row.confirmed_by, row.expires_on = on, actor.id, on + timedelta(days=valid)
    session.flush()
    record(session, actor, "contact.confirmed", "person", person.id, before=before,
           after={"contact": row.id, "kind": row.kind, "result": result, "on": on.isoformat()})  # fmt: skip
    return _changes(session, person)


def confirm(session: Session, actor: Actor, contact_id: str, result: str, on: date) -> Contact | None:
    """Write down what came of a call; returns who is called next, where this one was not reached.

    Raises:
        NotFound: there is none in the actor's scope.
    """
    row, person = _one(session, actor, contact_id)
    task_service.follow(session, _note(session, actor, row, person, result, on), register.today())
    if result == "reached":
        return None
    return rules.next_of(row, pull_service.chains(session, [person.id])[person.id])


def _one(session: Session, actor: Actor, contact_id: str) -> tuple[Contact, Person]:
    row = session.get(Contact, contact_id)
    if row is None:
        raise NotFound("没有这个联系人，可能已经换了人。")
    return row, households.get_person(session, actor, row.person_id)


def put(session: Session, actor: Actor, person_id: str, data: ContactPut, contact_id: str = "") -> Contact:
    """Add somebody to the end of a person's chain, or change one of it; a new number is not confirmed.

    Raises:
        NotAllowed, NotFound: as they say.
        BadInput: somebody new without a number.
    """
    register.may_write(actor)
    person = households.get_person(session, actor, person_id)
    chain = pull_service.chains(session, [person.id]).get(person.id, [])
    row = next((one for one in chain if one.id == contact_id), None)
    if contact_id and row is None:
        raise NotFound("没有这个联系人，可能已经换了人。")
    phone = (normal_phone(data.phone) or data.phone) if data.phone else (row.phone if row else None)
    if not phone:
        raise BadInput(details=[Detail("phone", "missing", "电话要写。")])
    if row is None:
        rank = 1 + max((one.rank for one in chain if one.kind == data.kind), default=0)
        row = Contact(id=new_id(), person_id=person.id, kind=data.kind, name="", rank=rank, updated_at=utcnow())
        session.add(row)
    if row.phone != phone:
        row.result, row.confirmed_on, row.confirmed_by, row.expires_on = None, None, None, None
    row.name, row.relation, row.phone, row.place = data.name, data.relation or None, phone, data.place or None
    row.supports, row.updated_at, row.version = data.supports, utcnow(), row.version + 1
    session.flush()
    record(session, actor, "contact.set", "person", person.id,
           after={"kind": row.kind, "name": "***", "phone": mask_phone(phone), "place": row.place})  # fmt: skip
    _follow(session, person)
    return row


def first(session: Session, actor: Actor, contact_id: str) -> None:
    """Let one be called before the others of its kind."""
    register.may_write(actor)
    row, person = _one(session, actor, contact_id)
    chain = [one for one in pull_service.chains(session, [person.id])[person.id] if one.kind == row.kind]
    ordered = [row, *(one for one in chain if one.id != row.id)]
    for rank, one in enumerate(ordered, start=1):
        if one.rank != rank:
            one.rank, one.version = rank, one.version + 1
    session.flush()
    record(session, actor, "contact.ordered", "person", person.id, after={"contact": row.id, "kind": row.kind})
    _follow(session, person)


def remove(session: Session, actor: Actor, contact_id: str) -> None:
    """Take one out of the chain; those after move up. What was written stays in the log, masked."""
    register.may_write(actor)
    row, person = _one(session, actor, contact_id)
    gone = Change("contact", row.id, person.household_id, person.division, gone=True)
    record(session, actor, "contact.removed", "person", person.id,
           before={"contact": row.id, "kind": row.kind, "phone": mask_phone(row.phone)})  # fmt: skip
    session.delete(row)
    session.flush()
    kind = [one for one in pull_service.chains(session, [person.id]).get(person.id, []) if one.kind == row.kind]
    for rank, one in enumerate(kind, start=1):
        one.rank = rank
    _follow(session, person, gone)


def reveal(session: Session, actor: Actor, contact_id: str) -> str:
    """The whole number of one to call; who looked at it is written down.

    Raises:
        NotAllowed, NotFound: as they say.
        TooMany: one number after the other.
    """
    if not actor.may(Permission.REGISTER_UNMASK):
        raise NotAllowed()
    wait = flood.wait("unmask", actor.id)
    if wait:
        raise TooMany(f"看得太快了，请等 {wait} 秒再看。", retry_after=wait)
    row = session.get(Contact, contact_id)
    if row is None:
        raise NotFound("没有这个联系人，可能已经换了人。")
    person = register.person_to_see(session, actor, row.person_id)
    record(session, actor, "contact.seen", "person", person.id, after={"contact": row.id, "kind": row.kind},
           reason="contact")  # fmt: skip
    return row.phone or ""


def rows_of(session: Session, person_id: str, on: date) -> tuple[list[ContactRow], list[str]]:
    """A person's chain as the office shows it, and what it lacks; the caller has held the person to a scope."""
    chain = pull_service.chains(session, [person_id]).get(person_id, [])
    by = names_of(session, (one.confirmed_by for one in chain))
    person = session.get(Person, person_id)
    area = person.division if person else ""
    valid = register.policy(session, rules.POLICY, on, area)["contact.valid_days"]
    return [_row(one, chain, by, on, valid) for one in chain], rules.lacking(chain)


def _row(one: Contact, chain: Sequence[Contact], by: dict[str, str], on: date, valid: int) -> ContactRow:
    until = rules.expires(one.confirmed_on, one.expires_on, valid)
    after = rules.next_of(one, chain)
    owes = {True: "有赡养责任", False: "没有赡养责任", None: ""}[rules.owes_support(one.supports, one.relation)]
    called = f"{one.confirmed_on.isoformat()} {by.get(one.confirmed_by or '', '')}核实" if one.confirmed_on else ""
    return ContactRow(
        id=one.id, code=one.kind, kind=rules.KINDS.get(one.kind, one.kind), name=one.name, relation=one.relation or "",
        phone=mask_phone(one.phone), place=one.place or "", supports=owes, confirmed=called,
        result=rules.RESULTS.get(one.result or "", ""), expires=until.isoformat() if until else "",
        expired=rules.expired(one.result, until, on), first=one.rank == 1, next_name=after.name if after else "",
        owes={True: "yes", False: "no"}.get(one.supports, ""),  # type: ignore[arg-type]
    )  # fmt: skip


def _confirm(batch: Batch, work: Work) -> None:
    data: ContactConfirm = work.payload
    session = batch.session
    row = session.get(Contact, data.contact_id)
    person = session.get(Person, row.person_id) if row else None
    home = session.get(Household, person.household_id) if person else None
    if row is None or person is None or home is None:
        batch.refuse(work, "unknown_contact", "这个联系人已经不在名册里了，更新一下再看。", "payload.contact_id")
        return
    if not reaches(batch, work, home):
        work.outcome = Outcome(ORPHANED, household_id=home.id, division=home.division)
        return
    on = min(data.on or work.captured_at.astimezone(SHANGHAI).date(), batch.today)
    batch.changes += _note(session, work.actor, row, person, data.result, on)
    batch.changes += task_service.anew(session, [home.id], batch.today)
    work.outcome = Outcome(STORED, household_id=home.id, division=home.division, row_id=row.id)


COMMANDS = {"contact.confirm": CommandKind(ContactConfirm, one_by_one(_confirm))}
