"""What phones are told of pairings, plans and measures: pull types `pairing`, `plan`, `measure`."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from app.households import register_service as register
from app.households.register_service import iso
from app.pairing import queries, rules
from app.sync.schemas import Rendered
from app.visits.rules import told_in


def pull_pairings(session: Session, ids: Sequence[str]) -> dict[str, Rendered]:
    """Who is responsible for a home; an ended pairing is gone from the phone the day after."""
    on = register.today()
    found = {}
    for row in queries.paired_to_pull(session, ids):
        one, official, told = row.PairedHome, row.Official, told_in("pairing", row.ledger)
        if one.to_on is not None and one.to_on < on:
            continue
        data = {
            "household_id": one.household_id,
            "official": {"id": official.id, "name": official.name, "unit": official.unit, "post": official.post,
                         "phone": official.phone},
            "from_on": iso(one.from_on), "to_on": iso(one.to_on),
            "last_visit": register.last_visit(row, one.listed_visit_on),
            "source_visit_id": told.visit_id or row.last_visit_id, "ledger": told.values,
        }  # fmt: skip
        found[one.id] = Rendered(one.version, data, row.division, one.household_id)
    return found


def pull_plans(session: Session, ids: Sequence[str]) -> dict[str, Rendered]:
    """一户一方案 by id."""
    return {
        row.Plan.id: Rendered(row.Plan.version, _plan(row), row.division, row.Plan.household_id)
        for row in queries.plans_to_pull(session, ids)
    }


def _plan(row: Any) -> dict[str, Any]:
    one = row.Plan
    return {
        "household_id": one.household_id, "year": one.year, "causes": one.causes,
        "aim_fen": one.aim_fen,
        "text": one.text, "last_visit": register.last_visit(row),
    }  # fmt: skip


def pull_measures(session: Session, ids: Sequence[str]) -> dict[str, Rendered]:
    """一人一措施 by id."""
    return {
        row.Measure.id: Rendered(row.Measure.version, _measure(row), row.division, row.Measure.household_id)
        for row in queries.measures_to_pull(session, ids)
    }


def _measure(row: Any) -> dict[str, Any]:
    one = row.Measure
    return {
        "household_id": one.household_id, "person_id": one.person_id, "plan_id": one.plan_id, "kind": one.kind,
        "kind_words": rules.KINDS.get(one.kind, one.kind), "text": one.text, "owner": one.owner,
        "due_on": iso(one.due_on), "progress": one.progress,
        "progress_words": rules.PROGRESS.get(one.progress, one.progress), "effect": one.effect,
        "last_visit": register.last_visit(row),
        "source_visit_id": one.source_visit_id,
    }  # fmt: skip


PULL_TYPES = {"pairing": pull_pairings, "plan": pull_plans, "measure": pull_measures}
