"""The children's register as the office looks at it: the list, one child, its guardian in fact, the women's survey."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from app.accounts.schemas import Actor
from app.agreements import office_service as agreements
from app.agreements import service as agreement_service
from app.children import case_office_service as cases
from app.children import queries, rules, service
from app.children.schemas import (
    ChildPage,
    ChildRow,
    ChildView,
    DoubtView,
    PaperView,
    ParentView,
    WomanPage,
    WomanRow,
)
from app.divisions import service as divisions
from app.forms import service as forms
from app.households import looking_service, tags
from app.households import register_office_service as shared
from app.households import register_service as register
from app.households.register_service import Standing
from app.households.rules import age_on, child_name
from app.limits import PAGE
from app.visits.rules import told_in
from models.visits import Task

ONLY = {"": "全部", "due": "该去看的", "red": "高风险的", "paper": "缺委托监护确认书的", **rules.KINDS}
FAR_AWAY = frozenset({"child_left_behind"})


def list_children(
    session: Session, actor: Actor, on: date, *, text: str = "", village: str = "", only: str = "", offset: int = 0
) -> ChildPage:
    """A page of the register of an area; nothing of what is known of a child but that it is here."""
    query = queries.narrowed(queries.listed(actor, on, village=village, text=text.strip()), only, on)
    rows = queries.page(session, query, PAGE + 1, offset)
    places = divisions.places(session, {one.home.division for one in rows})
    due = shared.visits_due(session, {one.home.id for one in rows})
    found = [_row(actor, one, places, due.get(one.home.id), on) for one in rows[:PAGE]]
    return ChildPage(found, queries.count(session, query), len(rows) > PAGE)


def _row(actor: Actor, one: Standing, places: Mapping[str, str], task: Task | None, on: date) -> ChildRow:
    seen = register.last_visit(one.home, one.row.listed_visit_on)
    return ChildRow(
        id=one.row.id, name=child_name(one.person.name, actor.role),
        place=places[one.home.division], group=one.home.group or "", age=shared.person_line(one.person, on),
        kinds=[rules.KINDS[kind] for kind in one.row.kinds if kind in rules.KINDS],
        risk=rules.RISKS.get(one.row.risk or "", ""), tone=rules.RISK_TONES.get(one.row.risk or "", ""),
        last_visit=seen["on"] if seen else "", due=task.due_on.isoformat() if task else "",
        overdue=bool(task and task.due_on <= on),
    )  # fmt: skip


def child_page(session: Session, actor: Actor, child_id: str, on: date) -> ChildView:
    """The page of one child: closed until the actor has said why they open it.

    Raises:
        NotFound: there is none in the actor's scope.
        NotAllowed: `blind`, the actor is sent there to look anew.
    """
    one = service.get(session, actor, child_id, on, looking=True)
    looking_service.require_sight(session, actor, one.home.id)
    head: dict[str, Any] = {
        "id": one.row.id, "person_id": one.person.id, "household_id": one.home.id,
        "name": child_name(one.person.name, actor.role), "age": shared.person_line(one.person, on),
        "place": f"{divisions.place(session, one.home.division)} {one.home.group or ''}",
    }  # fmt: skip
    if not service.opened(session, actor, one.person.id):
        return ChildView(**head, closed=True)
    return ChildView(**(head | {"name": one.person.name}), **_known(session, actor, one, on))


def _known(session: Session, actor: Actor, one: Standing, on: date) -> dict[str, Any]:
    row, ledger = one.row, one.person.ledger
    told = told_in("child", ledger).values
    task = shared.visits_due(session, [one.home.id]).get(one.home.id)
    seen = register.last_visit(one.home, row.listed_visit_on)
    carer = _carer(session, ledger, told)
    listed = {"school": row.school_written}
    return carer | {
        "kinds": [rules.KINDS[kind] for kind in row.kinds if kind in rules.KINDS], "kind_codes": list(row.kinds),
        "risk": rules.RISKS.get(row.risk or "", ""), "risk_code": row.risk or "",
        "tone": rules.RISK_TONES.get(row.risk or "", ""), "support": rules.SUPPORT.get(row.support or "", ""),
        "support_code": row.support or "",
        "doubts": [DoubtView(doubt.words, doubt.grave) for doubt in doubts_of(session, one, on)],
        "parents": [_parent(row, "father", "父亲"), _parent(row, "mother", "母亲")],
        "school": row.school_written or "", "school_told": _day(row.school_told_on),
        "village_told": _day(row.village_told_on), "contact_on": _day(row.parent_contact_on),
        "wish": row.wish or str(told.get("wish") or ""), "last_visit": seen["on"] if seen else "还没看过",
        "visit_id": (seen or {}).get("id") or "", "due": task.due_on.isoformat() if task else "没有定",
        "overdue": bool(task and task.due_on <= on), "found": shared.found_views(session, "child", ledger, listed),
        "papers": [PaperView(paper.id, paper.kind, paper.until, paper.tone, paper.inspection)
                   for paper in agreements.of_person(session, one.person.id, on)],
        "cases": cases.rows_of_child(session, actor, one.person.id),
        "tags": shared.tag_words(session, [one.person.id], on).get(one.person.id, []), "version": row.version,
    }  # fmt: skip


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""


def _parent(row: Any, who: str, word: str) -> ParentView:
    return ParentView(word, getattr(row, f"{who}_name") or "", getattr(row, f"{who}_state") or "",
                      _day(getattr(row, f"{who}_since")), _day(getattr(row, f"{who}_back_on")))  # fmt: skip


def _carer(session: Session, ledger: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, str]:
    """Who guards the child in fact, as the last visit found."""
    entry = ledger.get("person.carer")
    if entry is None:
        return {"carer": "", "carer_on": "", "carer_visit": ""}
    words = shared.said(told["carer"], forms.field_words(session).get("person.carer", {}))
    return {"carer": words, "carer_on": str(entry.get("at") or "")[:10], "carer_visit": entry.get("visit") or ""}


def doubts_of(session: Session, one: Standing, on: date) -> list[rules.Doubt]:
    """What is wrong today about who guards a child."""
    values = register.policy(session, rules.GUARDIANSHIP, on, one.home.division)
    papers = agreement_service.standing_of(session, one.person.id, "guardianship")
    holds = next((row for row in papers if (row.to_on is None or row.to_on >= on) and row.ended_on is None), None)
    return rules.doubts(
        age=age_on(one.person.born_on, on) if one.person.born_on else None,
        found=told_in("child", one.person.ledger).values, agreement=holds,
        left_behind=bool(FAR_AWAY & set(one.row.kinds)),
        carer_notes=agreements.carer_doubts(session, holds, on, values) if holds else [],
        contact_on=one.row.parent_contact_on, on=on, values=values,
    )  # fmt: skip


def list_surveys(session: Session, actor: Actor, on: date, *, village: str = "", offset: int = 0) -> WomanPage:
    """A page of the survey of left-behind women."""
    query = queries.surveys(actor, on, village)
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    rows = session.execute(query.limit(PAGE + 1).offset(offset)).all()
    places = divisions.places(session, {home.division for _, _, home in rows})
    return WomanPage([_survey(row, person, places[home.division], on) for row, person, home in rows[:PAGE]], total,
                     len(rows) > PAGE)  # fmt: skip


def _survey(row: Any, person: Any, place: str, on: date) -> WomanRow:
    said = row.answers
    husband = " ".join(str(said.get(name) or "") for name in ("husband_place", "husband_since", "husband_contact"))
    cares = [f"{said[name]} 个{word}" for name, word in (("children", "孩子"), ("elders", "老人")) if said.get(name)]
    hard: Sequence[str] = said.get("difficulties") or []
    troubles = "、".join(tags.label(rules.WOMAN_DIFFICULTIES, code) for code in hard)
    return WomanRow(
        row.id, person.name, place, shared.person_line(person, on), row.on.isoformat(), husband.strip(),
        "、".join(cares), troubles, said.get("needs") or "",
    )  # fmt: skip
