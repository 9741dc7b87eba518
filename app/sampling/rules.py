"""Random samples that anybody can draw again, and what they say: order by sha256(seed + id), take the first. Pure.

The algorithm, for whoever checks it with tools of their own: write the seed and, right behind it, the id of a unit as
UTF-8; take SHA-256 of that as lower-case hex; order the units by it (by id where two are the same); take the first
ceil(share × number of units). Neither this program nor the order of the rows is needed.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

NEW, ALL, RELATIVES, REPORTED = "new", "all", "relatives", "reported"
LISTS: dict[str, str] = {
    NEW: "这段时间新进的", ALL: "全部在领的", RELATIVES: "干部近亲属", REPORTED: "有人举报的",
}  # fmt: skip
WHOLE = frozenset({RELATIVES, REPORTED})
"""Lists of which the county goes to every home."""
PROGRAMMES: dict[str, str] = {
    "dibao": "低保", "tekun": "特困", "old_allowance": "高龄津贴", "disability_living": "残疾人生活补贴",
    "disability_care": "残疾人护理补贴", "orphan": "孤儿", "unsupported": "事实无人抚养儿童",
}  # fmt: skip
SHARES = {"dibao": "dibao.sample_share", "tekun": "hardship.sample_share"}
"""Where a programme's share stands, where it has one of its own."""
KEYS = ("dibao.sample_share", "hardship.sample_share", "sampling.share", "sampling.full_share", "sampling.days")
RECHECK = "recheck"
"""The kind of task that a drawn home is."""

AGREE, DIFFERS, ERROR = "agree", "differs", "error"
OUTCOMES: dict[str, str] = {AGREE: "一致", DIFFERS: "有出入，不影响待遇", ERROR: "有错，待遇要改"}


def share_of(programme: str, which: str, policy: Mapping[str, Any]) -> float:
    """Which share of a list is drawn, at least."""
    if which in WHOLE:
        return policy["sampling.full_share"]
    return policy[SHARES.get(programme, "sampling.share")]


def size_of(frame: int, share: float) -> int:
    """How many are drawn: rounded up, reckoned in decimals (0.1 of 30 is 3, not 4)."""
    return min(frame, max(0, math.ceil(Decimal(str(share)) * frame)))


def rank(seed: str, key: str) -> str:
    """By what a unit is ordered."""
    return hashlib.sha256((seed + key).encode()).hexdigest()


def draw(seed: str, keys: Iterable[str], share: float) -> list[str]:
    """The sample, in the order in which it was drawn; the order and the repeats of the rows do not matter."""
    frame = sorted(set(keys))
    return sorted(frame, key=lambda key: (rank(seed, key), key))[: size_of(len(frame), share)]


def fingerprint(keys: Iterable[str]) -> str:
    """What the frame was, in one number: SHA-256 of the sorted ids, a line each."""
    return hashlib.sha256("\n".join(sorted(set(keys))).encode()).hexdigest()


def hand_out(drawn: Sequence[tuple[str, Sequence[str]]], visitors: Sequence[str]) -> dict[str, str]:
    """Who goes where: in turn, never to where somebody has been or has handled it.

    Args:
        drawn: (unit, who handled it).
        visitors: who may be sent, in their order.

    Returns:
        Units with their visitor; one for whom nobody is free is left out.
    """
    load = dict.fromkeys(visitors, 0)
    found = {}
    for key, handled in drawn:
        free = [one for one in load if one not in handled]
        if free:
            found[key] = min(free, key=lambda one: load[one])
            load[found[key]] += 1
    return found


@dataclass(frozen=True)
class Rate:
    """A share of errors, with the bounds between which the true one lies in 95 of 100 cases."""

    errors: int
    looked: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share that was found."""
        return self.errors / self.looked if self.looked else 0.0


Z95 = 1.959963984540054
"""The 97.5th percentile of the normal distribution."""


def wilson(errors: int, looked: int, z: float = Z95) -> Rate:
    """The error rate with its Wilson score interval (E. B. Wilson 1927); nothing looked at says nothing: 0 to 1."""
    if not 0 <= errors <= looked:
        raise ValueError("more errors than were looked at")
    if not looked:
        return Rate(0, 0, 0.0, 1.0)
    share, square = errors / looked, z * z
    centre = (share + square / (2 * looked)) / (1 + square / looked)
    half = z / (1 + square / looked) * math.sqrt(share * (1 - share) / looked + square / (4 * looked * looked))
    low = 0.0 if errors == 0 else max(0.0, centre - half)
    high = 1.0 if errors == looked else min(1.0, centre + half)
    return Rate(errors, looked, low, high)


@dataclass(frozen=True)
class Compared:
    """One question: what was answered first, what the second time."""

    field: str
    first: Any
    second: Any

    @property
    def state(self) -> str:
        """`same`, `differs`, or `unasked` where one of the two says nothing."""
        if self.first in (None, "", []) or self.second in (None, "", []):
            return "unasked"
        return "same" if _plain(self.first) == _plain(self.second) else "differs"


def _plain(value: Any) -> Any:
    return sorted(str(one) for one in value) if isinstance(value, list) else str(value)


def compare(fields: Sequence[str], first: Mapping[str, Any], second: Mapping[str, Any]) -> list[Compared]:
    """Both visits, question by question."""
    return [Compared(one, first.get(one), second.get(one)) for one in fields]
