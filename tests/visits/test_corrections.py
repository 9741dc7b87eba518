"""A correction and what it corrects: both are kept, one counts, and nothing else is disturbed."""

from datetime import date, timedelta

from sqlmodel import col, select, update

from app.accounts.rules import Role
from app.db import SHANGHAI, reading, transaction, utcnow
from app.sync import pull_service
from app.visits import office_service as office
from models.households import Household, Person
from models.photos import PhotoUpload
from models.reviews import Review
from models.visits import Issue, Visit
from tests import makers
from tests.sync.pushing import push, statuses

HOUSE = dict.fromkeys(("food", "clothes", "schooling", "doctor", "housing", "water"), "ok")
ELDER = {
    "self_care": "able", "living": "alone", "emergency_name": "王小明", "emergency_relation": "son",
    "emergency_phone": "13800000001", "emergency_confirmed": True,
}  # fmt: skip
PHOTO = {
    "sha256": "d" * 64, "original_sha256": "e" * 64, "taken_at": makers.at(), "question": "water", "note": "水管",
    "location": {"lat": 30.1, "lon": 116.6, "accuracy_m": 100.0},
}  # fmt: skip


def answers(elder, medicine="short", **house):
    return {"safety": HOUSE | house, "elder": {elder.id: ELDER | {"medicine": medicine}}}


def correct(first, **more):
    """The correction of a command: its words as sent, some of them others."""
    return makers.command("visit.correct", first["payload"] | more, corrects=first["id"])


def told(me, kind):
    return {one["id"]: one["data"] for one in pull_service.pull(me, "", 500)["changes"] if one["type"] == kind}


def test_a_date_that_was_asked_about_is_put_right(village):
    me, home, elder = village
    wrong = (date.today() - timedelta(days=360)).isoformat()
    place = {"lat": 30.123, "lon": 116.694, "accuracy_m": 100.0}
    first = makers.command(
        "visit", makers.visit(home.id, answers=answers(elder), next_on=wrong, location=place, photos=[PHOTO])
    )
    receipt = push(me, first)[0]
    assert (receipt["status"], [one["path"] for one in receipt["questions"]]) == ("stored", ["next_on"])
    right = (date.today() + timedelta(days=9)).isoformat()
    better = correct(first, next_on=right)
    receipt = push(me, better)[0]
    assert (receipt["status"], "questions" in receipt) == ("stored", False)
    rows = told(me, "visit")
    assert (rows[first["id"]]["state"], rows[first["id"]]["corrected_by"]) == ("replaced", better["id"])
    assert (rows[better["id"]]["state"], rows[better["id"]]["corrects"]) == ("stored", first["id"])
    assert [one["due_on"] for one in told(me, "task").values()] == [right]
    for name in (first["id"], better["id"]):
        assert rows[name]["location"] == place
        named = rows[name]["photos"][0]
        assert {key: named[key] for key in ("original_sha256", "note", "location")} == {
            key: PHOTO[key] for key in ("original_sha256", "note", "location")
        }


def test_the_county_sees_old_and_new_side_by_side(village):
    me, home, elder = village
    first = makers.command("visit", makers.visit(home.id, answers=answers(elder)))
    better = correct(first, answers=answers(elder, "enough"))
    assert statuses(push(me, first, better)) == ["stored", "stored"]
    with transaction() as session:
        clerk = makers.user(session, Role.TOWN_CLERK, (makers.TOWN,))
    with reading() as session:
        family = office.visit_page(session, clerk, first["id"], utcnow().astimezone(SHANGHAI).date())
        assert {one.id for one in family.versions} == {first["id"], better["id"]}
        assert session.get(Person, elder.id).ledger["person.medicine"]["value"] == "enough"


def test_a_visit_of_long_ago_that_is_corrected_says_nothing_of_today(village):
    me, home, elder = village
    old = {"started_at": makers.at(60 * 24 * 20), "finished_at": makers.at(60 * 24 * 20 - 20)}
    first = makers.command(
        "visit", makers.visit(home.id, answers=answers(elder, water="bad", water_problem="断水"), **old)
    )
    latest = makers.command("visit", makers.visit(home.id, answers=answers(elder, "enough")))
    push(me, first, latest)
    with reading() as session:
        before = session.get(Household, home.id).summary
    push(me, correct(first, answers=answers(elder, "none", water="bad", water_problem="水浑")))
    with reading() as session:
        row = session.get(Household, home.id)
        assert (row.last_visit_id, row.summary) == (latest["id"], before)
        assert row.ledger["household.water"]["value"] == "ok"
        assert session.get(Person, elder.id).ledger["person.medicine"]["value"] == "enough"


def test_a_trouble_that_was_dealt_with_is_not_opened_anew(village):
    me, home, elder = village
    said = answers(elder, water="bad", water_problem="水管坏了")
    issues = [{"text": "想要一辆轮椅"}, {"text": "屋顶漏雨"}]
    first = makers.command("visit", makers.visit(home.id, answers=said, issues=issues))
    push(me, first)
    with transaction() as session:
        dealt_with = col(Issue.question).in_(["water"]) | (col(Issue.text) == "屋顶漏雨")
        session.execute(update(Issue).where(dealt_with).values(state="closed"))
    better = correct(first, mode="neighbour")
    push(me, better)
    with reading() as session:
        open_now = session.exec(select(Issue).where(Issue.state == "open")).all()
        assert {one.visit_id for one in open_now} == {better["id"]}
        assert {one.text for one in open_now} == {"老人药不够了", "想要一辆轮椅"}
        closed = session.exec(select(Issue).where(Issue.state == "closed")).all()
        assert {one.visit_id for one in closed} == {first["id"]}


def test_the_review_of_a_picture_goes_with_the_version_that_counts(village):
    me, home, elder = village
    with transaction() as session:
        session.add(PhotoUpload(user_id=me.id, sha256=PHOTO["sha256"], completed_at=utcnow()))
    first = makers.command("visit", makers.visit(home.id, answers=answers(elder), photos=[PHOTO]))
    better = correct(first, mode="neighbour")
    push(me, first)
    push(me, better)
    with reading() as session:
        assert [one.visit_id for one in session.exec(select(Review))] == [better["id"]]
        assert len(session.exec(select(Visit)).all()) == 2
