"""The office's pages of rolls: all programmes of a month, one roll, one person, one home, what is exported."""

from datetime import date

import pytest

from app.accounts.rules import Role
from app.benefits import office_service, roll_service, rules, service
from app.benefits.schemas import ChangeIn, EnrolIn, StopIn
from app.db import new_id, reading, transaction, utcnow
from app.errors import NotAllowed, NotFound
from app.households import register_service as register
from app.households import service as households
from app.papers import ledger_service
from app.papers.schemas import ExportWish
from models.benefits import Enrolment, Payment
from tests import makers
from tests.benefits.stage import elder, enrol, home_of_three
from tests.makers import FAR_VILLAGE, VILLAGE

MONTH = "2026-06"


def seen(work, *given, **more):
    with reading() as session:
        return work(session, *given, **more)


def pay(session, person, programme, period, fen=6000, **more):
    session.add(Payment(id=new_id(), person_id=person.id, household_id=person.household_id, division=person.division,
                        programme=programme, period=period, amount_fen=fen, created_at=utcnow(), **more))  # fmt: skip


def test_every_programme_of_a_month_with_its_sum(clerk):
    with transaction() as session:
        elder(session, "甲")
        elder(session, "乙", from_month=MONTH)
        elder(session, "远", village=FAR_VILLAGE)
        home_of_three(session)
    found = seen(office_service.overview, clerk, MONTH)
    assert [(one.code, one.people, one.amount, one.before) for one in found] == [
        ("dibao", "1 户 3 人", "900 元", "和上月一样"), ("old_allowance", "2 人", "120 元", "比上月多 60 元"),
    ]
    assert seen(office_service.overview, clerk, "2019-01") == []


def test_one_roll_with_changes_first(clerk):
    with transaction() as session:
        person, _ = elder(session, "甲")
        pay(session, person, "old_allowance", "2026-05")
        elder(session, "乙", from_month=MONTH)
        elder(session, "丙", to_month=MONTH, state="stopped", stop_reason="户籍迁出")
        elder(session, "丁", state="easing")
    found = seen(office_service.roll, clerk, "old_allowance", MONTH)
    assert (found.people, found.amount, found.before, found.counts) == (3, "180 元", "和上月一样", ["新增 1", "停发 1"])
    assert [(one.name, one.kind, one.words) for one in found.changes] == [
        ("丙", "停发", "户籍迁出"), ("乙", "新增", "这个月起发"),
    ]
    told = {one.name: (one.amount, one.last, one.reasons) for one in found.rows}
    assert told["甲"] == ("60 元", "60 元", [])
    assert told["乙"] == ("60 元", "没有记录", ["新增：这个月起发"])
    easing = seen(office_service.roll, clerk, "old_allowance", MONTH, state="easing")
    assert ([one.name for one in easing.rows], easing.lines, len(easing.changes)) == (["丁"], 1, 2)


def test_changes_are_paged(clerk):
    with transaction() as session:
        for number in range(52):
            elder(session, f"甲{number:02}", from_month=MONTH)
    first = seen(office_service.roll, clerk, "old_allowance", MONTH)
    second = seen(office_service.roll, clerk, "old_allowance", MONTH, after=first.next, changes_from=50)
    assert (len(first.changes), first.changes_total, len(first.rows)) == (50, 52, 50)
    assert [one.name for one in second.changes] == [one.name for one in second.rows] == ["甲50", "甲51"]
    assert second.next == []


def test_one_person_holds_was_paid_and_was_changed(clerk):
    with transaction() as session:
        rows = home_of_three(session)
        holder, member = (session.get_one(makers.Person, row.person_id) for row in rows[:2])
        pay(session, holder, "dibao", "2026-05", 90000, paid_on=date(2026, 5, 10))
        pay(session, member, "old_allowance", "2026-04", ok=False)
        pay(session, holder, "old_allowance", "2026-04")
        service.change(session, clerk, rows[1].id, ChangeIn(
            month=MONTH, why="收入核定", amount_fen=70000, account="6222021234567890123"
        ), 1)  # fmt: skip
    found = seen(office_service.person_page, clerk, member.id)
    assert [(one.name, one.amount, one.certificate, one.account) for one in found.enrolments] == [
        ("低保", "700 元一个月", "D001", "**** 0123")
    ]
    assert [(one.period, one.name, one.state) for one in found.payments] == [
        ("2026 年 5 月", "低保（按户发）", "2026 年 5 月 10 日到账"),
        ("2026 年 4 月", "高龄津贴", "退回来了，没有到账"),
    ]
    assert [(one.words, one.who) for one in found.history] == [
        ("改动，2026 年 6 月起，金额 900 元 → 700 元，账号 **** 0123（收入核定）", "王芳")
    ]
    assert "6222021234567890123" not in str(found)


def test_what_has_ended_keeps_its_amount_and_reason(clerk):
    with transaction() as session:
        person, row = elder(session, "甲")
        service.stop(session, clerk, row.id, StopIn(to_month=MONTH, reason="户籍迁出"), 1)
    one = seen(office_service.person_page, clerk, person.id).enrolments[0]
    assert (one.running, one.amount, one.term) == (False, "60 元一个月", "2020 年 1 月起，2026 年 6 月停发，户籍迁出")


def test_what_ends_in_a_month_to_come_is_still_drawn(clerk):
    month = rules.month_of(register.today())
    with transaction() as session:
        person, row = elder(session, "甲")
        service.stop(session, clerk, row.id, StopIn(to_month=rules.shifted(month, 1), reason="户籍迁出"), 1)
    one = seen(office_service.person_page, clerk, person.id).enrolments[0]
    assert (one.state, one.running, one.changeable) == ("在享", True, False)
    assert one.term.endswith("停发，户籍迁出")
    with transaction() as session:
        session.get_one(Enrolment, row.id).to_month = month
    one = seen(office_service.person_page, clerk, person.id).enrolments[0]
    assert (one.state, one.running, one.changeable) == ("停发", False, False)


def test_a_child_is_closed_until_somebody_says_why(clerk):
    with transaction() as session:
        home = makers.household(session, VILLAGE)
        child = makers.person(session, home, "王小明", born_on=date(2018, 1, 1))
        enrol(session, child, "orphan", certificate="G1")
        section = makers.user(session, Role.SECTION, (makers.COUNTY,))
    found = seen(office_service.person_page, section, child.id)
    assert (found.closed, found.name, found.enrolments) == (True, "王**", [])
    shown = seen(office_service.home, clerk, home.id)
    assert [(one.closed, one.amount, one.certificate) for one in shown] == [(True, "", "")]
    with transaction() as session:
        households.open_child(session, clerk, child.id, "benefit")
    assert seen(office_service.person_page, clerk, child.id).enrolments[0].amount == "1100 元一个月"
    assert not seen(office_service.home, clerk, home.id)[0].closed


def test_nobody_elses_people_and_homes(clerk):
    with transaction() as session:
        person, _ = elder(session, "甲")
        other = makers.user(session, Role.VILLAGE, (FAR_VILLAGE,))
        leader = makers.user(session, Role.LEADER, (makers.COUNTY,))
    for work, key in ((office_service.person_page, person.id), (office_service.home, person.household_id)):
        with pytest.raises(NotFound):
            seen(work, other, key)
        with pytest.raises(NotAllowed):
            seen(work, leader, key)


def test_a_roll_is_exported_with_reasons(clerk, tmp_path):
    with transaction() as session:
        elder(session, "甲")
        elder(session, "乙", from_month=MONTH, amount_fen=5000)
        home_of_three(session)
    with reading() as session:
        wish = ExportWish(ledger="roll", period=MONTH, reason="发钱用")
        wish = ledger_service.wished(session, clerk, wish, date(2026, 6, 9))
        run = ledger_service.begin(session, clerk, wish, date(2026, 6, 9), lambda done, total: None)
        assert ledger_service.write(session, run, tmp_path / "roll.xlsx") == 3
        lines = list(roll_service.roll_rows(session, clerk, "old_allowance", MONTH))
    assert [(one.name, one.reasons, one.note) for one in lines] == [
        ("乙", ["新增：这个月起发"], "名册上写 50 元"), ("甲", [], "")
    ]


def test_a_month_is_needed_and_a_start_is_seen_at_once(clerk):
    codes = [code for code, _ in office_service.months(date(2026, 11, 30), back=1)]
    assert codes == ["2026-12", "2026-11", "2026-10"]
    with transaction() as session:
        person = makers.person(session, makers.household(session))
        given = EnrolIn(programme="disability_care", from_month=MONTH, why="县里批准")
        service.start(session, clerk, person.id, given)
    one = seen(office_service.person_page, clerk, person.id)
    assert [line.amount for line in one.enrolments] == ["没有残疾等级，或这一级没有标准"]
