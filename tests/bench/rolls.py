"""The roll of a month among 500,000 people and 3,000,000 payments: issue 5, the first page for a township ≤ 100 ms p95.

Runs on SQLite in a home of its own, as `search` does.
"""

import random
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert

from tests.bench import search
from tests.bench.run import Figure
from tests.bench.search import VILLAGES, _county, _p95, _time

PAYMENTS = 3_000_000
GOAL = "p95 ≤ 100 ms"
HELD = {"old_allowance": 150, "disability_living": 100, "disability_care": 100, "tekun": 20, "dibao": 100}
"""Lines in each village; a certificate of 低保 has two members."""
MONTH = "2026-10"


def fill(session: Any) -> None:
    """Enrolments and payments for the county of `search`."""
    from sqlalchemy import select, update

    from app.db import new_id, utcnow
    from models.benefits import Enrolment, Payment
    from models.disability import DisabilityCertificate
    from models.households import Person

    dice, now = random.Random(5), utcnow()
    session.execute(update(Person).values(born_on=date(1950, 1, 1)))
    people: dict[str, list[tuple[str, str]]] = {}
    for key, home, village in session.execute(select(Person.id, Person.household_id, Person.division)):
        people.setdefault(village, []).append((key, home))
    base = {"created_at": now, "updated_at": now, "version": 1, "details": {}}
    payees = []
    for village, found in people.items():
        rows, cards = [], []
        chosen = iter(dice.sample(found, sum(HELD.values()) + HELD["dibao"]))
        for programme, count in HELD.items():
            for number in range(count):
                card = f"{village}{number}" if programme == "dibao" else ""
                for member in range(2 if card else 1):
                    person, home = next(chosen)
                    ended = dice.random() < 0.02
                    rows.append(base | {
                        "id": new_id(), "person_id": person, "household_id": home, "division": village,
                        "programme": programme, "certificate": card, "is_holder": not member, "counted": True,
                        "state": "stopped" if ended else "active", "to_month": dice.choice(("2026-09", MONTH)) if ended
                        else None, "from_month": MONTH if dice.random() < 0.01 else "2020-01",
                        "amount_fen": 50000 if card else None, "people": 2,
                    })  # fmt: skip
                    if programme.startswith("disability"):
                        cards.append(base | {
                            "id": new_id(), "person_id": person, "household_id": home, "division": village,
                            "grade": dice.randint(1, 2), "open_ended": True,
                        })  # fmt: skip
                    if not member:
                        payees.append((person, home, village, programme))
                    if programme == "old_allowance":
                        born = date(1926, 1, 1) + timedelta(days=dice.randrange(20 * 365))
                        session.execute(update(Person).where(Person.id == person).values(born_on=born))
        session.execute(insert(Enrolment), rows)
        session.execute(insert(DisabilityCertificate), cards)
    paid = {"number": 0, "amount_fen": 50000, "ok": True, "created_at": now, "version": 1}
    months = [f"{2024 + at // 12}-{at % 12 + 1:02}" for at in range(34)]
    batch, left = [], PAYMENTS
    for month in reversed(months):
        for person, home, village, programme in payees:
            if left:
                left -= 1
                batch.append(paid | {"id": new_id(), "person_id": person, "household_id": home, "division": village,
                                     "programme": programme, "period": month})  # fmt: skip
            if len(batch) == 20_000 or (batch and not left):
                session.execute(insert(Payment), batch)
                batch = []


def measure() -> list[Figure]:
    """Fill the database of this process, and read rolls in it."""
    from app.benefits import office_service
    from app.db import engine, migrate, reading, transaction

    migrate()
    with transaction() as session:
        search.fill(session)
        fill(session)
    with engine().connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()

    def roll(town: str, programme: str) -> None:
        with reading() as session:
            office_service.roll(session, _county("town_clerk", (town,)), programme, MONTH)

    def overview(area: str) -> None:
        with reading() as session:
            office_service.overview(session, _county("section", (area,)), MONTH)

    towns = [f"349927{100 + number}" for number in range(VILLAGES // 10)]
    roll(towns[0], "dibao")
    figures = []
    for programme in HELD:
        times = [_time(lambda town=town, programme=programme: roll(town, programme)) for town in towns]
        what = f"roll of a month for a township, {programme}, first page, p95"
        figures.append(Figure(what, _p95(times), "ms", GOAL, _p95(times) <= 100))
    times = [_time(lambda town=town: overview(town)) for town in towns]
    p95 = _p95(times)
    figures.append(Figure("all programmes of a township's month, p95", p95, "ms", "≤ 1000 ms", p95 <= 1000))
    county = _time(lambda: overview("349927")) * 1000
    figures.append(Figure("all programmes of the county's month", county, "ms", "≤ 5000 ms", county <= 5000))
    return figures


def run() -> list[Figure]:
    """Measure in a home of its own, thrown away afterwards."""
    return search.alone(measure)
