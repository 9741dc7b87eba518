"""What a visit of twenty answers costs on the wire, from a real phone: every byte of the push and of its receipt.

Counted on the line between phone and server, HTTP headers included, in both directions.
"""

import contextlib
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import expect

from tests.bench import villages
from tests.bench.browser import phones
from tests.bench.run import Figure
from tests.e2e.faultproxy import fault_proxy
from tests.e2e.phone import Phone
from tests.e2e.server import Server

ANSWERS = 20
GOAL = 2048


@dataclass
class Exchange:
    """One request and its answer on a kept connection."""

    first: str
    bytes: int = 0


@dataclass
class Line:
    """What passed, by exchange: a piece from the phone after one from the server begins the next."""

    exchanges: list[Exchange] = field(default_factory=list)
    last: dict[int, tuple[bool, Exchange]] = field(default_factory=dict)

    def hear(self, connection: int, from_phone: bool, piece: bytes) -> None:
        """Count a piece."""
        came_from_phone, exchange = self.last.get(connection, (False, None))
        if exchange is None or (from_phone and not came_from_phone):
            exchange = Exchange(piece[:60].decode("latin-1").split(" HTTP", 1)[0])
            self.exchanges.append(exchange)
        exchange.bytes += len(piece)
        self.last[connection] = (from_phone, exchange)

    def of(self, path: str) -> list[int]:
        """The sizes of the exchanges with an address."""
        return [one.bytes for one in self.exchanges if path in one.first]


def run() -> list[Figure]:
    """A visit with everything written anew, saved without signal, sent when it is back."""
    with (
        villages.home() as folder,
        villages.serving(folder) as server,
        fault_proxy(server.port) as way,
        phones() as new,
    ):
        line = Line()
        phone = new(f"http://localhost:{way.port}")
        phone.open("/")
        phone.sign_in(server.accounts["village"])
        before = _visits(server)
        phone.page.wait_for_load_state("networkidle")
        phone.context.set_offline(True)
        _write(phone, _home_with(before, ANSWERS))
        way.tap = line.hear
        phone.context.set_offline(False)
        phone.sync()
        phone.expect_all_received()
        phone.page.wait_for_load_state("networkidle")
        way.tap = None
        [sent] = [visit for name, visit in _visits(server).items() if name not in before]
    pushes = line.of("/api/sync/push")
    if len(pushes) != 1:
        raise RuntimeError(f"the visit took {len(pushes)} pushes")
    count = _leaves(sent["answers"])
    round_trip = sum(one.bytes for one in line.exchanges if "/api/sync/" in one.first)
    words = f"a visit of {count} answers on the wire"
    goal = f"≤ {GOAL:,} bytes for {ANSWERS}"
    return [
        Figure(f"{words}: push and receipt, headers included", pushes[0], "bytes", goal, pushes[0] <= GOAL),
        Figure(f"{words}: the same and the pull that follows", round_trip, "bytes", "told", True),
    ]


def _leaves(answers: object) -> int:
    return sum(map(_leaves, answers.values())) if isinstance(answers, dict) else 1


def _visits(server: Server) -> dict[str, dict[str, Any]]:
    """The visits of the cadre's village, as a phone gets them."""
    with contextlib.closing(server.client("village")) as client:
        changes = client.get("/api/sync/pull", params={"limit": 1000}).json()["changes"]
    return {one["id"]: one["data"] for one in changes if one["type"] == "visit" and "data" in one}


def _home_with(visits: dict[str, dict[str, Any]], count: int) -> str:
    """The home whose earlier visit comes nearest to so many answers, from above."""
    sizes = sorted((_leaves(visit["answers"]), visit["household_id"]) for visit in visits.values())
    return next((home for size, home in sizes if size >= count), sizes[-1][1])


def _write(phone: Phone, home: str) -> None:
    page = phone.page
    page.goto(f"{phone.url}/visit/{home}")
    expect(page.get_by_test_id("save-visit")).to_be_visible()
    changed = page.get_by_role("button", name="有变化")
    while changed.count():
        before = changed.count()
        changed.first.click()
        expect(changed).not_to_have_count(before)
    left = page.locator(".lines .choices:has(input[type=radio]):not(:has(input:checked))")
    while left.count():
        before = left.count()
        left.first.locator("label").first.click()
        expect(left).not_to_have_count(before)
    save = page.get_by_test_id("save-visit")
    save.click()
    if page.get_by_role("button", name="就这样存").count():
        save.click()
    expect(save).to_be_hidden()
