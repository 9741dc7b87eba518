"""What phones are told of visits and of the work that is due."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from app.accounts.queries import names_of
from app.db import SHANGHAI
from app.sync.schemas import Rendered
from app.visits import queries
from models.visits import Issue, Task, Visit


def _at(moment: datetime | None) -> str | None:
    return moment.astimezone(SHANGHAI).isoformat(timespec="milliseconds") if moment else None


def pull_visits(session: Session, ids: Sequence[str]) -> dict[str, Rendered]:
    """Visits by id, with what has come of their pictures. Replaced ones stay: both versions can be seen."""
    rows = queries.visits_by_id(session, ids)
    photos = queries.photos_of(session, [row.id for row in rows])
    issues = queries.issues_of(session, [row.id for row in rows])
    names = names_of(session, {row.author_id for row in rows})
    pairs = {(row.author_id, one.sha256) for row in rows for one in photos[row.id]}
    held = set(queries.uploads(session, pairs))
    refused = queries.refusals(session, (author for author, _ in pairs), (name for _, name in pairs))
    states = {pair: "held" if pair in held else "refused" if pair in refused else "missing" for pair in pairs}
    return {row.id: _visit(row, names, photos[row.id], issues[row.id], states) for row in rows}


def _visit(
    row: Visit,
    names: dict[str, str],
    photos: Sequence[Any],
    issues: Sequence[Issue],
    states: dict[tuple[str, str], str],
) -> Rendered:
    data = {
        "household_id": row.household_id, "form": {"code": row.form_code, "version": row.form_version},
        "mode": row.mode, "met": row.met, "started_at": _at(row.started_at), "finished_at": _at(row.finished_at),
        "on": row.on.isoformat(), "answers": row.answers, "unchanged": row.unchanged, "questions": row.questions,
        "next_on": row.next_on.isoformat() if row.next_on else None, "state": row.state, "corrects": row.corrects,
        "corrected_by": row.corrected_by, "seq": row.seq, "received_at": _at(row.received_at),
        "author": {"id": row.author_id, "name": names.get(row.author_id, "")},
        "photos": [_photo(one) | {"state": states[row.author_id, one.sha256]} for one in photos],
        "issues": [
            {"id": one.id, "text": one.text, "programme": one.programme, "question": one.question, "urgent": one.urgent,
             "person_id": one.person_id, "state": one.state}
            for one in issues if one.state != "replaced"
        ],
    }  # fmt: skip
    return Rendered(row.version, data | _place(row), row.division, row.household_id)


def _photo(one: Any) -> dict[str, Any]:
    """A picture as its visit named it: on another phone too, a correction names it again in full."""
    said = {"original_sha256": one.original_sha256, "note": one.note}
    given = {key: value for key, value in said.items() if value}
    return {"sha256": one.sha256, "question": one.question, "taken_at": _at(one.taken_at)} | given | _place(one)


def _place(row: Any) -> dict[str, Any]:
    if row.lat is None:
        return {}
    rough = {} if row.accuracy_m is None else {"accuracy_m": row.accuracy_m}
    return {"location": {"lat": row.lat, "lon": row.lon} | rough}


def pull_tasks(session: Session, ids: Sequence[str]) -> dict[str, Rendered]:
    """Tasks by id."""
    return {row.Task.id: _task(row.Task, row) for row in queries.tasks_by_id(session, ids)}


def _task(row: Task, home: Any) -> Rendered:
    last = {"id": home.last_visit_id, "on": home.last_visit_on.isoformat()} if home.last_visit_on else None
    data = {
        "kind": row.kind, "household_id": row.household_id, "person_id": row.person_id,
        "subject_id": row.subject_id or None, "due_on": row.due_on.isoformat(), "why": row.why,
        "every_days": row.every_days, "urgent": row.urgent, "last_visit": last,
    }  # fmt: skip
    return Rendered(row.version, data, row.division, row.household_id)


PULL_TYPES = {"visit": pull_visits, "task": pull_tasks}
