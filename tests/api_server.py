"""A real server process over the API alone, which can be killed between any two instructions."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 30


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ApiServer:
    """Serves the present home (its environment variables are inherited)."""

    def __init__(self, log: Path, application: str = "tests.api_app:application") -> None:
        self.application = application
        self.port = free_port()
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start and wait until it answers."""
        with self.log.open("ab") as words:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--port", str(self.port),
                 "--log-level", "warning", "--no-ws", self.application],
                cwd=ROOT, stdin=subprocess.DEVNULL, stdout=words, stderr=words, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(f"{self.url}/api/schema", trust_env=False, timeout=1)
                return
            time.sleep(0.02)
        raise AssertionError(f"the server did not start: {self.log.read_text()}")

    def kill(self) -> None:
        """`kill -9` of every process of it."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self._wait_gone(self.process.pid)
            self.process = None

    @staticmethod
    def _wait_gone(group: int) -> None:
        """Until the last of them has left: one may still be inside a call to the disk."""
        deadline = time.monotonic() + READY_SECONDS
        with contextlib.suppress(ProcessLookupError):
            while time.monotonic() < deadline:
                os.killpg(group, 0)
                time.sleep(0.005)
