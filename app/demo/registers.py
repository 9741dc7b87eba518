"""The demo county's registers of elders and children, whom to call, and agreements, through the rooms' own services."""

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from app.accounts import queries as accounts_queries
from app.accounts import service as accounts
from app.accounts.rules import Role
from app.accounts.schemas import Actor
from app.agreements import service as agreements
from app.agreements.schemas import AgreementIn, Inspect, Party
from app.children import case_service
from app.children import rules as child_rules
from app.children import service as children
from app.children.schemas import CaseReport, ChildIn, ParentIn, WomanIn
from app.contacts import service as contacts
from app.contacts.schemas import ContactPut
from app.db import new_id, utcnow
from app.demo import rules
from app.elders import rules as elder_rules
from app.elders import service as elders
from app.elders.schemas import Descendant, ElderIn
from app.feed.service import publish
from models.households import Contact, Household, Person, PersonTag

WHY = "演示"
NEIGHBOURS = ("王婶", "村医老吴", "李大爷", "组长老周", "小卖部陈嫂")


def operator() -> Actor:
    """Who writes the demo's registers; nobody can log in as them."""
    return Actor(id=new_id(), username="", name="演示", role=Role.TOWN_CLERK, divisions=(rules.COUNTY[0],))


def example_household(session: Session, today: date) -> tuple[Household, Person, Person, Person]:
    """The home that shows one entry for every ledger: (home, grandmother of 84, grandson of 9, uncle)."""
    home = next(one for one in rules.households(today, villages=(rules.VILLAGES[0][0],)) if one.is_example)
    row = session.scalars(select(Household).where(Household.code == home.code)).one()
    people = {one.relation: one for one in session.scalars(select(Person).where(Person.household_id == row.id))}
    return row, people["户主"], people["孙子女"], people["儿子"]


def tagged(session: Session, tags: Sequence[str]) -> list[tuple[Person, list[str]]]:
    """People with any of these tags, in the order of the county."""
    found: dict[str, list[str]] = {}
    for person_id, tag in session.execute(
        select(PersonTag.person_id, PersonTag.tag).where(PersonTag.tag.in_(tags))  # type: ignore[call-overload, attr-defined]
    ):
        found.setdefault(person_id, []).append(tag)
    rows = session.scalars(select(Person).order_by(Person.division, Person.household_id, Person.born_on))  # type: ignore[arg-type]
    return [(row, sorted(found[row.id])) for row in rows if row.id in found]


def _emergency(session: Session, ids: Sequence[str]) -> dict[str, Contact]:
    wanted = set(ids)
    rows = session.scalars(select(Contact).where(Contact.kind == "emergency", Contact.rank == 1))
    return {row.person_id: row for row in rows if row.person_id in wanted}


def load(session: Session, today: date) -> None:
    """Fill the registers; the same county always gets the same."""
    actor, draw = operator(), random.Random(27)
    people = tagged(session, elder_rules.ELDER_TAGS)
    called = _emergency(session, [person.id for person, _ in people])
    for number, (person, marks) in enumerate(people):
        contact = called.get(person.id)
        _elder(session, actor, person, marks, contact, draw)
        _contacts(session, actor, person, contact, number, today, draw)
        if contact and number % 3:
            _support(session, actor, person, contact, number, today)
    young = tagged(session, tuple(child_rules.KINDS))
    called = _emergency(session, [person.id for person, _ in young])
    for number, (person, kinds) in enumerate(young):
        _child(session, actor, person, kinds, called.get(person.id), number, today, draw)
    _cases(session)
    _women(session, actor, today, draw)


def _child(
    session: Session, actor: Actor, person: Person, kinds: list[Any], contact: Contact | None, number: int, today: date,
    draw: random.Random,
) -> None:  # fmt: skip
    away = "child_left_behind" in kinds
    father = ParentIn(name=contact.name if contact else None, state="外出务工" if away else "在家")
    mother = ParentIn(state="外出务工" if away else "在家")
    data = ChildIn(
        kinds=kinds, risk=draw.choice(("blue", "green", "green", "yellow")) if number % 11 else "red", father=father,
        mother=mother, parent_contact_on=today - timedelta(days=draw.randint(0, 12)) if away else None,
        school_told_on=today - timedelta(days=90) if away and number % 3 else None,
        village_told_on=today - timedelta(days=90) if away and number % 4 else None,
    )  # fmt: skip
    children.add(session, actor, person.id, data, WHY)
    if away and number % 5:
        _guardianship(session, actor, person, contact, number, today)


def _guardianship(
    session: Session, actor: Actor, person: Person, contact: Contact | None, number: int, today: date
) -> None:
    carer = session.scalars(
        select(Person).where(Person.household_id == person.household_id, Person.is_head.is_(True))  # type: ignore[attr-defined]
    ).one()
    signed = today - timedelta(days=60 + number)
    father = contact.name if contact else "父亲"
    parties = [
        Party(role="entruster", name=father, relation="父亲", signed="phone", record=f"录音 {number:03d}"),
        Party(role="carer", name=carer.name, relation="祖辈", signed="self"),
        Party(role="village", name="村委会", signed="self"),
    ]
    asked = {f"bar_{one}": False for one in (1, 2, 3, 4)} if number % 7 else {}
    agreements.add(session, actor, person.id, AgreementIn(
        kind="guardianship", signed_on=signed, from_on=signed, to_on=signed + timedelta(days=365),
        carer_name=carer.name, carer_relation="祖辈", carer_number=carer.id_number, carer_phone=carer.phone,
        parties=parties, terms={"why": "父母双方同时外出", "contact": "每周打电话"}, **asked,
    ))  # fmt: skip


def _cases(session: Session) -> None:
    """Two that are being dealt with; the graver one shows what three people see."""
    village = rules.VILLAGES[0][0]
    found = session.scalars(
        select(Person).where(Person.relation == "孙子女", Person.division == village).order_by(Person.id).limit(4)
    ).all()
    cadre = accounts_queries.user_by_name(session, Role.VILLAGE.value)
    assert cadre is not None
    author = accounts.make_actor(session, cadre)
    for person, situation in zip(found[2:], ("untended", "violence"), strict=False):
        data = CaseReport(situations=[situation], person_id=person.id, seen="演示：邻居听到哭声", called=["110"],
                          police_unit="高士派出所", police_number="接警 0001")  # fmt: skip
        case_service.report(session, author, data, utcnow() - timedelta(hours=3), division=person.division)


def _women(session: Session, actor: Actor, today: date, draw: random.Random) -> None:
    """Wives whose husbands work far away."""
    query = (
        select(Person).where(Person.relation == "配偶", Person.sex == 2, Person.household_id.in_(  # type: ignore[attr-defined]
            select(Person.household_id).where(Person.works_away.is_not(None), Person.is_head.is_(True))))  # type: ignore[union-attr, attr-defined]
        .order_by(Person.id).limit(24)  # type: ignore[arg-type]
    )  # fmt: skip
    for person in session.scalars(query).all():
        answers = {"husband_place": draw.choice(rules.PLACES), "husband_since": f"{draw.randint(1, 9)} 年",
                   "husband_contact": "每周", "children": "2", "elders": draw.choice(("1", "2")), "health": "还好",
                   "needs": draw.choice(("想在家门口做工", "想学手艺"))}  # fmt: skip
        data = WomanIn(answers=answers, difficulties=draw.sample(["labour", "schooling", "care"], 1))
        children.add_survey(session, actor, person.id, data, today - timedelta(days=draw.randint(3, 60)))


def _elder(
    session: Session, actor: Actor, person: Person, marks: list[Any], contact: Contact | None, draw: random.Random
) -> None:
    children = []
    if contact:
        year = person.created_at.year - draw.randint(3, 12)
        children.append(Descendant(
            name=contact.name, relation=contact.relation, place=contact.place, since=f"{year} 年",
            phone=contact.phone, returns=draw.choice(("过年", "半年", "一个月")), able="能",
        ))  # fmt: skip
    data = ElderIn(marks=marks, children=children, children_count=len(children) + draw.randint(0, 2))
    elders.add(session, actor, person.id, data, WHY)


def _contacts(
    session: Session, actor: Actor, person: Person, contact: Contact | None, number: int, today: date,
    draw: random.Random,
) -> None:  # fmt: skip
    if number % 5:
        near = draw.choice(NEIGHBOURS)
        data = ContactPut(kind="village", name=near, relation="邻居", phone=_phone(draw), place="本村")
        contacts.put(session, actor, person.id, data)
    if number % 4 == 0:
        name = f"{person.name[0]}芳"
        data = ContactPut(kind="emergency", name=name, relation="女儿", phone=_phone(draw), place="合肥")
        contacts.put(session, actor, person.id, data)
    if contact:
        on = today - timedelta(days=draw.randint(1, 240))
        contacts.confirm(session, actor, contact.id, "not_reached" if number % 9 == 0 else "reached", on)


def _phone(draw: random.Random) -> str:
    return f"1549{draw.randint(0, 9_999_999):07d}"


def _support(session: Session, actor: Actor, person: Person, contact: Contact, number: int, today: date) -> None:
    signed = today - timedelta(days=150 + number)
    parties = [
        Party(role="elder", name=person.name, signed="self"),
        Party(role="supporter", name=contact.name, relation=contact.relation, phone=contact.phone, signed="phone",
              record=f"录音 {number:03d}"),
        Party(role="village", name="村委会", signed="self"),
    ]  # fmt: skip
    terms: Mapping[str, str] = {"living": "老人单独住", "cash": "每年 3000 元", "grain": "稻谷 300 斤",
                                "medical": "儿女平摊", "visits": "每年回来两次", "calls": "每周打电话"}  # fmt: skip
    last = None if number % 2 else signed + timedelta(days=365 if number % 4 else 170)
    row = agreements.add(session, actor, person.id, AgreementIn(
        kind="support", number=f"赡养{number:04d}", signed_on=signed, from_on=signed, to_on=last,
        open_ended=last is None, parties=parties, terms=dict(terms),
    ))  # fmt: skip
    if number % 4 == 1:
        result = "not_kept" if number % 8 == 1 else "good"
        look = Inspect(agreement_id=row.id, result=result, problem="三个月没有打钱" if result == "not_kept" else None)
        publish(session, agreements.inspect(session, actor, row, look, today - timedelta(days=5)))
