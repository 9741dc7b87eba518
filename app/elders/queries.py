"""Reading the elders' register, always within somebody's scope."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlmodel import Session, col

from app.accounts.queries import below
from app.accounts.schemas import Actor
from app.agreements.standing_service import held
from app.households import register_service as register
from app.households.register_service import Standing
from models.elders import Elder
from models.households import Contact, Household, Person, PersonTag
from models.visits import Task


def listed(actor: Actor, on: date, *, village: str = "", text: str = "") -> Select[Any]:
    """The elders of an area, by village and name."""
    query = register.of_register(Elder).where(register.scope_of(actor, on))
    if village:
        query = query.where(below(Household.division, village))
    if text:
        starts = Person.name.startswith(text, autoescape=True)  # type: ignore[attr-defined]
        sound = Person.initials.startswith(text.lower(), autoescape=True)  # type: ignore[attr-defined]
        query = query.where(starts | sound | (Person.pinyin == text.lower()) | (Person.id_last4 == text.upper()))
    return query


def _has_contact(kind: str) -> Any:
    return exists().where(Contact.person_id == Person.id, Contact.kind == kind, Contact.name != "")


def _old(on: date, old_age: int) -> Any:
    leap = date(on.year - old_age, 3, 1) if (on.month, on.day) == (2, 29) else on.replace(year=on.year - old_age)
    return Person.born_on <= leap  # type: ignore[operator]


def _marked(tag: str, on: date) -> Any:
    return exists().where(
        PersonTag.person_id == Person.id, PersonTag.tag == tag, PersonTag.from_on <= on,  # type: ignore[arg-type]
        or_(PersonTag.to_on.is_(None), PersonTag.to_on >= on),  # type: ignore[union-attr, operator]
    )


def _facts_say_high(on: date, old_age: int) -> Any:
    """The highest tier as `rules.derived` finds it, in SQL."""
    said = {name: col(Person.ledger)[(f"person.{name}", "value")].as_string() for name in ("self_care", "living")}
    living = func.coalesce(said["living"], Person.living)
    unable = or_(said["self_care"] == "unable", said["self_care"].is_(None) & _marked("elder_disabled", on))
    alone = or_(living == "alone", living.is_(None) & _marked("elder_alone", on))
    return or_(unable, alone & _old(on, old_age))


def _high(session: Session, on: date, old_age: int) -> Any:
    """Whose tier is the highest, by a person, a list or the facts; only a person's word puts the facts lower."""
    facts = _facts_say_high(on, old_age)
    lower = select(Elder.id, Elder.details).join(Person, Person.id == Elder.person_id)  # type: ignore[call-overload, arg-type]
    lower = lower.where(facts, Elder.tier.in_(("need", "left_behind")), Elder.removed_at.is_(None))  # type: ignore[union-attr]
    decided = [key for key, details in session.execute(lower) if details.get("tier_set")]
    return or_(Elder.tier == "high", facts & Elder.id.not_in(decided))  # type: ignore[attr-defined]


def narrowed(session: Session, query: Select[Any], which: str, on: date, old_age: int) -> Select[Any]:
    """Only those who are due to be seen, lack something, are old, or whose tier is the highest."""
    if which == "due":
        due = exists().where(Task.household_id == Household.id, Task.kind == "visit", Task.due_on <= on)  # type: ignore[operator]
        return query.where(due)
    if which == "agreement":
        return query.where(~held("support", on))
    if which == "contact":
        return query.where(or_(~_has_contact("emergency"), ~_has_contact("village")))
    if which == "old":
        return query.where(_old(on, old_age))
    return query.where(_high(session, on, old_age)) if which == "high" else query


def lacking(session: Session, person_ids: Sequence[str], on: date) -> dict[str, list[str]]:
    """What each of these elders lacks, in words."""
    found: dict[str, list[str]] = {}
    for part in register.chunks(person_ids):
        query = select(Person.id, _has_contact("emergency"), _has_contact("village"), held("support", on))  # type: ignore[call-overload]
        for key, *there in session.execute(query.where(Person.id.in_(part))):  # type: ignore[attr-defined]
            words = ("紧急联系人", "村里联系人", "赡养协议")
            found[key] = [word for word, has in zip(words, there, strict=True) if not has]
    return found


def page(session: Session, query: Select[Any], limit: int, offset: int) -> list[Standing]:
    """A page of such rows."""
    ordered = query.order_by(Household.division, Person.name, Elder.id)
    return [Standing(*one) for one in session.execute(ordered.limit(limit).offset(offset))]


def count(session: Session, query: Select[Any]) -> int:
    """How many such rows there are."""
    return session.scalar(select(func.count()).select_from(query.with_only_columns(Elder.id).subquery())) or 0


def one(session: Session, actor: Actor, elder_id: str, on: date, *, looking: bool = False) -> Standing | None:
    """One elder of the actor's scope."""
    query = register.of_register(Elder).where(Elder.id == elder_id, register.scope_of(actor, on, looking=looking))
    found = session.execute(query).first()
    return Standing(*found) if found else None


def of_person(session: Session, person_id: str) -> Elder | None:
    """The row of a person, one taken out too."""
    return session.scalars(select(Elder).where(Elder.person_id == person_id)).first()


def ids_of(rows: Sequence[Standing]) -> list[str]:
    """Who these rows are about."""
    return [one.person.id for one in rows]
