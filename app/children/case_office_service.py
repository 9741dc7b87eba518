"""Cases as the office looks at them: the list with clocks, one case with its steps."""

from datetime import datetime

from sqlmodel import Session

from app.accounts.queries import names_of
from app.accounts.schemas import Actor
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
    found = case_service.visible(session, actor, which=which, village=village)
    rows = [_row(session, case) for case in found[offset : offset + PAGE]]
    return CasePage(rows, len(found), len(found) > offset + PAGE)


def rows_of_child(session: Session, actor: Actor, person_id: str) -> list[CaseRow]:
    """The cases about one child that somebody may see, open and closed."""
    return [
        _row(session, case)
        for which in ("open", "closed")
        for case in case_service.visible(session, actor, which=which, child_id=person_id)
    ]


def _whom(session: Session, case: ChildCase) -> tuple[str, str]:
    """Of whom a case is, and where."""
    person = session.get(Person, case.person_id) if case.person_id else None
    home = session.get(Household, case.household_id) if case.household_id else None
    place = divisions.place(session, home.division if home else case.division) if case.division else ""
    if person:
        return person.name, place
    return (f"{home.name}家的孩子" if home else str(case.report.get("where") or "名单里没有的孩子")), place


def _row(session: Session, case: ChildCase) -> CaseRow:
    whom, place = (HIDDEN, "") if case.restricted else _whom(session, case)
    words = "" if case.restricted else rules.SITUATIONS.get(case.situation, case.situation)
    return CaseRow(
        id=case.id, title="，".join(part for part in (whom, words) if part), place=place,
        stage=rules.STAGES[case.stage], reported=_when(case.reported_at), due=_when(case.due_at),
        late=bool(case.due_at and case.due_at < utcnow()), restricted=case.restricted, closed=bool(case.closed_at),
    )  # fmt: skip


def case_page(session: Session, actor: Actor, case_id: str) -> CaseView:
    """One case in full; the caller writes the look down first.

    Raises:
        NotFound: none, or not for this actor.
    """
    case = case_service.get(session, actor, case_id)
    whom, place = _whom(session, case)
    said, order = case.report, list(rules.STAGES)
    police = " ".join(str(said.get(name) or "") for name in ("police_unit", "police_number")).strip()
    called = "、".join(said.get("called") or [])
    names = names_of(session, [case.author_id, *case.seers])
    return CaseView(
        id=case.id, whom=whom, child_id=case.person_id or "", household_id=case.household_id or "", place=place,
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
