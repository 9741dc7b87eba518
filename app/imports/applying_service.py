"""Staged rows go into the register in one unit of work, and come out again as long as nothing was built on them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import delete, insert
from sqlmodel import Session, col

from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import new_id, transaction, utcnow
from app.divisions import service as divisions
from app.divisions.schemas import DivisionIn
from app.errors import Conflict, NotFound
from app.households import service as households
from app.households.schemas import Upserted
from app.households.undo_service import Done, versions
from app.imports import lines, queries, taking
from app.imports.judging_service import (
    COMPARE,
    Gathered,
    Judged,
    covers,
    gather,
    judge_homes,
    judge_people,
    today,
    villages,
    write_homes,
    write_states,
)
from app.imports.reading_service import Tell
from app.imports.schemas import HEAD_DOUBTS
from models.imports import ImportBatch, ImportChange, ImportLine


def take_in(import_id: str, actor: Actor | None, tell: Tell) -> None:
    """Write the staged rows of an import into the register, all or nothing.

    The comparison is made anew: the register may have changed since the preview.

    Raises:
        Conflict: the import is not waiting to be taken in.
    """
    with transaction() as session:
        batch = session.get(ImportBatch, import_id)
        if batch is None:
            raise NotFound("没有这次导入。")
        if batch.state != "running":
            raise Conflict("这次导入已经处理过了。", code="import_settled")
        gathered = gather(session, import_id)
        total = len(gathered.people)
        tell(0, total)
        report = dict(batch.report)
        brought = villages(session, gathered, _reference(report))
        brought = {code: row for code, row in brought.items() if covers(actor, code)}
        report["divisions"] = _take_divisions(session, actor, import_id, brought)
        judged = judge_homes(session, actor, gathered, brought)
        write_homes(session, import_id, gathered, judged, new=False)
        report["homes_same"] = sum(seen.state == "same" for seen in judged.foreseen.values())
        report["households"] = _take_homes(session, actor, import_id, gathered, judged)
        counted = _take_people(session, actor, import_id, gathered, judged, lambda done: tell(done, total))
        report |= counted | _doubts(session, import_id, report, judged)
        batch.report, batch.state, batch.finished_at = report, "done", utcnow()
        batch.done_rows = batch.total_rows = total
        said = {name: report[name] for name in ("created", "changed", "households", "divisions")}
        record(session, actor, "import.done", "import", import_id, after=said | {"file": batch.file_name})


def _doubts(session: Session, import_id: str, report: Mapping[str, Any], judged: Judged) -> dict[str, Any]:
    """The doubts of the file with those about heads as they stand now."""
    others = {code: number for code, number in report.get("doubts", {}).items() if code not in HEAD_DOUBTS}
    return {"doubts": others | dict(judged.heads.counted), "doubtful": queries.doubtful(session, import_id)}


def _reference(report: Mapping[str, Any]) -> dict[str, DivisionIn]:
    return {one["code"]: DivisionIn(code=one["code"], name=one["name"]) for one in report.get("brought", [])}


def _note(session: Session, import_id: str, rows: Iterable[tuple[str, str, dict[str, Any] | None, int]]) -> None:
    noted = [
        {"import_id": import_id, "row_type": kind, "row_id": row_id, "before": before, "version_after": version}
        for kind, row_id, before, version in rows
    ]
    if noted:
        session.execute(insert(ImportChange), noted)


def _noted(kind: str, done: Upserted) -> list[tuple[str, str, dict[str, Any] | None, int]]:
    before: dict[str, dict[str, Any] | None] = {**dict.fromkeys(done.created), **done.changed}
    return [(kind, row_id, former, done.versions[row_id]) for row_id, former in before.items()]


def _take_divisions(
    session: Session, actor: Actor | None, import_id: str, brought: dict[str, DivisionIn]
) -> dict[str, int]:
    known = divisions.pull(session, sorted(brought))
    touched = divisions.upsert(session, actor, brought.values())
    now = divisions.pull(session, touched)
    before = {code: {"name": known[code][1]["name"]} if code in known else None for code in touched}
    _note(session, import_id, [("division", code, before[code], now[code][0]) for code in touched])
    fresh = sum(code not in known for code in touched)
    return {"created": fresh, "changed": len(touched) - fresh}


def _take_homes(
    session: Session, actor: Actor | None, import_id: str, gathered: Gathered, judged: Judged
) -> dict[str, int]:
    counted = {"created": 0, "changed": 0}
    codes = list(judged.places)
    for start in range(0, len(codes), COMPARE):
        part = codes[start : start + COMPARE]
        rows = [judged.household(gathered.homes, code, new_id()) for code in part]
        done = households.upsert_households(session, actor, rows, import_id=import_id)
        for row, row_id in zip(rows, done.ids, strict=True):
            judged.places[row.code] = (row_id, row.division)
        _note(session, import_id, _noted("household", done))
        counted["created"] += len(done.created)
        counted["changed"] += len(done.changed)
    return counted


def _take_people(
    session: Session, actor: Actor | None, import_id: str, gathered: Gathered, judged: Judged, tell: Any
) -> dict[str, int]:
    """People in batches by ID number; each new one gets an id in the order of the file."""
    counted = {"created": 0, "changed": 0, "unchanged": 0, "outside": 0}
    order = {position: new_id() for position in sorted(row.position for row in gathered.people)}
    done_rows, on = 0, today()
    for batch in gathered.batches(COMPARE):
        quiet = _take_batch(session, actor, import_id, batch, judged, order, on, counted)
        _forget_quiet(session, import_id, quiet)
        done_rows += len(batch)
        tell(done_rows)
    return counted


def _take_batch(
    session: Session, actor: Actor | None, import_id: str, batch: list[int], judged: Judged, order: dict[int, str],
    on: date, counted: dict[str, int],
) -> list[int]:  # fmt: skip
    staged = queries.by_positions(session, import_id, batch)
    details = {position: lines.unpack(row.detail) for position, row in staged.items()}
    states = judge_people(session, actor, details, judged, on)
    taken = [position for position in batch if states[position] != "outside"]
    contests = judged.heads.contests
    rows = [taking.person_of(details[one].values, order[one], contests.get(one)) for one in taken]
    done = households.upsert_people(session, actor, rows, import_id=import_id)
    _note(session, import_id, _noted("person", done))
    names = {"new": "created", "changed": "changed", "same": "unchanged", "outside": "outside"}
    for state in states.values():
        counted[names[state]] += 1
    write_states(session, import_id, states, details)
    return [
        position
        for position, state in states.items()
        if state in {"new", "same"} and not staged[position].repaired and not details[position].doubts
    ]


def _forget_quiet(session: Session, import_id: str, positions: list[int]) -> None:
    """Rows that were taken in and of which nothing more is to be said do not stay twice."""
    for start in range(0, len(positions), queries.CHUNK):
        part = positions[start : start + queries.CHUNK]
        session.execute(
            delete(ImportLine).where(col(ImportLine.import_id) == import_id, col(ImportLine.position).in_(part))
        )


def take_back(session: Session, actor: Actor | None, batch: ImportBatch) -> None:
    """Undo an import.

    Raises:
        Conflict: it was not taken in, or something was built on it; the message says what.
    """
    if batch.state != "done":
        raise Conflict("这次导入没有做完，没有可以撤销的。", code="import_not_done")
    changes = queries.changes(session, batch.id)
    done = [
        Done(one.row_type, one.row_id, one.before, one.version_after) for one in changes if one.row_type != "division"
    ]
    households.undo(session, actor, done, import_id=batch.id)
    _let_earlier_be_undone(session, batch.id, done)
    made = {one.row_id: one for one in changes if one.row_type == "division"}
    divisions.take_back(
        session, actor, {code: one.before["name"] if one.before else None for code, one in made.items()}
    )
    batch.state, batch.undone_at = "undone", utcnow()
    record(session, actor, "import.undone", "import", batch.id, after={"rows": len(changes)})


def _let_earlier_be_undone(session: Session, import_id: str, done: list[Done]) -> None:
    """A row that is back to what an earlier import made of it counts as untouched since: that one can go too."""
    changed = {one.row_id: one for one in done if one.before is not None}
    now = {
        row_id: version
        for kind in ("household", "person")
        for row_id, version in versions(
            session, kind, [key for key, one in changed.items() if one.row_type == kind]
        ).items()
    }
    for change in queries.changes_of_rows(session, list(changed)):
        if change.import_id != import_id and change.version_after == changed[change.row_id].version_after - 1:
            change.version_after = now[change.row_id]
