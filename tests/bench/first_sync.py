"""The first sync of a village of 500 homes, in a county of its own size and in one ten times as large."""

import statistics
import time

import httpx
from playwright.sync_api import expect

from tests.bench import villages
from tests.bench.browser import phones
from tests.bench.run import Figure
from tests.e2e.server import Server

HOMES = 500
TIMES = 10
ROUNDS = 5
PAGE = 500
GOAL = 2.0
MAY_GROW = 1.25
DEVICE = {"id": "01900000-0000-7000-8000-000000000001", "name": "bench"}


def run() -> list[Figure]:
    """Pull everything of one village, page by page, as the phone does."""
    alone, on_phone = _measure(1, with_phone=True)
    among, _ = _measure(TIMES, with_phone=False)
    grown = among / alone
    what = f"first sync of a village of {HOMES} homes"
    goal = f"≤ {GOAL:g} s"
    return [
        Figure(f"{what}: all pages of the pull", alone, "s", goal, alone <= GOAL),
        Figure(f"{what}: from the tap on 登录 to all of it on the phone", on_phone, "s", goal, on_phone <= GOAL),
        Figure(f"{what}: the pull in a county {TIMES} times as large", among, "s", goal, among <= GOAL),
        Figure(f"{what}: how much it grew with the county", grown, "times", f"≤ {MAY_GROW}", grown <= MAY_GROW),
    ]


def _measure(count: int, *, with_phone: bool) -> tuple[float, float]:
    with villages.home() as folder:
        account = villages.fill(folder, villages=count, homes=HOMES)[0]
        with villages.serving(folder) as server:
            pulled = _pulls(server, account)
            return pulled, _phone(server, account) if with_phone else 0.0


def _pulls(server: Server, account: dict[str, str]) -> float:
    times = []
    with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as client:
        answer = client.post("/api/session", json={**account, "device": DEVICE})
        answer.raise_for_status()
        for _ in range(ROUNDS):
            cursor, more, homes = "", True, 0
            began = time.perf_counter()
            while more:
                page = client.get("/api/sync/pull", params={"cursor": cursor, "limit": PAGE}).json()
                cursor, more = page["cursor"], page["more"]
                homes += sum(one["type"] == "household" for one in page["changes"])
            times.append(time.perf_counter() - began)
            if homes != HOMES:
                raise RuntimeError(f"{homes} homes came instead of {HOMES}")
    return statistics.median(times)


def _phone(server: Server, account: dict[str, str]) -> float:
    """A new phone each time; the list says 500 when the last of them is kept."""
    times = []
    with phones() as new_phone:
        for _ in range(ROUNDS):
            phone = new_phone(server.url)
            page = phone.open("/households")
            page.get_by_test_id("login-username").fill(account["username"])
            page.get_by_test_id("login-password").fill(account["password"])
            began = time.perf_counter()
            page.get_by_test_id("login-submit").click()
            expect(page.get_by_test_id("login-submit")).to_be_hidden(timeout=30_000)
            phone.tab("农户")
            expect(page.get_by_text(f"{HOMES} 户").first).to_be_visible(timeout=30_000)
            times.append(time.perf_counter() - began)
            phone.close()
    return statistics.median(times)
