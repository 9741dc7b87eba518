"""The demo county's enrolments, begun by hand as an office would, and what was paid for the last months."""

import random
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlmodel import Session

from app.accounts.schemas import Actor
from app.benefits import roll_service, rules, service
from app.benefits.schemas import ChangeIn, EnrolIn, StopIn
from app.db import new_id, utcnow
from app.demo import rules as county
from app.demo.registers import operator, tagged
from models.benefits import Enrolment, Payment
from models.households import Person

MONTHS = 3
HERE = frozenset(code for code, _ in county.VILLAGES[:2])
"""Where the demo's accounts work; so few begin quickly."""


def load(session: Session, today: date) -> None:
    """Low income by home, the allowance of old age; whose enrolment stands already is left alone."""
    actor, draw, now = operator(), random.Random(31), rules.month_of(today)
    begun = rules.shifted(now, -14)
    homes: dict[str, list[Enrolment]] = {}
    known = set(session.scalars(select(Enrolment.person_id)))
    wanted = tagged(session, ("dibao", "tekun", "old_allowance"))
    for person, marks in (one for one in wanted if one[0].division in HERE and one[0].id not in known):
        if "old_allowance" in marks:
            _old(session, actor, person, now)
        if "dibao" in marks and "tekun" not in marks:
            before = homes.setdefault(person.household_id, [])
            amount = before[0].amount_fen if before else draw.randint(30, 90) * 1000
            given = EnrolIn(
                programme="dibao", from_month=begun, why="县里批准", amount_fen=amount, is_holder=not before,
                band=draw.choice("ABC"), certificate=f"DB{person.household_id[-6:]}",
            )  # fmt: skip
            before.append(service.start(session, actor, person.id, given))
    _news(session, actor, list(homes.values()), now)
    _paid(session, actor, today)


def _old(session: Session, actor: Actor, person: Person, now: str) -> None:
    """Since the month of the eightieth birthday; of a birthday in this month since this month."""
    born = person.born_on or date(1940, 1, 1)
    since = max(rules.shifted(rules.month_of(born), 80 * 12), "2020-01")
    given = EnrolIn(programme="old_allowance", from_month=min(since, now), why="满 80 岁")
    service.start(session, actor, person.id, given)


def _news(session: Session, actor: Actor, homes: Sequence[Sequence[Enrolment]], now: str) -> None:
    """What differs from the month before: a new amount, an end, an easing."""
    if len(homes) < 3:
        return
    first, second, third = (home[0] for home in homes[:3])
    more = ChangeIn(month=now, why="收入重新核定", amount_fen=(first.amount_fen or 0) + 10000)
    service.change(session, actor, first.id, more, first.version)
    service.stop(session, actor, second.id, StopIn(to_month=now, reason="收入超标", whole=True), second.version)
    service.change(session, actor, third.id, ChangeIn(month=now, why="找到工作，渐退", state="easing"), third.version)


def _paid(session: Session, actor: Actor, today: date) -> None:
    """What arrived in the months before this one."""
    for back in range(1, MONTHS + 1):
        month = rules.shifted(rules.month_of(today), -back)
        paid_on = rules.first_day(month) + timedelta(days=9)
        session.add_all(
            Payment(
                id=new_id(), person_id=line.person_id, household_id=line.household_id, division=line.division,
                programme=programme, period=month, amount_fen=line.amount_fen, paid_on=paid_on,
                certificate=line.certificate or None, people=line.people, created_at=utcnow(),
            )
            for programme in ("dibao", "tekun", "old_allowance")
            for line in roll_service.roll_rows(session, actor, programme, month)
            if line.amount_fen is not None
        )  # fmt: skip
    session.flush()
