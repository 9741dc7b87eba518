"""Taking in what phones send: every command is kept, applied or held, and answered after the commit.

The commands of a push are applied together; when that fails unexpectedly, one by one, so that a fault of ours on one
of them never stops its neighbours. What waits for something (`held`) is applied in the unit of work in which that
arrives, whoever brings it.
"""

import hashlib
import json
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import Session

from app.accounts.schemas import Actor
from app.accounts.service import make_actor
from app.audit.service import entry, record_many
from app.bulk import Bulk
from app.db import SHANGHAI, is_sqlite, utcnow
from app.evidence import chain_service as chain
from app.feed.service import Change, next_numbers, publish
from app.keepable import keepable
from app.sync import intake, queries, rules
from app.sync.intake import Intake, Slot, error
from app.sync.registry import COMMANDS, REFERENCES
from app.sync.schemas import DUPLICATE, HELD, ORPHANED, REJECTED, REPAIR, STORED, Batch, Outcome, Work
from app.together import together
from models.accounts import Device, User
from models.sync import Command, Quarantine

log = structlog.get_logger()
TRIES = 3
_REPAIR_ERROR = error("server_error", "县里处理时出了点问题，内容已存下，会再处理。")


def push(actor: Actor, body: bytes, now: datetime | None = None, *, aside: str = "") -> dict[str, Any]:
    """Take in a push; when this returns, everything in it is on disk.

    Args:
        actor: the author, on the phone it was written on.
        body: as it came.
        now: the moment.
        aside: why the author may no longer write (`rules.ASIDE`): then it is kept for the township to place.

    Raises:
        BadInput, NotAllowed, TooBig: the push as a whole cannot be read; see `intake.read`.
        Unavailable: the database is away; the phone sends the same again.
    """
    received = now or utcnow()
    for left in reversed(range(TRIES)):
        pending = Pending(actor, intake.read(actor, body, received, aside), received)
        try:
            return {"receipts": together(take, pending)}
        except IntegrityError:
            # The same push came over two lines at once on PostgreSQL: the second look finds what the first stored.
            if not left:
                raise
    raise AssertionError


@dataclass(frozen=True)
class Pending:
    """A push that was read and waits to be taken in."""

    actor: Actor
    taken: Intake
    now: datetime


def take(session: Session, pushes: Sequence[Pending]) -> list[list[dict[str, Any]]]:
    """Take in pushes that were read, within a unit of work; returns the receipts of each."""
    queries.one_at_a_time(session)
    names = [(one.actor.id, slot.id.lower()) for one in pushes for slot in one.taken.slots if slot.id and slot.sound]
    known = queries.known_commands(session, names)
    fresh: list[Work] = []
    for author in dict.fromkeys(one.actor.id for one in pushes):
        fresh += _sort_out(
            known, author, [slot for one in pushes if one.actor.id == author for slot in one.taken.slots]
        )
    for one in pushes:
        _quarantine(session, one.actor, one.taken, one.now)
    now = max(one.now for one in pushes)
    try:
        with session.begin_nested():
            _apply_and_keep(session, fresh, now)
    except (OperationalError, IntegrityError):
        raise
    except Exception:
        log.exception("commands are applied one by one", commands=len(fresh))
        _one_by_one(session, fresh, now)
    _follow_chains(session, pushes)
    receipts = [[_receipt(slot) for slot in one.taken.slots] for one in pushes]
    for one, made in zip(pushes, receipts, strict=True):
        chain.answer(session, map(partial(_sealed_as, one.actor.id), one.taken.slots, made))
    return receipts


def _sort_out(known: Mapping[tuple[str, str], Any], author_id: str, slots: Sequence[Slot]) -> list[Work]:
    """The commands that are new; those known already get their present status, those with a used id are refused."""
    first: dict[str, Work] = {}
    for slot in slots:
        if not slot.id or not slot.sound:
            continue
        name = slot.id.lower()
        before, row = first.get(name), known.get((author_id, name))
        taken_by = before.digest if before else row.digest if row else slot.digest
        if taken_by != slot.digest:
            slot.work = None
            slot.errors = [error("id_reused", "这个编号已经用过了，请重新存一次。", "id")]
        elif before is not None:
            slot.work, slot.same_as = None, before
        elif row is not None and (slot.work is None or row.waits_for != REPAIR):
            status = DUPLICATE if row.status == STORED else row.status
            slot.work, slot.errors = None, []
            # Of a home outside the author's area nothing is told, whatever an earlier version wrote down.
            asked = [] if status == ORPHANED else row.questions
            slot.before, slot.seq = Outcome(status, row.errors, asked), row.seq
        elif slot.work is not None:
            slot.work.known = row is not None
            first[name] = slot.work
    return list(first.values())


def _apply_and_keep(session: Session, works: Sequence[Work], now: datetime) -> None:
    if not works:
        return
    batch = Batch(session, now, now.astimezone(SHANGHAI).date())
    handled = apply(batch, works)
    _keep(batch, handled)
    record_many(session, batch.entries)
    publish(session, batch.changes)


def _one_by_one(session: Session, works: Sequence[Work], now: datetime) -> None:
    for work in works:
        work.outcome, work.seq = None, None
        try:
            with session.begin_nested():
                _apply_and_keep(session, [work], now)
        except (OperationalError, IntegrityError):
            raise
        except Exception:
            log.exception("a command is kept for repair", author=work.actor.id, command=work.id, type=work.type)
            work.outcome = Outcome(HELD, errors=[_REPAIR_ERROR], waits_for=REPAIR)
            _keep(Batch(session, now, now.date()), [work])


def apply(batch: Batch, works: Iterable[Work]) -> list[Work]:
    """Apply commands and whatever waited for them; returns all that were handled, each with its outcome."""
    queue = deque(works)
    waiting: dict[str, list[Work]] = defaultdict(list)
    handled: list[Work] = []
    while queue:
        run = [queue.popleft()]
        while queue and queue[0].type == run[0].type:
            run.append(queue.popleft())
        ready = _ready(batch, run, waiting)
        handled += [work for work in run if work not in ready]
        if not ready:
            continue
        _number(batch, ready)
        COMMANDS[ready[0].type].apply(batch, ready)
        handled += ready
        made = [one for work in ready if work.outcome for one in work.outcome.makes]
        batch.made.update(made)
        released = [work for one in made for work in waiting.pop(one, ())]
        handled = [work for work in handled if work not in released]
        queue.extendleft(reversed(released + _released(batch, made)))
    return handled


def _ready(batch: Batch, run: Sequence[Work], waiting: dict[str, list[Work]]) -> list[Work]:
    """Those of a run whose needs are known; the others are held."""
    kind = COMMANDS[run[0].type]
    needs = [list(kind.needs(work)) for work in run]
    missing = unknown(batch.session, {one for wanted in needs for one in wanted} - batch.made)
    ready = []
    for work, wanted in zip(run, needs, strict=True):
        if work.aside:
            work.outcome = _set_aside(batch, work)
            continue
        lacking = next((one for one in wanted if one in missing), None)
        if lacking is None:
            ready.append(work)
            continue
        waiting[lacking].append(work)
        work.outcome = Outcome(HELD, household_id=_home_of(work), waits_for=lacking)
    return ready


def _set_aside(batch: Batch, work: Work) -> Outcome:
    """Kept under its author's name, for the township of the home, or of the author, to place."""
    home = _home_of(work)
    places = queries.places_of_homes(batch.session, [home] if home else [])
    said = work.body.get("division")
    division = places.get(home or "") or (said if isinstance(said, str) else "") or "".join(work.actor.divisions[:1])
    why = error(work.aside, rules.ASIDE[work.aside])
    return Outcome(ORPHANED, errors=[why], household_id=home, division=division[:12])


def unknown(session: Session, references: set[str]) -> set[str]:
    """Which references the server does not know yet."""
    by_kind: dict[str, list[str]] = defaultdict(list)
    for one in references:
        kind, _, name = one.partition(":")
        by_kind[kind].append(name)
    missing = set()
    for kind, names in by_kind.items():
        found = REFERENCES[kind](session, names)
        missing |= {f"{kind}:{name}" for name in names if name not in found}
    return missing


def _home_of(work: Work) -> str | None:
    home = work.body.get("household_id")
    return home.lower() if rules.is_id(home) else None  # type: ignore[union-attr]


def _number(batch: Batch, works: Sequence[Work]) -> None:
    first = next_numbers(batch.session, "command", len(works))
    for number, work in enumerate(works, first):
        work.seq = number


def _released(batch: Batch, made: Sequence[str]) -> list[Work]:
    """Held commands that waited for what has just been made."""
    if not made:
        return []
    rows = queries.waiting_for(batch.session, list(dict.fromkeys(made)))
    return [work for row in rows if (work := revive(batch, row)) is not None]


def revive(batch: Batch, row: Command) -> Work | None:
    """A kept command as work again; None where this version of the program no longer reads it."""
    actors: dict[str, Actor] = batch.session.info.setdefault("actors", {})
    if row.author_id not in actors:
        user = batch.session.get(User, row.author_id)
        assert user is not None, "commands are kept for accounts only"
        actors[row.author_id] = make_actor(batch.session, user, device_id=row.device_id)
    value = keepable(json.loads(row.raw))
    work, errors = intake.work_of(actors[row.author_id], row.raw, value, row.device_id, row.received_at)
    if work is None:
        row.waits_for, row.errors = REPAIR, errors
        return None
    work.known, work.sent_at = True, row.sent_at
    return work


def one_at_a_time(session: Session) -> None:
    """Take turns with whoever takes in commands or pictures, until the commit; see `queries.one_at_a_time`."""
    queries.one_at_a_time(session)


def arrived(session: Session, references: Sequence[str], now: datetime | None = None) -> int:
    """Apply what waited for these references (`form:home@3`, `household:<id>` …), now that they are there.

    Other rooms call this in the unit of work in which they make such a thing outside a push; returns how many
    commands were applied.
    """
    queries.one_at_a_time(session)
    moment = now or utcnow()
    batch = Batch(session, moment, moment.astimezone(SHANGHAI).date())
    works = _released(batch, references)
    if works:
        finish(batch, works)
    return len(works)


def finish(batch: Batch, works: Sequence[Work]) -> None:
    """Apply kept commands and write down what became of them."""
    handled = apply(batch, works)
    _keep(batch, handled)
    record_many(batch.session, batch.entries)
    publish(batch.session, batch.changes)


def retry_failed(session: Session, now: datetime | None = None) -> int:
    """Try again the commands on which the server itself failed; for the operator, after an update."""
    return arrived(session, [REPAIR], now)


def _keep(batch: Batch, works: Sequence[Work]) -> None:
    """Write the commands down with what became of them; tell the author what changed after the first answer."""
    refused = [work for work in works if _outcome(work).status == REJECTED]
    for work in refused:
        _refuse_late(batch, work)
    kept = [work for work in works if _outcome(work).status != REJECTED]
    _ask_later(batch, kept)
    _COMMANDS.write(batch.session, [_row(work) for work in kept if not work.known])
    for work in kept:
        if work.known:
            row = _row(work)
            same = (Command.author_id == work.actor.id, Command.id == work.id)
            changed = {name: row[name] for name in _LATER}
            batch.session.execute(update(Command).where(*same).values(**changed))  # type: ignore[arg-type]
    for work in works:
        outcome = _outcome(work)
        if work.known:
            batch.changes.append(Change("receipt", f"{work.actor.id}:{work.id}", user_id=work.actor.id))
        if outcome.status not in {STORED, REJECTED}:
            batch.entries.append(
                entry(work.actor, f"command.{outcome.status}", "command", work.id,
                      after={"type": work.type, "waits_for": outcome.waits_for, "household_id": outcome.household_id})
            )  # fmt: skip
    _mark_corrected(batch.session, kept)


_COMMANDS = Bulk(insert(Command.__table__))  # type: ignore[attr-defined]


def _ask_later(batch: Batch, works: Sequence[Work]) -> None:
    """Add questions that turned up later to the receipts of the commands that they are about."""
    here = {_outcome(work).row_id: _outcome(work) for work in works}
    for row_id, asked in batch.asked_later:
        if row_id in here:
            here[row_id].questions = [*here[row_id].questions, asked]
            continue
        for row in batch.session.scalars(select(Command).where(Command.row_id == row_id, Command.status == STORED)):  # type: ignore[arg-type]
            row.questions = [*row.questions, asked]
            batch.changes.append(Change("receipt", f"{row.author_id}:{row.id}", user_id=row.author_id))


_LATER = (
    "status", "seq", "waits_for", "household_id", "division", "row_id", "row_version", "errors", "questions",
    "settled_at",
)  # fmt: skip


def _outcome(work: Work) -> Outcome:
    assert work.outcome is not None, f"{work.type} was not settled"
    return work.outcome


def _row(work: Work) -> dict[str, Any]:
    outcome = _outcome(work)
    stored = outcome.status == STORED
    return {
        "author_id": work.actor.id, "id": work.id, "device_id": work.device_id, "type": work.type,
        "status": outcome.status, "digest": work.digest, "prev": work.prev, "signed": work.signed,
        "seq": work.seq if stored else None,
        "raw": work.raw, "waits_for": outcome.waits_for, "household_id": outcome.household_id,
        "division": outcome.division, "row_id": outcome.row_id, "row_version": outcome.row_version,
        "corrects": work.corrects, "errors": outcome.errors, "questions": outcome.questions,
        "captured_at": work.captured_at, "sent_at": work.sent_at, "received_at": work.received_at,
        "settled_at": work.received_at if stored else None,
    }  # fmt: skip


def _mark_corrected(session: Session, works: Sequence[Work]) -> None:
    for work in works:
        if work.corrects:
            session.execute(
                update(Quarantine)
                .where(Quarantine.author_id == work.actor.id, Quarantine.command_id == work.corrects)  # type: ignore[arg-type]
                .values(corrected_by=work.id)
            )


def _refuse_late(batch: Batch, work: Work) -> None:
    """What turns out wrong only when it is applied goes to quarantine and gives its id back."""
    rows = [_quarantine_row(work.actor.id, work.device_id, work.id, work.raw, _outcome(work).errors, batch.now)]
    _insert_quarantine(batch.session, rows)
    if work.known:
        same = (Command.author_id == work.actor.id, Command.id == work.id)
        batch.session.execute(delete(Command).where(*same))  # type: ignore[arg-type]


def _quarantine_row(
    author_id: str, device_id: str, command_id: str | None, raw: str, errors: list[dict[str, str]], now: datetime
) -> dict[str, Any]:
    return {
        "author_id": author_id, "device_id": device_id, "command_id": command_id, "raw": raw,
        "raw_sha256": _raw_digest(raw), "errors": errors, "times": 1, "received_at": now,
    }  # fmt: skip


def _quarantine(session: Session, actor: Actor, taken: Intake, now: datetime) -> None:
    """Keep what was rejected, each once, however often it is sent."""
    rows = {}
    for slot in taken.slots:
        if slot.errors and slot.work is None:
            name = slot.id.lower() if slot.id else None
            row = _quarantine_row(actor.id, taken.device_id, name, slot.raw, slot.errors, now)
            rows[row["raw_sha256"]] = row
    _insert_quarantine(session, list(rows.values()))


def _insert_quarantine(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    if is_sqlite(session):
        from sqlalchemy.dialects.sqlite import insert as upsert
    else:
        from sqlalchemy.dialects.postgresql import insert as upsert
    statement = upsert(Quarantine)
    again = {"times": Quarantine.times + 1, "errors": statement.excluded.errors}
    session.execute(statement.on_conflict_do_update(index_elements=["author_id", "raw_sha256"], set_=again), list(rows))


def _follow_chains(session: Session, pushes: Sequence[Pending]) -> None:
    """Note gaps and forks in the devices' chains of commands; never a reason to hold or reject."""
    by_push = [(one, _links(one.taken)) for one in pushes]
    devices = [(one.actor.id, one.taken.device_id) for one, links in by_push if links]
    if not devices:
        return
    heads = queries.heads_of(session, list(dict.fromkeys(devices)))
    entries = []
    for one, links in by_push:
        device = one.actor.id, one.taken.device_id
        if links:
            heads[device], faults = rules.chain_faults(heads.get(device), links)
            if faults:
                entries.append(entry(one.actor, "device.chain", "device", device[1], after={"faults": faults[:50]}))
    rows = [{"b_user": user, "b_id": name, "b_head": heads[user, name]} for user, name in sorted(set(devices))]
    _NEW_HEAD.write(session, rows)
    record_many(session, entries)


def _links(taken: Intake) -> list[tuple[str, str | None, str]]:
    works = [slot.work for slot in taken.slots if slot.work is not None]
    return [(work.id, work.prev, work.digest) for work in works if not work.known]


_DEVICE = Device.__table__  # type: ignore[attr-defined]
_NEW_HEAD = Bulk(
    update(_DEVICE)
    .where(_DEVICE.c.user_id == bindparam("b_user"), _DEVICE.c.id == bindparam("b_id"))
    .values(head_digest=bindparam("b_head"))
)


def _receipt(slot: Slot) -> dict[str, Any]:
    work = slot.work or slot.same_as
    if work is None and slot.before is None:
        return {"id": slot.id, "status": REJECTED, "digest": slot.digest, "errors": slot.errors}
    outcome = slot.before or _outcome(work)  # type: ignore[arg-type]
    seq = work.seq if work else slot.seq
    status = outcome.status
    if slot.same_as is not None and status == STORED:
        status = DUPLICATE
    made: dict[str, Any] = {"id": slot.id, "status": status, "digest": slot.digest}
    if status in {STORED, DUPLICATE} and seq is not None:
        made["seq"] = seq
    if outcome.errors:
        made["errors"] = outcome.errors
    if outcome.questions:
        made["questions"] = outcome.questions
    return made


def _sealed_as(author_id: str, slot: Slot, receipt: dict[str, Any]) -> chain.Answer:
    """Under which name the chain knows what a receipt is about."""
    if receipt["status"] == REJECTED:
        return chain.Answer("quarantine", f"{author_id} {_raw_digest(slot.raw)}", receipt)
    return chain.Answer("command", f"{author_id} {str(slot.id).lower()}", receipt)


def _raw_digest(raw: str) -> str:
    return hashlib.sha256(raw.encode("utf-8", "surrogatepass")).hexdigest()


REFERENCES_HERE = {"own": queries.stored_references}
"""References to commands of one author, `own:<author>:<id>`: whether they were taken in."""
