"""The job queue: what a request leaves for the worker. SQLite in the home's cache, or Redis when set.

Rooms only name a job, `later(session, "process_photo", sha256)`; what the names mean stands in `app/jobs.py`, which
only the worker needs. A job is put into the queue after the commit that makes it necessary, and may be lost with the
queue: jobs are idempotent, and the sweep finds what waits.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog
from huey import Huey, RedisHuey
from huey.storage import SqliteStorage
from redis.exceptions import RedisError
from sqlalchemy import event
from sqlmodel import Session

from app.config import settings

log = structlog.get_logger()
JOBS: dict[str, Callable[..., None]] = {}
"""Job by name; filled by `app/jobs.py`."""


def run_job(name: str, *args: Any) -> None:
    """What the worker does with a message."""
    JOBS[name](*args)


class _Storage(SqliteStorage):
    """A queue on disk whose writes do not wait for the disk: it may be lost with the power, never broken by it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._gathered = threading.local()
        super().__init__(*args, **kwargs)

    def _create_connection(self) -> sqlite3.Connection:
        made = super()._create_connection()
        made.execute("PRAGMA synchronous=NORMAL")
        return made

    def enqueue(self, data: bytes, priority: float | None = None) -> None:
        """Put one message in, at once or with those beside it."""
        rows = getattr(self._gathered, "rows", None)
        if rows is None:
            super().enqueue(data, priority)
        else:
            rows.append((self.name, self.to_blob(data), priority or 0))

    @contextlib.contextmanager
    def at_once(self) -> Iterator[None]:
        """Write what this thread puts in within the block by one commit."""
        self._gathered.rows = rows = []
        try:
            yield
        finally:
            self._gathered.rows = None
        try:
            with self.db(commit=True) as cursor:
                cursor.executemany("insert into task(queue, data, priority) values (?, ?, ?)", rows)
        except sqlite3.Error as error:
            log.warning("the job queue is away", jobs=len(rows), error=str(error))


@lru_cache(maxsize=8)
def _queue(cache: Path, redis_url: str | None) -> tuple[Huey, Any]:
    if redis_url:
        made: Huey = RedisHuey("ruhutong", url=redis_url, results=False)
    else:
        cache.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = Huey("ruhutong", storage_class=_Storage, filename=str(cache / "queue.db"), results=False, timeout=10)
    return made, made.task(name="ruhutong_job", retries=2, retry_delay=20)(run_job)


def queue() -> Huey:
    """The queue of this home."""
    return _queue(settings().cache, settings().redis_url)[0]


def enqueue(name: str, *args: Any, delay: timedelta | None = None) -> None:
    """Put a job into the queue now. A queue that is away is no error: the sweep does the work later."""
    task = _queue(settings().cache, settings().redis_url)[1]
    try:
        if delay is None:
            task(name, *args)
        else:
            task.schedule((name, *args), delay=delay.total_seconds())
    except (sqlite3.Error, RedisError, OSError) as error:
        log.warning("the job queue is away", job=name, error=str(error))


def later(session: Session, name: str, *args: Any, delay: timedelta | None = None) -> None:
    """Put a job into the queue when this unit of work is committed; the same job once."""
    if "jobs" not in session.info:
        session.info["jobs"] = {}
        event.listen(session, "after_commit", _flush)
    session.info["jobs"][name, *args] = delay


def _flush(session: Session) -> None:
    if session.in_nested_transaction():  # a savepoint was released: nothing is on disk yet
        return
    jobs, session.info["jobs"] = session.info["jobs"], {}
    storage = queue().storage if len(jobs) > 1 else None
    with storage.at_once() if isinstance(storage, _Storage) else contextlib.nullcontext():
        for (name, *args), delay in jobs.items():
            enqueue(name, *args, delay=delay)
