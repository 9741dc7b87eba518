"""Reviews with a database: the steps, who may take them, what becomes of answers and questions."""

import json
from datetime import timedelta

import pytest
from sqlmodel import select

from app import jobs
from app.accounts.rules import Role
from app.db import SHANGHAI, reading, transaction, utcnow
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.queue import queue
from app.reviews import desk, service
from app.reviews.duplicates import HashIndex
from app.reviews.schemas import Decision, PhotoAnswer, QueueFilter
from models.audit import AuditEntry
from models.feed import FeedRow
from models.photos import Photo, PhotoRefusal
from models.reviews import EvidenceQuestion, Review, ReviewEvent
from models.visits import VisitPhoto
from tests import makers
from tests.photos import pictures
from tests.reviews import stage

MARKS = [{"kind": "circle", "points": [[0.1, 0.1], [0.2, 0.2], [0.1, 0.15]]}]


@pytest.fixture
def cast(database):
    """A village with its cadre, a supervisor of the county, a home, and the form."""
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        cadre = makers.user(session, name="吴秀梅")
        supervisor = makers.user(session, Role.SUPERVISOR, (makers.COUNTY,), name="李慧")
        home = makers.household(session, name="孙家旺", group="六", door="28", lat=30.25, lon=116.70)
    return cadre, supervisor, home


@pytest.fixture(scope="module")
def decoder():
    from app.photos.decoder import Decoder

    made = Decoder()
    yield made
    made.close()


def decision(review: Review, act: str = "accept", **more) -> Decision:
    return Decision.model_validate({"review_id": review.id, "version": review.version, "act": act} | more)


def made(cast, seed: int = 1, **more) -> Review:
    cadre, _, home = cast
    with transaction() as session:
        _, review_id, _ = stage.reviewed(session, cadre, home, pictures.jpeg(seed), **more)
    with reading() as session:
        review = session.get(Review, review_id)
    assert review is not None
    return review


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


def test_the_same_picture_twice_is_asked_of_the_later_visit_and_told_to_the_author_first(cast, decoder):
    cadre, supervisor, _ = cast
    index = HashIndex()
    with transaction() as session:
        neighbour = makers.household(session, name="李国友")
        before = utcnow() - timedelta(days=40)
        _, first, _ = stage.reviewed(session, cadre, cast[2], pictures.jpeg(3), begins=before)
        visit, second, sha256 = stage.reviewed(session, cadre, neighbour, pictures.lying(6, 3))
    for name in (sha256, session_sha(first)):
        jobs.process_photo(name, decoder, index)
        jobs.process_photo(name, decoder, index)
    with reading() as session:
        asked = session.exec(select(EvidenceQuestion)).all()
        assert [(one.visit_id, one.kind, one.sha256) for one in asked] == [(visit.id, "same_photo", sha256)]
        assert session.get(Review, second).has_questions
        assert not session.get(Review, first).has_questions
        hints = {item.id: item.hint for item in desk.page(session, supervisor, QueueFilter(), utcnow()).rows}
        assert hints == {first: "", second: desk.ASKED_FIRST}
        _, told = service.pull(session, [second])[second]
        assert [one["text"] for one in told["questions"]] == [asked[0].text]
    with transaction() as session:
        service.mark_shown(session, [asked[0].id], utcnow())
    with transaction() as session:
        answer = {"review_id": second, "answers": [{"id": asked[0].id, "text": "拍错了"}]}
        service.answer(session, cadre, answer, utcnow())
    with reading() as session:
        view = desk.one(session, supervisor, second, utcnow())
        assert view.doubts[0].title.startswith("像")
        assert view.doubts[0].said == "吴秀梅说：拍错了"
        assert view.others[0].label.startswith("像")
        assert view.state == "waiting"


def session_sha(review_id: str) -> str:
    with reading() as session:
        return session.get(Review, review_id).sha256


def test_the_very_same_bytes_in_two_visits(cast, decoder):
    cadre, _, home = cast
    data = pictures.encoded(pictures.scene(4).resize((40, 30)).resize((640, 480)))
    with transaction() as session:
        stage.reviewed(session, cadre, home, data, begins=utcnow() - timedelta(days=9))
        later, _, sha256 = stage.reviewed(session, cadre, home, data)
    jobs.process_photo(sha256, decoder, HashIndex())
    with reading() as session:
        asked = session.exec(select(EvidenceQuestion)).one()
        assert (asked.visit_id, asked.facts["distance"]) == (later.id, None)


def test_time_place_overlap_and_clock_are_asked_once(cast, decoder):
    cadre, _, home = cast
    begins = utcnow() - timedelta(days=2)
    tags = pictures.exif(taken="2020:01:01 10:00:00", lat=(31, 0, 0), lon=(117, 0, 0))
    with transaction() as session:
        neighbour = makers.household(session)
        stage.visit(session, cadre, neighbour, begins=begins - timedelta(minutes=10))
        _, review_id, sha256 = stage.reviewed(session, cadre, home, pictures.jpeg(5, exif=tags), begins=begins)
    for _ in range(2):
        jobs.process_photo(sha256, decoder, HashIndex())
    with reading() as session:
        kinds = sorted(session.exec(select(EvidenceQuestion.kind)).all())
        assert kinds == ["exif_time", "far_from_home", "overlapping_visits"]
        assert len(service.pull(session, [review_id])[review_id][1]["questions"]) == 3


def kinds_asked(cast, decoder, *, before=timedelta(0), tags=None, named=None, **more) -> list[str]:
    """What is asked about a picture that its visit says was taken so long before it began."""
    cadre, _, home = cast
    begins = utcnow() - timedelta(days=2)
    with transaction() as session:
        data = pictures.jpeg(7, exif=tags) if tags else pictures.jpeg(7)
        said = {"taken_at": begins - before} | (named or {})
        visit, _, sha256 = stage.reviewed(session, cadre, home, data, begins=begins, named=said, **more)
    jobs.process_photo(sha256, decoder, HashIndex())
    with reading() as session:
        asked = select(EvidenceQuestion.kind).where(EvidenceQuestion.visit_id == visit.id)
        return sorted(session.exec(asked).all())


def test_a_picture_without_exif_is_asked_by_what_its_visit_says(cast, decoder):
    """A phone re-encodes its pictures: what the original said comes down in the visit."""
    assert kinds_asked(cast, decoder, before=timedelta(days=400)) == ["exif_time"]
    with reading() as session:
        assert "走访前 13 个月" in session.exec(select(EvidenceQuestion.text)).one()


def test_where_a_picture_was_taken_is_asked_by_what_its_visit_says(cast, decoder):
    far = {"lat": 31.0, "lon": 117.0, "accuracy_m": 100.0}
    assert kinds_asked(cast, decoder, named=far) == ["far_from_home"]


@pytest.mark.parametrize("before", [timedelta(0), timedelta(hours=5), timedelta(hours=-5), None])
def test_a_picture_of_the_visits_own_time_asks_nothing(cast, decoder, before):
    said = {"taken_at": None} if before is None else {}
    assert kinds_asked(cast, decoder, before=before or timedelta(0), named=said) == []


def test_the_bytes_own_time_counts_before_what_the_visit_says(cast, decoder):
    begins = (utcnow() - timedelta(days=2)).astimezone(SHANGHAI)
    tags = pictures.exif(taken=f"{begins:%Y:%m:%d %H:%M:%S}")
    assert kinds_asked(cast, decoder, before=timedelta(days=400), tags=tags) == []


def test_a_picture_that_a_correction_adds_is_later_by_its_nature(cast, decoder):
    """Without EXIF its time is when it was put in; that it was taken long before is asked all the same."""
    cadre, _, home = cast
    with transaction() as session:
        first = stage.visit(session, cadre, home, begins=utcnow() - timedelta(days=3), state="replaced")
    assert kinds_asked(cast, decoder, before=timedelta(days=-3), corrects=first.id) == []
    assert kinds_asked(cast, decoder, before=timedelta(days=-3)) == ["exif_time", "same_photo"]
    assert "exif_time" in kinds_asked(cast, decoder, before=timedelta(days=9), corrects=first.id)


def many_pictures(cast, seeds=(1, 2, 3)):
    """A visit with pictures, at the time of another visit; returns (visit, ids of the reviews, names)."""
    cadre, _, home = cast
    begins = utcnow() - timedelta(days=2)
    with transaction() as session:
        stage.visit(session, cadre, makers.household(session), begins=begins - timedelta(minutes=10))
        visit = stage.visit(session, cadre, home, begins=begins)
        return (visit, *zip(*(add_picture(session, cadre, visit, seed) for seed in seeds), strict=True))


def add_picture(session, cadre, visit, seed):
    upload = stage.picture(session, cadre, pictures.jpeg(seed))
    stage.name_picture(session, visit, upload.sha256)
    return stage.held(session, visit, upload).id, upload.sha256


def told(review_ids) -> dict[str, list[dict]]:
    with reading() as session:
        rows = service.pull(session, list(review_ids))
    return {key: data["questions"] for key, (_, data) in rows.items() if data["questions"]}


def test_a_question_about_a_visit_reaches_its_author_once_whatever_the_pictures(cast, decoder):
    cadre, supervisor, _ = cast
    visit, reviews, names = many_pictures(cast)
    for name in names:
        jobs.process_photo(name, decoder, HashIndex())
    cards = told(reviews)
    assert [(key, [one["kind"] for one in asked]) for key, asked in cards.items()] == [
        (min(reviews), ["overlapping_visits"])
    ]
    for review_id in reviews:
        assert len(told([review_id])) == (review_id == min(reviews))
    with transaction() as session:
        late, sha256 = add_picture(session, cadre, visit, 4)
    jobs.process_photo(sha256, decoder, HashIndex())
    assert set(told([*reviews, late])) == {min(reviews)}
    with reading() as session:
        now = utcnow() + timedelta(days=4)
        assert all(desk.one(session, supervisor, one, now).doubts for one in (*reviews, late))


def test_one_answer_settles_a_question_about_a_visit_for_every_picture(cast, decoder):
    cadre, supervisor, _ = cast
    _, reviews, names = many_pictures(cast)
    for name in names:
        jobs.process_photo(name, decoder, HashIndex())
    [(carrier, asked)] = told(reviews).items()
    with reading() as session:
        before = session.scalar(select(FeedRow.position).order_by(FeedRow.position.desc()).limit(1))
        versions = {one.id: one.version for one in session.exec(select(Review))}
    payload = {"review_id": carrier, "answers": [{"id": asked[0]["id"], "text": "一起去的"}]}
    with transaction() as session:
        service.answer(session, cadre, payload, utcnow())
    assert told(reviews)[carrier][0]["answer"] == "一起去的"
    with reading() as session:
        news = session.exec(select(FeedRow.row_id).where(FeedRow.position > before)).all()
        assert set(news) == set(reviews)  # a phone that was told it beside each picture hears of it there too
        assert all(session.get(Review, one).version == versions[one] + 1 for one in reviews)
        for one in reviews:
            assert desk.one(session, supervisor, one, utcnow()).doubts[0].said == "吴秀梅说：一起去的"


def test_only_what_went_to_the_phone_counts_as_shown(cast, decoder):
    _, reviews, names = many_pictures(cast, (1, 2))
    for name in names:
        jobs.process_photo(name, decoder, HashIndex())
    queue().flush()
    told([max(reviews)])
    assert queue().pending_count() == 0
    told([min(reviews)])
    assert queue().pending_count() == 1


def test_what_cannot_be_decoded_is_kept_and_asked_about(cast, decoder):
    cadre, supervisor, home = cast
    with transaction() as session:
        _, review_id, sha256 = stage.reviewed(session, cadre, home, pictures.jpeg(6)[:9000])
    jobs.process_photo(sha256, decoder, HashIndex())
    with reading() as session:
        photo = session.get(Photo, sha256)
        assert (photo.state, photo.problem) == ("undecodable", "cut_short")
        assert session.exec(select(EvidenceQuestion.kind)).all() == ["undecodable"]
        assert desk.one(session, supervisor, review_id, utcnow()).photo == "undecodable"


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


def test_a_question_waits_three_days_for_its_author(cast, decoder):
    cadre, supervisor, home = cast
    with transaction() as session:
        _, review_id, sha256 = stage.reviewed(session, cadre, home, pictures.jpeg(6)[:9000])
    jobs.process_photo(sha256, decoder, HashIndex())
    with reading() as session:
        now = utcnow()
        assert desk.one(session, supervisor, review_id, now).doubts[0].title == "有个疑问，先问走访人"
        later = desk.one(session, supervisor, review_id, now + timedelta(days=4))
        assert later.doubts[0].title == "照片打不开"
        assert later.doubts[0].said == "问过吴秀梅，还没回话。"


def test_the_sweep_finds_what_a_killed_worker_left(cast, decoder):
    review = made(cast)
    queue().flush()
    assert jobs.sweep() == 0
    assert jobs.sweep(utcnow() + timedelta(minutes=2)) == 1
    assert queue().pending_count() == 1
    jobs.process_photo(review.sha256, decoder, HashIndex())
    assert jobs.sweep(utcnow() + timedelta(minutes=2)) == 0


def test_a_worker_killed_between_picture_and_questions_loses_no_question(cast, decoder):
    from app.photos import service as photos

    review = made(cast)
    queue().flush()
    photos.process(review.sha256, decoder)
    assert jobs.sweep(utcnow() + timedelta(minutes=2)) == 1
