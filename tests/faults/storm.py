"""A phone that visits without end, each visit with a picture: what it was told, line by line.

`visit <id>` stands in the file when the county's receipt said stored, `photo <sha256>` when it said that it has all
of it. Whatever goes wrong is tried again with the same bytes, as phones do; each refusal's sentence is noted too.
"""

import hashlib
import io
import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event

import httpx
from PIL import Image

from tests import makers

VISITS = 4
"""In one push."""
PAUSE = 0.05
"""Between two tries at a county that is away."""


def picture() -> bytes:
    """A small picture like no other."""
    out = io.BytesIO()
    Image.frombytes("RGB", (96, 96), os.urandom(96 * 96 * 3)).save(out, "JPEG", quality=80)
    return out.getvalue()


class Ended(Exception):
    """The test needs no more of it."""


class Phone:
    """One phone and its file; with several addresses it goes to each in turn, until it is over."""

    def __init__(
        self, urls: Sequence[str], cookie: str, device_id: str, home_id: str, said: Path, over: Event
    ) -> None:
        cookies = {"ruhutong_session": cookie}
        self.lines = [httpx.Client(base_url=url, cookies=cookies, trust_env=False, timeout=30) for url in urls]
        self.device_id, self.home_id, self.said, self.over = device_id, home_id, said, over

    def note(self, *lines: str) -> None:
        """Write down what we were told."""
        with self.said.open("a") as file:
            file.writelines(f"{line}\n" for line in lines)

    def insist(self, send: Callable[[httpx.Client], httpx.Response], turn: int) -> httpx.Response:
        """Send until it succeeds.

        Raises:
            Ended.
        """
        while not self.over.is_set():
            turn += 1
            try:
                answer = send(self.lines[turn % len(self.lines)])
            except httpx.HTTPError:
                time.sleep(PAUSE)
                continue
            if answer.status_code in {200, 204}:
                return answer
            if answer.status_code in {500, 503, 507}:
                error = answer.json()["error"]
                wait = answer.headers.get("retry-after", "-")
                self.note(f"refused {answer.status_code} {error['code']} {wait} {error['message']}")
                time.sleep(PAUSE)
                continue
            raise AssertionError(f"{answer.status_code} {answer.text}")
        raise Ended

    def round(self, turn: int) -> None:
        """A few visits, then their pictures."""
        pictures = {hashlib.sha256(one).hexdigest(): one for one in (picture() for _ in range(VISITS))}
        visits = [makers.visit(self.home_id, photos=[{"sha256": name, "taken_at": makers.at(25)}]) for name in pictures]
        commands = [makers.command("visit", one) for one in visits]
        body = json.dumps({"device_id": self.device_id, "commands": commands}).encode()
        answer = self.insist(lambda line: line.post("/api/sync/push", content=body), turn)
        told = answer.json()["receipts"]
        assert {one["status"] for one in told} <= {"stored", "duplicate"}, told
        self.note(*(f"visit {one['id']}" for one in told))
        for name, data in pictures.items():
            self.insist(lambda line, name=name, data=data: line.put(f"/api/photos/{name}", content=data), turn)
            self.note(f"photo {name}")

    def visit(self, rounds: int) -> None:
        """So many rounds, or fewer where it is over."""
        try:
            for number in range(rounds):
                self.round(number)
        except Ended:
            return
        finally:
            for line in self.lines:
                line.close()
