"""Who guards a child in fact, and the four stages of a case with their clocks. Pure: days and ages are parameters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

KINDS = {
    "child_left_behind": "留守儿童", "child_hardship": "困境儿童", "child_orphan": "孤儿",
    "child_unsupported": "事实无人抚养儿童",
}  # fmt: skip
"""The marks that this register answers for."""
RISKS = {"red": "红：高风险", "yellow": "黄：要当心", "blue": "蓝：一般", "green": "绿：平稳"}
RISK_TONES = {"red": "alarm", "yellow": "due", "blue": "way", "green": "done"}
SUPPORT = {"full": "全额", "top_up": "补差"}
PARENT_STATES = (
    "", "外出务工", "在家", "死亡", "失踪", "失联", "服刑在押", "强制隔离戒毒", "重残", "重病", "被撤销监护资格",
    "被遣送（驱逐）出境", "其他",
)  # fmt: skip
GUARDIANSHIP = (
    "guardianship.carer_age", "guardianship.carer_children", "guardianship.alone_age", "guardianship.watch_age",
    "guardianship.contact_days", "age.child",
)  # fmt: skip
ALONE = {"sometimes": "有时一个人在家", "nights": "晚上也一个人"}


@dataclass(frozen=True)
class Doubt:
    """What is not as it should be about a child's guardian; `grave` says that it cannot wait."""

    words: str
    grave: bool


def doubts(
    *, age: int | None, found: Mapping[str, Any], agreement: Any | None, left_behind: bool, carer_notes: Sequence[str],
    contact_on: date | None, on: date, values: Mapping[str, Any],
) -> list[Doubt]:  # fmt: skip
    """What is wrong about who guards a child today, the gravest first (未成年人保护法 第二十一至二十三条).

    Args:
        age: in completed years.
        found: what visits found (`carer`, `alone`, `bars`, `parents_contact`), by plain name.
        agreement: the confirmation of entrusted guardianship that holds, or None.
        left_behind: whether the parents are away.
        carer_notes: what is to be watched about who is entrusted.
        contact_on: when a parent was last heard of.
        on: the day.
        values: the policy values of `GUARDIANSHIP`.
    """
    grave: list[str] = []
    mild = list(carer_notes)
    alone, young = found.get("alone"), values["guardianship.alone_age"]
    if found.get("carer") == "nobody":
        grave.append("没有人照看")
    if alone == "nights" and (age is None or age < young):
        grave.append(f"不满 {young} 岁，晚上也一个人")
    if alone == "sometimes":
        watch = values["guardianship.watch_age"]
        (grave if age is not None and age < watch else mild).append(
            f"不满 {watch} 岁，有时没人看着" if age is not None and age < watch else "有时一个人在家"
        )
    if found.get("bars") not in (None, "none") or (agreement is not None and _bar(agreement)):
        grave.append("照看的人有禁止的情形")
    if left_behind and agreement is None:
        mild.append("没有有效的委托监护责任确认书")
    if agreement is not None and any(getattr(agreement, f"bar_{n}") is None for n in (1, 2, 3, 4)):
        mild.append("受托人的四项声明没有问完")
    cared_for = found.get("carer_children")
    if isinstance(cared_for, int) and cared_for > values["guardianship.carer_children"]:
        mild.append(f"照看着 {cared_for} 个孩子")
    if contact_on and (on - contact_on).days > values["guardianship.contact_days"]:
        mild.append(f"{(on - contact_on).days} 天没和父母联系")
    if found.get("parents_contact") == "none":
        mild.append("父母联系不上")
    return [Doubt(words, True) for words in grave] + [Doubt(words, False) for words in dict.fromkeys(mild)]


def _bar(agreement: Any) -> bool:
    return any(getattr(agreement, f"bar_{number}") for number in (1, 2, 3, 4))


STAGES = {
    "report": "强制报告", "response": "应急处置", "assessment": "评估帮扶", "intervention": "监护干预",
    "closed": "结案",
}  # fmt: skip
"""The stages of a case in their order (国发〔2016〕13号, 未成年人保护法 第十一、九十一至九十四条)."""
_ORDER = tuple(STAGES)
NEXT_ASKS = {
    "report": "公安到了没有，孩子现在安全吗，谁在照看",
    "response": "评估：安全、监护、身心怎么样，要什么帮扶",
    "assessment": "帮扶方案定了没有，要不要监护干预",
    "intervention": "回访：孩子现在怎么样",
}
"""What is asked for at each stage, in words."""
CLOCKS = {
    "report": ("child_case.response_hours", "hours"), "response": ("child_case.assessment_days", "workdays"),
    "assessment": ("child_case.plan_days", "workdays"), "intervention": ("child_case.visit_days", "days"),
}  # fmt: skip
"""The policy value that says by when the next stage must come, and its unit."""
CASE_POLICY = tuple(key for key, _ in CLOCKS.values())
SITUATIONS = {
    "alone": "一个人住", "missing": "走失", "untended": "没人管", "violence": "挨打、被虐待", "sexual": "被性侵害",
    "selfharm": "伤自己、想不开", "bullied": "受欺负", "injured": "说不清的伤", "exploited": "被逼讨饭、做工",
    "other": "别的",
}  # fmt: skip
"""Of what a report is about (高检发〔2020〕9号)."""
RESTRICTED = frozenset({"violence", "sexual", "selfharm"})
"""Situations of which only three people may know the content."""


def restricted(situations: Sequence[str]) -> bool:
    """Whether a case may be seen by three people only."""
    return bool(RESTRICTED.intersection(situations))


def due(stage: str, since: datetime, values: Mapping[str, int], workday: Callable[[date], bool]) -> datetime | None:
    """By when the next stage must come; None once a case is closed.

    Args:
        stage: the stage reached.
        since: the moment it was reached.
        values: the policy values of `CASE_POLICY`.
        workday: whether a day is one (the State Council's calendar).
    """
    if stage not in CLOCKS:
        return None
    key, unit = CLOCKS[stage]
    number = values[key]
    if unit == "hours":
        return since + timedelta(hours=number)
    if unit == "days":
        return since + timedelta(days=number)
    moment = since
    while number > 0:
        moment += timedelta(days=1)
        number -= workday(moment.date())
    return moment


def may_follow(stage: str, following: str) -> bool:
    """Whether a case may go from one stage to another: the same again, the next, or closed; never back."""
    if stage == "closed" or following not in STAGES:
        return False
    if following == "closed":
        return stage != "report"
    return _ORDER.index(following) in (_ORDER.index(stage), _ORDER.index(stage) + 1)


SEATS = ("section", "town", "handler")
"""Who may see a restricted case: the county's children section, the township's supervisor, who reported it."""
WOMAN_FIELDS: dict[str, str] = {
    "husband_place": "丈夫在哪里", "husband_since": "出去几年了", "husband_contact": "多久联系一次",
    "children": "带几个孩子", "elders": "照顾几个老人", "health": "身体怎么样", "income": "靠什么过日子",
    "needs": "想要什么帮助",
}  # fmt: skip
"""留守妇女摸底, in words."""
WOMAN_DIFFICULTIES = {
    "labour": "活太重", "spirit": "心里闷", "safety": "不放心安全", "schooling": "孩子读书", "care": "照顾老小",
}  # fmt: skip
