"""Which tier of the low-income population a home belongs to, and why, in a sentence each. Pure: policy is a parameter.

低保、特困 before 低保边缘 before 刚性支出困难 before 防返贫监测 before 一般: the first that fits is the tier; what else
fits is said, too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

SUPPORT, EDGE, SPENDING, WATCHED, GENERAL = "support", "edge", "spending", "watched", "general"
TIERS: dict[str, str] = {
    SUPPORT: "低保、特困", EDGE: "低保边缘", SPENDING: "刚性支出困难", WATCHED: "防返贫监测", GENERAL: "一般",
}  # fmt: skip
"""The tiers, nearest to need first."""
KEYS = (
    "lowincome.edge_attributes", "lowincome.spending_attributes", "lowincome.watched_attributes",
    "lowincome.watch_rules", "lowincome.unseen_days",
)  # fmt: skip
"""The policy values that all this depends on."""
PROGRAMMES = {"dibao": "低保", "tekun": "特困"}
TAGS: dict[str, dict[str, str]] = {
    SUPPORT: {"dibao": "低保", "tekun": "特困", "tekun_home": "分散特困"},
    EDGE: {"dibao_edge": "低保边缘"},
    SPENDING: {"heavy_spending": "刚性支出困难"},
}
"""Marks of people that speak for a tier."""
ATTRIBUTES = {
    EDGE: "lowincome.edge_attributes", SPENDING: "lowincome.spending_attributes",
    WATCHED: "lowincome.watched_attributes",
}  # fmt: skip
"""Where the 户属性 of a tier stand."""


@dataclass(frozen=True)
class Known:
    """What is known of a home.

    Args:
        attribute: the 户属性.
        drawn: (name, programme) of everybody living there who draws 低保 or 特困.
        marks: (name, tag) of the marks of everybody living there.
    """

    attribute: str = ""
    drawn: Sequence[tuple[str, str]] = ()
    marks: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Tier:
    """A tier, and every reason for it or for one below it."""

    code: str
    reasons: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        """The tier in the county's words."""
        return TIERS[self.code]


def tier(known: Known, policy: Mapping[str, Any]) -> Tier:
    """The first tier that fits, with all that speaks for it and for those below."""
    reasons: dict[str, list[str]] = {code: [] for code in TIERS}
    for name, programme in known.drawn:
        if programme in PROGRAMMES:
            reasons[SUPPORT].append(f"{name}在领{PROGRAMMES[programme]}。")
    holders = {name for name, programme in known.drawn if programme in PROGRAMMES}
    for code, words in TAGS.items():
        for name, tag in known.marks:
            # Who draws it has been named already; the mark only repeats it.
            if tag in words and not (code == SUPPORT and name in holders):
                reasons[code].append(f"{name}标着{words[tag]}。")
    for code, key in ATTRIBUTES.items():
        if known.attribute and known.attribute in policy[key]:
            reasons[code].append(f"户属性是{known.attribute}。")
    said = [text for code in TIERS for text in dict.fromkeys(reasons[code])]
    first = next((code for code in TIERS if reasons[code]), GENERAL)
    return Tier(first, said or ["没有领低保、特困，也没有列入监测。"])


def unseen_since(on: date, policy: Mapping[str, Any]) -> date:
    """The first day of the time in which somebody should have been there; a contact on it counts."""
    return on - timedelta(days=policy["lowincome.unseen_days"])


def unseen(last: date | None, on: date, policy: Mapping[str, Any]) -> bool:
    """Whether nobody has looked at a home for too long."""
    return last is None or last < unseen_since(on, policy)


def unseen_words(last: date | None, on: date) -> str:
    """How long nobody has been there."""
    return "还没有人去过" if last is None else f"{(on - last).days} 天没人去过"


URGENT, NEEDY, OTHER = 0, 1, 2
"""In which order homes that nobody has seen are listed: an order of need, never shown as a number."""


def need(code: str, words: Sequence[str]) -> int:
    """How soon somebody is needed at a home.

    Args:
        code: the home's tier.
        words: who there needs somebody most (`high` elders, children at `red` risk, destitute people at `home`).
    """
    if words:
        return URGENT
    return NEEDY if code in (SUPPORT, EDGE, SPENDING) else OTHER
