"""One picture in its eight orientations against a million: design §10 asks for 20 ms."""

import statistics
import time

import numpy as np

from app.reviews.duplicates import HashIndex
from tests.bench.run import Figure

PICTURES = 1_000_000
ROUNDS = 15


def run(pictures: int = PICTURES) -> list[Figure]:
    """Fill the index with random hashes, look for one picture, and say how long that took."""
    random = np.random.default_rng(20260417)
    values = random.integers(-(2**63), 2**63 - 1, size=pictures, dtype=np.int64)
    names = random.integers(0, 256, size=(pictures, 32), dtype=np.uint8)
    index = HashIndex()
    index.add((names[place].tobytes().hex(), int(values[place])) for place in range(pictures))
    asked = [int(value) for value in random.integers(-(2**63), 2**63 - 1, size=8, dtype=np.int64)]
    asked[3] = int(values[pictures // 2]) ^ 0b101
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        found = index.near(asked, 10)
        times.append((time.perf_counter() - began) * 1000)
    right = bool(found) and found[0].distance == 2 and found[0].sha256 == names[pictures // 2].tobytes().hex()
    median = statistics.median(times)
    what = f"duplicates: one picture in 8 orientations against {pictures:,}"
    return [Figure(what, round(median, 2), "ms", "≤ 20 ms", right and median <= 20)]
