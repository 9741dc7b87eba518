"""The register of certificates: taking in, renewing, care services, leaving it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlmodel import Session

from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import new_id, utcnow
from app.disability import queries, rules, standing_service
from app.disability.schemas import CertificateIn, ServiceIn
from app.errors import BadInput, Conflict, Detail, NotFound
from app.feed.service import Change, publish
from app.households import register_service as register
from app.households import service as households
from app.households.register_service import Standing
from app.households.rules import normal_id
from app.visits import task_service
from models.disability import CareService, DisabilityCertificate
from models.households import Person

SOURCE = "disability"
TAGS = ("disabled", "disabled_severe")


def get(session: Session, actor: Actor, certificate_id: str, *, looking: bool = False) -> Standing:
    """One certificate of the actor's scope, with person and home.

    Raises:
        NotFound: there is none, or they live elsewhere.
    """
    found = queries.one(session, actor, certificate_id, register.today(), looking=looking)
    if found is None:
        raise NotFound("残疾人名册里没有这个人，可能已迁走或移出。")
    return found


def _checked(data: CertificateIn, person: Person, known: str | None = None) -> dict[str, Any]:
    """The columns of a certificate, once its number is believable.

    Raises:
        BadInput: the number says something that cannot be.
    """
    number = data.number or known
    said = rules.read_number(number)
    wrong = rules.problems(number, person.id_number, said.category, said.grade, data.kinds)
    if wrong:
        raise BadInput(details=[Detail("number", code, f"{rules.PROBLEMS[code]}。") for code in wrong])
    on = register.today()
    if data.issued_on and data.issued_on > on:
        raise BadInput("发证日期还没到，请改一下。", code="in_future")
    if data.valid_to and data.issued_on and data.valid_to < data.issued_on:
        raise BadInput("有效期早于发证日期，请改一下。", code="dates_reversed")
    if not data.open_ended and data.valid_to is None:
        raise BadInput("写一下有效期，或选长期。", code="valid_to_missing")
    values = data.model_dump(exclude={"kinds"})
    return values | {
        "number": normal_id(number or ""), "category": said.category, "grade": said.grade,
        "valid_to": None if data.open_ended else data.valid_to,
    }  # fmt: skip


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    """As the log may hold them: the number behind its mask."""
    said = {name: one.isoformat() if isinstance(one, date) else one for name, one in values.items()}
    return said | ({"number": rules.mask_number(said["number"])} if "number" in said else {})


def enter(session: Session, actor: Actor, person_id: str, data: CertificateIn) -> DisabilityCertificate:
    """Take a certificate in; whose was taken off comes back with what was known.

    Raises:
        Conflict: there is one already.
        BadInput: the number says something that cannot be.
    """
    register.may_write(actor)
    person = households.get_person(session, actor, person_id)
    values, now = _checked(data, person), utcnow()
    row = queries.of_person(session, person.id)
    if row is not None and row.removed_at is None:
        raise Conflict("已经有残疾证了，要换证就改那一张。", code="exists")
    if row is None:
        row = DisabilityCertificate(
            id=new_id(), person_id=person.id, household_id=person.household_id, division=person.division,
            created_at=now, updated_at=now, version=0,
        )  # fmt: skip
        session.add(row)
    row.removed_at, row.household_id, row.division = None, person.household_id, person.division
    _write(row, values, data.kinds)
    session.flush()
    record(session, actor, "disability.added", "disability", row.id, after=_told(values) | {"person": person.id})
    _follow(session, row, person)
    return row


def change(
    session: Session, actor: Actor, certificate_id: str, data: CertificateIn, base_version: int
) -> DisabilityCertificate:
    """A certificate was renewed, or is put right.

    Raises:
        Conflict: somebody changed it in the meantime.
    """
    register.may_write(actor)
    one = get(session, actor, certificate_id)
    row = one.row
    register.same_version(row, base_version)
    values = _checked(data, one.person, row.number)
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    kinds = {str(kind): grade for kind, grade in data.kinds.items()}
    if not changed and (row.details.get("kinds") or {}) == kinds:
        return row
    before = {name: getattr(row, name) for name in changed}
    _write(row, values, data.kinds)
    session.flush()
    record(session, actor, "disability.changed", "disability", row.id, before=_told(before),
           after=_told(changed) | ({"kinds": kinds} if kinds else {}))  # fmt: skip
    _follow(session, row, one.person)
    return row


def _write(row: DisabilityCertificate, values: Mapping[str, Any], kinds: Mapping[int, int]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    rest = {name: value for name, value in row.details.items() if name != "kinds"}
    row.details = rest | ({"kinds": {str(kind): grade for kind, grade in kinds.items()}} if kinds else {})
    row.version, row.updated_at = row.version + 1, utcnow()


def leave(session: Session, actor: Actor, certificate_id: str, why: str) -> None:
    """A certificate is taken off (注销); the row stays with its history, the marks end.

    Raises:
        BadInput: no reason.
    """
    register.may_write(actor)
    one = get(session, actor, certificate_id)
    said = register.why(why, "why", "写一句为什么移出。")
    now = utcnow()
    one.row.removed_at, one.row.updated_at, one.row.version = now, now, one.row.version + 1
    session.flush()
    record(session, actor, "disability.left", "disability", one.row.id, before={"person": one.person.id}, reason=said)
    _follow(session, one.row, one.person)


def _follow(session: Session, row: DisabilityCertificate, person: Person) -> None:
    """Marks, tasks and phones follow a changed certificate."""
    on, gone = register.today(), row.removed_at is not None
    policy = standing_service.policies(session, [person.division], on)[person.division]["policy"]
    kinds = rules.kinds_of(row.details.get("kinds"))
    wanted = set() if gone else rules.tags_for(row.category, row.grade, kinds, policy)
    changes = register.keep_tags(session, person, wanted, TAGS, on, SOURCE)
    changes.append(Change("disability", row.id, person.household_id, person.division, gone=gone))
    task_service.follow(session, changes, on)


def add_care(session: Session, actor: Actor, certificate_id: str, data: ServiceIn) -> CareService:
    """A care service begins.

    Raises:
        BadInput: it ends before it begins.
    """
    register.may_write(actor)
    one = get(session, actor, certificate_id)
    if data.to_on and data.to_on < data.from_on:
        raise BadInput("结束早于开始，请改一下。", code="dates_reversed")
    now = utcnow()
    row = CareService(id=new_id(), person_id=one.person.id, household_id=one.home.id, division=one.home.division,
                      **data.model_dump(), created_at=now, updated_at=now)  # fmt: skip
    session.add(row)
    session.flush()
    record(session, actor, "care_service.added", "care_service", row.id,
           after=_told(data.model_dump(exclude_none=True)) | {"person": one.person.id})  # fmt: skip
    publish(session, [Change("disability", one.row.id, one.home.id, one.home.division)])
    return row


def end_care(session: Session, actor: Actor, service_id: str, to_on: date) -> None:
    """A care service ends with a day.

    Raises:
        NotFound: no such service in the actor's scope.
        BadInput: it ends before it begins.
    """
    register.may_write(actor)
    row = session.get(CareService, service_id)
    if row is None:
        raise NotFound("没有这项照护服务。")
    person = households.get_person(session, actor, row.person_id)
    if to_on < row.from_on:
        raise BadInput("结束早于开始，请改一下。", code="dates_reversed")
    before, row.to_on, row.updated_at, row.version = row.to_on, to_on, utcnow(), row.version + 1
    session.flush()
    record(session, actor, "care_service.ended", "care_service", row.id,
           before={"to": before.isoformat() if before else None}, after={"to": to_on.isoformat()})  # fmt: skip
    held = queries.of_person(session, person.id)
    if held is not None:
        publish(session, [Change("disability", held.id, person.household_id, person.division)])
