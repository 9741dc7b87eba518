"""A form's rules on the server: what a visit's answers leave to ask, what they fill, what they open, in a few words.

Pure: no session, no clock. Nothing here refuses a visit; what is missing or strange becomes a question to its author.
`assets/offline/rules.js` says the same on the phone; `tests/forms/test_both_engines.py` proves that they agree.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from app.forms.expressions import Conditions
from app.forms.schemas import LEDGER_FIELDS, FormDocument, Option, Question, Section

Row = Mapping[str, Any]

CHINA = timezone(timedelta(hours=8))
MAX_INTEGER = 2**53 - 1
MAX_DECIMAL = 1e9
MAX_TEXT = 500
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_YESNO = (Option(code="yes", label="是"), Option(code="no", label="不是"))

SENTENCES = {
    "required": "这一项还没填。",
    "unknown_option": "这个选项这张表里没有，请重新选。",
    "too_long": "写得太长了，请短一些。",
    "date_far": "日期离得太远，请看一下年份。",
    "constraint": "这一项好像不对，请看一下。",
    "integer": "这里要填整数。",
    "decimal": "这里要填数字。",
    "date": "日期没有写对，请重新选。",
    "other": "这一项没有读懂，请重新填。",
}


class ReviewQuestion(NamedTuple):
    """Something to ask the author of a visit; never a reason to refuse it."""

    code: str
    path: str
    message: str


class Fill(NamedTuple):
    """A ledger field that an answer updates: `subject` is "household" or "person", `field` as in the form."""

    subject: str
    subject_id: str
    field: str
    value: Any
    question: str


class FoundIssue(NamedTuple):
    """A trouble that an answer opens."""

    text: str
    programme: str | None
    urgent: bool
    section: str
    question: str
    person_id: str | None


@dataclass(frozen=True)
class Place:
    """One section of a visit about one subject, judged; `state` is empty, unchanged or changed."""

    section: Section
    person: Row | None
    answers: Row
    values: Row
    state: str
    shown: tuple[Question, ...] = ()
    broken: frozenset[str] = frozenset()
    opens: frozenset[str] = frozenset()

    @property
    def key(self) -> tuple[str, str | None]:
        """Section and person (None: the household)."""
        return self.section.code, self.person["id"] if self.person else None

    @property
    def path(self) -> str:
        """Where its answers stand in the visit."""
        return f"answers.{self.section.code}" + (f".{self.person['id']}" if self.person else "")


def china_day(moment: datetime) -> str:
    """The day in China of a moment."""
    return moment.astimezone(CHINA).date().isoformat()


def real_date(value: object) -> date | None:
    """The date that a text 'YYYY-MM-DD' names, or None."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def age_on(born: object, on: str) -> int | None:
    """Full years from a birthday to a day."""
    then = born if isinstance(born, date) else real_date(born)
    day = real_date(on)
    if then is None or day is None or then > day:
        return None
    return day.year - then.year - ((day.month, day.day) < (then.month, then.day))


def blank(value: object) -> bool:
    """Whether nothing was given at all, as against something unreadable."""
    return value is None or value == "" or value == []


def cel_value(question: Question, value: Any) -> Any:
    """An answer as CEL sees it; None where it is not given or has the wrong shape."""
    return _READ.get(question.type, _text)(value)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _integer(value: Any) -> int | None:
    return int(value) if _is_number(value) and abs(value) <= MAX_INTEGER and value == int(value) else None


def _decimal(value: Any) -> float | None:
    return float(value) if _is_number(value) and abs(value) <= MAX_DECIMAL else None


def _chosen_codes(value: Any) -> list[str] | None:
    return value if isinstance(value, list) and value and all(isinstance(v, str) for v in value) else None


_READ: dict[str, Callable[[Any], Any]] = {
    "integer": _integer,
    "decimal": _decimal,
    "yesno": lambda value: value if isinstance(value, bool) else None,
    "date": lambda value: value if real_date(value) else None,
    "choices": _chosen_codes,
    "photo": lambda _value: None,
}
"""How an answer is read, by the type of its question; all others are text."""


def _texts(value: object) -> list[str]:
    return [v for v in value if isinstance(v, str)] if isinstance(value, list | tuple) else []


def person_facts(person: Row, on: str) -> dict[str, Any]:
    """What CEL may know of a person, as of a day. Takes a row as pulled (`born_on`, `tags` …)."""
    return {name: fact(person, on) for name, fact in _PERSON.items()}


_PERSON: dict[str, Callable[[Row, str], Any]] = {
    "name": lambda person, _on: _text(person.get("name")),
    "age": lambda person, on: age_on(person.get("born_on"), on),
    "sex": lambda person, _on: person.get("sex") if person.get("sex") in (1, 2) else None,
    "relation": lambda person, _on: _text(person.get("relation")),
    "tags": lambda person, _on: _texts(person.get("tags")),
    "living": lambda person, _on: _text(person.get("living")),
    "lives_alone": lambda person, _on: person.get("living") == "alone" or "elder_alone" in _texts(person.get("tags")),
    "away": lambda person, _on: _text(person.get("works_away")) is not None or person.get("living") == "away",
    "health": lambda person, _on: _text(person.get("health")),
    "is_head": lambda person, _on: person.get("is_head") is True,
}


def household_facts(household: Row, people: Sequence[Row]) -> dict[str, Any]:
    """What CEL may know of a household: its tags are its own and those of its people."""
    tags = set(_texts(household.get("tags"))).union(*(_texts(person.get("tags")) for person in people))
    known = {key: _text(household.get(key)) for key in ("code", "division", "attribute", "group")}
    return {**known, "tags": sorted(tags), "size": len(people)}


def options_of(question: Question) -> tuple[Option, ...]:
    """The options to choose from; a yes-no question has two unless it names its own."""
    return question.options or (_YESNO if question.type == "yesno" else ())


def _chosen(question: Question, value: Any) -> list[Option]:
    codes = value if question.type == "choices" else [("yes" if value else "no") if question.type == "yesno" else value]
    return [option for option in options_of(question) if option.code in codes]


def answer_words(question: Question, raw: Any, people: Sequence[Row] = ()) -> str:
    """An answer in a few words (能自理), '' where there is none."""
    value = cel_value(question, raw)
    if value is None:
        return ""
    words = _plain(value)
    if question.type in ("choice", "choices", "yesno"):
        words = "、".join(option.said or option.label for option in _chosen(question, value))
    elif question.type == "person":
        words = next((str(person["name"]) for person in people if person["id"] == value), "")
    elif question.type == "date":
        words = f"{int(value[5:7])} 月 {int(value[8:10])} 日"
    return question.said.replace("{}", words) if words and question.said else words


def _plain(value: Any) -> str:
    """A value in plain digits, as the phone writes it: 3.0 is 3, a half in the seventh place is rounded up."""
    if not isinstance(value, float):
        return str(value)
    digits = str(Decimal(value).quantize(Decimal("0.000001"), ROUND_HALF_UP)).rstrip("0").rstrip(".")
    return "0" if digits == "-0" else digits


def summary(section: Section, answers: Row | None, people: Sequence[Row] = ()) -> str:
    """A section's answers in a few words (能自理，药够吃到月底); with `all_ok` only what is bad is told."""
    rule = section.summary
    if rule is None or not answers:
        return ""
    asked = [q for code in rule.ask if (q := section.question(code)) and cel_value(q, answers.get(code)) is not None]
    if not asked:
        return ""
    if rule.all_ok:
        bad = [q for q in asked if any(o.tone == "bad" for o in _chosen(q, cel_value(q, answers[q.code])))]
        said = [q.label + answer_words(q, answers[q.code], people) for q in bad] or [rule.all_ok]
    else:
        said = [answer_words(q, answers[q.code], people) for q in asked]
    return "，".join([words for words in said if words][: rule.at_most])


def is_unchanged(unchanged: Sequence[Any], code: str, person_id: str | None) -> bool:
    """Whether a visit says 「无变化」 of a section; a bare code means all its people."""
    for entry in unchanged or ():
        if entry == code:
            return True
        if not isinstance(entry, dict) or entry.get("section") != code:
            continue
        if entry.get("person_id") in (None, "", person_id):
            return True
    return False


def issue_condition(question: Question) -> str:
    """The condition under which an answer opens an issue: an option's code, or CEL."""
    assert question.opens_issue is not None
    when, code = question.opens_issue.when, question.code
    if when not in [option.code for option in options_of(question)]:
        return when
    if question.type == "choices":
        return f'has(answers.{code}) && "{when}" in answers.{code}'
    if question.type == "yesno":
        return f"answers.{code} == {'true' if when == 'yes' else 'false'}"
    return f'answers.{code} == "{when}"'


class SectionProgram:
    """One section's questions with all their conditions in one program."""

    def __init__(self, section: Section) -> None:
        self.section = section
        self._slots: dict[tuple[str, str], int] = {}
        self._read = {q.code: _READ.get(q.type, _text) for q in section.questions}
        self._nothing: dict[str, Any] = dict.fromkeys(self._read)
        sources: list[str] = []
        for q in section.questions:
            # A constraint is not asked of an answer that is not there: ordering null would break the whole list.
            for kind, source in (
                ("visible", q.visible_when),
                ("constraint", q.constraint and f"answers.{q.code} == null || ({q.constraint})"),
                ("issue", q.opens_issue and issue_condition(q)),
            ):
                if source:
                    self._slots[kind, q.code] = len(sources)
                    sources.append(source)
        self._conditions = Conditions(sources)
        self._visible = [(slot, code) for (kind, code), slot in self._slots.items() if kind == "visible"]
        self._shown = lru_cache(maxsize=1024)(self._which_are_shown)

    @property
    def named(self) -> set[tuple[str, str]]:
        """What its conditions name: (variable, field)."""
        return self._conditions.named

    def _which_are_shown(self, seen: tuple[bool, ...]) -> tuple[tuple[Question, ...], frozenset[str]]:
        hidden = {code for (_, code), holds in zip(self._visible, seen, strict=True) if not holds}
        shown = tuple(q for q in self.section.questions if q.code not in hidden)
        return shown, frozenset(q.code for q in shown)

    def _values(self, answers: Row) -> dict[str, Any]:
        values = self._nothing.copy()
        for code, value in answers.items():
            if code in values:
                values[code] = self._read[code](value)
        return values

    def _those(self, kind: str, results: Sequence[bool | None], values: Row, wanted: bool) -> frozenset[str]:
        """The shown questions with an answer of which a condition is what is wanted."""
        return frozenset(
            code for (of, code), slot in self._slots.items()
            if of == kind and results[slot] is wanted and values[code] is not None
        )  # fmt: skip

    def judge(self, who: Row, person: Row | None, answers: Row, last: Row, unchanged: Sequence[Any]) -> Place:
        """Which questions show and what they say; the answers of hidden ones count as not given."""
        same = is_unchanged(unchanged, self.section.code, person["id"] if person else None)
        if same and not answers:
            return Place(self.section, person, {}, {}, "unchanged")
        values = self._values(answers)
        facts = {**who, "answers": values, "last": self._values(last) if last else self._nothing}
        while True:
            results = self._conditions.run(facts)
            shown, codes = self._shown(tuple([results[slot] is True for slot, _ in self._visible]))
            stale = [code for code, value in values.items() if value is not None and code not in codes]
            if not stale:
                break
            values.update(dict.fromkeys(stale))
        told = any(code in codes and not blank(value) for code, value in answers.items())
        # A hidden question has no answer any more, so that its conditions count for nothing.
        return Place(
            self.section, person, answers, values, shown=shown,
            state="changed" if told else "unchanged" if same else "empty",
            broken=self._those("constraint", results, values, False),
            opens=self._those("issue", results, values, True),
        )  # fmt: skip


@dataclass(frozen=True)
class Program:
    """A form made ready to judge visits. Compile once for each version and keep it."""

    form: FormDocument
    parts: tuple[SectionProgram, ...] = field(default=())

    @cached_property
    def _filters(self) -> dict[str, Conditions]:
        """Filters by what they are about: asked of nobody, those about people would break the whole list."""
        kinds = ("household", "person")
        sections = self.form.sections
        return {kind: Conditions([s.filter or "true" for s in sections if s.about == kind]) for kind in kinds}

    @cached_property
    def _of_people(self) -> dict[str, Callable[[Row, str], Any]]:
        """The facts about a person that this form's conditions name; no other is worked out."""
        named = set().union(*(one.named for one in (*self.parts, *self._filters.values())))
        return {name: fact for name, fact in _PERSON.items() if ("person", name) in named}

    def places(
        self,
        household: Row,
        people: Sequence[Row],
        answers: Row,
        on: str,
        unchanged: Sequence[Any] = (),
        last: Row | None = None,
    ) -> list[Place]:
        """The sections that this home gets, and those that were answered all the same, in the form's order."""
        home = household_facts(household, people)
        base = {"household": home, "answers": None, "last": None, "on": on}
        who: list[tuple[Row | None, Row]] = [(None, {**base, "person": None})]
        facts = self._of_people.items()
        who += [(one, {**base, "person": {name: fact(one, on) for name, fact in facts}}) for one in people]
        held = [iter(self._filters["person" if person else "household"].run(one)) for person, one in who]
        found = []
        for part in self.parts:
            code, about = part.section.code, part.section.about
            for (person, one), holds in zip(who, held, strict=True):
                if (about == "person") is (person is None):
                    continue
                person_id = person["id"] if person else None
                given, fits = answers_of(answers, code, person_id), next(holds) is True
                if fits or given:
                    before = answers_of(last, code, person_id).get("answers") or {}
                    found.append(part.judge(one, person, given, before, unchanged))
        return found


def compile_form(form: FormDocument) -> Program:
    """Compile a form that passed the publishing checks.

    Raises:
        ExpressionError: a condition that the engine cannot read.
    """
    program = Program(form, tuple(SectionProgram(section) for section in form.sections))
    _ = program._filters
    return program


def answers_of(answers: Row | None, code: str, person_id: str | None) -> Row:
    """The answers of one section about one subject; empty where there are none or they have no such shape."""
    found = (answers or {}).get(code)
    if person_id is not None:
        found = found.get(person_id) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def problems(place: Place, on: str) -> Iterator[tuple[Question, str, str]]:
    """What is not right in a section: (question, code, sentence)."""
    if place.state == "unchanged":
        return
    for q in place.shown:
        code = _fault(q, place.answers.get(q.code), place.values[q.code], on)
        if code is None and q.code in place.broken:
            code = "constraint"
        if code == "constraint":
            yield q, code, q.message or SENTENCES["constraint"]
        elif code:
            yield q, code, SENTENCES.get(q.type, SENTENCES["other"]) if code == "wrong_type" else SENTENCES[code]


def _fault(q: Question, raw: Any, value: Any, on: str) -> str | None:
    if value is None:
        return ("required" if q.required else None) if blank(raw) else None if q.type == "photo" else "wrong_type"
    codes = q.option_codes
    if (q.type == "choice" and value not in codes) or (q.type == "choices" and not codes.issuperset(value)):
        return "unknown_option"
    if q.type in ("text", "phone") and len(value) > (q.max_length or MAX_TEXT):
        return "too_long"
    if q.type == "date" and (value < "1900-01-01" or int(value[:4]) > int(on[:4]) + 3):
        return "date_far"
    return None


def fills_of(places: Sequence[Place], household_id: str) -> list[Fill]:
    """The ledger fields that the answers update; an unchanged or hidden answer updates nothing."""
    found = []
    for place in places:
        for q in place.shown if place.state == "changed" else ():
            value = place.values[q.code]
            if q.fills and value is not None:
                subject, subject_id = ("person", place.person["id"]) if place.person else ("household", household_id)
                if q.type == "choice" and LEDGER_FIELDS.get(q.fills) == "text":
                    value = next((option.label for option in q.options if option.code == value), value)
                found.append(Fill(subject, subject_id, q.fills, value, q.code))
    return found


def issues_of(places: Sequence[Place], people: Sequence[Row]) -> list[FoundIssue]:
    """The troubles that the answers open."""
    found = []
    for place in places:
        for q in place.shown if place.state == "changed" else ():
            if q.opens_issue and q.code in place.opens:
                rule, person_id = q.opens_issue, place.person["id"] if place.person else None
                text = _issue_text(rule.text, place, people)
                found.append(FoundIssue(text, rule.programme, rule.urgent, place.section.code, q.code, person_id))
    return found


def _issue_text(template: str, place: Place, people: Sequence[Row]) -> str:
    def words(match: re.Match[str]) -> str:
        q = place.section.question(match[1])
        return answer_words(q, place.answers.get(q.code), people) if q and place.values[q.code] is not None else ""

    return _PLACEHOLDER.sub(words, template).rstrip("：，、")
