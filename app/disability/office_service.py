"""The register of certificates as the office looks at it: the list, one holder's page with both allowances."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.db import utcnow
from app.disability import queries, rules, standing_service
from app.disability.rules import Claim
from app.disability.schemas import AllowanceView, DisabilityPage, DisabilityRow, DisabilityView, ServiceView
from app.divisions import service as divisions
from app.errors import NotAllowed
from app.households import looking_service
from app.households import register_service as register
from app.households.register_service import Standing
from app.households.rules import age_on, is_child
from app.households.tags import SEX
from app.households.words_service import china_day, day, told, yuan
from app.limits import PAGE
from app.visits.rules import told_in
from models.benefits import Enrolment
from models.disability import CareService

ONLY: dict[str, str] = {
    "": "全部",
    "missing": "该领、没领",
    "too_much": "不该领、在领",
    "ending": "证快到期",
    "expired": "证过期了",
    "problem": "证号有问题",
    "service": "有照护服务",
    "unknown": "没写有效期",
}
"""What the list can be narrowed to."""
WORKED_OUT = ("missing", "too_much", "problem")
"""Which of these no column tells."""
AMOUNTS = {rules.LIVING: "disability.living_month_fen", rules.CARE: "disability.care_month_fen"}


def _allowed(actor: Actor) -> None:
    if not actor.may(Permission.REGISTERS):
        raise NotAllowed()


def listing(
    session: Session, actor: Actor, *, text: str = "", village: str = "", only: str = "", offset: int = 0
) -> DisabilityPage:
    """A page of the register."""
    _allowed(actor)
    on = register.today()
    remind = register.policy(session, standing_service.KEYS, on, village or _area(actor))["disability.remind_days"]
    query = queries.listed(
        actor, on, text=text.strip(), village=village, only=only, remind_to=on + timedelta(days=remind)
    )
    if only not in WORKED_OUT:
        rows = queries.page(session, query, PAGE + 1, offset)
        shown = _rows(session, rows[:PAGE], on)
        return DisabilityPage([row for row, _ in shown], queries.count(session, query), len(rows) > PAGE)
    chosen = [row for row, found in _rows(session, queries.page(session, query, None, 0), on) if only in found]
    return DisabilityPage(chosen[offset : offset + PAGE], len(chosen), len(chosen) > offset + PAGE)


def _area(actor: Actor) -> str:
    return actor.divisions[0] if actor.divisions else ""


def _rows(session: Session, found: Sequence[Standing], on: date) -> list[tuple[DisabilityRow, set[str]]]:
    """The lines of these certificates, each with what it can be narrowed to."""
    policy = standing_service.policies(session, {one.home.division for one in found}, on)
    claims = standing_service.claims(session, {one.person.id: _holder(one) for one in found}, on, policy)
    places = divisions.places(session, {one.home.division for one in found})
    return [
        _row(one, claims[one.person.id], places[one.home.division], on, policy[one.home.division]["remind_days"])
        for one in found
    ]


def _holder(one: Standing) -> dict[str, Any]:
    return {"row": one.row, "attribute": one.home.attribute, "died_on": one.person.died_on,
            "division": one.home.division}  # fmt: skip


def _row(
    one: Standing, claims: Mapping[str, Claim], place: str, on: date, remind_days: int
) -> tuple[DisabilityRow, set[str]]:
    row = one.row
    kinds = rules.kinds_of(row.details.get("kinds"))
    state = rules.state(row.valid_to, row.open_ended, on, remind_days)
    found = {state} if state != rules.VALID else set()
    found |= {"missing"} if any(claim.missing for claim in claims.values()) else set()
    found |= {"too_much"} if any(claim.too_much for claim in claims.values()) else set()
    if rules.problems(row.number, one.person.id_number, row.category, row.grade, kinds):
        found.add("problem")
    words = {rules.ENDING: "证快到期", rules.ENDED: "证过期了", "missing": "该领没领", "too_much": "不该领在领",
             "problem": "证号有问题"}  # fmt: skip
    line = DisabilityRow(
        id=row.id, name=one.person.name, place=f"{place} {one.home.group or ''}".strip(),
        kind=rules.kind_words(row.category, row.grade) or row.category_written or "没写",
        until="长期" if row.open_ended else day(row.valid_to) or "没写", living=claims[rules.LIVING].words,
        care=claims[rules.CARE].words, flags=[text for code, text in words.items() if code in found],
    )  # fmt: skip
    if is_child(one.person.born_on, (), on):
        line = replace(line, kind="点开才看", until="", living="", care="", flags=[])
    return line, found


def person_page(session: Session, actor: Actor, one: Standing) -> DisabilityView:
    """The page of one holder; a child's shows once the record has been opened."""
    _allowed(actor)
    on = register.today()
    row, person, home = one.row, one.person, one.home
    looking_service.require_sight(session, actor, home.id)
    age = age_on(person.born_on, on) if person.born_on else None
    about = " ".join(part for part in (SEX.get(person.sex, ""), "" if age is None else f"{age} 岁") if part)
    place = f"{divisions.place(session, home.division)} {home.group or ''}".strip()
    head = DisabilityView(row.id, person.id, home.id, person.name, about, place, version=row.version)
    if is_child(person.born_on, (), on) and person.id not in looking_service.open_to(
        session, actor, [person.id], utcnow()
    ):
        return replace(head, closed=True)
    policy = standing_service.policies(session, [home.division], on)
    merged = _of_certificate(one, on, policy[home.division]["remind_days"])
    claims = standing_service.claims(session, {person.id: _holder(one)}, on, policy)[person.id]
    enrolled = queries.drawn(session, [person.id], on.isoformat()[:7]).get(person.id, [])
    drawn = {each.programme: each for each in enrolled}
    amounts = register.policy(session, tuple(AMOUNTS.values()), on, home.division)
    merged["allowances"] = [
        _allowance(code, claim, drawn.get(rules.PROGRAMME[code]), amounts[AMOUNTS[code]].get(str(row.grade)))
        for code, claim in claims.items()
    ]
    services = queries.services(session, [person.id]).get(person.id, [])
    source, seen = told_in("disability", person.ledger), register.last_visit(home)
    return replace(
        head, **merged, services=[_service(each, on) for each in services],
        told=told(session, "disability", person.ledger), told_visit_id=source.visit_id or "",
        told_on=day(china_day(source.at)) if source.at else "",
        last_visit=day(date.fromisoformat(seen["on"])) if seen else "",
    )  # fmt: skip


def _of_certificate(one: Standing, on: date, remind_days: int) -> dict[str, Any]:
    row = one.row
    kinds = rules.kinds_of(row.details.get("kinds"))
    wrong = rules.problems(row.number, one.person.id_number, row.category, row.grade, kinds)
    state = rules.state(row.valid_to, row.open_ended, on, remind_days)
    remind = rules.remind_on(row.valid_to, row.open_ended, remind_days)
    written = " ".join(part for part in (row.category_written, row.grade_written) if part)
    return {
        "number": rules.mask_number(row.number), "kind": rules.kind_words(row.category, row.grade, kinds),
        "written": written, "problems": [rules.PROBLEMS[code] for code in wrong], "issued": day(row.issued_on),
        "issued_on": row.issued_on.isoformat() if row.issued_on else "",
        "until": "长期" if row.open_ended else day(row.valid_to) or "没写",
        "valid_to": row.valid_to.isoformat() if row.valid_to else "", "open_ended": row.open_ended, "state": state,
        "state_words": rules.STATES[state], "remind": day(remind), "care_needed": _yes(row.care_needed),
        "injury_care": _yes(row.injury_care), "kinds": {str(kind): str(grade) for kind, grade in kinds.items()},
    }  # fmt: skip


def _yes(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"


def _allowance(code: str, claim: Claim, drawn: Enrolment | None, standard: int | None) -> AllowanceView:
    words = ""
    if drawn is not None:
        since = f"{drawn.from_month} 起" if drawn.from_month else ""
        amount = f"{yuan(drawn.amount_fen)}一个月" if drawn.amount_fen else ""
        words = "，".join(part for part in (amount, since) if part)
    return AllowanceView(
        rules.ALLOWANCES[code], claim.words, claim.why, claim.missing, claim.too_much, words,
        f"{yuan(standard)}一个月" if standard else "",
    )  # fmt: skip


def _service(one: CareService, on: date) -> ServiceView:
    hours = f"每月 {one.hours_month} 小时" if one.hours_month else ""
    extent = [hours, f"每月 {yuan(one.fee_fen)}" if one.fee_fen else ""]
    return ServiceView(
        one.id, rules.MODES.get(one.mode, one.mode), one.provider or "", "，".join(part for part in extent if part),
        f"{day(one.from_on)} 到 {day(one.to_on) or '现在'}", queries.running(one, on),
    )  # fmt: skip
