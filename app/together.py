"""Several writers share one commit.

A commit costs a wait for the disk, and SQLite has one writer at a time. Whoever comes while another commits joins
the next unit of work: one wait for the disk pays for all of them, and none is answered before it. Writers that do the
same thing are handed over all at once, so that a statement, too, serves all of them.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from app.db import transaction

Item = TypeVar("Item")
Result = TypeVar("Result")
Handler = Callable[[Session, Sequence[Item]], Sequence[Result]]
MOST = 24
"""Jobs in one unit of work, so that the first does not wait long for the last."""


class _Job:
    def __init__(self, handler: Handler[Any, Any], item: Any) -> None:
        self.handler, self.item = handler, item
        self.result: Any = None
        self.error: BaseException | None = None
        self.done = False
        self.turn = threading.Event()
        """Set when it is done, or when it is its turn to lead."""


class Lane:
    """A queue of writers; the first in it does the work of those behind it, too, and hands the lead on."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._led = False
        self._waiting: list[_Job] = []

    def run(self, handler: Handler[Item, Result], item: Item) -> Result:
        """Let `handler` do `item`, perhaps with others, in a unit of work; returns when it is committed.

        Raises:
            Unavailable: the database is away; nothing was changed.
            Exception: what the handler raised for this item alone; its neighbours are not touched.
        """
        job = _Job(handler, item)
        with self._guard:
            self._waiting.append(job)
            if not self._led:
                self._led = True
                job.turn.set()
        job.turn.wait()
        if not job.done:
            self._lead()
        if job.error is not None:
            raise job.error
        return job.result

    def _lead(self) -> None:
        with self._guard:
            jobs, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        try:
            _lead(jobs)
        finally:
            with self._guard:
                self._led = bool(self._waiting)
                following = self._waiting[:1]
            for job in following + jobs:
                job.turn.set()


def _lead(jobs: list[_Job]) -> None:
    try:
        with transaction() as session:
            by_handler: dict[Any, list[_Job]] = {}
            for job in jobs:
                by_handler.setdefault(job.handler, []).append(job)
            if len(jobs) == 1:
                jobs[0].result = jobs[0].handler(session, [jobs[0].item])[0]
            else:
                for group in by_handler.values():
                    _all_at_once(session, group)
                    session.expire_all()
    except BaseException as error:
        for job in jobs:
            job.error = job.error or error
    finally:
        for job in jobs:
            job.done = True


def _all_at_once(session: Session, group: list[_Job]) -> None:
    try:
        with session.begin_nested():
            results = group[0].handler(session, [job.item for job in group])
    except OperationalError:
        raise
    except Exception as error:
        if len(group) == 1:
            group[0].error = error
            return
        for job in group:
            _all_at_once(session, [job])
        return
    for job, result in zip(group, results, strict=True):
        job.result = result


_lane = Lane()


def together(handler: Handler[Item, Result], item: Item) -> Result:
    """Let `handler` do `item` in a unit of work shared with whoever else is writing; see `Lane.run`."""
    return _lane.run(handler, item)
