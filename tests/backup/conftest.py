"""A second machine, empty, for backups to be put back onto."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import PostgresServer, clear_caches


@pytest.fixture
def move(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Callable[[str], Path]]:
    """Go to another machine: an empty home and, on PostgreSQL, an empty database; returns the home."""
    made: list[str] = []

    def go(name: str = "elsewhere") -> Path:
        home = tmp_path / name
        monkeypatch.setenv("RUHUTONG_HOME", str(home))
        if database == "postgresql":
            server: PostgresServer = request.getfixturevalue("postgres")
            made.append(server.empty())
            monkeypatch.setenv("RUHUTONG_DATABASE_URL", server.url(made[-1]))
        clear_caches()
        return home

    yield go
    clear_caches()
    for name in made:
        request.getfixturevalue("postgres").drop(name)
