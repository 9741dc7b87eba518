"""Several writers share one commit.

A commit costs a wait for the disk, and SQLite has one writer at a time. Whoever comes while another commits joins
the next unit of work: one wait for the disk pays for all of them, and none is answered before it.
"""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from app.db import transaction

T = TypeVar("T")
MOST = 24
"""Jobs in one unit of work, so that the first does not wait long for the last."""


class _Job:
    def __init__(self, call: Callable[[Session], Any]) -> None:
        self.call = call
        self.result: Any = None
        self.error: BaseException | None = None
        self.done = False


class Lane:
    """A queue of writers; the first in it does the work of those behind it, too."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._leading = threading.Lock()
        self._waiting: list[_Job] = []

    def run(self, call: Callable[[Session], T]) -> T:
        """Run `call` in a unit of work; returns when it is committed.

        Raises:
            Unavailable: the database is away; nothing was changed.
            Exception: what `call` raised; nothing of it was changed, its neighbours are not touched.
        """
        job = _Job(call)
        with self._guard:
            self._waiting.append(job)
        while not job.done:
            with self._leading:
                if not job.done:
                    with self._guard:
                        jobs, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                    _lead(jobs)
        if job.error is not None:
            raise job.error
        return job.result


def _lead(jobs: list[_Job]) -> None:
    try:
        with transaction() as session:
            if len(jobs) == 1:
                jobs[0].result = jobs[0].call(session)
            else:
                for job in jobs:
                    _side_by_side(session, job)
    except BaseException as error:
        for job in jobs:
            job.error = job.error or error
    finally:
        for job in jobs:
            job.done = True


def _side_by_side(session: Session, job: _Job) -> None:
    try:
        with session.begin_nested():
            job.result = job.call(session)
    except OperationalError:
        raise
    except Exception as error:
        job.error = error


_lane = Lane()


def together(call: Callable[[Session], T]) -> T:
    """Run `call` in a unit of work shared with whoever else is writing; see `Lane.run`."""
    return _lane.run(call)
