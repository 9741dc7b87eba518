"""R22–R33, R36–R38: children, carers, elders and the destitute, each rule at its edge."""

from datetime import date

import pytest

from tests.findings.county import agreement, card, child, destitute, elder, facts, find, held, home, paid, person

SIXTEEN = "2010-10-31"


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, None),
        ({"carer_name": None, "carer_index": None}, "无受托人"),
        ({"from_on": None, "to_on": None}, "无确认书"),
        ({"to_on": "2026-10-30"}, "确认书过期"),
        ({"to_on": "2026-10-31"}, None),
        ({"bar_1": None, "bar_2": None, "bar_3": None, "bar_4": None}, "四项声明未填"),
        ({"bar_2": None, "bar_3": None, "bar_4": None}, None),
    ],
)
def test_r22_a_left_behind_child_has_a_guardian(given, found):
    rows = {"people": [person("甲", "2015-01-01")], "children": [child("甲")]}
    assert facts("R22", agreements=[agreement("甲", "guardianship", **given)], **rows) == (
        [{"why": found}] if found else []
    )


@pytest.mark.parametrize(
    ("born", "kinds", "found"),
    [
        ("2010-11-01", ["child_left_behind"], [("甲", "red")]),
        (SIXTEEN, ["child_left_behind"], []),
        ("2015-01-01", ["child_hardship"], []),
    ],
)
def test_r22_only_left_behind_children_below_sixteen(born, kinds, found):
    assert find("R22", people=[person("甲", born)], children=[child("甲", kinds=kinds)]) == found


@pytest.mark.parametrize(
    ("born", "living", "found"),
    [
        ("2010-11-01", "独居", [("甲", "red")]),
        ("2010-11-01", "alone", [("甲", "red")]),
        (SIXTEEN, "独居", []),
        ("2012-01-01", "寄宿", []),
    ],
)
def test_r23_nobody_below_sixteen_lives_alone(born, living, found):
    assert find("R23", people=[person("甲", born)], children=[child("甲", living=living)]) == found
    assert find("R23", people=[person("甲", born, living=living)]) == found


@pytest.mark.parametrize(
    ("given", "lists", "why", "severity"),
    [
        ({}, {}, None, None),
        ({"carer_born_on": "1956-10-31"}, {}, ["年龄≥70"], "orange"),
        ({"carer_born_on": "1956-11-01"}, {}, None, None),
        ({"bar_3": True}, {}, ["禁止情形"], "red"),
        ({"carer_born_on": "1950-01-01", "bar_3": True}, {}, ["年龄≥70", "禁止情形"], "red"),
        ({}, {"certificates": [card("祖母", 2)]}, ["残疾"], "red"),
        ({}, {"certificates": [card("祖母", 3)]}, None, None),
        ({}, {"certificates": [card("祖母", 4, 6)]}, ["残疾"], "red"),
        ({}, {"elders": [elder("祖母", self_care="完全丧失生活自理能力")]}, ["完全丧失自理"], "red"),
        ({}, {"elders": [elder("祖母", self_care="部分丧失生活自理能力")]}, None, None),
        ({}, {"destitute": [destitute("祖母", 4)]}, ["完全丧失自理"], "red"),
        ({}, {"deaths": [{"id_index": "number of 祖母", "died_on": "2026-10-01"}]}, ["已死亡"], "red"),
        ({}, {"custody": [{"id_index": "number of 祖母", "kind": "强制隔离戒毒", "to_on": "2026-11-01"}]},
         ["服刑戒毒"], "red"),
        ({}, {"custody": [{"id_index": "number of 祖母", "kind": "强制隔离戒毒", "to_on": "2026-10-31"}]}, None, None),
    ],
)  # fmt: skip
def test_r24_who_may_not_look_after_a_child(given, lists, why, severity):
    carer = {"carer_index": "number of 祖母"} | given
    rows = {"people": [person("甲", "2015-01-01"), person("祖母", "1965-01-01")], "children": [child("甲")],
            "agreements": [agreement("甲", "guardianship", **carer)]} | lists  # fmt: skip
    assert [one["why"] for one in facts("R24", **rows)] == ([why] if why else [])
    assert find("R24", **rows) == ([("甲", severity)] if why else [])


def test_r24_three_children_are_not_too_many():
    names = ["一", "二", "三", "四"]
    rows = {"people": [person(one, "2015-01-01") for one in names], "children": [child(one) for one in names]}
    papers = [agreement(one, "guardianship", carer_index="祖母") for one in names]
    assert find("R24", agreements=papers[:3], **rows) == []
    assert find("R24", agreements=papers, **rows) == sorted((one, "red") for one in names)


def _both(**states):
    return {"people": [person("甲", "2015-01-01")], "children": [child("甲", **states)]}


@pytest.mark.parametrize(
    ("states", "found"),
    [
        ({"father_state": "死亡", "mother_state": "重残"}, ("死亡", "重残")),
        ({"father_state": "死亡", "mother_state": "正常"}, None),
        ({"father_state": "服刑在押", "mother_state": "失联", "mother_since": "2026-04-30"}, ("服刑在押", "失联")),
        ({"father_state": "服刑在押", "mother_state": "失联", "mother_since": "2026-05-01"}, None),
        ({"father_state": "服刑在押", "mother_state": "失联", "mother_since": "2025-01-01",
          "mother_back_on": "2026-10-20"}, None),
        ({"father_state": "服刑在押", "mother_state": "失联", "mother_since": "2025-01-01",
          "mother_back_on": "2026-11-01"}, ("服刑在押", "失联")),
        ({"father_state": "被撤销监护资格", "mother_state": "被遣送出境"}, ("被撤销监护资格", "被遣送")),
        ({"father_state": "重病", "mother_state": "强制隔离戒毒"}, ("重病", "强制隔离戒毒")),
    ],
)  # fmt: skip
def test_r25_both_parents_cannot_care(states, found):
    assert [(one["father"], one["mother"]) for one in facts("R25", **_both(**states))] == ([found] if found else [])


def test_r25_lists_of_other_offices_count_before_the_register():
    lists = {"deaths": [{"id_index": "father of 甲", "died_on": "2026-01-01"}],
             "custody": [{"id_index": "mother of 甲", "kind": "服刑在押", "to_on": "2028-01-01"}]}  # fmt: skip
    assert facts("R25", **_both(), **lists) == [{"father": "死亡", "mother": "服刑在押"}]
    free = {"custody": [{"id_index": "father of 甲", "kind": "服刑在押", "to_on": "2026-10-31"}]}
    states = {"father_state": "服刑在押", "mother_state": "重残"}
    assert find("R25", **_both(**states)) == [("甲", "red")]
    assert find("R25", **_both(**states), **free) == []


@pytest.mark.parametrize(
    ("born", "more", "found"),
    [
        ("2008-11-01", {}, [("甲", "red")]),
        ("2008-10-31", {}, []),
        ("2015-01-01", {"enrolments": [held("甲", "unsupported")]}, []),
        ("2015-01-01", {"enrolments": [held("甲", "orphan")]}, []),
        ("2015-01-01", {"destitute": [destitute("甲")]}, []),
    ],
)
def test_r25_a_minor_who_draws_nothing(born, more, found):
    rows = _both(father_state="死亡", mother_state="失踪") | {"people": [person("甲", born)]}
    assert find("R25", **rows, **more) == found


@pytest.mark.parametrize(
    ("born", "states", "lists", "why"),
    [
        ("2008-10-31", {"school": "已毕业"}, {}, "年满18岁且不在读"),
        ("2008-11-01", {"school": "已毕业"}, {}, None),
        ("2008-10-31", {"school": "高中在读"}, {}, None),
        ("2008-02-29", {"school": ""}, {}, "年满18岁且不在读"),
        ("2015-01-01", {"mother_state": "失联", "mother_back_on": "2026-09-30"}, {}, "失联父母已恢复联系"),
        ("2015-01-01", {"mother_state": "失联", "mother_back_on": "2026-10-01"}, {}, None),
        ("2015-01-01", {"father_state": "服刑在押"},
         {"custody": [{"id_index": "father of 甲", "kind": "服刑在押", "to_on": "2026-10-31"}]}, "父母刑满释放"),
        ("2015-01-01", {"father_state": "服刑在押"},
         {"custody": [{"id_index": "father of 甲", "kind": "服刑在押", "to_on": "2026-11-01"}]}, None),
    ],
)  # fmt: skip
def test_r26_an_allowance_that_should_end(born, states, lists, why):
    rows = {"people": [person("甲", born)], "children": [child("甲", **states)],
            "enrolments": [held("甲", "unsupported")]}  # fmt: skip
    assert [one["why"] for one in facts("R26", **rows, **lists)] == ([why] if why else [])


@pytest.mark.parametrize(
    ("last", "found"),
    [("2026-10-24", []), ("2026-10-23", [("甲", "blue")]), ("2026-10-01", [("甲", "blue")]),
     ("2026-09-30", [("甲", "yellow")]), (None, [])],
)  # fmt: skip
def test_r27_parents_call_each_week(last, found):
    rows = {"people": [person("甲", "2015-01-01")], "children": [child("甲", parent_contact_on=last)]}
    assert find("R27", **rows) == found


@pytest.mark.parametrize(
    ("born", "given", "found"),
    [
        ("2020-10-31", {"school": "失学"}, [("甲", "red")]),
        ("2020-11-01", {"school": "失学"}, []),
        ("2010-11-01", {"school": "辍学"}, [("甲", "red")]),
        (SIXTEEN, {"school": "辍学"}, []),
        ("2015-01-01", {"school": None}, [("甲", "red")]),
        ("2015-01-01", {"school": " "}, [("甲", "red")]),
        ("2015-01-01", {"school": "失学", "exempt": "已批准缓学"}, []),
        ("2015-01-01", {"school": "在校"}, []),
    ],
)
def test_r28_school_age(born, given, found):
    assert find("R28", people=[person("甲", born)], children=[child("甲", **given)]) == found


@pytest.mark.parametrize(
    ("days", "last", "found"),
    [("high", "2026-10-24", []), ("high", "2026-10-23", "yellow"), ("high", "2026-10-17", "yellow"),
     ("high", "2026-10-16", "red"), ("need", "2026-10-01", []), ("left_behind", "2026-08-02", []),
     ("left_behind", "2026-08-01", "yellow"), ("high", None, []), (None, "2020-01-01", [])],
)  # fmt: skip
def test_r29_an_elder_by_tier(days, last, found):
    rows = {"people": [person("甲", "1940-01-01")], "elders": [elder("甲", tier=days, listed_visit_on=last)]}
    assert find("R29", **rows) == ([("甲", found)] if found else [])


def test_r29_any_visit_to_the_home_counts_for_all_of_it():
    rows = {"people": [person("甲", "1940-01-01")], "elders": [elder("甲", listed_visit_on="2026-01-01")]}
    assert find("R29", **rows) == [("甲", "red")]
    assert find("R29", homes=[home("home of 甲", last_visit_on="2026-10-30")], **rows) == []


def test_r29_children_the_destitute_at_home_and_paired_homes():
    pair = {"official_id": "干部", "household_id": "户", "from_on": "2025-01-01", "listed_visit_on": "2026-09-30"}
    rows = {"people": [person("童", "2015-01-01"), person("家"), person("院")],
            "children": [child("童", risk="yellow", listed_visit_on="2026-09-30")],
            "destitute": [destitute("家", listed_visit_on="2026-09-30"),
                          destitute("院", support="institution", listed_visit_on="2026-01-01")]}  # fmt: skip
    assert find("R29", **rows) == [("家", "yellow"), ("童", "yellow")]
    paired = [home("户", "建档立卡-未脱贫")]
    assert find("R29", homes=paired, pairs=[pair]) == [("户", "yellow")]
    assert find("R29", homes=[home("户", "已脱贫-享受政策")], pairs=[pair]) == []
    assert find("R29", homes=paired, pairs=[pair | {"to_on": "2026-10-30"}]) == []


CALL = {"person_id": "甲", "kind": "emergency", "confirmed_on": "2026-10-01"}


@pytest.mark.parametrize(
    ("paper", "call", "found"),
    [
        ({}, CALL, None),
        ({"to_on": "2026-10-31"}, CALL, None),
        ({"to_on": "2026-10-30"}, CALL, ["赡养协议过期"]),
        ({"to_on": None, "open_ended": True}, CALL, None),
        ({"from_on": None, "to_on": None}, CALL, ["无赡养协议"]),
        ({}, CALL | {"kind": "village"}, ["无紧急联系人"]),
        ({}, CALL | {"confirmed_on": "2026-05-04"}, None),
        ({}, CALL | {"confirmed_on": "2026-05-03"}, ["联系电话超180天未核实"]),
        ({"from_on": None, "to_on": None}, CALL | {"kind": "village"}, ["无紧急联系人", "无赡养协议"]),
    ],
)
def test_r30_an_agreement_and_somebody_to_call(paper, call, found):
    rows = {"people": [person("甲", "1950-01-01")], "agreements": [agreement("甲", "support", **paper)],
            "contacts": [_dated(call)]}  # fmt: skip
    assert [one["why"] for one in facts("R30", elders=[elder("甲")], **rows)] == ([found] if found else [])
    assert facts("R30", elders=[elder("甲", children_count=0)], **rows) == []


def _dated(row):
    return {word: date.fromisoformat(one) if word.endswith("_on") and one else one for word, one in row.items()}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"on": "2026-10-15"}, [("甲", "orange")]),
        ({"on": "2026-10-16"}, []),
        ({"on": "2026-10-01", "urged_on": "2026-10-05"}, []),
        ({"on": "2026-10-01", "result": "fair"}, []),
    ],
)
def test_r31_not_kept_and_nobody_urged(given, found):
    look = {"agreement_id": "support 甲", "result": "not_kept"} | given
    rows = {"people": [person("甲")], "agreements": [agreement("甲", "support")], "inspections": [look]}
    assert find("R31", **rows) == found
    later = {"agreement_id": "support 甲", "result": "good", "on": "2026-10-20"}
    assert find("R31", **(rows | {"inspections": [look, later]})) == []


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, []),
        ({"from_on": None, "to_on": None}, [("甲", "orange")]),
        ({"to_on": "2026-10-30"}, [("甲", "orange")]),
        ({"to_on": "2026-10-31"}, [("甲", "blue")]),
        ({"to_on": "2026-11-30"}, [("甲", "blue")]),
        ({"to_on": "2026-12-01"}, []),
        ({"carer_born_on": "1960-10-31"}, [("甲", "yellow")]),
        ({"carer_born_on": "1960-11-01"}, []),
        ({"carer_born_on": None}, []),
    ],
)
def test_r32_who_cares_for_the_destitute_at_home(given, found):
    rows = {"people": [person("甲")], "agreements": [agreement("甲", "care", **given)]}
    assert find("R32", destitute=[destitute("甲")], **rows) == found
    assert find("R32", destitute=[destitute("甲", support="institution")], **rows) == []


@pytest.mark.parametrize(
    ("as_of", "rows", "found"),
    [
        ("2026-10-15", [], [("甲", "red")]),
        ("2026-10-14", [], []),
        ("2026-10-31", [paid("甲", "care_fee", "2026Q3", amount_fen=36000)], []),
        ("2026-10-31", [paid("甲", "care_fee", "2026Q3", amount_fen=36000, ok=False)], [("甲", "red")]),
        ("2026-10-31", [paid("甲", "care_fee", "2026Q3", amount_fen=24000)], [("甲", "orange")]),
        ("2026-10-31", [paid("甲", "care_fee", "2026Q3", amount_fen=12000, number=1),
                        paid("甲", "care_fee", "2026Q3", amount_fen=24000, number=2)], []),
    ],
)  # fmt: skip
def test_r33_a_quarter_without_its_fee(as_of, rows, found):
    told = [paid("别人", "care_fee", "2026Q3")]
    base = {"people": [person("甲")], "destitute": [destitute("甲")]}
    enrolled = [held("甲", "tekun", from_month="2026-07")]
    assert find("R33", date.fromisoformat(as_of), payments=told + rows, enrolments=enrolled, **base) == found


def test_r33_leaves_those_who_joined_within_the_quarter_and_quarters_before_the_ledgers():
    base = {"people": [person("甲")], "destitute": [destitute("甲")]}
    told = [paid("别人", "care_fee", "2026Q3")]
    assert find("R33", payments=told, enrolments=[held("甲", "tekun", from_month="2026-08")], **base) == []
    assert find("R33", enrolments=[held("甲", "tekun", from_month="2020-01")], **base) == []
    assert len(find("R33", payments=told, enrolments=[held("甲", "tekun", from_month="2020-01")], **base)) == 1


@pytest.mark.parametrize(
    ("assessed", "found"), [("2025-10-31", []), ("2025-10-30", [("甲", "orange")]), (None, [])]
)  # fmt: skip
def test_r36_an_assessment_holds_for_a_year(assessed, found):
    assert find("R36", people=[person("甲")], destitute=[destitute("甲", assessed_on=assessed)]) == found


@pytest.mark.parametrize(
    ("failed", "typed", "found"),
    [
        (0, "具备生活自理能力", []), (0, "全自理", []), (1, "具备生活自理能力", [("甲", "yellow")]),
        (3, "部分丧失生活自理能力", []), (3, "半护理", []), (4, "部分丧失生活自理能力", [("甲", "yellow")]),
        (4, "完全丧失生活自理能力", []), (6, "全护理", []), (0, None, []),
    ],
)  # fmt: skip
def test_r37_the_grade_follows_the_six(failed, typed, found):
    assert find("R37", people=[person("甲")], destitute=[destitute("甲", failed, grade_written=typed)]) == found
    unknown = destitute("甲", failed, grade_written=typed, eats=None)
    assert find("R37", people=[person("甲")], destitute=[unknown]) == []


@pytest.mark.parametrize(
    ("failed", "given", "found"),
    [(4, {"wish": "willing"}, True), (3, {"wish": "willing"}, False), (4, {"wish": "unwilling"}, False),
     (6, {"wish": "willing", "support": "institution"}, False), (4, {"wish": "willing", "active": False}, False)],
)  # fmt: skip
def test_r38_helpless_willing_and_still_at_home(failed, given, found):
    people = [one for one, _ in find("R38", people=[person("甲")], destitute=[destitute("甲", failed, **given)])
              if one == "甲"]  # fmt: skip
    assert people == (["甲"] if found else [])


def test_r38_half_is_enough_and_one_less_is_not():
    def rows(inside: int, outside: int):
        return [destitute(f"院{number}", 1, support="institution") for number in range(inside)] + [
            destitute(f"家{number}", 1) for number in range(outside)
        ]

    assert find("R38", destitute=rows(2, 2)) == []
    assert facts("R38", destitute=rows(2, 3)) == [
        {"level": "county", "weak": 5, "in_homes": 2, "must_move": 1},
        {"level": "township", "weak": 5, "in_homes": 2, "must_move": 1},
    ]
    assert find("R38", destitute=[destitute("甲", 0)]) == []


@pytest.mark.parametrize(
    ("born", "told", "found"),
    [
        ("2012-05-05", {"alone": "nights"}, [("童", "red")]), ("2012-05-05", {"alone": "sometimes"}, []),
        ("2018-11-01", {"alone": "sometimes"}, [("童", "red")]), ("2018-10-31", {"alone": "sometimes"}, []),
        ("2010-10-31", {"alone": "nights"}, []), ("2010-11-01", {"alone": "nights"}, [("童", "red")]),
        ("2012-05-05", {"alone": "never"}, []), ("2012-05-05", {"living": "alone"}, [("童", "red")]),
    ],
)  # fmt: skip
def test_r23_hears_of_children_alone_from_visits(born, told, found):
    rows = {"people": [person("童", born)], "children": [child("童")], "told": [{"person_id": "童"} | told]}
    assert find("R23", **rows) == found


def test_r22_and_r24_hear_from_visits_who_looks_after_a_child():
    rows = {"people": [person("童", "2012-05-05")], "children": [child("童")],
            "agreements": [agreement("童", "guardianship")]}  # fmt: skip
    assert find("R22", **rows) == []
    assert facts("R22", told=[{"person_id": "童", "carer": "nobody"}], **rows) == [{"why": "走访时没有人照看"}]
    assert find("R22", told=[{"person_id": "童", "carer": "grandparent"}], **rows) == []
    assert find("R24", told=[{"person_id": "童", "bars": "none", "carer_children": 3}], **rows) == []
    assert find("R24", told=[{"person_id": "童", "carer_children": 4}], **rows) == [("童", "red")]
    rows.pop("agreements")
    assert facts("R24", told=[{"person_id": "童", "bars": "vice"}], **rows) == [{"why": ["禁止情形"]}]


@pytest.mark.parametrize(
    ("listed", "told", "seen", "found"),
    [
        ("2026-09-01", "weekly", "2026-10-30", []), (None, "weekly", "2026-10-20", [("童", "blue")]),
        (None, "monthly", "2026-10-30", [("童", "blue")]), (None, "none", "2026-10-30", [("童", "yellow")]),
        ("2026-10-31", "none", "2026-10-30", []), ("2026-09-01", "together", "2026-10-01", []),
        ("2026-09-01", None, None, [("童", "yellow")]),
    ],
)  # fmt: skip
def test_r27_a_later_visit_says_more_than_the_list(listed, told, seen, found):
    rows = {"people": [person("童", "2012-05-05")], "children": [child("童", parent_contact_on=listed)]}
    assert find("R27", told=[{"person_id": "童", "parents_contact": told, "contact_on": seen}], **rows) == found


@pytest.mark.parametrize(
    ("written", "told", "found"),
    [("在校", "left", [("童", "red")]), ("", "day", []), ("辍学", "boarding", []), ("", "too_young", [("童", "red")]),
     ("辍学", None, [("童", "red")])],
)  # fmt: skip
def test_r28_what_a_visit_says_of_school_counts_more(written, told, found):
    rows = {"people": [person("童", "2016-05-05")], "children": [child("童", school=written)]}
    assert find("R28", told=[{"person_id": "童", "school_state": told}], **rows) == found


@pytest.mark.parametrize(
    ("seen", "cannot", "found"),
    [
        ("2026-10-10", ["eats", "walks"], [("甲", "orange")]), ("2026-10-19", ["eats", "walks"], []),
        ("2026-10-10", ["none"], []), ("2026-05-01", ["eats"], []),
    ],
)  # fmt: skip
def test_r36_a_change_that_a_visit_saw_is_looked_at_within_ten_working_days(seen, cannot, found):
    rows = {"people": [person("甲")], "destitute": [destitute("甲", assessed_on="2026-06-01")]}
    assert find("R36", told=[{"person_id": "甲", "cannot": cannot, "cannot_on": seen}], **rows) == found


def test_r38_a_wish_told_at_home_counts():
    rows = {"people": [person("甲")], "destitute": [destitute("甲", 4)]}
    willing = [{"person_id": "甲", "wish": "willing"}]
    assert "甲" in [one for one, _ in find("R38", told=willing, **rows)]
    assert "甲" not in [one for one, _ in find("R38", told=[{"person_id": "甲", "wish": "not_asked"}], **rows)]
