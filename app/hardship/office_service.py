"""The register of the destitute as the office looks at it: the list with the two rates, one person's page."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session

from app.accounts.queries import names_of
from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.agreements import rules as agreements
from app.db import utcnow
from app.divisions import service as divisions
from app.errors import NotAllowed
from app.hardship import queries, rules
from app.hardship.rules import AgreementState, Rate
from app.hardship.schemas import (
    AssessmentView,
    ClaimView,
    HardshipPage,
    HardshipRow,
    HardshipView,
    IndicatorView,
    PaidView,
    RateView,
)
from app.households import looking_service
from app.households import register_service as register
from app.households.register_service import Standing
from app.households.rules import age_on, is_child, mask_phone, read_id
from app.households.tags import SEX
from app.households.words_service import china_day, day, told, yuan
from app.limits import PAGE
from app.visits.rules import told_in
from app.workdays import workdays_later
from models.agreements import Agreement
from models.hardship import Assessment, InsuranceClaim

KEYS = (
    "hardship.institution_share", "hardship.review_months", "hardship.review_remind_days", "hardship.change_days",
    "hardship.care_fee_fen", "hardship.insurance_day_fen", "visit_days.hardship", "care.agreement_remind_days",
    "care.carer_age", "care.most_people",
)  # fmt: skip
ONLY: dict[str, str] = {
    "": "全部",
    "unable": "失能、半失能",
    "asked": "失能想去、还在家",
    "no_care": "照料协议没签或过期",
    "look_in": "该去看了",
    "review": "该年审了",
    "change": "走访说有变化",
    "differs": "等级写得不一样",
    "unknown": "还没评估",
}
"""What the list can be narrowed to."""
FLAGS: dict[str, str] = {
    "asked": "想去养老院", "no_care": "没有照料协议", "look_in": "该去看了", "review": "该年审",
    "change": "走访说有变化", "differs": "等级不一样", "unknown": "没评估",
}  # fmt: skip


def _allowed(actor: Actor) -> None:
    if not actor.may(Permission.REGISTERS):
        raise NotAllowed()


def _able(row: Row[Any]) -> dict[str, bool | None]:
    return {name: getattr(row, name) for name in rules.INDICATORS}


def _flags(row: Row[Any], care: Agreement | None, values: Mapping[str, Any], on: date) -> set[str]:
    able = _able(row)
    grade, found = rules.grade(able), set()
    if grade is None:
        found.add("unknown")
    if grade == rules.NONE and row.wish == "willing" and row.support == "home":
        found.add("asked")
    if grade in (rules.PART, rules.NONE):
        found.add("unable")
    if rules.differs(able, row.grade_written):
        found.add("differs")
    problem = _care_state(row.support, care, values, on)
    if problem is not None and problem.late:
        found.add("no_care")
    seen = register.last_visit(row, row.listed_visit_on)
    last = date.fromisoformat(seen["on"]) if seen else None
    look_in = rules.look_in_due(last, values["visit_days.hardship"])
    if row.support == "home" and (look_in is None or look_in < on):
        found.add("look_in")
    due = rules.review_due(row.reviewed_on, row.assessed_on, values["hardship.review_months"])
    if due is None or due < on:
        found.add("review")
    if change_of(row.ledger, grade, row.assessed_on, values["hardship.change_days"]) is not None:
        found.add("change")
    return found


def change_of(
    ledger: Mapping[str, Any], grade: str | None, assessed_on: date | None, days: int
) -> tuple[str, date, date] | None:
    """What a visit after the assessment found that comes to another grade: (its grade, its day, the deadline)."""
    said = ledger.get("hardship.cannot")
    seen = rules.seen_grade(said["value"]) if said else None
    if said is None or seen is None or grade is None or seen == grade:
        return None
    on = china_day(said["at"])
    if assessed_on is not None and on <= assessed_on:
        return None
    return seen, on, workdays_later(on, days)


def _care_state(
    support: str | None, care: Agreement | None, values: Mapping[str, Any], on: date
) -> AgreementState | None:
    holds = None if care is None else agreements.holds(care, on)
    to_on, open_ended = (care.to_on, care.open_ended) if care else (None, False)
    return rules.agreement_state(support, to_on, open_ended, holds, on, values["care.agreement_remind_days"])


def listing(
    session: Session, actor: Actor, *, text: str = "", village: str = "", only: str = "", offset: int = 0
) -> tuple[HardshipPage, list[RateView]]:
    """A page of the register and the two rates of the whole scope."""
    _allowed(actor)
    on = register.today()
    everybody = queries.light(session, actor, on)
    rows = [row for row in everybody if row.division.startswith(village)]
    care = queries.care_agreements(session, [row.person_id for row in rows], on)
    values = {area: register.policy(session, KEYS, on, area) for area in {row.division for row in rows}}
    flags = {row.id: _flags(row, care.get(row.person_id), values[row.division], on) for row in rows}
    said = text.strip()
    chosen = [
        row
        for row in rows
        if (not said or said in row.name or said == row.code) and (not only or only in flags[row.id])
    ]
    window = chosen[offset : offset + PAGE]
    places = divisions.places(session, {row.division for row in window})
    listed = [_row(row, flags[row.id], care.get(row.person_id), places[row.division], on) for row in window]
    return HardshipPage(listed, len(chosen), len(chosen) > offset + PAGE), _rates(session, actor, everybody, on)


def _row(row: Row[Any], flags: set[str], care: Agreement | None, place: str, on: date) -> HardshipRow:
    seen = register.last_visit(row, row.listed_visit_on)
    line = HardshipRow(
        id=row.id, name=row.name, place=f"{place} {row.group or ''}".strip(),
        support=row.institution or rules.SUPPORT.get(row.support or "", "没写"),
        grade=rules.GRADE_SHORT.get(rules.grade(_able(row)) or "", "没评估"),
        carer=(care.carer_name or "") if care else "",
        last_visit=day(date.fromisoformat(seen["on"])) if seen else "",
        flags=[words for code, words in FLAGS.items() if code in flags],
    )  # fmt: skip
    child = is_child(row.born_on, (), on)
    return replace(line, grade="点开才看", carer="", flags=[]) if child else line


def rate_of(session: Session, rows: Sequence[Row[Any]], area: str, on: date) -> Rate:
    """The rate over those of these rows who live below an area."""
    share = register.policy(session, KEYS, on, area)["hardship.institution_share"]
    return rules.rate(((_able(row), row.support, row.wish) for row in rows if row.division.startswith(area)), share)


def _rates(session: Session, actor: Actor, rows: Sequence[Row[Any]], on: date) -> list[RateView]:
    """Of the county and each township that the actor sees the whole of: part of a place has no rate."""
    found = {row.division[:cut] for row in rows for cut in (6, 9)}
    areas = sorted((code for code in found if code.startswith(actor.divisions)), key=lambda code: (len(code), code))
    places = divisions.places(session, areas)
    return [_rate_view(area, places[area], rate_of(session, rows, area, on)) for area in areas]


def _rate_view(area: str, place: str, one: Rate) -> RateView:
    percent = "没有人" if one.percent is None else f"{one.percent:g}%"
    return RateView(area, place, one.unable, one.housed, percent, f"{one.at_least * 100:g}%", one.to_move, one.asked,
                    one.reached)  # fmt: skip


def person_page(session: Session, actor: Actor, one: Standing) -> HardshipView:
    """The page of one destitute person; a child's shows once the record has been opened."""
    _allowed(actor)
    on = register.today()
    row, person, home = one.row, one.person, one.home
    looking_service.require_sight(session, actor, home.id)
    age = age_on(person.born_on, on) if person.born_on else None
    about = " ".join(part for part in (SEX.get(person.sex, ""), "" if age is None else f"{age} 岁") if part)
    place = f"{divisions.place(session, home.division)} {home.group or ''}".strip()
    head = HardshipView(row.id, person.id, home.id, person.name, about, place, version=row.version)
    if is_child(person.born_on, (), on) and person.id not in looking_service.open_to(
        session, actor, [person.id], utcnow()
    ):
        return replace(head, closed=True)
    values = register.policy(session, KEYS, on, home.division)
    care = queries.care_agreements(session, [person.id], on).get(person.id)
    parts = (_of_support(row), _of_grade(session, one, values), _of_care(session, row, care, values, on))
    merged: dict[str, Any] = {}
    for part in (*parts, _of_times(one, values, on), _of_money(session, one, values)):
        merged |= part
    return replace(head, **merged)


def _of_support(row: Any) -> dict[str, Any]:
    return {
        "support": rules.SUPPORT.get(row.support or "", "没写"), "support_code": row.support or "home",
        "institution": row.institution or "", "wish": rules.WISH.get(row.wish or "not_asked", ""),
        "wish_code": row.wish or "not_asked", "asked_on": row.asked_on.isoformat() if row.asked_on else "",
        "asked_words": day(row.asked_on), "refused_why": row.refused_why or "",
    }  # fmt: skip


def _of_grade(session: Session, one: Standing, values: Mapping[str, Any]) -> dict[str, Any]:
    row, able = one.row, rules.able_of(one.row)
    grade = rules.grade(able)
    said = one.person.ledger.get("hardship.cannot")
    codes = said["value"] if said else None
    seen = {codes} if isinstance(codes, str) else set(codes or ())
    changed = change_of(one.person.ledger, grade, row.assessed_on, values["hardship.change_days"])
    history = queries.assessments(session, one.person.id)
    names = names_of(session, [each.author_id for each in history])
    change_due = ""
    if changed:
        words, since = rules.GRADES[changed[0]], day(changed[1])
        change_due = f"{since}走访看到的合起来是{words}，和评估的不一样，{day(changed[2])}前要复核。"
    return {
        "grade": rules.GRADES.get(grade or "", ""), "grade_written": row.grade_written or "",
        "differs": rules.differs(able, row.grade_written), "assessed": day(row.assessed_on), "change_due": change_due,
        "seen": day(china_day(said["at"])) if said else "",
        "indicators": [
            IndicatorView(name, words, _can(able[name]), _can(name not in seen) if said else "")
            for name, words in rules.INDICATORS.items()
        ],
        "history": [_assessment(each, names) for each in history],
    }  # fmt: skip


def _can(able: bool | None) -> str:
    return "没问" if able is None else "能" if able else "不能"


def _assessment(one: Assessment, names: Mapping[str, str]) -> AssessmentView:
    able = rules.able_of(one)
    return AssessmentView(
        one.id, day(one.on), rules.GRADES[rules.grade(able) or rules.FULL],
        "、".join(rules.cannot(able)) or "都能", names.get(one.author_id or "", ""), one.visit_id or "",
    )  # fmt: skip


def _of_care(session: Session, row: Any, care: Agreement | None, values: Mapping[str, Any], on: date) -> dict[str, Any]:
    state = _care_state(row.support, care, values, on)
    problems = [state.problem] if state else []
    if care is None:
        return {"agreement_problem": "；".join(problems)}
    many = queries.cares_for(session, [care.carer_index], on) if care.carer_index else {}
    born = read_id(care.carer_number, on).born_on if care.carer_number else None
    wrong = rules.carer_problem(age_on(born, on) if born else None, many.get(care.carer_index or "", 1),
                                values["care.carer_age"], values["care.most_people"])  # fmt: skip
    problems += [wrong] if wrong else []
    until = "长期" if care.open_ended else day(care.to_on) or "没写到期"
    return {
        "carer": " ".join(part for part in (care.carer_name, care.carer_relation) if part),
        "carer_phone": mask_phone(care.carer_phone), "agreement": f"{day(care.from_on)} 到 {until}",
        "agreement_problem": "；".join(problems),
    }  # fmt: skip


def _of_times(one: Standing, values: Mapping[str, Any], on: date) -> dict[str, Any]:
    row = one.row
    seen = register.last_visit(one.home, row.listed_visit_on)
    last = date.fromisoformat(seen["on"]) if seen else None
    look_in = rules.look_in_due(last, values["visit_days.hardship"])
    due = rules.review_due(row.reviewed_on, row.assessed_on, values["hardship.review_months"])
    return {
        "last_visit": day(last), "last_visit_id": (seen or {}).get("id") or "",
        "look_in": day(look_in) or "还没去过，现在就该去", "look_in_late": look_in is None or look_in < on,
        "reviewed": day(row.reviewed_on), "review_due": day(due) or "还没评估过，现在就该办",
        "review_late": due is None or due < on,
    }  # fmt: skip


def _of_money(session: Session, one: Standing, values: Mapping[str, Any]) -> dict[str, Any]:
    grade = rules.grade(rules.able_of(one.row)) or ""
    source = told_in("hardship", one.person.ledger)
    paid = queries.fees_paid(session, [one.person.id]).get(one.person.id, [])
    return {
        "fee": yuan(values["hardship.care_fee_fen"].get(grade)),
        "day_fee": yuan(values["hardship.insurance_day_fen"].get(grade)),
        "paid": [PaidView(each.period, yuan(each.amount_fen), each.payee or "", each.ok) for each in paid[:8]],
        "claims": [claim_view(each) for each in queries.claims(session, one.person.id)],
        "told": told(session, "hardship", one.person.ledger), "told_visit_id": source.visit_id or "",
        "told_on": day(china_day(source.at)) if source.at else "",
    }  # fmt: skip


def claim_view(one: InsuranceClaim) -> ClaimView:
    """A claim as it is shown."""
    until = day(one.out_on) or "还在住院"
    return ClaimView(
        one.id, f"{day(one.in_on)} 到 {until}", one.insurer or "", one.policy or "", yuan(one.day_fen),
        yuan(one.paid_fen), rules.CLAIM_STATES.get(one.state, one.state), one.state, one.in_on.isoformat(),
        one.out_on.isoformat() if one.out_on else "", one.version,
    )  # fmt: skip
