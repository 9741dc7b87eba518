"""What every test may lean on: a home of its own, a fresh database on SQLite or PostgreSQL, real servers."""

import os
import shutil
import subprocess
import tempfile
import warnings
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
import structlog
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlmodel import create_engine
from xdist.scheduler import LoadScopeScheduling

from app import config, crypto, db, limits
from app.accounts import service as accounts
from tests.api_server import free_port

_compiled: dict[tuple[Any, ...], Any] = {}


def pytest_configure() -> None:
    """Only under pytest: whatever else imports this file, the bench among it, runs the program as it is shipped.

    Each test has a database of its own, not a language of its own: what is compiled for one serves all of its kind,
    in the engines' caches and in the mappers'. What makes a real password slow is not tested. A traceback is plain, as
    the program's own are: drawing the variables of every frame costs seconds. No example fails for its time.
    """
    DefaultDialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
    DefaultDialect.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
    db.create_engine = _one_cache
    structlog.configure(processors=[
        structlog.contextvars.merge_contextvars, structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ])  # fmt: skip
    settings.register_profile(
        "patient", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    settings.load_profile("patient")
    accounts._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def _one_cache(*args: Any, **more: Any) -> Engine:
    made = create_engine(*args, **more)
    made._compiled_cache = _compiled
    return made


def clear_caches() -> None:
    """Forget the settings, engine and keys of the home before."""
    if db.engine.cache_info().currsize:
        db.engine().dispose()
    db.engine.cache_clear()
    config.settings.cache_clear()
    crypto.ready.cache_clear()
    limits.flood.forget()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, copied for each test."""
    path = tmp_path_factory.mktemp("template") / "ruhutong.db"
    _migrate(f"sqlite:///{path}")
    return path


def _migrate(url: str) -> None:
    from alembic import command

    command.upgrade(db.alembic_config(url), "head")


_SHAPE = """
    SELECT (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_attribute),
           (SELECT count(*) FROM pg_trigger WHERE tgenabled = 'O'), (SELECT count(*) FROM pg_constraint)
"""
_FILLED = """
    SELECT quote_ident(relname) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
          AND pg_relation_size(oid) > 0
"""
_OTHERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_SEQUENCES = "SELECT quote_ident(sequencename) FROM pg_sequences WHERE last_value IS NOT NULL"


class PostgresServer:
    """A real PostgreSQL server in a temporary folder; each test gets a migrated database with nothing in it."""

    def __init__(self, folder: Path) -> None:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pgserver

            self.server = pgserver.get_server(folder / "data", cleanup_mode="delete")
        self.socket = self.server.get_uri().partition("host=")[2]
        self.log = folder / "data" / "log"
        self.made = self.copied = 0
        # A server for tests keeps nothing, so it need not wait for the disk.
        for line in ("fsync = off", "full_page_writes = off", "max_connections = 300"):
            self._run(f"ALTER SYSTEM SET {line}")
        self._run("SELECT pg_reload_conf()")
        self._run("CREATE DATABASE template_ruhutong")
        _migrate(self.url("template_ruhutong", driver="postgresql+psycopg"))
        with psycopg.connect(self.url("template_ruhutong")) as connection:
            self._shape = connection.execute(_SHAPE).fetchone()
        self._beside = ThreadPoolExecutor(1)
        self._ready = deque([self._beside.submit(self._copy)])
        self._dropped: list[Future[None]] = []

    def url(self, name: str, driver: str = "postgresql") -> str:
        """The address of one of its databases."""
        return f"{driver}://postgres:@/{name}?{urlencode({'host': self.socket})}"

    def _run(self, statement: str) -> None:
        try:
            with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
                connection.execute(statement.encode())
        except psycopg.OperationalError as error:
            words = self.log.read_text("utf-8", "replace")[-3000:] if self.log.exists() else "no log"
            raise AssertionError(f"the PostgreSQL server is away: {words}") from error

    def _copy(self) -> str:
        self.copied += 1
        name = f"test_copy_{self.copied}"
        self._run(f"CREATE DATABASE {name} TEMPLATE template_ruhutong")
        return name

    def fresh(self) -> str:
        """A database with all tables and nothing in them; copied only where none has been given back."""
        if not self._ready:
            self._ready.append(self._beside.submit(self._copy))
        return self._ready.popleft().result()

    def give_back(self, name: str) -> None:
        """Empty a database for the next test, beside it: a copy costs ten times as much."""
        self._ready.append(self._beside.submit(self._emptied, name))

    def _emptied(self, name: str) -> str:
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute(_OTHERS)
            if connection.execute(_SHAPE).fetchone() == self._shape:
                connection.execute("SET session_replication_role = replica")  # what only grows is emptied too
                if filled := ", ".join(table for (table,) in connection.execute(_FILLED)):
                    connection.execute(f"TRUNCATE {filled} RESTART IDENTITY CASCADE".encode())
                for (sequence,) in connection.execute(_SEQUENCES).fetchall():
                    connection.execute(f"ALTER SEQUENCE {sequence} RESTART".encode())
                return name
        self._run(f"DROP DATABASE {name} WITH (FORCE)")
        return self._copy()

    def empty(self) -> str:
        """Make a database without a single table; returns its name."""
        self.made += 1
        name = f"test_{self.made}"
        self._run(f"CREATE DATABASE {name}")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected; what went wrong is told at the next one."""
        while self._dropped and self._dropped[0].done():
            self._dropped.pop(0).result()
        self._dropped.append(self._beside.submit(self._run, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))

    def close(self) -> None:
        """Finish what is under way, and end the server."""
        self._beside.shutdown()
        for one in self._dropped:
            one.result()
        self.server.cleanup()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The PostgreSQL server of this test run, started on first need.

    Not in pytest's own folder: as root the server runs as another user, and each pytest closes that folder to others.
    """
    folder = Path(tempfile.mkdtemp(prefix="ruhutong-pg-"))
    started = PostgresServer(folder)
    yield started
    started.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home folder without a database."""
    folder = tmp_path / "home"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith("RUHUTONG_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("RUHUTONG_HOME", str(folder))
    clear_caches()
    yield folder
    clear_caches()


@pytest.fixture
def home(empty_home: Path, sqlite_template: Path) -> Path:
    """A home with a migrated, empty SQLite database."""
    shutil.copy(sqlite_template, empty_home / "ruhutong.db")
    return empty_home


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The same test on both databases; the value is `sqlite` or `postgresql`."""
    if request.param == "sqlite":
        yield "sqlite"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = server.fresh()
    monkeypatch.setenv("RUHUTONG_DATABASE_URL", server.url(name))
    clear_caches()
    yield "postgresql"
    clear_caches()
    server.give_back(name)


@pytest.fixture
def redis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The home's Redis; from Debian where there is none, as root."""
    program = shutil.which("redis-server")
    if program is None and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"], check=True, capture_output=True)
        subprocess.run(["apt-get", "install", "-y", "-qq", "redis-server"], check=True, capture_output=True)
        program = shutil.which("redis-server")
    assert program, "redis-server is missing: install it (apt install redis-server)"
    port = free_port()
    with (tmp_path / "redis.log").open("wb") as words:
        process = subprocess.Popen(
            [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)],
            stdout=words, stderr=words,
        )  # fmt: skip
    monkeypatch.setenv("RUHUTONG_REDIS_URL", f"redis://127.0.0.1:{port}/0")
    yield f"redis://127.0.0.1:{port}/0"
    process.kill()
    process.wait()


JOURNEYS, FAULTS = "tests/e2e/", "tests/faults/"


class Pieces(LoadScopeScheduling):
    """Shares the tests among processes: a file is one piece of work, all journeys (one server) are one."""

    def _split_scope(self, nodeid: str) -> str:
        return JOURNEYS if nodeid.startswith(JOURNEYS) else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Pieces:
    """The journeys take longest, so they begin first; no piece goes before another for its number of tests."""
    config.option.loadscopereorder = False
    return Pieces(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The journeys first, what kills servers last, when the journeys are nearly over."""
    items.sort(key=lambda item: item.nodeid.startswith(FAULTS) - item.nodeid.startswith(JOURNEYS))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """What only computes gives way to the journeys beside it, which wait for what a person would wait for."""
    if "PYTEST_XDIST_WORKER" in os.environ and not item.nodeid.startswith(JOURNEYS) and os.nice(0) < 10:
        os.nice(10)
