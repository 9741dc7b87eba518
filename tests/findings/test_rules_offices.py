"""R34, R35, R39–R50, R52: money, cases, officials, numbers and records, each rule at its edge."""

from datetime import date

import pytest

from app.findings.rules_cases import leads_to_accused, notice_faults
from app.findings.rules_days import workdays_between
from app.findings.rules_list import BY_CODE, RULES
from tests.findings.county import VILLAGE, card, facts, find, frames, held, home, paid, person

TOWN = VILLAGE[:9]


def test_every_rule_has_its_code_its_words_and_its_values():
    assert [one.code for one in RULES] == [f"R{number:02}" for number in range(1, 53)]
    for one in RULES:
        assert all(len(text) > 3 for text in (one.name, one.what, one.why, one.basis, one.todo)), one.code
        assert set(one.params) <= set(frames().params), one.code
        assert one.programme, one.code


def test_no_rule_finds_anything_in_an_empty_county():
    assert [one.code for one in RULES if find(one.code)] == []


def test_r34_a_complaint_never_goes_to_whom_it_is_about():
    assert leads_to_accused("检举控告", ["乙"], "乙")
    assert leads_to_accused("检举控告", ["乙"], "丙") is None
    assert leads_to_accused("申诉求决", ["乙"], "乙") is None
    assert leads_to_accused("检举控告", ["乙"], None) is None
    made = [{"petition_id": "件", "category": "检举控告", "accused": ["乙"], "assignee": "乙"}]
    assert find("R34", petitions=made) == [("件", "red")]
    assert BY_CODE["R34"].blocks
    assert BY_CODE["R43"].blocks


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"received_on": "2026-10-15"}, [("件", "red")]),
        ({"received_on": "2026-10-16"}, [("件", "blue")]),
        ({"received_on": "2026-10-19"}, [("件", "blue")]),
        ({"received_on": "2026-10-20"}, []),
        ({"received_on": "2026-08-01", "told_on": "2026-08-05", "accepted_on": "2026-08-31"}, [("件", "red")]),
        ({"received_on": "2026-08-01", "told_on": "2026-08-05", "accepted_on": "2026-09-01"}, [("件", "blue")]),
        ({"received_on": "2026-08-01", "told_on": "2026-08-05", "accepted_on": "2026-09-12"}, []),
        ({"told_on": "2026-08-05", "accepted_on": "2026-08-02", "extended": True, "extended_by": "甲",
          "extended_why": "复杂"}, [("件", "blue")]),
        ({"told_on": "2026-08-05", "accepted_on": "2026-08-01", "extended": True, "extended_by": "甲",
          "extended_why": "复杂"}, [("件", "red")]),
        ({"told_on": "2026-08-05", "accepted_on": "2026-10-01", "extended": True}, [("件", "red")]),
        ({"received_on": "2026-01-01", "done_on": "2026-01-02"}, []),
    ],
)  # fmt: skip
def test_r35_fifteen_sixty_and_ninety_days(given, found):
    assert find("R35", petitions=[{"petition_id": "件"} | given]) == found


def test_working_days_follow_the_calendar():
    assert workdays_between(date(2026, 9, 30), date(2026, 10, 8)) == 1
    assert workdays_between(date(2026, 10, 9), date(2026, 10, 12)) == 2
    assert workdays_between(date(2199, 1, 4), date(2199, 1, 7)) == 1


@pytest.mark.parametrize(
    ("lifted", "done", "found"),
    [("2026-10-16", None, [("笔", "red")]), ("2026-10-19", None, []), ("2026-10-01", True, []), (None, None, [])],
)
def test_r39_ten_working_days_for_the_papers(lifted, done, found):
    entry = {"entry_id": "笔", "voucher": "一", "lifted_on": lifted, "papers_done": done}
    assert find("R39", petty=[entry]) == found


def _spent(number: int, fen: int, left: int, **more):
    return {"entry_id": str(number), "division": TOWN, "on": "2026-05-05", "voucher": f"凭证{number}",
            "position": number, "outlay_fen": fen, "balance_fen": left, "handlers": ["甲", "乙"]} | more  # fmt: skip


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ([_spent(1, 100, 0)], []),
        ([_spent(1, 100, -1)], ["余额为负"]),
        ([_spent(1, 300000, 1)], []),
        ([_spent(1, 300001, 1)], ["超过单笔限额"]),
        ([_spent(1, 100, 1, handlers=["甲"])], ["经办人不足两人"]),
        ([_spent(0, 0, 1000, income_fen=1000), _spent(1, 801, 199)], ["余额不足20%"]),
        ([_spent(0, 0, 1000, income_fen=1000), _spent(1, 800, 200)], []),
    ],
)
def test_r40_the_petty_fund(entries, why):
    assert [one["why"] for one in facts("R40", petty=entries)] == why


def test_r41_the_same_reason_twice_in_a_calendar_year():
    one = _spent(1, 100, 1, household_id="户", reason="火灾", on="2026-01-01")
    assert find("R41", petty=[one, one | {"on": "2026-10-31"}]) == [("户", "orange")]
    assert find("R41", petty=[one, one | {"on": "2025-12-31"}]) == []
    assert find("R41", petty=[one, one | {"reason": "疾病"}]) == []
    assert find("R41", petty=[one, one | {"on": "2026-11-01"}]) == []


@pytest.mark.parametrize(("fen", "agreed", "found"), [(750000, None, 0), (750001, None, 1), (750001, True, 0)])
def test_r41_ten_months_of_dibao_in_a_year(fen, agreed, found):
    entry = _spent(1, fen, 1, household_id="户", reason="疾病", several_agreed=agreed)
    assert len(find("R41", petty=[entry])) == found


@pytest.mark.parametrize(
    ("since", "days", "working", "found"),
    [
        ("2026-10-21", 10, False, [("件", "blue")]), ("2026-10-20", 10, False, [("件", "orange")]),
        ("2026-10-24", 10, False, []), ("2026-10-16", 10, True, [("件", "blue")]),
        ("2026-10-15", 10, True, [("件", "orange")]), ("2026-10-21", 10, True, []),
    ],
)  # fmt: skip
def test_r42_the_clock_of_a_stage(since, days, working, found):
    made = {"application_id": "件", "state": "open", "stage": "调查", "stage_since": since, "stage_days": days,
            "working_days": working}  # fmt: skip
    assert find("R42", applications=[made]) == found


@pytest.mark.parametrize(
    ("programme", "first", "last", "text", "faults"),
    [
        ("dibao", "2026-10-01", "2026-10-08", "王某 2人 960元", 0),
        ("dibao", "2026-10-01", "2026-10-07", "王某", 1),
        ("dibao", "2026-10-01", None, "王某", 1),
        ("unsupported", "2026-10-01", "2026-10-08", "", 1),
        ("dibao", "2026-10-01", "2026-10-08", "王某 34992719400101001X", 1),
        ("dibao", "2026-10-01", "2026-10-08", "电话 13812345678", 1),
        ("dibao", "2026-10-01", "2026-10-08", "电话 138****5678", 0),
    ],
)
def test_r43_a_notice_hangs_seven_days_and_shows_no_number(programme, first, last, text, faults):
    days = [date.fromisoformat(one) if one else None for one in (first, last)]
    assert len(notice_faults(programme, *days, text, 7)) == faults
    made = {"notice_id": "告", "programme": programme, "from_on": days[0], "to_on": days[1], "text": text}
    assert len(find("R43", notices=[made])) == min(faults, 1)


@pytest.mark.parametrize(
    ("as_of", "enrolment", "payments", "found"),
    [
        ("2026-10-26", {}, [], "无发放记录"),
        ("2026-10-25", {}, [], None),
        ("2026-10-26", {}, [paid("甲", "old_allowance", "2026-10", ok=False)], "发放失败"),
        ("2026-10-26", {}, [paid("甲", "old_allowance", "2026-10")], None),
        ("2026-10-26", {"from_month": "2026-11"}, [], None),
        ("2026-10-26", {"to_month": "2026-10"}, [], None),
        ("2026-10-26", {"to_month": "2026-11"}, [], "无发放记录"),
        ("2026-10-26", {"state": "stopped"}, [], None),
    ],
)
def test_r44_paid_by_the_day_of_the_month(as_of, enrolment, payments, found):
    told = [paid("别人", "old_allowance", "2026-10")]
    rows = {"people": [person("甲")], "enrolments": [held("甲", "old_allowance", **enrolment)],
            "payments": told + payments}  # fmt: skip
    assert [one["why"] for one in facts("R44", date.fromisoformat(as_of), **rows)] == ([found] if found else [])


def test_r44_dibao_is_the_homes_and_due_after_the_tenth():
    rows = {"people": [person("甲")], "enrolments": [held("甲", "dibao")],
            "payments": [paid("别人", "dibao", "2026-10")]}  # fmt: skip
    assert find("R44", date(2026, 10, 11), **rows) == [("home of 甲", "orange")]
    assert find("R44", date(2026, 10, 10), **rows) == []
    assert find("R44", **(rows | {"people": [person("甲", dead_on="2026-09-01")]})) == []
    assert find("R44", **(rows | {"payments": []})) == []


def test_r45_the_amount_of_the_enrolment():
    rows = {"people": [person("甲")], "payments": [paid("甲", "old_allowance", "2026-10", amount_fen=6000)]}
    assert find("R45", enrolments=[held("甲", "old_allowance", amount_fen=6000)], **rows) == []
    assert find("R45", enrolments=[held("甲", "old_allowance", amount_fen=12000)], **rows) == [("甲", "yellow")]
    assert find("R45", enrolments=[held("甲", "old_allowance")], **rows) == []


@pytest.mark.parametrize(
    ("attribute", "pairs", "found"),
    [
        ("建档立卡-未脱贫", [], "无帮扶责任人"),
        ("刚性支出困难", [], None),
        ("建档立卡-未脱贫", [{}], None),
        ("建档立卡-未脱贫", [{"to_on": "2026-10-31"}], None),
        ("建档立卡-未脱贫", [{"to_on": "2026-10-16"}], None),
        ("建档立卡-未脱贫", [{"to_on": "2026-10-15"}], "责任人离任超过15天未补"),
        ("建档立卡-未脱贫", [{"to_on": "2026-09-01"}, {"from_on": "2026-09-05"}], None),
        ("建档立卡-未脱贫", [{"from_on": "2026-11-01"}], "无帮扶责任人"),
    ],
)
def test_r46_somebody_is_responsible(attribute, pairs, found):
    made = [{"official_id": "干部", "household_id": "户", "from_on": "2025-01-01"} | one for one in pairs]
    rows = {"people": [person("甲", home="户")], "homes": [home("户", attribute)], "pairs": made}
    assert [one["why"] for one in facts("R46", **rows)] == ([found] if found else [])


@pytest.mark.parametrize(("number", "found"), [(10, []), (11, [("干部", "yellow")])])
def test_r46_ten_homes_are_enough(number, found):
    pairs = [{"official_id": "干部", "household_id": f"户{at}", "from_on": "2025-01-01"} for at in range(number)]
    assert find("R46", pairs=pairs) == found


def test_r47_where_plans_are_kept_each_home_has_one_and_each_person_a_measure():
    homes = [home("有", "建档立卡-未脱贫"), home("无", "建档立卡-未脱贫"), home("一般")]
    rows = {"people": [person(one, home=one) for one in ("有", "无", "一般")], "homes": homes}
    plan = {"household_id": "有", "division": VILLAGE, "year": 2026, "causes": ["因病"]}
    measure = {"household_id": "有", "person_id": "有", "kind": "health", "progress": "going"}
    assert find("R47", **rows) == []
    assert find("R47", plans=[plan], measures=[measure], **rows) == [("无", "yellow")]
    other = measure | {"kind": "work"}
    assert {"why": ["因病没有对应措施"]} in facts("R47", plans=[plan], measures=[other], **rows)
    assert find("R47", plans=[plan], measures=[measure | {"progress": "stopped"}], **rows) == [
        ("无", "yellow"), ("有", "yellow"),
    ]  # fmt: skip
    assert find("R47", plans=[plan | {"year": 2025}], measures=[measure], **rows) == []


def test_r48_an_item_not_met_and_nobody_on_it():
    items = [{"household_id": "户", "division": VILLAGE, "item": "住房安全", "met": "no"}]
    assert find("R48", items=items) == [("户", "red")]
    assert find("R48", items=[items[0] | {"met": "yes"}]) == []
    assert find("R48", items=items, issues=[{"household_id": "户", "state": "open"}]) == []
    assert find("R48", items=items, issues=[{"household_id": "户", "state": "closed"}]) == [("户", "red")]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"state": "整改中", "due_on": "2026-10-30"}, 1), ({"state": "整改中", "due_on": "2026-10-31"}, 0),
        ({"state": "长期坚持", "due_on": "2025-01-01"}, 0), ({"state": "已销号", "due_on": "2025-01-01"}, 1),
        ({"state": "已销号", "due_on": "2025-01-01", "evidence": True, "accepted_by": "甲"}, 0),
    ],
)  # fmt: skip
def test_r49_rectified_in_time_and_with_evidence(given, found):
    assert len(find("R49", rectifications=[{"rectification_id": "项"} | given])) == found


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, []), ({"id_warning": "id_check"}, ["身份证校验位错误"]), ({"id_warning": "id_date"}, ["身份证日期无效"]),
        ({"id_warning": "id_future"}, ["出生日期晚于今日"]), ({"id_warning": "id_old"}, ["年龄超过120岁"]),
        ({"born": "2026-11-01"}, ["出生日期晚于今日"]), ({"born": "2026-10-31"}, []),
        ({"sex_written": "男"}, ["性别与身份证不符"]), ({"phone": "15412345678"}, []), ({"phone": None}, []),
        ({"phone": "1541234567"}, ["电话号码格式错误"]), ({"phone": "154123456789"}, ["电话号码格式错误"]),
        ({"phone": "0556-7356664"}, ["电话号码格式错误"]), ({"relation": "配偶", "is_head": False}, ["无户主"]),
    ],
)  # fmt: skip
def test_r50_what_is_written_wrong(given, why):
    assert [one["why"] for one in facts("R50", people=[person("甲", **given)])] == why


def test_r50_one_number_for_two():
    rows = [person("甲", id_index="同"), person("乙", id_index="同"), person("丙")]
    assert facts("R50", people=rows) == [{"why": "身份证号重复", "names": {"people": ["乙", "甲"]}}]


@pytest.mark.parametrize(
    ("relation", "born", "found"),
    [
        ("子", "1994-05-04", [("乙", "yellow")]), ("子", "1994-05-05", []), ("女", "1990-01-01", [("乙", "yellow")]),
        ("孙子", "1990-01-01", []), ("父", "1966-05-06", [("甲", "yellow")]), ("父", "1966-05-05", []),
        ("配偶", "1981-01-01", []),
    ],
)  # fmt: skip
def test_r50_parents_are_fourteen_years_older(relation, born, found):
    rows = [person("甲", home="户"), person("乙", born, "户", relation=relation, is_head=False)]
    assert find("R50", people=rows) == found


def test_r50_a_parent_born_on_29_february():
    rows = [person("甲", "1980-02-29", "户"), person("乙", "1994-02-28", "户", relation="子", is_head=False)]
    assert find("R50", people=rows) == []
    rows[1] = person("乙", "1994-02-27", "户", relation="子", is_head=False)
    assert find("R50", people=rows) == [("乙", "yellow")]


def _visit(number: int, **more):
    return {"visit_id": f"访{number}", "household_id": f"户{number}", "author_id": "甲", "on": "2026-10-30",
            "words": f"第{number}户的话", "photos": [f"照{number}"],
            "photo_days": [date(2026, 10, 30)]} | more  # fmt: skip


def test_r52_asks_before_it_says_anything():
    assert find("R52", visits=[_visit(number) for number in range(15)]) == []
    assert find("R52", visits=[_visit(number) for number in range(16)]) == [("访15", "blue")]
    assert len(find("R52", visits=[_visit(number, words="老人身体很好没有变化") for number in range(3)])) == 3
    assert find("R52", visits=[_visit(number, words="老人身体很好没有变化") for number in range(2)]) == []
    assert len(find("R52", visits=[_visit(1, photos=["同"]), _visit(2, photos=["同"])])) == 2
    assert find("R52", visits=[_visit(1, photo_days=[date(2026, 10, 28)])]) == []
    assert find("R52", visits=[_visit(1, photo_days=[date(2026, 10, 27)])]) == [("访1", "blue")]


def test_of_a_few_homes_only_what_they_can_say_is_said():
    few = frames(whole=False, people=[person("甲", id_index="同"), person("乙", id_index="同", phone="1")],
                 certificates=[card("甲", 2)], homes=[home("home of 甲", "建档立卡-未脱贫")])  # fmt: skip
    from app.findings.rules import run

    found = {(rule.code, hit.period) for rule, hit in run(RULES, few)}
    assert ("R50", "phone") in found
    assert ("R46", "") in found
    assert ("R50", "duplicate") not in found
