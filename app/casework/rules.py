"""Categories and clocks of petitions, programmes of notices, who belongs to the unit of somebody accused. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.findings.rules import ACCUSATION

CATEGORIES = ("建议意见", ACCUSATION, "申诉求决")
BY_TELEPHONE = "来电"
SOURCES = ("来信", "来访", BY_TELEPHONE, "网上", "上级转办")
"""How a petition came (domain §1.9, in fewer words): a fax is a letter; 12345 and 投诉电话 are calls."""
UNKNOWN, NOT_WRITTEN = "", "没记"
"""The source of petitions from before it was asked, and its word."""
WHICH = {"open": "在办", "done": "办结", "all": "全部"}
PROGRAMMES = {
    "dibao": "低保", "tekun": "特困", "old_allowance": "高龄津贴", "disability_living": "残疾人生活补贴",
    "disability_care": "残疾人护理补贴", "relief": "临时救助", "orphan": "孤儿", "unsupported": "事实无人抚养儿童",
    "child_hardship": "困境儿童",
}  # fmt: skip
CLOCKS = ("petition.tell_days", "petition.close_days", "petition.extend_days")
RECEIVED = "刚收到"
STEPS = {"told_on": "告知了", "accepted_on": "受理了", "done_on": "办结了"}
_OFFICES = {
    "village": "village", "paired": "village", "town_clerk": "town", "town_approver": "town", "section": "section",
}


def answer_by(one: Any, days: Mapping[str, int]) -> date | None:
    """By when a petition asks for its next step: to be told, then to be done (信访工作条例; §1.9); None once it is done
    or while it is told and not yet accepted.

    Args:
        one: the petition.
        days: the parameters of `CLOCKS`.
    """
    if one.done_on:
        return None
    if one.accepted_on:
        more = days["petition.extend_days"] if one.extended else 0
        return one.accepted_on + timedelta(days=days["petition.close_days"] + more)
    return None if one.told_on else one.received_on + timedelta(days=days["petition.tell_days"])


def state_of(one: Any) -> str:
    """How far a petition has come."""
    return next((words for name, words in reversed(STEPS.items()) if getattr(one, name)), RECEIVED)


def next_step(one: Any) -> str:
    """The step that comes next, of `STEPS`; nothing once it is done, even where a step before was never noted."""
    return "" if one.done_on else next(name for name in STEPS if getattr(one, name) is None)


def wrong_day(one: Any, what: str, on: date, today: date) -> str:
    """Why a step cannot have been on this day, in a sentence; nothing where it can."""
    order = list(STEPS)
    later = [day for name in order[order.index(what) :] if (day := getattr(one, name))]
    if on > today:
        return "这一天还没到，请改一下。"
    if on < one.received_on:
        return "这一天早于收到的日期，请改一下。"
    if on < earliest(one, what):
        return "这一天早于上一步，请改一下。"
    return "这一天晚于下一步，请改一下。" if later and on > min(later) else ""


def earliest(one: Any, what: str) -> date:
    """The first day on which a step can have been: not before the one before, nor before the petition was received."""
    before = list(STEPS)[: list(STEPS).index(what)]
    return max([one.received_on, *(day for name in before if (day := getattr(one, name)))])


def hangs_since(one: Any, written: date) -> date:
    """The first day on which a notice can have been taken down: it hangs, or it is known at least.

    Args:
        written: the day on which it was written down.
    """
    return min(one.from_on, written)


def taken_down(one: Any) -> str:
    """That a notice was taken down, with its day and why; nothing while it was not."""
    return f"{one.down_on.isoformat()} 撤下：{one.down_why}" if one.down_on else ""


def brief(text: str, most: int = 13) -> str:
    """The first words of a petition, for a list."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most]}…"


@dataclass(frozen=True)
class Colleague:
    """An account as far as it says which unit it belongs to."""

    id: str
    role: str
    areas: frozenset[str] = frozenset()
    programmes: frozenset[str] = frozenset()


def kept_from(accused: Iterable[str], everybody: Iterable[Colleague]) -> list[str]:
    """The accused and all of their units, heads among them: the same village's or township's office, the same section.

    信访工作条例: 检举材料不得给被检举的人员或者单位.
    """
    people = list(everybody)
    named = set(accused)
    found = set(named)
    for one in people:
        if one.id in named:
            found |= {other.id for other in people if _same_unit(one, other)}
    return sorted(found)


def _same_unit(one: Colleague, other: Colleague) -> bool:
    office = _OFFICES.get(one.role)
    if office is None or office != _OFFICES.get(other.role) or not one.areas & other.areas:
        return False
    return office != "section" or not one.programmes or not other.programmes or bool(one.programmes & other.programmes)
