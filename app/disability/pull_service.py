"""What phones are told of certificates and allowances: pull type `disability`. The number goes down behind its mask."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlmodel import Session

from app.disability import queries, rules, standing_service
from app.disability.rules import Claim
from app.households import register_service as register
from app.households.register_service import iso
from app.sync.schemas import Rendered
from app.visits.rules import told_in
from models.disability import CareService


def pull_disability(session: Session, ids: Sequence[str]) -> dict[str, Rendered]:
    """Certificates by id: what they say, when they end, the services, how both allowances stand."""
    rows = queries.to_pull(session, ids)
    on = register.today()
    people = [row.DisabilityCertificate.person_id for row in rows]
    holders = {
        row.DisabilityCertificate.person_id: {
            "row": row.DisabilityCertificate, "attribute": row.attribute, "died_on": row.died_on,
            "division": row.division,
        }
        for row in rows
    }  # fmt: skip
    policy = standing_service.policies(session, (row.division for row in rows), on)
    claims = standing_service.claims(session, holders, on, policy)
    services = queries.services(session, people)
    return {
        row.DisabilityCertificate.id: Rendered(
            row.DisabilityCertificate.version,
            _told(row, on, policy[row.division]["remind_days"])
            | {
                "allowances": {key: _claim(one) for key, one in claims[row.DisabilityCertificate.person_id].items()},
                "services": [
                    _service(one)
                    for one in services.get(row.DisabilityCertificate.person_id, ())
                    if queries.running(one, on)
                ],
            },
            row.division,
            row.household_id,
        )
        for row in rows
    }


def _told(row: Any, on: date, remind_days: int) -> dict[str, Any]:
    one, told = row.DisabilityCertificate, told_in("disability", row.ledger)
    kinds = rules.kinds_of(one.details.get("kinds"))
    wrong = rules.problems(one.number, row.id_number, one.category, one.grade, kinds)
    return {
        "person_id": one.person_id, "household_id": row.household_id,
        "number_masked": rules.mask_number(one.number), "category": one.category, "grade": one.grade,
        "kind_words": rules.kind_words(one.category, one.grade, kinds), "issued_on": iso(one.issued_on),
        "valid_to": iso(one.valid_to), "open_ended": one.open_ended,
        "state": rules.state(one.valid_to, one.open_ended, on, remind_days),
        "remind_on": iso(rules.remind_on(one.valid_to, one.open_ended, remind_days)),
        "care_needed": one.care_needed, "injury_care": one.injury_care,
        "problems": [rules.PROBLEMS[code] for code in wrong],
        "last_visit": register.last_visit(row), "source_visit_id": told.visit_id or row.last_visit_id,
        "ledger": told.values,
    }  # fmt: skip


def _claim(one: Claim) -> dict[str, Any]:
    return {"right": one.right, "drawn": one.drawn, "why": one.why, "words": one.words, "missing": one.missing}


def _service(one: CareService) -> dict[str, Any]:
    return {
        "mode": one.mode, "mode_words": rules.MODES.get(one.mode, one.mode), "provider": one.provider,
        "hours_month": one.hours_month, "from_on": iso(one.from_on), "to_on": iso(one.to_on),
    }  # fmt: skip


PULL_TYPES = {"disability": pull_disability}
