"""Rolls and enrolments as the office looks at them: all programmes of a month, one roll, one person, one home."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.benefits import queries, roll_service, rules, service
from app.benefits.roll_service import PAGE
from app.benefits.schemas import (
    ChangeRow,
    EnrolmentView,
    PastRow,
    PaymentRow,
    PersonBenefits,
    ProgrammeRow,
    Roll,
    RollLine,
    RollRow,
)
from app.db import SHANGHAI, utcnow
from app.divisions import service as divisions
from app.errors import NotAllowed
from app.households import looking_service
from app.households import register_service as register
from app.households import service as households
from app.households.register_office_service import person_line
from app.households.rules import child_name, is_child, mask_bank
from app.households.words_service import day, yuan
from models.benefits import Enrolment, Payment
from models.households import Person

PAID = 24
REVIEW = "dibao.review_months"
PAST_WORDS = {"enrolment.added": "起发", "enrolment.stopped": "停发", "enrolment.changed": "改动",
              "enrolment.reviewed": "复核"}  # fmt: skip
NAMES = rules.PROGRAMMES | {"care_fee": "照料护理补贴"}


def months(on: date, back: int = 23) -> list[tuple[str, str]]:
    """The months that can be looked at, next month's first: (code, words)."""
    now = rules.month_of(on)
    found = [rules.shifted(now, 1 - number) for number in range(back + 2)]
    return [(month, rules.month_words(month)) for month in found]


def overview(session: Session, actor: Actor, month: str, place: str = "") -> list[ProgrammeRow]:
    """Every programme that anybody of the area holds in a month."""
    found = []
    for code, name in rules.PROGRAMMES.items():
        one = roll_service.asked(actor, code, month, place)
        now = roll_service.sums(session, one)
        before = roll_service.sums(session, replace(one, month=rules.shifted(month, -1)))
        if not now.lines and not before.lines:
            continue
        words = f"{now.lines} 户 {queries.people(session, one)} 人" if code == rules.DIBAO else f"{now.lines} 人"
        found.append(ProgrammeRow(
            code, name, words, yuan(now.amount_fen), _difference(now.amount_fen - before.amount_fen),
            f"{now.missing} {'户' if code == rules.DIBAO else '人'}算不出" if now.missing else "",
        ))  # fmt: skip
    return found


def _difference(fen: int) -> str:
    if not fen:
        return "和上月一样"
    return f"比上月{'多' if fen > 0 else '少'} {yuan(abs(fen))}"


def roll(
    session: Session, actor: Actor, programme: str, month: str, *, place: str = "", state: str = "",
    after: Sequence[str] = (), changes_from: int = 0,
) -> Roll:  # fmt: skip
    """One programme's roll of a month: sums, who differs and why, a page of its lines.

    Raises:
        NotAllowed, BadInput: as `roll_service.asked`.
    """
    one = roll_service.asked(actor, programme, month, place, state)
    whole = replace(one, state="")
    sums = roll_service.sums(session, one, against_last=True)
    before = roll_service.sums(session, replace(one, month=rules.shifted(month, -1)))
    changed = roll_service.changed(session, whole)
    rows, rest = roll_service.lines(session, one, after)
    told = Counter(reason.kind for each in changed for reason in each.reasons[:1])
    shown = changed[changes_from : changes_from + PAGE]
    places = divisions.places(session, {each.row.division for each in shown})
    people = queries.people(session, one) if programme == rules.DIBAO else sums.lines
    return Roll(
        programme, rules.PROGRAMMES[programme], month, rules.month_words(month), people, sums.lines,
        yuan(sums.amount_fen), _difference(sums.amount_fen - before.amount_fen), sums.missing, sums.raised,
        [f"{words} {told[kind]}" for kind, words in rules.CHANGES.items() if told[kind]],
        [_change(actor, each, places[each.row.division]) for each in shown], len(changed),
        [_row(each) for each in rows], rest,
    )  # fmt: skip


def _change(actor: Actor, one: roll_service.Changed, place: str) -> ChangeRow:
    row = one.row
    name = child_name(row.name, actor.role) if row.programme in rules.OF_CHILDREN else row.name
    return ChangeRow(
        row.id, row.person_id, name, place,
        rules.CHANGES[one.reasons[0].kind], "；".join(reason.words for reason in one.reasons),
    )  # fmt: skip


def _row(one: RollLine) -> RollRow:
    beside = [one.note, f"照料护理 {yuan(one.care_fee_fen)}一个月，按季发" if one.care_fee_fen else ""]
    beside += ["渐退" if one.state == "easing" else "", f"{one.people} 人" if one.certificate else ""]
    return RollRow(
        one.id, one.person_id, one.name, f"{one.place} {one.group}".strip(), one.tier or "—",
        yuan(one.amount_fen) if one.amount_fen is not None else one.why_not,
        "，".join(part for part in reversed(beside) if part), yuan(one.paid_last_fen) or "没有记录", one.reasons,
    )  # fmt: skip


def person_page(session: Session, actor: Actor, person_id: str, offset: int = 0) -> PersonBenefits:
    """What one person holds and held, what was paid, what was done; a child's once the record has been opened.

    Raises:
        NotAllowed: the role does not read the registers.
        NotFound: nobody of the actor's area.
    """
    if not actor.may(Permission.REGISTERS):
        raise NotAllowed()
    on, person = register.today(), register.person_to_see(session, actor, person_id)
    place = divisions.place(session, person.division)
    head = PersonBenefits(person.id, person.household_id, person.name, person_line(person, on), place)
    if _closed(session, actor, [person], on):
        return replace(head, name=child_name(person.name, actor.role), closed=True)
    rows = queries.of_people(session, [person.id])
    others = {one.person_id for row in rows if row.programme == rules.DIBAO
              for one in queries.of_certificate(session, row)} - {person.id}  # fmt: skip
    paid = queries.payments(session, person.id, sorted(others), PAID + 1, offset)
    return replace(
        head, enrolments=_views(session, rows, [person], on),
        payments=[_paid(one, person.id) for one in paid[:PAID]], more=len(paid) > PAID,
        history=[_past(entry, who) for entry, who in queries.history(session, [row.id for row in rows])],
    )  # fmt: skip


def home(session: Session, actor: Actor, household_id: str) -> list[EnrolmentView]:
    """What everybody in a home holds and held; of children only once their record has been opened.

    Raises:
        NotAllowed: the role does not read the registers.
        NotFound: the home is not in the actor's scope.
    """
    if not actor.may(Permission.REGISTERS):
        raise NotAllowed()
    on = register.today()
    people = queries.people_of(session, households.get_household(session, actor, household_id).id)
    closed = _closed(session, actor, people, on)
    found = _views(session, queries.of_people(session, [one.id for one in people]), people, on)
    return [
        replace(one, closed=True, amount="", note="", tier="", account="", certificate="")
        if one.person_id in closed else one
        for one in found
    ]  # fmt: skip


def _closed(session: Session, actor: Actor, people: Sequence[Person], on: date) -> set[str]:
    """The children among these whose record the actor has not opened."""
    marks = register.tags_of(session, [one.id for one in people], on)
    children = {one.id for one in people if is_child(one.born_on, marks.get(one.id, ()), on)}
    return children - looking_service.open_to(session, actor, sorted(children), utcnow()) if children else set()


def _views(session: Session, rows: Sequence[Enrolment], people: Sequence[Person], on: date) -> list[EnrolmentView]:
    known = {one.id: one for one in people}
    light: Sequence[Row[Any]] = queries.rows_of(session, list(known))
    beside = queries.beside(session, light)
    month, kept = rules.month_of(on), {row.id: row for row in rows}
    months = {row.division: register.policy(session, (REVIEW,), on, row.division)[REVIEW] for row in rows}
    found = []
    for line in light:
        row, held = kept[line.id], roll_service.holding(line, beside)
        at = month if rules.on_roll(held, month) else max(row.from_month or month, _last_month(row, month))
        due = rules.due(held, at, roll_service.standards(session, at, row.division))
        again = _reviewed_again(row, month, months[row.division])
        number = mask_bank(row.account) or mask_bank(known[row.person_id].bank_account)
        found.append(EnrolmentView(
            row.id, row.person_id, row.programme, rules.PROGRAMMES.get(row.programme, row.programme), line.name,
            rules.STATES[rules.state_in(row, month)], rules.in_force(row, month),
            rules.is_changeable(row, month), _term(row),
            rules.tier_words(row.programme, due.tier) or row.band or "",
            f"{yuan(due.amount_fen)}一个月" if due.amount_fen is not None else due.why_not,
            due.note, row.certificate, number, row.programme == rules.DIBAO, row.state == "easing",
            reviewed=day(row.reviewed_on), review_due=day(again), review_late=again is not None and again < on,
            version=row.version,
        ))  # fmt: skip
    return found


def _reviewed_again(row: Enrolment, month: str, months: Mapping[str, int]) -> date | None:
    """By when a home that draws 低保 is reviewed again; of anything else, and of who leaves it, nobody asks."""
    return rules.review_due(row.reviewed_on, row.band, months) if rules.is_reviewed(row, month) else None


def _last_month(row: Enrolment, month: str) -> str:
    """The last month that was paid, for what has ended."""
    return min(rules.shifted(row.to_month, -1), month) if row.to_month else month


def _term(row: Enrolment) -> str:
    since = f"{rules.month_words(row.from_month)}起" if rules.is_month(row.from_month) else "哪个月起没写"
    if row.to_month is None:
        return f"{since}，停发月份没写" if row.state == "stopped" else since
    why = f"，{row.stop_reason}" if row.stop_reason else "，没有写原因"
    return f"{since}，{rules.month_words(row.to_month)}停发{why}"


def _paid(one: Payment, person_id: str) -> PaymentRow:
    quarter = "Q" in one.period
    period = f"{one.period[:4]} 年第 {one.period[5:]} 季度" if quarter else rules.month_words(one.period)
    name = NAMES.get(one.programme, one.programme) + ("" if one.person_id == person_id else "（按户发）")
    state = f"{day(one.paid_on)}到账" if one.ok and one.paid_on else "到账" if one.ok else "退回来了，没有到账"
    return PaymentRow(one.id, period, name, yuan(one.amount_fen), state, one.ok, one.payee or "")


def _past(entry: Any, who: str | None) -> PastRow:
    after, words = entry.after or {}, [PAST_WORDS.get(entry.action, "改动")]
    if entry.action == "enrolment.reviewed":
        words = [f"{day(date.fromisoformat(after['on']))}复核", rules.OUTCOMES.get(after["outcome"], "")]
    if after.get("month") or after.get("from_month"):
        words.append(f"{rules.month_words(after.get('month') or after['from_month'])}起")
    if after.get("to"):
        words.append(f"{rules.month_words(after['to'])}起停")
    if "amount_fen" in after:
        words.append(f"金额 {yuan((entry.before or {}).get('amount_fen')) or '没写'} → {yuan(after['amount_fen'])}"
                     if entry.before else f"金额 {yuan(after['amount_fen'])}")  # fmt: skip
    if after.get("state") in ("easing", "active") and entry.action == "enrolment.changed":
        words.append(rules.STATES[after["state"]])
    if after.get("account"):
        words.append(f"账号 {after['account']}")
    said = "，".join(words) + (f"（{entry.reason}）" if entry.reason else "")
    by = who or ("（已无此账号）" if entry.actor_id else "系统")
    return PastRow(f"{entry.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}", said, by)


def take_account(session: Session, actor: Actor, enrolment_id: str, reason: str) -> str:
    """The account behind its mask, for a reason that is written down."""
    return service.account(session, actor, enrolment_id, reason) or "没有登记"
