"""Somebody whom R09 finds, what settles it, and what came of it: for the tests of a finding's life."""


from datetime import date

from sqlalchemy import delete, select

from app import crypto
from app.accounts.rules import Role
from app.db import new_id, reading, transaction, utcnow
from app.findings.settling_service import close
from models.benefits import Enrolment, Payment
from models.findings import Finding, FindingEvent
from models.households import Person
from models.lists import Death
from models.visits import Task
from tests import makers

DAY = date(2026, 10, 31)


def row_of(person: Person) -> dict:
    now = utcnow()
    return {"id": new_id(), "person_id": person.id, "household_id": person.household_id, "division": person.division,
            "created_at": now, "updated_at": now}  # fmt: skip


def old_woman(session, name: str = "赵荷菊", born: date = date(1940, 1, 4), village: str = makers.VILLAGE) -> Person:
    """An old woman at home alone, who draws nothing: R09 finds her."""
    home = makers.household(session, village, name)
    return makers.person(
        session, home, name, born_on=born, is_head=True, relation="户主", registered_here=True,
        id_index=crypto.index(new_id(), "id"),
    )  # fmt: skip


def pay(session, person: Person, period: str) -> None:
    row = {name: value for name, value in row_of(person).items() if name != "updated_at"}
    session.add(Payment(**row, programme="old_allowance", period=period, amount_fen=6000))


def die(session, person: Person, on: date) -> None:
    session.add(Death(id=new_id(), id_number="x", id_index=person.id_index, name=person.name, person_id=person.id,
                      died_on=on, created_at=utcnow()))  # fmt: skip


def the_one(rule: str = "R09") -> Finding:
    with reading() as session:
        return session.scalars(select(Finding).where(Finding.rule == rule)).one()


def events(finding: Finding) -> list[str]:
    with reading() as session:
        query = select(FindingEvent.what).where(FindingEvent.finding_id == finding.id)
        return list(session.scalars(query.order_by(FindingEvent.id)))


def finding_tasks() -> list[Task]:
    with reading() as session:
        return list(session.scalars(select(Task).where(Task.kind == "finding")))


def allow(person: Person) -> None:
    with transaction() as session:
        session.add(Enrolment(**row_of(person), programme="old_allowance", from_month="2020-01"))


def take_away() -> None:
    with transaction() as session:
        session.execute(delete(Enrolment))


def a_clerk(areas: tuple[str, ...] = (makers.TOWN,), role: Role = Role.TOWN_CLERK):
    with transaction() as session:
        return makers.user(session, role, areas)


def close_as(how: str, reason: str = "问过本人，手续在办") -> None:
    clerk = a_clerk()
    with transaction() as session:
        assert close(session, clerk, [the_one().id], how, reason, "申请表") == 1
