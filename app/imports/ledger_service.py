"""Ledgers other than the roster: compared with what stands for a preview, taken in as a whole, taken back."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app import facts_writing
from app.accounts.schemas import Actor
from app.audit.service import entry, record, record_many
from app.bulk import Bulk
from app.db import new_id, reading, transaction, utcnow
from app.errors import Conflict
from app.facts_writing import Note, Stale
from app.feed import service as feed
from app.feed.service import Change, publish
from app.households import foresee_service as register
from app.households import import_service as people
from app.households.undo_service import Done
from app.imports import left_out_service, lines, queries
from app.imports.judging_service import COMPARE, today, write_states
from app.imports.schemas import FileReport
from app.imports.weighing_service import KINDS, Row, Unknown, Weigher
from app.pairing import service as pairing
from app.pairing.import_service import PAIRED_HOME
from models.imports import ImportBatch, ImportChange
from models.lists import UnmatchedRow

TRIES = 5
"""So often the comparison is made anew because somebody wrote into the register in the meantime."""
READ = ("read", "new", "changed", "same", "outside", "unmatched", "lacking")
COUNTED = {
    "new": "created", "changed": "changed", "same": "unchanged", "outside": "outside", "unmatched": "unmatched",
    "lacking": "lacking",
}  # fmt: skip
TAG = "person_tag"
_CHANGES = Bulk(insert(ImportChange.__table__))  # type: ignore[attr-defined]
_WAITING = Bulk(insert(UnmatchedRow.__table__))  # type: ignore[attr-defined]
Tell = Callable[[int], None]
on_changed: list[Callable[[Session, str], None]] = []
"""Rooms that want to hear, within the unit of work, that an import was taken in or undone: `(session, import_id)`."""


def weigh_all(import_id: str, actor: Actor | None, tell: Tell) -> tuple[Weigher, list[int]]:
    """Hold every staged row against what stands, and write down what becomes of it.

    Returns:
        What the rows come to, and the positions of those of which nothing more is to be said once they are taken in.
    """
    weigher, quiet, done = Weigher.of(actor, today()), [], 0
    for staged in _batches(import_id):
        details = {row.position: lines.unpack(row.detail) for row in staged}
        for detail in details.values():
            detail.why = None
        rows = [
            Row(one.position, one.sheet, one.row, str(detail.values.get("name") or ""), detail.shape, detail)
            for one, detail in zip(staged, details.values(), strict=True)
        ]
        with reading() as session:
            states = weigher.weigh(session, rows)
        with transaction() as session:
            write_states(session, import_id, states, details, {one.position: one.state for one in staged})
        quiet += [row.position for row in staged if states[row.position] in {"new", "same"} and not row.repaired
                  and not details[row.position].doubts]  # fmt: skip
        done += len(staged)
        tell(done)
    unlisted = _tell_unlisted(import_id, weigher)
    return weigher, [position for position in quiet if position not in unlisted]


def _tell_unlisted(import_id: str, weigher: Weigher) -> Collection[int]:
    """Write beside the rows of a home who is responsible for it and stands in none of them; returns these rows."""
    left_out_service.tell(import_id, weigher)
    with reading() as session:
        doubts = weigher.unlisted(session)
    positions = sorted(doubts)
    for start in range(0, len(positions), COMPARE):
        with transaction() as session:
            staged = queries.by_positions(session, import_id, positions[start : start + COMPARE])
            details = {position: lines.unpack(row.detail) for position, row in staged.items()}
            for position, detail in details.items():
                detail.doubts, detail.fresh = [*detail.doubts, *doubts[position]], True
            states = {position: row.state for position, row in staged.items()}
            write_states(session, import_id, states, details, states)
    return doubts


def _batches(import_id: str) -> Iterator[list[queries.Staged]]:
    after = -1
    while True:
        with reading() as session:
            found = queries.some(session, import_id, READ, after, COMPARE)
        if not found:
            return
        yield found
        after = found[-1].position


def compared(import_id: str, weigher: Weigher, report: FileReport) -> None:
    """Fill a preview's report with what taking the file in would do, when every row of it was weighed."""
    _tell_unlisted(import_id, weigher)
    for state, name in COUNTED.items():
        setattr(report, name, weigher.states[state])
    report.doubts.update(weigher.doubted)


def take_in(import_id: str, actor: Actor | None, rows: int, tell: Callable[[int, int], None], steps: int) -> list[int]:
    """Write what the staged rows state, all or nothing; returns the rows of which nothing more is to be said.

    Raises:
        Conflict: the import is not waiting to be taken in, or the register does not come to rest.
    """
    for _ in range(TRIES):
        with reading() as session:
            claimed(session, import_id)
            position = feed.position(session)
        weigher, quiet = weigh_all(import_id, actor, lambda done: tell(rows + done, steps * rows))
        try:
            with transaction() as session:
                if register.changed_since(session, position, utcnow()):
                    continue
                batch = claimed(session, import_id)
                write(session, import_id, batch.ledger or "", weigher)
                _finish(session, actor, batch, weigher)
            return quiet
        except (Stale, IntegrityError):
            continue
    raise Conflict("名册正有人在改，这次没有导入。过一会儿再放一次文件。", code="register_busy")


def claimed(session: Session, import_id: str) -> ImportBatch:
    """The import, which must be waiting for its turn.

    Raises:
        Conflict: it is settled already.
    """
    batch = session.get(ImportBatch, import_id)
    if batch is None or batch.state != "running":
        raise Conflict("这次导入已经处理过了。", code="import_settled")
    return batch


def write(session: Session, import_id: str, ledger: str, weigher: Weigher) -> None:
    """Write what was weighed: rows of the tables, tags, rows that wait for their person; and what undo needs."""
    notes, changes = facts_writing.write(session, weigher.run.touched, import_id)
    marked = people.mark(session, weigher.wanted(), weigher.on, import_id)
    notes += [Note(TAG, key, {"to_on": to_on.isoformat() if to_on else None}, 0) for key, to_on in marked.ended]
    if any(note.row_type == PAIRED_HOME.name for note in notes):
        pairing.follow_all(session)
    _note(session, import_id, notes)
    _keep_waiting(session, import_id, ledger, weigher.unknown)
    record_many(session, [
        entry(None, f"{note.row_type}.changed", note.row_type, note.row_id, reason="导入",
              after={"import": import_id, "fields": sorted(note.before)})
        for note in notes if note.before is not None and note.row_type not in {TAG, "payment"}
    ])  # fmt: skip
    publish(session, [*changes, *marked.told])


def _finish(session: Session, actor: Actor | None, batch: ImportBatch, weigher: Weigher) -> None:
    report = dict(batch.report)
    report |= {name: weigher.states[state] for state, name in COUNTED.items()}
    report |= queries.told(session, batch.id)
    batch.report, batch.state, batch.finished_at = report, "done", utcnow()
    batch.done_rows = batch.total_rows = sum(weigher.states.values())
    said = {name: report[name] for name in ("created", "changed", "unmatched")}
    record(session, actor, "import.done", "import", batch.id, after=said | {"file": batch.file_name})
    tell_changed(session, batch.id)


def tell_changed(session: Session, import_id: str) -> None:
    """Tell the rooms that want to hear of it."""
    for hear in on_changed:
        hear(session, import_id)


def _note(session: Session, import_id: str, notes: Sequence[Note]) -> None:
    """Note each row once: what an import changed again keeps the values from before its first change."""
    known = queries.noted(session, import_id, [one.row_id for one in notes])
    fresh = []
    for one in notes:
        there = known.get((one.row_type, one.row_id))
        if there is None:
            fresh.append({"import_id": import_id, "row_type": one.row_type, "row_id": one.row_id, "before": one.before,
                          "version_after": one.version_after})  # fmt: skip
        else:
            there.version_after = one.version_after
            if there.before is not None and one.before is not None:
                there.before = one.before | there.before
    _CHANGES.write(session, fresh)


def _keep_waiting(session: Session, import_id: str, ledger: str, unknown: Sequence[Unknown]) -> None:
    now = utcnow()
    _WAITING.write(session, [
        {
            "id": new_id(), "import_id": import_id, "ledger": ledger, "shape": one.row.shape,
            "sheet": one.row.sheet[:64], "row": one.row.row, "name": one.row.name[:64], "division": one.division,
            "id_index": one.id_index, "awaits": one.awaits, "made": [], "proposed": one.proposed,
            "detail": kept(one.row), "state": "open", "person_id": None, "decided_by": None, "decided_at": None,
            "created_at": now,
        }
        for one in unknown
    ])  # fmt: skip


def kept(row: Row) -> dict[str, Any]:
    """A row as it is kept while it waits."""
    said = {name: value for name, value in row.detail.values.items() if value is not None}
    return {"values": lines.dates_as_text(said), "position": row.position}


@dataclass(frozen=True)
class Taken:
    """What an import did, sorted for taking back."""

    notes: list[Note]
    tags: Mapping[str, Any]


def notes_of(changes: Sequence[ImportChange]) -> Taken:
    """The notes of an import: rows of the ledgers' tables, and tags that it ended."""
    notes = [Note(one.row_type, one.row_id, one.before, one.version_after) for one in changes if one.row_type in KINDS]
    tags = {one.row_id: date.fromisoformat(day) if (day := (one.before or {}).get("to_on")) else None
            for one in changes if one.row_type == TAG}  # fmt: skip
    return Taken(notes, tags)


def take_back(session: Session, import_id: str, changes: Sequence[ImportChange]) -> list[Change]:
    """Undo what an import of a ledger did.

    Raises:
        Conflict: something was built on it; the message says what.
    """
    taken = notes_of(changes)
    reasons = facts_writing.built_upon(session, KINDS, taken.notes)
    if reasons:
        raise Conflict("这次导入不能撤销：" + "".join(dict.fromkeys(reasons)), code="import_in_use")
    told = facts_writing.take_back(session, KINDS, taken.notes)
    told += people.unmark(session, import_id, taken.tags)
    queries.forget_waiting(session, import_id)
    changed = [one for one in taken.notes if one.before is not None and KINDS[one.row_type].versioned]
    let_earlier_be_undone(
        session, import_id, changed, lambda kind, ids: facts_writing.versions(session, KINDS[kind], ids)
    )
    return told


def let_earlier_be_undone(
    session: Session, import_id: str, changed: Sequence[Note | Done],
    versions: Callable[[str, list[str]], Mapping[str, int]],
) -> None:  # fmt: skip
    """A row that is back to what an earlier import made of it counts as untouched since: that one can go too.

    Args:
        changed: the rows that are back.
        versions: the present ones of rows of a type, by id.
    """
    after = {(one.row_type, one.row_id): one.version_after for one in changed}
    now: dict[str, int] = {}
    for name in sorted({kind for kind, _ in after}):
        now |= versions(name, sorted(key for kind, key in after if kind == name))
    for other in queries.changes_of_rows(session, [key for _, key in after]):
        mine = after.get((other.row_type, other.row_id))
        if mine is not None and other.import_id != import_id and other.version_after == mine - 1:
            other.version_after = now[other.row_id]

