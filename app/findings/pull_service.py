"""Findings as they go down to phones: open ones about a home, why in one sentence, what to do, what settles them."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from app.findings.queries import open_in_homes
from app.findings.rules_list import BY_CODE
from app.findings.rules_words import questions, sentence
from app.sync.schemas import Rendered


def pull_findings(session: Session, ids: Sequence[str]) -> dict[str, Rendered]:
    """Open findings by id; one that is closed, or about no home, is gone from the phone."""
    return {row.id: Rendered(row.version, _data(row, name), row.division, row.household_id)
            for row, name in open_in_homes(session, ids) if row.rule in BY_CODE}  # fmt: skip


def _data(row: Any, name: str | None) -> dict[str, Any]:
    rule = BY_CODE[row.rule]
    return {
        "rule": rule.code, "name": rule.name, "household_id": row.household_id, "person_id": row.person_id,
        "kind": row.kind, "severity": row.severity, "todo": rule.todo,
        "why": sentence(rule, row.facts, name or "", plain=True),
        "due_on": row.due_on.isoformat() if row.due_on else None, "found_on": row.found_on.isoformat(),
        "questions": questions(rule) if rule.field else [], "basis": rule.basis,
    }  # fmt: skip


PULL_TYPES = {"finding": pull_findings}
