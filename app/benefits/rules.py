"""Who is on a month's roll, what is due, and why it differs from the month before (domain §1.1 to §1.6).

Pure: months are `YYYY-MM`, standards and rows are parameters. A programme ends with the first month without payment;
who dies is paid for the month of the death and leaves with the next.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.hardship.rules import months_later
from app.households.rules import age_on

DIBAO, TEKUN, OLD = "dibao", "tekun", "old_allowance"
LIVING, CARE, ORPHAN, UNSUPPORTED = "disability_living", "disability_care", "orphan", "unsupported"
PROGRAMMES: dict[str, str] = {
    DIBAO: "低保", TEKUN: "特困供养", OLD: "高龄津贴", LIVING: "残疾人生活补贴", CARE: "残疾人护理补贴",
    ORPHAN: "孤儿基本生活费", UNSUPPORTED: "事实无人抚养儿童补贴",
}  # fmt: skip
OF_CHILDREN = frozenset({ORPHAN, UNSUPPORTED})
STATES: dict[str, str] = {"active": "在享", "easing": "渐退", "stopped": "停发", "coming": "还没起发"}
CLASSES = ("A", "B", "C")
"""Of 低保: how often a home is reviewed; how many months that is stands among the parameters."""
OUTCOMES: dict[str, str] = {"keep": "继续", "band": "调整类别", "easing": "渐退", "stop": "停保"}
"""What a review of 低保 may come to."""
TAGS: dict[str, str] = {DIBAO: "dibao", OLD: "old_allowance", LIVING: "disability_living", CARE: "disability_care"}
"""Marks of people that follow from an enrolment; those of 特困 and of children follow from their registers."""
STOP_REASONS = (
    "收入超标", "财产超标", "死亡", "户籍迁出", "转特困", "服刑", "自愿退出", "拒不配合", "重复享受", "年满 18 周岁",
    "残疾证到期", "其他",
)  # fmt: skip
CHANGES: dict[str, str] = {
    "new": "新增", "stopped": "停发", "death": "去世", "moved": "转特困", "band": "换档", "people": "人数变了",
    "amount": "金额变了", "standard": "标准变了",
}  # fmt: skip
EXCLUDES: dict[str, frozenset[str]] = {
    TEKUN: frozenset({DIBAO, LIVING, CARE, ORPHAN, UNSUPPORTED}), DIBAO: frozenset({TEKUN}),
    LIVING: frozenset({TEKUN, ORPHAN}), CARE: frozenset({TEKUN}), ORPHAN: frozenset({TEKUN, LIVING, UNSUPPORTED}),
    UNSUPPORTED: frozenset({TEKUN, ORPHAN}), OLD: frozenset(),
}  # fmt: skip
"""What one person cannot hold at once (国发〔2015〕52号, 民发〔2021〕43号); what a top-up allows is left to people."""
POLICY_KEYS = (
    "dibao.month_fen", "hardship.living_times", "hardship.care_fee_fen", "age.old", "age.old_2", "age.old_3",
    "old.month_fen", "old.from_birth_month", "disability.living_month_fen", "disability.care_month_fen",
    "child.orphan_month_fen", "child.unsupported_month_fen",
)  # fmt: skip
TOP_UP, FULL, INSTITUTION, HOME = "top_up", "full", "institution", "home"
TIERS: dict[str, str] = {
    TOP_UP: "补差", FULL: "全额", INSTITUTION: "机构养育", HOME: "社会散居",
    "1": "一级", "2": "二级", "3": "三级", "4": "四级",
}  # fmt: skip
_MONTH = re.compile(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])")


def is_month(text: str) -> bool:
    """Whether it is a month, `2026-10`."""
    return bool(_MONTH.fullmatch(text))


def month_of(day: date) -> str:
    """`2026-10`."""
    return f"{day:%Y-%m}"


def shifted(month: str, months: int) -> str:
    """A month so many later (or earlier)."""
    count = int(month[:4]) * 12 + int(month[5:7]) - 1 + months
    return f"{count // 12:04d}-{count % 12 + 1:02d}"


def first_day(month: str) -> date:
    """Its first day; a standard that begins later in a month counts from the next."""
    return date(int(month[:4]), int(month[5:7]), 1)


def last_day(month: str) -> date:
    """Its last day."""
    year, number = int(month[:4]), int(month[5:7])
    return date(year, number, monthrange(year, number)[1])


def month_words(month: str) -> str:
    """`2026 年 10 月`."""
    return f"{int(month[:4])} 年 {int(month[5:7])} 月"


def yuan(fen: int | None) -> str:
    """`600 元`."""
    if fen is None:
        return "没写"
    whole, rest = divmod(fen, 100)
    return f"{whole}{f'.{rest:02}' if rest else ''} 元"


@dataclass(frozen=True)
class Standards:
    """What one place pays in one month, out of the policy values of `POLICY_KEYS`."""

    values: Mapping[str, Any]

    @property
    def bands(self) -> tuple[tuple[int, str], ...]:
        """The bands of 高龄津贴, the oldest first: (from which age, its name as rolls write it)."""
        first, second, third = (self.values[key] for key in ("age.old", "age.old_2", "age.old_3"))
        return ((third, f"{third}+"), (second, f"{second}-{third - 1}"), (first, f"{first}-{second - 1}"))

    def band_day(self, month: str) -> date:
        """The day whose age decides about a month: its last, or the last of the month before (次月起发)."""
        return last_day(month if self.values["old.from_birth_month"] else shifted(month, -1))

    def born_by(self, month: str, age: int) -> date:
        """Who was born by this day has reached an age for the month; 29 February counts from 1 March."""
        on = self.band_day(month)
        year = on.year - age
        return date(year, on.month, min(on.day, monthrange(year, on.month)[1]))

    def band(self, born_on: date | None, month: str) -> str:
        """The band of somebody in a month; empty below the first, or where the birthday is not known."""
        if born_on is None:
            return ""
        age = age_on(born_on, self.band_day(month))
        return next((name for least, name in self.bands if age >= least), "")

    def price(self, programme: str, tier: str) -> int | None:
        """The standard of a month in fen; None where each amount is settled one by one, or where there is none."""
        known = self.values
        if programme == TEKUN:
            return round(known["dibao.month_fen"] * known["hardship.living_times"])
        if programme == OLD:
            return known["old.month_fen"].get(tier)
        if programme == LIVING:
            return known["disability.living_month_fen"].get(tier)
        if programme == CARE:
            return known["disability.care_month_fen"].get(tier)
        if programme == ORPHAN:
            return known["child.orphan_month_fen"].get(tier)
        if programme == UNSUPPORTED and tier != TOP_UP:
            return known["child.unsupported_month_fen"]
        return None

    def care_fee(self, self_care: str | None) -> int | None:
        """The care fee of a month by self-care grade; paid by the quarter."""
        return self.values["hardship.care_fee_fen"].get(self_care or "")


def settled(programme: str, price: int | None, written: int | None) -> int | None:
    """Which amount counts: the settled one for 低保, 特困 and top-ups, the standard where the policy fixes it."""
    if written is not None and (price is None or programme == TEKUN):
        return written
    return price


@dataclass(frozen=True)
class Past:
    """What an enrolment was until (not with) a month, and why it changed then."""

    month: str
    amount_fen: int | None = None
    band: str | None = None
    why: str = ""


@dataclass(frozen=True)
class Holding:
    """One person's time in one programme, with what its amount hangs on.

    Args:
        past: its changes, the earliest first.
        grade: of the disability certificate.
        tekun: the person's times in 特困, each from its first month to the first without.
    """

    programme: str
    from_month: str = ""
    to_month: str | None = None
    state: str = "active"
    counted: bool = True
    stop_reason: str | None = None
    amount_fen: int | None = None
    band: str | None = None
    past: tuple[Past, ...] = ()
    name: str = ""
    born_on: date | None = None
    died_on: date | None = None
    grade: int | None = None
    top_up: bool = False
    institution: bool = False
    tekun: tuple[tuple[str, str | None], ...] = ()

    def written(self, month: str) -> int | None:
        """The amount that stood for a month."""
        later = next((one for one in self.past if one.month > month), None)
        return later.amount_fen if later is not None and later.amount_fen is not None else self.amount_fen

    def change_in(self, month: str) -> Past | None:
        """What was changed as of a month."""
        return next((one for one in reversed(self.past) if one.month == month), None)


def state_in(one: Any, month: str) -> str:
    """What an enrolment is in a month, of `STATES`: it stops with `to_month`, not on the day that was written down.

    Args:
        one: whatever has its `state`, `from_month` and `to_month`.
    """
    if one.to_month is None and one.state == "stopped":
        return "stopped"
    if one.to_month is not None and one.to_month <= month:
        return "stopped"
    if one.from_month > month:
        return "coming"
    return "active" if one.state == "stopped" else one.state


def in_force(one: Any, month: str) -> bool:
    """Whether an enrolment holds in a month; of many at once `standing_service.in_force` asks the same."""
    return state_in(one, month) in ("active", "easing")


def is_changeable(one: Any, month: str) -> bool:
    """Whether an enrolment can still be changed: nobody has stopped it, and no month in which it stops has come."""
    return one.state != "stopped" and state_in(one, month) != "stopped"


def on_roll(one: Holding, month: str) -> bool:
    """Whether somebody is on a month's roll."""
    if not in_force(one, month):
        return False
    if one.died_on is not None and month_of(one.died_on) < month:
        return False
    return one.counted or one.programme != DIBAO


def tier_of(one: Holding, month: str, standards: Standards) -> str:
    """What decides which standard somebody has: band, grade, form."""
    if one.programme == OLD:
        return standards.band(one.born_on, month)
    if one.programme in (LIVING, CARE):
        return str(one.grade) if one.grade else ""
    if one.programme == ORPHAN:
        return INSTITUTION if one.institution else HOME
    if one.programme == UNSUPPORTED:
        return TOP_UP if one.top_up else FULL
    return ""


def tier_words(programme: str, tier: str) -> str:
    """A band or grade in words."""
    return f"{tier} 岁" if programme == OLD and tier else TIERS.get(tier, tier)


@dataclass(frozen=True)
class Due:
    """What is due for a month. `amount_fen` None: `why_not` says what is missing; `note`: the roll says otherwise."""

    amount_fen: int | None
    tier: str = ""
    why_not: str = ""
    note: str = ""


_MISSING = {
    DIBAO: "没有核定金额", OLD: "不到年龄，或不知道生日", LIVING: "没有残疾等级",
    CARE: "没有残疾等级，或这一级没有标准", UNSUPPORTED: "补差的金额没有写",
}  # fmt: skip


def due(one: Holding, month: str, standards: Standards) -> Due:
    """What one person is due for a month; of 低保 the amount of the whole certificate."""
    tier = tier_of(one, month, standards)
    price, written = standards.price(one.programme, tier), one.written(month)
    if one.programme == OLD and not tier:
        return Due(None, tier, _MISSING[OLD])
    amount = settled(one.programme, price, written)
    if amount is None:
        return Due(None, tier, _MISSING.get(one.programme, "没有金额"))
    differs = written is not None and written != amount
    return Due(amount, tier, note=f"名册上写 {yuan(written)}" if differs else "")


@dataclass(frozen=True)
class Group:
    """So many lines of a roll with one tier; `written`: how many say an amount, and their sum."""

    tier: str
    lines: int
    written: int = 0
    written_fen: int = 0


@dataclass(frozen=True)
class Sum:
    """The sum of a roll and the lines for which no amount can be worked out."""

    amount_fen: int = 0
    missing: int = 0

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(self.amount_fen + other.amount_fen, self.missing + other.missing)


def total(programme: str, groups: Iterable[Group], standards: Standards) -> Sum:
    """The sum of a roll from its groups: the same amounts as `due` gives line by line."""
    found = Sum()
    for one in groups:
        price = standards.price(programme, one.tier)
        if programme == OLD and not one.tier:
            found += Sum(0, one.lines)
        elif price is not None and programme != TEKUN:
            found += Sum(price * one.lines)
        else:
            bare = one.lines - one.written
            found += Sum(one.written_fen + bare * (price or 0), 0 if price is not None else bare)
    return found


@dataclass(frozen=True)
class Reason:
    """Why a line of a roll is not as the month before: a code of `CHANGES`, and a sentence."""

    kind: str
    words: str


def _gone(one: Holding, month: str) -> Reason:
    if one.died_on is not None and month_of(one.died_on) < month:
        return Reason("death", f"{one.died_on.month} 月 {one.died_on.day} 日去世")
    if one.programme != TEKUN and any(begun <= month and (end is None or end > month) for begun, end in one.tekun):
        return Reason("moved", "转为特困供养")
    return Reason("stopped", one.stop_reason or "没有写原因")


def changes(one: Holding, month: str, now: Standards, before: Standards) -> list[Reason]:
    """Why somebody's line differs from the month before; empty where it does not."""
    last = shifted(month, -1)
    was, stays = on_roll(one, last), on_roll(one, month)
    if stays and not was:
        return [Reason("new", "这个月起发" if one.from_month == month else "又在册")]
    if was and not stays:
        return [_gone(one, month)]
    return _other_amount(one, month, now, before) if stays else []


def _other_amount(one: Holding, month: str, now: Standards, before: Standards) -> list[Reason]:
    last = shifted(month, -1)
    then, here = due(one, last, before), due(one, month, now)
    sums = f"{yuan(then.amount_fen)} → {yuan(here.amount_fen)}"
    known = one.change_in(month)
    if then.tier != here.tier:
        return [Reason("band", _band_words(one, then.tier, here.tier, now, month) + f"，{sums}")]
    if then.amount_fen == here.amount_fen:
        return [Reason("band", known.why or "类别改了")] if known and known.band not in (None, one.band) else []
    if known is not None:
        return [Reason("amount", f"{known.why or '重新核定'}，{sums}")]
    return [Reason("standard", sums)]


def _band_words(one: Holding, was: str, is_now: str, standards: Standards, month: str) -> str:
    if one.programme == OLD and one.born_on is not None:
        age = next((least for least, name in standards.bands if name == is_now), None)
        return f"{one.born_on.month} 月 {one.born_on.day} 日生日，满 {age} 岁"
    return f"{tier_words(one.programme, was) or '没有等级'} → {tier_words(one.programme, is_now) or '没有等级'}"


def certificate_changes(members: Sequence[Holding], month: str, now: Standards, before: Standards) -> list[Reason]:
    """Why the line of a 低保 certificate differs: it came or went as a whole, its people, its amount."""
    last = shifted(month, -1)
    was, stays = [on_roll(one, last) for one in members], [on_roll(one, month) for one in members]
    if any(stays) and not any(was):
        return [Reason("new", "这个月起发")]
    if any(was) and not any(stays):
        gone = [_gone(one, month) for one, on in zip(members, was, strict=True) if on]
        return [next((one for one in gone if one.kind != "death"), gone[0])]
    if not any(stays):
        return []
    moved = [
        Reason("people", f"{one.name}{'加入' if on else '，' + _gone(one, month).words}")
        for one, gone, on in zip(members, was, stays, strict=True) if gone != on
    ]  # fmt: skip
    first = next(one for one, on in zip(members, stays, strict=True) if on)
    money = _other_amount(first, month, now, before)
    if moved and not money:
        moved.append(Reason("people", f"{sum(was)} 人 → {sum(stays)} 人，金额还没有重核"))
    elif moved:
        moved.append(Reason("people", f"{sum(was)} 人 → {sum(stays)} 人"))
    return moved + money


@dataclass(frozen=True)
class Raised:
    """A standard that is another than the month before."""

    tier: str
    before_fen: int | None
    now_fen: int | None


def raised(programme: str, groups: Iterable[Group], now: Standards, before: Standards) -> dict[Raised, int]:
    """Which standards changed with this month, and for how many lines; of 低保 the line that decides who is poor."""
    if programme == DIBAO:
        old, new = before.values["dibao.month_fen"], now.values["dibao.month_fen"]
        return {Raised("", old, new): sum(one.lines for one in groups)} if old != new else {}
    found: dict[Raised, int] = {}
    for one in groups:
        old, new = before.price(programme, one.tier), now.price(programme, one.tier)
        lines = one.lines - one.written if programme == TEKUN else one.lines
        if old != new and lines:
            found[Raised(one.tier, old, new)] = lines
    return found


def raised_words(programme: str, one: Raised, lines: int) -> str:
    """It in a sentence."""
    sums = f"{yuan(one.before_fen)} → {yuan(one.now_fen)}"
    if programme == DIBAO:
        return f"低保标准 {sums}，{lines} 户的金额要重新核定"
    name = tier_words(programme, one.tier)
    return f"{name + '：' if name else ''}标准 {sums}，{lines} 人"


def excluded(programme: str, held: Iterable[str]) -> list[str]:
    """Which programmes that somebody holds stand against a new one."""
    return [code for code in PROGRAMMES if code in EXCLUDES[programme] and code in set(held)]


def overlaps(from_month: str, to_month: str | None, other_from: str, other_to: str | None) -> bool:
    """Whether two times in a programme share a month."""
    return (other_to is None or from_month < other_to) and (to_month is None or other_from < to_month)


REVIEW_ASKS: dict[str, tuple[str, ...]] = {
    "keep": (), "band": ("month", "band"), "easing": ("month",), "stop": ("month", "reason"),
}  # fmt: skip
"""What each outcome of a review asks beside the day and why."""
_ASKED = {"month": "写从哪个月起算，像 2026-10。", "band": "选一下调成哪一类。", "reason": "选一下为什么停。"}


def review_lacks(
    outcome: str, month: str | None, band: str | None, reason: str | None
) -> list[tuple[str, str]]:
    """What a review of 低保 still has to say, as the field and a sentence."""
    given = {"month": month, "band": band, "reason": reason}
    return [(name, _ASKED[name]) for name in REVIEW_ASKS[outcome] if not given[name]]


def is_reviewed(one: Any, month: str) -> bool:
    """Whether 低保 is to be reviewed again: drawn in this month, and its state is neither easing nor stopped."""
    return one.programme == DIBAO and one.counted and one.state == "active" and in_force(one, month)


def review_due(reviewed_on: date | None, band: str | None, months: Mapping[str, int]) -> date | None:
    """By when a home with 低保 is to be reviewed again; None where nobody knows when it last was, or its class."""
    if reviewed_on is None or band not in months:
        return None
    return months_later(reviewed_on, months[band])
