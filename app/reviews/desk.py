"""What lies on a reviewer's desk: a page of the queue in words, and one picture with everything around it.

Reads only. A child's picture is a lock in both until its address is asked with a reason (`app/photos/endpoints.py`);
a question of the system is told once its author has had it first.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from app.accounts.rules import ROLE_NAMES, Permission, Role
from app.accounts.schemas import Actor
from app.db import SHANGHAI
from app.divisions import service as divisions
from app.errors import NotFound
from app.forms import rules as form_rules
from app.forms import service as forms
from app.forms.schemas import Question, Section
from app.photos import service as photos
from app.reviews import queries, rules
from app.reviews.schemas import Doubt, Fact, Other, QueueFilter, QueueItem, QueuePage, ReviewView
from app.reviews.service import AUTHOR_FIRST, concerns
from models.households import Household
from models.photos import Photo
from models.reviews import EvidenceQuestion, Review
from models.visits import Visit, VisitPhoto

MODES = {"home": "上门", "phone": "打电话", "video": "视频", "wechat": "微信", "neighbour": "问邻居"}
ASKED_FIRST = "在问走访人"


@dataclass(frozen=True)
class _Around:
    """What a page of reviews needs, read in a few queries for all of them."""

    visits: Mapping[str, Visit]
    households: Mapping[str, Household]
    villages: Mapping[str, str]
    named: Mapping[tuple[str, str], VisitPhoto]
    photos: Mapping[str, Photo]
    held: set[tuple[str, str]]
    refused: set[tuple[str, str]]
    questions: Mapping[str, list[EvidenceQuestion]]
    children: set[str]

    def locked(self, row: Review) -> bool:
        """Whether the picture is a child's: by its own visit, or by another that names the same one."""
        return row.of_child or shown_name(row) in self.children


def shown_name(review: Review) -> str:
    """The picture that is looked at: the answer's, where there is one."""
    return review.answer_sha256 or review.sha256


def _around(session: Session, rows: Sequence[Review]) -> _Around:
    visits = queries.visits(session, (row.visit_id for row in rows))
    names = {name for row in rows for name in (row.sha256, row.answer_sha256) if name}
    shown = [(row.author_id, shown_name(row)) for row in rows]
    asked: dict[str, list[EvidenceQuestion]] = {}
    for one in queries.questions(session, (row.visit_id for row in rows if row.has_questions)):
        asked.setdefault(one.visit_id, []).append(one)
    return _Around(
        visits=visits,
        households=queries.households(session, (row.household_id for row in rows)),
        villages=divisions.village_names(session, (row.division for row in rows)),
        named=queries.named(session, ((row.visit_id, row.sha256) for row in rows)),
        photos=queries.photos(session, names),
        held=queries.uploads(session, shown),
        refused=queries.refusals(session, shown),
        questions=asked,
        children=photos.of_children(session, names),
    )


def page(session: Session, actor: Actor, wanted: QueueFilter, now: datetime, *, after: str = "") -> QueuePage:
    """At most fifty pictures of the queue, in words."""
    on = now.astimezone(SHANGHAI).date()
    rows = queries.queue(session, actor, wanted, now, on, after=after, limit=queries.PAGE + 1)
    more, rows = len(rows) > queries.PAGE, rows[: queries.PAGE]
    around = _around(session, rows)
    items = [_item(session, row, around, now) for row in rows]
    return QueuePage(items, rows[-1].id if more else "", queries.count(session, actor, wanted, now, on))


def _item(session: Session, row: Review, around: _Around, now: datetime) -> QueueItem:
    home = around.households.get(row.household_id)
    where = f"{around.villages.get(row.division, '')} {home.name if home else ''}".strip()
    name = shown_name(row)
    return QueueItem(
        id=row.id,
        title=title(session, row, around),
        where="点开才看，会记一笔" if around.locked(row) else where,
        hint=_hint(row, around.questions.get(row.visit_id, []), now),
        photo=_photo_state(row, around),
        locked=around.locked(row),
        thumb="" if around.locked(row) else f"/api/photos/{name}?size=thumb",
    )


def _photo_state(row: Review, around: _Around) -> str:
    name = shown_name(row)
    photo = around.photos.get(name)
    if photo is None or (row.author_id, name) not in around.held:
        return "refused" if (row.author_id, name) in around.refused else "missing"
    return {"processed": "ready", "held": "waiting"}.get(photo.state, photo.state)


def question_of(session: Session, visit: Visit | None, code: str | None) -> tuple[Section, Question] | None:
    """The section and question of a form that a picture belongs to."""
    if visit is None or code is None:
        return None
    form = forms.version(session, visit.form_code, visit.form_version)
    if form is None:
        return None
    for section in form.sections:
        question = section.question(code)
        if question is not None:
            return section, question
    return None


def _answered(found: tuple[Section, Question], visit: Visit, named: VisitPhoto | None) -> str:
    section, question = found
    person_id = named.person_id if named else None
    answers = form_rules.answers_of(visit.answers, section.code, person_id if section.about == "person" else None)
    return form_rules.answer_words(question, answers.get(question.code))


def title(session: Session, row: Review, around: _Around) -> str:
    """What the picture is about, in words: 喝水·达标, 孩子·书桌."""
    visit = around.visits.get(row.visit_id)
    found = question_of(session, visit, row.question)
    locked = around.locked(row)
    if found is None or visit is None:
        return "孩子·走访照片" if locked else "走访照片"
    label = found[1].label
    if locked:
        return f"孩子·{label}"
    words = _answered(found, visit, around.named.get((row.visit_id, row.sha256)))
    return f"{label}·{words}" if words and len(words) <= 8 else label


def _known_to_author(one: EvidenceQuestion, now: datetime) -> bool:
    return one.shown_at is not None or one.answered_at is not None or now - one.created_at > AUTHOR_FIRST


def _about(row: Review, asked: Sequence[EvidenceQuestion]) -> list[EvidenceQuestion]:
    return [one for one in asked if concerns(one, row)]


def _hint(row: Review, asked: Sequence[EvidenceQuestion], now: datetime) -> str:
    if row.state == rules.State.ANSWERED:
        return "走访人回话了"
    known = [one for one in _about(row, asked) if _known_to_author(one, now)]
    if known:
        first = next((one for one in known if one.sha256), known[0])
        return rules.hint(first.kind, first.facts, now, SHANGHAI)
    return ASKED_FIRST if _about(row, asked) else ""


def one(session: Session, actor: Actor, review_id: str, now: datetime) -> ReviewView:
    """One picture with everything a reviewer needs.

    Raises:
        NotFound: outside the actor's scope.
    """
    row = queries.one(session, actor, review_id, now.astimezone(SHANGHAI).date())
    if row is None:
        raise NotFound("没有这张照片，或不在你负责的范围。")
    around = _around(session, [row])
    home, visit = around.households.get(row.household_id), around.visits.get(row.visit_id)
    name = shown_name(row)
    locked = around.locked(row)
    returned = _returned(session, row)
    may_open = not locked or actor.may(Permission.CHILD_PHOTO_SEE)
    return ReviewView(
        id=row.id,
        version=row.version,
        state=row.state,
        state_name=rules.STATE_NAMES[rules.State(row.state)],
        title=title(session, row, around),
        where=_where(row, around, visit),
        household=f"{home.name}家" if home else "",
        group=_group(home),
        door=(home.door or "") if home else "",
        place=divisions.place(session, row.division),
        photo=_photo_state(row, around),
        thumb=f"/api/photos/{name}?size=thumb",
        screen=f"/api/photos/{name}?size=screen",
        original=f"/api/photos/{name}",
        locked=locked,
        may_open=may_open,
        may_decide=may_open and actor.may(Permission.REVIEW_DECIDE) and row.author_id != actor.id,
        reason_name=rules.REASONS.get(row.reason or "", ""),
        note=row.note or "",
        marks=_marks_text(returned.get(name) if row.state in (rules.State.RETURNED, rules.State.ANSWERED) else None),
        facts=_facts(session, row, visit, around, now),
        doubts=_doubts(session, row, around.questions.get(row.visit_id, []), now),
        others=[] if locked else _others(session, actor, row, around, returned, now),
    )


def _group(home: Household | None) -> str:
    group = (home.group or "") if home else ""
    return f"{group}组" if group and not group.endswith("组") else group


def _where(row: Review, around: _Around, visit: Visit | None) -> str:
    home = around.households.get(row.household_id)
    parts = [f"{around.villages.get(row.division, '')} {home.name if home else ''}".strip()]
    if visit is not None:
        local = visit.started_at.astimezone(SHANGHAI)
        parts.append(f"{local.month} 月 {local.day} 日")
    return "·".join(parts)


def _moment(moment: datetime) -> str:
    local = moment.astimezone(SHANGHAI)
    return f"{local.month} 月 {local.day} 日 {local:%H:%M}"


def _facts(session: Session, row: Review, visit: Visit | None, around: _Around, now: datetime) -> list[Fact]:
    facts = []
    author = queries.users(session, [row.author_id]).get(row.author_id)
    if visit is not None:
        facts.append(Fact("走访", f"{_moment(visit.started_at)} {MODES.get(visit.mode, '')}".strip()))
    if author is not None:
        facts.append(Fact("走访人", f"{author.name}·{ROLE_NAMES[Role(author.role)]}"))
    if visit is not None:
        people = queries.people(session, visit.met)
        met = "、".join(people[who].name for who in visit.met if who in people)
        facts.append(Fact("见到", met or "没写"))
        found = question_of(session, visit, row.question)
        words = _answered(found, visit, around.named.get((row.visit_id, row.sha256))) if found else ""
        if found and words:
            facts.append(Fact("回答", f"{found[1].label} {words}"))
    facts.append(Fact("拍照", _taken(row, visit, around)))
    if row.answered_at is not None:
        facts.append(Fact("回话", f"{_moment(row.answered_at)} {row.answer_text or ''}".strip()))
    coming, lost = _not_here(session, visit)
    if coming:
        facts.append(Fact("还有", f"{coming} 张照片在路上"))
    if lost:
        facts.append(Fact("没收下", f"{lost} 张照片不完整，不会再来"))
    return facts


def _taken(row: Review, visit: Visit | None, around: _Around) -> str:
    named = around.named.get((row.visit_id, row.sha256))
    at = row.taken_at
    if at is None:
        words = "时间没记"
    elif visit is not None and at.astimezone(SHANGHAI).date() == visit.started_at.astimezone(SHANGHAI).date():
        words = f"{at.astimezone(SHANGHAI):%H:%M}"
    else:
        words = _moment(at)
    home = around.households.get(row.household_id)
    if named is None or named.lat is None or named.lon is None or home is None or home.lat is None or home.lon is None:
        return words
    metres = rules.metres_between((named.lat, named.lon), (home.lat, home.lon))
    near = metres <= rules.LIMITS.metres + (named.accuracy_m or 0)
    return f"{words}，{'在家附近' if near else '离家约 ' + rules.distance_words(metres)}"


def _not_here(session: Session, visit: Visit | None) -> tuple[int, int]:
    """How many pictures of a visit are still to come, and how many came as no picture and will not come again."""
    if visit is None:
        return 0, 0
    named = {(visit.author_id, one.sha256) for one in queries.photos_of_visit(session, visit.id)}
    away = named - queries.uploads(session, named)
    lost = queries.refusals(session, away)
    return len(away - lost), len(lost)


def _doubts(session: Session, row: Review, asked: Sequence[EvidenceQuestion], now: datetime) -> list[Doubt]:
    author = queries.users(session, [row.author_id]).get(row.author_id)
    name = author.name if author else "走访人"
    found = []
    for one in _about(row, asked):
        if not _known_to_author(one, now):
            found.append(Doubt("有个疑问，先问走访人", f"等{name}回话，最多等 3 天。"))
            continue
        said = f"{name}说：{one.answer}" if one.answer else f"问过{name}，还没回话。"
        found.append(Doubt(rules.hint(one.kind, one.facts, now, SHANGHAI), said))
    return found


def _returned(session: Session, row: Review) -> dict[str, list[Any]]:
    """The pictures that were returned, with the marks of their return; the author may have answered several times."""
    steps = queries.events(session, row.id)
    found: dict[str, list[Any]] = {}
    shown = row.sha256
    for step in (steps[place] for place in rules.kept_steps([step.kind for step in steps])):
        if step.kind == rules.Act.RETURN:
            found[shown] = step.marks
        elif step.kind == rules.Act.ANSWER:
            shown = step.sha256 or shown
    return found


def _marks_text(marks: list[Any] | None) -> str:
    return json.dumps(marks, ensure_ascii=False, separators=(",", ":")) if marks else ""


def _others(
    session: Session, actor: Actor, row: Review, around: _Around, returned: Mapping[str, list[Any]], now: datetime
) -> list[Other]:
    """What to lay beside the picture, a child's never."""
    found = {
        name: _other("退回的那张", name, _marks_text(marks))
        for name, marks in reversed(returned.items()) if name != shown_name(row)
    }  # fmt: skip
    if row.sha256 != shown_name(row):
        found.setdefault(row.sha256, _other("原来那张", row.sha256))
    for one in _about(row, around.questions.get(row.visit_id, [])):
        name = one.facts.get("sha256")
        if name and name != shown_name(row) and _known_to_author(one, now) and _may_see(session, actor, name):
            day = rules.day_words(datetime.fromisoformat(one.facts["at"]), now, SHANGHAI)
            found.setdefault(name, _other(f"像 {day}", name))
    visit = around.visits.get(row.visit_id)
    for before in queries.earlier(session, row, visit) if visit else ():
        name = shown_name(before)
        if name != shown_name(row):
            found.setdefault(name, _other(rules.day_words(before.taken_at or before.created_at, now, SHANGHAI), name))
    children = photos.of_children(session, found)
    return [other for name, other in found.items() if name not in children][:6]


def _may_see(session: Session, actor: Actor, name: str) -> bool:
    sight = photos.may_see(session, actor, name)
    return sight is not None and not sight.of_child


def _other(label: str, name: str, marks: str = "") -> Other:
    return Other(label, f"/api/photos/{name}?size=thumb", f"/api/photos/{name}?size=screen", marks)
