"""Findings as work: each open one that somebody in the village can act on is a task of kind `finding`."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlmodel import Session

from app.bulk import Bulk
from app.db import new_id
from app.feed.service import Change
from app.findings.rules import FINDING, RED
from app.findings.rules_list import BY_CODE
from app.households.register_service import chunks
from models.visits import Task

KIND = "finding"
_TASK = Task.__table__  # type: ignore[attr-defined]
_NEW = Bulk(insert(_TASK))
_CHANGED = ("division", "due_on", "why", "household_id", "person_id", "urgent")
_CHANGE = Bulk(
    update(_TASK)
    .where(_TASK.c.id == bindparam("b_id"))
    .values(version=_TASK.c.version + 1, **{name: bindparam(f"b_{name}") for name in _CHANGED})
)


def keep(session: Session, findings: Sequence[Mapping[str, Any]], texts: Mapping[str, str], told: list[Change]) -> None:
    """Bring the tasks of findings that were touched to how these stand now; what changed is added to `told`.

    Args:
        findings: rows as they were written (`id, rule, kind, state, severity, household_id, person_id, division,
            due_on`).
        texts: why, in one sentence, by the finding's id; what is not here stays as it was.
    """
    ids = [row["id"] for row in findings]
    standing = {}
    for part in chunks(ids):
        query = select(_TASK).where(_TASK.c.kind == KIND, _TASK.c.subject_id.in_(part))
        standing.update({row.subject_id: row for row in session.execute(query)})
    new, changed, gone = [], [], []
    for row in findings:
        task = standing.get(row["id"])
        if not _is_work(row):
            if task is not None:
                gone.append(task.id)
                told.append(Change("task", task.id, task.household_id, task.division, gone=True))
            continue
        said = {"household_id": row["household_id"], "person_id": row["person_id"], "division": row["division"],
                "due_on": row["due_on"], "why": texts.get(row["id"]) or (task.why if task else ""),
                "urgent": row["severity"] == RED}  # fmt: skip
        if task is None:
            new.append({"id": new_id(), "kind": KIND, "subject_id": row["id"], "every_days": None, "version": 1} | said)
            told.append(Change("task", new[-1]["id"], said["household_id"], said["division"]))
        elif any(getattr(task, name) != said[name] for name in _CHANGED):
            changed.append({"b_id": task.id} | {f"b_{name}": said[name] for name in _CHANGED})
            told.append(Change("task", task.id, said["household_id"], said["division"]))
    _NEW.write(session, new)
    _CHANGE.write(session, changed)
    for part in chunks(gone):
        session.connection().execute(delete(_TASK).where(_TASK.c.id.in_(part)))


def _is_work(row: Mapping[str, Any]) -> bool:
    rule = BY_CODE.get(row["rule"])
    return bool(
        rule and rule.field and row["state"] == "open" and row["kind"] == FINDING and row["household_id"]
        and isinstance(row["due_on"], date)
    )  # fmt: skip
