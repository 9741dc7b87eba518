"""结对: an official helps a household from one day to another."""

from datetime import date

from sqlalchemy import select
from sqlmodel import Session

from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import new_id
from app.errors import BadInput, Conflict, NotFound
from models.accounts import Pairing, User


def pair(
    session: Session, actor: Actor | None, user_id: str, household_id: str, from_on: date, to_on: date | None = None
) -> str:
    """结对: from a day on an official helps a household; returns the pairing's id.

    Raises:
        Conflict: they are paired already.
        BadInput: the end lies before the beginning.
    """
    if to_on is not None and to_on < from_on:
        raise BadInput("结束日期早于开始日期。", code="dates_reversed")
    if session.get(User, user_id) is None:
        raise NotFound("没有这个账号。")
    open_pair = session.scalars(
        select(Pairing).where(Pairing.user_id == user_id, Pairing.household_id == household_id, Pairing.to_on.is_(None))  # type: ignore[union-attr]
    ).first()
    if open_pair is not None:
        raise Conflict("这一户已经结对给他了。", code="already_paired")
    made = Pairing(id=new_id(), user_id=user_id, household_id=household_id, from_on=from_on, to_on=to_on)
    session.add(made)
    record(
        session,
        actor,
        "pairing.began",
        "household",
        household_id,
        after={"user": user_id, "from": from_on.isoformat(), "to": to_on.isoformat() if to_on else None},
    )
    return made.id


def end_pairing(session: Session, actor: Actor | None, pairing_id: str, to_on: date) -> None:
    """结对 ends on a day."""
    row = session.get(Pairing, pairing_id)
    if row is None:
        raise NotFound("没有这条结对。")
    row.to_on = to_on
    record(
        session,
        actor,
        "pairing.ended",
        "household",
        row.household_id,
        before={"user": row.user_id, "to": None},
        after={"to": to_on.isoformat()},
    )


def reopen(session: Session, actor: Actor | None, pairing_id: str) -> None:
    """结对 goes on: its end is taken back."""
    row = session.get(Pairing, pairing_id)
    if row is None:
        raise NotFound("没有这条结对。")
    before, row.to_on = row.to_on, None
    record(
        session,
        actor,
        "pairing.reopened",
        "household",
        row.household_id,
        before={"user": row.user_id, "to": before.isoformat() if before else None},
        after={"to": None},
    )
