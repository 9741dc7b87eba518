"""What was found, in one sentence for the person who acts; and how a finding is settled. Pure."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from app.findings.rules import BLUE, Rule
from app.workdays import workdays_later

HOW = {"corrected": "已纠正", "in_order": "核实无误", "false_alarm": "误报"}
"""How a person closes a finding."""
GONE = "gone"
HOW_SHOWN = HOW | {GONE: "已经没有了"}
STATES = {"open": "没办完", "closed": "办完了"}
EVENTS = {"raised": "发现", "reopened": "又出现", "changed": "情况变了", "closed": "办完", "noted": "记了一笔"}
PROGRAMMES = {
    "all": "各项发放", "dibao": "低保", "tekun": "特困", "old_allowance": "高龄津贴", "disability": "残疾人两项补贴",
    "child": "儿童", "elder": "留守老人", "pairing": "结对帮扶", "visits": "走访", "register": "名册",
    "relief": "临时救助", "petition": "信访", "rectification": "整改",
}  # fmt: skip


def _join(value: Any) -> str:
    return "、".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _paid(value: Any) -> str:
    return f"已发 {_join(value)}" if isinstance(value, list) else f"实发 {value} 元"


def _due(value: Any) -> str:
    return f"{value} 到期" if isinstance(value, str) else f"应发 {value} 元"


_WORDS: dict[str, Callable[[Any], str]] = {
    "programme": str, "death_date": lambda one: f"{one} 去世", "paid": _paid, "due": _due,
    "due_month": lambda one: f"从 {one} 起该发", "turns_80": lambda one: f"{one} 满岁", "age": lambda one: f"{one} 岁",
    "band": lambda one: f"现在是 {one}", "should_be": lambda one: f"应该是 {one}" if one else "还不到年龄",
    "status": lambda one: f"就学写的是{one}" if one else "就学没有填", "because": _join, "why": _join, "kinds": _join,
    "child_kind": str, "typed": lambda one: f"填的是{one}", "derived": lambda one: f"按六项是{one}",
    "dibao_no": lambda one: f"低保证 {one}", "kind": str, "until": lambda one: f"到 {one}" if one else "没有写到哪天",
    "review_class": lambda one: f"{one} 类", "reviewed": lambda one: f"上次复核 {one}", "quarter": str,
    "grade": lambda one: f"{one} 级", "expiry": lambda one: f"证件到 {one}" if one else "证件长期", "object": str,
    "every_days": lambda one: f"{one} 天看一次", "last": lambda one: f"上次 {one}",
    "father": lambda one: f"父亲{one}", "mother": lambda one: f"母亲{one}", "households": lambda one: f"现在 {one} 户",
    "weak": lambda one: f"失能半失能 {one} 人", "in_homes": lambda one: f"集中供养 {one} 人",
    "must_move": lambda one: f"还要集中 {one} 人", "month": str, "problem": _join,
    "recorded": lambda one: f"登记的是{one}", "since": lambda one: f"{one} 起", "ends": lambda one: f"{one} 到期",
    "stage": str, "days": lambda one: f"已 {one} 天", "limit": lambda one: f"时限 {one} 天", "lists": _join,
    "stopped": lambda one: f"{one} 停", "reason": str, "homes": lambda one: f"{one} 户",
    "total": lambda one: f"共 {one} 元", "times": lambda one: f"{one} 次", "items": _join,
    "assessed": lambda one: f"上次评估 {one}", "inspected": lambda one: f"{one} 检查", "year": lambda one: f"{one} 年",
    "balance": lambda one: f"剩 {one} 元", "voucher": lambda one: f"凭证 {one}", "on": str, "phone": lambda one: "电话",
    "records": lambda one: f"{one} 份",
}  # fmt: skip
_FIRST = ("programme", "kind", "object", "month", "quarter", "why", "because")


def fact_words(facts: Mapping[str, Any]) -> list[str]:
    """Facts in words, those that say most first; pointers to people are left out."""
    order = sorted(facts, key=lambda word: _FIRST.index(word) if word in _FIRST else len(_FIRST))
    return [_WORDS[word](facts[word]) for word in order if word in _WORDS and not isinstance(facts[word], dict)
            and facts[word] is not None]  # fmt: skip


def sentence(rule: Rule, facts: Mapping[str, Any], name: str = "") -> str:
    """Why this stands here, in one sentence."""
    said = "，".join(word for word in fact_words(facts) if word)
    return f"{name}{'：' if name else ''}{rule.name}{'。' if not said else f'，{said}。'}"[:200]


def due_on(severity: str, found_on: date, days: Mapping[str, int], workdays: Mapping[str, int]) -> date | None:
    """The last day for what was found: by calendar days or working days, as the county says; none for a reminder."""
    if severity == BLUE:
        return None
    if severity in workdays:
        return workdays_later(found_on, workdays[severity])
    return found_on + timedelta(days=days[severity]) if severity in days else None


def questions(rule: Rule) -> list[dict[str, Any]]:
    """What settles a finding at the door: how it stands, and why."""
    return [
        {"code": "how", "label": "核实下来怎么样", "type": "choice",
         "options": [{"code": code, "label": label} for code, label in HOW.items()]},
        {"code": "reason", "label": "怎么办的，或为什么没问题", "type": "text"},
        {"code": "evidence", "label": "依据：看了什么，问了谁（核实无误要写）", "type": "text"},
    ]  # fmt: skip


def needs_reason(how: str, reason: str, evidence: str) -> str | None:
    """Why a finding cannot be closed like this, as a sentence, or None."""
    if how not in HOW:
        return "请选已纠正、核实无误或误报。"
    if len(reason.strip()) < 2:
        return "请写一句理由，别人才看得懂。"
    if how == "in_order" and len(evidence.strip()) < 2:
        return "核实无误要写依据：看了什么，问了谁。"
    return None


