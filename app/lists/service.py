"""What a list of another office says of people whom the register does not know: they stay, and are told apart."""

from typing import Any

from sqlalchemy import exists, func, select
from sqlmodel import Session, col

from models.lists import Custody, Death

LEDGERS = ("deaths", "custody")
"""Ledgers whose people may be in no register."""


def strangers(session: Session, import_id: str) -> dict[str, Any]:
    """Of the rows that an import of deaths or detention made: who is in no register, and how many two offices report.

    Returns:
        `people_not_in_register`: their ID numbers, in order; `people_on_both_sheets` where the list is one of deaths.
        Nothing where the import made no such row: a list that was taken in before is told of its first import only.
    """
    found: dict[str, Any] = {}
    for table in (Death, Custody):
        mine = table.import_id == import_id
        if not session.scalar(select(exists().where(mine))):  # type: ignore[arg-type]
            continue
        unknown = select(table.id_number).where(mine, col(table.person_id).is_(None))  # type: ignore[call-overload]
        found["people_not_in_register"] = sorted({*found.get("people_not_in_register", ()), *session.scalars(unknown)})
        if table is Death:
            twice = (
                select(Death.id_index).where(mine)  # type: ignore[call-overload]
                .group_by(col(Death.id_index)).having(func.count(func.distinct(Death.source)) > 1)  # type: ignore[arg-type]
            )  # fmt: skip
            found["people_on_both_sheets"] = len(session.scalars(twice).all())
    return found
