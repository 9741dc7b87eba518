"""The questions that pictures raise, with a database: which are asked, whom they reach first, and once."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app import jobs
from app.db import SHANGHAI, reading, transaction, utcnow
from app.queue import queue
from app.reviews import desk, service
from app.reviews.duplicates import HashIndex
from app.reviews.schemas import QueueFilter
from models.feed import FeedRow
from models.photos import Photo
from models.reviews import EvidenceQuestion, Review
from tests import makers
from tests.photos import pictures
from tests.reviews import stage
from tests.reviews.conftest import made

MARKS = [{"kind": "circle", "points": [[0.1, 0.1], [0.2, 0.2], [0.1, 0.15]]}]


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
