"""What follows from a visit: ledgers, whom to call, troubles, the next date, pictures; with the form that ships."""

from datetime import date, datetime, timedelta

import pytest
from sqlmodel import select

from app.db import SHANGHAI, reading, transaction
from app.forms.service import load_catalog
from app.sync import pull_service
from models.feed import FeedRow
from models.households import Contact, Household, Person
from models.visits import FieldConflict, Issue, Task, VisitPhoto
from tests import makers
from tests.sync.pushing import push, statuses

HOUSE = dict.fromkeys(("food", "clothes", "schooling", "doctor", "housing", "water"), "ok")


@pytest.fixture
def village(database):
    with transaction() as session:
        makers.divisions(session)
        load_catalog(session)
        me = makers.user(session)
        home = makers.household(session)
        seventy = date.today() - timedelta(days=70 * 366)
        elder = makers.person(session, home, tags=("elder_alone",), born_on=seventy)
        child = makers.person(
            session, home, "王小红", tags=("child_left_behind",), born_on=date.today() - timedelta(days=3000)
        )
        return me, home, elder, child


def answers(elder, phone="13800000001", **house):
    said = {"self_care": "able", "medicine": "short", "living": "alone", "emergency_name": "王小明",
            "emergency_relation": "son", "emergency_phone": phone, "emergency_confirmed": True}  # fmt: skip
    return {"safety": HOUSE | house, "elder": {elder.id: said}}


def test_a_visit_fills_what_the_county_keeps(village):
    me, home, elder, _ = village
    visit = makers.visit(home.id, answers=answers(elder, water="bad", water_problem="水管坏了"), unchanged=["child"],
                         issues=[{"text": "想要一辆轮椅"}])  # fmt: skip
    assert statuses(push(me, makers.command("visit", visit))) == ["stored"]
    with reading() as session:
        assert session.get(Household, home.id).ledger["household.water"]["value"] == "bad"
        row = session.get(Person, elder.id)
        assert (row.living, row.ledger["person.medicine"]["value"]) == ("alone", "short")
        contact = session.exec(select(Contact)).one()
        assert (contact.name, contact.relation, contact.phone, contact.kind) == (
            "王小明",
            "儿子",
            "13800000001",
            "emergency",
        )
        assert contact.confirmed_on is not None
        texts = {one.text for one in session.exec(select(Issue))}
        assert texts >= {"喝水不达标：水管坏了", "老人药不够了", "想要一辆轮椅"}
    told = {one["id"]: one["data"] for one in pull_service.pull(me, "", 500)["changes"] if "data" in one}
    assert told[elder.id]["contacts"][0]["phone"] == "13800000001"
    assert not any(key.startswith("contact.") for key in told[elder.id]["ledger"])


def test_the_next_date_follows_the_rhythm_and_what_was_agreed(village):
    me, home, elder, _ = village
    first = makers.visit(home.id, answers=answers(elder))
    on = datetime.fromisoformat(first["started_at"]).astimezone(SHANGHAI).date()
    push(me, makers.command("visit", first))
    with reading() as session:
        assert session.exec(select(Task)).one().due_on == on + timedelta(days=30)
    agreed = (on + timedelta(days=5)).isoformat()
    times = {"started_at": makers.at(9), "finished_at": makers.at(5)}
    push(me, makers.command("visit", makers.visit(home.id, answers=answers(elder), next_on=agreed, **times)))
    with reading() as session:
        assert session.exec(select(Task)).one().due_on.isoformat() == agreed
        assert session.exec(select(FeedRow).where(FeedRow.type == "task")).one().household_id == home.id


def test_two_who_say_another_number_are_both_heard(village):
    me, home, elder, _ = village
    with transaction() as session:
        other = makers.user(session, name="李强")
    push(me, makers.command("visit", makers.visit(home.id, answers=answers(elder))))
    late = makers.visit(
        home.id, answers=answers(elder, "13900000009"), started_at=makers.at(90), finished_at=makers.at(80)
    )
    push(other, makers.command("visit", late))
    with reading() as session:
        row = session.exec(select(FieldConflict)).one()
        assert (row.field, row.ours["value"]["phone"], row.theirs[0]["value"]["phone"]) == (
            "contact.emergency", "13800000001", "13900000009",
        )  # fmt: skip
        assert session.exec(select(Contact)).one().phone == "13800000001"


def test_a_childs_picture_is_known_as_one(village):
    me, home, _, child = village
    photos = [{"sha256": "d" * 64, "taken_at": makers.at(), "question": "hazards"},
              {"sha256": "e" * 64, "taken_at": makers.at(), "question": "water"}]  # fmt: skip
    push(
        me,
        makers.command(
            "visit", makers.visit(home.id, answers={"child": {child.id: {"hazards": ["water"]}}}, photos=photos)
        ),
    )
    with reading() as session:
        assert {one.sha256[0]: one.of_child for one in session.exec(select(VisitPhoto))} == {"d": True, "e": False}


def test_a_correction_takes_the_place_of_what_it_corrects(village):
    me, home, elder, _ = village
    first = makers.command("visit", makers.visit(home.id, answers=answers(elder)))
    better = makers.command("visit.correct", makers.visit(home.id, answers={"safety": HOUSE}), corrects=first["id"])
    assert statuses(push(me, first, better)) == ["stored", "stored"]
    with reading() as session:
        assert session.get(Household, home.id).last_visit_id == better["id"]
        assert {one.state for one in session.exec(select(Issue))} == {"replaced"}


def test_a_correction_must_say_of_what(village):
    me, home, elder, _ = village
    receipt = push(me, makers.command("visit.correct", makers.visit(home.id, answers=answers(elder))))[0]
    assert (receipt["status"], receipt["errors"][0]["path"]) == ("rejected", "corrects")
