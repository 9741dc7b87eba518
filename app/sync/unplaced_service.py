"""What a person has to settle: visits outside their author's area, commands that wait too long, contradictions.

For the township; each act is written down, tells the author's phone by a receipt, and leaves the command as it came.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import Session

from app.accounts.queries import in_scope
from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.audit.service import entry, record_many
from app.db import SHANGHAI, utcnow
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.feed.service import Change, publish
from app.households import service as households
from app.households.schemas import HouseholdChange, PersonChange
from app.settings import service as settings
from app.sync import queries, service
from app.sync.schemas import CONFLICT, HELD, ORPHANED, REPAIR, STORED, Batch
from app.visits import ledger_service
from app.visits import service as visits
from models.households import Household, Person
from models.sync import Command
from models.visits import FieldConflict

LIMIT = 200
KINDS = {
    "visit": "走访", "visit.correct": "改过的走访", "issue.add": "困难问题", "household.add": "新的农户",
    "household.change": "农户改动", "person.add": "新的人", "person.change": "人员改动", "photo.answer": "照片答复",
    "feedback.add": "投诉建议", "contact.confirm": "联系人核实", "agreement.inspect": "协议履行检查",
    "case.report": "紧急报告",
}  # fmt: skip


@dataclass(frozen=True)
class Unplaced:
    """One line of 待处理. `state`: orphaned, held, conflict, rejected, field."""

    key: str
    state: str
    kind: str
    author: str
    household_id: str
    household: str
    since: str
    why: str
    choices: tuple[tuple[str, str], ...] = ()


def _when(moment: Any) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def unplaced(session: Session, actor: Actor) -> list[Unplaced]:
    """Everything of the actor's area that waits for a person, the oldest first.

    Raises:
        NotAllowed: the role does not settle such things.
    """
    if not actor.may(Permission.UNPLACED):
        raise NotAllowed()
    now = utcnow()
    patience = timedelta(days=settings.value(session, "held_days", now.astimezone(SHANGHAI).date()))
    commands = queries.to_place(session, actor, now - patience, LIMIT)
    refused = queries.quarantined(session, actor, LIMIT)
    fields = _field_conflicts(session, actor)
    homes = queries.home_names(session, {row.household_id for row, _ in commands if row.household_id}
                               | {row.household_id for row in fields})  # fmt: skip
    lines = [_command(row, author, homes) for row, author in commands]
    lines += [
        Unplaced(f"rejected:{row.id}", "rejected", "", author, "", "", _when(row.received_at), _sentence(row.errors))
        for row, author in refused
    ]
    return lines + [_field(row, homes) for row in fields]


def _field_conflicts(session: Session, actor: Actor) -> list[FieldConflict]:
    on = utcnow().astimezone(SHANGHAI).date()
    return queries.open_field_conflicts(session, in_scope(actor, on, FieldConflict.division), LIMIT)


def _sentence(errors: list[dict[str, str]]) -> str:
    return errors[0]["message"] if errors else ""


def _command(row: Command, author: str, homes: dict[str, str]) -> Unplaced:
    why = {
        ORPHANED: _sentence(row.errors) or "这一户现在不归他管，请看放在哪一户。",
        HELD: "等另一条记录很久了，请看放在哪一户。" if row.waits_for != REPAIR else _sentence(row.errors),
        CONFLICT: "别人也改了，请看留哪一个。",
    }[row.status]
    return Unplaced(
        f"{row.author_id}:{row.id}", row.status, KINDS.get(row.type, row.type), author, row.household_id or "",
        homes.get(row.household_id or "", ""), _when(row.received_at), why,
    )  # fmt: skip


def _field(row: FieldConflict, homes: dict[str, str]) -> Unplaced:
    said = (("ours", _words(row.field, row.ours["value"])),)
    said += tuple((str(number), _words(row.field, one["value"])) for number, one in enumerate(row.theirs))
    return Unplaced(
        f"field:{row.id}", "field", row.field, "", row.household_id, homes.get(row.household_id, ""),
        _when(row.created_at), "两个人说的不一样，请定一个。", said,
    )  # fmt: skip


def _words(field: str, value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(str(one) for one in value.values())
    if isinstance(value, list):
        return "、".join(map(str, value))
    return "***" if field in {"id_number", "bank_account"} else str(value if value is not None else "")


def place(session: Session, actor: Actor, author_id: str, command_id: str, household_id: str | None = None) -> str:
    """Say where a command belongs: where it says itself, or at another home of the actor's area.

    Returns:
        Its status now.

    Raises:
        NotAllowed: the role does not place.
        NotFound: no such command, or neither it nor the home lies in the actor's area.
        BadInput: it does not wait to be placed.
    """
    if not actor.may(Permission.UNPLACED):
        raise NotAllowed()
    service.one_at_a_time(session)
    row = session.get(Command, (author_id, command_id))
    if row is None or not queries.waits_in_area(session, actor, row):
        raise NotFound()
    if row.status not in {ORPHANED, HELD}:
        raise BadInput("这一条不用再放。", code="not_waiting")
    target = household_id or row.household_id
    if target is not None:
        households.get_household(session, actor, target)
    now = utcnow()
    batch = Batch(session, now, now.astimezone(SHANGHAI).date())
    work = service.revive(batch, row)
    if work is None:
        raise BadInput("这一条现在读不出来，请找县管理员。", code="unreadable")
    work.placed = True
    if target and hasattr(work.payload, "household_id"):
        work.body = {**work.body, "household_id": target}
        work.payload = work.payload.model_copy(update={"household_id": target})
    batch.entries.append(entry(actor, "command.placed", "command", command_id, after={"household_id": target}))
    service.finish(batch, [work])
    session.expire_all()
    placed = session.get(Command, (author_id, command_id))
    return placed.status if placed else "rejected"


def decide_conflict(session: Session, actor: Actor, conflict_id: str, keep: str) -> None:
    """Decide a field that two people told differently.

    Args:
        keep: `ours` for what stands, or the number of one of the others.

    Raises:
        NotAllowed, NotFound, BadInput, Conflict: as they say.
    """
    if not actor.may(Permission.CONFLICT_DECIDE):
        raise NotAllowed()
    on = utcnow().astimezone(SHANGHAI).date()
    row = queries.field_conflict(session, conflict_id, in_scope(actor, on, FieldConflict.division))
    if row is None:
        raise NotFound()
    if row.decided_at is not None:
        raise Conflict("这一条别人已经定了。", code="decided")
    if keep != "ours" and not (keep.isdigit() and int(keep) < len(row.theirs)):
        raise BadInput("请选一个。", code="no_choice")
    chosen = row.ours if keep == "ours" else row.theirs[int(keep)]
    now = utcnow()
    row.decided_at, row.decided_by, row.decision = now, actor.id, "ours" if keep == "ours" else "theirs"
    changes: list[Change] = []
    if row.command_id is None:
        changes = ledger_service.decide(session, actor, row, chosen, now)
        changes += visits.told_of(session, [row.household_id])
    elif keep != "ours":
        _take_change(session, actor, row, chosen["value"])
    session.flush()
    changes += _settle_command(session, row, now) if row.command_id else []
    told = {"field": row.field, "keep": row.decision}
    before = {}
    if row.command_id is None:
        before = ledger_service.masked({row.field: row.ours["value"]})
        told |= ledger_service.masked({row.field: chosen["value"]})
    record_many(
        session, [entry(actor, "conflict.decided", row.subject_type, row.subject_id, before=before or None, after=told)]
    )
    publish(session, changes)


def _take_change(session: Session, actor: Actor, row: FieldConflict, value: Any) -> None:
    """The change with the old base is what counts: it is made now, by who decided."""
    table = Household if row.subject_type == "household" else Person
    found = session.get(table, row.subject_id)
    if found is None:
        raise NotFound()
    if isinstance(found, Household):
        households.change_household(session, actor, found.id, HouseholdChange(**{row.field: value}), found.version)
    else:
        households.change_person(session, actor, found.id, PersonChange(**{row.field: value}), found.version)


def _settle_command(session: Session, row: FieldConflict, now: Any) -> list[Change]:
    """When the last field of a change is decided, its command is settled and its author hears of it."""
    if queries.undecided_of_command(session, row.author_id, row.command_id or ""):
        return []
    session.execute(
        update(Command)
        .where(Command.author_id == row.author_id, Command.id == row.command_id)  # type: ignore[arg-type]
        .values(status=STORED, seq=service.next_numbers(session, "command"), settled_at=now, errors=[])
    )
    return [Change("receipt", f"{row.author_id}:{row.command_id}", user_id=row.author_id)]


def raw_of(session: Session, actor: Actor, author_id: str, command_id: str) -> dict[str, Any]:
    """A waiting command as it came, for who has to place it.

    Raises:
        NotFound: none, or not of the actor's area.
    """
    row = session.get(Command, (author_id, command_id))
    if row is None or not actor.may(Permission.UNPLACED) or not queries.waits_in_area(session, actor, row):
        raise NotFound()
    return json.loads(row.raw)
