"""Registers on the wire: rows of one's own homes, what visits found, who is called next; never a full number."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select

import app.rooms  # noqa: F401  (every room's rows)
from app.accounts.rules import Role
from app.db import transaction
from app.feed.service import Change, publish
from app.households import service as households
from app.households.register_service import today
from app.sync import pull_service
from models.agreements import Agreement
from models.children import Child
from models.elders import Elder
from models.households import Contact
from tests import makers
from tests.makers import FAR_VILLAGE, NEXT_VILLAGE, VILLAGE

NUMBER = "349927194001010010"


def told(at="2026-05-01T02:00:00.000Z", **values):
    return {
        name.replace("_", ".", 1): {"value": value, "at": at, "by": "x", "visit": "v", "known": at}
        for name, value in values.items()
    }


@pytest.fixture
def home(database):
    """A grandmother with her contacts and agreement, and her grandson with his carer's declarations."""
    with transaction() as session:
        makers.divisions(session)
        makers.user(session, Role.VILLAGE, (VILLAGE, NEXT_VILLAGE), token="here")
        home = makers.household(session, VILLAGE, "刘桂英", last_visit_id="v1", last_visit_on=date(2026, 5, 1))
        old = makers.person(session, home, "刘桂英", id_number=NUMBER, born_on=date(1940, 1, 1), tags=("elder_alone",),
                            ledger=told(person_living="alone", person_self_care="able"))  # fmt: skip
        boy = makers.person(session, home, "王浩", born_on=date(2016, 5, 1), ledger=told(person_alone="never"))
        son = {"name": "刘军", "relation": "儿子", "place": "宁波", "id_number": NUMBER}
        makers.elder(session, old, children=[son], listed_visit_on=date(2026, 4, 1))
        makers.child(session, boy, father_state="服刑在押", father_name="王军", father_number=NUMBER, wish="想爸爸",
                     listed_visit_on=date(2026, 6, 1))  # fmt: skip
        makers.contact(session, old, name="刘军", relation="儿子", rank=1, result="not_reached")
        makers.contact(session, old, name="刘芳", relation="女儿", rank=2, confirmed_on=today(), result="reached")
        makers.contact(session, old, kind="village", name="王婶")
        party = {"role": "supporter", "name": "刘军", "id_number": NUMBER, "signed": "phone"}
        soon = today() + timedelta(days=10)
        makers.agreement(session, old, signed_on=date(2025, 1, 1), to_on=soon, parties=[party])
        bars = dict.fromkeys(("bar_1", "bar_2", "bar_3", "bar_4"), False)
        makers.agreement(session, boy, "guardianship", carer_name="刘桂英", carer_number=NUMBER, **bars)
        makers.tell(session, home, elder=Elder, child=Child, contact=Contact, agreement=Agreement)
        return home


def pulled(areas=(VILLAGE,)):
    with transaction() as session:
        actor = makers.user(session, Role.VILLAGE, areas)
    page = pull_service.pull(actor, "", 500)
    kinds = ("elder", "child", "contact", "agreement")
    return {kind: [one["data"] for one in page["changes"] if one["type"] == kind and "data" in one] for kind in kinds}


def test_rows_go_down_to_the_homes_village_and_nowhere_else(home):
    here, elsewhere = pulled(), pulled((FAR_VILLAGE,))
    assert {kind: len(rows) for kind, rows in here.items()} == {"elder": 1, "child": 1, "contact": 3, "agreement": 2}
    assert all(row["household_id"] == home.id and row["person_id"] for rows in here.values() for row in rows)
    assert not any(elsewhere.values())
    assert NUMBER not in json.dumps(here, ensure_ascii=False)


def test_an_elders_tier_follows_from_what_a_visit_found(home):
    [row] = pulled()["elder"]
    assert (row["tier"], row["band"], row["every_days"]) == ("high", "80–89 岁", 7)
    assert row["tier_why"].startswith("独居，")
    assert row["ledger"]["living"] == "alone"
    assert row["last_visit"] == {"id": "v1", "on": "2026-05-01"}
    assert row["children"] == [{"name": "刘军", "relation": "儿子", "place": "宁波"}]


def test_a_later_visit_that_a_ledger_lists_has_no_id(home):
    [row] = pulled()["child"]
    assert row["last_visit"] == {"id": None, "on": "2026-06-01"}
    assert row["source_visit_id"] == "v"
    assert (row["father"]["state"], row["ledger"]) == ("服刑在押", {"alone": "never"})
    assert row["wish_heard"]
    assert "想爸爸" not in json.dumps(row, ensure_ascii=False)


def test_who_is_not_reached_leads_to_the_next(home):
    rows = {row["name"]: row for row in pulled()["contact"]}
    by_id = {row["next_id"] for row in rows.values()}
    assert len(by_id) == 3
    assert (rows["刘军"]["expired"], rows["刘军"]["supports"]) == (True, True)
    assert (rows["刘芳"]["expired"], rows["王婶"]["next_id"]) == (False, None)


def test_an_agreement_says_how_it_stands(home):
    rows = {row["kind"]: row for row in pulled()["agreement"]}
    assert rows["support"]["state"] == "ending"
    assert rows["support"]["missing"] == ["见证人"]
    assert rows["guardianship"]["bar_present"] is False
    assert "签订日期" in rows["guardianship"]["missing"]


def test_rows_move_with_their_home(home):
    with transaction() as session:
        clerk = makers.user(session, Role.TOWN_CLERK, (makers.TOWN,))
        households.move_household(session, clerk, home.id, NEXT_VILLAGE, home.version)
    assert not any(pulled().values())
    assert all(pulled((NEXT_VILLAGE,)).values())
    with transaction() as session:
        assert {row.division for table in (Elder, Child) for row in session.scalars(select(table))} == {NEXT_VILLAGE}


def test_one_who_left_the_register_is_gone(home):
    with transaction() as session:
        row = session.scalars(select(Elder)).one()
        row.removed_at = row.updated_at
        publish(session, [Change("elder", row.id, home.id, VILLAGE)])
    assert pulled()["elder"] == []
