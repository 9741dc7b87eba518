"""What phones are told of the children's register. Cases never go down; a child's own words do not either."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from app.households import register_service as register
from app.households.register_service import Standing, iso
from app.sync.schemas import Rendered
from app.visits.rules import told_in
from models.children import Child


def pull_children(session: Session, ids: Sequence[str]) -> dict[str, Rendered]:
    """Children of the register by id; who left it is gone."""
    rows = register.rows_by_id(session, Child, ids)
    return {one.row.id: Rendered(one.row.version, _child(one), one.home.division, one.home.id) for one in rows}


def _child(one: Standing) -> dict[str, Any]:
    row, told = one.row, told_in("child", one.person.ledger)
    return {
        "person_id": one.person.id, "household_id": one.home.id,
        "last_visit": register.last_visit(one.home, row.listed_visit_on),
        "source_visit_id": told.visit_id or one.home.last_visit_id,
        "kinds": row.kinds, "support": row.support, "risk": row.risk, "living_written": row.living_written,
        "school_written": row.school_written, "exempt": row.exempt,
        "father": _parent(row, "father"), "mother": _parent(row, "mother"), "wish_heard": bool(row.wish),
        "school_told_on": iso(row.school_told_on), "village_told_on": iso(row.village_told_on),
        "parent_contact_on": iso(row.parent_contact_on),
        "ledger": told.values, "version": row.version,
    }  # fmt: skip


def _parent(row: Child, who: str) -> dict[str, Any]:
    return {
        "name": getattr(row, f"{who}_name"), "state": getattr(row, f"{who}_state"),
        "since": iso(getattr(row, f"{who}_since")), "back_on": iso(getattr(row, f"{who}_back_on")),
    }  # fmt: skip


PULL_TYPES = {"child": pull_children}
