"""Reading and changing the dated parameters."""

import base64
import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session

from app import crypto
from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import SHANGHAI, new_id, reading, transaction, utcnow
from app.errors import BadInput
from app.feed.service import Change, publish
from app.keys import public_county_key
from app.settings.rules import DEFAULTS, FLOOD_KEYS, PHONE_KEYS, SECRET_KEYS, in_force, shipped
from models.feed import FeedRow
from models.settings import Parameter

COUNTY_KEY = "county_key"
ALWAYS = date(2020, 1, 1)
_DEFAULTS = {one.key: one for one in DEFAULTS}
_shipped = lru_cache(maxsize=4096)(shipped)


_KEYS = bindparam("keys", expanding=True)
_OF_KEYS = select(Parameter).where(Parameter.key.in_(_KEYS))  # type: ignore[attr-defined]
_AREAS = select(Parameter.area).where(Parameter.key.in_(_KEYS), Parameter.area != "").distinct()  # type: ignore[attr-defined, call-overload]


def _kept(key: str, given: Any) -> dict[str, Any]:
    """A value as its row holds it; one that holds a secret lies sealed."""
    if key not in SECRET_KEYS:
        return {"value": given}
    sealed = crypto.ready().seal(json.dumps(given, ensure_ascii=False), f"parameter.{key}")
    return {"sealed": base64.b64encode(sealed).decode()}


def _given(key: str, kept: dict[str, Any]) -> Any:
    if "sealed" not in kept:
        return kept["value"]
    return json.loads(crypto.ready().open(base64.b64decode(kept["sealed"]), f"parameter.{key}"))


def value(session: Session, key: str, on: date, area: str = "") -> Any:
    """The value of a parameter for an area on a day; what ships, when the county has not set it."""
    return values(session, [key], on, area)[key]


def values(session: Session, keys: Iterable[str] | None, on: date, area: str = "") -> dict[str, Any]:
    """Several parameters at once (None: all)."""
    return values_in(session, keys, on, [area])[area]


def values_in(
    session: Session, keys: Iterable[str] | None, on: date, places: Iterable[str]
) -> dict[str, dict[str, Any]]:
    """Several parameters of several areas, by area, read once."""
    wanted = list(keys) if keys is not None else list(_DEFAULTS)
    rows: dict[str, list[tuple[str, date, date | None, Any]]] = defaultdict(list)
    for row in session.scalars(_OF_KEYS, {"keys": wanted}):
        rows[row.key].append((row.area, row.from_on, row.to_on, _given(row.key, row.value)))

    def standing(key: str, area: str) -> Any:
        found = in_force(rows[key], area, on) if rows[key] else None
        return _shipped(key, on).value if found is None else found

    return {area: {key: standing(key, area) for key in wanted} for area in places}


def areas(session: Session, keys: Iterable[str]) -> list[str]:
    """The places that have set one of these parameters for themselves at some time."""
    return sorted(session.scalars(_AREAS, {"keys": list(keys)}))


def set_value(
    session: Session,
    actor: Actor | None,
    key: str,
    new: Any,
    from_on: date,
    *,
    area: str = "",
    source: str = "",
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
        if key in SECRET_KEYS and "sealed" not in row.value:
            row.value = _kept(key, row.value["value"])
        if row.from_on < from_on and (row.to_on is None or row.to_on >= from_on):
            row.to_on = from_on - timedelta(days=1)
    if same_day is None:
        same_day = Parameter(id=new_id(), key=key, area=area, value={}, from_on=from_on, updated_at=utcnow())
        session.add(same_day)
    else:
        same_day.version += 1
    same_day.value, same_day.source, same_day.updated_at = _kept(key, new), source, utcnow()
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


def covered(session: Session, now: datetime) -> tuple[str | None, bool]:
    """What the last backup covers, and whether the clock makes that believable.

    A clock that stands before it was wrong then or is wrong now, and what comes in under it would look older than the
    backup. Such a statement is not made to phones, and `set_covered(None)` ends it until the next backup.
    """
    at = value(session, "safe_to", ALWAYS)["at"]
    believable = at is None or datetime.fromisoformat(at) <= now
    return (at if believable else None), believable


def set_covered(session: Session, at: str | None, source: str) -> None:
    """Note what a backup covers. It has no first day: one row, so that a wrong clock leaves nothing for later."""
    set_value(session, None, "safe_to", {"at": at}, ALWAYS, source=source)


def phone_settings(session: Session, on: date) -> dict[str, dict[str, Any]]:
    """What goes down to the phones: pull type `setting`, id = key, data = {code, value}."""
    found = {**values(session, PHONE_KEYS, on), COUNTY_KEY: public_county_key()}
    return {key: {"code": key, "value": one} for key, one in found.items()}


def announce_county_key(session: Session) -> None:
    """Tell every phone of the key to seal to; after a rotation, and once at the first start."""
    publish(session, [Change("setting", COUNTY_KEY)])


def announce_at_start() -> None:
    """Make the county's key where there is none, and see to it that phones hear of it."""
    public_county_key()
    told = select(FeedRow.row_id).where(FeedRow.type == "setting", FeedRow.row_id == COUNTY_KEY)  # type: ignore[call-overload]
    with transaction() as session:
        if session.scalar(told) is None:
            announce_county_key(session)


def shares() -> dict[str, int]:
    """How often and how much an account may do or send, today."""
    with reading() as session:
        return values(session, FLOOD_KEYS, utcnow().astimezone(SHANGHAI).date())
