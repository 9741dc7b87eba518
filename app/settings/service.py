"""Reading and changing the dated parameters."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import new_id, utcnow
from app.errors import BadInput
from app.feed.service import Change, publish
from app.settings.rules import DEFAULTS, PHONE_KEYS, in_force
from models.settings import Parameter

_DEFAULTS = {one.key: one for one in DEFAULTS}


def value(session: Session, key: str, on: date, area: str = "") -> Any:
    """The value of a parameter for an area on a day; what ships, when the county has not set it."""
    return values(session, [key], on, area)[key]


def values(session: Session, keys: Iterable[str] | None, on: date, area: str = "") -> dict[str, Any]:
    """Several parameters at once (None: all)."""
    wanted = list(keys) if keys is not None else list(_DEFAULTS)
    rows: dict[str, list[tuple[str, date, date | None, Any]]] = defaultdict(list)
    for row in session.scalars(select(Parameter).where(Parameter.key.in_(wanted))):  # type: ignore[attr-defined]
        rows[row.key].append((row.area, row.from_on, row.to_on, row.value["value"]))
    result = {}
    for key in wanted:
        found = in_force(rows[key], area, on) if rows[key] else None
        result[key] = _DEFAULTS[key].value if found is None else found
    return result


def set_value(
    session: Session, actor: Actor | None, key: str, new: Any, from_on: date, *, area: str = "", source: str = "",
    told: Callable[[Any], Any] = lambda given: given,
) -> None:
    """Set a parameter from a day on; the value before it ends the day before, and stays readable.

    Args:
        told: what the log may say of a value that holds a secret.

    Raises:
        BadInput: there is no such parameter, or the value is of another kind.
    """
    default = _DEFAULTS.get(key)
    if default is None:
        raise BadInput("没有这个参数。", code="unknown_parameter")
    if type(new) is not type(default.value):
        raise BadInput("参数的值类型不对。", code="wrong_kind")
    before = value(session, key, from_on, area)
    rows = session.scalars(select(Parameter).where(Parameter.key == key, Parameter.area == area)).all()
    same_day = next((row for row in rows if row.from_on == from_on), None)
    for row in rows:
        if row.from_on < from_on and (row.to_on is None or row.to_on >= from_on):
            row.to_on = from_on - timedelta(days=1)
    if same_day is None:
        same_day = Parameter(id=new_id(), key=key, area=area, value={}, from_on=from_on, updated_at=utcnow())
        session.add(same_day)
    else:
        same_day.version += 1
    same_day.value, same_day.source, same_day.updated_at = {"value": new}, source, utcnow()
    same_day.updated_by = actor.id if actor else None
    record(
        session,
        actor,
        "parameter.set",
        "parameter",
        key,
        before={"value": told(before)},
        after={"value": told(new), "from": from_on.isoformat(), "area": area},
    )
    if key in PHONE_KEYS:
        publish(session, [Change("setting", key)])


def phone_settings(session: Session, on: date) -> dict[str, dict[str, Any]]:
    """What goes down to the phones: pull type `setting`, id = key, data = {code, value}."""
    found = values(session, PHONE_KEYS, on)
    return {key: {"code": key, "value": found[key]} for key in PHONE_KEYS}
