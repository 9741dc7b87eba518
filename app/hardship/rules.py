"""The destitute (特困人员, 民发〔2021〕43号): six indicators and the grade that follows, the two rates, what is due.

Pure: days, numbers of the policy and rows are parameters.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Any

INDICATORS: dict[str, str] = {
    "eats": "吃饭",
    "dresses": "穿衣",
    "gets_up": "上下床",
    "toilet": "上厕所",
    "walks": "室内走动",
    "bathes": "洗澡",
}
"""第二十一条: what is asked of everybody, in its order; True says that the person can."""
FULL, PART, NONE = "able", "partly", "unable"
GRADES: dict[str, str] = {FULL: "具备生活自理能力", PART: "部分丧失生活自理能力", NONE: "完全丧失生活自理能力"}
GRADE_SHORT: dict[str, str] = {FULL: "全自理", PART: "半失能", NONE: "失能"}
"""How people say it (全自理, 半护理, 全护理)."""
_WRITTEN: dict[str, tuple[str, ...]] = {
    NONE: ("完全丧失", "全护理", "不能自理", "失能"),
    PART: ("部分丧失", "半护理", "半自理", "半失能", "部分自理"),
    FULL: ("具备", "全自理", "能自理", "自理"),
}
SUPPORT: dict[str, str] = {"home": "分散供养", "institution": "集中供养"}
WISH: dict[str, str] = {"willing": "愿意集中供养", "unwilling": "不愿意", "not_asked": "还没问"}
CLAIM_STATES: dict[str, str] = {"open": "在住院", "sent": "已报保险", "paid": "已赔", "refused": "没赔"}
FULL_CARE_FAILS = 4
"""第二十二条: four to six things a person cannot do are 完全丧失; it defines the grade, no county sets it."""


def grade(able: Mapping[str, bool | None]) -> str | None:
    """The grade that follows from the six indicators (第二十二条); None while one of them is unknown."""
    known = [able.get(name) for name in INDICATORS]
    if any(one is None for one in known):
        return None
    fails = known.count(False)
    if fails == 0:
        return FULL
    return NONE if fails >= FULL_CARE_FAILS else PART


def grade_of(words: str | None) -> str | None:
    """The grade that somebody's words mean; None where they are none that is known."""
    text = (words or "").replace(" ", "")
    if not text:
        return None
    for code in (PART, NONE, FULL):
        if any(word in text for word in _WRITTEN[code]):
            return code
    return None


def differs(able: Mapping[str, bool | None], written: str | None) -> bool:
    """Whether a list's grade is another than the indicators say (R37); unknown words are not taken for a difference."""
    derived, said = grade(able), grade_of(written)
    return derived is not None and said is not None and derived != said


@dataclass(frozen=True)
class Rate:
    """The rate of §1.2 for one place: those who cannot care for themselves, those of them in an institution.

    `asked`: those wholly unable who want to go and have not gone (must be none).
    """

    unable: int
    housed: int
    asked: int
    at_least: float

    @property
    def percent(self) -> float | None:
        """In percent with one decimal; None where nobody is meant."""
        return round(self.housed * 100 / self.unable, 1) if self.unable else None

    @property
    def to_move(self) -> int:
        """How many must still move: ceil(rate · N) − n."""
        # A decimal such as 0.55 · 20 is a hair above 11.
        return max(0, ceil(round(self.at_least * self.unable, 6)) - self.housed)

    @property
    def reached(self) -> bool:
        """Whether the place keeps both."""
        return self.to_move == 0 and self.asked == 0


def rate(people: Iterable[tuple[Mapping[str, bool | None], str | None, str | None]], at_least: float) -> Rate:
    """The rate over the people on the register: each as (indicators, support, wish)."""
    unable = housed = asked = 0
    for able, support, wish in people:
        found = grade(able)
        if found not in (PART, NONE):
            continue
        unable += 1
        housed += support == "institution"
        asked += found == NONE and wish == "willing" and support == "home"
    return Rate(unable, housed, asked, at_least)


def months_later(day: date, months: int) -> date:
    """The same day some months on; the last day where that month is shorter."""
    at = day.month - 1 + months
    year, month = day.year + at // 12, at % 12 + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    return min(date(year, month, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))


def review_due(reviewed_on: date | None, assessed_on: date | None, months: int) -> date | None:
    """When the yearly review with its assessment is due; None where neither was ever made: that is due now."""
    done = max((day for day in (reviewed_on, assessed_on) if day), default=None)
    return months_later(done, months) if done else None


def look_in_due(last_on: date | None, every_days: int) -> date | None:
    """When somebody must look in again; None where nobody ever did: that is due now."""
    return last_on + timedelta(days=every_days) if last_on else None


def quarter_of(day: date) -> str:
    """`2026Q3`."""
    return f"{day.year}Q{(day.month - 1) // 3 + 1}"


def quarter_days(quarter: str) -> tuple[date, date]:
    """First and last day of `2026Q3`.

    Raises:
        ValueError: it is no quarter.
    """
    year, _, number = quarter.partition("Q")
    if not (len(year) == 4 and year.isdigit() and number in {"1", "2", "3", "4"}):
        raise ValueError("no quarter")
    first = date(int(year), int(number) * 3 - 2, 1)
    return first, months_later(first, 3) - timedelta(days=1)


def months_counted(quarter: str, terms: Iterable[tuple[str, str | None]]) -> list[date]:
    """The months of a quarter, by their first days, that lie within any of these times in the programme.

    Args:
        quarter: `2026Q3`.
        terms: each the first month paid (empty: from ever) and the first not paid.
    """
    first, _ = quarter_days(quarter)
    each, found = list(terms), []
    for day in (months_later(first, number) for number in range(3)):
        month = day.isoformat()[:7]
        if any(month >= begun and (not over or month < over) for begun, over in each):
            found.append(day)
    return found


def fee(able: Mapping[str, bool | None], month_fen: Sequence[Mapping[str, int]]) -> int | None:
    """The care allowance of some months, by the amounts in force in each; None while the grade is unknown."""
    found = grade(able)
    if found is None or any(found not in one for one in month_fen):
        return None
    return sum(one[found] for one in month_fen)


def tags_for(support: str | None) -> set[str]:
    """The marks that somebody on this register carries."""
    return {"tekun", "tekun_home"} if support == "home" else {"tekun"}


def able_of(row: Any) -> dict[str, bool | None]:
    """The indicators of a row that has them as columns."""
    return {name: getattr(row, name) for name in INDICATORS}


def cannot(able: Mapping[str, bool | None]) -> Sequence[str]:
    """What a person cannot do, in words."""
    return [words for name, words in INDICATORS.items() if able.get(name) is False]


def seen_grade(cannot_codes: Sequence[str] | str | None) -> str | None:
    """The grade that a visit's answer to 哪几样自己做不了 comes to; None where nobody asked."""
    if not cannot_codes:
        return None
    codes = {cannot_codes} if isinstance(cannot_codes, str) else set(cannot_codes)
    return grade({name: name not in codes for name in INDICATORS})


@dataclass(frozen=True)
class AgreementState:
    """What is to be done about the care agreement of somebody who lives at home."""

    problem: str
    late: bool


def agreement_state(
    support: str | None, to_on: date | None, open_ended: bool, holds: bool | None, on: date, remind_days: int
) -> AgreementState | None:
    """Nothing for who lives in an institution, or whose agreement goes on for a while.

    Args:
        holds: whether the agreement is in force; None where there is none.
    """
    if support != "home":
        return None
    if holds is None:
        return AgreementState("还没签照料协议", True)
    if not holds:
        return AgreementState("照料协议过期了", True)
    if not open_ended and to_on is not None and (to_on - on).days <= remind_days:
        return AgreementState("照料协议快到期了", False)
    return None


def carer_problem(age: int | None, cares_for: int, ages: Sequence[int], most: int) -> str | None:
    """Why somebody should not be the carer (照料服务人): too young or old, or too many people."""
    if age is not None and not ages[0] <= age <= ages[1]:
        return f"照料人 {age} 岁，要在 {ages[0]} 到 {ages[1]} 岁之间"
    return f"照料人一共照料 {cares_for} 人，最多 {most} 人" if cares_for > most else None
