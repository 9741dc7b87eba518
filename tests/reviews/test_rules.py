"""The steps of a review and the questions, without a database."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.reviews import rules
from app.reviews.rules import Act, Limits, NoSuchStep, Seen, State

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 4, 17, 4, tzinfo=UTC)
START = datetime(2026, 4, 16, 7, 20, tzinfo=UTC)


def seen(visit_id: str = "b", *, begins: datetime = START, minutes: int = 20, **more) -> Seen:
    values = {"household_id": f"home-{visit_id}", "author_id": "wu", "mode": "home"} | more
    return Seen(visit_id=visit_id, started_at=begins, finished_at=begins + timedelta(minutes=minutes), **values)


@pytest.mark.parametrize(
    ("state", "act", "after"),
    [
        (State.WAITING, Act.ACCEPT, State.ACCEPTED),
        (State.WAITING, Act.RETURN, State.RETURNED),
        (State.RETURNED, Act.ANSWER, State.ANSWERED),
        (State.ANSWERED, Act.ACCEPT, State.ACCEPTED),
        (State.ANSWERED, Act.RETURN, State.RETURNED),
        (State.ANSWERED, Act.ANSWER, State.ANSWERED),
        (State.ACCEPTED, Act.RETURN, State.RETURNED),
        (State.RETURNED, Act.ACCEPT, State.ACCEPTED),
        (State.ACCEPTED, Act.ANSWER, State.ACCEPTED),
    ],
)
def test_steps(state, act, after):
    assert rules.next_state(state, act) is after


@pytest.mark.parametrize(("state", "act"), [(State.ACCEPTED, Act.ACCEPT), (State.RETURNED, Act.RETURN)])
def test_the_same_decision_twice_is_no_step(state, act):
    with pytest.raises(NoSuchStep):
        rules.next_state(state, act)


def test_withdrawn_steps_do_not_count():
    kinds = ["return", "answer", "accept", "withdraw", "return", "withdraw"]
    kept = [kinds[place] for place in rules.kept_steps(kinds)]
    assert kept == ["return", "answer"]
    assert rules.state_after(kept) is State.ANSWERED


@pytest.mark.parametrize(
    ("reason", "note", "marks", "expected"),
    [("unclear", None, [], "unclear"), (None, "x", [], "other"), (None, None, [1], "other"), (None, "", [], None)],
)
def test_a_return_says_why(reason, note, marks, expected):
    assert rules.reason_for_return(reason, note, marks) == expected


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 3, 2, tzinfo=UTC), "3 月 2 日"),
        (datetime(2025, 10, 8, tzinfo=UTC), "去年 10 月 8 日"),
        (datetime(2023, 12, 31, 17, tzinfo=UTC), "2024 年 1 月 1 日"),
    ],
)
def test_days_in_words(moment, words):
    assert rules.day_words(moment, NOW, SHANGHAI) == words


def test_the_later_visit_is_asked_about_a_picture_that_was_there_before():
    earlier = seen("a", begins=START - timedelta(days=45))
    later, first = rules.later_of(seen("b"), earlier)
    assert (later.visit_id, first.visit_id) == ("b", "a")
    asked = rules.same_picture(later, "1" * 64, first, "1" * 64, None, NOW, SHANGHAI)
    assert asked is not None
    assert asked.kind == "same_photo"
    assert asked.visit_id == "b"
    assert asked.text == "3 月 2 日走访时也是这张照片。是那里没变，还是选错了？"
    assert rules.hint(asked.kind, asked.facts, NOW, SHANGHAI) == "像 3 月 2 日那张"


@pytest.mark.parametrize(
    ("distance", "kind"),
    [(0, "same_photo"), (6, "same_photo"), (7, "similar_photo"), (10, "similar_photo"), (11, None)],
)
def test_how_near_is_how_alike(distance, kind):
    asked = rules.same_picture(seen("b"), "1" * 64, seen("a"), "2" * 64, distance, NOW, SHANGHAI)
    assert (asked.kind if asked else None) == kind


@pytest.mark.parametrize(
    ("taken", "words"),
    [
        (START - timedelta(days=3), "照片上的时间在走访前 3 天，是以前拍的吗？"),
        (START + timedelta(hours=9), "照片上的时间在走访后 9 小时，是后来补拍的吗？"),
        (START + timedelta(minutes=5), None),
        (START - timedelta(hours=5), None),
        (None, None),
    ],
)
def test_the_time_in_the_picture(taken, words):
    asked = rules.exif_time(seen(), "1" * 64, taken)
    assert (asked.text if asked else None) == words
    if asked:
        assert rules.hint(asked.kind, asked.facts, NOW, SHANGHAI).startswith("拍在走访")


def test_far_from_home_asks_and_a_missing_place_does_not():
    home, there = (30.25, 116.70), (30.25, 116.83)
    asked = rules.far_from_home(seen(), "1" * 64, (*there, 30.0), home)
    assert asked is not None
    assert asked.text == "拍照的地方离这家约 12 公里，是在别处见的面吗？"
    assert rules.far_from_home(seen(), "1" * 64, None, home) is None
    assert rules.far_from_home(seen(), "1" * 64, (*there, 30.0), None) is None
    assert rules.far_from_home(seen(mode="phone"), "1" * 64, (*there, 30.0), home) is None
    assert rules.far_from_home(seen(), "1" * 64, (30.251, 116.70, 20.0), home) is None
    assert rules.far_from_home(seen(), "1" * 64, (*there, 20_000.0), home) is None


def test_overlapping_visits_ask_the_later_one_once():
    first, second = seen("a", minutes=60), seen("b", begins=START + timedelta(minutes=20))
    assert rules.overlapping(first, [second]) is None
    asked = rules.overlapping(second, [first])
    assert asked is not None
    assert asked.other == "a"
    assert asked.sha256 == ""


@pytest.mark.parametrize(
    "other",
    [
        seen("a", mode="phone", minutes=60),
        seen("a", author_id="li", minutes=60),
        seen("a", household_id="home-b", minutes=60),
        seen("a", begins=START - timedelta(hours=2), minutes=60),
        seen("a", minutes=23),
    ],
)
def test_what_does_not_overlap(other):
    assert rules.overlapping(seen("b", begins=START + timedelta(minutes=20)), [other]) is None


@pytest.mark.parametrize(
    ("sent", "captured", "words"),
    [
        (START + timedelta(hours=2), None, "手机时间比县里快 2 小时，走访时间记得对吗？"),
        (START - timedelta(days=30), None, "手机时间比县里慢 30 天，走访时间记得对吗？"),
        (START + timedelta(seconds=50), START - timedelta(days=9), None),
        (None, START - timedelta(days=9), None),
        (None, START + timedelta(days=2), "手机时间比县里快 2 天，走访时间记得对吗？"),
        (None, None, None),
    ],
)
def test_the_phones_clock(sent, captured, words):
    asked = rules.phone_clock("b", sent, captured, START)
    assert (asked.text if asked else None) == words


def test_the_county_sets_how_much_is_worth_a_question():
    assert rules.exif_time(seen(), "1" * 64, START - timedelta(hours=9), Limits(time=timedelta(hours=24))) is None


def test_every_question_asks_and_nobody_is_accused():
    home = (30.25, 116.70)
    asked = [
        rules.same_picture(seen("b"), "1" * 64, seen("a"), "2" * 64, distance, NOW, SHANGHAI)
        for distance in (None, 3, 9)
    ]
    asked += [
        rules.exif_time(seen(), "1" * 64, START - timedelta(days=2)),
        rules.far_from_home(seen(), "1" * 64, (31.0, 116.7, 5.0), home),
        rules.overlapping(seen("b", begins=START + timedelta(minutes=9)), [seen("a", minutes=60)]),
        rules.phone_clock("b", START + timedelta(days=1), None, START),
        rules.cannot_open("b", "1" * 64, "cut_short"),
    ]
    for one in asked:
        assert one is not None
        assert "？" in one.text
        assert not any(word in one.text for word in ("假", "造", "违规", "作弊", "扣", "异常", "可疑"))
        assert len(one.text) <= 40
        assert rules.hint(one.kind, one.facts, NOW, SHANGHAI)
