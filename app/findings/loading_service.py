"""Everything the rules look at on a day: the registers as frames, and the county's parameters."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session

from app.findings import frame_queries as frames
from app.findings import queries
from app.findings.rules import Rule
from app.findings.rules_list import PARAMS, RULES
from app.findings.rules_values import PREFIX, keys, worked_out
from app.findings.schemas import Frames
from app.settings import service as settings
from models.agreements import Agreement
from models.children import Child
from models.households import Person

OFF = f"{PREFIX}off"


def parameters(session: Session, as_of: date, area: str = "") -> dict[str, Any]:
    """The policy values of all rules in force on a day, by name; `off` lists the rules that are switched off."""
    known = settings.values(session, [*keys(PARAMS), OFF], as_of, area)
    return worked_out(PARAMS, known) | {"off": known[OFF]}


def switched_on(params: dict[str, Any]) -> list[Rule]:
    """The rules that the county uses."""
    return [one for one in RULES if one.code not in params["off"]]


def load(session: Session, as_of: date, homes: Sequence[str] | None = None) -> Frames:
    """The whole county, or a few homes with all that their rules need."""
    params = parameters(session, as_of)
    reader = frames.Reader(session, as_of, homes)
    enrolments = frames.enrolments_frame(reader)
    payments, plans = frames.payments_frame(reader), frames.plans_frame(reader)
    tables = {
        "homes": frames.homes_frame(reader),
        "people": frames.people_frame(reader),
        "enrolments": enrolments,
        "payments": payments,
        "periods": frames.periods_frame(reader, payments),
        "certificates": frames.certificates_frame(reader),
        "destitute": frames.destitute_frame(reader, enrolments),
        "children": frames.children_frame(reader),
        "agreements": frames.agreements_frame(reader),
        "plans": plans,
        "planned": frames.planned_frame(reader, plans),
        "items": queries.items_frame(reader),
        "told": queries.told_frame(reader),
        **frames.plain_frames(reader),
    }
    if homes is None:
        tables |= {"petty": queries.petty_frame(session), "visits": queries.visits_frame(session, as_of)}
    return Frames(as_of, tables, params, whole=homes is None, own=_own(session, as_of, params))


def _own(session: Session, as_of: date, params: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Values that townships have set for themselves, where they differ on the day; rules are on or off for all."""
    found = {}
    for area in settings.areas(session, keys(PARAMS)):
        theirs = parameters(session, as_of, area) | {"off": params["off"]}
        if theirs != params:
            found[area] = theirs
    return found


def around(session: Session, homes: Sequence[str]) -> tuple[list[str], list[str]]:
    """Of a change in these homes: whose findings may change, and which homes must be looked at for that.

    A carer's or a parent's fate concerns the child's home; whether a carer has too many children, all of theirs.
    """
    here = select(Person.id_index).where(Person.household_id.in_(list(homes)), Person.id_index.is_not(None))  # type: ignore[attr-defined, union-attr, call-overload]
    concerned = set(homes)
    concerned |= set(session.scalars(select(Agreement.household_id).where(Agreement.carer_index.in_(here))))  # type: ignore[union-attr]
    concerned |= set(session.scalars(
        select(Child.household_id).where(or_(Child.father_index.in_(here), Child.mother_index.in_(here)))  # type: ignore[union-attr]
    ))  # fmt: skip
    ours = list(concerned)
    carers = set(session.scalars(select(Agreement.carer_index).where(  # type: ignore[call-overload]
        Agreement.household_id.in_(ours), Agreement.carer_index.is_not(None))))  # type: ignore[attr-defined, union-attr]  # fmt: skip
    for side in (Child.father_index, Child.mother_index):
        carers |= set(session.scalars(select(side).where(Child.household_id.in_(ours), side.is_not(None))))  # type: ignore[attr-defined, union-attr, call-overload]
    looked = set(ours)
    if carers:
        looked |= set(session.scalars(select(Person.household_id).where(Person.id_index.in_(list(carers)))))  # type: ignore[union-attr]
        looked |= set(session.scalars(select(Agreement.household_id).where(Agreement.carer_index.in_(list(carers)))))  # type: ignore[union-attr]
    return ours, sorted(looked)

