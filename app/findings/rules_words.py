"""What was found, in one sentence for the person who acts; and how a finding is settled. Pure."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from app.accounts.rules import PROGRAMMES as SECTIONS
from app.findings.rules import BLUE, Rule
from app.workdays import workdays_later

HOW = {"corrected": "已纠正", "in_order": "核实无误", "false_alarm": "误报"}
"""How a person closes a finding."""
_HOW_PLAIN = {"corrected": "改好了", "in_order": "看过了，没有问题", "false_alarm": "不是这回事"}
"""The same on phones."""
GONE = "gone"
HOW_SHOWN = HOW | {GONE: "已经没有了"}
STATES = {"open": "没办完", "closed": "办完了"}
EVENTS = {"raised": "发现", "reopened": "又出现", "changed": "情况变了", "closed": "办完", "noted": "记了一笔"}
PROGRAMMES = {"all": "各项发放"} | SECTIONS


def _join(value: Any) -> str:
    return "、".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _paid(value: Any) -> str:
    return f"已发 {_join(value)}" if isinstance(value, list) else f"实发 {value} 元"


def _due(value: Any) -> str:
    return f"{value} 到期" if isinstance(value, str) else f"应发 {value} 元"


_WORDS: dict[str, Callable[[Any], str]] = {
    "programme": lambda one: PROGRAMMES.get(one, str(one)), "death_date": lambda one: f"{one} 去世",
    "paid": _paid, "due": _due,
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
_SAID_PLAINLY = (
    (r"^无", "没有"), (r"^未发$", "没有发"), ("金额不符", "钱数不对"), ("未填", "没填"), ("同人多头", "同一个人有两份"),
    ("同一账号多户领取", "一个账号给好几户领"), (r"联系电话超(\d+)天未核实", r"联系电话 \1 天没核对过"),
    ("完全丧失自理且愿意集中, 仍为分散供养", "自己动不了，愿意去"), ("走访看到是", "走访看到"),
    ("完全丧失(生活)?自理(能力)?|全护理|全失能", "自己动不了"),
    ("部分丧失(生活)?自理(能力)?|半护理|半失能|半自理", "有些事自己做不了"), ("具备生活自理能力|全自理", "都能自己做"),
    (r"年龄≥(\d+)", r"\1 岁以上了"), ("禁止情形", "有法律不许的情形"), (r"照料超过(\d+)人", r"照看的孩子超过 \1 个"),
    ("服刑戒毒", "在坐牢或戒毒"), ("服刑在押|^服刑$", "在坐牢"), ("强制隔离戒毒$", "在强制戒毒"),
    ("^已?死亡$", "已经不在了"), ("重残", "残疾很重"), ("失联父母已恢复联系", "爸妈联系上了"), ("^失联$", "联系不上"),
    ("父母解除强制隔离戒毒|父母解除在强制戒毒", "爸妈戒毒出来了"), ("父母刑满释放", "爸妈坐牢出来了"),
    ("被撤销监护资格", "不能当监护人了"), ("^被遣送$", "被送出境了"),
    ("建档立卡-未脱贫", "还没脱贫"), ("^建档立卡$", "原来的贫困户"), ("工商登记", "营业执照"),
    (r"年满(\d+)岁且不在读", r"满 \1 岁，不上学了"), ("失学|辍学", "不上学了"),
    ("(.+)没有对应措施", r"\1没有对上的措施"),
    ("电话号码格式错误", "电话写错了"), ("身份证号重复", "身份证号和别人一样"),
    ("身份证校验位错误", "身份证号有一位写错了"), ("身份证日期无效", "身份证里的生日不对"),
    ("身份证号位数错误", "身份证号多了或少了几位"), ("出生日期晚于今日", "生日还没到"),
    (r"父母子女年龄差不足(\d+)岁", r"父母和子女相差不到 \1 岁"),
    (r"^(..)无效$", r"\1写错了"), (r"(.+)与(.+)不符$", r"\1和\2对不上"),
    ("不愁吃", "吃饭"), ("不愁穿", "穿衣"), ("义务教育", "上学"), ("基本医疗", "看病"), ("(住房)安全", r"\1"),
    ("饮水安全", "喝水"), ("分散特困", "在家的特困"), ("^结对$", "结对的户"), ("发放失败", "银行退回来了"),
)  # fmt: skip
"""How the village says what the county writes."""


def _plainly(value: Any) -> str:
    said = [str(one) for one in (value if isinstance(value, list) else [value])]
    for written, plain in _SAID_PLAINLY:
        said = [re.sub(written, plain, one) for one in said]
    return "、".join(said)


def _month_words(value: Any) -> str:
    """A month or a quarter as people say it: `2026 年 9 月`, `2026 年第三季度`."""
    if found := _QUARTER.fullmatch(str(value)):
        return f"{found[1]} 年第{'一二三四'[int(found[2]) - 1]}季度"
    year, _, month = str(value).partition("-")
    return f"{year} 年 {int(month)} 月" if month.isdigit() else str(value)


_QUARTER = re.compile("([0-9]{4})Q([1-4])")


def _paid_plainly(value: Any) -> str:
    return _paid([_month_words(one) for one in value] if isinstance(value, list) else value).replace("实发", "发了")


def _school_plainly(value: Any) -> str:
    return f"写的是{_plainly(value)}" if value else "上没上学没有填"


_PLAIN: dict[str, Callable[[Any], str]] = {
    "paid": _paid_plainly, "due": lambda one: _due(one).replace("应发", "该发"), "month": _month_words,
    "quarter": _month_words, "due_month": lambda one: f"从 {_month_words(one)}起该发",
    "stopped": lambda one: f"{_month_words(one)}停的", "status": _school_plainly,
    **dict.fromkeys(("why", "because", "problem", "items", "lists", "kind", "object"), _plainly),
    "typed": lambda one: f"填的是{_plainly(one)}", "derived": lambda one: f"按六项是{_plainly(one)}",
    "father": lambda one: f"爸爸{_plainly(one)}", "mother": lambda one: f"妈妈{_plainly(one)}",
    "reviewed": lambda one: f"上次看是 {one}", "assessed": lambda one: f"上次看是 {one}",
    "recorded": lambda one: f"写的是{one}",
}  # fmt: skip
"""Where phones say it in other words than the office."""
_FIRST = ("programme", "kind", "object", "month", "quarter", "why", "because")


def fact_words(facts: Mapping[str, Any], *, plain: bool = False) -> list[str]:
    """Facts in words, those that say most first; pointers to people are left out."""
    words = _WORDS | _PLAIN if plain else _WORDS
    order = sorted(facts, key=lambda word: _FIRST.index(word) if word in _FIRST else len(_FIRST))
    return [words[word](facts[word]) for word in order if word in words and not isinstance(facts[word], dict)
            and facts[word] is not None]  # fmt: skip


def sentence(rule: Rule, facts: Mapping[str, Any], name: str = "", *, plain: bool = False) -> str:
    """Why this stands here, in one sentence; `plain`: as phones show it."""
    said = "，".join(word for word in fact_words(facts, plain=plain) if word)
    found = (plain and rule.plain) or rule.name
    return f"{name}{'：' if name else ''}{found}{'。' if not said else f'，{said}。'}"[:200]


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
         "options": [{"code": code, "label": label} for code, label in _HOW_PLAIN.items()]},
        {"code": "reason", "label": "怎么办的，或为什么没问题", "type": "text"},
        {"code": "evidence", "label": "依据：看了什么，问了谁（没有问题的要写）", "type": "text"},
    ]  # fmt: skip


def needs_reason(how: str, reason: str, evidence: str) -> str | None:
    """Why a finding cannot be closed like this, as a sentence, or None."""
    if how not in HOW:
        return "请选一个：核实下来怎么样。"
    if len(reason.strip()) < 2:
        return "请写一句理由，别人才看得懂。"
    if how == "in_order" and len(evidence.strip()) < 2:
        return "没有问题的，依据里要写看了什么，问了谁。"
    return None


