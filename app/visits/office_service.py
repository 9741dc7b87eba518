"""走访记录 as the office reads it: the list by area, time, form and kind; one visit in words, with its corrections."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlmodel import Session

from app.accounts.queries import below, has_pairings_today, in_scope, names_of
from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.db import SHANGHAI
from app.divisions import service as divisions
from app.errors import NotAllowed, NotFound
from app.forms import service as forms
from app.forms.schemas import Section
from app.households import looking_service
from app.households.rules import masked_words
from app.limits import PAGE
from app.photos import service as pictures
from app.visits import queries
from models.forms import Form
from models.households import Household, Person
from models.visits import Visit, VisitPhoto

MODES = {"home": "上门", "phone": "打电话", "video": "视频", "wechat": "微信", "neighbour": "问邻居"}
STATES = {"stored": "已收到", "orphaned": "等镇里安置", "replaced": "后来改过"}


@dataclass(frozen=True)
class VisitRow:
    """A visit in the list."""

    id: str
    at: str
    home: str
    household_id: str
    place: str
    author: str
    form: str
    mode: str
    photos: int
    questions: int
    state: str


@dataclass(frozen=True)
class VisitPage:
    """A page of visits; `next_after` is where the next one begins, empty on the last."""

    rows: list[VisitRow] = field(default_factory=list)
    next_after: str = ""


@dataclass(frozen=True)
class AnswerLine:
    """One question and what was answered; `changed` where a correction says something else."""

    question: str
    answer: str
    changed: bool = False


@dataclass(frozen=True)
class SectionView:
    """A part of the visit, about the home or one person."""

    title: str
    lines: list[AnswerLine]


@dataclass(frozen=True)
class PhotoView:
    """A picture of the visit; a child's is not drawn here."""

    sha256: str
    words: str
    of_child: bool


@dataclass(frozen=True)
class VisitView:
    """One version of a visit in words."""

    id: str
    at: str
    author: str
    form: str
    mode: str
    met: str
    state: str
    next_on: str
    sections: list[SectionView]
    photos: list[PhotoView]
    issues: list[str]
    asked: list[str]
    received: str = ""
    corrects: bool = False
    reason: str = ""


@dataclass(frozen=True)
class VisitFamily:
    """A visit and what corrected it, the latest first; and its home."""

    home: str
    household_id: str
    place: str
    versions: list[VisitView]


def _allowed(actor: Actor) -> None:
    if not actor.may(Permission.VISITS_READ):
        raise NotAllowed()


def _at(visit: Visit) -> str:
    begin, end = visit.started_at.astimezone(SHANGHAI), visit.finished_at.astimezone(SHANGHAI)
    return f"{begin:%Y-%m-%d %H:%M}–{end:%H:%M}"


def form_titles(session: Session) -> dict[str, str]:
    """The forms there are, by code."""
    rows = session.execute(select(Form.code, Form.title).where(Form.current).order_by(Form.code))  # type: ignore[call-overload]
    return {code: title for code, title in rows}


def list_visits(
    session: Session, actor: Actor, on: date, *, area: str = "", since: date | None = None, until: date | None = None,
    form: str = "", mode: str = "", state: str = "", household: str = "", after: str = "",
) -> VisitPage:  # fmt: skip
    """A page of visits, by the time of the visit, the latest first.

    Args:
        area: only below this division.
        since, until: days in China, both included.
        after: the last visit of the page before; what arrives meanwhile moves no row to another page.
    """
    _allowed(actor)
    homes = Visit.household_id if household or has_pairings_today(session, actor, on) else None
    query = visits_query(actor, on, homes=homes, area=area, household=household, form=form, mode=mode, state=state)
    if since:
        query = query.where(Visit.started_at >= _midnight(since))
    if until:
        query = query.where(Visit.started_at < _midnight(until + timedelta(days=1)))
    begun = session.scalar(select(Visit.started_at).where(Visit.id == after)) if after else None
    if begun is not None:
        query = query.where(Visit.started_at <= begun, or_(Visit.started_at < begun, Visit.id < after))
    rows = list(session.scalars(query.limit(PAGE + 1)))
    return VisitPage(_rows(session, rows[:PAGE]), rows[PAGE - 1].id if len(rows) > PAGE else "")


def visits_query(
    actor: Actor, on: date, *, homes: Any, area: str = "", household: str = "", form: str = "", mode: str = "",
    state: str = "",
) -> Select[Any]:  # fmt: skip
    """The visits of an actor's area in the order of the list.

    Those of a village, a township or a home are found by place and put in order; for a whole county the order has an
    index of its own, and all else is only checked.
    """
    narrow = area or household or not any(len(code) <= 6 for code in actor.divisions)

    def checked(column: Any) -> Any:
        return column if narrow else func.coalesce(column, "")

    query = select(Visit).where(in_scope(actor, on, checked(Visit.division), homes, looking=bool(household)))
    for column, value in ((Visit.form_code, form), (Visit.mode, mode), (Visit.state, state)):
        if value:
            query = query.where(checked(column) == value)
    if area:
        query = query.where(below(Visit.division, area))
    if household:
        query = query.where(Visit.household_id == household)
    return query.order_by(Visit.started_at.desc(), Visit.id.desc())  # type: ignore[attr-defined]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=SHANGHAI)


def _rows(session: Session, visits: Sequence[Visit]) -> list[VisitRow]:
    ids = {visit.household_id for visit in visits}
    names = dict(session.execute(select(Household.id, Household.name).where(Household.id.in_(ids))).all())  # type: ignore[call-overload, attr-defined, arg-type]
    places = divisions.places(session, {visit.division for visit in visits})
    authors, titles = names_of(session, {visit.author_id for visit in visits}), form_titles(session)
    photos = dict(session.execute(  # type: ignore[arg-type]
        select(VisitPhoto.visit_id, func.count()).where(VisitPhoto.visit_id.in_([visit.id for visit in visits]))  # type: ignore[attr-defined]
        .group_by(VisitPhoto.visit_id)
    ).all())  # fmt: skip
    return [
        VisitRow(
            id=visit.id, at=_at(visit), home=names.get(visit.household_id, ""), household_id=visit.household_id,
            place=places[visit.division], author=authors.get(visit.author_id, ""),
            form=titles.get(visit.form_code, visit.form_code), mode=MODES.get(visit.mode, visit.mode),
            photos=photos.get(visit.id, 0), questions=len(visit.questions), state=STATES.get(visit.state, visit.state),
        )
        for visit in visits
    ]  # fmt: skip


def visit_page(session: Session, actor: Actor, visit_id: str, on: date) -> VisitFamily:
    """One visit with everything that corrects it or that it corrects.

    Raises:
        NotFound: there is none in the actor's scope.
    """
    _allowed(actor)
    scope = in_scope(actor, on, Visit.division, Visit.household_id, looking=True)
    if session.scalars(select(Visit.id).where(Visit.id == visit_id, scope)).first() is None:
        raise NotFound("没有找到这次走访，可能不在你负责的范围。")
    related = queries.families(session, [visit_id])
    seen = set(session.scalars(select(Visit.id).where(Visit.id.in_(list(related)), scope)))  # type: ignore[attr-defined]
    family = sorted((related[key] for key in seen), key=lambda one: one.received_at, reverse=True)
    latest = family[0]
    looking_service.require_sight(session, actor, latest.household_id)
    people = session.scalars(select(Person).where(Person.household_id == latest.household_id)).all()
    rows = [{"id": one.id, "name": one.name} for one in people]
    ids = [one.id for one in family]
    authors, photos, issues = (names_of(session, {one.author_id for one in family}),
                               queries.photos_of(session, ids), queries.issues_of(session, ids))  # fmt: skip
    views: list[VisitView] = []
    told = [sections_of(session, one, rows) for one in family]
    for number, one in enumerate(family):
        older = told[number + 1] if number + 1 < len(told) else None
        named = photos.get(one.id, [])
        children = pictures.of_children(session, (photo.sha256 for photo in named))
        issue_words = [issue.text for issue in issues.get(one.id, []) if issue.state != "replaced"]
        views.append(_view(session, one, _compared(told[number], older), rows, authors, named, children, issue_words))
    home = session.get(Household, latest.household_id)
    return VisitFamily(home.name if home else "", latest.household_id, divisions.place(session, latest.division), views)


def _compared(now: list[SectionView], before: list[SectionView] | None) -> list[SectionView]:
    """Mark what a correction says otherwise than the version before it."""
    if before is None:
        return now
    known = {(part.title, line.question): line.answer for part in before for line in part.lines}
    return [
        SectionView(part.title, [
            AnswerLine(line.question, line.answer, known.get((part.title, line.question)) != line.answer)
            for line in part.lines
        ])
        for part in now
    ]  # fmt: skip


def _view(
    session: Session, visit: Visit, sections: list[SectionView], people: Sequence[Mapping[str, Any]],
    authors: Mapping[str, str], photos: Sequence[Any], children: set[str], issues: list[str],
) -> VisitView:  # fmt: skip
    names = {one["id"]: one["name"] for one in people}
    program = forms.program(session, visit.form_code, visit.form_version)
    labels = {} if program is None else {
        f"{part.code}.{q.code}": q.label for part in program.form.sections for q in part.questions
    }  # fmt: skip
    return VisitView(
        id=visit.id, at=_at(visit), author=authors.get(visit.author_id, ""), reason=visit.reason or "",
        received=f"{visit.received_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}", corrects=visit.corrects is not None,
        form=program.form.title if program else visit.form_code, mode=MODES.get(visit.mode, visit.mode),
        met="、".join(names.get(one, "（已迁走）") for one in visit.met) or "没有见到人",
        state=STATES.get(visit.state, visit.state), next_on=visit.next_on.isoformat() if visit.next_on else "",
        sections=sections, issues=issues, asked=[one.get("message", "") for one in visit.questions],
        photos=[
            PhotoView(one.sha256, labels.get(one.question or "", "照片"), one.sha256 in children) for one in photos
        ],
    )  # fmt: skip


def sections_of(session: Session, visit: Visit, people: Sequence[Mapping[str, Any]]) -> list[SectionView]:
    """What was answered, section by section, in the words of the visit's own form version."""
    program = forms.program(session, visit.form_code, visit.form_version)
    if program is None:
        return [SectionView("这张表的版本还没到", [])]
    found: list[SectionView] = []
    for section in program.form.sections:
        said = visit.answers.get(section.code)
        same = [one for one in visit.unchanged if (one if isinstance(one, str) else one.get("section")) == section.code]
        for title, answers in _subjects(section, said if isinstance(said, Mapping) else {}, people):
            found.append(SectionView(title, _lines(section, answers, people)))
        found += [SectionView(_title(section, one, people), [AnswerLine("", "无变化")]) for one in same]
    return [part for part in found if part.lines]


def _title(section: Section, entry: Any, people: Sequence[Mapping[str, Any]]) -> str:
    person = None if isinstance(entry, str) else entry.get("person_id")
    name = next((one["name"] for one in people if one["id"] == person), "")
    return f"{section.title}：{name}" if name else section.title


def _subjects(
    section: Section, said: Mapping[str, Any], people: Sequence[Mapping[str, Any]]
) -> list[tuple[str, Mapping[str, Any]]]:
    if section.about == "household":
        return [(section.title, said)]
    names = {one["id"]: one["name"] for one in people}
    return [
        (f"{section.title}：{names.get(key, '（已迁走）')}", answers)
        for key, answers in said.items() if isinstance(answers, Mapping)
    ]  # fmt: skip


def _lines(section: Section, answers: Mapping[str, Any], people: Sequence[Mapping[str, Any]]) -> list[AnswerLine]:
    lines = ((one.label, masked_words(one, answers.get(one.code), people)) for one in section.questions)
    return [AnswerLine(question, answer) for question, answer in lines if answer]
