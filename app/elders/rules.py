"""How closely an elder is looked after, and the 高龄 band. Pure: ages and days are parameters, never constants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

HIGH, NEED, LEFT_BEHIND = "high", "need", "left_behind"
TIERS = {HIGH: "失能或独居高龄", NEED: "特殊困难", LEFT_BEHIND: "其他留守"}
"""探访类别, the most urgent first."""
TIER_DAYS = {HIGH: "visit_days.elder_high", NEED: "visit_days.elder", LEFT_BEHIND: "visit_days.elder_left_behind"}
"""The policy value that says how often one of a tier is visited."""
BAND_KEYS = ("age.old", "age.old_2", "age.old_3")
POLICY = (*TIER_DAYS.values(), *BAND_KEYS, "age.elder")
"""What this room asks of the policy values."""
ELDER_TAGS = (
    "elder_left_behind", "elder_alone", "elder_empty_nest", "elder_childless", "elder_disabled", "elder_old",
)  # fmt: skip
"""The marks that this register answers for."""
SELF_CARE = {"able": "能自理", "partly": "要人帮", "unable": "不能自理"}
_NEED_TAGS = {
    "elder_alone": "独居", "elder_empty_nest": "空巢", "elder_childless": "孤寡", "disabled_severe": "重度残疾",
    "tekun": "特困", "tekun_home": "特困",
}  # fmt: skip
_URGENCY = {tier: place for place, tier in enumerate(TIERS)}


@dataclass(frozen=True)
class Tier:
    """A tier and why, in words."""

    code: str
    why: str


def derived(
    *, age: int | None, living: str | None, self_care: str | None, tags: Sequence[str], old_age: int
) -> Tier:
    """The tier that follows from what is known of an elder (民发〔2022〕73号: 独居、空巢、留守、失能、重残).

    Args:
        age: in completed years.
        living: how they live, a code; what a visit found counts before what a ledger says.
        self_care: able, partly or unable.
        tags: their marks.
        old_age: from which age on one is 高龄 (policy value `age.old`).
    """
    alone = living == "alone" or (living is None and "elder_alone" in tags)
    if self_care == "unable" or (self_care is None and "elder_disabled" in tags):
        return Tier(HIGH, "不能自理")
    if alone and age is not None and age >= old_age:
        return Tier(HIGH, f"独居，{age} 岁")
    reasons = ["独居"] if alone else []
    reasons += ["要人帮"] if self_care == "partly" else []
    reasons += [word for tag, word in _NEED_TAGS.items() if tag in tags and tag != "elder_alone"]
    if reasons:
        return Tier(NEED, "、".join(dict.fromkeys(reasons)))
    return Tier(LEFT_BEHIND, "没有别的难处")


def tier(found: Tier, written: str | None, decided: Mapping[str, Any] | None) -> Tier:
    """The tier that counts: what a person decided with a reason, else the more urgent of ledger and facts."""
    if decided:
        return Tier(decided["tier"], f"人定的：{decided['reason']}")
    if written in _URGENCY and _URGENCY[written] < _URGENCY[found.code]:
        return Tier(written, "台账上写的")
    return found


def band(age: int | None, starts: Sequence[int]) -> str:
    """The 高龄 band of an age: `80–89 岁`, `100 岁以上`, or nothing below the first.

    Args:
        age: in completed years.
        starts: the ages at which bands begin, in order (policy values).
    """
    if age is None or not starts or age < starts[0]:
        return ""
    place = max(number for number, start in enumerate(starts) if age >= start)
    return f"{starts[place]}–{starts[place + 1] - 1} 岁" if place + 1 < len(starts) else f"{starts[place]} 岁以上"


def band_begins(born: date, starts: Sequence[int], on: date) -> date | None:
    """The next birthday on which a band begins, for a reminder; None past the last."""
    for start in starts:
        year = born.year + start
        try:
            day = born.replace(year=year)
        except ValueError:
            day = date(year, 3, 1)
        if day > on:
            return day
    return None
