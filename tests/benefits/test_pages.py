"""The pages of 待遇 as a tab calls them: forms in, sentences and views out."""

import pytest

from app.accounts.rules import Role
from app.benefits.state import BenefitsState, HomeBenefitsState, PersonBenefitsState
from app.db import transaction
from tests import makers
from tests.benefits.stage import enrol
from tests.makers import COUNTY, TOWN
from tests.pairing.test_pages import call, tab


@pytest.fixture
def person(home):
    with transaction() as session:
        makers.divisions(session)
        makers.user(session, Role.TOWN_CLERK, (TOWN,), token="clerk")
        makers.user(session, Role.SUPERVISOR, (COUNTY,), token="supervisor")
        found = makers.person(session, makers.household(session), "刘桂英")
        enrol(session, found, "old_allowance", account="6222021234567890123")
        return found


def test_a_month_is_looked_at_and_a_roll_exported(person):
    page = call(tab(BenefitsState, "clerk"), "open")
    assert ([one.code for one in page.rows], page.roll.name, page.changes_line) == (["old_allowance"], "高龄津贴", "")
    call(page, "find", {"month": "2026-13", "village": ""})
    assert "月份" in page.problem
    call(page, "find", {"month": "2019-12", "village": ""})
    assert (page.problem, page.rows, page.roll.programme) == ("", [], "")
    call(page, "find", {"month": "2020-01", "village": makers.VILLAGE})
    assert (page.roll.counts, page.changes_line) == (["新增 1"], "第 1–1 条，共 1 条")
    call(page, "narrow", "easing")
    assert (page.roll.lines, page.problem) == (0, "")
    call(page, "narrow", "what")
    assert page.problem
    call(page, "pick", "no such")
    assert "没有这一项" in page.problem
    call(page, "pick", "old_allowance")
    call(page, "turn", 1)
    assert (page.roll.lines, page.trail) == (1, [])
    call(page, "turn", "x")
    assert page.problem
    call(page, "export", {"reason": ""})
    assert page.problem
    call(page, "export", {"reason": "发钱用"})
    assert (page.problem, page.to) == ("", "/office/exports")


def test_somebody_begins_changes_and_stops(person):
    one = call(tab(PersonBenefitsState, "clerk", f"id={person.id}"), "open")
    given = {"programme": "dibao", "from_month": "2026-01", "why": "县里批准", "certificate": "D1", "is_holder": "on"}
    call(one, "begin", given | {"amount": "六百"})
    assert "金额" in one.problem
    call(one, "begin", given | {"amount": "600"})
    assert (one.problem, one.done) == ("", "已起发。")
    row = next(each for each in one.one.enrolments if each.programme == "dibao")
    more = {"month": "2026-03", "amount": "650.5", "why": "收入核定"}
    call(one, "change", {"id": row.id, "version": str(row.version), **more})
    assert (one.problem, one.one.history[0].who) == ("", "王芳")
    call(one, "stop", {"id": row.id, "version": "1", "to_month": "2026-06", "reason": "收入超标"})
    assert "第 2 版" in one.problem
    call(one, "stop", {"id": row.id, "version": "2", "to_month": "2026-06", "reason": "收入超标", "whole": "yes"})
    assert one.problem == ""
    assert [each.term for each in one.one.enrolments if each.programme == "dibao"] == [
        "2026 年 1 月起，2026 年 6 月停发，收入超标"
    ]
    call(one, "begin", given | {"amount": "600", "from_month": "2026-07"})
    row = next(each for each in one.one.enrolments if each.running and each.programme == "dibao")
    said = {"id": row.id, "version": "1", "on": "2026-07-02", "outcome": "keep", "why": "收入没有变", "month": ""}
    call(one, "review", said | {"on": ""})
    assert one.problem
    call(one, "review", said)
    assert (one.problem, one.done) == ("", "复核记下了，以前的还看得到。")
    call(one, "review", said | {"outcome": "band", "month": "2026-08", "version": "1"})
    assert "第 2 版" in one.problem
    reader = call(tab(PersonBenefitsState, "supervisor", f"id={person.id}"), "review", said)
    assert "不能做这件事" in reader.problem
    reader = call(tab(PersonBenefitsState, "supervisor", f"id={person.id}"), "begin", given | {"amount": "600"})
    assert "不能做这件事" in reader.problem


def test_an_account_is_covered_until_a_reason_is_given(person):
    one = call(tab(PersonBenefitsState, "clerk", f"id={person.id}"), "open")
    row = one.one.enrolments[0]
    assert (row.account, one.shown) == ("**** 0123", "")
    call(one, "want", row.id)
    call(one, "look", "other")
    assert (one.own, one.shown) == (True, "")
    call(one, "say", {"reason": "x"})
    assert (bool(one.problem), one.shown) == (True, "")
    call(one, "say", {"reason": "核对发放"})
    assert one.shown == "6222021234567890123"
    call(one, "close")
    assert (one.asked, one.shown) == ("", "")
    reader = call(tab(PersonBenefitsState, "supervisor", f"id={person.id}"), "look", "benefit")
    assert (bool(reader.problem), reader.shown) == (True, "")


def test_a_home_tells_what_its_people_draw_when_asked(person):
    section = call(tab(HomeBenefitsState, "clerk"), "tell", person.household_id)
    assert [(one.who, one.name) for one in section.rows] == [("刘桂英", "高龄津贴")]
    call(section, "tell", "01900000-0000-7000-8000-000000000000")
    assert section.problem
