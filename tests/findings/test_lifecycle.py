"""Findings over time: raised once, closed by themselves or by people, reopened with their history; and as work."""

import json
from datetime import date, timedelta

import pytest

from app import rooms
from app.accounts.rules import Role
from app.db import SHANGHAI, new_id, reading, transaction, utcnow
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.findings import service
from app.findings.pull_service import pull_findings
from app.findings.settling_service import begin_application, close
from app.sync import service as sync
from models.benefits import Enrolment
from models.findings import Application
from models.households import Person
from tests import makers
from tests.findings.stage import (
    DAY,
    a_clerk,
    allow,
    close_as,
    die,
    events,
    finding_tasks,
    old_woman,
    pay,
    row_of,
    take_away,
    the_one,
)

rooms.fill_registry()
pytestmark = pytest.mark.usefixtures("database")


def test_the_same_finding_is_never_raised_twice(old):
    assert service.compare(DAY).raised == 1
    again = service.compare(DAY + timedelta(days=1))
    assert (again.raised, again.reopened, again.changed, again.closed) == (0, 0, 0, 0)
    assert the_one().seen_on == DAY + timedelta(days=1)
    assert events(the_one()) == ["raised"]


def test_it_closes_by_itself_and_says_so_and_reopens_with_its_history(old):
    service.compare(DAY)
    allow(old)
    assert service.compare(DAY).closed == 1
    gone = the_one()
    assert (gone.state, gone.closed_how, gone.stands) == ("closed", "gone", False)
    assert "自动关闭" in gone.closed_reason
    take_away()
    assert service.compare(DAY + timedelta(days=9)).reopened == 1
    back = the_one()
    assert (back.id, back.state, back.times, back.closed_how) == (gone.id, "open", 2, None)
    assert events(back) == ["raised", "closed", "reopened"]


@pytest.mark.parametrize("how", ["corrected", "in_order", "false_alarm"])
def test_what_a_person_closed_stays_closed_while_the_fact_is_the_same(old, how):
    service.compare(DAY)
    close_as(how)
    assert service.compare(DAY + timedelta(days=1)).reopened == 0
    row = the_one()
    assert (row.state, row.closed_how, row.stands) == ("closed", how, True)
    assert "申请表" in row.closed_reason
    assert finding_tasks() == []


def test_corrected_but_still_there_after_a_month_is_opened_again(old):
    today = utcnow().astimezone(SHANGHAI).date()
    service.compare(today)
    close_as("corrected")
    assert service.compare(today + timedelta(days=30)).reopened == 0
    assert service.compare(today + timedelta(days=31)).reopened == 1


@pytest.mark.parametrize(("how", "opened"), [("in_order", 1), ("false_alarm", 0)])
def test_when_the_facts_change_only_a_false_alarm_stays_one(old, how, opened):
    with transaction() as session:
        person = session.get(Person, old.id)
        die(session, person, date(2026, 7, 5))
        pay(session, person, "2026-08")
    service.compare(DAY)
    clerk = a_clerk()
    with transaction() as session:
        close(session, clerk, [the_one("R01").id], how, "钱已退回", "看了银行回单")
        pay(session, session.get(Person, old.id), "2026-09")
    assert service.compare(DAY).reopened == opened
    found = the_one("R01")
    assert (found.state, found.facts["paid"]) == ("open" if opened else "closed", ["2026-08", "2026-09"])


def test_a_rule_that_is_switched_off_closes_its_findings(old):
    from app.settings.service import set_value

    service.compare(DAY)
    with transaction() as session:
        set_value(session, None, "rules.off", ["R09"], date(2026, 1, 1))
    assert service.compare(DAY).closed == 1
    assert "停用" in the_one().closed_reason


def test_an_open_finding_is_a_task_with_its_last_day(old):
    service.compare(DAY)
    (task,) = finding_tasks()
    assert (task.household_id, task.person_id, task.subject_id) == (old.household_id, old.id, the_one().id)
    assert task.due_on == date(2026, 11, 13)
    assert task.why == "赵荷菊：该领高龄津贴了，还没领，从 2020 年 1 月起该发。"
    allow(old)
    service.compare(DAY)
    assert finding_tasks() == []


def test_a_reminder_is_no_task(database):
    with transaction() as session:
        makers.divisions(session)
        old_woman(session, born=date(1946, 11, 16))
    service.compare(DAY)
    assert (the_one().kind, the_one().severity, the_one().due_on) == ("reminder", "blue", None)
    assert finding_tasks() == []


def test_phones_are_told_of_open_findings_and_that_they_went(old):
    service.compare(DAY)
    with reading() as session:
        (row,) = pull_findings(session, [the_one().id]).values()
    assert row.household_id == old.household_id
    assert row.data["why"].startswith("赵荷菊：该领高龄津贴了，还没领")
    assert row.data["todo"]
    assert [one["code"] for one in row.data["questions"]] == ["how", "reason", "evidence"]
    assert "id_number" not in str(row.data)
    close_as("in_order")
    with reading() as session:
        assert pull_findings(session, [the_one().id]) == {}


def _push(actor, payload: dict) -> str:
    """What becomes of a settling sent by a phone."""
    body = {"device_id": actor.device_id, "commands": [makers.command("finding.settle", payload)]}
    return sync.push(actor, json.dumps(body).encode())["receipts"][0]["status"]


def test_settled_from_a_phone(old):
    service.compare(DAY)
    village = a_clerk((makers.VILLAGE,), Role.VILLAGE)
    assert _push(village, {"finding_id": the_one().id, "how": "corrected", "reason": "已经帮她申请"}) == "stored"
    row = the_one()
    assert (row.state, row.closed_how, row.closed_by) == ("closed", "corrected", village.id)
    assert events(row) == ["raised", "closed"]
    again = {"finding_id": row.id, "how": "in_order", "reason": "又去看了一次"}
    assert _push(village, again) == "rejected", "核实无误 says on what grounds"
    assert _push(village, again | {"evidence": "看了存折"}) == "stored"
    assert (the_one().closed_how, events(row)) == ("corrected", ["raised", "closed", "noted"])


def test_from_outside_the_scope_it_is_kept_for_the_township(old):
    service.compare(DAY)
    stranger = a_clerk((makers.FAR_VILLAGE,), Role.VILLAGE)
    said = {"how": "corrected", "reason": "已经办了"}
    assert _push(stranger, {"finding_id": the_one().id} | said) == "orphaned"
    assert the_one().state == "open"
    assert _push(stranger, {"finding_id": new_id()} | said) == "rejected"


def test_closing_asks_a_reason_a_right_and_a_scope(old):
    service.compare(DAY)
    key = the_one().id
    clerk, other = a_clerk(), a_clerk((makers.OTHER_TOWN,))
    supervisor = a_clerk((makers.COUNTY,), Role.SUPERVISOR)
    with transaction() as session:
        with pytest.raises(BadInput):
            close(session, clerk, [key], "in_order", " ")
        with pytest.raises(BadInput, match="依据"):
            close(session, clerk, [key], "in_order", "没问题")
        with pytest.raises(BadInput):
            close(session, clerk, [key], "gone", "没有了")
        with pytest.raises(NotFound):
            close(session, other, [key], "in_order", "没问题", "存折")
        with pytest.raises(NotAllowed):
            close(session, supervisor, [key], "in_order", "没问题", "存折")


def test_a_gap_leads_to_an_application_begun_with_what_is_known(old):
    service.compare(DAY)
    clerk = a_clerk()
    with transaction() as session:
        made = begin_application(session, clerk, the_one().id)
        with pytest.raises(Conflict):
            begin_application(session, clerk, the_one().id)
    with reading() as session:
        row = session.get(Application, made.id)
    assert (row.programme, row.person_id, row.state) == ("old_allowance", old.id, "begun")
    assert row.known["people"][0]["name"] == "赵荷菊"
    assert row.known["why"] == {"due_month": "2020-01"}


def test_what_is_no_gap_leads_to_none(database):
    with transaction() as session:
        makers.divisions(session)
        person = old_woman(session)
        person.phone = "123"
        session.add(Enrolment(**row_of(person), programme="old_allowance", from_month="2020-01"))
    service.compare(DAY)
    clerk = a_clerk()
    with transaction() as session, pytest.raises(BadInput):
        begin_application(session, clerk, the_one("R50").id)
