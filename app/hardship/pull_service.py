"""What phones are told of the destitute: pull type `hardship`. No number of a carer or an account goes down."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from app.hardship import queries, rules
from app.households import register_service as register
from app.households.register_service import iso
from app.sync.schemas import Rendered
from app.visits.rules import told_in
from models.agreements import Agreement
from models.hardship import Hardship


def pull_hardship(session: Session, ids: Sequence[str]) -> dict[str, Rendered]:
    """Rows of the register by id: columns, the grade that follows, the carer, what visits found."""
    rows = queries.to_pull(session, ids)
    on = register.today()
    agreements = queries.care_agreements(session, [row.Hardship.person_id for row in rows], on)
    months = {
        area: register.policy(session, ("hardship.review_months",), on, area)["hardship.review_months"]
        for area in {row.division for row in rows}
    }
    return {
        row.Hardship.id: Rendered(
            row.Hardship.version,
            _told(row.Hardship, months[row.division], agreements.get(row.Hardship.person_id))
            | {
                "household_id": row.household_id,
                "last_visit": register.last_visit(row, row.Hardship.listed_visit_on),
                "source_visit_id": told_in("hardship", row.ledger).visit_id or row.last_visit_id,
                "ledger": told_in("hardship", row.ledger).values,
            },
            row.division,
            row.household_id,
        )
        for row in rows
    }  # fmt: skip


def _told(row: Hardship, months: int, care: Agreement | None) -> dict[str, Any]:
    able = rules.able_of(row)
    grade = rules.grade(able)
    carer = care and {
        "name": care.carer_name, "relation": care.carer_relation, "phone": care.carer_phone, "to_on": iso(care.to_on),
        "open_ended": care.open_ended, "agreement_id": care.id,
    }  # fmt: skip
    return {
        "person_id": row.person_id, "support": row.support, "support_words": rules.SUPPORT.get(row.support or "", ""),
        "institution": row.institution, "wish": row.wish, "wish_words": rules.WISH.get(row.wish or "", ""),
        "asked_on": iso(row.asked_on), "refused_why": row.refused_why, **able, "grade": grade,
        "grade_words": rules.GRADE_SHORT.get(grade or "", ""), "grade_written": row.grade_written,
        "grade_differs": rules.differs(able, row.grade_written), "assessed_on": iso(row.assessed_on),
        "reviewed_on": iso(row.reviewed_on),
        "review_due_on": iso(rules.review_due(row.reviewed_on, row.assessed_on, months)), "carer": carer,
    }  # fmt: skip


PULL_TYPES = {"hardship": pull_hardship}
