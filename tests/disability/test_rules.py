"""The number of a certificate, when it ends, and both allowances as the rules say; without any database."""

from datetime import date
from itertools import product

import pytest

from app.disability import rules
from app.disability.rules import Holder, Policy

ID = "349927198501196307"
ON = date(2026, 10, 31)
POLICY = Policy(frozenset({1, 2}), frozenset(), 6, frozenset({"建档立卡-未脱贫"}), True, True)


@pytest.mark.parametrize(
    ("text", "category", "grade", "reissue", "problem"),
    [
        (f"{ID}53", 5, 3, 0, None),
        (f"{ID[:6]} {ID[6:]} 63B1", 6, 3, 1, None),
        (f"{ID}43b2", 4, 3, 2, None),
        (f"{ID}03", None, 3, 0, "category"),
        (f"{ID}85", None, None, 0, "category"),
        (f"{ID}45", 4, None, 0, "grade"),
        (ID, None, None, 0, "length"),
        (f"{ID}43B", None, None, 0, "length"),
        ("", None, None, 0, "no_number"),
        (None, None, None, 0, "no_number"),
    ],
)
def test_the_parts_of_a_number(text, category, grade, reissue, problem):
    found = rules.read_number(text)
    assert (found.category, found.grade, found.reissue, found.problem) == (category, grade, reissue, problem)


def test_wide_digits_and_a_small_x_are_the_same_number():
    assert rules.read_number("３４９９２７201506150 02x63").id_number == "34992720150615002X"


def test_what_is_wrong_with_a_certificate():
    assert rules.problems(f"{ID}53", ID, 5, 3, {}) == []
    assert rules.problems(f"{ID}53", "349927198501196315", 5, 3, {}) == ["not_the_id"]
    assert rules.problems(f"{ID}53", None, 4, 2, {}) == ["category_differs", "grade_differs"]
    assert rules.problems(f"{ID}73", ID, 7, 3, {}) == ["kinds_missing"]
    assert rules.problems(f"{ID}73", ID, 7, 3, {"4": 3, "5": "4"}) == []
    assert rules.problems(f"{ID}73", ID, 7, 3, {"7": 3, "9": 1}) == ["kinds_missing"]
    assert set(rules.problems("1", ID, None, None, {})) == {"length"}
    assert all(code in rules.PROBLEMS for code in ("no_number", "length", "not_the_id", "category", "grade"))


@pytest.mark.parametrize(
    ("valid_to", "open_ended", "state"),
    [(None, True, "valid"), (None, False, "unknown"), (date(2026, 10, 30), False, "expired"),
     (date(2026, 10, 31), False, "ending"), (date(2027, 4, 29), False, "ending"), (date(2027, 4, 30), False, "valid")],
)  # fmt: skip
def test_the_last_day_still_counts(valid_to, open_ended, state):
    assert rules.state(valid_to, open_ended, ON, 180) == state


def test_the_reminder_comes_before_the_end():
    assert rules.remind_on(date(2027, 4, 29), False, 180) == date(2026, 10, 31)
    assert rules.remind_on(None, True, 180) is None


def holder(*programmes, **more):
    given = {"category": 4, "grade": 2, "valid": True, "care_needed": True} | more
    return Holder(programmes=frozenset(programmes), **given)


@pytest.mark.parametrize(
    ("one", "living", "care"),
    [
        (holder("dibao"), "entitled", "entitled"),
        (holder(), "not_meant", "entitled"),
        (holder(attribute="建档立卡-未脱贫"), "entitled", "entitled"),
        (holder(attribute="一般户"), "not_meant", "entitled"),
        (holder("dibao", "tekun"), "excluded", "excluded"),
        (holder("dibao", injury_care=True), "excluded", "excluded"),
        (holder("dibao", "orphan"), "excluded", "entitled"),
        (holder("dibao", "unsupported"), "excluded", "entitled"),
        (holder("dibao", "unsupported", fully=False), "entitled", "entitled"),
        (holder("dibao", grade=3), "entitled", "not_meant"),
        (holder("dibao", category=6, grade=3), "entitled", "not_meant"),
        (holder("dibao", care_needed=False), "entitled", "not_meant"),
        (holder("dibao", care_needed=None), "entitled", "unsure"),
        (holder("dibao", valid=False), "excluded", "excluded"),
        (holder("dibao", alive=False), "excluded", "excluded"),
        (holder(category=7, grade=3, kinds={4: 2, 5: 4}), "not_meant", "entitled"),
    ],
)
def test_both_allowances(one, living, care):
    found = rules.claims(one, POLICY)
    assert (found["living"].right, found["care"].right) == (living, care)
    assert all(claim.why for claim in found.values())


def test_a_county_may_widen_it():
    wide = Policy(frozenset({1, 2}), frozenset({3, 4}), 6, frozenset(), False, False)
    assert rules.care(holder(category=6, grade=3), wide).right == "entitled"
    assert rules.care(holder(category=4, grade=3), wide).right == "not_meant"
    assert rules.living(holder("dibao", injury_care=True), wide).right == "entitled"


def test_what_is_drawn_stands_beside_what_is_right():
    for programmes in product((True, False), repeat=2):
        names = [name for name, there in zip(("dibao", "disability_living"), programmes, strict=True) if there]
        found = rules.living(holder(*names), POLICY)
        assert found.missing == (programmes == (True, False))
        assert found.too_much == (programmes == (False, True))
    assert rules.living(holder("dibao"), POLICY).words == "该领，没领"
    assert rules.care(holder("tekun", "disability_care"), POLICY).words == "不能领，在领"


def test_marks_follow_the_grade():
    assert rules.tags_for(4, 2, {}, POLICY) == {"disabled", "disabled_severe"}
    assert rules.tags_for(4, 3, {}, POLICY) == {"disabled"}
    assert rules.tags_for(7, 3, {1: 1}, POLICY) == {"disabled", "disabled_severe"}


def test_the_number_stays_behind_its_mask():
    assert rules.mask_number(f"{ID}53") == "349927********630753"
    assert ID not in rules.mask_number(f"{ID}53B1")
    assert rules.kind_words(7, 1, {4: 1, 5: 2}) == "多重一级（肢体一级、智力二级）"
