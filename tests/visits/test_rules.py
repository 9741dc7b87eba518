"""When a home is due, and which of several sayings about one field stands; without a database."""

import itertools
from datetime import date

import pytest

from app.visits.rules import Due, Resident, Rhythm, active, due, rhythms, settle, summary_of

PARAMETERS = {
    "visit_days.elder_high": 7,
    "visit_days.elder": 30,
    "visit_days.elder_left_behind": 90,
    "visit_days.child_high": 7,
    "visit_days.child": 30,
    "visit_days.hardship": 30,
    "visit_days.paired_watched": 30,
    "visit_days.paired": 90,
    "age.old": 80,
}
TODAY = date(2026, 11, 23)


def test_who_lives_there_sets_the_rhythm():
    people = [
        Resident("1", "王国庆", frozenset({"elder_alone"}), 83),
        Resident("2", "王小红", frozenset({"child_left_behind"}), 9),
        Resident("3", "王强", frozenset(), 40),
    ]
    found = rhythms(people, ["watched"], PARAMETERS)
    assert [(one.every_days, one.person_id) for one in found] == [(7, "1"), (30, "2"), (30, None)]
    assert found[0].why == "独居老人王国庆，7 天看一次"
    younger = [Resident("1", "王国庆", frozenset({"elder_alone"}), 70)]
    assert rhythms(younger, [], PARAMETERS)[0].every_days == 30


@pytest.mark.parametrize(
    ("last", "agreed", "expected"),
    [
        (None, None, TODAY),
        (date(2026, 11, 1), None, date(2026, 12, 1)),
        (date(2026, 11, 1), date(2026, 11, 20), date(2026, 11, 20)),
        (date(2026, 11, 1), date(2027, 5, 1), date(2026, 12, 1)),
        (date(2026, 11, 1), date(2026, 10, 1), date(2026, 12, 1)),
    ],
)
def test_due_by_rhythm_or_by_what_was_agreed(last, agreed, expected):
    found = due([Rhythm(30, "独居老人", "1"), Rhythm(90, "脱贫户")], last, agreed, TODAY)
    assert isinstance(found, Due)
    assert found.on == expected


def test_without_a_reason_nothing_is_due():
    assert due([], date(2026, 11, 1), None, TODAY) is None
    agreed = due([], date(2026, 11, 1), date(2026, 12, 3), TODAY)
    assert agreed == Due(date(2026, 12, 3), "约好 12 月 3 日再去")


def say(value, at, by, known="2026-11-23T20:00"):
    return {"value": value, "at": f"2026-11-23T{at}", "by": by, "visit": f"v{at}{by}", "known": known}


def hear(order, base="2026-11-23T08:00"):
    entry, against = None, []
    for claim in order:
        entry, against = settle(entry, claim, base)
    return entry["value"], sorted(one["value"] for one in against)


def test_the_order_of_hearing_does_not_matter():
    claims = [say("够", "09:00", "a"), say("不够", "10:00", "b"), say("一般", "11:00", "c"), say("够", "12:00", "a")]
    assert {str(hear(order)) for order in itertools.permutations(claims)} == {str(("够", ["一般", "不够"]))}


def test_one_person_does_not_contradict_himself():
    assert hear([say("不够", "10:00", "a"), say("够", "09:00", "a")]) == ("不够", [])


def test_who_could_know_the_former_value_replaces_it():
    first = say("够", "09:00", "a", known="2026-11-23T09:30")
    assert hear([first, say("不够", "11:00", "b")], base="2026-11-23T10:40") == ("不够", [])
    assert hear([first, say("不够", "11:00", "b")], base="2026-11-23T09:20") == ("不够", ["够"])


def test_the_latest_correction_counts():
    assert active({"1": None, "2": "1", "3": "2"}) == "3"
    assert active({"1": None, "3": "1", "2": "1"}) == "3"
    assert active({"2": "1"}) == "2"


def test_a_summary_tells_each_thing_once():
    assert (
        summary_of({("a", None): "六项都好", ("b", "1"): "能自理", ("b", "2"): "能自理", ("c", None): ""})
        == "六项都好；能自理"
    )
    assert summary_of({}) is None
