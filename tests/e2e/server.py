"""One real production server for the journeys: `ruhutong up --demo` in a home of its own."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

START_SECONDS = 600


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(look: Callable[[], Any], expected: Any, seconds: float) -> None:
    """Wait until what one sees is just this."""
    deadline = time.monotonic() + seconds
    found = look()
    while found != expected and time.monotonic() < deadline:
        time.sleep(0.1)
        found = look()
    assert found == expected


@dataclass
class Server:
    """The running server, its demo accounts, and its database as a stranger may look into it.

    `like` is a home that is copied where there is none yet; without it the demo county is loaded.
    """

    home: Path
    like: Path | None = None
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def accounts(self) -> dict[str, dict[str, str]]:
        return json.loads((self.home / "demo.json").read_text("utf-8"))

    def start(self) -> None:
        """Start and wait until it answers; its words go to `server.log` in the home."""
        if self.like is not None and not self.home.exists():
            shutil.copytree(self.like, self.home)
        self.home.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "RUHUTONG_HOME": str(self.home)}
        program = Path(sys.executable).parent / "ruhutong"
        with (self.home / "server.log").open("ab") as words:
            self.process = subprocess.Popen(
                [str(program), "up", "--demo", "--port", str(self.port)],
                env=environment, stdin=subprocess.DEVNULL, stdout=words, stderr=words, start_new_session=True,
            )  # fmt: skip
        self.wait()

    def wait(self) -> None:
        """Wait until the server answers."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process is not None and self.process.poll() is not None:
                raise RuntimeError(f"the server ended at once: {(self.home / 'server.log').read_text('utf-8')[-3000:]}")
            try:
                if httpx.get(f"{self.url}/api/health", timeout=2, trust_env=False).status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.2)
        raise RuntimeError("the server did not come up")

    def stop(self) -> None:
        """End it as an operator would."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()
            self.process = None

    def kill(self) -> None:
        """End everything at once, as a power cut would."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What a query finds in the database, read-only."""
        with sqlite3.connect(f"file:{self.home / 'ruhutong.db'}?mode=ro", uri=True, timeout=30) as database:
            return database.execute(query, values).fetchall()

    def eventually(
        self, query: str, values: Sequence[Any], expected: list[tuple[Any, ...]], seconds: float = 30
    ) -> None:
        """Wait until a query finds just this."""
        until(lambda: self.rows(query, values), expected, seconds)

    def client(self, role: str) -> httpx.Client:
        """A signed-in plain client of a demo account."""
        account = self.accounts[role]
        client = httpx.Client(base_url=self.url, timeout=30, trust_env=False)
        device = {"id": "01900000-0000-7000-8000-00000000000" + str(len(role) % 10), "name": "test"}
        answer = client.post("/api/session", json={**account, "device": device})
        assert answer.status_code == 200, answer.text
        return client
