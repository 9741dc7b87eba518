"""What a version costs the cadre who carries it, and what it changes against the one in use."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.forms.drawing import who_words
from app.forms.rules import options_of
from app.forms.schemas import FormDocument, IssueRule, Question, Section
from app.forms.telling import condition_words, quoted
from app.forms.words import PHOTOS, TYPES, ledger_words, modes_words

MOST_TAPS = 8
"""An ordinary visit is at most so many taps (design §7)."""
CHANGES_SHOWN = 50


@dataclass(frozen=True)
class Cost:
    """What is asked of the cadre, a home with one person for each section taken as the measure."""

    taps: int
    required: int
    sometimes: int
    optional: int
    asked_photos: int
    optional_photos: int


@dataclass(frozen=True)
class CostView:
    """One figure: what it counts, and what it was."""

    number: str
    name: str
    before: str
    heavy: bool


@dataclass(frozen=True)
class Burden:
    """The cost in words."""

    figures: list[CostView] = field(default_factory=list)
    line: str = ""
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ChangeView:
    """One difference: 改了说法 / 老人近况，“药够吃吗” / before / now."""

    key: str
    kind: str
    where: str
    before: str
    now: str


def cost(form: FormDocument) -> Cost:
    """Taps of a visit where nothing changed (开始, 见到谁, each section's 无变化, 保存), questions and photos."""
    every = [question for section in form.sections for question in section.questions]
    required = [question for question in every if question.required]
    return Cost(
        taps=3 + len(form.sections),
        required=sum(not question.visible_when for question in required),
        sometimes=sum(bool(question.visible_when) for question in every),
        optional=sum(not q.required and not q.visible_when and q.type != "photo" for q in every),
        asked_photos=sum(question.photo == "asked" for question in every),
        optional_photos=sum(question.photo == "optional" for question in every),
    )


def burden(form: FormDocument, before: FormDocument | None = None) -> Burden:
    """The cost of a version, beside that of the version in use."""
    now, then = cost(form), cost(before) if before else None

    def figure(name: str, words: str, *, guarded: bool = False) -> CostView:
        number, was = getattr(now, name), getattr(then, name) if then else None
        told = "" if was is None or was == number else f"原来 {was}"
        heavy = guarded and was is not None and number > was
        return CostView(str(number), words, told, heavy or (name == "taps" and number > MOST_TAPS))

    return Burden(
        figures=[
            figure("taps", "下，没变化时最多", guarded=True),
            figure("required", "题必答", guarded=True),
            figure("optional", "题选答"),
            figure("sometimes", "题看情况才问"),
            figure("asked_photos", "处请拍照", guarded=True),
        ],
        line=f"没变化时：开始、见到谁、{len(form.sections)} 个部分各点一下无变化、保存。{_photos(now)}"
        "按家里每个部分问到一个人算。",
        warnings=_warnings(now, then),
    )


def _photos(now: Cost) -> str:
    if not now.asked_photos + now.optional_photos:
        return "不拍照片。"
    asked = f"请拍 {now.asked_photos} 处，" if now.asked_photos else ""
    return f"照片{asked}可以拍 {now.optional_photos} 处，都能不拍。"


def _warnings(now: Cost, then: Cost | None) -> list[str]:
    found = []
    if now.taps > MOST_TAPS:
        found.append(f"没变化也要点 {now.taps} 下，超过 {MOST_TAPS} 下。把几个部分合成一个，村里才走得动。")
    if then and now.required > then.required:
        found.append(f"比现在用的多 {now.required - then.required} 题必答。每一题都要走进门去问，想一想能不能不问。")
    if then and now.asked_photos > then.asked_photos:
        found.append(f"比现在用的多 {now.asked_photos - then.asked_photos} 处请拍照。文字说得清的，就不请拍。")
    return found


def changes(before: FormDocument, now: FormDocument) -> list[ChangeView]:
    """Everything that differs, what is new and gone first."""
    found = sorted(_changes(before, now), key=lambda one: _ORDER.index(one[0]))
    if not found and before.body() | {"version": 0} != now.body() | {"version": 0}:
        found = [("改了", "写法", "", "问的和填的都没变")]
    return [ChangeView(str(at), *one) for at, one in enumerate(found)]


_ORDER = ("新加的部分", "去掉的部分", "新加的题", "去掉的题", "改了说法", "改了")
_Change = tuple[str, str, str, str]


def _changes(before: FormDocument, now: FormDocument) -> Iterator[_Change]:
    yield from _differ("", "这张表的名字", before.title, now.title, worded=True)
    yield from _differ("", "联系方式", modes_words(before), modes_words(now))
    old, new = ({section.code: section for section in form.sections} for form in (before, now))
    for code, section in new.items():
        if code not in old:
            yield "新加的部分", section.title, "", f"{len(section.questions)} 题，{who_words(section)}"
    for code, section in old.items():
        if code not in new:
            yield "去掉的部分", section.title, f"{len(section.questions)} 题，以前的回答都还在", ""
        else:
            yield from _section(section, new[code])
    if _kept(old, new) != _kept(new, old):
        yield "改了", "部分的先后", _titles(old), _titles(new)


def _kept(one: dict, other: dict) -> list[str]:
    return [code for code in one if code in other]


def _titles(sections: dict[str, Section]) -> str:
    return "、".join(section.title for section in sections.values())


def _section(before: Section, now: Section) -> Iterator[_Change]:
    where = now.title
    yield from _differ(where, "标题", before.title, now.title, worded=True)
    yield from _differ(where, "提示", before.hint or "", now.hint or "", worded=True)
    yield from _differ(where, "开头的提醒", _notice(before), _notice(now), worded=True)
    yield from _differ(where, "问谁", who_words(before), who_words(now))
    yield from _differ(where, "不拍孩子的脸", _yes(before.never_face), _yes(now.never_face))
    if before.summary != now.summary:
        yield from _differ(where, "上次情况怎么说", _summary(before), _summary(now))
    old, new = ({question.code: question for question in section.questions} for section in (before, now))
    for code, question in new.items():
        if code not in old:
            yield "新加的题", _at(where, question), "", TYPES[question.type] + ("，必答" if question.required else "")
    for code, question in old.items():
        if code not in new:
            yield "去掉的题", _at(before.title, question), "以前的回答都还在", ""
        else:
            yield from _question(before, question, now, new[code])
    if _kept(old, new) != _kept(new, old):
        yield "改了", f"{where}，题的先后", _labels(old), _labels(new)


def _labels(questions: dict[str, Question]) -> str:
    return "、".join(question.label for question in questions.values())


def _at(title: str, question: Question) -> str:
    return f"{title}，{quoted(question.label)}"


def _question(old: Section, before: Question, new: Section, now: Question) -> Iterator[_Change]:
    where = _at(new.title, now)
    for name, was, is_now in _worded(before, now):
        yield from _differ(where, name, was, is_now, worded=True)
    if before.under != now.under:
        yield from _differ(where, "跟在哪一题下面", _above(old, before), _above(new, now))
    told_now = _told(now)
    for name, was in _told(before).items():
        yield from _differ(where, name, was, told_now[name])
    for name, source_before, source_now in _conditions(before, now):
        # By what is written: another question's new words would seem to change every condition that names it.
        if source_before != source_now:
            both = ((source_before, old), (source_now, new))
            told = [condition_words(source, section) if source else "没有" for source, section in both]
            told = told if told[0] != told[1] else [source_before or "", source_now or ""]
            yield "改了", f"{where}，{name}", told[0], told[1]


def _worded(before: Question, now: Question) -> Iterator[tuple[str, str, str]]:
    yield "问法", before.label, now.label
    for name in ("hint", "group", "message", "photo_why"):
        yield _WORDED[name], getattr(before, name) or "", getattr(now, name) or ""
    yield "选项", _options(before), _options(now)
    yield "小结里怎么说", _sayings(before), _sayings(now)


_WORDED = {"hint": "提示", "group": "小标题", "message": "检查没过时说什么", "photo_why": "为什么拍"}


def _conditions(before: Question, now: Question) -> Iterator[tuple[str, str | None, str | None]]:
    yield "什么时候问", before.visible_when, now.visible_when
    yield "检查", before.constraint, now.constraint
    issues = [one.opens_issue.when if one.opens_issue else None for one in (before, now)]
    codes = {option.code for one in (before, now) for option in options_of(one)}
    if not codes.intersection(filter(None, issues)):
        yield "什么时候记成困难", issues[0], issues[1]


def _told(question: Question) -> dict[str, str]:
    length = question.max_length
    return {
        "种类": TYPES[question.type],
        "必答": _yes(question.required),
        "照片": PHOTOS[question.photo],
        "填到台账": ledger_words(question.fills) if question.fills else "",
        "依据": question.basis or "",
        "记成困难": _issue(question, question.opens_issue) if question.opens_issue else "",
        "带出上次的答案": _yes(question.carry),
        "最多几个字": str(length) if length else "",
        "选项的代码和好坏": "、".join(f"{one.code}{one.tone or ''}" for one in options_of(question)),
    }


def _issue(question: Question, rule: IssueRule) -> str:
    option = next((one.label for one in options_of(question) if one.code == rule.when), None)
    when = f"选了{quoted(option)}：" if option else ""
    return f"{when}{rule.text}{'（急）' if rule.urgent else ''}{rule.programme or ''}"


def _above(section: Section, question: Question) -> str:
    above = section.question(question.under) if question.under else None
    return quoted(above.label) if above else ""


def _notice(section: Section) -> str:
    return f"{section.notice.title}：{section.notice.text}" if section.notice else ""


def _summary(section: Section) -> str:
    rule = section.summary
    if rule is None:
        return ""
    asked = [question.label for code in rule.ask if (question := section.question(code))]
    return f"{'、'.join(asked)}；都好时说{quoted(rule.all_ok or '')}；最多 {rule.at_most} 样"


def _options(question: Question) -> str:
    return "、".join(option.label for option in question.options)


def _sayings(question: Question) -> str:
    said = [option.said for option in question.options if option.said]
    return "、".join([*said, *([question.said] if question.said else [])])


def _yes(value: bool) -> str:
    return "是" if value else "不是"


def _differ(where: str, name: str, before: str, now: str, *, worded: bool = False) -> Iterator[_Change]:
    if before != now:
        kind = "改了说法" if worded else "改了"
        yield kind, f"{where}，{name}" if where else name, before or "没有", now or "没有"
