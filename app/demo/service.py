"""Loading the demo county: once, whole, through the same doors as real work."""

import json
import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import structlog
from sqlmodel import Session

from app.accounts import queries as accounts_queries
from app.accounts import service as accounts
from app.accounts.rules import Role
from app.accounts.schemas import AccountInput, Actor
from app.config import settings
from app.db import SHANGHAI, new_id, reading, transaction, utcnow
from app.demo import benefits, care, petitions, queries, registers, rules
from app.demo.visits import earlier_visit
from app.divisions import service as divisions
from app.divisions.schemas import DivisionIn
from app.feed.service import publish
from app.forms import service as forms
from app.households import bulk_service, contact_service, pull_service
from app.households.schemas import ContactIn, HouseholdIn, PersonIn
from app.settings import service as parameters
from app.sync import service as sync
from models.households import Person

log = structlog.get_logger()
BATCH = 50
PEOPLE = {
    Role.VILLAGE: ("吴秀梅", ["349927100201"], ["child_officer", "elder_officer"]),
    Role.PAIRED: ("陈志远", [], []),
    Role.TOWN_CLERK: ("周海燕", ["349927100"], []),
    Role.TOWN_APPROVER: ("徐国强", ["349927100"], ["child_supervisor"]),
    Role.SECTION: ("何敏", ["349927"], ["child_section"]),
    Role.SUPERVISOR: ("李慧", ["349927"], ["child_photos"]),
    Role.LEADER: ("王建平", ["349927"], []),
    Role.ADMIN: ("赵晓东", [], []),
    Role.AUDITOR: ("孙洁", [], []),
}
"""One account for each role: name, areas, flags. All are made up."""
NEIGHBOURS = ("汪德贵", "潘桂芳", "刘长生", "洪秀云", "叶志国", "龙春香", "方有福")
"""The cadres of the other seven villages, whose earlier visits lie there; nobody can log in as them."""


def demo_file() -> Path:
    """Where the demo accounts stand, as `{role: {username, password}}`."""
    return settings().home / "demo.json"


def _write_accounts(found: dict[str, dict[str, str]]) -> None:
    temporary = demo_file().with_suffix(".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(found, file, ensure_ascii=False, indent=1)
    temporary.replace(demo_file())


def _accounts(session: Session) -> dict[str, dict[str, str]]:
    found = {}
    for role, (name, areas, flags) in PEOPLE.items():
        data = AccountInput(username=role.value, name=name, role=role, divisions=areas, flags=flags)
        _, password = accounts.create_account(session, None, data, utcnow(), is_demo=True)
        found[role.value] = {"username": role.value, "password": password}
    for number, (name, (code, _)) in enumerate(zip(NEIGHBOURS, rules.VILLAGES[1:], strict=True), start=2):
        data = AccountInput(username=f"village{number}", name=name, role=Role.VILLAGE, divisions=[code])
        accounts.create_account(session, None, data, utcnow(), is_demo=True)
    return found


def _register(session: Session, today: date) -> None:
    named = (rules.COUNTY, *rules.TOWNSHIPS, *rules.VILLAGES)
    divisions.upsert(session, None, [DivisionIn(code=code, name=name) for code, name in named])
    register_homes(session, list(rules.households(today)))


def register_homes(session: Session, homes: Sequence[rules.DemoHousehold]) -> None:
    """Take made-up homes and their people into the register; their villages must be known."""
    bulk_service.upsert_households(session, None, [
        HouseholdIn(code=home.code, name=home.people[0].name, division=home.division, group=home.group, door=home.door,
                    attribute=home.attribute)
        for home in homes
    ])  # fmt: skip
    people = [(home, person) for home in homes for person in home.people]
    added = bulk_service.upsert_people(session, None, [
        PersonIn(household_code=home.code, name=person.name, id_number=person.id_number, relation=person.relation,
                 is_head=person.is_head, phone=person.phone, living=person.living, health=person.health,
                 works_away=person.away, tags=person.tags)
        for home, person in people
    ])  # fmt: skip
    operator = Actor(id=new_id(), username="", name="演示", role=Role.TOWN_CLERK, divisions=(rules.COUNTY[0],))
    news = []
    for person_id, (_, person) in zip(added.ids, people, strict=True):
        row = session.get(Person, person_id)
        if person.contact and row is not None:
            name, relation, phone, place = person.contact
            contact = ContactIn(kind="emergency", name=name, relation=relation, phone=phone, place=place)
            news += contact_service.put_contact(session, operator, row, contact, at=utcnow())
    publish(session, news)


def _author(session: Session, village: int) -> Actor:
    user = accounts_queries.user_by_name(session, "village" if village == 0 else f"village{village + 1}")
    assert user is not None
    return accounts.make_actor(session, user, device_id=new_id())


def earlier_visits(session: Session, ids: Sequence[str]) -> list[dict[str, Any]]:
    """The command of an earlier visit for each of these homes."""
    program = forms.program(session, "home", forms.current(session, "home").version)
    assert program is not None
    data = pull_service.pull_households(session, ids)
    members, cannot = queries.people_of(session, ids), queries.cannot(session)
    people = pull_service.pull_people(session, [person for found in members.values() for person in found])
    return [
        earlier_visit(
            program, {"id": key, **data[key].data},
            [
                {"id": person, **people[person].data, **({"cannot": cannot[person]} if person in cannot else {})}
                for person in members[key]
            ],
            utcnow().astimezone(SHANGHAI), new_id,
        )
        for key in ids
    ]  # fmt: skip


def _visits() -> None:
    """An earlier visit in each home that has none yet, sent as a phone would send it."""
    for number, (code, _name) in enumerate(rules.VILLAGES):
        with reading() as session:
            homes = queries.unvisited(session, code)
            author = _author(session, number)
            commands = earlier_visits(session, homes) if homes else []
        for start in range(0, len(commands), BATCH):
            body = {"device_id": author.device_id, "commands": commands[start : start + BATCH]}
            receipts = sync.push(author, json.dumps(body, ensure_ascii=False).encode())["receipts"]
            refused = [one for one in receipts if one["status"] != "stored"]
            if refused:
                raise AssertionError(f"the demo's own visits were refused: {refused[0]}")


def load_demo() -> None:
    """Load the demo county into an empty home; finish a load that was broken off; else do nothing."""
    with reading() as session:
        empty = accounts_queries.count_users(session) == 0
    if empty:
        log.info("loading the demo county")
        today = utcnow().astimezone(SHANGHAI).date()
        with transaction() as session:
            found = _accounts(session)
            _register(session, today)
            registers.load(session, today)
            care.load(session, today)
            benefits.load(session, today)
            petitions.load(session, today)
            hotline = {"name": "县民政局值班电话", "number": "0556-0000000"}
            parameters.set_value(session, None, "hotline", hotline, today, source="演示")
            _write_accounts(found)
    if demo_file().exists():
        forms.load_catalog_at_start()
        _visits()
