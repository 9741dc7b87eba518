"""What the registers say of homes, read many at a time for the work that is due: plain columns, little unsealed.

All lists are read by one statement, for every visit asks it: each part has every column, empty where it has none such.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, cast, func, literal, null, or_, select, union_all
from sqlmodel import Session

from app.among import among
from app.benefits import standing_service
from app.benefits.rules import month_of
from app.db import SHANGHAI
from app.visits.queries import chunks
from app.visits.rules_due import Papers
from models.agreements import Agreement, Inspection
from models.benefits import Enrolment
from models.children import Child
from models.disability import DisabilityCertificate
from models.elders import Elder
from models.hardship import Hardship
from models.households import Contact
from models.pairing import Measure, PairedHome


class _Row:
    """A row by the names of its columns, with the days in China on which the register first had it, and had it last."""

    def __init__(self, names: Sequence[str], row: Any) -> None:
        self.__dict__.update(zip(names, row, strict=True))
        for name, moment in (("since", row.created_at), ("written", row.updated_at)):
            if moment is not None:
                setattr(self, name, moment.astimezone(SHANGHAI).date())


def _of(model: Any) -> Any:
    return model.__table__.c


_AGREED, _CALL, _CHILD, _ELDER, _LOOK = _of(Agreement), _of(Contact), _of(Child), _of(Elder), _of(Inspection)
_LOW, _MEASURE, _PAIR = _of(Enrolment), _of(Measure), _of(PairedHome)
_PAPER, _POOR = _of(DisabilityCertificate), _of(Hardship)
_LOOKED = select(func.max(_LOOK.on)).where(_LOOK.agreement_id == _AGREED.id).scalar_subquery().label("looked_on")
_LISTS: dict[str, tuple[Any, Sequence[Any], Sequence[Any]]] = {
    "elders": (_ELDER, (_ELDER.tier, _ELDER.details, _ELDER.created_at), (_ELDER.removed_at.is_(None),)),
    "children": (_CHILD, (_CHILD.kinds, _CHILD.risk, _CHILD.created_at), (_CHILD.removed_at.is_(None),)),
    "destitute": (
        _POOR, (_POOR.support, _POOR.assessed_on, _POOR.reviewed_on, _POOR.created_at), (_POOR.removed_at.is_(None),),
    ),
    "certificates": (_PAPER, (_PAPER.id, _PAPER.valid_to, _PAPER.open_ended), (_PAPER.removed_at.is_(None),)),
    "agreements": (
        _AGREED,
        (_AGREED.id, _AGREED.kind, _AGREED.signed_on, _AGREED.from_on, _AGREED.to_on, _AGREED.open_ended, _LOOKED),
        (_AGREED.removed_at.is_(None), _AGREED.ended_on.is_(None)),
    ),
    "measures": (
        _MEASURE, (_MEASURE.id, _MEASURE.due_on, _MEASURE.progress, _MEASURE.text), (_MEASURE.due_on.is_not(None),),
    ),
    "dibao": (
        _LOW, (_LOW.id, _LOW.certificate, _LOW.band, _LOW.reviewed_on),
        (*standing_service.reviewed(bindparam("month"), _LOW), _LOW.reviewed_on.is_not(None)),
    ),
    "contacts": (
        _ELDER,
        (_CALL.kind, _CALL.name, _CALL.result, _CALL.confirmed_on, _CALL.expires_on, _CALL.source_visit_id,
         _CALL.updated_at),
        (_CALL.person_id == _ELDER.person_id, _CALL.name != "", _ELDER.removed_at.is_(None)),
    ),
    "paired": (
        _PAIR, (),
        (or_(_PAIR.from_on.is_(None), _PAIR.from_on <= bindparam("day")),
         or_(_PAIR.to_on.is_(None), _PAIR.to_on >= bindparam("day"))),
    ),
}  # fmt: skip
"""By their names in `Papers`: the table that says where, the columns, and which rows count."""


def _every_list() -> Any:
    types = {one.name: one.type for _, columns, _ in _LISTS.values() for one in columns}
    types |= {"person_id": _ELDER.person_id.type}

    def part(name: str, table: Any, columns: Sequence[Any]) -> Any:
        mine = {one.name: one for one in (*columns, *(one for one in table if one.name == "person_id"))}
        rest = [mine[key].label(key) if key in mine else cast(null(), kind).label(key) for key, kind in types.items()]
        return select(literal(name).label("list"), table.household_id.label("household_id"), *rest)

    return union_all(
        *(
            part(name, table, columns).where(among(table.household_id, "homes"), *conditions)
            for name, (table, columns, conditions) in _LISTS.items()
        )
    )


_EVERY_LIST = _every_list()


def papers(session: Session, household_ids: Sequence[str], on: date) -> dict[str, Papers]:
    """What the registers say of these homes on a day."""
    session.flush()
    found: dict[str, Papers] = defaultdict(Papers)
    for part in chunks(household_ids):
        rows = session.execute(_EVERY_LIST, {"homes": part, "day": on, "month": month_of(on)})
        names = tuple(rows.keys())
        for row in rows.all():
            if row.list == "paired":
                found[row.household_id].paired = True
            else:
                getattr(found[row.household_id], row.list).append(_Row(names, row))
    return found
