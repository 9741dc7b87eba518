"""R01–R21, R51: each rule finds its case, leaves what only looks like it, and knows the day on which it begins."""

from datetime import date

import pytest

from tests.findings.county import agreement, card, child, destitute, elder, facts, find, held, home, paid, person

DEAD = {"dead_on": "2026-08-17"}


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ({"payments": [paid("甲", "old_allowance", "2026-09")]}, [("甲", "red")]),
        ({"payments": [paid("甲", "old_allowance", "2026-08")]}, []),
        ({"payments": [paid("甲", "old_allowance", "2026-09", ok=False)]}, []),
        ({"payments": [paid("乙", "old_allowance", "2026-09")]}, []),
        ({"payments": [paid("甲", "care_fee", "2026Q4")]}, [("甲", "red")]),
        ({"payments": [paid("甲", "care_fee", "2026Q3")]}, []),
        ({"payments": [paid("户主", "dibao", "2026-09", certificate="证")],
          "enrolments": [held("甲", "dibao", certificate="证")]}, [("甲", "red")]),
        ({"payments": [paid("户主", "dibao", "2026-09", certificate="证")],
          "enrolments": [held("甲", "dibao", certificate="证", counted=False)]}, []),
    ],
)  # fmt: skip
def test_r01_money_after_the_month_of_death(rows, found):
    assert find("R01", people=[person("甲", **DEAD), person("乙")], **rows) == found


@pytest.mark.parametrize(
    ("as_of", "rows", "found"),
    [
        ("2026-10-31", [held("甲", "old_allowance")], [("甲", "red")]),
        ("2026-08-31", [held("甲", "old_allowance")], []),
        ("2026-09-01", [held("甲", "old_allowance")], [("甲", "red")]),
        ("2026-10-31", [held("甲", "old_allowance", to_month="2026-09")], []),
        ("2026-10-31", [held("甲", "old_allowance", state="stopped")], []),
        ("2026-10-31", [held("甲", "dibao", state="easing")], [("甲", "red")]),
        ("2026-10-31", [held("甲", "dibao", counted=False)], []),
    ],
)
def test_r02_not_stopped_in_the_month_after(as_of, rows, found):
    assert find("R02", date.fromisoformat(as_of), people=[person("甲", **DEAD)], enrolments=rows) == found


def test_r02_leaves_what_r01_finds():
    rows = {"people": [person("甲", **DEAD)], "enrolments": [held("甲", "old_allowance")],
            "payments": [paid("甲", "old_allowance", "2026-10")]}  # fmt: skip
    assert find("R01", **rows) == [("甲", "red")]
    assert find("R02", **rows) == []


@pytest.mark.parametrize(
    ("as_of", "reviewed", "found"),
    [
        ("2026-11-18", "2026-08-01", [("甲", "orange")]),
        ("2026-11-17", "2026-08-01", [("甲", "blue")]),
        ("2026-10-17", "2026-08-01", [("甲", "blue")]),
        ("2026-10-16", "2026-08-01", []),
        ("2026-12-31", "2026-08-17", []),
    ],
)
def test_r03_three_months_to_look_into_a_death(as_of, reviewed, found):
    rows = {"people": [person("甲", **DEAD)], "enrolments": [held("甲", "dibao", reviewed_on=reviewed)]}
    assert find("R03", date.fromisoformat(as_of), **rows) == found


def test_r03_a_death_on_the_last_of_november_is_due_on_the_last_of_february():
    rows = {"people": [person("甲", dead_on="2025-11-30")], "enrolments": [held("甲", "dibao")]}
    assert find("R03", date(2026, 2, 28), **rows) == [("甲", "blue")]
    assert find("R03", date(2026, 3, 1), **rows) == [("甲", "orange")]


@pytest.mark.parametrize(
    ("enrolment", "support", "found"),
    [
        (held("甲", "dibao"), {}, [("甲", "red")]),
        (held("甲", "dibao", counted=False), {}, []),
        (held("甲", "dibao", to_month="2026-10"), {}, []),
        (held("甲", "dibao", to_month="2026-11"), {}, [("甲", "red")]),
        (held("甲", "dibao"), {"active": False}, []),
        (held("乙", "dibao"), {}, []),
    ],
)
def test_r04_destitute_and_counted_in_dibao(enrolment, support, found):
    rows = {"people": [person("甲"), person("乙")], "destitute": [destitute("甲", **support)]}
    assert find("R04", enrolments=[enrolment], **rows) == found


def test_r05_a_destitute_person_draws_no_subsidy():
    rows = {"people": [person("甲"), person("乙")], "destitute": [destitute("甲"), destitute("乙")]}
    drawn = [held("甲", "disability_care"), held("甲", "disability_living"),
             held("乙", "disability_care", to_month="2026-06")]  # fmt: skip
    assert find("R05", enrolments=drawn, **rows) == [("甲", "red")]
    assert facts("R05", enrolments=drawn, **rows) == [{"kinds": ["护理补贴", "生活补贴"]}]


@pytest.mark.parametrize(
    ("programme", "support", "subsidy", "found"),
    [
        ("orphan", "full", "disability_living", [("甲", "orange")]),
        ("unsupported", "full", "disability_living", [("甲", "orange")]),
        ("unsupported", "top_up", "disability_living", []),
        ("orphan", "full", "disability_care", []),
    ],
)
def test_r06_a_child_paid_in_full_draws_no_living_subsidy(programme, support, subsidy, found):
    rows = {"people": [person("甲", "2015-01-01")], "children": [child("甲", support=support)],
            "enrolments": [held("甲", programme), held("甲", subsidy)]}  # fmt: skip
    assert find("R06", **rows) == found


def test_r07_destitute_or_orphan_not_both():
    rows = {"people": [person("甲", "2015-01-01"), person("乙", "2015-01-01")],
            "children": [child("甲"), child("乙")],
            "enrolments": [held("甲", "orphan"), held("乙", "orphan")]}  # fmt: skip
    assert find("R07", destitute=[destitute("甲"), destitute("乙", active=False)], **rows) == [("甲", "red")]


def test_r07_a_child_marked_an_orphan_without_an_enrolment_draws_as_one():
    marked = child("甲", kinds=["child_orphan"])
    rows = {"people": [person("甲", "2015-01-01")], "destitute": [destitute("甲")], "children": [marked]}
    assert find("R07", **rows) == [("甲", "red")]
    assert find("R07", enrolments=[held("甲", "orphan", to_month="2026-05")], **rows) == []


def test_r08_twice_in_a_programme_or_an_account_of_many_homes():
    twice = [held("甲", "dibao", certificate="一"), held("甲", "dibao", certificate="二")]
    assert find("R08", people=[person("甲")], enrolments=twice) == [("甲", "red")]
    shared = [held(key, "old_allowance", account="卡") for key in "甲乙丙丁"]
    assert find("R08", enrolments=shared) == [("丁", "red")]
    assert find("R08", enrolments=shared[:3]) == []


@pytest.mark.parametrize(
    ("as_of", "born", "found"),
    [
        ("2026-10-31", "1946-09-30", [("甲", "orange")]),
        ("2026-10-31", "1946-10-01", []),
        ("2026-10-31", "1946-10-31", []),
        ("2026-11-01", "1946-10-31", [("甲", "orange")]),
        ("2026-10-31", "1946-11-30", [("甲", "blue")]),
        ("2026-10-31", "1946-12-01", []),
        ("2026-01-31", "1946-02-28", [("甲", "blue")]),
        ("2026-01-31", "1946-03-01", []),
        ("2024-02-28", "1944-02-29", [("甲", "blue")]),
        ("2024-02-29", "1944-02-29", []),
        ("2024-03-01", "1944-02-29", [("甲", "orange")]),
        ("2026-10-31", None, []),
    ],
)
def test_r09_from_the_month_after_the_eightieth_birthday(as_of, born, found):
    assert find("R09", date.fromisoformat(as_of), people=[person("甲", born)]) == found


def test_r09_leaves_those_registered_elsewhere_the_dead_and_those_who_draw():
    people = [person("外", "1940-01-01", registered_here=False), person("故", "1940-01-01", **DEAD),
              person("领", "1940-01-01"), person("未知", "1940-01-01", registered_here=None),
              person("停", "1940-01-01")]  # fmt: skip
    drawn = [held("领", "old_allowance"), held("停", "old_allowance", to_month="2026-10")]
    assert find("R09", people=people, enrolments=drawn) == [("停", "orange")]
    assert find("R09", people=[person("甲", "1940-01-01")], destitute=[destitute("甲")]) == [("甲", "orange")]


@pytest.mark.parametrize(
    ("to_month", "found"), [("2026-11", []), ("2026-10", [("甲", "orange")]), (None, [("甲", "orange")])]
)
def test_who_is_stopped_from_next_month_on_is_on_this_months_roll(to_month, found):
    stopped = held("甲", "old_allowance", state="stopped", to_month=to_month)
    assert find("R09", people=[person("甲", "1940-01-01")], enrolments=[stopped]) == found


@pytest.mark.parametrize(
    ("as_of", "born", "band", "found"),
    [
        ("2026-10-31", "1936-10-31", "80-89", [("甲", "orange")]),
        ("2026-10-31", "1936-11-01", "80-89", []),
        ("2026-10-15", "1936-10-31", "90-99", []),
        ("2026-10-15", "1936-10-31", "80-89", []),
        ("2026-10-31", "1926-10-31", "90-99", [("甲", "orange")]),
        ("2026-10-31", "1926-10-31", "100+", []),
        ("2026-10-31", "1936-01-01", None, []),
    ],
)
def test_r10_the_band_follows_the_birthday(as_of, born, band, found):
    rows = {"people": [person("甲", born)], "enrolments": [held("甲", "old_allowance", band=band)]}
    assert find("R10", date.fromisoformat(as_of), **rows) == found


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"grade": 1}, [("甲", "orange")]),
        ({"grade": 2}, [("甲", "orange")]),
        ({"grade": 3}, []),
        ({"grade": 3, "category": 6}, []),
        ({"care_needed": False}, []),
        ({"injury_care": True}, []),
        ({"valid_to": "2026-10-31"}, [("甲", "orange")]),
        ({"valid_to": "2026-10-30"}, []),
        ({"valid_to": None}, []),
        ({"valid_to": None, "open_ended": True}, [("甲", "orange")]),
    ],
)
def test_r11_who_should_draw_the_care_subsidy(given, found):
    assert find("R11", people=[person("甲")], certificates=[card("甲", **given)]) == found


def test_r11_r12_leave_those_who_draw_the_destitute_and_the_dead():
    people = [person("领"), person("特"), person("故", **DEAD)]
    rows = {"people": people, "certificates": [card(one) for one in ("领", "特", "故")], "destitute": [destitute("特")],
            "homes": [home(f"home of {one}", "建档立卡-未脱贫") for one in ("领", "特", "故")],
            "enrolments": [held("领", "disability_care"), held("领", "disability_living")]}  # fmt: skip
    assert find("R11", **rows) == []
    assert find("R12", **rows) == []


@pytest.mark.parametrize(
    ("attribute", "enrolments", "given", "found"),
    [
        ("一般户", [held("甲", "dibao")], {}, [["低保"]]),
        ("建档立卡-未脱贫", [held("甲", "dibao")], {}, [["低保", "建档立卡"]]),
        ("脱贫不稳定户", [], {}, [["建档立卡"]]),
        ("边缘易致贫户", [], {}, []),
        ("一般户", [held("甲", "dibao", counted=False)], {}, []),
        ("一般户", [held("甲", "dibao"), held("甲", "orphan")], {}, []),
        ("一般户", [held("甲", "dibao")], {"injury_care": True}, []),
        ("一般户", [held("甲", "dibao")], {"valid_to": "2026-10-30"}, []),
    ],
)
def test_r12_who_should_draw_the_living_subsidy(attribute, enrolments, given, found):
    rows = {"people": [person("甲")], "homes": [home("home of 甲", attribute)], "enrolments": enrolments,
            "certificates": [card("甲", 4, **given)]}  # fmt: skip
    assert [one["because"] for one in facts("R12", **rows)] == found


@pytest.mark.parametrize(
    ("valid_to", "month", "found"),
    [
        ("2026-07-31", "2026-09", [("甲", "orange")]),
        ("2026-07-31", "2026-08", []),
        ("2026-07-01", "2026-08", []),
        ("2025-12-31", "2026-02", [("甲", "orange")]),
        ("2025-12-31", "2026-01", []),
        ("2026-10-31", "2026-10", [("甲", "blue")]),
        ("2027-04-29", "2026-10", [("甲", "blue")]),
        ("2027-04-30", "2026-10", []),
        ("2026-10-30", "2026-10", []),
    ],
)
def test_r13_a_certificate_that_runs_out(valid_to, month, found):
    rows = {"people": [person("甲")], "certificates": [card("甲", valid_to=valid_to)],
            "payments": [paid("甲", "disability_care", month)]}  # fmt: skip
    assert find("R13", **rows) == found


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, []),
        ({"head_fits": False}, [["前18位与身份证号不符"]]),
        ({"category_in_number": 9}, [["类别无效"]]),
        ({"category_in_number": 0}, [["类别无效"]]),
        ({"category_in_number": 7}, []),
        ({"grade_in_number": 5}, [["等级无效"]]),
        ({"grade_in_number": 3}, [["等级与证号不符"]]),
        ({"number_fits": False, "head_fits": None}, [["证号位数不对"]]),
        ({"number_fits": None}, []),
    ],
)
def test_r14_what_the_number_says(given, found):
    rows = {"people": [person("甲")], "certificates": [card("甲", 2, 4, **given)]}
    assert [one["problem"] for one in facts("R14", **rows)] == found


@pytest.mark.parametrize(
    ("given", "checked", "found"),
    [
        ({"health": "serious"}, {}, [["大病"]]),
        ({"health": "大病", "dead_on": "2026-01-01"}, {}, []),
        ({"health": "serious"}, {"checked_on": "2026-08-02", "checked_result": "不符合"}, []),
        ({"health": "serious"}, {"checked_on": "2026-08-01", "checked_result": "不符合"}, [["大病"]]),
        ({"health": "serious"}, {"checked_on": "2026-10-01"}, [["大病"]]),
        ({}, {"attribute": "突发严重困难户"}, [["突发严重困难户"]]),
        ({}, {"attribute": "低保边缘"}, []),
        ({}, {"attribute": "已脱贫-享受政策"}, []),
    ],
)
def test_r15_a_home_in_need_that_nobody_covers(given, checked, found):
    rows = {"people": [person("甲", **given)], "homes": [home("home of 甲", **checked)]}
    assert [one["because"] for one in facts("R15", **rows)] == found


def test_r15_any_living_member_covers_the_home():
    rows = {"people": [person("甲", home="户", health="serious"), person("乙", home="户")], "homes": [home("户")],
            "tags": [{"person_id": "乙", "tag": "elder_childless"}],
            "certificates": [card("乙", 2, home="户")]}  # fmt: skip
    assert facts("R15", **rows) == [{"because": ["大病", "孤寡老人", "重残"]}]
    assert find("R15", enrolments=[held("乙", "dibao", "户")], **rows) == []
    assert find("R15", enrolments=[held("乙", "dibao", "户", to_month="2026-10")], **rows) == [("户", "orange")]


@pytest.mark.parametrize(
    ("enrolment", "found"),
    [
        ({"state": "stopped", "to_month": "2025-11", "stop_reason": "收入超标"}, [("home of 甲", "red")]),
        ({"state": "stopped", "to_month": "2025-10", "stop_reason": "收入超标"}, []),
        ({"state": "stopped", "to_month": "2026-05", "stop_reason": "死亡"}, []),
        ({"state": "easing"}, []),
    ],
)
def test_r16_dropped_while_the_need_is_there(enrolment, found):
    rows = {"people": [person("甲")], "certificates": [card("甲", 1)]}
    assert find("R16", enrolments=[held("甲", "dibao", **enrolment)], **rows) == found
    assert find("R16", people=[person("甲")], enrolments=[held("甲", "dibao", **enrolment)]) == []


def test_r17_five_of_a_village_in_one_month_for_one_reason():
    stopped = {"state": "stopped", "to_month": "2026-09", "stop_reason": "收入超标"}
    rows = [held(str(number), "dibao", **stopped) for number in range(5)]
    assert find("R17", enrolments=rows) == [("349927101201", "orange")]
    assert find("R17", enrolments=rows[:4]) == []
    assert find("R17", enrolments=[*rows[:4], held("五", "dibao", **(stopped | {"stop_reason": "自愿退出"}))]) == []


@pytest.mark.parametrize(
    ("band", "reviewed", "as_of", "found"),
    [
        ("A", "2025-10-30", "2026-10-31", [("home of 甲", "orange")]),
        ("A", "2025-10-31", "2026-10-31", [("home of 甲", "blue")]),
        ("A", "2025-11-30", "2026-10-31", [("home of 甲", "blue")]),
        ("A", "2025-12-01", "2026-10-31", []),
        ("B", "2026-04-30", "2026-10-31", [("home of 甲", "orange")]),
        ("C", "2026-08-31", "2027-02-28", [("home of 甲", "blue")]),
        ("C", "2026-08-31", "2027-03-01", [("home of 甲", "orange")]),
        ("A", "2024-02-29", "2025-02-28", [("home of 甲", "blue")]),
        ("A", "2024-02-29", "2025-03-01", [("home of 甲", "orange")]),
    ],
)
def test_r18_reviews_by_class(band, reviewed, as_of, found):
    rows = {"people": [person("甲")], "enrolments": [held("甲", "dibao", band=band, reviewed_on=reviewed)]}
    assert find("R18", date.fromisoformat(as_of), **rows) == found


def test_r18_in_2020_class_c_was_reviewed_by_quarter():
    rows = {"people": [person("甲")], "enrolments": [held("甲", "dibao", band="C", reviewed_on="2020-01-31",
                                                       from_month="2019-01")]}  # fmt: skip
    assert find("R18", date(2020, 5, 1), **rows) == [("home of 甲", "orange")]


@pytest.mark.parametrize(("born", "found"), [("1966-10-31", [("甲", "yellow")]), ("1966-11-01", [])])
def test_r19_alone_unable_and_without_anybody(born, found):
    rows = {"people": [person("甲", born)], "enrolments": [held("甲", "dibao")],
            "elders": [elder("甲", children_count=0)]}  # fmt: skip
    assert find("R19", **rows) == found
    assert find("R19", destitute=[destitute("甲")], **rows) == []
    assert find("R19", **(rows | {"elders": [elder("甲", children_count=1)]})) == []
    assert find("R19", **(rows | {"people": [*rows["people"], person("乙", home="home of 甲")]})) == []


def test_r20_property_of_somebody_who_is_helped():
    rows = {"people": [person("甲"), person("乙")], "enrolments": [held("甲", "dibao")],
            "listed": [{"person_id": "甲", "list": "vehicles"}, {"person_id": "乙", "list": "vehicles"},
                       {"person_id": "甲", "list": "schools"}]}  # fmt: skip
    assert find("R20", **rows) == [("甲", "orange")]
    assert facts("R20", **rows) == [{"lists": ["车辆"]}]


def test_r21_a_relative_without_a_filing():
    made = [{"application_id": "一", "relative": True}, {"application_id": "三", "relative": False},
            {"application_id": "二", "relative": True, "relative_filed": True}]  # fmt: skip
    assert find("R21", applications=made) == [("一", "red")]


@pytest.mark.parametrize(
    ("given", "counted", "found"),
    [
        ({}, True, [("甲", "orange")]),
        ({}, False, []),
        ({"to_on": "2026-10-31"}, True, []),
        ({"to_on": "2026-11-01"}, True, [("甲", "orange")]),
        ({"to_on": None}, True, [("甲", "orange")]),
        ({"from_on": "2026-11-01"}, True, []),
    ],
)
def test_r51_in_custody_and_counted(given, counted, found):
    term = {"id_index": "number of 甲", "kind": "服刑在押", "from_on": "2025-01-01", "to_on": "2028-01-01"} | given
    rows = {"people": [person("甲")], "custody": [term], "enrolments": [held("甲", "dibao", counted=counted)]}
    assert find("R51", **rows) == found


def test_a_rule_of_children_needs_no_row_of_benefits():
    assert find("R25", people=[person("甲", "2015-01-01")], children=[child("甲")],
                agreements=[agreement("甲", "guardianship")]) == []  # fmt: skip
