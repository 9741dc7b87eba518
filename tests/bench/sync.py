"""Visits stored a second in batches of 50 through the real server, SQLite, each on disk before its receipt."""

import http.client
import json
import multiprocessing
import time
from typing import Any

from tests import makers
from tests.bench.county import county
from tests.bench.run import Figure

BATCH, BATCHES, CLIENTS = 50, 30, 2


def _client(port: int, cookie: str, bodies: list[bytes], start: Any, done: Any) -> None:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Cookie": f"ruhutong_session={cookie}", "Content-Type": "application/json"}
    start.wait()
    spans = []
    for body in bodies:
        begun = time.perf_counter()
        line.request("POST", "/api/sync/push", body, headers)
        answer = line.getresponse()
        receipts = json.loads(answer.read())["receipts"]
        assert {one["status"] for one in receipts} == {"stored"}, receipts
        spans.append(time.perf_counter() - begun)
    done.put(spans)


def run() -> list[Figure]:
    """Measure with two phones that never pause; the first batches warm the server."""
    with county() as place:
        work = []
        for phone in range(CLIENTS):
            commands = [
                makers.command("visit", place.payload(number * CLIENTS + phone))
                for number in range(BATCH * (BATCHES + 4))
            ]
            bodies = [
                json.dumps({"device_id": place.actors[phone].device_id, "commands": commands[at : at + BATCH]},
                           ensure_ascii=False).encode()
                for at in range(0, len(commands), BATCH)
            ]  # fmt: skip
            work.append(bodies)
        _round(place.server.port, [bodies[:4] for bodies in work])
        seconds, spans = _round(place.server.port, [bodies[4:] for bodies in work])
    rate = CLIENTS * BATCHES * BATCH / seconds
    slowest = sorted(spans)[int(len(spans) * 0.95)] * 1000
    return [
        Figure("visits stored, batches of 50, SQLite FULL", rate, "visits/s", "≥ 2,000", rate >= 2000),
        Figure("a batch of 50, p95", slowest, "ms", "—", True),
    ]


def _round(port: int, work: list[list[bytes]]) -> tuple[float, list[float]]:
    context = multiprocessing.get_context("fork")
    start, done = context.Barrier(len(work) + 1), context.Queue()
    clients = [
        context.Process(target=_client, args=(port, f"phone{number}", bodies, start, done))
        for number, bodies in enumerate(work)
    ]
    for client in clients:
        client.start()
    start.wait()
    begun = time.perf_counter()
    spans = [span for _ in clients for span in done.get(timeout=300)]
    seconds = time.perf_counter() - begun
    for client in clients:
        client.join()
    return seconds, spans
