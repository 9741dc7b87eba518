"""What phones are told of agreements: parties and terms, never a full number."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from app.agreements import rules
from app.households import register_service as register
from app.households.register_service import Standing, iso
from app.sync.schemas import Rendered
from models.agreements import Agreement, Inspection

POLICY = ("agreement.remind_days", "agreement.urge_days")
_TOLD_OF_PARTY = ("role", "name", "relation", "phone", "signed")


def last_inspections(session: Session, ids: Sequence[str]) -> dict[str, Inspection]:
    """The latest look at each of these agreements."""
    found: dict[str, Inspection] = {}
    for part in register.chunks(ids):
        query = select(Inspection).where(Inspection.agreement_id.in_(part))  # type: ignore[attr-defined]
        for row in session.scalars(query.order_by(Inspection.on, Inspection.id)):  # type: ignore[arg-type]
            found[row.agreement_id] = row
    return found


def pull_agreements(session: Session, ids: Sequence[str]) -> dict[str, Rendered]:
    """Agreements by id; one taken out is gone."""
    rows, on = register.rows_by_id(session, Agreement, ids), register.today()
    looks = last_inspections(session, [one.row.id for one in rows])
    found = {}
    for one in rows:
        values = register.policy(session, POLICY, on, one.home.division)
        data = _agreement(one, looks.get(one.row.id), on, values)
        found[one.row.id] = Rendered(one.row.version, data, one.home.division, one.home.id)
    return found


def _agreement(one: Standing, look: Inspection | None, on: date, values: Mapping[str, Any]) -> dict[str, Any]:
    row = one.row
    stands = rules.standing(row, on, values["agreement.remind_days"])
    carer = {"name": row.carer_name, "relation": row.carer_relation, "phone": row.carer_phone,
             "person_id": row.carer_person_id}  # fmt: skip
    return {
        "person_id": one.person.id, "household_id": one.home.id, "kind": row.kind, "kind_name": rules.KINDS[row.kind],
        "last_visit": register.last_visit(one.home), "source_visit_id": row.source_visit_id, "number": row.number,
        "signed_on": iso(row.signed_on), "from_on": iso(row.from_on), "to_on": iso(row.to_on),
        "open_ended": row.open_ended, "ended_on": iso(row.ended_on), "state": stands.code, "state_words": stands.words,
        "carer": carer if row.carer_name else None,
        "bar_present": rules.bar_present([row.bar_1, row.bar_2, row.bar_3, row.bar_4])
        if row.kind == "guardianship" else None,
        "parties": [{name: party.get(name) for name in _TOLD_OF_PARTY} for party in rules.signed_parties(row)],
        "terms": row.terms, "missing": rules.missing(row),
        "inspection": _look(look, values) if look else None, "version": row.version,
    }  # fmt: skip


def _look(look: Inspection, values: Mapping[str, Any]) -> dict[str, Any]:
    by = rules.urge_by(look.on, look.result, look.urged_on, values["agreement.urge_days"])
    return {
        "id": look.id, "on": look.on.isoformat(), "result": look.result, "problem": look.problem,
        "urged_on": iso(look.urged_on), "urge_by": iso(by), "visit_id": look.visit_id,
    }  # fmt: skip


PULL_TYPES = {"agreement": pull_agreements}
