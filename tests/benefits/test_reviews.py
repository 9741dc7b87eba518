"""Reviews of 低保 on both databases: whom they are asked of, what they come to, what is refused."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.benefits import office_service, rules, service
from app.benefits.schemas import ReviewIn
from app.db import reading, transaction
from app.errors import BadInput, Conflict
from app.findings import service as findings
from app.households import register_service as register
from app.visits import task_service
from models.audit import AuditEntry
from models.benefits import Enrolment, EnrolmentChange
from models.findings import Finding
from models.visits import Task
from tests.benefits.stage import NEXT, elder, home_of_three


def reviewed(clerk, rows, on=date(2026, 6, 1), outcome="keep", version=1, **more):
    data = ReviewIn(on=on, outcome=outcome, **{"why": "收入没有变"} | more)
    with transaction() as session:
        return service.review(session, clerk, rows[1].id, data, version)


def due_tasks():
    with reading() as session:
        return session.scalars(select(Task.due_on).where(Task.kind == "dibao_review")).all()


def test_a_review_takes_the_task_away_at_once_and_the_finding_with_the_next_comparison(clerk):
    long_ago = register.today() - timedelta(days=500)
    with transaction() as session:
        rows = home_of_three(session, band="A", reviewed_on=long_ago)
        task_service.refresh(session, [rows[0].household_id], register.today())
    assert len(due_tasks()) == 1

    def overdue():
        findings.compare(register.today(), [rows[0].household_id])
        with reading() as session:
            return session.scalars(select(Finding.state).where(Finding.rule == "R18")).all()

    assert overdue() == ["open"]
    reviewed(clerk, rows, register.today())
    assert due_tasks() == []
    assert overdue() == ["closed"]
    with reading() as session:
        kept = session.scalars(select(Enrolment)).all()
        log = session.scalars(select(AuditEntry).where(AuditEntry.action == "enrolment.reviewed")).all()
        assert {(one.reviewed_on, one.version, one.state) for one in kept} == {(register.today(), 2, "active")}
        page = office_service.person_page(session, clerk, rows[2].person_id)
    assert {(one.before["on"], one.after["on"], one.reason) for one in log} == {
        (long_ago.isoformat(), register.today().isoformat(), "收入没有变")
    }
    today = register.today()
    assert page.history[0].words == f"{today.year} 年 {today.month} 月 {today.day} 日复核，继续（收入没有变）"
    assert (page.enrolments[0].reviewed, page.enrolments[0].review_late) == (
        f"{today.year} 年 {today.month} 月 {today.day} 日", False,
    )  # fmt: skip


@pytest.mark.parametrize(("state", "begins", "stops", "asked"), [
    ("active", -30, None, True), ("active", -30, 1, True), ("active", -30, 0, False), ("active", 1, None, False),
    ("easing", -30, None, False), ("stopped", -30, 1, False), ("stopped", -30, 0, False),
])  # fmt: skip
def test_a_review_is_asked_of_who_draws_it_and_is_not_on_the_way_out(clerk, state, begins, stops, asked):
    """The phone and the office ask alike. R18 also asks of who leaves: in force is all that it asks."""
    month = rules.month_of(register.today())
    given = {"state": state, "from_month": rules.shifted(month, begins), "band": "A",
             "to_month": None if stops is None else rules.shifted(month, stops),
             "reviewed_on": register.today() - timedelta(days=500)}  # fmt: skip
    with transaction() as session:
        row, *_ = home_of_three(session, **given)
        task_service.refresh(session, [row.household_id], register.today())
    with reading() as session:
        shown = office_service.person_page(session, clerk, row.person_id).enrolments[0]
    assert bool(shown.review_due) == bool(due_tasks()) == asked


def test_what_a_review_came_to_follows_with_it(clerk):
    with transaction() as session:
        rows = home_of_three(session, band="A")
    reviewed(clerk, rows, outcome="band", month=NEXT, band="B")
    reviewed(clerk, rows, outcome="easing", month=NEXT, version=3)
    with reading() as session:
        assert {(one.band, one.state) for one in session.scalars(select(Enrolment))} == {("B", "easing")}
        past = session.scalars(select(EnrolmentChange)).all()
        assert {(one.month, one.band) for one in past} == {(NEXT, "A")}
    reviewed(clerk, rows, outcome="stop", month=NEXT, reason="收入超标", version=5)
    with reading() as session:
        assert {(one.state, one.to_month, one.stop_reason) for one in session.scalars(select(Enrolment))} == {
            ("stopped", NEXT, "收入超标：收入没有变")
        }
    with pytest.raises(BadInput) as caught:
        reviewed(clerk, rows, version=7)
    assert caught.value.code == "stopped"


@pytest.mark.parametrize(("given", "code"), [
    ({"on": date(2999, 1, 1)}, "in_future"), ({"on": date(2019, 12, 31)}, "before_start"),
    ({"outcome": "band", "month": NEXT}, "bad_input"), ({"outcome": "band", "band": "B"}, "bad_input"),
    ({"outcome": "easing"}, "bad_input"), ({"outcome": "stop", "month": NEXT}, "bad_input"),
    ({"outcome": "stop", "month": "2019-12", "reason": "死亡"}, "outside"), ({"version": 2}, "conflict"),
])  # fmt: skip
def test_a_review_that_cannot_be_is_refused(clerk, given, code):
    with transaction() as session:
        rows = home_of_three(session, band="A")
    with pytest.raises((BadInput, Conflict)) as caught:
        reviewed(clerk, rows, **given)
    assert caught.value.code == code
    with reading() as session:
        assert set(session.scalars(select(Enrolment.version))) == {1}


def test_an_earlier_review_does_not_take_the_place_of_a_later_one(clerk):
    with transaction() as session:
        rows = home_of_three(session, band="A")
    reviewed(clerk, rows)
    with reading() as session:
        days = set(session.scalars(select(Enrolment.reviewed_on)))
    with pytest.raises(BadInput, match="更早的不用再记") as caught:
        reviewed(clerk, rows, on=min(days) - timedelta(days=1), version=2)
    assert caught.value.code == "reviewed_since"
    with reading() as session:
        assert set(session.scalars(select(Enrolment.reviewed_on))) == days


def test_only_of_low_income_is_a_review_asked(clerk):
    with transaction() as session:
        _, row = elder(session, "甲")
    with pytest.raises(BadInput) as caught:
        reviewed(clerk, [row, row])
    assert caught.value.code == "not_reviewed"
