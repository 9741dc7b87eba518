"""走访记录 and 概况 as the office reads them, on both databases."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from app.accounts.rules import Role
from app.db import SHANGHAI, is_sqlite, new_id, reading, transaction, utcnow
from app.errors import NotAllowed, NotFound
from app.visits import office_service as office
from app.visits.overview_service import overview
from models.visits import Issue, Task, Visit, VisitPhoto
from tests import makers
from tests.makers import COUNTY, FAR_VILLAGE, NEXT_VILLAGE, TOWN, VILLAGE

TODAY = utcnow().astimezone(SHANGHAI).date()


def add_visit(session, home, author, seq, **more):
    at = utcnow() - timedelta(days=10) + timedelta(hours=seq)
    row = Visit(
        id=new_id(), household_id=home.id, division=home.division, author_id=author.id, form_code="home",
        form_version=1, mode=more.pop("mode", "home"), started_at=at, finished_at=at + timedelta(minutes=9),
        on=at.astimezone(SHANGHAI).date(), answers=more.pop("answers", {"house": {"water": "够"}}), seq=seq,
        received_at=at, **more,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


@pytest.fixture
def county(database):
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        author = makers.user(session, Role.VILLAGE, (VILLAGE,), name="吴秀梅")
        clerk = makers.user(session, Role.TOWN_CLERK, (TOWN,), name="周海燕")
        here, far = makers.household(session, name="刘桂英"), makers.household(session, FAR_VILLAGE, "远方")
        elder = makers.person(session, here, "刘桂英")
        first = add_visit(session, here, author, 1, met=[elder.id], answers={"elder": {elder.id: {"health": "好"}}})
        second = add_visit(session, here, author, 2, corrects=first.id, unchanged=["house"],
                           answers={"elder": {elder.id: {"health": "咳嗽"}}},
                           questions=[{"path": "", "code": "required", "message": "喝水还没填。"}])  # fmt: skip
        first.state, first.corrected_by = "replaced", second.id
        away = add_visit(session, far, author, 3, mode="phone")
        session.add(VisitPhoto(visit_id=second.id, sha256="a" * 64, question="house.water", of_child=True))
        session.add(Issue(id=new_id(), household_id=here.id, division=VILLAGE, visit_id=second.id, author_id=author.id,
                          text="药快没了", urgent=True, created_at=utcnow()))  # fmt: skip
        session.add(
            Task(id=new_id(), kind="visit", household_id=here.id, division=VILLAGE, due_on=TODAY, why="到时间了")
        )
    return {"author": author, "clerk": clerk, "here": here, "first": first, "second": second, "away": away}


def listed(actor, **what):
    with reading() as session:
        return [row.id for row in office.list_visits(session, actor, TODAY, **what).rows]


def test_the_list_is_held_to_the_area(county):
    assert listed(county["clerk"]) == [county["second"].id, county["first"].id]
    with transaction() as session:
        supervisor = makers.user(session, Role.SUPERVISOR, (COUNTY,))
        auditor = makers.user(session, Role.AUDITOR, (COUNTY,))
    assert listed(supervisor)[0] == county["away"].id
    assert listed(supervisor, area=FAR_VILLAGE) == [county["away"].id]
    with pytest.raises(NotAllowed):
        listed(auditor)


def test_the_list_is_narrowed_by_form_mode_state_and_day(county):
    clerk = county["clerk"]
    assert listed(clerk, mode="phone") == listed(clerk, form="contact") == listed(clerk, area=NEXT_VILLAGE) == []
    assert listed(clerk, state="replaced") == [county["first"].id]
    assert listed(clerk, until=TODAY - timedelta(days=30)) == []
    assert len(listed(clerk, since=TODAY - timedelta(days=30))) == 2


@pytest.fixture
def many(county):
    """Twelve visits that reached the county in another order than they were made in, some at one moment; who reads."""
    days = [11, 3, 7, 3, 0, 9, 3, 1, 7, 5, 2, 4]
    with transaction() as session:
        for seq, ago in enumerate(days, start=10):
            at = utcnow().replace(minute=0, second=0, microsecond=0) - timedelta(days=20 + ago)
            visit = add_visit(session, county["here"], county["author"], seq)
            visit.started_at = visit.finished_at = at
            visit.on = at.astimezone(SHANGHAI).date()
            visit.seq = None if ago == 0 else seq
        return makers.user(session, Role.SUPERVISOR, (COUNTY,))


def pages(actor, between=lambda: None, **what):
    """The list page by page, newest first, as somebody turns them."""
    after = ""
    while True:
        with reading() as session:
            page = office.list_visits(session, actor, TODAY, after=after, **what)
        yield page.rows
        if not page.next_after:
            return
        after = page.next_after
        between()


@pytest.mark.parametrize("area", ["", TOWN, VILLAGE])
def test_the_list_is_by_the_day_of_the_visit_newest_first_page_by_page(county, many, monkeypatch, area):
    monkeypatch.setattr(office, "PAGE", 4)
    with transaction() as session:
        whole = [one for one in session.scalars(select(Visit)) if not area or one.division.startswith(area)]
    expected = [one.id for one in sorted(whole, key=lambda one: (one.started_at, one.id), reverse=True)]

    def arrives():
        with transaction() as session:
            add_visit(session, county["here"], county["author"], 200)

    turned = list(pages(many, arrives, area=area))
    assert [row.id for rows in turned for row in rows] == expected
    assert {len(rows) for rows in turned[:-1]} == {4}


def test_the_list_of_days_ends_at_midnight_in_china(county, many):
    with transaction() as session:
        visit = session.get(Visit, county["away"].id)
        visit.started_at = datetime(2026, 3, 1, 16, tzinfo=UTC)
        visit.on = date(2026, 3, 2)
    assert listed(many, since=date(2026, 3, 2), until=date(2026, 3, 2)) == [visit.id]
    assert listed(many, since=date(2026, 3, 1), until=date(2026, 3, 1)) == []


@pytest.mark.parametrize("what", [{}, {"form": "home"}, {"state": "stored"}, {"mode": "phone"}])
def test_the_whole_countys_list_is_walked_by_its_index(county, many, database, what):
    query = office.visits_query(many, TODAY, homes=None, **what)
    with reading() as session:
        sql = str(query.limit(51).compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
        if is_sqlite(session):
            plan = "\n".join(one[3] for one in session.execute(text(f"EXPLAIN QUERY PLAN {sql}")))
            assert "visit_recent" in plan
        else:
            for one in ("seqscan", "sort", "bitmapscan"):
                session.execute(text(f"SET enable_{one} = off"))
            plan = "\n".join(one[0] for one in session.execute(text(f"EXPLAIN {sql}")))
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


def test_a_paired_official_reads_the_visits_of_their_homes(county):
    with transaction() as session:
        official = makers.user(session, Role.PAIRED, ())
        makers.pair(session, official, county["here"], TODAY - timedelta(days=1))
    assert len(listed(official)) == 2


def test_a_correction_stands_beside_what_it_corrects(county):
    with reading() as session:
        family = office.visit_page(session, county["clerk"], county["first"].id, TODAY)
    assert family.home == "刘桂英"
    latest, former = family.versions
    assert (latest.id, former.state) == (county["second"].id, "后来改过")
    lines = {line.question: line for part in latest.sections for line in part.lines}
    assert lines["身体"].answer == "咳嗽"
    assert lines["身体"].changed
    assert [line.answer for part in latest.sections for line in part.lines if part.title == "房屋"] == ["无变化"]
    assert former.met == "刘桂英"
    assert (latest.issues, latest.asked) == (["药快没了"], ["喝水还没填。"])
    assert [(photo.words, photo.of_child) for photo in latest.photos] == [("喝水", True)]


def test_a_picture_that_another_visit_names_as_a_childs_is_not_drawn(county):
    with transaction() as session:
        session.add(VisitPhoto(visit_id=county["first"].id, sha256="a" * 64, question="house.water"))
    with reading() as session:
        former = office.visit_page(session, county["clerk"], county["first"].id, TODAY).versions[1]
    assert [(photo.words, photo.of_child) for photo in former.photos] == [("喝水", True)]


def test_a_visit_elsewhere_does_not_exist(county):
    with reading() as session, pytest.raises(NotFound):
        office.visit_page(session, county["clerk"], county["away"].id, TODAY)


def test_the_overview_counts_who_needs_somebody(county):
    with transaction() as session:
        leader = makers.user(session, Role.LEADER, (COUNTY,))
        admin = makers.user(session, Role.ADMIN, (COUNTY,))
    with reading() as session:
        rows = {row.name: row for row in overview(session, leader, TODAY)}
        assert (rows["高士镇"].homes, rows["高士镇"].due, rows["高士镇"].urgent) == (1, 1, 1)
        assert rows["赛口镇"].issues == 0
        with pytest.raises(NotAllowed):
            overview(session, admin, TODAY)
