"""A correction that leaves something out takes it back from the ledgers, and is not asked anew; on both databases."""

from datetime import date, timedelta

from sqlmodel import col, select

from app import jobs
from app.db import reading, transaction, utcnow
from app.photos.decoder import Decoder
from app.reviews import service as reviews
from app.reviews.duplicates import HashIndex
from models.audit import AuditEntry
from models.households import Contact, Household, Person
from models.reviews import EvidenceQuestion
from models.visits import FieldConflict, Visit
from tests import makers
from tests.photos import pictures
from tests.reviews import stage
from tests.sync.pushing import push, statuses

HOUSE = dict.fromkeys(("food", "clothes", "schooling", "doctor", "housing", "water"), "ok")
ELDER = {
    "self_care": "able", "living": "alone", "medicine": "enough",
    "emergency_name": "王小明", "emergency_relation": "son", "emergency_phone": "13800000001",
    "emergency_confirmed": True,
}  # fmt: skip


def visit(home, elder, minutes_ago=30.0, **told):
    said = {name: value for name, value in (ELDER | told).items() if value is not None}
    return makers.command(
        "visit",
        makers.visit(
            home.id, answers={"safety": HOUSE, "elder": {elder.id: said}},
            started_at=makers.at(minutes_ago + 10), finished_at=makers.at(minutes_ago),
        ),
    )  # fmt: skip


def correct(first, elder, **more):
    """The correction of a visit, some of its elder's answers others, None for left out."""
    told = first["payload"]["answers"]["elder"][elder.id] | more
    answers = {"safety": HOUSE, "elder": {elder.id: {name: one for name, one in told.items() if one is not None}}}
    return makers.command("visit.correct", first["payload"] | {"answers": answers}, corrects=first["id"])


def ledger(elder):
    with reading() as session:
        person = session.get(Person, elder.id)
        return {name: one.get("visit") for name, one in person.ledger.items()}, person.living


def test_what_a_correction_leaves_out_is_taken_back_and_the_log_tells(village):
    me, home, elder = village
    first = visit(home, elder)
    push(me, first)
    assert ledger(elder)[0]["person.living"] == first["id"]
    assert ledger(elder)[1] == "alone"
    better = correct(first, elder, living=None)
    assert statuses(push(me, better)) == ["stored"]
    now, living = ledger(elder)
    assert ("person.living" in now, living) == (False, None)
    assert set(now.values()) == {better["id"]}
    with reading() as session:
        log = session.exec(
            select(AuditEntry).where(AuditEntry.action == "person.ledger").order_by(col(AuditEntry.id))
        ).all()
        assert (log[-1].before["person.living"], log[-1].after["person.living"]) == ("alone", None)
        assert (log[-1].actor_id, log[-1].after["visit"]) == (me.id, better["id"]), "who took it back, and by what"
        assert (log[0].actor_id, log[0].after["visit"]) == (me.id, first["id"])
        assert session.get(Visit, first["id"]).answers["elder"][elder.id]["living"] == "alone"


def test_an_earlier_visit_says_it_again(village):
    me, home, elder = village
    before = visit(home, elder, 3000, living="spouse", emergency_name="王大", emergency_phone="13800000002")
    first = visit(home, elder)
    push(me, before, first)
    assert ledger(elder)[1] == "alone"
    push(me, correct(first, elder, living=None, emergency_name=None, emergency_relation=None, emergency_phone=None,
                     emergency_confirmed=None))  # fmt: skip
    now, living = ledger(elder)
    assert (now["person.living"], now["contact.emergency"], living) == (before["id"], before["id"], "spouse")
    with reading() as session:
        contact = session.exec(select(Contact).where(Contact.person_id == elder.id)).one()
    assert (contact.name, contact.phone, contact.source_visit_id) == ("王大", "13800000002", before["id"])


def test_whom_to_call_goes_when_nobody_says_it_any_more(village):
    me, home, elder = village
    first = visit(home, elder)
    push(me, first)
    push(me, correct(first, elder, emergency_name=None, emergency_relation=None, emergency_phone=None,
                     emergency_confirmed=None))  # fmt: skip
    with reading() as session:
        assert session.exec(select(Contact).where(Contact.person_id == elder.id)).all() == []
    assert "contact.emergency" not in ledger(elder)[0]


def test_the_order_of_arrival_does_not_matter(village):
    me, home, elder = village
    first = visit(home, elder)
    better = correct(first, elder, living=None)
    assert statuses(push(me, better)) == ["held"]
    push(me, first)
    now, living = ledger(elder)
    assert ("person.living" in now, living, set(now.values())) == (False, None, {better["id"]})


def test_what_the_register_said_before_stands_again(village):
    me, home, elder = village
    from app.households import service
    from app.households.schemas import PersonChange

    with transaction() as session:
        service.change_person(session, me, elder.id, PersonChange(living="spouse"), 1)
    first = visit(home, elder, -0.0)
    push(me, first)
    assert ledger(elder)[1] == "alone"
    push(me, correct(first, elder, living=None))
    assert ledger(elder)[1] == "spouse"


def test_what_a_person_has_decided_is_not_taken_back(village):
    me, home, elder = village
    from app.accounts.rules import Role
    from app.sync import unplaced_service

    first = visit(home, elder, 20)
    with transaction() as session:
        other = makers.user(session)
        clerk = makers.user(session, Role.TOWN_CLERK, (makers.TOWN,))
    push(me, first)
    push(other, visit(home, elder, 15, living="spouse"))
    with transaction() as session:
        row = session.exec(select(FieldConflict).where(FieldConflict.field == "person.living")).one()
        others = (str(at) for at, one in enumerate(row.theirs) if one["value"] == "alone")
        unplaced_service.decide_conflict(session, clerk, row.id, next(others, "ours"))
    assert ledger(elder)[1] == "alone"
    push(me, correct(first, elder, living=None))
    assert ledger(elder)[1] == "alone"
    with reading() as session:
        assert session.get(Household, home.id).last_visit_id


def test_a_correction_is_not_asked_again_what_was_left_as_it_was(village):
    me, home, elder = village
    far = (date.today() + timedelta(days=900)).isoformat()
    first = visit(home, elder, medicine=None)
    first = makers.command("visit", first["payload"] | {"next_on": far})
    asked = {one["path"] for one in push(me, first)[0]["questions"]}
    assert {"next_on"} < asked
    second = correct(first, elder, living="spouse")
    assert "questions" not in push(me, second)[0]
    third = makers.command("visit.correct", second["payload"] | {"next_on": "2099-01-01"}, corrects=second["id"])
    assert {one["path"] for one in push(me, third)[0]["questions"]} == {"next_on"}


def test_an_answered_question_about_a_picture_goes_with_the_correction(village):
    me, home, elder = village
    decoder = Decoder()
    data = pictures.jpeg(3, exif=pictures.exif(taken="2020:01:01 10:00:00"))
    with transaction() as session:
        sha256 = stage.picture(session, me, data).sha256
    first = makers.command("visit", visit(home, elder)["payload"] | {
        "photos": [{"sha256": sha256, "taken_at": makers.at(), "question": "water"}]})  # fmt: skip
    push(me, first)
    try:
        jobs.process_photo(sha256, decoder, HashIndex())
        with transaction() as session:
            row = session.exec(select(EvidenceQuestion)).one()
            reviews.answer_question(session, me, row.id, "是去年的照片，选错了", utcnow())
        better = correct(first, elder, living="spouse")
        push(me, better)
        jobs.process_photo(sha256, decoder, HashIndex())
    finally:
        decoder.close()
    with reading() as session:
        kept = session.exec(select(EvidenceQuestion)).all()
    assert [(one.visit_id, one.answer) for one in kept] == [(better["id"], "是去年的照片，选错了")]
