"""The log is kept a year and more; only what is older goes, by the job alone, and the chain keeps its place."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import DBAPIError

from app.audit import service as audit
from app.db import reading, transaction, utcnow
from app.evidence import expiry_service, verify_service
from app.settings import service as settings
from models.audit import AuditEntry
from tests.evidence.busy import tamper

LONG_AGO = timedelta(days=31 * 40)


def write(count: int, before: timedelta = timedelta()) -> None:
    for _ in range(count):
        with transaction() as session:
            line = audit.entry(None, "keys.rotated", "key", "1")
            audit.record_many(session, [line | {"at": utcnow() - before}])


def count() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(AuditEntry))


def test_old_lines_go_and_the_rest_still_hangs_together(database):
    write(3, LONG_AGO)
    write(2)
    assert expiry_service.run() == 3
    assert count() == 3
    assert verify_service.verify().problems == []
    assert expiry_service.run() == 0
    write(1)
    assert verify_service.verify().problems == []
    tamper(lambda connection: connection.execute(text("DELETE FROM audit_entry WHERE id = 4")))
    assert next((one.kind, one.id) for one in verify_service.verify().problems) == ("audit", "4")


def test_the_whole_log_may_be_old(database):
    write(3, LONG_AGO)
    assert expiry_service.run() == 3
    write(1)
    assert verify_service.verify().problems == []


def test_never_less_than_a_year_whatever_is_set(database):
    write(2, timedelta(days=300))
    with transaction() as session:
        settings.set_value(session, None, "audit_keep_months", 1, utcnow().date(), source="x")
    assert expiry_service.run() == 0
    with pytest.raises(DBAPIError, match="only ever added to"), transaction() as session:
        session.execute(delete(AuditEntry))
