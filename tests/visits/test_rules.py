"""When a home is due, and which of several sayings about one field stands; without a database."""

import itertools

from app.visits import rules
from app.visits.rules import active, settle, summary_of


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


def test_a_register_row_shows_what_visits_told_and_names_the_latest_of_them():
    def entry(value, at, visit):
        return {"value": value, "at": at, "by": "a", "visit": visit, "known": at}

    ledger = {
        "elder.children_home": entry("yearly", "2026-04-01", "v1"),
        "person.self_care": entry("partly", "2026-05-01", "v2"),
        "hardship.wish": entry("willing", "2026-06-01", "v3"),
        "person.living": entry("alone", "2026-07-01", None),
    }
    told = rules.told_in("elder", ledger)
    assert told.values == {"children_home": "yearly", "self_care": "partly", "living": "alone"}
    assert told.visit_id == "v2", "a field that a person decided without a visit names none"
    assert rules.told_in("child", {}).visit_id is None
