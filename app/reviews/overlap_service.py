"""Whether visits of one author overlap, for the visits room: pictures are asked about by `evidence`."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from app.queue import later
from app.reviews import queries, rules

Seen = rules.Seen
KIND = "overlapping_visits"


def question(visit: Seen, others: Sequence[Seen]) -> dict[str, str] | None:
    """The question that a visit raises beside others of its author, the earliest first, as a receipt carries it."""
    found = rules.overlapping(visit, others)
    return {"path": "started_at", "code": KIND, "message": found.text} if found else None


def after(visit: Seen, other: Seen) -> bool:
    """Whether a visit is the later one of two whose times touch."""
    touch = visit.started_at <= other.finished_at and other.started_at <= visit.finished_at
    return touch and rules.later_of(visit, other)[0] is visit


def around(session: Session, authors: Sequence[str], since: datetime, until: datetime) -> dict[str, Seen]:
    """The visits of these authors that count and may overlap with a span of time; their answers stay sealed."""
    return {row.id: Seen(*row) for row in queries.spans_between(session, authors, since, until)}


def ask_anew(session: Session, visit_ids: Sequence[str]) -> None:
    """Have the questions of visits with pictures looked for once more; what was asked is not asked again."""
    for sha256 in {row.sha256 for row in queries.of_visit(session, visit_ids)}:
        later(session, "process_photo", sha256)
