"""The grade that follows from six indicators, the two rates, quarters and deadlines; without any database."""

from datetime import date
from itertools import product

import pytest

from app.hardship import rules
from app.workdays import is_workday, workdays_later

ALL = dict.fromkeys(rules.INDICATORS, True)


def able(*cannot):
    return ALL | dict.fromkeys(cannot, False)


def test_the_grade_follows_from_how_many_a_person_cannot():
    for values in product((True, False), repeat=6):
        fails = values.count(False)
        expected = rules.FULL if not fails else rules.PART if fails <= 3 else rules.NONE
        assert rules.grade(dict(zip(rules.INDICATORS, values, strict=True))) == expected
    assert rules.grade(ALL | {"walks": None}) is None
    assert rules.grade({}) is None


@pytest.mark.parametrize(
    ("words", "code"),
    [("完全丧失生活自理能力", "unable"), ("部分丧失生活自理能力", "partly"), ("具备生活自理能力", "able"),
     ("全自理", "able"), ("半护理", "partly"), ("全护理", "unable"), ("失 能", "unable"), ("半失能", "partly"),
     ("不能自理", "unable"), ("部分自理", "partly"), ("", None), (None, None), ("一级", None)],
)  # fmt: skip
def test_what_somebody_wrote_means_a_grade(words, code):
    assert rules.grade_of(words) == code


def test_a_written_grade_differs_only_where_both_are_known():
    assert rules.differs(able("walks"), "具备生活自理能力")
    assert not rules.differs(able("walks"), "部分丧失生活自理能力")
    assert not rules.differs(able("walks"), None)
    assert not rules.differs(able("walks"), "看不懂")
    assert not rules.differs({}, "具备生活自理能力")


def people(*kinds):
    worst, half = able("eats", "dresses", "gets_up", "toilet"), able("bathes")
    of = {
        "home": (half, "home", "unwilling"), "house": (half, "institution", "willing"),
        "well": (ALL, "home", "willing"), "asked": (worst, "home", "willing"), "unknown": ({}, "institution", None),
    }  # fmt: skip
    return [of[kind] for kind in kinds]


def test_the_rate_counts_only_who_cannot_care_for_themselves():
    found = rules.rate(people("home", "home", "home", "house", "well", "unknown"), 0.5)
    assert (found.unable, found.housed, found.percent, found.to_move) == (4, 1, 25.0, 1)
    assert not found.reached


def test_who_is_wholly_unable_and_wants_to_go_must_not_stay_at_home():
    found = rules.rate(people("asked", "house", "house"), 0.5)
    assert (found.to_move, found.asked, found.reached) == (0, 1, False)
    assert rules.rate(people("well"), 0.5) == rules.Rate(0, 0, 0, 0.5)
    assert rules.Rate(0, 0, 0, 0.5).percent is None


@pytest.mark.parametrize(
    ("n", "housed", "share", "move"),
    [(5, 2, 0.5, 1), (5, 3, 0.5, 0), (4, 2, 0.5, 0), (1, 0, 0.5, 1), (20, 10, 0.55, 1), (3, 0, 0.0, 0)],
)
def test_how_many_must_move(n, housed, share, move):
    assert rules.Rate(n, housed, 0, share).to_move == move


def test_reviews_are_due_after_months_from_whichever_was_later():
    assert rules.review_due(date(2025, 2, 28), date(2025, 5, 31), 12) == date(2026, 5, 31)
    assert rules.review_due(None, date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert rules.review_due(None, None, 12) is None
    assert rules.months_later(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert rules.look_in_due(date(2026, 10, 1), 30) == date(2026, 10, 31)
    assert rules.look_in_due(None, 30) is None


def test_quarters():
    found = [rules.quarter_of(date(2026, month, 1)) for month in (1, 3, 4, 12)]
    assert found == ["2026Q1", "2026Q1", "2026Q2", "2026Q4"]
    assert rules.quarter_days("2026Q4") == (date(2026, 10, 1), date(2026, 12, 31))
    for wrong in ("2026Q5", "2026", "26Q1", "", "Q1"):
        with pytest.raises(ValueError, match="no quarter"):
            rules.quarter_days(wrong)
    july, august, september = (date(2026, month, 1) for month in (7, 8, 9))
    assert rules.months_counted("2026Q3", [("2022-01", None)]) == [july, august, september]
    assert rules.months_counted("2026Q3", [("2026-08", None)]) == [august, september]
    assert rules.months_counted("2026Q3", [("", "2026-09")]) == [july, august]
    assert rules.months_counted("2026Q3", [("2026-10", None)]) == []
    assert rules.months_counted("2026Q3", [("", "2026-08"), ("2026-09", None)]) == [july, september], "who came back"
    assert rules.months_counted("2026Q3", [("", "2026-09"), ("2026-08", None)]) == [july, august, september]
    assert rules.fee(able("walks"), [{"partly": 50000}] * 2 + [{"partly": 60000}]) == 160000
    assert rules.fee({}, [{"partly": 50000}]) is None


def test_what_a_visit_saw_comes_to_a_grade_too():
    assert rules.seen_grade(["walks", "bathes"]) == "partly"
    assert rules.seen_grade("none") == "able"
    assert rules.seen_grade(["eats", "dresses", "gets_up", "toilet"]) == "unable"
    assert rules.seen_grade([]) is None


def test_a_care_agreement_is_asked_of_who_lives_at_home():
    on = date(2026, 10, 31)
    assert rules.agreement_state("institution", None, False, None, on, 30) is None
    assert rules.agreement_state("home", None, False, None, on, 30).late
    assert rules.agreement_state("home", date(2026, 10, 30), False, False, on, 30).problem == "照料协议过期了"
    assert not rules.agreement_state("home", date(2026, 11, 30), False, True, on, 30).late
    assert rules.agreement_state("home", date(2026, 12, 1), False, True, on, 30) is None
    assert rules.agreement_state("home", None, True, True, on, 30) is None


def test_who_is_too_old_or_cares_for_too_many_is_told():
    assert rules.carer_problem(66, 1, [18, 65], 3) == "照料人 66 岁，要在 18 到 65 岁之间"
    assert rules.carer_problem(65, 3, [18, 65], 3) is None
    assert rules.carer_problem(None, 4, [18, 65], 3) == "照料人一共照料 4 人，最多 3 人"


def test_working_days_leave_out_holidays_and_take_moved_days():
    """2025: 国庆 from 1 to 8 October, 28 September (a Sunday) and 11 October (a Saturday) worked."""
    assert is_workday(date(2025, 9, 28))
    assert not is_workday(date(2025, 10, 8))
    assert workdays_later(date(2025, 9, 30), 3) == date(2025, 10, 11)
    assert workdays_later(date(2025, 9, 30), 0) == date(2025, 9, 30)
    assert workdays_later(date(2040, 1, 6), 1) == date(2040, 1, 9)
