"""The queue: who sees what, in which order, page by page, and by which index."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, text

from app.accounts.rules import Role
from app.db import is_sqlite, new_id, reading, transaction, utcnow
from app.reviews import queries
from app.reviews.schemas import QueueFilter
from models.reviews import Review
from models.visits import Visit
from tests import makers
from tests.reviews import stage

EVERYTHING = QueueFilter()
PLACES = (makers.VILLAGE, makers.NEXT_VILLAGE, makers.FAR_VILLAGE)


@pytest.fixture
def waiting(database):
    """Sixty pictures in three villages, oldest first: (supervisor of the county, ids)."""
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        cadre = makers.user(session)
        supervisor = makers.user(session, Role.SUPERVISOR, (makers.COUNTY,))
        homes = [makers.household(session, place) for place in PLACES]
        visits = [stage.visit(session, cadre, home) for home in homes]
        now = utcnow()
        rows = [row(visits[number % 3], number, now) for number in range(60)]
        session.execute(insert(Review), rows)
    return supervisor, [one["id"] for one in rows]


def row(visit: Visit, number: int, now, **more):
    return {
        "id": new_id(), "visit_id": visit.id, "sha256": f"{number:064x}", "household_id": visit.household_id,
        "division": visit.division, "town": visit.division[:9], "author_id": visit.author_id, "form_code": "home",
        "question": "water", "of_child": False, "state": "waiting", "has_questions": False, "marks": [],
        "created_at": now, "version": 1,
    } | more  # fmt: skip


def ids(actor, wanted: QueueFilter = EVERYTHING, *, size: int = 7) -> list[str]:
    found: list[str] = []
    now = utcnow()
    while True:
        with reading() as session:
            after = found[-1] if found else ""
            page = queries.queue(session, actor, wanted, now, now.date(), after=after, limit=size)
        if not page:
            return found
        found += [one.id for one in page]


def test_every_picture_once_in_the_order_of_arrival(waiting):
    supervisor, made = waiting
    assert ids(supervisor) == made
    with reading() as session:
        assert queries.count(session, supervisor, QueueFilter(), utcnow(), utcnow().date()) == 60


@pytest.mark.parametrize(
    ("area", "places"), [(makers.TOWN, (0, 1)), (makers.FAR_VILLAGE, (2,)), (makers.COUNTY, (0, 1, 2))]
)
def test_by_area(waiting, area, places):
    supervisor, made = waiting
    expected = [one for number, one in enumerate(made) if number % 3 in places]
    assert ids(supervisor, QueueFilter(area=area)) == expected


def test_nobody_sees_beyond_their_area(waiting):
    _, made = waiting
    with transaction() as session:
        clerk = makers.user(session, Role.TOWN_CLERK, (makers.TOWN,))
        both = makers.user(session, Role.TOWN_CLERK, (makers.VILLAGE, makers.OTHER_TOWN))
        nowhere = makers.user(session, Role.TOWN_CLERK, ())
    assert ids(clerk) == [one for number, one in enumerate(made) if number % 3 != 2]
    assert ids(clerk, QueueFilter(area=makers.OTHER_TOWN)) == []
    assert ids(clerk, QueueFilter(area=makers.COUNTY)) == ids(clerk)
    assert ids(both) == [one for number, one in enumerate(made) if number % 3 != 1]
    assert ids(nowhere) == []
    with reading() as session:
        assert queries.one(session, clerk, made[2], utcnow().date()) is None
        assert queries.count(session, clerk, QueueFilter(), utcnow(), utcnow().date()) == 40


def test_decided_ones_newest_first_and_answered_ones_wait_again(waiting):
    supervisor, made = waiting
    with transaction() as session:
        for number, state in ((3, "accepted"), (9, "accepted"), (4, "answered"), (5, "returned")):
            session.get(Review, made[number]).state = state
    assert ids(supervisor, QueueFilter(state="accepted")) == [made[9], made[3]]
    assert ids(supervisor, QueueFilter(state="returned")) == [made[5]]
    assert made[4] in ids(supervisor)
    assert len(ids(supervisor)) == 57


def test_by_time_and_form(waiting):
    supervisor, _ = waiting
    with transaction() as session:
        visit = session.get(Visit, session.get(Review, waiting[1][0]).visit_id)
        old = queries.first_id_since(utcnow() - timedelta(days=10))
        session.execute(insert(Review), [row(visit, 900, utcnow(), id=old, form_code="contact")])
    assert ids(supervisor, QueueFilter(days=30))[0] == old
    assert old not in ids(supervisor, QueueFilter(days=7))
    assert ids(supervisor, QueueFilter(form="contact")) == [old]


@pytest.mark.parametrize(
    ("area", "form", "index"),
    [
        ("", "", "review_recent"),
        (makers.TOWN, "", "review_town"),
        (makers.VILLAGE, "", "review_queue"),
        ("", "contact", "review_form"),
    ],
)
def test_each_kind_of_area_is_walked_by_its_index(waiting, database, area, form, index):
    """PostgreSQL chooses among indexes by what it has counted, so there only scans and sorts are looked for."""
    supervisor, _ = waiting
    wanted, now = QueueFilter(area=area, form=form), utcnow()
    with reading() as session:
        query = queries.part(supervisor, now.date(), "waiting", area or makers.COUNTY, wanted, None)
        query = query.where(Review.id > "0").order_by(Review.id).limit(51)
        sql = str(query.compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
        if is_sqlite(session):
            plan = "\n".join(one[3] for one in session.execute(text(f"EXPLAIN QUERY PLAN {sql}")))
        else:
            session.execute(text("SET enable_seqscan = off"))
            session.execute(text("SET enable_sort = off"))
            session.execute(text("SET enable_bitmapscan = off"))
            plan = "\n".join(one[0] for one in session.execute(text(f"EXPLAIN {sql}")))
    assert index in plan or database == "postgresql", plan
    assert "Seq Scan on review" not in plan
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan
    assert "Sort" not in plan
