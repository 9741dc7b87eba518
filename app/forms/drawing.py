"""A version as the office looks at it: drawn as the phone asks it, each question with why, when and where it goes."""

import re
from dataclasses import dataclass, field

from app.forms.rules import options_of
from app.forms.schemas import FormDocument, IssueRule, Question, Section
from app.forms.telling import condition_words, quoted
from app.forms.words import ledger_words, question_words

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


@dataclass(frozen=True)
class OptionView:
    """One answer to choose; `tone` is bad, na or nothing."""

    label: str
    tone: str


@dataclass(frozen=True)
class FactView:
    """Something to know about a question: 什么时候问 / “吃”选了“不达标”."""

    name: str
    text: str


@dataclass(frozen=True)
class QuestionView:
    """A question as asked, and what stands behind it; `kind` is options, area, line, date or photo."""

    code: str
    heading: str
    label: str
    how: str
    hint: str
    kind: str
    options: list[OptionView]
    facts: list[FactView]


@dataclass(frozen=True)
class SectionView:
    """A part of the visit and whom it asks."""

    code: str
    title: str
    who: str
    hint: str
    notice_title: str
    notice_text: str
    summary: str
    questions: list[QuestionView]


@dataclass(frozen=True)
class DrawnForm:
    """A whole version."""

    code: str = ""
    version: int = 0
    title: str = ""
    sections: list[SectionView] = field(default_factory=list)


def draw(form: FormDocument) -> DrawnForm:
    """A version as the office looks at it."""
    return DrawnForm(form.code, form.version, form.title, [_section(section) for section in form.sections])


def who_words(section: Section) -> str:
    """Whom a section asks: 问每个人：满 60 岁，或者有“留守老人”标签."""
    person = section.about == "person"
    if not section.filter:
        return "家里每个人都问" if person else "每一户都问"
    return ("问这样的人：" if person else "问这样的户：") + condition_words(section.filter, section)


def _section(section: Section) -> SectionView:
    notice = section.notice
    labels = [question.label for code in (section.summary.ask if section.summary else ()) if (
        question := section.question(code))]  # fmt: skip
    return SectionView(
        code=section.code, title=section.title, who=who_words(section), hint=section.hint or "",
        notice_title=notice.title if notice else "", notice_text=notice.text if notice else "",
        summary=f"开头先说上次的：{'、'.join(labels)}" if labels else "",
        questions=_questions(section),
    )  # fmt: skip


def _questions(section: Section) -> list[QuestionView]:
    drawn, above = [], None
    for question in section.questions:
        heading = question.group or "" if question.group != above else ""
        above = question.group
        drawn.append(_question(section, question, heading))
    return drawn


_KINDS = {"text": "area", "date": "date", "photo": "photo", "phone": "line", "integer": "line", "decimal": "line"}


def _question(section: Section, question: Question, heading: str) -> QuestionView:
    options = [OptionView(one.label, one.tone if one.tone in ("bad", "na") else "") for one in options_of(question)]
    if question.type == "person":
        options = [OptionView("家里的人", "")]
    return QuestionView(
        code=question.code, heading=heading, label=question.label, how=question_words(question),
        hint=question.hint or "", kind="options" if options else _KINDS[question.type], options=options,
        facts=[FactView(name, text) for name, text in _facts(section, question)],
    )  # fmt: skip


def _facts(section: Section, question: Question) -> list[tuple[str, str]]:
    found: list[tuple[str, str | None]] = [
        ("什么时候问", condition_words(question.visible_when, section) if question.visible_when else None),
        ("照片", photo_words(question)),
        ("检查", _check(section, question)),
        ("填到台账", ledger_words(question.fills) if question.fills else None),
        ("记成困难", _issue(section, question, question.opens_issue) if question.opens_issue else None),
        ("上次的答案", None if question.carry else "不带出来，每次重新问"),
        ("依据", question.basis),
    ]
    return [(name, text) for name, text in found if text]


def photo_words(question: Question) -> str | None:
    """Whether a photo is asked for, why, and that it may be left out."""
    if question.photo == "none":
        return None
    said = "请拍一张，不拍也能保存。" if question.photo == "asked" else "可以拍，也可以不拍。"
    return said + (question.photo_why or "")


def _check(section: Section, question: Question) -> str | None:
    if not question.constraint:
        return None
    told = f"要{condition_words(question.constraint, section)}。"
    return told + (f"不对时说：{question.message}" if question.message else "")


def _issue(section: Section, question: Question, rule: IssueRule) -> str:
    option = next((one for one in options_of(question) if one.code == rule.when), None)
    when = f"选了{quoted(option.label)}" if option else condition_words(rule.when, section)

    def blank(match: re.Match[str]) -> str:
        named = section.question(match[1])
        return f"〔{named.label if named else match[1]}〕"

    return f"{when}，就记一条{'急事' if rule.urgent else ''}：{_PLACEHOLDER.sub(blank, rule.text)}"
