"""Whom to call, and whom next: a person who is not reached leads to the next. Pure: days are parameters."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

KINDS = {"emergency": "紧急联系人", "village": "村里联系人", "carer": "照看的人"}
"""In the order in which they are called."""
RESULTS = {"reached": "打通了", "not_reached": "没打通", "wrong_number": "号码不对"}
POLICY = ("contact.valid_days",)
SUPPORTERS = frozenset({
    "儿子", "女儿", "长子", "次子", "三子", "长女", "次女", "三女", "养子", "养女", "继子", "继女", "儿媳", "女婿",
    "孙子", "孙女", "外孙", "外孙子", "外孙女", "孙辈", "子女", "儿女",
})  # fmt: skip
"""Relations of those who owe support or help to give it (老年人权益保障法 第十四条, 民法典 第一千零七十四条)."""
One = TypeVar("One", bound=Any)
_PLACE = {kind: number for number, kind in enumerate(KINDS)}


def owes_support(said: bool | None, relation: str | None) -> bool | None:
    """Whether somebody owes support: as said, else as the relation tells."""
    return said if said is not None else (True if relation in SUPPORTERS else None)


def place(row: Any) -> tuple[int, int, str]:
    """Where somebody stands in a person's chain: the emergency ones first, each kind by rank."""
    return _PLACE.get(row.kind, len(_PLACE)), row.rank, row.id


def next_of(row: One, chain: Sequence[One]) -> One | None:
    """Who is called when this one is not reached: the next in the chain whose number is not known to be wrong."""
    after = [one for one in sorted(chain, key=place) if place(one) > place(row)]
    return next((one for one in after if one.phone and one.result != "wrong_number"), None)


def expires(confirmed_on: date | None, said: date | None, valid_days: int) -> date | None:
    """Until when a confirmed number is good; None where it was never confirmed."""
    return said or (confirmed_on + timedelta(days=valid_days) if confirmed_on else None)


def expired(result: str | None, expires_on: date | None, on: date) -> bool:
    """Whether somebody must call again: never reached, not reached last time, or too long ago."""
    return result in ("not_reached", "wrong_number") or expires_on is None or expires_on < on


def lacking(chain: Sequence[Any]) -> list[str]:
    """What an elder's chain lacks: an emergency contact who owes support, and one in the village."""
    found = []
    urgent = [one for one in chain if one.kind == "emergency" and one.name]
    if not urgent:
        found.append("紧急联系人")
    elif not any(owes_support(one.supports, one.relation) for one in urgent):
        found.append("有赡养责任的紧急联系人")
    if not any(one.kind == "village" and one.name for one in chain):
        found.append("村里联系人")
    return found
