"""Cases as the office looks at them: the list with clocks, one case with its steps."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from app.accounts.queries import names_of
from app.accounts.schemas import Actor
from app.among import among
from app.children import case_service, rules
from app.children.schemas import CasePage, CaseRow, CaseView, Choice, StepView
from app.db import SHANGHAI, utcnow
from app.divisions import service as divisions
from app.limits import PAGE
from models.children import ChildCase
from models.households import Household, Person

HIDDEN = "要保密的一件"


def _when(moment: datetime | None) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if moment else ""


def list_cases(
    session: Session, actor: Actor, *, which: str = "open", village: str = "", offset: int = 0
) -> CasePage:
    """A page of the cases that somebody may see; restricted ones say nothing until they are opened."""
    found, total = case_service.visible(session, actor, which=which, village=village, offset=offset, limit=PAGE)
    return CasePage(_rows(session, found), total, total > offset + PAGE)


def rows_of_child(session: Session, actor: Actor, person_id: str) -> list[CaseRow]:
    """The cases about one child that somebody may see, open and closed."""
    found = [one for which in ("open", "closed") for one in case_service.about_child(session, actor, person_id, which)]
    return _rows(session, found)


def _whom(session: Session, cases: Sequence[ChildCase]) -> dict[str, tuple[str, str]]:
    """Of whom each case is, and where, by its id."""
    people, homes = {one.person_id for one in cases} - {None}, {one.household_id for one in cases} - {None}
    name_of: dict[str, str] = {}
    if people:
        asked = select(Person.id, Person.name).where(among(Person.id, people))  # type: ignore[call-overload]
        name_of = {key: name for key, name in session.execute(asked)}
    home_of: dict[str, tuple[str, str]] = {}
    if homes:
        asked = select(Household.id, Household.name, Household.division).where(among(Household.id, homes))  # type: ignore[call-overload]
        home_of = {key: (name, division) for key, name, division in session.execute(asked)}
    where = {one.id: home_of.get(one.household_id or "", ("", one.division))[1] for one in cases if one.division}
    places = divisions.places(session, set(where.values()))
    found = {}
    for one in cases:
        home = home_of.get(one.household_id or "")
        other = f"{home[0]}家的孩子" if home else str(one.report.get("where") or "名单里没有的孩子")
        found[one.id] = (name_of.get(one.person_id or "") or other, places[where[one.id]] if one.id in where else "")
    return found


def _rows(session: Session, cases: Sequence[ChildCase]) -> list[CaseRow]:
    told = _whom(session, [one for one in cases if not one.restricted])
    now = utcnow()
    return [_row(one, *told.get(one.id, (HIDDEN, "")), now) for one in cases]


def _row(case: ChildCase, whom: str, place: str, now: datetime) -> CaseRow:
    words = "" if case.restricted else rules.SITUATIONS.get(case.situation, case.situation)
    return CaseRow(
        id=case.id, title="，".join(part for part in (whom, words) if part), place=place,
        stage=rules.STAGES[case.stage], reported=_when(case.reported_at), due=_when(case.due_at),
        late=bool(case.due_at and case.due_at < now), restricted=case.restricted, closed=bool(case.closed_at),
    )  # fmt: skip


def case_page(session: Session, actor: Actor, case_id: str) -> CaseView:
    """One case in full; the caller writes the look down first.

    Raises:
        NotFound: none, or not for this actor.
    """
    case = case_service.get(session, actor, case_id)
    whom, place = _whom(session, [case])[case.id]
    said, order = case.report, list(rules.STAGES)
    police = " ".join(str(said.get(name) or "") for name in ("police_unit", "police_number")).strip()
    called = "、".join(said.get("called") or [])
    names = names_of(session, [case.author_id, *case.seers])
    return CaseView(
        id=case.id, version=case.version, whom=whom, place=place, child_id=case.person_id or "",
        household_id=case.household_id or "",
        situations="、".join(rules.SITUATIONS.get(one, one) for one in said.get("situations") or [case.situation]),
        restricted=case.restricted, seers="、".join(names[one] for one in case.seers if one in names),
        stage=case.stage, stages=list(rules.STAGES.values()), reached=order.index(case.stage),
        asks=rules.NEXT_ASKS.get(case.stage, ""), due=_when(case.due_at),
        late=bool(case.due_at and case.due_at < utcnow()), closed=bool(case.closed_at),
        reported=_when(case.reported_at), author=names.get(case.author_id, ""), seen=str(said.get("seen") or ""),
        called=f"{called} {said.get('called_at') or ''}".strip(), police=police,
        steps=[StepView(_when(step.at), name, rules.STAGES.get(step.stage, ""), step.text)
               for step, name in case_service.steps(session, case)],
        next=[Choice(stage, "还在这一步" if stage == case.stage else f"进到：{words}")
              for stage, words in rules.STAGES.items() if rules.may_follow(case.stage, stage)],
    )  # fmt: skip
