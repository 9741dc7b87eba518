"""What is due at a home, and why, in one sentence; without a database."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.elders.rules import Tier
from app.forms.service import catalog
from app.visits.rules_due import RAISING, Due, Event, Papers, Resident, Rhythm, dated, due, events_of, rhythms

PARAMETERS = {
    "visit_days.elder_high": 7,
    "visit_days.elder": 30,
    "visit_days.elder_left_behind": 90,
    "visit_days.child_high": 7,
    "visit_days.child": 30,
    "visit_days.hardship": 30,
    "visit_days.paired_watched": 30,
    "visit_days.paired": 90,
    "visit_days.child_low": 90,
    "visit.event_hours": 24,
    "visit.event_days": 7,
    "visit.event_lasts_days": 30,
    "age.old": 80,
    "contact.valid_days": 180,
    "agreement.remind_days": 30,
    "agreement.inspect_days": 180,
    "agreement.care_inspect_days": 90,
    "agreement.sign_days": 30,
    "disability.remind_days": 180,
    "hardship.review_months": 12,
    "hardship.review_remind_days": 30,
    "measure.remind_days": 15,
    "dibao.review_months": {"A": 12, "B": 6},
    "dibao.review_remind_days": 30,
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


def test_the_register_says_how_closely_somebody_is_looked_after():
    tag = frozenset({"elder_left_behind"})
    people = [
        Resident("1", "刘桂英", tag, 84, Tier("high", "不能自理")),
        Resident("2", "王老五", tag, 70, Tier("need", "人定的：腿脚不便")),
        Resident("3", "李大娘", tag, 66, Tier("left_behind", "没有别的难处")),
        Resident("4", "陈浩宇", frozenset({"child_left_behind"}), 9, risk="red"),
        Resident("5", "陈小妹", frozenset({"child_left_behind"}), 6, risk="green"),
    ]
    assert [(one.every_days, one.why) for one in rhythms(people, [], PARAMETERS)] == [
        (7, "刘桂英不能自理，7 天看一次"), (30, "王老五特殊困难，30 天看一次"), (90, "留守老人李大娘，90 天看一次"),
        (7, "高风险儿童陈浩宇，7 天看一次"), (90, "留守儿童陈小妹，90 天看一次"),
    ]  # fmt: skip


def test_a_paired_home_is_visited_though_nothing_marks_it():
    assert [one.every_days for one in rhythms([], [], PARAMETERS, paired=True)] == [90]
    assert [one.every_days for one in rhythms([], ["watched"], PARAMETERS, paired=True)] == [30]


FELL = Event(date(2026, 11, 20), "v1", "刘桂英摔过", "1")


@pytest.mark.parametrize(
    ("last_on", "last_visit", "on", "why"),
    [
        (date(2026, 11, 20), "v1", date(2026, 11, 21), "刘桂英摔过，快去看看"),
        (date(2026, 11, 10), "v0", date(2026, 11, 21), "刘桂英摔过，快去看看"),
        (date(2026, 11, 20), "v2", date(2026, 11, 27), "刘桂英摔过，这些天 7 天看一次"),
        (date(2026, 11, 22), "v2", date(2026, 11, 29), "刘桂英摔过，这些天 7 天看一次"),
    ],
)
def test_after_an_event_somebody_comes_within_a_day_and_then_often(last_on, last_visit, on, why):
    rhythm = [Rhythm(30, "独居老人刘桂英", "1")]
    found = due(rhythm, last_on, date(2026, 12, 20), TODAY, [FELL], PARAMETERS, last_visit)
    assert (found.on, found.why, found.every_days) == (on, why, 7)


def test_what_is_overdue_already_stays_before_an_event():
    found = due([Rhythm(30, "独居老人", "1")], date(2026, 10, 1), None, TODAY, [FELL], PARAMETERS, "v0")
    assert found.on == date(2026, 10, 31)


def entry(value: Any, on: str = "2026-11-20T02:00:00.000+00:00") -> dict[str, Any]:
    return {"value": value, "at": on, "by": "a", "visit": "v1", "known": on}


def day_of(moment: str) -> date:
    return datetime.fromisoformat(moment).astimezone(UTC).date()


def test_only_what_raises_the_tier_and_is_not_long_ago_is_an_event():
    def words(ledger: dict[str, Any], person: str | None = "1") -> list[str]:
        return [one.words for one in events_of(ledger, "刘桂英", person, date(2026, 11, 1), day_of)]

    assert words({"person.event": entry(["fall", "back"])}) == ["刘桂英摔过"]
    assert words({"person.event": entry(["moved"])}) == []
    assert words({"person.event": entry(["fall"], "2026-10-31T00:00:00.000+00:00")}) == []
    assert words({"household.event": entry(["died"])}, None) == ["刘桂英去世了"]
    assert words({"household.event": entry(["died"])}) == words({}) == words({"person.event": entry("fall")}) == []


def row(**values: Any) -> SimpleNamespace:
    fresh: dict[str, Any] = {"person_id": "1", "since": TODAY, "written": date(2026, 11, 1)}
    return SimpleNamespace(**fresh | values)


def agreement(kind: str, **values: Any) -> SimpleNamespace:
    plain = {"id": "a1", "kind": kind, "to_on": None, "open_ended": True, "signed_on": None, "from_on": None,
             "looked_on": None}  # fmt: skip
    return row(**plain | values)


def contact(kind: str, **values: Any) -> SimpleNamespace:
    return row(**{"kind": kind, "name": "张建国", "confirmed_on": None, "expires_on": None,
                  "source_visit_id": None, "result": None} | values)  # fmt: skip


def told(today: date = TODAY, **papers: Any) -> list[tuple[str, str, date]]:
    names = {"1": "刘桂英"}
    return [(one.kind, one.subject_id, one.on) for one in dated(Papers(**papers), names, PARAMETERS, today)]


def test_agreements_end_are_looked_at_and_are_missing():
    ending = agreement("support", to_on=date(2026, 12, 20), open_ended=False)
    assert told(agreements=[ending]) == [("agreement", "a1", date(2026, 12, 20))]
    assert told(date(2026, 11, 19), agreements=[ending]) == [], "a month before is soon enough"
    looked = agreement("care", signed_on=date(2026, 1, 1), looked_on=date(2026, 9, 1))
    assert told(agreements=[looked]) == [("inspection", "a1", date(2026, 11, 30))]
    poor = row(support="home", assessed_on=TODAY, reviewed_on=None)
    assert told(destitute=[poor]) == [("agreement", "1", date(2026, 12, 23))]
    assert told(destitute=[poor], agreements=[agreement("care")]) == []
    assert told(destitute=[row(support="institution", assessed_on=TODAY, reviewed_on=None)]) == []
    assert told(children=[row(kinds=["child_left_behind"])]) == [("agreement", "1", date(2026, 12, 23))]
    assert told(children=[row(kinds=["child_orphan"])]) == []


def test_certificates_assessments_reviews_and_measures_have_their_days():
    certificate = row(id="c1", valid_to=date(2027, 5, 1), open_ended=False)
    assert told(certificates=[certificate]) == [("certificate", "c1", date(2027, 5, 1))]
    assert told(certificates=[row(id="c1", valid_to=date(2027, 5, 1), open_ended=True)]) == []
    care = agreement("care")
    old = row(support="home", assessed_on=date(2025, 11, 30), reviewed_on=date(2025, 12, 1))
    assert told(destitute=[old], agreements=[care]) == [
        ("assessment", "1", date(2026, 11, 30)), ("review", "1", date(2026, 12, 1)),
    ]  # fmt: skip
    assert told(destitute=[row(support="home", assessed_on=None, reviewed_on=None)], agreements=[care]) == [
        ("assessment", "1", TODAY)
    ]
    measure = {"id": "m1", "text": "护林员", "due_on": date(2026, 12, 1)}
    assert told(measures=[row(progress="going", **measure)]) == [("measure", "m1", date(2026, 12, 1))]
    assert told(measures=[row(progress="done", **measure)]) == []


def test_a_home_on_low_allowance_is_reviewed_by_its_class():
    def low(key: str, band: str, on: date, **more: Any) -> SimpleNamespace:
        return row(**{"id": key, "certificate": "c", "band": band, "reviewed_on": on} | more)

    both = [low("e2", "A", date(2026, 1, 5)), low("e1", "A", date(2025, 12, 1))]
    assert told(dibao=both) == [("dibao_review", "e1", date(2026, 12, 1))], "one for a certificate"
    assert told(date(2026, 10, 31), dibao=both) == [], "a month before is soon enough"
    assert told(dibao=[low("e1", "B", date(2026, 6, 1))]) == [("dibao_review", "e1", date(2026, 12, 1))]
    assert told(dibao=[low("e1", "重点", date(2020, 1, 1))]) == [], "a class of which the county says nothing"
    two = [*both, low("e3", "A", date(2025, 12, 2), certificate="d")]
    assert [key for _, key, _ in told(dibao=two)] == ["e1", "e3"]


def test_contacts_are_found_and_then_tried_again_the_longest_silent_first():
    elder = row()
    assert told(elders=[elder]) == [("contact", "1", date(2026, 12, 23))]
    one = [contact("emergency", confirmed_on=date(2026, 6, 10))]
    assert told(elders=[elder], contacts=one) == [("contact", "1", date(2026, 12, 23))]
    two = [*one, contact("village", confirmed_on=date(2026, 11, 1))]
    assert told(elders=[elder], contacts=two) == [("contact", "1", date(2026, 12, 7))]
    heard = [contact("emergency", confirmed_on=TODAY), contact("village", source_visit_id="v")]
    assert told(elders=[elder], contacts=heard) == [], "written down at a visit this month"
    from_list = [contact("emergency", confirmed_on=TODAY), contact("village")]
    assert told(elders=[elder], contacts=from_list) == [("contact", "1", date(2026, 12, 1))]
    silent = [*two, contact("village", expires_on=date(2026, 11, 25))]
    assert told(elders=[elder], contacts=silent) == [("contact", "1", date(2026, 11, 25))]


def test_who_does_not_live_there_any_more_brings_no_work():
    gone = {"person_id": "2"}
    assert told(elders=[row(**gone)], children=[row(kinds=["child_left_behind"], **gone)]) == []


def test_the_sentence_is_said_plainly():
    papers = Papers(certificates=[row(id="c1", valid_to=date(2027, 5, 1), open_ended=False)], elders=[row()])
    assert [one.why for one in dated(papers, {"1": "刘桂英"}, PARAMETERS, TODAY)] == [
        "刘桂英的残疾证到 2027 年 5 月 1 日，要换证", "刘桂英还没有紧急联系人",
    ]  # fmt: skip


def test_the_phone_raises_what_the_county_raises():
    text = (Path(__file__).resolve().parents[2] / "assets" / "offline" / "raised.js").read_text("utf-8")
    written = re.search(r"RAISING = \{(.*?)\};", text, re.DOTALL)
    assert written is not None
    assert dict(re.findall(r'(\w+): "([^"]+)"', written[1])) == RAISING


def test_what_raises_is_what_the_form_asks():
    home = catalog()[-1]
    events = [one for part in home.sections for one in part.questions if (one.fills or "").endswith(".event")]
    asked = {option.code for question in events for option in question.options}
    assert set(RAISING) <= asked
