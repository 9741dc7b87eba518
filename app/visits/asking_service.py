"""What else a visit's author is asked: whether two visits overlap; and what a correction need not be asked again."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from app.feed.service import Change
from app.reviews import overlap_service as overlaps
from app.sync.schemas import STORED, Batch, Work
from app.visits import queries
from models.visits import Visit


class Found(Protocol):
    """A visit as it is about to be written down; see `service.Found`."""

    work: Work
    id: str
    home: Any
    state: str
    asked: list[dict[str, str]]
    corrects: str | None


def ask_overlaps(batch: Batch, found: Sequence[Found]) -> None:
    """Ask of visits without pictures whether they overlap; with a picture, the question comes with its review.

    The later of two is asked, whichever came first: one that has its receipt already gets the question with the next
    pull.
    """
    new = {one.id: one for one in found if one.state == STORED}
    seen = {one.id: _seen(one) for one in new.values()}
    if not seen:
        return
    replaced = {one.corrects for one in found if one.corrects}
    since, until = min(one.started_at for one in seen.values()), max(one.finished_at for one in seen.values())
    authors = sorted({one.author_id for one in seen.values()})
    known = overlaps.around(batch.session, authors, since, until)
    everybody: dict[str, list[overlaps.Seen]] = defaultdict(list)
    fresh: dict[str, list[overlaps.Seen]] = defaultdict(list)
    for one in sorted((known | seen).values(), key=lambda one: one.started_at):
        if one.visit_id in replaced:
            continue
        everybody[one.author_id].append(one)
        if one.visit_id in new:
            fresh[one.author_id].append(one)
    late = []
    for author in authors:
        for one in everybody[author]:
            if one.visit_id in new:
                asked = overlaps.question(one, everybody[author])
                if asked and not new[one.visit_id].work.payload.photos:
                    new[one.visit_id].asked.append(asked)
            elif any(overlaps.after(one, other) for other in fresh[author]):
                late.append((one.visit_id, overlaps.question(one, everybody[author])))
    _ask_late(batch, {name: asked for name, asked in late if asked})


def _seen(one: Found) -> overlaps.Seen:
    said = one.work.payload
    return overlaps.Seen(one.id, one.home.id, one.work.actor.id, said.mode, said.started_at, said.finished_at)


def _ask_late(batch: Batch, asked: Mapping[str, dict[str, str]]) -> None:
    """Ask of visits that have their receipts already, because an earlier one came after them."""
    rows = [
        row for row in queries.visits_by_id(batch.session, list(asked))
        if not any(question.get("code") == overlaps.KIND for question in row.questions)
    ]  # fmt: skip
    pictured = queries.photos_of(batch.session, [row.id for row in rows])
    overlaps.ask_anew(batch.session, list(pictured))
    for row in rows:
        if row.id in pictured:
            continue
        row.questions, row.version = [*row.questions, asked[row.id]], row.version + 1
        batch.changes.append(Change("visit", row.id, row.household_id, row.division))
        batch.asked_later.append((row.id, asked[row.id]))


def drop_known(batch: Batch, found: Sequence[Found]) -> None:
    """A correction is not asked again what its author was asked of the version before, and left as it was."""
    corrections = [one for one in found if one.corrects]
    if not corrections:
        return
    here = {one.id: one for one in found}
    family = queries.families(batch.session, [one.corrects for one in corrections if one.corrects])
    for one in corrections:
        before = set()
        for name in _line(one, here, family):
            asked, values = _said(here[name] if name in here else family[name])
            before |= {(question["code"], question["path"], _at(values, question["path"])) for question in asked}
        values = _values(one.work.payload)
        one.asked[:] = [
            question for question in one.asked
            if (question["code"], question["path"], _at(values, question["path"])) not in before
        ]  # fmt: skip


def _line(one: Found, here: Mapping[str, Found], family: Mapping[str, Visit]) -> Iterable[str]:
    """What a correction corrects, and what that corrects, as far as it has come."""
    name, seen = one.corrects, {one.id}
    while name and name not in seen and (name in here or name in family):
        yield name
        seen.add(name)
        name = here[name].corrects if name in here else family[name].corrects


def _said(one: Any) -> tuple[list[dict[str, str]], Any]:
    """What was asked of a version, and what it says."""
    return (one.questions, _values(one)) if isinstance(one, Visit) else (one.asked, _values(one.work.payload))


def _values(said: Any) -> dict[str, Any]:
    names = ("answers", "started_at", "finished_at", "next_on")
    return {name: getattr(said, name) for name in names}


def _at(values: Any, path: str) -> str:
    """What stands at a path like `answers.elder.<id>.living`, as text; empty where nothing does."""
    for part in path.split("."):
        values = values.get(part) if isinstance(values, Mapping) else None
    return "" if values is None else str(values)
