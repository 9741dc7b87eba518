"""Phones that push without end, each in a thread: what they were told goes to a file, line by line."""

import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import httpx

from tests import makers

PAUSE = 0.05
"""Between two tries at a county that is away."""


def _push(url: str, cookie: str, device_id: str, household_id: str, said: Path, rounds: int, over: Event) -> None:
    """Push batches; a lost answer is sent again, as phones do. Writes `id status` of each receipt."""
    with httpx.Client(base_url=url, cookies={"ruhutong_session": cookie}, trust_env=False, timeout=10) as line:
        for _ in range(rounds):
            commands = [makers.command("visit", makers.visit(household_id)) for _ in range(10)]
            body = json.dumps({"device_id": device_id, "commands": commands}).encode()
            while not over.is_set():
                try:
                    answer = line.post("/api/sync/push", content=body)
                    if answer.status_code == 200:
                        break
                except httpx.HTTPError:
                    pass
                time.sleep(PAUSE)
            if over.is_set():
                return
            with said.open("a") as file:
                file.writelines(f"{one['id']} {one['status']}\n" for one in answer.json()["receipts"])


@contextmanager
def storm(
    urls: Sequence[str], devices: Sequence[str], household_id: str, said: Sequence[Path], rounds: int
) -> Iterator[list[Future[None]]]:
    """Let phones push, each to the next of the addresses; ended with the block.

    The phone that stands first in `devices` has the session `phone0`, the next one `phone1`.
    """
    over = Event()
    with ThreadPoolExecutor(len(devices)) as pool:
        try:
            yield [
                pool.submit(_push, urls[at % len(urls)], f"phone{at}", device, household_id, said[at], rounds, over)
                for at, device in enumerate(devices)
            ]  # fmt: skip
        finally:
            over.set()
