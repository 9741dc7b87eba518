"""Samples that anybody can draw again, and error rates: pure, with known values."""

import hashlib
import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sampling import rules
from app.settings.rules import shipped

keys = st.lists(st.text(min_size=1, max_size=12), max_size=60)
seeds = st.text(max_size=20)
shares = st.sampled_from([0.0, 0.05, 0.1, 0.3, 0.333, 0.5, 1.0])


@given(seeds, keys, shares, st.randoms(use_true_random=False))
def test_the_same_seed_and_frame_give_the_same_sample_whatever_the_order(seed, frame, share, shuffle):
    mixed = [*frame, *frame[:5]]
    shuffle.shuffle(mixed)
    assert rules.draw(seed, frame, share) == rules.draw(seed, mixed, share)
    assert rules.fingerprint(frame) == rules.fingerprint(mixed)


@given(seeds, keys, shares)
def test_a_sample_is_part_of_the_frame_and_never_too_small(seed, frame, share):
    drawn = rules.draw(seed, frame, share)
    assert set(drawn) <= set(frame)
    assert len(drawn) == len(set(drawn)) == rules.size_of(len(set(frame)), share)
    assert len(drawn) >= share * len(set(frame)) - 1e-9
    assert len(drawn) - 1 < share * len(set(frame)) or not drawn


@given(seeds, keys)
def test_a_smaller_share_is_the_beginning_of_a_larger_one(seed, frame):
    assert rules.draw(seed, frame, 1.0)[: len(rules.draw(seed, frame, 0.3))] == rules.draw(seed, frame, 0.3)


@pytest.mark.parametrize(
    ("frame", "share", "size"),
    [(0, 0.3, 0), (1, 0.3, 1), (3, 0.3, 1), (4, 0.3, 2), (10, 0.3, 3), (11, 0.3, 4), (30, 0.1, 3), (100, 0.07, 7),
     (7, 1.0, 7), (5, 0.0, 0)],
)  # fmt: skip
def test_the_size_rounds_up_and_reckons_in_decimals(frame, share, size):
    assert rules.size_of(frame, share) == size


def test_the_algorithm_is_the_one_that_is_written_down():
    """By hand, as a stranger would: sha256 of seed and id, ordered, the first ceil(0.3 × 5)."""
    frame = ["甲", "乙", "丙", "丁", "戊"]
    by_hand = sorted(frame, key=lambda one: hashlib.sha256(f"20261031{one}".encode()).hexdigest())[:2]
    assert rules.draw("20261031", random.Random(1).sample(frame, 5), 0.3) == by_hand
    assert rules.rank("a", "b") == "fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603"


def test_another_seed_draws_another_sample():
    frame = [str(number) for number in range(200)]
    assert rules.draw("1", frame, 0.3) != rules.draw("2", frame, 0.3)


def test_every_unit_is_drawn_equally_often():
    """No unit is favoured: over 2,000 seeds each of ten is in about 30 of 100 samples (six standard errors)."""
    frame = [str(number) for number in range(10)]
    counts = dict.fromkeys(frame, 0)
    for seed in range(2000):
        for one in rules.draw(f"seed{seed}:", frame, 0.3):
            counts[one] += 1
    assert all(abs(number - 600) < 6 * (2000 * 0.3 * 0.7) ** 0.5 for number in counts.values())


@pytest.mark.parametrize(
    ("errors", "looked", "low", "high"),
    [
        (0, 10, 0.0, 0.2775), (1, 10, 0.0179, 0.4042), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0),
        (1, 20, 0.0089, 0.2361), (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)  # fmt: skip
def test_wilson_against_published_values(errors, looked, low, high):
    """The last four rows are those of R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3."""
    found = rules.wilson(errors, looked)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)
    assert found.share == errors / looked


def test_nothing_looked_at_says_nothing():
    assert rules.wilson(0, 0) == rules.Rate(0, 0, 0.0, 1.0)
    with pytest.raises(ValueError, match="more errors"):
        rules.wilson(2, 1)


@given(st.integers(0, 400), st.integers(0, 400))
def test_the_rate_lies_within_its_bounds(one, other):
    found = rules.wilson(min(one, other), max(one, other))
    assert 0.0 <= found.low <= found.share <= found.high <= 1.0


@pytest.mark.parametrize(
    ("programme", "which", "on", "share"),
    [
        ("dibao", "new", date(2020, 5, 1), 0.3), ("dibao", "all", date(2026, 10, 31), 0.1),
        ("tekun", "new", date(2026, 10, 31), 0.3), ("old_allowance", "new", date(2026, 10, 31), 0.3),
        ("dibao", "relatives", date(2026, 10, 31), 1.0), ("old_allowance", "reported", date(2026, 10, 31), 1.0),
    ],
)  # fmt: skip
def test_which_share_is_drawn_is_policy(programme, which, on, share):
    policy = {key: shipped(key, on).value for key in rules.KEYS}
    assert rules.share_of(programme, which, policy) == share


def test_nobody_is_sent_to_a_home_that_they_have_handled():
    drawn = [("a", ["x"]), ("b", ["y"]), ("c", ["x", "y"]), ("d", []), ("e", [])]
    found = rules.hand_out(drawn, ["x", "y"])
    assert found == {"a": "y", "b": "x", "d": "x", "e": "y"}


_unit = st.tuples(st.text(max_size=3), st.lists(st.sampled_from("xyz"), max_size=3))


@given(st.lists(_unit, max_size=20, unique_by=lambda one: one[0]))
def test_work_is_handed_out_evenly_and_to_others(drawn):
    found = rules.hand_out(drawn, ["x", "y", "z"])
    handled = dict(drawn)
    assert all(who not in handled[key] for key, who in found.items())
    assert set(handled) - set(found) == {key for key, who in drawn if set(who) == set("xyz")}


@pytest.mark.parametrize(
    ("first", "second", "state"),
    [("ok", "ok", "same"), ("ok", "bad", "differs"), (None, "bad", "unasked"), ("ok", "", "unasked"), (3, "3", "same"),
     (["a", "b"], ["b", "a"], "same"), ([], ["a"], "unasked")],
)  # fmt: skip
def test_two_visits_are_compared_question_by_question(first, second, state):
    [one] = rules.compare(["household.food"], {"household.food": first}, {"household.food": second})
    assert one.state == state
