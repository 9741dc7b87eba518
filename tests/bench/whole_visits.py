"""Whole visits a second: text and two photos of 250 KB each, from 32 clients, each byte on disk before its answer."""

import hashlib
import http.client
import json
import multiprocessing
import os
import threading
import time
from typing import Any

from tests import makers
from tests.bench.county import County, county
from tests.bench.run import Figure

CLIENTS, PROCESSES, VISITS, PHOTO = 32, 2, 12, 250_000
_HEAD = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffc0000b080010001001011100ffda0008010100003f00")


def picture() -> bytes:
    """Bytes that look like a whole JPEG of the right size and are like no other."""
    return _HEAD + os.urandom(PHOTO - len(_HEAD) - 2).replace(b"\xff", b"\x00") + b"\xff\xd9"


def _phone(port: int, cookie: str, visits: list[tuple[bytes, list[tuple[str, bytes]]]], spans: list[float]) -> None:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {"Cookie": f"ruhutong_session={cookie}"}

    def send(method: str, path: str, body: bytes) -> bytes:
        line.request(method, path, body, headers)
        answer = line.getresponse()
        data = answer.read()
        assert answer.status in {200, 204}, (answer.status, data)
        return data

    for text, photos in visits:
        begun = time.perf_counter()
        receipt = json.loads(send("POST", "/api/sync/push", text))["receipts"][0]
        assert receipt["status"] == "stored", receipt
        for name, data in photos:
            send("PUT", f"/api/photos/{name}", data)
        spans.append(time.perf_counter() - begun)


def _process(port: int, jobs: list[tuple[str, list[Any]]], start: Any, done: Any) -> None:
    spans: list[float] = []
    threads = [threading.Thread(target=_phone, args=(port, cookie, visits, spans)) for cookie, visits in jobs]
    start.wait()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done.put(spans)


def _jobs(place: County) -> list[tuple[str, list[Any]]]:
    jobs = []
    for number, actor in enumerate(place.actors):
        visits = []
        for turn in range(VISITS):
            photos = [(hashlib.sha256(data).hexdigest(), data) for data in (picture(), picture())]
            named = [{"sha256": name, "taken_at": makers.at(25)} for name, _ in photos]
            command = makers.command("visit", place.payload(number * VISITS + turn, photos=named))
            body = json.dumps({"device_id": actor.device_id, "commands": [command]}, ensure_ascii=False).encode()
            visits.append((body, photos))
        jobs.append((f"phone{number}", visits))
    return jobs


def run() -> list[Figure]:
    """Measure; the clients are threads of two processes, so that they take little from the server."""
    with county(phones=CLIENTS) as place:
        jobs = _jobs(place)
        context = multiprocessing.get_context("fork")
        start, done = context.Barrier(PROCESSES + 1), context.Queue()
        parts = [jobs[number::PROCESSES] for number in range(PROCESSES)]
        clients = [context.Process(target=_process, args=(place.server.port, part, start, done)) for part in parts]
        for client in clients:
            client.start()
        start.wait()
        begun = time.perf_counter()
        spans = sorted(span for _ in clients for span in done.get(timeout=600))
        seconds = time.perf_counter() - begun
        for client in clients:
            client.join()
    assert len(spans) == CLIENTS * VISITS
    rate = len(spans) / seconds
    return [
        Figure("whole visits, text and two photos of 250 KB, 32 clients", rate, "visits/s", "≥ 250", rate >= 250),
        Figure(
            "a whole visit, p95",
            spans[int(len(spans) * 0.95)] * 1000,
            "ms",
            "≤ 536 (ODK Central)",
            spans[int(len(spans) * 0.95)] <= 0.536,
        ),
    ]
