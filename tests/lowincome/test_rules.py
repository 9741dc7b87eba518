"""Tiers of the low-income population and how long nobody has been there: pure, with their boundaries."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lowincome import rules
from app.lowincome.rules import Known
from app.settings.rules import shipped

ON = date(2026, 10, 31)
POLICY = {key: shipped(key, ON).value for key in rules.KEYS}


def tier(**known):
    return rules.tier(Known(**known), POLICY)


@pytest.mark.parametrize(
    ("known", "code"),
    [
        ({}, "general"),
        ({"attribute": "一般户"}, "general"),
        ({"attribute": "已脱贫-享受政策"}, "general"),
        ({"attribute": "边缘易致贫户"}, "watched"),
        ({"attribute": "脱贫不稳定户"}, "watched"),
        ({"attribute": "突发严重困难户"}, "watched"),
        ({"attribute": "刚性支出困难"}, "spending"),
        ({"attribute": "低保边缘"}, "edge"),
        ({"marks": [("王芳", "dibao_edge")]}, "edge"),
        ({"marks": [("王芳", "heavy_spending")]}, "spending"),
        ({"marks": [("王芳", "disabled_severe"), ("王芳", "elder_alone")]}, "general"),
        ({"marks": [("王芳", "tekun_home")]}, "support"),
        ({"drawn": [("王芳", "dibao")]}, "support"),
        ({"drawn": [("王芳", "tekun")]}, "support"),
        ({"drawn": [("王芳", "old_allowance")]}, "general"),
    ],
)  # fmt: skip
def test_the_tier_of_a_home(known, code):
    assert tier(**known).code == code


def test_the_nearest_to_need_is_the_tier_and_all_reasons_are_said():
    found = tier(attribute="边缘易致贫户", drawn=[("王芳", "dibao")], marks=[("王强", "heavy_spending")])
    assert found.code == "support"
    assert found.reasons == ["王芳在领低保。", "王强标着刚性支出困难。", "户属性是边缘易致贫户。"]


def test_who_draws_it_is_not_told_again_by_their_mark():
    assert tier(drawn=[("王芳", "dibao")], marks=[("王芳", "dibao")]).reasons == ["王芳在领低保。"]


def test_which_attributes_count_is_policy():
    assert rules.tier(Known("一般户"), POLICY | {"lowincome.edge_attributes": ["一般户"]}).code == "edge"


@pytest.mark.parametrize(("days", "unseen"), [(0, False), (89, False), (90, False), (91, True)])
def test_ninety_days_are_over_on_the_day_after(days, unseen):
    assert rules.unseen(ON - timedelta(days=days), ON, POLICY) is unseen


def test_where_nobody_has_ever_been():
    assert rules.unseen(None, ON, POLICY)
    assert rules.unseen_words(None, ON) == "还没有人去过"
    assert rules.unseen_words(date(2026, 7, 1), ON) == "122 天没人去过"


def test_who_needs_somebody_most_comes_first():
    assert rules.need("general", ["要常看的老人"]) < rules.need("support", []) < rules.need("watched", [])


_TAGS = ["dibao", "dibao_edge", "heavy_spending", "disabled"]
_names = st.sampled_from(["王芳", "王强"])


@given(
    attribute=st.sampled_from(["", "一般户", "低保边缘", "刚性支出困难", "边缘易致贫户"]),
    drawn=st.lists(st.tuples(_names, st.sampled_from(["dibao", "tekun", "orphan"])), max_size=3),
    marks=st.lists(st.tuples(_names, st.sampled_from(_TAGS)), max_size=4),
)  # fmt: skip
def test_more_that_speaks_for_need_never_lowers_a_tier(attribute, drawn, marks):
    order = list(rules.TIERS)
    whole = tier(attribute=attribute, drawn=drawn, marks=marks)
    assert whole.reasons
    for less in (tier(attribute=attribute, drawn=drawn), tier(attribute=attribute, marks=marks), tier(drawn=drawn)):
        assert order.index(whole.code) <= order.index(less.code)
