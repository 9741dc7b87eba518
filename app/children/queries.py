"""Reading the children's register and the survey of women, always within somebody's scope."""

from datetime import date
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlmodel import Session

from app.accounts.queries import below, in_scope
from app.accounts.schemas import Actor
from app.agreements.standing_service import held
from app.households import register_service as register
from app.households.register_service import Standing
from models.children import Child, WomanSurvey
from models.households import Household, Person, PersonTag
from models.visits import Task


def listed(actor: Actor, on: date, *, village: str = "", text: str = "") -> Select[Any]:
    """The children of an area."""
    query = register.of_register(Child).where(register.scope_of(actor, on))
    if village:
        query = query.where(below(Household.division, village))
    if text:
        starts = Person.name.startswith(text, autoescape=True)  # type: ignore[attr-defined]
        sound = Person.initials.startswith(text.lower(), autoescape=True)  # type: ignore[attr-defined]
        query = query.where(starts | sound | (Person.pinyin == text.lower()) | (Person.id_last4 == text.upper()))
    return query


def narrowed(query: Select[Any], which: str, on: date) -> Select[Any]:
    """Only those who are due to be seen, at high risk, of a kind, or without a confirmation of guardianship."""
    if which == "due":
        due = exists().where(Task.household_id == Household.id, Task.kind == "visit", Task.due_on <= on)  # type: ignore[operator]
        return query.where(due)
    if which == "red":
        return query.where(Child.risk == "red")
    if which == "paper":
        return query.where(~held("guardianship", on), _tagged("child_left_behind", on))
    return query.where(_tagged(which, on)) if which.startswith("child_") else query


def _tagged(tag: str, on: date) -> Any:
    return exists().where(
        PersonTag.person_id == Person.id, PersonTag.tag == tag, PersonTag.from_on <= on,  # type: ignore[operator]
        (PersonTag.to_on.is_(None)) | (PersonTag.to_on >= on),  # type: ignore[union-attr, operator]
    )  # fmt: skip


def page(session: Session, query: Select[Any], limit: int, offset: int) -> list[Standing]:
    """A page of such rows."""
    ordered = query.order_by(Household.division, Person.name, Child.id)
    return [Standing(*one) for one in session.execute(ordered.limit(limit).offset(offset))]


def count(session: Session, query: Select[Any]) -> int:
    """How many such rows there are."""
    return session.scalar(select(func.count()).select_from(query.with_only_columns(Child.id).subquery())) or 0


def one(session: Session, actor: Actor, child_id: str, on: date, *, looking: bool = False) -> Standing | None:
    """One child of the actor's scope."""
    query = register.of_register(Child).where(Child.id == child_id, register.scope_of(actor, on, looking=looking))
    found = session.execute(query).first()
    return Standing(*found) if found else None


def of_person(session: Session, person_id: str) -> Child | None:
    """The row of a person, one taken out too."""
    return session.scalars(select(Child).where(Child.person_id == person_id)).first()


def surveys(actor: Actor, on: date, village: str = "") -> Select[Any]:
    """The surveys of women of an area, the latest of each first."""
    query = (
        select(WomanSurvey, Person, Household)
        .join(Person, Person.id == WomanSurvey.person_id)  # type: ignore[arg-type]
        .join(Household, Household.id == Person.household_id)  # type: ignore[arg-type]
        .where(in_scope(actor, on, Household.division, Household.id), Person.removed_at.is_(None))  # type: ignore[union-attr]
    )
    if village:
        query = query.where(below(Household.division, village))
    return query.order_by(WomanSurvey.on.desc(), WomanSurvey.id.desc())  # type: ignore[attr-defined]
