"""Which enrolments hold in a month, as a condition for every room that asks."""

from typing import Any

from sqlalchemy import BindParameter, ColumnElement, or_
from sqlmodel import col

from app.benefits.rules import DIBAO
from models.benefits import Enrolment


def in_force(month: str | BindParameter[str], enrolment: Any = Enrolment) -> list[ColumnElement[bool]]:
    """In force in a month (`YYYY-MM`), as `rules.on_roll` says of one: who is stopped from next month on still is.

    Args:
        month: the month asked about, or the parameter that will bring it.
        enrolment: the table, or another name of it in the same statement.
    """
    return [
        col(enrolment.removed_at).is_(None),
        enrolment.from_month <= month,
        or_(enrolment.to_month.is_(None), enrolment.to_month > month),
        or_(enrolment.state != "stopped", enrolment.to_month.is_not(None)),
    ]


def reviewed(month: str | BindParameter[str], enrolment: Any = Enrolment) -> list[ColumnElement[bool]]:
    """低保 that is to be reviewed again, as `rules.is_reviewed` says of one."""
    return [
        *in_force(month, enrolment), enrolment.programme == DIBAO, col(enrolment.counted).is_(True),
        enrolment.state == "active",
    ]  # fmt: skip
