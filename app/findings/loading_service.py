"""Everything the rules look at on a day: the registers as frames, and the county's parameters."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select, union
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


def _concerned(homes: frames.Marks) -> Any:
    """Homes of which somebody in these homes is a carer or a parent."""
    here = select(Person.id_index).where(Person.household_id.in_(homes or []), Person.id_index.is_not(None))  # type: ignore[attr-defined, union-attr, call-overload]
    return union(
        select(Agreement.household_id).where(Agreement.carer_index.in_(here)),  # type: ignore[union-attr, call-overload]
        select(Child.household_id).where(Child.father_index.in_(here)),  # type: ignore[union-attr, call-overload]
        select(Child.household_id).where(Child.mother_index.in_(here)),  # type: ignore[union-attr, call-overload]
    )


def _carers(homes: frames.Marks) -> Any:
    """The numbers of the carers and parents of these homes."""
    return union(*(
        select(number).where(table.household_id.in_(homes or []), number.is_not(None))
        for table, number in ((Agreement, Agreement.carer_index), (Child, Child.father_index),
                              (Child, Child.mother_index))
    ))  # fmt: skip


_NUMBERS = bindparam("numbers", expanding=True)
_OF_NUMBERS = union(
    select(Person.household_id).where(Person.id_index.in_(_NUMBERS)),  # type: ignore[union-attr, call-overload]
    select(Agreement.household_id).where(Agreement.carer_index.in_(_NUMBERS)),  # type: ignore[union-attr, call-overload]
)
"""The homes of these carers and parents, and all homes whose carers they are."""


def around(session: Session, as_of: date, homes: Sequence[str]) -> tuple[list[str], list[str]]:
    """Of a change in these homes: whose findings may change, and which homes must be looked at for that.

    A carer's or a parent's fate concerns the child's home; whether a carer has too many children, all of theirs.
    """
    ours = sorted({*homes, *frames.Reader(session, as_of, homes).words("concerned", _concerned)})
    carers = frames.Reader(session, as_of, ours).words("carers", _carers)
    looked = {*ours, *(session.scalars(_OF_NUMBERS, {"numbers": sorted(carers)}) if carers else ())}
    return ours, sorted(looked)

