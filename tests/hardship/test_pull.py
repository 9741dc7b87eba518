"""Pull types of the destitute, the disabled and of pairings: what goes down, to whom, and what never does."""

from datetime import date

import pytest
from sqlmodel import select

from app import rooms
from app.accounts.rules import Role
from app.db import new_id, reading, transaction, utcnow
from app.households import service as households
from app.sync import pull_service
from models.agreements import Agreement
from models.benefits import Enrolment
from models.disability import DisabilityCertificate
from models.hardship import Hardship
from models.pairing import Measure, Official, PairedHome, Plan
from tests import makers
from tests.makers import FAR_VILLAGE, VILLAGE

NUMBER = "349927198501196307"
CARER = "349927197202142187"
KINDS = {"hardship", "disability", "pairing", "plan", "measure"}


def stamped(**more):
    return {"id": new_id(), "created_at": utcnow(), "updated_at": utcnow()} | more


def everything(session, home):
    """A destitute, disabled person in a paired home with a plan, a measure and a carer."""
    said = {"value": "came", "at": "2026-10-02T00:00:00.000+00:00", "visit": "v2", "by": "u"}
    earlier = said | {"value": "ok", "at": "2026-09-02T00:00:00.000+00:00", "visit": "v1"}
    person = makers.person(session, home, "韩云美", id_number=NUMBER, tags=("tekun", "tekun_home", "disabled"),
                           ledger={"hardship.carer_came": said, "person.living": earlier})  # fmt: skip
    about = {"person_id": person.id, "household_id": home.id, "division": home.division}
    able = dict.fromkeys(("eats", "dresses", "gets_up", "toilet"), True) | {"walks": False, "bathes": False}
    official = Official(**stamped(name="何敏群", unit="县医保局", phone="16162997534"))
    plan = Plan(**stamped(household_id=home.id, division=home.division, year=2026, causes=["disability"]))
    session.add_all([official, plan])
    session.flush()
    session.add_all([
        Hardship(**stamped(**about, support="home", wish="unwilling", grade_written="具备生活自理能力", **able,
                           assessed_on=date(2025, 10, 31), listed_visit_on=date(2026, 10, 17))),
        DisabilityCertificate(**stamped(**about, number=NUMBER + "43", category=4, grade=3, open_ended=True)),
        Enrolment(**stamped(**about, programme="tekun", from_month="2022-01")),
        Agreement(**stamped(**about, kind="care", carer_name="黄蓉洁", carer_number=CARER, carer_phone="15400000009",
                            from_on=date(2025, 9, 24), open_ended=True)),
        PairedHome(**stamped(household_id=home.id, division=home.division, official_id=official.id)),
        PairedHome(**stamped(household_id=home.id, division=home.division, official_id=official.id,
                             from_on=date(2020, 1, 1), to_on=date(2024, 1, 1))),
        Measure(**stamped(household_id=home.id, division=home.division, person_id=person.id, plan_id=plan.id,
                          kind="care", text="每周上门做饭")),
    ])  # fmt: skip
    session.flush()
    makers.tell(session, home, hardship=Hardship, disability=DisabilityCertificate, pairing=PairedHome, plan=Plan,
                measure=Measure)  # fmt: skip
    return person


@pytest.fixture
def world(database):
    rooms.fill_registry()
    with transaction() as session:
        makers.divisions(session)
        cadre = makers.user(session, Role.VILLAGE, (VILLAGE,))
        far = makers.user(session, Role.VILLAGE, (FAR_VILLAGE,))
        home = makers.household(session, VILLAGE, attribute="建档立卡-未脱贫", last_visit_id="v2",
                                last_visit_on=date(2026, 10, 2),
                                ledger={"pairing.measures": {"value": "yes", "at": "2026", "visit": "v2"}})  # fmt: skip
        person = everything(session, home)
    return cadre, far, home, person


def pulled(actor):
    found = pull_service.pull(actor, "", 500)["changes"]
    return {one["type"]: one["data"] for one in found if "data" in one}, str(found)


def test_all_five_go_down_to_who_works_there_and_to_nobody_else(world):
    cadre, far, home, person = world
    mine, _ = pulled(cadre)
    assert set(mine) >= KINDS
    assert {mine[kind]["household_id"] for kind in KINDS} == {home.id}
    assert {mine[kind]["person_id"] for kind in ("hardship", "disability", "measure")} == {person.id}
    theirs, words = pulled(far)
    assert not KINDS & set(theirs)
    assert person.id not in words


def test_a_row_says_what_lists_and_visits_know_and_from_which_visit(world):
    row = pulled(world[0])[0]["hardship"]
    assert (row["grade"], row["grade_words"], row["grade_differs"]) == ("partly", "半失能", True)
    assert row["last_visit"] == {"id": None, "on": "2026-10-17"}
    assert row["ledger"] == {"carer_came": "came", "living": "ok"}
    assert row["source_visit_id"] == "v2"
    assert row["review_due_on"] == "2026-10-31"
    assert (row["carer"]["name"], row["carer"]["phone"]) == ("黄蓉洁", "15400000009")
    paired = pulled(world[0])[0]["pairing"]
    assert paired["official"]["phone"] == "16162997534"
    assert paired["source_visit_id"] == "v2"
    assert (paired["ledger"], paired["last_visit"]) == ({"measures": "yes"}, {"id": "v2", "on": "2026-10-02"})


def test_both_allowances_are_shut_for_the_destitute(world):
    row = pulled(world[0])[0]["disability"]
    assert [one["right"] for one in row["allowances"].values()] == ["excluded", "excluded"]
    assert (row["kind_words"], row["state"], row["problems"]) == ("肢体三级", "valid", [])


def test_no_full_number_goes_down(world):
    _, words = pulled(world[0])
    assert NUMBER not in words
    assert CARER not in words
    assert "349927********630743" in words


def test_the_ended_pairing_stays_away_and_the_home_takes_its_rows_along(world):
    cadre, far, home, _ = world
    kinds = [one["type"] for one in pull_service.pull(cadre, "", 500)["changes"]]
    assert kinds.count("pairing") == 1
    with transaction() as session:
        clerk = makers.user(session, Role.TOWN_CLERK, (makers.COUNTY,))
        households.move_household(session, clerk, home.id, FAR_VILLAGE, 1)
    assert set(pulled(far)[0]) >= KINDS
    with reading() as session:
        assert session.exec(select(Hardship)).one().division == FAR_VILLAGE
    assert "hardship" not in pulled(cadre)[0]
