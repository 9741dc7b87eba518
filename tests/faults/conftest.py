"""Servers of a test's own, which may be killed, stopped and started again without harm to other tests."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.api_server import ROOT, free_port
from tests.conftest import PostgresServer, clear_caches
from tests.e2e.faultproxy import FaultProxy, fault_proxy

START_SECONDS = 60


class OwnPostgres(PostgresServer):
    """A PostgreSQL server that a test may kill; what it has committed it keeps."""

    def kill(self) -> None:
        """`kill -9` of the server and of every process of it."""
        postmaster = psutil.Process(self.server.get_pid())
        processes = [postmaster, *postmaster.children(recursive=True)]
        for one in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs(processes, 20)

    def stop(self) -> None:
        """Stop it in order, whoever is connected."""
        postmaster = psutil.Process(self.server.get_pid())
        os.kill(postmaster.pid, signal.SIGINT)
        psutil.wait_procs([postmaster], 20)

    def start(self) -> None:
        """Start it again on what lies on its disk."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.server.ensure_postgres_running()
                return
            except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
                assert time.monotonic() < deadline, "PostgreSQL did not come back"


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[OwnPostgres]:
    """A PostgreSQL server of this file's own."""
    folder = Path(tempfile.mkdtemp(prefix="ruhutong-pg-"))
    started = OwnPostgres(folder)
    yield started
    started.start()
    started.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def on_own_postgres(home: Path, own_postgres: OwnPostgres, monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnPostgres]:
    """A home whose database lies on that server."""
    name = own_postgres.fresh()
    monkeypatch.setenv("RUHUTONG_DATABASE_URL", own_postgres.url(name))
    clear_caches()
    yield own_postgres
    clear_caches()


class S3:
    """An S3 in a process of its own, which keeps its pictures in memory only while it runs."""

    def __init__(self, log: Path) -> None:
        self.port, self.log = free_port(), log
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and make the bucket."""
        program = Path(os.sys.executable).parent / "moto_server"  # type: ignore[attr-defined]
        with self.log.open("ab") as words:
            self.process = subprocess.Popen(
                [str(program), "-H", "127.0.0.1", "-p", str(self.port)], stdout=words, stderr=words, cwd=ROOT
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.HTTPError):
                httpx.put(f"{self.url}/pictures", trust_env=False, timeout=5).raise_for_status()
                return
            time.sleep(0.1)
        raise AssertionError(f"S3 did not start: {self.log.read_text()}")

    def end(self) -> None:
        """End it for good."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture
def s3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultProxy]:
    """The photo store of the home lies in an S3; the value is the network before it."""
    one = S3(tmp_path / "s3.log")
    one.start()
    with fault_proxy(one.port) as way:
        _lies_in_s3(way.port, monkeypatch)
        yield way
    one.end()


def _lies_in_s3(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "RUHUTONG_PHOTO_STORE": "s3://pictures",
        "AWS_ENDPOINT": f"http://127.0.0.1:{port}",
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)
