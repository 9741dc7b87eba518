"""Reviews with a database: the steps, who may take them, what becomes of answers, what stands beside."""

import json
from datetime import timedelta

import pytest
from sqlmodel import select

from app import jobs
from app.accounts.rules import Role
from app.db import reading, transaction, utcnow
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.queue import queue
from app.reviews import desk, service
from app.reviews.duplicates import HashIndex
from app.reviews.schemas import Decision, PhotoAnswer, QueueFilter
from models.audit import AuditEntry
from models.feed import FeedRow
from models.photos import PhotoRefusal
from models.reviews import Review, ReviewEvent
from models.visits import VisitPhoto
from tests import makers
from tests.photos import pictures
from tests.reviews import stage
from tests.reviews.conftest import made

MARKS = [{"kind": "circle", "points": [[0.1, 0.1], [0.2, 0.2], [0.1, 0.15]]}]


def decision(review: Review, act: str = "accept", **more) -> Decision:
    return Decision.model_validate({"review_id": review.id, "version": review.version, "act": act} | more)


def test_a_picture_makes_one_review_whatever_is_called_twice(cast):
    cadre, _, home = cast
    with transaction() as session:
        visit = stage.visit(session, cadre, home)
        upload = stage.picture(session, cadre, pictures.jpeg())
        stage.name_picture(session, visit, upload.sha256)
        first = stage.held(session, visit, upload)
        assert stage.held(session, visit, upload) is first
    assert queue().pending_count() == 1


def test_a_picture_of_somebody_else_or_unnamed_makes_none(cast):
    cadre, _, home = cast
    with transaction() as session:
        other = makers.user(session)
        visit = stage.visit(session, cadre, home)
        upload = stage.picture(session, cadre, pictures.jpeg())
        assert stage.held(session, visit, upload) is None
        stage.name_picture(session, visit, upload.sha256)
        foreign = stage.picture(session, other, pictures.jpeg())
        assert stage.held(session, visit, foreign) is None


def test_a_corrected_visit_takes_the_review_over(cast):
    cadre, _, home = cast
    review = made(cast)
    with transaction() as session:
        newer = stage.visit(session, cadre, home, corrects=review.visit_id)
        upload = stage.picture(session, cadre, pictures.jpeg())
        stage.name_picture(session, newer, upload.sha256)
        taken = stage.held(session, newer, upload)
        assert taken is not None
        assert (taken.id, taken.visit_id) == (review.id, newer.id)


def test_accepting_is_kept_logged_and_told(cast):
    review = made(cast)
    with transaction() as session:
        after = service.decide(session, cast[1], decision(review), utcnow())
        assert (after.state, after.version, after.reviewer_id) == ("accepted", 2, cast[1].id)
    with reading() as session:
        assert session.exec(select(ReviewEvent.kind)).all() == ["accept"]
        assert "review.accepted" in session.exec(select(AuditEntry.action)).all()
        told = session.exec(select(FeedRow).where(FeedRow.type == "review")).one()
        assert (told.row_id, told.user_id, told.division) == (review.id, cast[0].id, "")


def test_a_return_reaches_the_author_with_note_and_marks(cast):
    review = made(cast)
    with transaction() as session:
        service.decide(session, cast[1], decision(review, "return", note="请把水缸也拍上", marks=MARKS), utcnow())
    with reading() as session:
        version, data = service.pull(session, [review.id])[review.id]
    assert version == 2
    assert (data["state"], data["reason"], data["note"]) == ("returned", "other", "请把水缸也拍上")
    assert data["marks"] == MARKS
    assert data["household_id"] == cast[2].id


def test_a_return_without_a_word_is_asked_for_one(cast):
    review = made(cast)
    with transaction() as session, pytest.raises(BadInput):
        service.decide(session, cast[1], decision(review, "return"), utcnow())


def test_two_reviewers_at_once(cast):
    review = made(cast)
    with transaction() as session:
        service.decide(session, cast[1], decision(review), utcnow())
    with transaction() as session, pytest.raises(Conflict):
        service.decide(session, cast[1], decision(review, "return", note="x"), utcnow())
    with reading() as session:
        assert session.exec(select(Review.state)).one() == "accepted"


def test_who_may_decide(cast):
    review = made(cast)
    with transaction() as session:
        far = makers.user(session, Role.TOWN_APPROVER, (makers.OTHER_TOWN,))
        near = makers.user(session, Role.TOWN_APPROVER, (makers.TOWN,))
    for actor, error in ((far, NotFound), (cast[0], NotAllowed)):
        with transaction() as session, pytest.raises(error):
            service.decide(session, actor, decision(review), utcnow())
    with transaction() as session:
        assert service.decide(session, near, decision(review), utcnow()).state == "accepted"


def test_nobody_reviews_what_they_took(cast):
    with transaction() as session:
        clerk = makers.user(session, Role.TOWN_CLERK, (makers.TOWN,))
    review = made((clerk, *cast[1:]))
    with transaction() as session, pytest.raises(NotAllowed) as caught:
        service.decide(session, clerk, decision(review), utcnow())
    assert caught.value.code == "own_photo"


def test_a_childs_picture_needs_its_right(cast):
    review = made(cast, named={"of_child": True})
    with transaction() as session, pytest.raises(NotAllowed) as caught:
        service.decide(session, cast[1], decision(review), utcnow())
    assert caught.value.code == "child_photo"
    with transaction() as session:
        trusted = makers.user(session, Role.SUPERVISOR, (makers.COUNTY,), flags=("child_photos",))
        service.decide(session, trusted, decision(review), utcnow())


def test_a_picture_that_another_visit_names_as_a_childs_is_locked_on_every_desk(cast):
    cadre, supervisor, home = cast
    review, answered = made(cast), made(cast, 2, begins=utcnow() - timedelta(days=9))
    with transaction() as session:
        elsewhere = stage.visit(session, cadre, makers.household(session, makers.FAR_VILLAGE))
        for name in (review.sha256, answered.sha256):
            stage.name_picture(session, elsewhere, name, of_child=True)
        new = stage.picture(session, cadre, pictures.jpeg(3)).sha256
        service.answer(session, cadre, {"review_id": answered.id, "photo": {"sha256": new}}, utcnow())
        plain = stage.reviewed(session, cadre, home, pictures.jpeg(4))[1]
    with reading() as session:
        rows = {row.id: row for row in desk.page(session, supervisor, QueueFilter(), utcnow()).rows}
        assert (rows[review.id].locked, rows[review.id].thumb) == (True, "")
        assert not rows[answered.id].locked
        view = desk.one(session, supervisor, review.id, utcnow())
        assert (view.locked, view.may_open, view.may_decide, view.others) == (True, False, False, [])
        for review_id in (answered.id, plain):
            others = desk.one(session, supervisor, review_id, utcnow()).others
            assert not any(name in str(others) for name in (review.sha256, answered.sha256))
    with transaction() as session, pytest.raises(NotAllowed) as caught:
        service.decide(session, supervisor, decision(review), utcnow())
    assert caught.value.code == "child_photo"


def test_taking_a_decision_back(cast):
    review = made(cast)
    now = utcnow()
    with transaction() as session:
        service.decide(session, cast[1], decision(review, "return", note="糊", marks=MARKS), now)
    with transaction() as session:
        after = service.withdraw(session, cast[1], review.id, now + timedelta(seconds=5))
        assert (after.state, after.note, after.marks, after.reviewer_id) == ("waiting", None, [], None)
    with transaction() as session:
        fresh = session.get(Review, review.id)
        service.decide(session, cast[1], decision(fresh), now)
    with transaction() as session, pytest.raises(Conflict):
        service.withdraw(session, cast[1], review.id, now + timedelta(minutes=2))


def test_only_ones_own_last_decision_is_taken_back(cast):
    review = made(cast)
    with transaction() as session:
        other = makers.user(session, Role.SUPERVISOR, (makers.COUNTY,))
        service.decide(session, other, decision(review), utcnow())
    with transaction() as session, pytest.raises(Conflict):
        service.withdraw(session, cast[1], review.id, utcnow())


def returned(cast) -> Review:
    review = made(cast)
    with transaction() as session:
        return service.decide(session, cast[1], decision(review, "return", note="糊"), utcnow())


def test_an_answer_keeps_both_versions(cast, decoder):
    review = returned(cast)
    data = pictures.jpeg(2)
    with transaction() as session:
        sha256 = stage.picture(session, cast[0], data).sha256
        payload = {"review_id": review.id, "text": "重拍了", "photo": {"sha256": sha256}}
        after = service.answer(session, cast[0], payload, utcnow())
        assert (after.state, after.sha256, after.answer_sha256) == ("answered", review.sha256, sha256)
    jobs.process_photo(review.sha256, decoder, HashIndex())
    jobs.process_photo(sha256, decoder, HashIndex())
    with reading() as session:
        view = desk.one(session, cast[1], review.id, utcnow())
        assert view.screen == f"/api/photos/{sha256}?size=screen"
        assert view.others[0].label == "退回的那张"
        assert not view.doubts
        kinds = session.exec(select(ReviewEvent.kind).order_by(ReviewEvent.id)).all()
        assert kinds == ["return", "answer"]


def test_every_picture_that_was_returned_is_shown_with_the_marks_of_its_return(cast):
    cadre, supervisor, _ = cast
    others = [{"kind": "text", "points": [[0.5, 0.5]], "text": "水表"}]
    review = returned(cast)
    names = [review.sha256]
    for seed in (2, 3):
        with transaction() as session:
            fresh = session.get(Review, review.id)
            if fresh.state != "returned":
                service.decide(session, supervisor, decision(fresh, "return", marks=others), utcnow())
            names.append(stage.picture(session, cadre, pictures.jpeg(seed)).sha256)
            service.answer(session, cadre, {"review_id": review.id, "photo": {"sha256": names[-1]}}, utcnow())
    with reading() as session:
        view = desk.one(session, supervisor, review.id, utcnow())
    beside = [(one.label, one.screen.split("/")[-1][:64], json.loads(one.marks or "[]")) for one in view.others]
    assert view.marks == ""
    assert beside == [
        ("退回的那张", names[1], others),
        ("退回的那张", names[0], []),
    ]


def test_an_answer_in_words_leaves_the_marks_on_the_picture(cast):
    cadre, supervisor, _ = cast
    review = made(cast)
    with transaction() as session:
        service.decide(session, supervisor, decision(review, "return", marks=MARKS), utcnow())
        service.answer(session, cadre, {"review_id": review.id, "text": "那是水缸"}, utcnow())
    with reading() as session:
        view = desk.one(session, supervisor, review.id, utcnow())
        assert json.loads(view.marks) == MARKS
    with transaction() as session:
        service.decide(session, supervisor, decision(session.get(Review, review.id)), utcnow())
    with reading() as session:
        assert desk.one(session, supervisor, review.id, utcnow()).marks == ""


def test_a_new_picture_to_a_question_was_never_returned(cast):
    cadre, supervisor, _ = cast
    review = made(cast)
    with transaction() as session:
        new = stage.picture(session, cadre, pictures.jpeg(2)).sha256
        service.answer(session, cadre, {"review_id": review.id, "photo": {"sha256": new}}, utcnow())
    with reading() as session:
        [other] = desk.one(session, supervisor, review.id, utcnow()).others
    assert (other.label, other.marks) == ("原来那张", "")


def test_an_answer_whose_picture_is_on_its_way(cast):
    review = returned(cast)
    with transaction() as session:
        service.answer(session, cast[0], {"review_id": review.id, "photo": {"sha256": "a" * 64}}, utcnow())
    with reading() as session:
        assert desk.page(session, cast[1], QueueFilter(), utcnow()).rows[0].photo == "missing"
        assert desk.one(session, cast[1], review.id, utcnow()).photo == "missing"


def test_only_the_author_answers(cast):
    review = returned(cast)
    with transaction() as session:
        other = makers.user(session)
    with transaction() as session, pytest.raises(NotFound):
        service.answer(session, other, {"review_id": review.id, "text": "x"}, utcnow())


def test_an_answer_to_what_was_accepted_meanwhile_changes_nothing_else(cast):
    review = returned(cast)
    with transaction() as session:
        service.decide(session, cast[1], decision(review), utcnow())
    with transaction() as session:
        after = service.answer(session, cast[0], {"review_id": review.id, "text": "好的"}, utcnow())
        assert (after.state, after.answer_text) == ("accepted", "好的")


@pytest.mark.parametrize(
    "payload", [{}, {"text": "x" * 501}, {"photo": {"sha256": "zz"}}, {"text": "x", "state": "accepted"}]
)
def test_an_answer_that_says_nothing_or_too_much(payload):
    with pytest.raises(ValueError, match="validation error"):
        PhotoAnswer.model_validate({"review_id": "0198a000-0000-7000-8000-000000000000"} | payload)


def facts_of(cast, review_id) -> dict[str, str]:
    with reading() as session:
        return {fact.name: fact.value for fact in desk.one(session, cast[1], review_id, utcnow()).facts}


def test_pictures_on_their_way_and_those_that_never_come_are_told_apart(cast):
    cadre, supervisor, home = cast
    with transaction() as session:
        visit, review_id, _ = stage.reviewed(session, cadre, home, pictures.jpeg(1))
        for letter in "abc":
            stage.name_picture(session, visit, letter * 64)
    assert facts_of(cast, review_id)["还有"] == "3 张照片在路上"
    assert "没收下" not in facts_of(cast, review_id)
    with transaction() as session:
        for letter in "bc":
            refused = {"user_id": cadre.id, "sha256": letter * 64, "code": "not_a_picture", "refused_at": utcnow()}
            session.add(PhotoRefusal(**refused))
        other = makers.user(session)
        session.add(PhotoRefusal(user_id=other.id, sha256="a" * 64, code="not_a_picture", refused_at=utcnow()))
    found = facts_of(cast, review_id)
    assert (found["还有"], found["没收下"]) == ("1 张照片在路上", "2 张照片不完整，不会再来")
    with transaction() as session:
        session.get(VisitPhoto, (visit.id, "a" * 64)).sha256 = "d" * 64
        session.add(PhotoRefusal(user_id=cadre.id, sha256="d" * 64, code="not_a_picture", refused_at=utcnow()))
    assert "还有" not in facts_of(cast, review_id)
    with transaction() as session:
        service.answer(session, cadre, {"review_id": review_id, "photo": {"sha256": "b" * 64}}, utcnow())
    with reading() as session:
        assert desk.one(session, supervisor, review_id, utcnow()).photo == "refused"


def test_what_stands_beside_is_of_earlier_visits_only(cast):
    cadre, supervisor, home = cast
    now = utcnow()

    def pictured(session, visit, seed):
        upload = stage.picture(session, cadre, pictures.jpeg(seed))
        stage.name_picture(session, visit, upload.sha256)
        return stage.held(session, visit, upload).id, upload.sha256

    with transaction() as session:
        later = stage.visit(session, cadre, home, begins=now - timedelta(days=1))
        visit = stage.visit(session, cadre, home, begins=now - timedelta(days=30))
        longer_ago = stage.visit(session, cadre, home, begins=now - timedelta(days=90))
        ago = stage.visit(session, cadre, home, begins=now - timedelta(days=60))
        dropped = stage.visit(session, cadre, home, begins=now - timedelta(days=61))
        pictured(session, later, 1)
        pictured(session, visit, 2)
        review_id, _ = pictured(session, visit, 3)
        earlier = [pictured(session, one, seed)[1] for one, seed in ((longer_ago, 4), (ago, 5))]
        pictured(session, dropped, 6)
        dropped.state = "replaced"
    with reading() as session:
        others = desk.one(session, supervisor, review_id, now).others
    assert [one.screen.split("/")[-1][:64] for one in others] == earlier[::-1]
