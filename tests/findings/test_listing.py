"""The registers of a real database, as frames and as `ruhutong findings` prints them; SQLite and PostgreSQL alike."""

import json
from datetime import date

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from app import crypto
from app.db import new_id, reading, transaction, utcnow
from app.findings.telling_service import listed
from app.settings.service import set_value
from models.agreements import Agreement
from models.benefits import Enrolment, Payment
from models.children import Child
from models.disability import DisabilityCertificate
from models.hardship import Hardship
from models.households import Person
from models.lists import Death
from models.pairing import Official, PairedHome
from tests import makers

AS_OF = date(2026, 10, 31)


def _place(person: Person) -> dict:
    now = utcnow()
    return {
        "id": new_id(), "person_id": person.id, "household_id": person.household_id, "division": person.division,
        "created_at": now, "updated_at": now,
    }  # fmt: skip


def _person(session, home, name: str, number: str, born: date, **more) -> Person:
    return makers.person(
        session, home, name, id_number=number, id_index=crypto.index(number, "id_number"), born_on=born, is_head=True,
        relation="户主", registered_here=True, **more,
    )  # fmt: skip


def _county(session) -> None:
    """A dead woman still paid, a boy whose grandmother has died, a helpless man at home, a home without an official."""
    makers.divisions(session)
    first = makers.household(session, code="34992710120100001", attribute="建档立卡-未脱贫", name="赵")
    woman = _person(session, first, "赵荷菊", "34992719350104110X", date(1935, 1, 4), phone="0556-7356664")
    session.add(Death(id=new_id(), id_number="34992719350104110X", id_index=woman.id_index, name=woman.name,
                      person_id=woman.id, died_on=date(2026, 8, 5), created_at=utcnow()))  # fmt: skip
    session.add(Enrolment(**_place(woman), programme="old_allowance", from_month="2020-01", band="90-99"))
    session.add(Payment(**{name: one for name, one in _place(woman).items() if name != "updated_at"},
                        programme="old_allowance", period="2026-09", amount_fen=12000))  # fmt: skip
    second = makers.household(session, code="34992710120100002", name="钱")
    boy = _person(session, second, "钱小", "349927201501153352", date(2015, 1, 15))
    child = _place(boy) | {"kinds": ["child_left_behind"], "risk": "green", "listed_visit_on": AS_OF,
                           "school_written": "在校"}  # fmt: skip
    session.add(Child(**child))
    session.add(Agreement(**_place(boy), kind="guardianship", to_on=date(2027, 1, 1), from_on=date(2026, 1, 1),
                          carer_name=woman.name, carer_number=woman.id_number, carer_index=woman.id_index,
                          bar_1=False))  # fmt: skip
    third = makers.household(session, code="34992710120100003", name="孙")
    man = _person(session, third, "孙山", "349927196009053217", date(1960, 9, 5))
    session.add(Hardship(**_place(man), support="home", wish="willing", eats=False, dresses=False, gets_up=False,
                         toilet=False, walks=True, bathes=True, assessed_on=AS_OF, listed_visit_on=AS_OF))  # fmt: skip
    session.add(DisabilityCertificate(**_place(man), number="34992719600905321743B1", category=4, grade=3,
                                      valid_to=date(2030, 1, 1)))  # fmt: skip
    now = utcnow()
    official = Official(id=new_id(), name="干部", phone="16329311265", created_at=now, updated_at=now)
    session.add(official)
    session.flush()
    for number in range(11):
        home = makers.household(session, code=f"3499271012020000{number:02}")
        _person(session, home, "李", "", date(1980, 1, 1))
        session.add(PairedHome(id=new_id(), official_id=official.id, household_id=home.id, division=home.division,
                               from_on=date(2026, 1, 1), created_at=now, updated_at=now))  # fmt: skip


EXPECTED = [
    ("R01", "红", "34992719350104110X"), ("R24", "红", "349927201501153352"), ("R32", "橙", "349927196009053217"),
    ("R38", "橙", "349927"), ("R38", "橙", "349927101"), ("R38", "橙", "349927196009053217"),
    ("R46", "黄", "16329311265"), ("R50", "黄", "34992719350104110X"),
]  # fmt: skip


@pytest.fixture
def county(database):
    with transaction() as session:
        _county(session)


def _found(session) -> list[dict]:
    return [one for one in listed(session, AS_OF) if "身份证号重复" not in str(one["facts"])]


def test_what_the_registers_hold_is_what_the_rules_see(county):
    with reading() as session:
        found = _found(session)
    assert [(one["rule"], one["severity"], one["subject"]) for one in found] == EXPECTED
    facts = {one["rule"]: one["facts"] for one in found}
    assert facts["R01"] == {"programme": "高龄津贴", "death_date": "2026-08-05", "paid": ["2026-09"]}
    assert facts["R24"] == {"carer": "34992719350104110X", "why": ["已死亡", "年龄≥70"]}
    assert facts["R46"] == {"why": "结对户数超过10户", "households": 11}


def test_a_day_before_the_death_nothing_is_said_of_it(county):
    with reading() as session:
        rules = {one["rule"] for one in listed(session, date(2026, 8, 4))}
    assert "R01" not in rules


def test_a_rule_that_is_switched_off_is_silent(county):
    with transaction() as session:
        set_value(session, None, "rules.off", ["R38", "R50"], date(2026, 1, 1))
    with reading() as session:
        assert {one["rule"] for one in _found(session)} == {"R01", "R24", "R32", "R46"}


def test_the_command_prints_one_document_and_keeps_nothing(home):
    from app.cli import cli
    from models.findings import Finding

    with transaction() as session:
        _county(session)
    printed = CliRunner().invoke(cli, ["findings", "--as-of", "2026-10-31", "--json"])
    assert printed.exit_code == 0, printed.output
    found = json.loads(printed.stdout)
    assert {(one["rule"], one["severity"], one["subject"]) for one in found} >= set(EXPECTED)
    assert {tuple(sorted(one)) for one in found} == {("facts", "kind", "rule", "severity", "subject")}
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Finding)) == 0
