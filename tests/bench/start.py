"""The second start of `ruhutong up` when nothing changed: design §5 asks for less than 10 s."""

import statistics
import time

from tests.bench import villages
from tests.bench.run import Figure
from tests.e2e.server import Server

ROUNDS = 3
GOAL = 10


def run() -> list[Figure]:
    """Start once, so that everything is built and loaded; then time the starts until the server answers."""
    times = []
    with villages.home() as folder:
        with villages.serving(folder):
            pass
        for _ in range(ROUNDS):
            server = Server(folder)
            began = time.perf_counter()
            server.start()
            times.append(time.perf_counter() - began)
            server.stop()
    median = statistics.median(times)
    return [Figure("second start when nothing changed", median, "s", f"< {GOAL} s", median < GOAL)]
