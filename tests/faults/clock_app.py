"""The API under a clock that can be set while it runs: seconds ahead of the real one, read from a file each time."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from starlette.applications import Starlette

import app.db

_FILE = Path(os.environ["CLOCK_FILE"])


def _utcnow() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=int(_FILE.read_text() or 0))


app.db.utcnow = _utcnow  # before any room takes it over


def application() -> Starlette:
    """Everything under `/api`."""
    from tests.api_app import application as api

    return api()
