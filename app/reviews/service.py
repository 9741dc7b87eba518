"""The review of pictures: made when a picture arrives, decided by a reviewer, answered by its author, asked by rules.

Every step is kept beside the others (`review_event`). A return becomes a task on the author's phone through the feed;
the answer comes back as the command `photo.answer`, and both versions stay.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.audit.service import entry, record_many
from app.bulk import Bulk
from app.db import SHANGHAI, is_sqlite, new_id, utcnow
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.feed.service import Change, publish
from app.photos import service as photos
from app.queue import enqueue, later
from app.reviews import queries, rules
from app.reviews.evidence import Gathered
from app.reviews.rules import Act, State
from app.reviews.schemas import Decision, PhotoAnswer
from models.photos import PhotoUpload
from models.reviews import EvidenceQuestion, Review, ReviewEvent
from models.visits import VisitPhoto

ANNOUNCE_AFTER = timedelta(seconds=40)
"""A return is announced outside only when it can no longer be taken back with one tap."""
AUTHOR_FIRST = timedelta(days=3)
"""So long a question waits for its author before a reviewer sees it all the same."""


def _change(review: Review) -> Change:
    return Change("review", review.id, user_id=review.author_id)


def with_visits(session: Session, *, names: Iterable[str] = (), visit_ids: Iterable[str] = ()) -> list[Row[Any]]:
    """Pictures with the visits that name them, as `on_photos_held` takes them; see `queries.with_visits`."""
    return queries.with_visits(session, names=names, visit_ids=visit_ids)


def on_photos_held(session: Session, pictures: Sequence[Row[Any]]) -> None:
    """Pictures of visits have wholly arrived from the visits' authors: they wait to be looked at.

    Called in either order of arrival, and harmless when called again. A picture that answers a return makes no review
    of its own; a corrected visit takes the review of the same picture over from the visit that it corrects.
    """
    held = [one for one in pictures if one.state == "stored"]
    for one in held:
        later(session, "process_photo", one.sha256)
        if one.answers_review:
            _answer_arrived(session, one.answers_review)
    waiting = [one for one in held if not one.answers_review]
    if not waiting:
        return
    pairs = [(visit, one.sha256) for one in waiting for visit in (one.id, one.corrects) if visit]
    known = queries.of_pairs(session, list(dict.fromkeys(pairs)))
    new, told, moved = [], [], {}
    for one in waiting:
        if (one.id, one.sha256) in known:
            continue
        before = known.pop((one.corrects, one.sha256), None)
        if before is None:
            new.append(_new_review(one))
            continue
        known[one.id, one.sha256] = before
        moved[before.visit_id] = one.id
        before.visit_id, before.question, before.of_child = one.id, one.question, one.of_child
        before.version += 1
        if before.state == State.RETURNED or before.has_questions:
            told.append(_change(before))
    session.flush()
    _carry_answers(session, moved)
    _REVIEWS.write(session, new)
    publish(session, told)


_REVIEWS = Bulk(insert(Review.__table__))  # type: ignore[attr-defined]


def _carry_answers(session: Session, moved: Mapping[str, str]) -> None:
    """What was answered goes with the version that counts, and is not asked again; the rest is looked at anew."""
    known = {(row.visit_id, row.sha256, row.kind, row.other) for row in queries.questions(session, moved.values())}
    for row in queries.questions(session, moved):
        new = moved[row.visit_id]
        if row.answer is not None and (new, row.sha256, row.kind, row.other) not in known:
            row.visit_id = new
    session.flush()


def _new_review(one: Row[Any]) -> dict[str, Any]:
    return {
        "id": new_id(), "visit_id": one.id, "sha256": one.sha256, "household_id": one.household_id,
        "division": one.division, "town": one.division[:9], "author_id": one.author_id, "form_code": one.form_code,
        "question": one.question, "of_child": one.of_child, "taken_at": one.taken_at, "state": State.WAITING.value,
        "has_questions": False, "marks": [], "created_at": utcnow(), "version": 1,
    }  # fmt: skip


def _answer_arrived(session: Session, review_id: str) -> Review | None:
    review = session.get(Review, review_id)
    if review is not None:
        review.asked_at = None
        session.flush()
    return review


def decide(session: Session, actor: Actor, decision: Decision, now: datetime) -> Review:
    """Accept a picture or return it to its author.

    Raises:
        NotAllowed: the account may not decide, took the picture itself, or may not see a child's picture.
        NotFound: outside the actor's scope.
        Conflict: somebody else decided meanwhile, or it stands so already.
        BadInput: a return without a reason, a word or a mark.
    """
    review = _for_deciding(session, actor, decision.review_id, now)
    act = Act(decision.act)
    reason = rules.reason_for_return(decision.reason, decision.note, decision.marks) if act is Act.RETURN else None
    if act is Act.RETURN and reason is None:
        raise BadInput("选一个原因，或写一句，走访的人才知道怎么改。", code="reason_needed")
    if review.version != decision.version:
        raise Conflict("这张刚有了新的情况，请看一下再决定。")
    try:
        state = rules.next_state(State(review.state), act)
    except rules.NoSuchStep as error:
        raise Conflict("这张已经是这样了，不用再点。", code="same_state") from error
    marks = [mark.model_dump(exclude_defaults=True) for mark in decision.marks] if act is Act.RETURN else []
    note = decision.note or None
    _step(
        session, review, actor, act.value, now, state=state.value, reason=reason, note=note, marks=marks,
        reviewer_id=actor.id, decided_at=now,
    )  # fmt: skip
    verb = "review.returned" if act is Act.RETURN else "review.accepted"
    _write_down(session, actor, verb, review, {"state": state.value, "reason": reason, "note": note}, now)
    if act is Act.RETURN:
        later(session, "announce_return", review.id, review.version, delay=ANNOUNCE_AFTER)
    return review


def _for_deciding(session: Session, actor: Actor, review_id: str, now: datetime) -> Review:
    review = queries.one(session, actor, review_id, now.astimezone(SHANGHAI).date())
    if review is None:
        raise NotFound("没有这张照片，或不在你负责的范围。")
    if not actor.may(Permission.REVIEW_DECIDE):
        raise NotAllowed()
    if review.author_id == actor.id:
        raise NotAllowed("自己拍的照片，请别人来看。", code="own_photo")
    name = review.answer_sha256 or review.sha256
    of_child = review.of_child or bool(photos.of_children(session, [name]))
    if of_child and not actor.may(Permission.CHILD_PHOTO_SEE):
        raise NotAllowed("孩子的照片要有专门的权限才能看。", code="child_photo")
    return review


def _step(session: Session, review: Review, actor: Actor, kind: str, now: datetime, **values: Any) -> None:
    """One step: the row changes only if it still has the version that was read, and the step is kept."""
    changed = session.execute(
        update(Review)
        .where(Review.id == review.id, Review.version == review.version)  # type: ignore[arg-type]
        .values(version=review.version + 1, **values)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise Conflict("这张刚有了新的情况，请看一下再决定。")
    session.refresh(review)
    session.add(
        ReviewEvent(
            id=new_id(), review_id=review.id, at=now, actor_id=actor.id, kind=kind,
            sha256=values.get("answer_sha256"), reason=values.get("reason"),
            note=values.get("note") if kind != "answer" else values.get("answer_text"), marks=values.get("marks") or [],
        )
    )  # fmt: skip
    session.flush()


def _write_down(
    session: Session, actor: Actor, verb: str, review: Review, after: dict[str, Any], now: datetime, told: bool = True
) -> None:
    record_many(session, [entry(actor, verb, "review", review.id, after=after)])
    if told:
        publish(session, [_change(review)])


def withdraw(session: Session, actor: Actor, review_id: str, now: datetime) -> Review:
    """Take one's own decision back, right after it: the review stands again where it stood.

    Raises:
        NotFound: outside the actor's scope.
        Conflict: too late, or something else has happened since.
    """
    review = _for_deciding(session, actor, review_id, now)
    steps = list(queries.events(session, review.id))
    last = steps[-1] if steps else None
    mine = last is not None and last.actor_id == actor.id and last.kind in (Act.ACCEPT, Act.RETURN)
    if last is None or not mine or now - last.at > rules.WITHDRAW_WITHIN:
        raise Conflict("已经过了撤回的时间。可以在“已退回”或“可以”里找到这张，再改。", code="too_late")
    kept = rules.kept_steps([step.kind for step in steps] + ["withdraw"])
    before = [steps[place] for place in kept]
    returned = next((step for step in reversed(before) if step.kind == Act.RETURN), None)
    decided = next((step for step in reversed(before) if step.kind in (Act.ACCEPT, Act.RETURN)), None)
    _step(
        session, review, actor, "withdraw", now, state=rules.state_after([step.kind for step in before]).value,
        reason=returned.reason if returned else None, note=returned.note if returned else None,
        marks=returned.marks if returned else [], reviewer_id=decided.actor_id if decided else None,
        decided_at=decided.at if decided else None,
    )  # fmt: skip
    _write_down(session, actor, "review.withdrawn", review, {"state": review.state}, now)
    return review


def answer(session: Session, actor: Actor, payload: Mapping[str, Any] | PhotoAnswer, now: datetime) -> Review:
    """The author answers a return or a question: with words, a new picture, or both.

    Raises:
        NotFound: no such review of this author.
    """
    data = payload if isinstance(payload, PhotoAnswer) else PhotoAnswer.model_validate(payload)
    review, entries, told = take_answer(session, actor, data, now)
    record_many(session, entries)
    publish(session, told)
    return review


def take_answer(
    session: Session, actor: Actor, data: PhotoAnswer, now: datetime
) -> tuple[Review, list[dict[str, Any]], list[Change]]:
    """As `answer`; audit entries and changes are returned: the caller may have many of them to write at once."""
    review = session.get(Review, data.review_id)
    if review is None or review.author_id != actor.id:
        raise NotFound("没有这张要改的照片，或不是你走访时拍的。", code="unknown_review")
    entries: list[dict[str, Any]] = []
    beside: dict[str, Review] = {}
    for one in data.answers:
        found, written = _answer_question(session, actor, one.id, one.text, now)
        entries.append(written)
        beside |= {row.id: row for row in _asked_beside(session, found) if row.id != review.id}
    _move_on(session, beside.values())
    if data.text or data.photo:
        name = _keep_answer_photo(session, review, data)
        state = rules.next_state(State(review.state), Act.ANSWER)
        _step(
            session, review, actor, Act.ANSWER.value, now, state=state.value, answer_text=data.text or None,
            answer_sha256=name, answered_at=now,
        )  # fmt: skip
        entries.append(entry(actor, "review.answered", "review", review.id, after={"sha256": name, "note": data.text}))
    else:
        _move_on(session, [review])
    return review, entries, [_change(row) for row in (review, *beside.values())]


def _keep_answer_photo(session: Session, review: Review, data: PhotoAnswer) -> str | None:
    photo = data.photo
    if photo is None:
        return review.answer_sha256
    if session.get(VisitPhoto, (review.visit_id, photo.sha256)) is None:
        last = select(func.max(VisitPhoto.position)).where(VisitPhoto.visit_id == review.visit_id)  # type: ignore[arg-type]
        place = photo.location
        session.add(
            VisitPhoto(
                visit_id=review.visit_id, sha256=photo.sha256, position=(session.scalar(last) or 0) + 1,
                original_sha256=photo.original_sha256, question=review.question, of_child=review.of_child,
                taken_at=photo.taken_at, lat=place.lat if place else None, lon=place.lon if place else None,
                accuracy_m=place.accuracy_m if place else None, note=photo.note, answers_review=review.id,
            )
        )  # fmt: skip
        session.flush()
    if session.get(PhotoUpload, (review.author_id, photo.sha256)) is not None:
        review.asked_at = None
        later(session, "process_photo", photo.sha256)
    return photo.sha256


def answer_question(session: Session, actor: Actor, question_id: str, text: str, now: datetime) -> EvidenceQuestion:
    """The author says what lies behind a question.

    Raises:
        NotFound: no such question to this author.
    """
    found, written = _answer_question(session, actor, question_id, text, now)
    record_many(session, [written])
    reviews = _asked_beside(session, found)
    _move_on(session, reviews)
    publish(session, [_change(row) for row in reviews])
    return found


def _answer_question(
    session: Session, actor: Actor, question_id: str, text: str, now: datetime
) -> tuple[EvidenceQuestion, dict[str, Any]]:
    found = session.get(EvidenceQuestion, question_id)
    if found is None or found.author_id != actor.id:
        raise NotFound("没有这个疑问，或不是问你的。", code="unknown_question")
    before, found.answer, found.answered_at = found.answer, text, now
    found.shown_at = found.shown_at or now
    session.flush()
    what = {"before": {"answer": before}, "after": {"answer": text}}
    return found, entry(actor, "question.answered", "evidence_question", found.id, **what)


def _asked_beside(session: Session, question: EvidenceQuestion) -> list[Review]:
    """The pictures beside which a question stands: its own, or all of its visit."""
    return [row for row in queries.of_visit(session, [question.visit_id]) if concerns(question, row)]


def concerns(question: EvidenceQuestion | rules.Asked, row: Review) -> bool:
    """Whether a question is about this picture of its visit, or about the visit itself."""
    return question.visit_id == row.visit_id and question.sha256 in ("", row.sha256, row.answer_sha256)


def _move_on(session: Session, reviews: Iterable[Review]) -> None:
    for row in reviews:
        row.version += 1
    session.flush()


def put_questions(session: Session, gathered: Gathered, now: datetime) -> int:
    """Write down the questions that were found; those asked before stay as they are. Returns how many are new."""
    visits = queries.visits(session, {one.visit_id for one in gathered.asked})
    before = queries.questions(session, visits)
    known = {(row.visit_id, row.sha256, rules.family(row.kind)) for row in before}
    fresh = []
    for one in gathered.asked:
        key = (one.visit_id, one.sha256, rules.family(one.kind))
        if key in known or one.visit_id not in visits:
            continue
        known.add(key)
        fresh.append(one)
    for one in fresh:
        session.execute(_insert_once(session, one, visits[one.visit_id].author_id, now))
    if gathered.review_ids:
        session.execute(update(Review).where(Review.id.in_(gathered.review_ids)).values(asked_at=now))  # type: ignore[attr-defined]
    reviews = queries.of_visit(session, visits)
    carriers = queries.first_of_visits(session, visits)
    touched = [row for row in reviews if _is_news(row, before, fresh)]
    for row in touched:
        row.has_questions = True
    _move_on(session, touched)
    publish(session, [_change(row) for row in touched if any(_tells(one, row, carriers) for one in fresh)])
    return len(fresh)


def _is_news(row: Review, before: Sequence[EvidenceQuestion], fresh: Sequence[rules.Asked]) -> bool:
    """A question stands beside this picture now: a new one, or one of its visit from before the picture came."""
    late = not row.has_questions and any(concerns(one, row) for one in before)
    return late or any(concerns(one, row) for one in fresh)


def _tells(question: EvidenceQuestion | rules.Asked, row: Review, carriers: Mapping[str, str]) -> bool:
    """Whether the author's phone gets a question with this review.

    A question about the visit itself goes with its first picture only: asked beside each of twenty, it would read as
    twenty reproaches. A reviewer sees it beside all of them.
    """
    return concerns(question, row) and (question.sha256 != "" or carriers.get(row.visit_id) == row.id)


def _insert_once(session: Session, one: rules.Asked, author_id: str, now: datetime) -> Any:
    if is_sqlite(session):
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert
    return insert(EvidenceQuestion).values(
        id=new_id(), visit_id=one.visit_id, sha256=one.sha256, kind=one.kind, other=one.other, text=one.text,
        facts=one.facts, author_id=author_id, created_at=now,
    ).on_conflict_do_nothing()  # fmt: skip


def mark_shown(session: Session, question_ids: Sequence[str], now: datetime) -> None:
    """Note that questions reached their author's phone; from then on a reviewer sees them too."""
    session.execute(
        update(EvidenceQuestion)
        .where(EvidenceQuestion.id.in_(question_ids), EvidenceQuestion.shown_at.is_(None))  # type: ignore[attr-defined, union-attr]
        .values(shown_at=now)
    )


def unasked(session: Session, before: datetime, limit: int) -> list[str]:
    """Pictures with reviews for which no questions were looked for yet."""
    return queries.unasked(session, before, limit)


def standing_return(session: Session, review_id: str, version: int) -> Review | None:
    """The review, if it is still returned as in this version; None when it was taken back or answered."""
    review = session.get(Review, review_id)
    stands = review is not None and review.version == version and review.state == State.RETURNED
    return review if stands else None


def pull(session: Session, ids: Sequence[str]) -> dict[str, tuple[int, dict[str, Any]]]:
    """What an author's phone is told of reviews: id → (version, data). The feed sends them to the author only."""
    rows = [row for row in queries.by_id(session, Review, ids).values() if isinstance(row, Review)]
    asked: dict[str, list[EvidenceQuestion]] = {}
    for one in queries.questions(session, {row.visit_id for row in rows}):
        asked.setdefault(one.visit_id, []).append(one)
    carriers = queries.first_of_visits(session, asked)
    mine = {row.id: [one for one in asked.get(row.visit_id, []) if _tells(one, row, carriers)] for row in rows}
    unseen = [one.id for found in mine.values() for one in found if one.shown_at is None]
    if unseen:
        enqueue("questions_shown", unseen)
    return {row.id: (row.version, _told(row, mine[row.id])) for row in rows}


def _told(row: Review, asked: Sequence[EvidenceQuestion]) -> dict[str, Any]:
    return {
        "visit_id": row.visit_id, "household_id": row.household_id, "sha256": row.sha256,
        "question": row.question, "form_code": row.form_code,
        "state": row.state, "reason": row.reason, "note": row.note, "marks": row.marks,
        "decided_at": row.decided_at.isoformat() if row.decided_at else None,
        "answer_sha256": row.answer_sha256, "answer_text": row.answer_text,
        "questions": [{"id": one.id, "kind": one.kind, "text": one.text, "answer": one.answer} for one in asked],
    }  # fmt: skip


PULL_TYPES = {"review": pull}
