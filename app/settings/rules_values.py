"""What kinds of policy values there are, how they are said in words, and how they are read from a form. Pure."""

import json
import re
from collections.abc import Mapping
from typing import Any

YES_NO, MONEY, SHARE, WHOLE, DECIMAL, WORDS, LIST, MAP, OTHER = (
    "yesno", "money", "share", "whole", "decimal", "words", "list", "map", "other",
)  # fmt: skip
LARGEST = 1_000_000_000
_NUMBER = re.compile(r"\d{1,9}(\.\d{1,4})?")

TOPICS: dict[str, str] = {
    "dibao": "低保", "hardship": "特困", "care": "特困照料", "old": "高龄津贴", "disability": "残疾人", "child": "孩子",
    "guardianship": "孩子的监护", "child_case": "强制报告", "elder": "老人", "contact": "联系人", "agreement": "协议",
    "pairing": "结对", "measure": "帮扶措施", "watch": "防返贫监测", "lowincome": "低收入人口",
    "sampling": "抽查",
    "visit_days": "多久看一次", "visit": "走访", "age": "年龄", "aid": "临时救助", "petty": "备用金", "pay": "发放",
    "petition": "信访", "rules": "比对规则", "other": "其他",
}  # fmt: skip
"""The part of a key before its dot, in words; in the order of the page."""


NAMES: dict[str, str] = {
    "able": "全自理", "partly": "半失能", "unable": "失能", "institution": "机构", "home": "散居", "dibao": "低保",
    "tekun": "特困", "old_allowance": "高龄津贴", "disability_living": "残疾人生活补贴",
    "disability_care": "残疾人护理补贴", **{str(n): f"{words}级" for n, words in enumerate("一二三四", start=1)},
}  # fmt: skip
"""The parts of maps, in words."""


def topic_of(key: str) -> str:
    """`dibao.month_fen` → `dibao`; `other` for what has no words yet."""
    found = key.partition(".")[0]
    return found if found in TOPICS else "other"


def kind_of(key: str, value: Any) -> str:
    """How a value is shown and edited. Money (`…_fen`) is said in yuan, a share (`…_share`) in percent."""
    if isinstance(value, bool):
        return YES_NO
    if isinstance(value, int):
        return MONEY if key.endswith("_fen") else WHOLE
    if isinstance(value, float):
        return SHARE if key.endswith(("_share", ".share")) else DECIMAL
    if isinstance(value, str):
        return WORDS
    if isinstance(value, list):
        return LIST if all(isinstance(one, int | str) for one in value) else OTHER
    if isinstance(value, dict) and value and all(isinstance(one, int | float | str) for one in value.values()):
        return MAP
    return OTHER


def _yuan(fen: int) -> str:
    return f"{fen / 100:.2f}".removesuffix(".00")


def field_text(key: str, value: Any) -> str:
    """A value as its field holds it, to be changed."""
    match kind_of(key, value):
        case "yesno":
            return "yes" if value else "no"
        case "money":
            return _yuan(value)
        case "share":
            return f"{value * 100:g}"
        case "decimal":
            return f"{value:g}"
        case "list":
            return "、".join(str(one) for one in value)
        case "map" | "other":
            return json.dumps(value, ensure_ascii=False)
    return str(value)


def told(key: str, value: Any) -> str:
    """A value in words."""
    match kind_of(key, value):
        case "yesno":
            return "是" if value else "否"
        case "money":
            return f"{_yuan(value)} 元"
        case "share":
            return f"{value * 100:g}%"
        case "list":
            return "、".join(str(one) for one in value) or "没有"
        case "map":
            return "；".join(f"{NAMES.get(name, name)} {told(key, one)}" for name, one in value.items())
    return field_text(key, value)


def _number(text: str, what: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{what}要填数。")
    return float(text)


def _whole(text: str, *, may_be_nothing: bool) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise ValueError("要填整数。")
    found = int(text)
    if found == 0 and not may_be_nothing:
        raise ValueError("不能填 0。")
    return found


def read(key: str, known: Any, given: Mapping[str, str], *, may_be_nothing: bool = False) -> Any:
    """The value that a form gives: of the kind that is known for the key.

    Args:
        given: `value`, or of a map one entry for each of its names.
        may_be_nothing: whether 0 means something here.

    Raises:
        ValueError: with a sentence.
    """
    kind, text = kind_of(key, known), given.get("value", "").strip()
    match kind:
        case "yesno":
            if text not in {"yes", "no"}:
                raise ValueError("选是或否。")
            return text == "yes"
        case "whole":
            return _whole(text, may_be_nothing=may_be_nothing)
        case "money":
            return round(_number(text.removesuffix("元").strip(), "金额") * 100)
        case "share":
            found = _number(text.removesuffix("%").strip(), "比例")
            if found > 100:
                raise ValueError("比例最多 100%。")
            return round(found / 100, 6)
        case "decimal":
            return _number(text, "这一项")
        case "words":
            if not text:
                raise ValueError("不能空着。")
            return text[:200]
        case "list":
            return _list(known, text)
        case "map":
            return {
                name: read(key, one, {"value": given.get(name, "")}, may_be_nothing=True)
                for name, one in known.items()
            }
    return _other(known, text)


def _list(known: list[Any], text: str) -> list[Any]:
    parts = [part.strip() for part in re.split(r"[、，,;；\s]+", text) if part.strip()]
    numbers = all(isinstance(one, int) for one in known) if known else all(part.isdigit() for part in parts)
    if numbers:
        return [_whole(part, may_be_nothing=True) for part in parts]
    return [part[:64] for part in parts]


def _other(known: Any, text: str) -> Any:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise ValueError("这一项的写法不对，请照原来的样子改。") from error
    if type(found) is not type(known):
        raise ValueError("这一项的写法不对，请照原来的样子改。")
    return found
