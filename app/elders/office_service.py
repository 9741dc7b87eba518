"""The elders' register as the office looks at it: the list, the page of one."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlmodel import Session

from app.accounts.schemas import Actor
from app.agreements import office_service as agreements
from app.divisions import service as divisions
from app.elders import pull_service, queries, rules, service
from app.elders.pull_service import Facts
from app.elders.schemas import AgreementLine, ChildOf, ElderPage, ElderRow, ElderView
from app.households import looking_service, tags
from app.households import register_office_service as shared
from app.households import register_service as register
from app.households.register_service import Standing
from app.households.rules import mask_id, mask_phone
from app.limits import PAGE
from models.visits import Task

ONLY = {"": "全部", "due": "该去看的", "contact": "缺联系人的", "agreement": "缺赡养协议的", "old": "高龄的",
        "high": "失能或独居高龄的"}  # fmt: skip
TONES = {"high": "alarm", "need": "due", "left_behind": ""}


def list_elders(
    session: Session, actor: Actor, on: date, *, text: str = "", village: str = "", only: str = "", offset: int = 0
) -> ElderPage:
    """A page of the register of an area.

    Args:
        only: a key of `ONLY`: those who are due, lack something, are old, or whose tier is the highest.
    """
    old = register.policy(session, rules.POLICY, on, village or "")["age.old"]
    query = queries.listed(actor, on, village=village, text=text.strip())
    query = queries.narrowed(session, query, only, on, old)
    rows = queries.page(session, query, PAGE + 1, offset)
    return ElderPage(_rows(session, rows[:PAGE], on), queries.count(session, query), len(rows) > PAGE)


def _rows(session: Session, rows: Sequence[Standing], on: date) -> list[ElderRow]:
    people = queries.ids_of(rows)
    marks, lacks = register.tags_of(session, people, on), queries.lacking(session, people, on)
    places = divisions.places(session, {one.home.division for one in rows})
    due = shared.visits_due(session, {one.home.id for one in rows})
    found = []
    for one in rows:
        facts = pull_service.facts_of(session, one, marks.get(one.person.id, []), on)
        seen = register.last_visit(one.home, one.row.listed_visit_on)
        task = due.get(one.home.id)
        found.append(
            ElderRow(
                id=one.row.id, name=one.person.name, place=places[one.home.division], group=one.home.group or "",
                age=shared.person_line(one.person, on), tier=rules.TIERS[facts.tier.code],
                tone=TONES[facts.tier.code], living=_living(one, facts), last_visit=seen["on"] if seen else "",
                due=task.due_on.isoformat() if task else "", overdue=bool(task and task.due_on <= on),
                lacks="、".join(lacks.get(one.person.id, [])),
            )
        )  # fmt: skip
    return found


def _living(one: Standing, facts: Facts) -> str:
    return tags.label(tags.LIVING, facts.living) or one.row.living_written or ""


def elder_page(session: Session, actor: Actor, elder_id: str, on: date) -> ElderView:
    """The page of one elder, masked.

    Raises:
        NotFound: there is none in the actor's scope.
        NotAllowed: `blind`, the actor is sent there to look anew.
    """
    one = service.get(session, actor, elder_id, on, looking=True)
    looking_service.require_sight(session, actor, one.home.id)
    marks = register.tags_of(session, [one.person.id], on).get(one.person.id, [])
    facts = pull_service.facts_of(session, one, marks, on)
    task = shared.visits_due(session, [one.home.id]).get(one.home.id)
    seen = register.last_visit(one.home, one.row.listed_visit_on)
    listed = {"living": one.row.living_written, "self_care": one.row.self_care_written}
    return ElderView(
        id=one.row.id, person_id=one.person.id, household_id=one.home.id, name=one.person.name,
        age=shared.person_line(one.person, on), sex=tags.SEX.get(one.person.sex, ""),
        id_masked=mask_id(one.person.id_number), phone=mask_phone(one.person.phone),
        place=f"{divisions.place(session, one.home.division)} {one.home.group or ''}", band=facts.band,
        marks=[code for code in marks if code in rules.ELDER_TAGS],
        tags=[tags.label(tags.TAGS, code) for code in marks], tier=facts.tier.code,
        tier_name=rules.TIERS[facts.tier.code], tone=TONES[facts.tier.code], tier_why=facts.tier.why,
        every=f"{facts.every_days} 天看一次", last_visit=_seen_words(seen, one.row.listed_visit_mode),
        visit_id=(seen or {}).get("id") or "", due=_due_words(task, on), overdue=bool(task and task.due_on <= on),
        found=shared.found_views(session, "elder", one.person.ledger, listed),
        children=[_of_child(child) for child in one.row.children], children_count=one.row.children_count or 0,
        agreements=[
            AgreementLine(row.id, row.kind, row.until, row.tone, row.inspection)
            for row in agreements.of_person(session, one.person.id, on)
        ],
        version=one.row.version,
    )  # fmt: skip


def _seen_words(seen: Mapping[str, Any] | None, mode: str | None) -> str:
    if seen is None:
        return "还没看过"
    return seen["on"] if seen["id"] else f"{seen['on']} {mode or ''}（台账写的）"


def _due_words(task: Task | None, on: date) -> str:
    if task is None:
        return "没有定"
    late = (on - task.due_on).days
    passed = f"已过 {late} 天，" if late > 0 else ""
    return f"{task.due_on.isoformat()}，{passed}{task.why}"


def _of_child(child: Mapping[str, Any]) -> ChildOf:
    def word(name: str) -> str:
        return str(child.get(name) or "")

    return ChildOf(word("name"), word("relation"), word("place"), word("since"), mask_phone(child.get("phone")),
                   word("returns"), word("able"))  # fmt: skip
