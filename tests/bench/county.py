"""A county for measuring the server: one village of homes with elders, on a real server in a home of its own."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.accounts.schemas import Actor
from app.db import migrate, transaction
from app.feed.service import Change, publish
from app.forms.service import load_catalog
from app.visits.task_service import refresh
from tests import makers
from tests.api_server import ApiServer
from tests.conftest import clear_caches

APART, MOST = 15, 8000
"""Minutes between two visits, so that none overlaps another, and how many there are before the first comes again."""


@dataclass
class County:
    """The server, who may push to it (cookie `phone<n>`), and where they may visit."""

    server: ApiServer
    actors: list[Actor]
    homes: list[tuple[str, str]]

    def payload(self, number: int, **more: Any) -> dict[str, Any]:
        """A visit of twenty answers, as the shipped form asks them, at one of the homes."""
        home_id, elder_id = self.homes[number % len(self.homes)]
        answers = {
            "safety": dict.fromkeys(("food", "clothes", "schooling", "doctor", "housing", "water"), "ok"),
            "elder": {
                elder_id: {
                    "self_care": "able", "medicine": "enough", "living": "alone", "emergency_name": "王小明",
                    "emergency_relation": "son", "emergency_phone": "13800000001", "village_name": "李婶",
                    "village_phone": "13800000002",
                }
            },
        }  # fmt: skip
        place = {"lat": 30.123, "lon": 116.694, "accuracy_m": 100}
        begun = 30 + APART * (MOST - number % MOST)
        times = {"started_at": makers.at(begun), "finished_at": makers.at(begun - 10)}
        rest = {"met": [elder_id], "location": place, "next_on": "2031-01-01"}
        return makers.visit(home_id, answers=answers, **times, **rest, **more)


@contextlib.contextmanager
def county(homes: int = 500, phones: int = 8) -> Iterator[County]:
    """A running county, taken away again afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="ruhutong-bench-"))
    before = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("RUHUTONG_")}
    os.environ["RUHUTONG_HOME"] = str(folder)
    clear_caches()
    server = ApiServer(folder / "server.log")
    try:
        migrate()
        actors, places = _settle(homes, phones)
        server.start()
        yield County(server, actors, places)
    finally:
        server.kill()
        clear_caches()
        os.environ.pop("RUHUTONG_HOME")
        os.environ.update(before)
        clear_caches()
        shutil.rmtree(folder, ignore_errors=True)


def _settle(homes: int, phones: int) -> tuple[list[Actor], list[tuple[str, str]]]:
    with transaction() as session:
        makers.divisions(session)
        load_catalog(session)
        actors = [makers.user(session, token=f"phone{number}") for number in range(phones)]
        places, news = [], []
        for _ in range(homes):
            home = makers.household(session)
            people = [makers.person(session, home, tags=("elder_alone",), phone="13800000000")]
            people += [makers.person(session, home, name="王小红", born_on=None) for _ in range(2)]
            news += [Change("household", home.id, home.id, home.division)]
            news += [Change("person", one.id, home.id, home.division) for one in people]
            places.append((home.id, people[0].id))
        publish(session, news)
        from datetime import date

        refresh(session, [home for home, _ in places], date.today())
    return actors, places
