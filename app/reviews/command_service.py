"""The command `photo.answer`: what the author of a visit says to a returned picture or to a question."""

from collections.abc import Iterable, Sequence

from sqlmodel import Session

from app.errors import AppError
from app.feed.service import Change
from app.reviews import queries, service
from app.reviews.schemas import PhotoAnswer
from app.sync.schemas import STORED, Batch, CommandKind, Outcome, Work, one_by_one
from models.reviews import Review


def _needs(work: Work) -> Iterable[str]:
    yield f"review:{work.payload.review_id}"


def _apply(batch: Batch, work: Work) -> None:
    try:
        review, entries = service.take_answer(batch.session, work.actor, work.payload, batch.now)
    except AppError as error:
        batch.refuse(work, error.code, error.message, "payload")
        return
    batch.entries += entries
    batch.changes.append(Change("review", review.id, user_id=review.author_id))
    batch.changes.append(Change("visit", review.visit_id, review.household_id, review.division))
    work.outcome = Outcome(
        STORED,
        household_id=review.household_id,
        division=review.division,
        row_id=review.id,
        row_version=review.version,
    )


def known(session: Session, ids: Sequence[str]) -> set[str]:
    """Which of these reviews there are."""
    return set(queries.by_id(session, Review, ids))


COMMANDS = {"photo.answer": CommandKind(PhotoAnswer, one_by_one(_apply), _needs)}
REFERENCES = {"review": known}
