"""What every test may lean on: a home of its own, a fresh database on SQLite or PostgreSQL, real servers."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest

from app import config, crypto, db


def clear_caches() -> None:
    """Forget the settings, engine and keys of the home before."""
    if db.engine.cache_info().currsize:
        db.engine().dispose()
    db.engine.cache_clear()
    config.settings.cache_clear()
    crypto.ready.cache_clear()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, copied for each test."""
    path = tmp_path_factory.mktemp("template") / "ruhutong.db"
    _migrate(f"sqlite:///{path}")
    return path


def _migrate(url: str) -> None:
    from alembic import command

    command.upgrade(db.alembic_config(url), "head")


class PostgresServer:
    """A real PostgreSQL server in a temporary folder; each test gets a copy of one migrated database."""

    def __init__(self, folder: Path) -> None:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pgserver

            self.server = pgserver.get_server(folder / "data", cleanup_mode="delete")
        self.socket = self.server.get_uri().partition("host=")[2]
        self.log = folder / "data" / "log"
        self.made = 0
        # A server for tests keeps nothing, so it need not wait for the disk.
        for line in ("fsync = off", "full_page_writes = off", "max_connections = 300"):
            self._run(f"ALTER SYSTEM SET {line}")
        self._run("SELECT pg_reload_conf()")
        self._run("CREATE DATABASE template_ruhutong")
        _migrate(self.url("template_ruhutong", driver="postgresql+psycopg"))

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

    def fresh(self) -> str:
        """Make a database with all tables and nothing in them; returns its name."""
        self.made += 1
        name = f"test_{self.made}"
        self._run(f"CREATE DATABASE {name} TEMPLATE template_ruhutong")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The PostgreSQL server of this test run, started on first need.

    Not in pytest's own folder: as root the server runs as another user, and each pytest closes that folder to others.
    """
    folder = Path(tempfile.mkdtemp(prefix="ruhutong-pg-"))
    started = PostgresServer(folder)
    yield started
    started.server.cleanup()
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
    server.drop(name)
