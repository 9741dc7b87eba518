"""Reading reviews: the queue in the order of arrival, and what stands around one picture."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, select, tuple_
from sqlmodel import Session

from app.accounts.queries import below, in_scope
from app.accounts.schemas import Actor
from app.limits import PAGE
from app.reviews.schemas import QueueFilter
from models.accounts import User
from models.households import Household, Person
from models.photos import Photo, PhotoRefusal, PhotoUpload
from models.reviews import EvidenceQuestion, Review, ReviewEvent
from models.sync import Command
from models.visits import Visit, VisitPhoto

STATES = {"open": ("waiting", "answered"), "returned": ("returned",), "accepted": ("accepted",)}


def first_id_since(moment: datetime) -> str:
    """The smallest UUIDv7 of a moment: ids made later are greater."""
    milliseconds = f"{int(moment.timestamp() * 1000):012x}"
    return f"{milliseconds[:8]}-{milliseconds[8:]}-7000-8000-000000000000"


def _plain(column: object) -> ColumnElement[str]:
    """The column, but not for an index: the queue is walked in its own order, and this condition is only checked."""
    return func.coalesce(column, "")


def _area(code: str) -> ColumnElement[bool]:
    """The rows of one division, in the form that its index serves."""
    if len(code) == 12:
        return Review.division == code  # type: ignore[return-value]
    if len(code) == 9:
        return Review.town == code  # type: ignore[return-value]
    return below(_plain(Review.division), code)


def part(actor: Actor, on: date, state: str, area: str, wanted: QueueFilter, since: datetime | None) -> Select:
    """The rows of one state in one area that the filter leaves, still without order and cursor."""
    query = select(Review).where(
        Review.state == state,  # type: ignore[arg-type]
        in_scope(actor, on, _plain(Review.division), Review.household_id),
        _area(area),
    )
    if wanted.form:
        query = query.where(Review.form_code == wanted.form)  # type: ignore[arg-type]
    if since is not None:
        query = query.where(Review.id >= first_id_since(since))  # type: ignore[arg-type]
    return query


def _areas(actor: Actor, wanted: QueueFilter) -> list[str]:
    if wanted.area:
        return [wanted.area]
    codes = sorted(actor.divisions)
    return [code for code in codes if not any(code != other and code.startswith(other) for other in codes)]


def queue(
    session: Session, actor: Actor, wanted: QueueFilter, now: datetime, on: date, *, after: str = "", limit: int = PAGE
) -> list[Review]:
    """A page of the queue: what waits longest comes first; what is decided, newest first.

    Each state and each area of the actor is walked by its own index, and the parts are merged: the cost does not grow
    with what waits.

    Args:
        after: id of the last row of the page before.
    """
    since = now - timedelta(days=wanted.days) if wanted.days else None
    rising = wanted.state == "open"
    found: dict[str, Review] = {}
    for state in STATES[wanted.state]:
        for area in _areas(actor, wanted):
            query = part(actor, on, state, area, wanted, since)
            if after:
                query = query.where(Review.id > after if rising else Review.id < after)  # type: ignore[arg-type]
            order = Review.id if rising else Review.id.desc()  # type: ignore[attr-defined]
            found.update({row.id: row for row in session.scalars(query.order_by(order).limit(limit))})  # type: ignore[arg-type]
    return [found[one] for one in sorted(found, reverse=not rising)][:limit]


def count(session: Session, actor: Actor, wanted: QueueFilter, now: datetime, on: date) -> int:
    """How many pictures the filter leaves."""
    query = (
        select(func.count())
        .select_from(Review)
        .where(
            Review.state.in_(STATES[wanted.state]),  # type: ignore[attr-defined]
            in_scope(actor, on, Review.division, Review.household_id if not actor.divisions else None),
        )
    )
    if wanted.area:
        query = query.where(below(Review.division, wanted.area))
    if wanted.form:
        query = query.where(Review.form_code == wanted.form)  # type: ignore[arg-type]
    if wanted.days:
        query = query.where(Review.id >= first_id_since(now - timedelta(days=wanted.days)))  # type: ignore[arg-type]
    return session.scalar(query) or 0


def one(session: Session, actor: Actor, review_id: str, on: date) -> Review | None:
    """A review in the actor's scope."""
    return session.scalars(
        select(Review).where(Review.id == review_id, in_scope(actor, on, Review.division, Review.household_id))  # type: ignore[arg-type]
    ).first()


def of_pairs(session: Session, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Review]:
    """The reviews of pictures of visits, by (visit, picture)."""
    return {(row.visit_id, row.sha256): row for row in session.scalars(_OF_PAIRS, {"pairs": pairs})}


_OF_PAIRS = select(Review).where(
    tuple_(Review.visit_id, Review.sha256).in_(bindparam("pairs", expanding=True))  # type: ignore[arg-type]
)


def with_visits(session: Session, *, names: Iterable[str] = (), visit_ids: Iterable[str] = ()) -> list[Row[Any]]:
    """Pictures with the visits that name them: all that name one of these, or all of these visits."""
    session.flush()
    wanted, visits = list(names), list(visit_ids)
    found: list[Row[Any]] = []
    for query, values in ((_BY_NAME, wanted), (_BY_VISIT, visits)):
        for start in range(0, len(values), 400):
            found += session.execute(query, {"some": values[start : start + 400]})
    return found


# Over the tables themselves and made once: every picture that arrives asks this.
_NAMED, _VISIT = VisitPhoto.__table__.c, Visit.__table__.c  # type: ignore[attr-defined]
_WITH_VISITS = select(
    _NAMED.sha256, _NAMED.question, _NAMED.of_child, _NAMED.taken_at, _NAMED.answers_review, _VISIT.id,
    _VISIT.household_id, _VISIT.division, _VISIT.author_id, _VISIT.form_code, _VISIT.state, _VISIT.corrects,
).where(_VISIT.id == _NAMED.visit_id)  # fmt: skip
_BY_NAME = _WITH_VISITS.where(_NAMED.sha256.in_(bindparam("some", expanding=True)))
_BY_VISIT = _WITH_VISITS.where(_NAMED.visit_id.in_(bindparam("some", expanding=True)))


def of_photo(session: Session, sha256: str) -> Sequence[Review]:
    """All reviews in which a picture stands, as the first version or as the answer."""
    first = select(Review).where(Review.sha256 == sha256)  # type: ignore[arg-type]
    answers = (
        select(Review).join(VisitPhoto, VisitPhoto.answers_review == Review.id)  # type: ignore[arg-type]
        .where(VisitPhoto.sha256 == sha256)  # type: ignore[arg-type]
    )  # fmt: skip
    rows = {row.id: row for query in (first, answers) for row in session.scalars(query)}
    return list(rows.values())


def events(session: Session, review_id: str) -> Sequence[ReviewEvent]:
    """The steps of a review in their order."""
    return session.scalars(select(ReviewEvent).where(ReviewEvent.review_id == review_id).order_by(ReviewEvent.id)).all()  # type: ignore[arg-type]


def by_id(session: Session, table: type, ids: Iterable[str | None]) -> dict[str, object]:
    """Rows of a table by id, in one query."""
    wanted = {one for one in ids if one}
    if not wanted:
        return {}
    return {row.id: row for row in session.scalars(select(table).where(table.id.in_(wanted)))}  # type: ignore[attr-defined]


def visits(session: Session, ids: Iterable[str]) -> dict[str, Visit]:
    """Visits by id."""
    return by_id(session, Visit, ids)  # type: ignore[return-value]


def households(session: Session, ids: Iterable[str]) -> dict[str, Household]:
    """Households by id."""
    return by_id(session, Household, ids)  # type: ignore[return-value]


def people(session: Session, ids: Iterable[str]) -> dict[str, Person]:
    """People by id."""
    return by_id(session, Person, ids)  # type: ignore[return-value]


def users(session: Session, ids: Iterable[str]) -> dict[str, User]:
    """Accounts by id."""
    return by_id(session, User, ids)  # type: ignore[return-value]


def photos(session: Session, names: Iterable[str]) -> dict[str, Photo]:
    """Pictures by sha256; those that have not arrived are missing."""
    wanted = set(names)
    if not wanted:
        return {}
    return {row.sha256: row for row in session.scalars(select(Photo).where(Photo.sha256.in_(wanted)))}  # type: ignore[attr-defined]


def named(session: Session, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], VisitPhoto]:
    """What visits say of their pictures, by (visit, sha256)."""
    wanted = set(pairs)
    if not wanted:
        return {}
    query = select(VisitPhoto).where(VisitPhoto.visit_id.in_({visit for visit, _ in wanted}))  # type: ignore[attr-defined]
    return {(row.visit_id, row.sha256): row for row in session.scalars(query) if (row.visit_id, row.sha256) in wanted}


def uploads(session: Session, pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of (author, sha256) have wholly arrived."""
    wanted = set(pairs)
    if not wanted:
        return set()
    query = select(PhotoUpload.user_id, PhotoUpload.sha256).where(PhotoUpload.sha256.in_({name for _, name in wanted}))  # type: ignore[call-overload, attr-defined]
    return {(user, name) for user, name in session.execute(query)} & wanted


def refusals(session: Session, pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of (author, sha256) came as no whole picture: they will not come again under this name."""
    wanted = set(pairs)
    if not wanted:
        return set()
    query = select(PhotoRefusal.user_id, PhotoRefusal.sha256).where(
        PhotoRefusal.sha256.in_({name for _, name in wanted})
    )  # type: ignore[call-overload, attr-defined]
    return {(user, name) for user, name in session.execute(query)} & wanted


def questions(session: Session, visit_ids: Iterable[str]) -> list[EvidenceQuestion]:
    """The questions about some visits, oldest first."""
    wanted = set(visit_ids)
    if not wanted:
        return []
    query = select(EvidenceQuestion).where(EvidenceQuestion.visit_id.in_(wanted))  # type: ignore[attr-defined]
    return list(session.scalars(query.order_by(EvidenceQuestion.id)))


def earlier(session: Session, review: Review, visit: Visit, limit: int = 6) -> Sequence[Review]:
    """Pictures of the same item in the same home from earlier visits that count, the latest visit first."""
    same = Review.question == review.question if review.question else Review.question.is_(None)  # type: ignore[union-attr]
    return session.scalars(
        select(Review)
        .join(Visit, Visit.id == Review.visit_id)  # type: ignore[arg-type]
        .where(Review.household_id == review.household_id, same, Review.of_child == review.of_child)  # type: ignore[arg-type]
        .where(Visit.state == "stored", Visit.started_at < visit.started_at)  # type: ignore[arg-type]
        .order_by(Visit.started_at.desc(), Review.id.desc()).limit(limit)  # type: ignore[attr-defined]
    ).all()  # fmt: skip


def unasked(session: Session, before: datetime, limit: int) -> list[str]:
    """Pictures with reviews for which no questions were looked for yet: what a killed worker left."""
    query = (
        select(Review.sha256).where(Review.asked_at.is_(None), Review.created_at < before)  # type: ignore[call-overload, union-attr]
        .order_by(Review.id).limit(limit)
    )  # fmt: skip
    return list(dict.fromkeys(session.scalars(query)))


def of_visit(session: Session, visit_ids: Iterable[str]) -> Sequence[Review]:
    """The reviews of some visits."""
    wanted = set(visit_ids)
    return session.scalars(select(Review).where(Review.visit_id.in_(wanted))).all() if wanted else []  # type: ignore[attr-defined]


def first_of_visits(session: Session, visit_ids: Iterable[str]) -> dict[str, str]:
    """The first review of each of these visits."""
    wanted = set(visit_ids)
    if not wanted:
        return {}
    query = select(Review.visit_id, func.min(Review.id)).where(Review.visit_id.in_(wanted)).group_by(Review.visit_id)  # type: ignore[call-overload, attr-defined]
    return {visit_id: review_id for visit_id, review_id in session.execute(query)}


def visits_in(
    session: Session, actor: Actor, on: date, area: str, since: datetime | None, limit: int
) -> Sequence[Visit]:
    """Visits of the actor's scope that count, newest first."""
    query = select(Visit).where(Visit.state == "stored", in_scope(actor, on, Visit.division, Visit.household_id))  # type: ignore[arg-type]
    if area:
        query = query.where(below(Visit.division, area))
    if since is not None:
        query = query.where(Visit.started_at >= since)  # type: ignore[arg-type]
    return session.scalars(query.order_by(Visit.started_at.desc(), Visit.id.desc()).limit(limit)).all()  # type: ignore[attr-defined]


def photos_of_visit(session: Session, visit_id: str) -> Sequence[VisitPhoto]:
    """The pictures that a visit names."""
    return session.scalars(select(VisitPhoto).where(VisitPhoto.visit_id == visit_id)).all()  # type: ignore[arg-type]


def holders(session: Session, names: Iterable[str]) -> list[tuple[VisitPhoto, Visit]]:
    """Visits that name one of these pictures, and whose author sent it."""
    wanted = set(names)
    if not wanted:
        return []
    query = (
        select(VisitPhoto, Visit)
        .join(Visit, Visit.id == VisitPhoto.visit_id)  # type: ignore[arg-type]
        .join(PhotoUpload, and_(PhotoUpload.user_id == Visit.author_id, PhotoUpload.sha256 == VisitPhoto.sha256))  # type: ignore[arg-type]
        .where(Visit.state == "stored", VisitPhoto.sha256.in_(wanted))  # type: ignore[arg-type, attr-defined]
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def visits_around(session: Session, visit: Visit) -> Sequence[Visit]:
    """Visits of the same author that may overlap with this one."""
    return session.scalars(
        select(Visit).where(
            Visit.author_id == visit.author_id, Visit.id != visit.id, Visit.state == "stored",  # type: ignore[arg-type]
            Visit.started_at >= visit.started_at - timedelta(hours=12), Visit.started_at <= visit.finished_at,  # type: ignore[arg-type]
            Visit.finished_at >= visit.started_at,  # type: ignore[arg-type]
        ).limit(50)
    ).all()  # fmt: skip


def spans_between(session: Session, authors: Sequence[str], since: datetime, until: datetime) -> Sequence[Row[Any]]:
    """When and where these authors were at visits that count and lie, wholly or in part, between two moments."""
    return session.execute(
        _SPANS, {"authors": list(authors), "early": since - timedelta(hours=12), "since": since, "until": until}
    ).all()


_VISIT = Visit.__table__.c  # type: ignore[attr-defined]
_SPANS = select(
    _VISIT.id, _VISIT.household_id, _VISIT.author_id, _VISIT.mode, _VISIT.started_at, _VISIT.finished_at
).where(
    _VISIT.author_id.in_(bindparam("authors", expanding=True)), _VISIT.state == "stored",
    _VISIT.started_at >= bindparam("early"), _VISIT.started_at <= bindparam("until"),
    _VISIT.finished_at >= bindparam("since"),
)  # fmt: skip


def clock_of(session: Session, visit: Visit) -> tuple[datetime | None, datetime | None, datetime] | None:
    """When the visit's command was sent and saved by the phone's clock, and received by ours."""
    row = session.execute(
        select(Command.sent_at, Command.captured_at, Command.received_at)  # type: ignore[call-overload]
        .where(Command.author_id == visit.author_id, Command.id == visit.id)
    ).first()  # fmt: skip
    return (row.sent_at, row.captured_at, row.received_at) if row else None
