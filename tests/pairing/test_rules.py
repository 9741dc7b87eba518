"""Gaps, plans that answer their causes, the six items; without any database."""

from datetime import date

import pytest

from app.pairing import rules

ON = date(2026, 10, 31)
NEEDS = {"因病": "health", "因残": "care"}


@pytest.mark.parametrize(
    ("terms", "since", "late"),
    [
        ([(None, None)], "nobody is missing", False),
        ([(date(2026, 1, 1), date(2026, 10, 31))], "nobody is missing", False),
        ([(date(2026, 1, 1), date(2026, 10, 20))], date(2026, 10, 21), False),
        ([(date(2026, 1, 1), date(2026, 10, 15))], date(2026, 10, 16), True),
        ([(date(2025, 1, 1), date(2025, 12, 31)), (date(2026, 1, 1), date(2026, 10, 20))], date(2026, 10, 21), False),
        ([(date(2026, 11, 1), None)], None, True),
        ([], None, True),
    ],
)
def test_a_home_without_anybody(terms, since, late):
    found = rules.gap(terms, ON, 15)
    if since == "nobody is missing":
        assert found is None
    else:
        assert (found.since, found.late(ON)) == (since, late)


def test_a_plan_answers_its_causes():
    assert rules.unanswered(["因病", "因残", "因学"], ["health"], NEEDS) == ["因残"]
    assert rules.plan_problems(None, [], NEEDS, None, None) == ["今年还没有方案。"]
    assert rules.plan_problems(["因病"], ["health"], NEEDS, 1, "看病") == []
    found = rules.plan_problems(["因病"], [], NEEDS, None, "", ["王芳", "小明"])
    assert found == ["因病，还没有健康措施。", "王芳、小明还没有措施。", "还没写全年收入目标。", "还没写怎么帮。"]
    assert rules.plan_problems([], ["work"], NEEDS, 1, "x") == ["还没写致贫或风险原因。"]


def test_the_six_items_as_visits_found_them():
    state = rules.six_state({"household.water": {"value": "bad"}, "household.food": {"value": "ok"}})
    assert (state["water"], state["food"], state["housing"]) == ("bad", "ok", "")
    assert rules.failing(state) == ["喝水"]


def test_who_is_near():
    others = ("349927101201", "349927101202", "349927102201")
    assert [rules.distance("349927101201", code) for code in others] == [0, 1, 2]


def test_whom_a_list_means_is_told_by_telephone_then_unit_then_the_area():
    school, water, forest = "县教育局", "县水利局", "县林业局"
    known = [rules.Helper("a", school, True), rules.Helper(None, "县 水利局", True), rules.Helper(None, None, False)]
    told = [("a", water), ("b", water), ("b", school), (None, school), (None, forest), (None, None)]
    assert [rules.same_helper(phone, unit, known) for phone, unit in told] == [[0], [1], [], [0], [], [0, 1]]
    alone = [rules.Helper(None, None, True)]
    assert rules.same_helper("b", "县教育局", alone) == [0], "who stands without unit and telephone gets them"
