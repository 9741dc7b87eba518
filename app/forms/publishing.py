"""What a form must be before it goes out to every phone: told as sentences, each at its place in the document.

Beyond the shape (`schemas`): conditions of the agreed CEL subset, codes that nothing else bears, answers that exist,
and what the law asks: nothing forced, no child's face (国办函〔2026〕12号, 未成年人保护法).
"""

import re
from collections import Counter
from collections.abc import Iterator

from app.errors import Detail
from app.forms import expressions
from app.forms.expressions import ExpressionError, Known
from app.forms.ledger_schemas import OF_HOME
from app.forms.schemas import LEDGER_FIELDS, FormDocument, IssueRule, Question, Section

MOST_REQUIRED = 10
CHOICES_SHOWN = 12
_ALSO_FILLS = {("choice", "text"), ("text", "phone"), ("phone", "text")}
_FORCED = re.compile(r"打卡|签到|自拍|合影|刷脸|人脸|必须拍|一定要拍")
_FACE = re.compile(r"正脸|露脸|拍脸|孩子的照片|拍孩子(?!的脸)|本人照片|合照|全身")
_NEVER_FACE = re.compile(r"(不要|别|不能|不)拍孩子的脸")
_ABOUT_CHILD = re.compile(r"['\"]child_|orphan|person\.age\s*<")
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def problems(form: FormDocument) -> list[Detail]:
    """Everything that keeps this version from being published; empty when it may go out."""
    found = list(_codes(form))
    for s, section in enumerate(form.sections):
        at = f"sections.{s}"
        found += _section(section, at)
        earlier: list[Question] = []
        for q, question in enumerate(section.questions):
            found += _question(section, question, earlier, f"{at}.questions.{q}")
            earlier.append(question)
    return found


def _codes(form: FormDocument) -> Iterator[Detail]:
    sections = Counter(section.code for section in form.sections)
    questions = Counter(question.code for section in form.sections for question in section.questions)
    for s, section in enumerate(form.sections):
        if sections[section.code] > 1:
            yield Detail(f"sections.{s}.code", "code_twice", f"有两个部分都叫“{section.code}”。")
        for q, question in enumerate(section.questions):
            at = f"sections.{s}.questions.{q}.code"
            if questions[question.code] > 1:
                yield Detail(at, "code_twice", f"有两个问题都叫“{question.code}”，照片会分不清。")
            if question.code in expressions.RESERVED:
                yield Detail(at, "code_reserved", f"“{question.code}”不能当问题的代码。")


def _section(section: Section, at: str) -> Iterator[Detail]:
    if section.filter:
        yield from _condition(section.filter, Known.of(person=section.about == "person"), f"{at}.filter")
    required = sum(question.required for question in section.questions)
    if required > MOST_REQUIRED:
        yield Detail(at, "too_many_required", f"“{section.title}”必填的有 {required} 项，最多 {MOST_REQUIRED} 项。")
    if section.about == "person" and _ABOUT_CHILD.search(section.filter or "") and not section.never_face:
        yield Detail(f"{at}.never_face", "child_face", f"“{section.title}”是问孩子的，要写明不拍孩子的脸。")
    if section.never_face and not _NEVER_FACE.search(section.notice.title if section.notice else ""):
        yield Detail(f"{at}.notice", "child_face", f"“{section.title}”开头要提醒：别拍孩子的脸。")
    for code in section.summary.ask if section.summary else ():
        if section.question(code) is None:
            yield Detail(f"{at}.summary", "unknown_question", f"上次情况里的“{code}”不是这一部分的问题。")


def _question(section: Section, question: Question, earlier: list[Question], at: str) -> Iterator[Detail]:
    yield from _options(question, at)
    yield from _photo(section, question, at)
    before = {q.code: q.type for q in earlier}
    if question.visible_when:
        # Only earlier questions: so that no two can hide each other.
        seen = Known.of(person=section.about == "person", answers=before)
        yield from _condition(question.visible_when, seen, f"{at}.visible_when")
    everything = Known.of(person=section.about == "person", answers=section.types())
    if question.constraint:
        yield from _condition(question.constraint, everything, f"{at}.constraint")
        if not question.message:
            yield Detail(f"{at}.message", "message_missing", f"“{question.label}”有检查，要写一句话告诉人怎么改。")
    if question.under and question.under not in before:
        yield Detail(f"{at}.under", "unknown_question", f"“{question.under}”要是前面的一个问题。")
    if question.fills and question.fills not in LEDGER_FIELDS:
        yield Detail(f"{at}.fills", "unknown_field", f"台账里没有“{question.fills}”这一项。")
    kept_as = LEDGER_FIELDS.get(question.fills or "", question.type)
    if question.type != kept_as and (question.type, kept_as) not in _ALSO_FILLS:
        yield Detail(f"{at}.fills", "wrong_type", f"“{question.label}”的答案不能填到“{question.fills}”里。")
    if question.fills and (section.about == "household") is not question.fills.startswith(OF_HOME):
        asked, kept = ("一户", "人") if section.about == "household" else ("一个人", "一户")
        yield Detail(f"{at}.fills", "unknown_field", f"“{question.label}”问的是{asked}，不能填到{kept}的台账里。")
    if question.opens_issue:
        yield from _issue(section, question, question.opens_issue, everything, at)


def _issue(section: Section, question: Question, rule: IssueRule, names: Known, at: str) -> Iterator[Detail]:
    codes = {"yes", "no"} if question.type == "yesno" else {option.code for option in question.options}
    if rule.when not in codes:
        yield from _condition(rule.when, names, f"{at}.opens_issue.when")
    for code in _PLACEHOLDER.findall(rule.text):
        if section.question(code) is None:
            yield Detail(f"{at}.opens_issue.text", "unknown_question", f"“{code}”不是这一部分的问题。")


def _options(question: Question, at: str) -> Iterator[Detail]:
    codes = [option.code for option in question.options]
    if question.type in ("choice", "choices"):
        if not 2 <= len(codes) <= CHOICES_SHOWN:
            yield Detail(f"{at}.options", "options", f"“{question.label}”要有 2 到 {CHOICES_SHOWN} 个选项。")
    elif question.type == "yesno":
        if codes and sorted(codes) != ["no", "yes"]:
            yield Detail(f"{at}.options", "options", f"“{question.label}”的选项只能是 yes 和 no。")
    elif codes:
        yield Detail(f"{at}.options", "options", f"“{question.label}”不是选择题，不能有选项。")
    for code, count in Counter(codes).items():
        if count > 1:
            yield Detail(f"{at}.options", "code_twice", f"“{question.label}”有两个选项都叫“{code}”。")


def _photo(section: Section, question: Question, at: str) -> Iterator[Detail]:
    words = "".join(filter(None, (question.label, question.hint, question.photo_why)))
    if found := _FORCED.search(words):
        yield Detail(at, "forced", f"不能出现“{found[0]}”：不打卡、不签到、不强制拍照。")
    if question.type == "photo" and (question.required or question.photo == "none"):
        yield Detail(f"{at}.required", "forced", f"“{question.label}”是照片，照片总是可以不拍。")
    if question.photo == "none":
        return
    if not question.photo_why:
        yield Detail(f"{at}.photo_why", "photo_why", f"“{question.label}”要写一句为什么拍照。")
    if not section.never_face:
        return
    if question.photo == "asked":
        yield Detail(f"{at}.photo", "child_face", f"“{question.label}”是问孩子的，照片只能是可以不拍。")
    if question.photo_why and not _NEVER_FACE.search(question.photo_why):
        yield Detail(f"{at}.photo_why", "child_face", f"“{question.label}”的拍照说明里要写：不要拍孩子的脸。")
    if found := _FACE.search(words):
        yield Detail(at, "child_face", f"问孩子的部分不能出现“{found[0]}”。")


def _condition(source: str, names: Known, at: str) -> Iterator[Detail]:
    try:
        expressions.check(source, names)
    except ExpressionError as error:
        yield Detail(at, "condition", str(error))
