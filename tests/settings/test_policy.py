"""口径: the packs that ship, values by day and place, what a form gives, what a change would do."""

import re
from collections import Counter
from datetime import date, timedelta

import pytest

from app.accounts.rules import Role
from app.db import reading, transaction
from app.errors import BadInput, NotAllowed, NotFound
from app.settings import packs, rules_values, service
from app.settings import policy_service as policy
from app.settings.rules import POLICY, shipped
from tests import makers
from tests.makers import COUNTY, OTHER_TOWN, TOWN, VILLAGE

TODAY = policy.today()


def test_every_shipped_value_has_a_day_a_source_and_words():
    entries = packs.entries()
    assert len(entries) > 120
    for one in entries:
        assert one["source"].strip(), one["key"]
        assert 2 <= len(one["label"]) <= 40, one["key"]
        assert rules_values.topic_of(one["key"]) in rules_values.TOPICS, one["key"]
        assert rules_values.told(one["key"], one["value"]), one["key"]
    assert max(Counter((one["key"], one["from"]) for one in entries).values()) == 1
    first: dict[str, object] = {}
    for one in entries:
        assert type(one["value"]) is type(first.setdefault(one["key"], one["value"])), f"{one['key']} changes its kind"


def test_the_two_packs_differ_by_their_days():
    reviews = "dibao.review_months"
    assert shipped(reviews, date(2020, 6, 1)).value == {"A": 12, "B": 6, "C": 3}
    assert shipped(reviews, date(2021, 6, 30)).value == {"A": 12, "B": 6, "C": 3}
    assert shipped(reviews, date(2021, 7, 1)).value == {"A": 12, "B": 6, "C": 6}
    assert shipped("dibao.county_days", date(2020, 6, 1)).value == 5
    assert shipped("dibao.county_days", TODAY).value == 10


def test_what_is_only_known_is_marked():
    marked = {one["key"] for one in packs.entries() if "[K]" in one["source"]}
    assert {"dibao.month_fen", "old.month_fen", "hardship.care_fee_fen", "disability.care_month_fen"} <= marked
    assert "[K]" not in policy.plain("县政府文件 [K]")


@pytest.mark.parametrize(
    ("key", "known", "given", "made"),
    [
        ("a.days", 7, {"value": " 10 "}, 10),
        ("a.month_fen", 60000, {"value": "750"}, 75000),
        ("a.month_fen", 60000, {"value": "66.67 元"}, 6667),
        ("a.min_share", 0.5, {"value": "55"}, 0.55),
        ("a.min_share", 0.5, {"value": "12.5%"}, 0.125),
        ("a.times", 1.5, {"value": "1.3"}, 1.3),
        ("a.on", True, {"value": "no"}, False),
        ("a.words", "旧", {"value": "新"}, "新"),
        ("a.grades", [1, 2], {"value": "1、2，3"}, [1, 2, 3]),
        ("a.grades", [], {"value": "3 4"}, [3, 4]),
        ("a.homes", ["一般户"], {"value": "一般户、低保边缘"}, ["一般户", "低保边缘"]),
        ("a.homes", ["一般户"], {"value": ""}, []),
        ("a.fee_fen", {"able": 1, "unable": 2}, {"able": "120", "unable": "1500"}, {"able": 12000, "unable": 150000}),
        ("a.bands", {"x": [1, 2]}, {"value": '{"x": [3]}'}, {"x": [3]}),
    ],
)
def test_a_form_gives_any_kind_of_value(key, known, given, made):
    found = rules_values.read(key, known, given)
    assert found == made
    assert type(found) is type(known)


@pytest.mark.parametrize(
    ("key", "known", "given"),
    [
        ("a.days", 7, {"value": "0"}), ("a.days", 7, {"value": "-1"}), ("a.days", 7, {"value": "七"}),
        ("a.days", 7, {}), ("a.month_fen", 1, {"value": "1e9"}), ("a.min_share", 0.5, {"value": "101"}),
        ("a.times", 1.5, {"value": ""}), ("a.on", True, {"value": "maybe"}), ("a.words", "旧", {"value": " "}),
        ("a.grades", [1], {"value": "一"}), ("a.fee_fen", {"able": 1}, {}), ("a.bands", {"x": [1]}, {"value": "{"}),
        ("a.bands", {"x": [1]}, {"value": "[1]"}),
    ],
)  # fmt: skip
def test_what_is_no_value_is_refused_with_a_sentence(key, known, given):
    with pytest.raises(ValueError, match="。"):
        rules_values.read(key, known, given)


def test_every_shipped_value_goes_through_its_form_unchanged():
    for one in POLICY:
        kind = rules_values.kind_of(one.key, one.value)
        named = one.value.items() if kind == "map" else ()
        parts = {name: rules_values.field_text(one.key, part) for name, part in named}
        given = parts | {"value": rules_values.field_text(one.key, one.value)}
        assert rules_values.read(one.key, one.value, given, may_be_nothing=True) == one.value, one.key


@pytest.fixture
def admin(database):
    with transaction() as session:
        makers.divisions(session)
        return makers.user(session, Role.ADMIN, (COUNTY,), name="赵晓东")


KEY = "hardship.institution_share"


def test_a_value_holds_from_a_day_for_the_county_or_a_township(admin):
    later = TODAY + timedelta(days=30)
    with transaction() as session:
        policy.change(session, admin, KEY, {"value": "60"}, TODAY, "", "县文件 3 号")
        policy.change(session, admin, KEY, {"value": "70"}, TODAY, TOWN, "镇里定的")
        policy.change(session, admin, KEY, {"value": "80"}, later, "", "县文件 4 号")
    with reading() as session:
        assert service.value(session, KEY, TODAY - timedelta(days=1)) == 0.5
        assert service.value(session, KEY, TODAY) == 0.6
        assert service.value(session, KEY, TODAY, VILLAGE) == 0.7
        assert service.value(session, KEY, TODAY, OTHER_TOWN) == 0.6
        assert service.value(session, KEY, later) == 0.8
        (topic,) = policy.topics(session, admin, topic="hardship")
        row = next(row for row in topic.rows if row.key == KEY)
        shown = policy.one(session, admin, KEY)
    assert (row.value, row.source, row.since) == ("60%", "县文件 3 号", TODAY.isoformat())
    assert "80%" in row.coming
    assert row.elsewhere == "高士镇 70%"
    assert (shown.unit, shown.kind, shown.text) == ("%", "share", "60")
    assert [one.value for one in shown.history] == ["80%", "60%", "70%", "50%"] or [
        one.value for one in shown.history
    ] == ["80%", "70%", "60%", "50%"]
    assert sorted(one.value for one in shown.history if one.now) == ["60%", "70%"]
    assert {one.who for one in shown.history} == {"赵晓东", ""}


def test_a_change_is_looked_at_before_it_is_made(admin):
    with reading() as session:
        seen = policy.preview(session, admin, "dibao.month_fen", {"value": "9000"}, TODAY - timedelta(days=3), "")
        same = policy.preview(session, admin, KEY, {"value": "50"}, TODAY, TOWN)
    assert (seen.before, seen.after, seen.place) == ("750 元", "9000 元", "全县")
    assert len(seen.warnings) == 2
    assert "一样" in same.warnings[0]
    assert same.place == "高士镇"


def test_what_does_not_belong_is_refused(admin):
    with transaction() as session:
        for key, given, area, source, error in (
            ("no.such", {"value": "1"}, "", "文件", NotFound),
            (KEY, {"value": "五成"}, "", "文件", BadInput),
            (KEY, {"value": "50"}, "", " ", BadInput),
            (KEY, {"value": "50"}, VILLAGE, "文件", BadInput),
            (KEY, {"value": "50"}, "349927999", "文件", NotFound),
            ("visit_days.child", {"value": "0"}, "", "文件", BadInput),
            ("keep_days", {"value": "5"}, "", "文件", NotFound),
        ):
            with pytest.raises(error):
                policy.change(session, admin, key, given, TODAY, area, source)
        policy.change(session, admin, "dibao.home_days", {"value": "0"}, TODAY, "", "文件")
        clerk = makers.user(session, Role.TOWN_CLERK, (TOWN,))
        for work in (
            lambda: policy.topics(session, clerk),
            lambda: policy.one(session, clerk, KEY),
            lambda: policy.preview(session, clerk, KEY, {"value": "50"}, TODAY, ""),
            lambda: policy.change(session, clerk, KEY, {"value": "50"}, TODAY, "", "文件"),
        ):
            with pytest.raises(NotAllowed):
                work()


def test_the_list_is_narrowed_by_words(admin):
    with reading() as session:
        found = policy.topics(session, admin, text="复核")
        assert found
        assert all("复核" in row.label for topic in found for row in topic.rows)
        everything = policy.topics(session, admin)
    keys = [row.key for topic in everything for row in topic.rows]
    assert len(keys) == len(set(keys)) == len({one.key for one in POLICY})
    assert not any(re.search(r"\[[KD]\]", row.source) for topic in everything for row in topic.rows)
