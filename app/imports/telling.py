"""What facts change, in the words of the office: columns by their Chinese names, codes by theirs, numbers masked."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from app.facts import Seen, tell
from app.households import rules as people
from app.households import tags
from app.imports.taking import dates_as_text

PROGRAMMES = {
    "dibao": "低保",
    "tekun": "特困",
    "old_allowance": "高龄津贴",
    "disability_living": "残疾人生活补贴",
    "disability_care": "残疾人护理补贴",
    "orphan": "孤儿",
    "unsupported": "事实无人抚养儿童",
    "care_fee": "照料护理补贴",
}
_SIX = ("eats", "dresses", "gets_up", "toilet", "walks", "bathes")
_YES = {True: "是", False: "否"}
_CAN = {True: "能", False: "不能"}
WORDS: dict[str, Mapping[Any, str]] = {
    "programme": PROGRAMMES,
    "state": {"active": "在保", "easing": "渐退", "stopped": "停发"},
    "tier": {"high": "失能或独居高龄", "need": "其他特殊困难", "left_behind": "一般留守"},
    "risk": {"red": "红", "yellow": "黄", "blue": "蓝", "green": "绿"},
    "support": {"home": "分散供养", "institution": "集中供养", "full": "全额", "top_up": "补差"},
    "wish": {"willing": "愿意", "unwilling": "不愿意", "not_asked": "没问过"},
    "ok": {True: "成功", False: "失败"},
    **dict.fromkeys(_SIX, _CAN),
}
_UNTOLD = frozenset({"details", "carer_index", "father_index", "mother_index", "phone_index", "payee_index", "id_index",
                     "carer_person_id", "division", "household_id", "position", "tier_written", "category_written",
                     "person_id", "removed_at"})  # fmt: skip
_SELF_CARE = {"具备": "able", "部分": "partly", "完全": "unable"}
_SELF_CARE_SAID = {"able": "能自理", "partly": "要人帮", "unable": "不能自理"}
_SCHOOL = {"失学": "left", "辍学": "left", "学龄前": "too_young", "毕业": "finished", "在校": "day", "幼儿园": "day"}
_SCHOOL_SAID = {"day": "上学", "boarding": "上学", "left": "没在上学", "too_young": "还小", "finished": "毕业了"}
_FIELDS = {
    "elder": {"living_written": "person.living", "self_care_written": "person.self_care"},
    "child": {"living_written": "person.living", "school_written": "person.school_state"},
    "hardship": {
        "grade_written": "person.self_care",
        "wish": "hardship.wish",
        **dict.fromkeys(_SIX, "hardship.cannot"),
    },
}
"""Columns of a ledger beside the field in which visits write down the same."""


def word(column: str, value: Any) -> str:
    """A value as the office reads it."""
    if value in (None, "", [], {}):
        return "（空）"
    if column.endswith("_fen") and isinstance(value, int):
        return f"{value / 100:,.2f}".removesuffix(".00") + " 元"
    if column.endswith("number"):
        return people.mask_id(str(value))
    if column == "phone" or column.endswith("_phone"):
        return people.mask_phone(str(value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return "、".join(str(tags.TAGS.get(one, one) if isinstance(one, str) else one.get("name", "")) for one in value)
    said = WORDS.get(column, _YES if isinstance(value, bool) else {})
    return said.get(value, str(value))


def changes(seen: Iterable[Seen]) -> tuple[dict[str, str], dict[str, str]]:
    """Which values are replaced by which, by the names of the columns."""
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    for one in seen:
        if one.state == "new" and one.row.kind.name in {"official", "assessment"}:
            continue
        for column, value in one.after.items():
            if column in _UNTOLD and set(one.after) - _UNTOLD:
                continue
            name = one.row.kind.words.get(column, "其他")
            before[name], after[name] = word(column, one.before.get(column)), word(column, value)
        if one.state == "new":
            before[_NEW.get(one.row.kind.name, "这一条")] = "没有"
            after[_NEW.get(one.row.kind.name, "这一条")] = _new(one)
    return before, after


_NEW = {"agreement": "协议", "contact": "联系人", "enrolment": "待遇", "paired_home": "结对"}


def _new(one: Seen) -> str:
    values = one.row.values
    if one.row.kind.name == "contact":
        return str(values["name"])
    if one.row.kind.name == "enrolment":
        return PROGRAMMES.get(values["programme"], "有")
    return "新加"


def doubts(seen: Seen) -> list[tuple[str, str, str]]:
    """What is doubtful about a fact, by the names of its columns."""
    words = seen.row.kind.words
    return [
        (code, words.get(column, column), word(column, seen.row.values.get(column)))
        for code, column, _ in seen.doubts
        if column not in _UNTOLD
    ]


def against_visits(seen: Sequence[Seen], ledger: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Where visits found something else: the visit's word stands, both are shown."""
    told = []
    for one in seen:
        for column, field in _FIELDS.get(one.row.kind.name, {}).items():
            found, written = ledger.get(field), one.row.values.get(column)
            if one.state == "same" or written is None or not isinstance(found, Mapping) or "value" not in found:
                continue
            mine, theirs = _visited(column, field, found["value"]), _written(column, field, written)
            if mine is not None and theirs is not None and mine != theirs:
                told.append(("visit_says", one.row.kind.words.get(column, column), mine))
    return told


def _visited(column: str, field: str, value: Any) -> str | None:
    """What a visit found, in words."""
    if field == "person.living":
        return tags.label(tags.LIVING, value)
    if field == "hardship.cannot":
        return _CAN[column not in value] if isinstance(value, list) else None
    words = {"person.self_care": _SELF_CARE_SAID, "person.school_state": _SCHOOL_SAID, "hardship.wish": WORDS["wish"]}
    return words[field].get(value)


def _written(column: str, field: str, value: Any) -> str | None:
    """What the ledger says, in the same words; None where it says nothing of the kind."""
    if field == "person.living":
        code = tags.living_code(value)
        return tags.LIVING.get(code or "")
    if field == "hardship.cannot":
        return _CAN.get(value)
    if field == "hardship.wish":
        return WORDS["wish"].get(value)
    codes, said = (_SELF_CARE, _SELF_CARE_SAID) if field == "person.self_care" else (_SCHOOL, _SCHOOL_SAID)
    return next((said[code] for word, code in codes.items() if word in value), None)


def packed(values: Mapping[str, Any]) -> str:
    """The values of a row as one text, to see whether another row says the same."""
    return text_of(dates_as_text(values))


def text_of(values: Mapping[str, Any]) -> str:
    """The same, of values as they are kept."""
    said = {name: value for name, value in values.items() if value is not None and name != "serial"}
    return json.dumps(said, ensure_ascii=False, sort_keys=True, default=tell)
