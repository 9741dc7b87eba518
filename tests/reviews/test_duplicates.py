"""The search for a picture among all that were there before."""

from datetime import timedelta

import numpy as np

from app.db import reading, transaction, utcnow
from app.reviews.duplicates import HashIndex
from models.photos import Photo


def name(number: int) -> str:
    return f"{number:064x}"


def test_nearest_first_and_the_picture_itself_left_out():
    index = HashIndex()
    index.add([(name(1), 0), (name(2), 0b111), (name(3), -1), (name(4), 0b1)])
    found = index.near([0], 10, but=name(1))
    assert [(one.sha256, one.distance) for one in found] == [(name(4), 1), (name(2), 3)]
    assert [one.sha256 for one in index.near([0, -1], 0)] == [name(1), name(3)]
    assert index.near([], 10) == []
    assert HashIndex().near([0], 10) == []


def test_as_a_plain_loop_finds_it():
    random = np.random.default_rng(7)
    values = [int(value) for value in random.integers(-(2**63), 2**63 - 1, size=70_000, dtype=np.int64)]
    index = HashIndex()
    index.add((name(place), value) for place, value in enumerate(values))
    asked = [values[40_000] ^ 0b1011, values[123] ^ 1]
    expected = {
        place: min(((value ^ one) & (2**64 - 1)).bit_count() for one in asked) for place, value in enumerate(values)
    }
    found = {int(one.sha256, 16): one.distance for one in index.near(asked, 18, limit=10_000)}
    assert found == {place: bits for place, bits in expected.items() if bits <= 18}


def add(session, number: int, at, phash: int | None = 5) -> None:
    row = Photo(
        sha256=name(number), size=1, mime="image/jpeg", state="processed", phash=phash, received_at=at, processed_at=at
    )
    session.add(row)


def test_it_follows_the_table_and_takes_in_what_was_committed_late(database):
    now, index = utcnow(), HashIndex()
    with transaction() as session:
        add(session, 1, now - timedelta(days=2))
        add(session, 2, now)
        add(session, 3, now, phash=None)
    with reading() as session:
        index.refresh(session)
    assert len(index) == 2
    with transaction() as session:
        add(session, 4, now - timedelta(minutes=5))
        add(session, 5, now + timedelta(seconds=1))
    for _ in range(2):
        with reading() as session:
            index.refresh(session)
    assert len(index) == 4
    assert {one.sha256 for one in index.near([5], 0)} == {name(1), name(2), name(4), name(5)}
