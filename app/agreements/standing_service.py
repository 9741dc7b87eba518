"""Which agreements can be relied on, on a day, as conditions of a query; the same as `rules.holds` says of a row."""

from datetime import date

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlmodel import col

from models.agreements import Agreement
from models.households import Person


def holds(on: date) -> ColumnElement[bool]:
    """That an agreement was signed or begun, has not ended and was not taken out."""
    signed = and_(col(Agreement.from_on).is_(None), col(Agreement.signed_on).is_not(None))
    begun = or_(col(Agreement.from_on) <= on, signed)
    goes_on = or_(col(Agreement.to_on).is_(None), col(Agreement.to_on) >= on)
    not_ended = or_(col(Agreement.ended_on).is_(None), col(Agreement.ended_on) > on)
    return and_(col(Agreement.removed_at).is_(None), begun, goes_on, not_ended)


def held(kind: str, on: date) -> ColumnElement[bool]:
    """That the person of a query has an agreement of a kind that holds."""
    return exists().where(col(Agreement.person_id) == col(Person.id), col(Agreement.kind) == kind, holds(on))
