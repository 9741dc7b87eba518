"""Two servers on one PostgreSQL, one Redis and one S3: each command and picture goes to both at the same moment."""

import hashlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import httpx
import pytest
from sqlmodel import func, select

from app.config import settings
from app.db import reading
from models.feed import FeedRow
from models.photos import Photo, PhotoUpload
from models.sync import Command
from models.visits import Visit
from tests import makers
from tests.api_server import ApiServer
from tests.conftest import clear_caches
from tests.faults import stage
from tests.faults.storm import picture

ROUNDS, PHONES = 6, 2


class Reader(threading.Thread):
    """Follows one server's feed; the visits in the order in which it heard of them."""

    def __init__(self, url: str, wanted: int) -> None:
        super().__init__(daemon=True)
        self.url, self.wanted, self.seen, self.over = url, wanted, [], threading.Event()

    def run(self) -> None:
        """Pull until all are seen or the test is over."""
        cursor = ""
        with httpx.Client(
            base_url=self.url, cookies={"ruhutong_session": "phone0"}, trust_env=False, timeout=60
        ) as line:
            while len(self.seen) < self.wanted and not self.over.is_set():
                page = line.get("/api/sync/pull", params={"cursor": cursor, "limit": 7}).json()
                cursor = page["cursor"]
                self.seen += [one["id"] for one in page["changes"] if one["type"] == "visit"]


@pytest.fixture
def servers(on_own_postgres, redis, s3, tmp_path):
    clear_caches()
    assert settings().photo_folder is None
    found = [ApiServer(tmp_path / f"server{number}.log") for number in range(2)]
    for one in found:
        one.start()
    yield found
    for one in found:
        one.kill()


@contextmanager
def lines_to(urls: list[str], cookie: str) -> Iterator[list[httpx.Client]]:
    """A line to each server, under the same session."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                httpx.Client(base_url=url, cookies={"ruhutong_session": cookie}, trust_env=False, timeout=60)
            )
            for url in urls
        ]


def phone(number: int, device_id: str, home_id: str, urls: list[str]) -> set[str]:
    """Push each batch to both at once; what they say must be one and the same visit."""
    told: set[str] = set()
    with lines_to(urls, f"phone{number}") as lines, ThreadPoolExecutor(2) as both:
        for _ in range(ROUNDS):
            commands = [makers.command("visit", makers.visit(home_id)) for _ in range(5)]
            body = {"device_id": device_id, "commands": commands}
            first, second = both.map(
                lambda line, body=body: line.post("/api/sync/push", json=body).json()["receipts"], lines
            )
            for one, other in zip(first, second, strict=True):
                assert {one["status"], other["status"]} == {"stored", "duplicate"}
                assert one["seq"] == other["seq"]
                told.add(one["id"])
    return told


def test_the_same_commands_to_both_at_once(servers):
    place = stage.county(PHONES)
    urls = [one.url for one in servers]
    wanted = PHONES * ROUNDS * 5
    readers = [Reader(url, wanted) for url in urls]
    for one in readers:
        one.start()
    with ThreadPoolExecutor(PHONES) as phones:
        told = set().union(*phones.map(lambda n: phone(n, place.devices[n], place.home_id, urls), range(PHONES)))
    for one in readers:
        one.join(stage.PATIENCE)
        one.over.set()
    with reading() as session:
        order = list(session.exec(select(FeedRow.row_id).where(FeedRow.type == "visit").order_by(FeedRow.position)))
        seqs = set(session.exec(select(Command.seq)))
        assert session.scalar(select(func.count()).select_from(Visit)) == len(seqs) == wanted
    assert set(order) == told
    for one in readers:
        assert len(one.seen) == len(set(one.seen)), "each change once"
        assert one.seen == order, "in the order of commits"


def test_the_same_picture_to_both_at_once(servers):
    place = stage.county(1)
    pictures = {hashlib.sha256(data).hexdigest(): data for data in (picture() for _ in range(8))}
    commands = [
        makers.command("visit", makers.visit(place.home_id, photos=[{"sha256": name, "taken_at": makers.at(25)}]))
        for name in pictures
    ]
    with lines_to([one.url for one in servers], "phone0") as lines, ThreadPoolExecutor(2) as both:
        body = {"device_id": place.devices[0], "commands": commands}
        receipts = lines[0].post("/api/sync/push", json=body).json()
        assert {one["status"] for one in receipts["receipts"]} == {"stored"}
        for name, data in pictures.items():
            answers = both.map(lambda line: line.put(f"/api/photos/{name}", content=data).status_code, lines)  # noqa: B023
            assert list(answers) == [204, 204]
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Photo)) == len(pictures)
        assert session.scalar(select(func.count()).select_from(PhotoUpload)) == len(pictures)
    stage.check(stage.Told({one["id"] for one in receipts["receipts"]}, set(pictures)))
