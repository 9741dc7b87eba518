"""Who is on a month's roll, what is due, why it differs: birthdays, deaths, stops, standards, 29 February."""

from dataclasses import replace
from datetime import date

import pytest

from app.benefits import rules
from app.benefits.rules import CARE, DIBAO, LIVING, OLD, ORPHAN, TEKUN, UNSUPPORTED, Group, Holding, Past, Standards

VALUES = {
    "dibao.month_fen": 60000, "hardship.living_times": 1.3,
    "hardship.care_fee_fen": {"able": 12000, "partly": 50000, "unable": 150000},
    "age.old": 80, "age.old_2": 90, "age.old_3": 100, "old.month_fen": {"80-89": 6000, "90-99": 12000, "100+": 50000},
    "old.from_birth_month": True, "disability.living_month_fen": {"1": 6667, "2": 6667, "3": 3333, "4": 3333},
    "disability.care_month_fen": {"1": 6000, "2": 6000},
    "child.orphan_month_fen": {"institution": 150000, "home": 110000}, "child.unsupported_month_fen": 110000,
}  # fmt: skip
NOW = Standards(VALUES)
NEXT_MONTH = Standards(VALUES | {"old.from_birth_month": False})


def old(born, **more):
    return Holding(OLD, **{"from_month": "2020-01", "born_on": born} | more)


def why(one, month, now=NOW, before=NOW):
    return [(reason.kind, reason.words) for reason in rules.changes(one, month, now, before)]


def test_months_turn_with_the_year():
    assert rules.shifted("2026-01", -1) == "2025-12"
    assert rules.shifted("2026-12", 1) == "2027-01"
    assert rules.last_day("2028-02") == date(2028, 2, 29)
    assert rules.is_month("2026-12")
    assert not any(rules.is_month(text) for text in ("2026-13", "2026-1", "2026Q3", "", "２０２６-01"))


@pytest.mark.parametrize(
    ("from_month", "to_month", "month", "on"),
    [
        ("2026-03", None, "2026-02", False), ("2026-03", None, "2026-03", True), ("", None, "2019-01", True),
        ("2026-03", "2026-05", "2026-04", True), ("2026-03", "2026-05", "2026-05", False),
        ("2026-03", "2026-03", "2026-03", False),
    ],
)  # fmt: skip
def test_the_first_month_pays_and_the_month_of_the_stop_does_not(from_month, to_month, month, on):
    assert rules.on_roll(Holding(OLD, from_month, to_month), month) is on


def test_a_stop_without_a_month_pays_nothing_one_with_a_month_paid_until_then():
    assert not rules.on_roll(Holding(OLD, "2020-01", None, "stopped"), "2021-01")
    assert rules.on_roll(Holding(OLD, "2020-01", "2021-02", "stopped"), "2021-01")
    assert not rules.on_roll(Holding(OLD, "2020-01", "2021-02", "stopped"), "2021-02")


@pytest.mark.parametrize("died", [date(2026, 6, 1), date(2026, 6, 30)])
def test_the_month_of_a_death_is_paid_and_the_next_is_not(died):
    one = old(date(1940, 1, 1), died_on=died)
    assert rules.on_roll(one, "2026-06")
    assert not rules.on_roll(one, "2026-07")
    assert why(one, "2026-06") == []
    assert why(one, "2026-07") == [("death", f"6 月 {died.day} 日去世")]
    assert why(one, "2026-08") == []


def test_who_is_not_counted_is_on_no_roll_of_low_income():
    assert not rules.on_roll(Holding(DIBAO, "2020-01", counted=False), "2026-01")
    assert rules.on_roll(Holding(OLD, "2020-01", counted=False), "2026-01")


@pytest.mark.parametrize(
    ("born", "month", "band"),
    [
        (date(1946, 10, 31), "2026-09", ""), (date(1946, 10, 31), "2026-10", "80-89"),
        (date(1946, 10, 1), "2026-10", "80-89"), (date(1946, 11, 1), "2026-10", ""),
        (date(1936, 6, 15), "2026-05", "80-89"), (date(1936, 6, 15), "2026-06", "90-99"),
        (date(1926, 12, 31), "2026-12", "100+"), (None, "2026-12", ""),
        (date(1948, 2, 29), "2028-02", "80-89"), (date(1936, 2, 29), "2026-02", "80-89"),
        (date(1936, 2, 29), "2026-03", "90-99"),
    ],
)  # fmt: skip
def test_the_band_turns_with_the_month_of_the_birthday(born, month, band):
    assert NOW.band(born, month) == band


def test_where_the_county_says_so_the_band_turns_a_month_later():
    born = date(1946, 10, 31)
    assert [NEXT_MONTH.band(born, month) for month in ("2026-10", "2026-11")] == ["", "80-89"]


@pytest.mark.parametrize("standards", [NOW, NEXT_MONTH])
@pytest.mark.parametrize("month", ["2026-02", "2026-03", "2028-02", "2026-12", "2027-01"])
def test_the_day_for_a_query_says_the_same_as_the_band(standards, month):
    days = [date(1936, 2, 28), date(1936, 2, 29), date(1936, 3, 1), date(1938, 2, 28), date(1938, 3, 1),
            date(1936, 12, 31), date(1937, 1, 1), date(1937, 1, 31), date(1937, 2, 1), date(1936, 1, 31)]  # fmt: skip
    for born in days:
        assert (born <= standards.born_by(month, 90)) is (standards.band(born, month) == "90-99"), born


def test_a_ninetieth_birthday_is_told_with_both_amounts():
    one = old(date(1936, 6, 12))
    assert why(one, "2026-06") == [("band", "6 月 12 日生日，满 90 岁，60 元 → 120 元")]
    assert why(one, "2026-07") == []


def test_amounts_of_each_programme():
    def fen(one):
        return rules.due(one, "2026-06", NOW).amount_fen

    assert fen(Holding(DIBAO, amount_fen=123450)) == 123450
    assert fen(Holding(DIBAO)) is None
    assert fen(Holding(TEKUN)) == 78000
    assert fen(Holding(TEKUN, amount_fen=80000)) == 80000
    assert fen(Holding(LIVING, grade=3)) == 3333
    assert fen(Holding(CARE, grade=2)) == 6000
    assert fen(Holding(CARE, grade=3)) is None
    assert fen(Holding(ORPHAN)) == 110000
    assert fen(Holding(ORPHAN, institution=True)) == 150000
    assert fen(Holding(UNSUPPORTED)) == 110000
    assert fen(Holding(UNSUPPORTED, top_up=True)) is None
    assert fen(Holding(UNSUPPORTED, top_up=True, amount_fen=50000)) == 50000
    assert fen(old(date(1950, 1, 1))) is None
    assert [NOW.care_fee(grade) for grade in ("able", "partly", "unable", None)] == [12000, 50000, 150000, None]


def test_a_written_amount_that_is_not_the_standard_is_told():
    assert rules.due(old(date(1940, 1, 1), amount_fen=5000), "2026-06", NOW).note == "名册上写 50 元"
    assert rules.due(old(date(1940, 1, 1), amount_fen=6000), "2026-06", NOW).note == ""


def test_a_standard_that_changes_in_the_middle_of_a_year():
    higher = Standards(VALUES | {"old.month_fen": {"80-89": 8000, "90-99": 12000, "100+": 50000}})
    one = old(date(1940, 1, 1))
    assert why(one, "2026-07", higher, NOW) == [("standard", "60 元 → 80 元")]
    assert why(one, "2026-08", higher, higher) == []
    groups = [Group("80-89", 7), Group("90-99", 2)]
    found = rules.raised(OLD, groups, higher, NOW)
    assert [rules.raised_words(OLD, raised, lines) for raised, lines in found.items()] == [
        "80-89 岁：标准 60 元 → 80 元，7 人"
    ]
    assert rules.raised(OLD, groups, higher, higher) == {}


def test_a_raised_low_income_line_asks_for_new_amounts_and_raises_the_destitute():
    higher = Standards(VALUES | {"dibao.month_fen": 75000})
    (one, homes), = rules.raised(DIBAO, [Group("", 5, 5, 100)], higher, NOW).items()
    assert rules.raised_words(DIBAO, one, homes) == "低保标准 600 元 → 750 元，5 户的金额要重新核定"
    (one, people), = rules.raised(TEKUN, [Group("", 5, 2, 100)], higher, NOW).items()
    assert rules.raised_words(TEKUN, one, people) == "标准 780 元 → 975 元，3 人"


@pytest.mark.parametrize(("given", "state", "runs"), [
    ({}, "active", True), ({"state": "easing"}, "easing", True), ({"from_month": ""}, "active", True),
    ({"state": "stopped", "to_month": "2026-07"}, "active", True),
    ({"state": "stopped", "to_month": "2026-06"}, "stopped", False), ({"state": "stopped"}, "stopped", False),
    ({"to_month": "2026-06"}, "stopped", False), ({"state": "easing", "to_month": "2026-07"}, "easing", True),
    ({"from_month": "2026-07"}, "coming", False),
    ({"from_month": "2026-07", "state": "stopped", "to_month": "2026-09"}, "coming", False),
])  # fmt: skip
def test_a_stop_counts_from_its_month_not_from_the_day_it_was_written_down(given, state, runs):
    one = Holding(LIVING, **{"from_month": "2020-01"} | given)
    assert (rules.state_in(one, "2026-06"), rules.in_force(one, "2026-06")) == (state, runs)
    assert state in rules.STATES


def test_the_reasons_for_coming_and_going():
    one = Holding(LIVING, "2026-03", "2026-06", "stopped", stop_reason="残疾证到期", grade=2)
    assert why(one, "2026-03") == [("new", "这个月起发")]
    assert why(one, "2026-06") == [("stopped", "残疾证到期")]
    assert why(replace(one, stop_reason=None), "2026-06") == [("stopped", "没有写原因")]
    assert why(replace(one, tekun=(("2026-06", None),)), "2026-06") == [("moved", "转为特困供养")]
    assert why(replace(one, tekun=(("2026-06", "2026-12"),)), "2026-06") == [("moved", "转为特困供养")]
    for other in (("2026-08", None), ("2020-01", "2026-06")):
        assert why(replace(one, tekun=(other,)), "2026-06") == [("stopped", "残疾证到期")]
    assert why(replace(one, died_on=date(2026, 5, 9)), "2026-06") == [("death", "5 月 9 日去世")]


def test_a_settled_amount_changes_in_its_month_and_months_before_keep_theirs():
    one = Holding(DIBAO, "2025-01", amount_fen=90000, past=(Past("2025-06", 50000), Past("2026-02", 70000, why="添人")))
    assert [one.written(month) for month in ("2025-05", "2025-06", "2026-01", "2026-02")] == [
        50000, 70000, 70000, 90000
    ]
    assert why(one, "2026-02") == [("amount", "添人，700 元 → 900 元")]
    assert why(one, "2026-03") == []


def member(name, **more):
    return Holding(DIBAO, **{"from_month": "2020-01", "amount_fen": 90000, "name": name} | more)


def told(members, month, now=NOW, before=NOW):
    return [(reason.kind, reason.words) for reason in rules.certificate_changes(members, month, now, before)]


def test_a_home_that_loses_somebody_keeps_its_line():
    home = [member("甲"), member("乙", died_on=date(2026, 5, 2)), member("丙", from_month="2026-06")]
    assert told(home, "2026-06") == [
        ("people", "乙，5 月 2 日去世"), ("people", "丙加入"), ("people", "2 人 → 2 人，金额还没有重核"),
    ]
    assert told(home, "2026-07") == []


def test_a_home_that_was_settled_anew_says_so():
    past = (Past("2026-06", 90000, why="去世一人，重核"),)
    now = {"amount_fen": 45000, "past": past}
    home = [member("甲", **now), member("乙", died_on=date(2026, 5, 2), **now)]
    assert told(home, "2026-06") == [
        ("people", "乙，5 月 2 日去世"), ("people", "2 人 → 1 人"), ("amount", "去世一人，重核，900 元 → 450 元"),
    ]


def test_a_whole_home_that_stops_says_why_once():
    gone = {"to_month": "2026-06", "state": "stopped", "stop_reason": "收入超标"}
    home = [member("甲", **gone), member("乙", **gone)]
    assert told(home, "2026-06") == [("stopped", "收入超标")]
    assert told([replace(one, tekun=(("2026-06", None),)) for one in home], "2026-06") == [("moved", "转为特困供养")]
    assert told([member("甲", from_month="2026-06")], "2026-06") == [("new", "这个月起发")]
    assert told([member("甲", died_on=date(2026, 5, 2))], "2026-06") == [("death", "5 月 2 日去世")]


def test_a_sum_of_groups_is_the_sum_of_its_lines():
    people = [old(date(1940, 1, 1)), old(date(1930, 1, 1), amount_fen=1), old(date(1960, 1, 1)), old(date(1941, 1, 1))]
    lines = [rules.due(one, "2026-06", NOW).amount_fen for one in people]
    found = rules.total(OLD, [Group("80-89", 2), Group("90-99", 1, 1, 1), Group("", 1)], NOW)
    assert (found.amount_fen, found.missing) == (sum(one or 0 for one in lines), lines.count(None))
    found = rules.total(TEKUN, [Group("", 3, 2, 150000)], NOW)
    assert (found.amount_fen, found.missing) == (150000 + 78000, 0)
    found = rules.total(DIBAO, [Group("", 3, 2, 150000)], NOW)
    assert (found.amount_fen, found.missing) == (150000, 1)


@pytest.mark.parametrize(
    ("new", "held", "against"),
    [
        (TEKUN, (DIBAO, OLD), [DIBAO]), (OLD, (TEKUN, DIBAO), []), (LIVING, (CARE, DIBAO), []),
        (LIVING, (TEKUN,), [TEKUN]), (CARE, (ORPHAN,), []), (LIVING, (ORPHAN,), [ORPHAN]),
    ],
)  # fmt: skip
def test_what_cannot_be_held_at_once(new, held, against):
    assert rules.excluded(new, held) == against


def test_times_that_share_a_month():
    assert rules.overlaps("2026-03", None, "2020-01", None)
    assert not rules.overlaps("2026-03", None, "2020-01", "2026-03")
    assert rules.overlaps("2026-03", None, "2020-01", "2026-04")
    assert not rules.overlaps("2020-01", "2026-03", "2026-03", None)
