"""What a list of another office says of people whom the register does not know: they stay, and are told apart."""

from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from models.lists import Custody, Death


def strangers(session: Session, import_id: str) -> dict[str, Any]:
    """Of an import of deaths or detention, who is in no register, and how many two offices report.

    Returns:
        `people_not_in_register`: their ID numbers, in order; `people_on_both_sheets` where the list is one of deaths.
        Nothing for any other import.
    """
    found: dict[str, Any] = {}
    for table in (Death, Custody):
        mine = select(table.id_number, table.person_id).where(table.import_id == import_id)  # type: ignore[call-overload]
        rows = session.execute(mine).all()
        if rows:
            found["people_not_in_register"] = sorted({row.id_number for row in rows if row.person_id is None})
        if rows and table is Death:
            twice = (
                select(Death.id_index).where(Death.import_id == import_id)  # type: ignore[call-overload]
                .group_by(col(Death.id_index)).having(func.count(func.distinct(Death.source)) > 1)  # type: ignore[arg-type]
            )  # fmt: skip
            found["people_on_both_sheets"] = len(session.scalars(twice).all())
    return found
