"""照料护理补贴发放册: who gets how much for a quarter, to whose hand; for the page and for what is exported."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.db import SHANGHAI
from app.divisions import service as divisions
from app.errors import BadInput, NotAllowed
from app.hardship import queries, rules
from app.hardship.schemas import FeeRow, FeeView
from app.households import register_service as register
from app.households.words_service import day, yuan
from app.limits import PAGE

KEY = "hardship.care_fee_fen"


def quarters(on: date, count: int = 6) -> list[str]:
    """The quarter of a day and those before it."""
    first, _ = rules.quarter_days(rules.quarter_of(on))
    return [rules.quarter_of(rules.months_later(first, -3 * back)) for back in range(count)]


def roll(session: Session, actor: Actor, quarter: str, village: str = "") -> Iterator[FeeRow]:
    """The lines of a quarter's roll in the actor's scope, village by village.

    The grade is that of the last assessment made until the quarter's end, the amount what the policy says for each of
    the months that lie within the person's time in the programme.

    Raises:
        BadInput: it is no quarter.
    """
    if not actor.may(Permission.REGISTERS):
        raise NotAllowed()
    try:
        first, last = rules.quarter_days(quarter)
    except ValueError as error:
        raise BadInput("季度没有写对，像 2026Q3。", code="bad_quarter") from error
    begun = datetime.combine(first, time(), SHANGHAI)
    rows = queries.light(session, actor, register.today(), village, since=begun)
    people = [row.person_id for row in rows]
    known = {
        "assessed": queries.assessed_by(session, people, last), "terms": queries.terms(session, people),
        "care": queries.care_agreements(session, people, last), "paid": queries.fees_paid(session, people, quarter),
    }  # fmt: skip
    places = divisions.places(session, {row.division for row in rows})
    for row in rows:
        months = _months(known["terms"].get(row.person_id), quarter, row.removed_at)
        if months:
            amounts = [register.policy(session, (KEY,), month, row.division)[KEY] for month in months]
            yield _line(row, known, amounts, places[row.division])


def _line(row: Row[Any], known: Mapping[str, Any], amounts: Sequence[Mapping[str, int]], place: str) -> FeeRow:
    assessed = known["assessed"].get(row.person_id)
    able = rules.able_of(assessed) if assessed else rules.able_of(row)
    grade = rules.grade(able)
    paid = known["paid"].get(row.person_id, [])
    care = known["care"].get(row.person_id)
    payee = row.institution if row.support == "institution" else care.carer_name if care else None
    why = "还没评估自理能力" if grade is None else "" if payee else _nobody(row.support)
    return FeeRow(
        person_id=row.person_id, household_code=row.code, name=row.name, place=place,
        support=rules.SUPPORT.get(row.support or "", ""), grade=rules.GRADES.get(grade or "", ""), months=len(amounts),
        month_fen=amounts[-1].get(grade or ""), amount_fen=rules.fee(able, amounts), payee=payee or "", why_not=why,
        paid_fen=sum(one.amount_fen for one in paid if one.ok) if paid else None,
        arrived=any(one.ok for one in paid) if paid else None,
    )  # fmt: skip


def _months(terms: Sequence[Any] | None, quarter: str, left: datetime | None) -> list[date]:
    """The months of a quarter in the programme, that in which somebody left the register as the last.

    Who is on the register without any dates counts from ever.
    """
    after = rules.months_later(left.astimezone(SHANGHAI).date().replace(day=1), 1).isoformat()[:7] if left else None
    spans = [(one.from_month, one.to_month) for one in terms or ()] or [("", None)]
    held = [(begun, min(filter(None, (over, after)), default=None)) for begun, over in spans]
    return rules.months_counted(quarter, held)


def _nobody(support: str | None) -> str:
    return "没写供养机构" if support == "institution" else "没有照料人"


def roll_view(session: Session, actor: Actor, quarter: str, village: str = "", offset: int = 0) -> FeeView:
    """A page of the roll with its sums."""
    lines = list(roll(session, actor, quarter, village))
    first, last = rules.quarter_days(quarter)
    return FeeView(
        quarter=quarter, days=f"{day(first)} 到 {day(last)}",
        rows=[_shown(one) for one in lines[offset : offset + PAGE]],
        total=len(lines), people=sum(one.amount_fen is not None for one in lines),
        amount=yuan(sum(one.amount_fen or 0 for one in lines)), waiting=sum(bool(one.why_not) for one in lines),
        more=len(lines) > offset + PAGE,
    )  # fmt: skip


def _shown(one: FeeRow) -> dict[str, str]:
    if one.arrived is None:
        state = "还没发"
    elif not one.arrived:
        state = "没发成"
    else:
        state = "已发" if one.paid_fen == one.amount_fen else f"已发 {yuan(one.paid_fen)}，和标准不一样"
    return {
        "id": one.person_id, "name": one.name, "place": one.place, "grade": one.grade or "没评估",
        "support": one.support, "months": f"{one.months} 个月", "amount": yuan(one.amount_fen) or "算不出",
        "payee": one.payee or one.why_not, "state": state, "why_not": one.why_not,
    }  # fmt: skip
