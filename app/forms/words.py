"""The Chinese words of a form document: keys, types, ledger fields, and a place in it as a person says it."""

from collections.abc import Mapping
from typing import Any

from app.forms.ledger_schemas import FIELDS
from app.forms.schemas import FormDocument, Question
from app.forms.telling import quoted

KEYS: dict[str, str] = {
    "code": "代码",
    "version": "版本",
    "title": "标题",
    "modes": "联系方式",
    "sections": "部分",
    "about": "问一户还是每个人",
    "filter": "问谁",
    "hint": "提示",
    "notice": "开头的提醒",
    "text": "说的话",
    "never_face": "不拍孩子的脸",
    "questions": "问题",
    "summary": "上次情况",
    "ask": "说哪几题",
    "all_ok": "都好时怎么说",
    "at_most": "最多说几样",
    "label": "问法",
    "type": "种类",
    "options": "选项",
    "said": "小结里怎么说",
    "tone": "好还是不好",
    "required": "必答",
    "visible_when": "什么时候问",
    "constraint": "检查",
    "message": "检查没过时说什么",
    "photo": "照片",
    "photo_why": "为什么拍",
    "fills": "填到台账",
    "basis": "依据",
    "opens_issue": "记成困难",
    "when": "什么时候记",
    "programme": "归哪一块",
    "urgent": "急不急",
    "under": "跟在哪一题下面",
    "group": "小标题",
    "carry": "带出上次的答案",
    "max_length": "最多几个字",
}
"""Every key that a document may hold."""

TYPES: dict[str, str] = {
    "choice": "选一个",
    "choices": "可以选几个",
    "text": "写几个字",
    "phone": "写电话",
    "integer": "填整数",
    "decimal": "填数字",
    "date": "选日期",
    "yesno": "是或不是",
    "person": "选家里一个人",
    "photo": "照片",
}
MODES: dict[str, str] = {
    "home": "上门",
    "phone": "电话",
    "video": "视频",
    "wechat": "微信",
    "neighbour": "问邻居",
}
PHOTOS: dict[str, str] = {"none": "不拍", "optional": "可以拍", "asked": "请拍"}

_CONTACTS = {"emergency": "紧急联系人", "village": "村里联系人", "carer": "照看的人"}
_SUBJECTS = {
    "household": "一户", "pairing": "帮扶", "elder": "老人", "child": "孩子", "hardship": "特困", "disability": "残疾",
}  # fmt: skip


def ledger_words(field: str) -> str:
    """A ledger field as people call it (一户的“住房”)."""
    subject, _, rest = field.partition(".")
    if field not in FIELDS:
        return field
    if subject == "contact":
        return f"{_CONTACTS[rest.partition('.')[0]]}的{quoted(FIELDS[field][1])}"
    return f"{_SUBJECTS.get(subject, '这个人')}的{quoted(FIELDS[field][1])}"


def modes_words(form: FormDocument) -> str:
    """What kind of contact a form is for (上门、问邻居)."""
    return "、".join(MODES[mode] for mode in form.modes)


def question_words(question: Question) -> str:
    """How a question is answered (选一个，必答)."""
    return TYPES[question.type] + ("，必答" if question.required else "")


_COUNTED = {"sections": "部分", "questions": "题", "options": "个选项"}


def place(document: Mapping[str, Any], path: str) -> str:
    """A place in a document as a person finds it: 第 2 部分“老人近况”，第 1 题“自己能照顾自己吗”，选项."""
    words: list[str] = []
    at: Any = document
    counted = ""
    for step in path.split(".") if path else []:
        if step.isascii() and step.isdigit() and isinstance(at, list | tuple):
            number = int(step)
            at = at[number] if number < len(at) else None
            words[-1:] = [f"第 {number + 1} {_COUNTED.get(counted, '项')}{_named(at)}"]
            continue
        at = at.get(step) if isinstance(at, Mapping) else None
        words.append(KEYS.get(step, quoted(step)))
        counted = step
    return "，".join(words) or "整张表"


def _named(item: Any) -> str:
    names = [item.get(key) for key in ("title", "label", "code")] if isinstance(item, Mapping) else []
    name = next((name for name in names if isinstance(name, str) and name), "")
    return quoted(name[:24]) if name else ""
