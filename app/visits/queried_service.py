"""Questions that other rooms put to the author of a visit that is stored already."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session

from app.feed.service import Change
from app.visits import queries


def ask(session: Session, asked: Mapping[str, Sequence[dict[str, str]]]) -> list[Change]:
    """Put questions to visits, each code once; the caller publishes. A visit that was corrected is asked no more."""
    changes = []
    for row in queries.visits_by_id(session, list(asked)):
        known = {one.get("code") for one in row.questions}
        new = [one for one in asked[row.id] if one["code"] not in known]
        if new and row.state == "stored" and row.corrected_by is None:
            row.questions, row.version = [*row.questions, *new], row.version + 1
            changes.append(Change("visit", row.id, row.household_id, row.division))
    return changes
