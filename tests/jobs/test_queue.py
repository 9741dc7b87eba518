"""The queue: nothing is asked of the worker before the commit, nothing is lost with it but time."""

import sqlite3

import pytest

from app import queue as queues
from app.db import transaction
from app.queue import JOBS, enqueue, later, queue


def test_a_job_is_queued_by_the_commit_once(home):
    with transaction() as session:
        later(session, "process_photo", "a" * 64)
        later(session, "process_photo", "a" * 64)
        with session.begin_nested():
            later(session, "process_photo", "b" * 64)
        assert queue().pending_count() == 0
    assert queue().pending_count() == 2


def test_what_is_rolled_back_asks_for_nothing(home):
    def work():
        with transaction() as session:
            later(session, "process_photo", "a" * 64)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        work()
    assert queue().pending_count() == 0


def test_a_queue_that_is_away_costs_no_request(home, monkeypatch):
    def away(*_args):
        raise sqlite3.OperationalError("disk is full")

    monkeypatch.setattr(queues, "_queue", lambda *_: (None, away))
    with transaction() as session:
        later(session, "process_photo", "a" * 64)
    enqueue("sweep")


def test_a_message_runs_the_job_of_that_name(home, monkeypatch):
    seen = []
    monkeypatch.setitem(JOBS, "note", lambda *args: seen.append(args))
    enqueue("note", 1, "two")
    task = queue().dequeue()
    queue().execute(task)
    assert seen == [(1, "two")]
