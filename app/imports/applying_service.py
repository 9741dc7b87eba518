"""Staged rows go into the register in one unit of work, and come out again as long as nothing was built on them."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, insert
from sqlmodel import Session

from app.accounts.schemas import Actor
from app.among import among
from app.audit.service import record
from app.bulk import Bulk
from app.db import new_id, reading, transaction, utcnow
from app.divisions import service as divisions
from app.divisions.schemas import DivisionIn
from app.errors import Conflict
from app.feed import service as feed
from app.feed.service import Change
from app.households import foresee_service as register
from app.households import service as households
from app.households.bulk_service import Prepared
from app.households.import_service import by_ids
from app.households.schemas import HouseholdIn, Upserted
from app.households.undo_service import Done, versions
from app.imports import ledger_service, lines, queries, waiting_service
from app.imports.judging_service import (
    COMPARE,
    Gathered,
    Judged,
    covers,
    gather,
    judge_homes,
    judge_people,
    leave_out,
    today,
    villages,
    write_homes,
    write_states,
)
from app.imports.reading_service import Tell
from app.imports.schemas import JUDGED_DOUBTS
from app.imports.taking import ROSTER
from app.pairing import service as pairing
from app.pairing.import_service import PAIRED_HOME
from models.imports import ImportBatch, ImportChange

STEPS = 3
"""Each row is looked through, held against the register, and written."""
FORGET = 4000
"""So many rows leave the preview at a time."""
_CHANGES = Bulk(insert(ImportChange.__table__))  # type: ignore[attr-defined]
_COUNTED = {"new": "created", "changed": "changed", "same": "unchanged", "outside": "outside"}


@dataclass
class Plan:
    """What an import will write, worked out before its unit of work begins; `position` is the feed's at that moment."""

    position: int
    rows: int
    gathered: Gathered
    judged: Judged
    brought: dict[str, DivisionIn]
    homes: list[HouseholdIn]
    batches: list[list[Prepared]] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    quiet: list[int] = field(default_factory=list)
    left: set[str] = field(default_factory=set)


def take_in(import_id: str, actor: Actor | None, tell: Tell) -> set[str]:
    """Write the staged rows of an import into the register, all or nothing; returns the homes that somebody left.

    The comparison is made anew, for the register may have changed since the preview; it is made before the unit of
    work begins, so that phones wait for the writing only.

    Raises:
        Conflict: the import is not waiting to be taken in, or the register does not come to rest.
    """
    with reading() as session:
        batch = ledger_service.claimed(session, import_id)
        ledger, rows = batch.ledger, _records(batch.report)
    if ledger != ROSTER:
        _forget_quiet(import_id, ledger_service.take_in(import_id, actor, rows, tell, STEPS))
        return set()
    for _ in range(ledger_service.TRIES):
        plan = _prepare(import_id, actor, tell)
        if _write(import_id, actor, plan, tell):
            _forget_quiet(import_id, plan.quiet)
            return plan.left
    raise Conflict("名册正有人在改，这次没有导入。过一会儿再放一次文件。", code="register_busy")


def _prepare(import_id: str, actor: Actor | None, tell: Tell) -> Plan:
    """Hold the rows against the register, and work out what they become; of the register nothing changes."""
    with reading() as session:
        batch = ledger_service.claimed(session, import_id)
        reference, rows = _reference(batch.report), _records(batch.report)
    tell(0, STEPS * rows)
    with reading() as session:
        position = feed.position(session)
        gathered = gather(session, import_id, actor, lambda done: tell(done, STEPS * rows))
        brought = villages(session, gathered, reference)
        brought = {code: row for code, row in brought.items() if covers(actor, code)}
        judged = judge_homes(session, actor, gathered, brought)
    for code, (_, village) in judged.places.items():
        if code not in judged.known:  # ids in the order of codes: a village's homes lie together
            judged.places[code] = (new_id(), village)
    homes = [judged.household(gathered.homes, code, key) for code, (key, _) in judged.places.items()]
    plan = Plan(position, rows, gathered, judged, brought, homes)
    with transaction() as session:
        write_homes(session, import_id, gathered, judged, new=False)
        leave_out(session, import_id, judged)
    _prepare_people(import_id, actor, plan, lambda done: tell(rows + done, STEPS * rows))
    return plan


def _prepare_people(import_id: str, actor: Actor | None, plan: Plan, tell: Callable[[int], None]) -> None:
    """People in the order of the file, batch by batch, rows of one number together; each new one gets an id in it."""
    keys = {position: new_id() for position in sorted(row.position for row in plan.gathered.people)}
    done, on = 0, today()
    for rows in plan.gathered.batches(COMPARE):
        positions = [row.position for row in rows]
        with reading() as session:
            staged = queries.by_positions(session, import_id, positions)
            details = {position: lines.unpack(row.detail) for position, row in staged.items()}
            batch = judge_people(session, actor, details, plan.judged, on, keys)
        quiet = {
            position
            for position, state in batch.states.items()
            if state in {"new", "same"} and not staged[position].repaired and not details[position].doubts
        }
        telling = {at: state for at, state in batch.states.items() if at not in quiet or details[at].fresh}
        if telling:
            with transaction() as session:
                write_states(session, import_id, telling, details, {at: row.state for at, row in staged.items()})
        plan.batches.append([batch.taken[one] for one in positions if one in batch.taken])
        plan.states.update(batch.states.values())
        plan.quiet += sorted(quiet)
        done += len(positions)
        tell(done)


def _write(import_id: str, actor: Actor | None, plan: Plan, tell: Tell) -> bool:
    """Write what was planned, all or nothing; False where the register is no longer what the plan was made for."""
    with transaction() as session:
        batch = ledger_service.claimed(session, import_id)
        if register.changed_since(session, plan.position, utcnow()):
            return False
        rows, report = plan.rows, dict(batch.report)
        report["divisions"] = _take_divisions(session, actor, import_id, plan.brought)
        report["homes_same"] = sum(seen.state == "same" for seen in plan.judged.foreseen.values())
        report["households"] = _take_homes(session, actor, import_id, plan.homes)
        _take_people(session, actor, import_id, plan, lambda done: tell(2 * rows + done, STEPS * rows))
        report |= {word: plan.states[state] for state, word in _COUNTED.items()}
        report |= _doubts(session, import_id, report, plan.judged)
        report["settled"] = waiting_service.settle(session)
        batch.report, batch.state, batch.finished_at = report, "done", utcnow()
        batch.done_rows = batch.total_rows = len(plan.gathered.people)
        said = {name: report[name] for name in ("created", "changed", "households", "divisions")}
        record(session, actor, "import.done", "import", import_id, after=said | {"file": batch.file_name})
        ledger_service.tell_changed(session, import_id)
    return True


def _doubts(session: Session, import_id: str, report: Mapping[str, Any], judged: Judged) -> dict[str, Any]:
    """The doubts of the file with those that depend on the register as they stand now."""
    others = {code: number for code, number in report.get("doubts", {}).items() if code not in JUDGED_DOUBTS}
    return {
        "doubts": others | dict(judged.heads.counted) | dict(judged.doubted),
        "doubtful": queries.doubtful(session, import_id),
        "contrary": queries.contrary(session, import_id),
    }


def _records(report: Mapping[str, Any]) -> int:
    return sum(report[name] for name in ("rows_good", "rows_repaired_total", "rows_unreadable"))


def _reference(report: Mapping[str, Any]) -> dict[str, DivisionIn]:
    return {one["code"]: DivisionIn(code=one["code"], name=one["name"]) for one in report.get("brought", [])}


def _note(session: Session, import_id: str, rows: Iterable[tuple[str, str, dict[str, Any] | None, int]]) -> None:
    _CHANGES.write(session, [
        {"import_id": import_id, "row_type": kind, "row_id": row_id, "before": before, "version_after": version}
        for kind, row_id, before, version in rows
    ])  # fmt: skip


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


def _take_homes(session: Session, actor: Actor | None, import_id: str, homes: list[HouseholdIn]) -> dict[str, int]:
    counted = {"created": 0, "changed": 0}
    for start in range(0, len(homes), COMPARE):
        done = households.upsert_households(session, actor, homes[start : start + COMPARE], import_id=import_id)
        _note(session, import_id, _noted("household", done))
        counted["created"] += len(done.created)
        counted["changed"] += len(done.changed)
    return counted


def _take_people(
    session: Session, actor: Actor | None, import_id: str, plan: Plan, tell: Callable[[int], None]
) -> None:
    written = 0
    for batch in plan.batches:
        done = households.upsert_prepared(session, actor, batch, import_id=import_id)
        moved = {key: old["household_id"] for key, old in done.changed.items() if "household_id" in old}
        feed.publish(session, waiting_service.follow(session, list(moved)))
        plan.left.update(moved.values())
        _note(session, import_id, _noted("person", done))
        written += len(batch)
        tell(written)


def _forget_quiet(import_id: str, positions: list[int]) -> None:
    """Rows that were taken in and of which nothing more is to be said do not stay twice."""
    for start in range(0, len(positions), FORGET):
        with transaction() as session:
            part = positions[start : start + FORGET]
            here = (queries.TABLE.c.import_id == import_id, among(queries.TABLE.c.position, part))
            session.connection().execute(delete(queries.TABLE).where(*here))


def take_back(session: Session, actor: Actor | None, batch: ImportBatch) -> set[str]:
    """Undo an import; returns the homes that somebody leaves again.

    Raises:
        Conflict: it was not taken in, or something was built on it; the message says what.
    """
    if batch.state != "done":
        raise Conflict("这次导入没有做完，没有可以撤销的。", code="import_not_done")
    changes = queries.changes(session, batch.id)
    if batch.ledger != ROSTER:
        pairing.forget(
            session, [one.row_id for one in changes if one.row_type == PAIRED_HOME.name and one.before is None]
        )
        told = ledger_service.take_back(session, batch.id, changes)
        pairing.follow_all(session)
        feed.publish(session, told)
        _undone(session, actor, batch, len(changes))
        return set()
    done = [
        Done(one.row_type, one.row_id, one.before, one.version_after)
        for one in changes
        if one.row_type in {"household", "person"}
    ]
    told = _let_go(session, done, [one.row_id for one in changes if one.row_type == "division" and one.before is None])
    moved = [one.row_id for one in done if one.before and "household_id" in one.before]
    left = {one.household_id for one in by_ids(session, moved).values()}
    households.undo(session, actor, done, import_id=batch.id)
    told += waiting_service.follow(session, moved)
    feed.publish(session, told)
    changed = [one for one in done if one.before is not None]
    ledger_service.let_earlier_be_undone(session, batch.id, changed, lambda kind, ids: versions(session, kind, ids))
    made = {one.row_id: one for one in changes if one.row_type == "division"}
    divisions.take_back(
        session, actor, {code: one.before["name"] if one.before else None for code, one in made.items()}
    )
    _undone(session, actor, batch, len(changes))
    return left


def _undone(session: Session, actor: Actor | None, batch: ImportBatch, rows: int) -> None:
    batch.state, batch.undone_at = "undone", utcnow()
    record(session, actor, "import.undone", "import", batch.id, after={"rows": rows})
    ledger_service.tell_changed(session, batch.id)


def _let_go(session: Session, done: list[Done], places: list[str]) -> list[Change]:
    """What found these people and homes by itself waits again; what was brought for them later stands in the way.

    Raises:
        Conflict: ledgers were taken in upon this roster.
    """
    people = [one.row_id for one in done if one.row_type == "person" and one.before is None]
    homes = [one.row_id for one in done if one.row_type == "household" and one.before is None]
    codes = register.codes_of(session, homes)
    names = [data["name"] for _, data in divisions.pull(session, places).values()]
    awaits = [*(f"home:{code}" for code in codes.values()), *(f"place:{name}" for name in names)]
    told = waiting_service.unsettle(session, people, awaits)
    reasons = waiting_service.built_upon(session, people, homes)
    if reasons:
        raise Conflict("这次导入不能撤销：" + "".join(reasons), code="import_in_use")
    return told
