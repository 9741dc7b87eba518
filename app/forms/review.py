"""A visit read as a whole: what to ask its author, what it fills, which troubles it opens, what was found.

The visit is the JSON that arrived (design §6 "A visit"). Nothing here refuses it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from app.forms.rules import (
    Fill,
    FoundIssue,
    Place,
    Program,
    ReviewQuestion,
    Row,
    answers_of,
    china_day,
    fills_of,
    is_unchanged,
    issues_of,
    problems,
    real_date,
    summary,
)
from app.forms.schemas import FormDocument


@dataclass(frozen=True)
class Doubts:
    """From where on a time is worth a question. Parameters: the county may set others."""

    clock_off: timedelta = timedelta(minutes=10)
    longest_visit: timedelta = timedelta(hours=12)
    furthest_next: timedelta = timedelta(days=400)


@dataclass(frozen=True)
class Reading:
    """All that a visit says; `found` holds the words of each section that changed, by (section, person)."""

    questions: list[ReviewQuestion]
    fills: list[Fill]
    issues: list[FoundIssue]
    found: dict[tuple[str, str | None], str]


def read_visit(
    program: Program, visit: Row, people: Sequence[Row], household: Row, *,
    now: datetime, last: Row | None = None, captured_at: datetime | None = None, sent_at: datetime | None = None,
    doubts: Doubts = Doubts(),
) -> Reading:  # fmt: skip
    """Read a visit once for everything it says.

    Args:
        program: the visit's form, compiled (`rules.compile_form`, kept by `service.program`).
        visit: the visit's JSON as it arrived.
        people: the household's people as rows (`id`, `name`, `born_on`, `tags`, …), on the day of the visit.
        household: the household's row (`id`, `code`, `division`, …).
        now: when the server received it.
        last: what was found before (`merge_last`).
        captured_at: when the phone says that it was saved.
        sent_at: what the phone's clock said when it sent it.
    """
    finished = _moment(visit.get("finished_at"))
    # A phone in 2099 must not turn every child into an elder.
    on = china_day(min(finished, now) if finished else now)
    raw = visit.get("answers")
    answers: Row = raw if isinstance(raw, dict) else {}
    same = visit.get("unchanged")
    unchanged: Sequence[Any] = same if isinstance(same, list) else []
    places = program.places(household, people, answers, on, unchanged, last)
    asked = [
        *_times(visit, now, captured_at, sent_at, doubts),
        *_answers(places, on),
        *_strangers(program.form, answers, people),
    ]
    found = {place.key: summary(place.section, place.answers, people) for place in places if place.state == "changed"}
    return Reading(asked, fills_of(places, household["id"]), issues_of(places, people), found)


def review_answers(
    program: Program, visit: Row, people: Sequence[Row], household: Row, *,
    now: datetime, captured_at: datetime | None = None, sent_at: datetime | None = None,
) -> list[ReviewQuestion]:  # fmt: skip
    """Only the questions to a visit's author; see `read_visit`."""
    return read_visit(program, visit, people, household, now=now, captured_at=captured_at, sent_at=sent_at).questions


def fills(program: Program, visit: Row, people: Sequence[Row], household: Row, *, now: datetime) -> list[Fill]:
    """Only the ledger fields that a visit updates; see `read_visit`."""
    return read_visit(program, visit, people, household, now=now).fills


def issues(program: Program, visit: Row, people: Sequence[Row], household: Row, *, now: datetime) -> list[FoundIssue]:
    """Only the troubles that a visit opens; see `read_visit`."""
    return read_visit(program, visit, people, household, now=now).issues


def _moment(value: object) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    try:
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        return None


def _times(
    visit: Row, now: datetime, captured_at: datetime | None, sent_at: datetime | None, doubts: Doubts
) -> Iterator[ReviewQuestion]:
    started, finished = _moment(visit.get("started_at")), _moment(visit.get("finished_at"))
    for name, moment in (("started_at", started), ("finished_at", finished)):
        if moment is None:
            yield ReviewQuestion("time_unclear", name, "走访的时间没有读懂，是哪一天去的？")
        elif moment > now + doubts.clock_off:
            yield ReviewQuestion("date_future", name, "走访的时间在今天以后，手机的日期对吗？")
    if started and finished and finished < started:
        yield ReviewQuestion("time_order", "finished_at", "走访结束的时间比开始还早，手机的时间动过吗？")
    elif started and finished and finished - started > doubts.longest_visit:
        yield ReviewQuestion("long_visit", "finished_at", "从开始到结束隔了很久，是哪一天去的？")
    if sent_at and abs(sent_at - now) > doubts.clock_off:
        yield ReviewQuestion("clock_off", "sent_at", "手机的时间和县里差得多，走访的时间对吗？")
    elif captured_at and captured_at > now + doubts.clock_off:
        yield ReviewQuestion("clock_off", "captured_at", "手机的时间和县里差得多，走访的时间对吗？")
    yield from _next(visit.get("next_on"), finished, now, doubts)


def _next(value: object, finished: datetime | None, now: datetime, doubts: Doubts) -> Iterator[ReviewQuestion]:
    if value in (None, ""):
        return
    day = real_date(value)
    if day is None:
        yield ReviewQuestion("date_unclear", "next_on", "下次的日期没有读懂，请重新选。")
        return
    visited = real_date(china_day(min(finished, now) if finished else now))
    assert visited is not None
    if day < visited:
        yield ReviewQuestion("next_past", "next_on", "下次的日期比这次还早，请看一下年份。")
    elif day - visited > doubts.furthest_next:
        yield ReviewQuestion("date_far", "next_on", "下次的日期离得太远，请看一下年份。")


def _answers(places: Sequence[Place], on: str) -> Iterator[ReviewQuestion]:
    for place in places:
        who = f"{place.person['name']}的" if place.person else ""
        if place.state == "empty":
            # One question for an untouched section, not one for each line of it.
            if any(q.required for q in place.shown):
                words = f"{who}“{place.section.title}”没有填，也没有点“无变化”。"
                yield ReviewQuestion("section_empty", place.path, words)
            continue
        for q, code, words in problems(place, on):
            yield ReviewQuestion(code, f"{place.path}.{q.code}", f"{who}“{q.label}”：{words}")


def _strangers(form: FormDocument, answers: Row, people: Sequence[Row]) -> Iterator[ReviewQuestion]:
    """Answers that stand where this form or this home has no place for them: kept, and asked about."""
    ids = {person["id"] for person in people}
    for code, given in answers.items():
        section = form.by_code.get(code)
        if section is None:
            yield ReviewQuestion("unknown_section", f"answers.{code}", "这张表里没有这一部分，内容已存下。")
            continue
        if not isinstance(given, dict):
            yield ReviewQuestion("wrong_type", f"answers.{code}", f"“{section.title}”没有读懂，内容已存下。")
            continue
        subjects: list[tuple[str, Any]] = [(f"answers.{code}", given)]
        if section.about == "person":
            subjects = [(f"answers.{code}.{person_id}", one) for person_id, one in given.items()]
            for person_id in given.keys() - ids:
                yield ReviewQuestion("unknown_person", f"answers.{code}.{person_id}", "这个人不在这一户，内容已存下。")
        for path, one in subjects:
            if not isinstance(one, dict):
                yield ReviewQuestion("wrong_type", path, f"“{section.title}”没有读懂，内容已存下。")
                continue
            for question in one.keys() - section.codes:
                yield ReviewQuestion("unknown_question", f"{path}.{question}", "这张表里没有这个问题，内容已存下。")


def of_child(form: FormDocument, question: str | None) -> bool:
    """Whether a photo taken at this question belongs to a section about children (own right to see)."""
    return any(section.never_face and section.question(question or "") is not None for section in form.sections)


def merge_last(visits: Sequence[Row], form_of: Any) -> dict[str, Any]:
    """What was found last, out of a home's visits in any order; the phone's `mergeLast` does the same.

    Each question that a visit's form asks in an answered section is replaced (or taken away) by that visit; questions
    of another form stay; 「无变化」 moves the date on.

    Args:
        visits: rows with `id`, `started_at` (ISO text), `form` {code, version}, `answers`, `unchanged`.
        form_of: (code, version) → FormDocument or None.
    """
    last: dict[str, Any] = {}
    earliest = datetime.min.replace(tzinfo=UTC)
    for visit in sorted(visits, key=lambda v: (_moment(v["started_at"]) or earliest, v["id"])):
        form: FormDocument | None = form_of(visit["form"]["code"], visit["form"]["version"])
        stamp = {"at": visit["started_at"], "visit_id": visit["id"]}
        for section in form.sections if form else ():
            code = section.code
            subjects: dict[Any, Any]
            subjects = last.setdefault(code, {}) if section.about == "person" else {None: last.get(code)}
            for person_id, place in subjects.items():
                if place and is_unchanged(visit.get("unchanged") or (), code, person_id):
                    place.update(stamp)
            asked = section.codes
            if section.about == "household":
                if given := answers_of(visit["answers"], code, None):
                    last[code] = _laid(last.get(code), given, asked, stamp)
            else:
                for person_id in answers_of(visit["answers"], code, None):
                    given = answers_of(visit["answers"], code, person_id)
                    subjects[person_id] = _laid(subjects.get(person_id), given, asked, stamp)
    return {code: found for code, found in last.items() if found}


def _laid(before: Row | None, given: Row, asked: Any, stamp: Row) -> dict[str, Any]:
    kept = {code: value for code, value in (before or {}).get("answers", {}).items() if code not in asked}
    return {**stamp, "answers": {**kept, **given}}
