"""The log is kept as long as the county sets (a year at least, law: six months); what is older goes, and is marked.

Nobody but this job can take a line away: the database refuses it for younger ones, and the chain keeps the number and
the hash of the last line that went, so that what is left still hangs together.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlmodel import Session

from app.audit.service import record
from app.db import SHANGHAI, transaction, utcnow
from app.evidence import chain_service
from app.settings import service as settings
from models.audit import AuditEntry

LEAST_MONTHS = 12
AT_ONCE = 5000


def run(now: datetime | None = None) -> int:
    """Take away what is too old; returns how many lines went. Harmless when run twice."""
    moment, gone = now or utcnow(), 0
    while True:
        with transaction() as session:
            count = _some(session, moment)
        gone += count
        if count < AT_ONCE:
            return gone


def _some(session: Session, now: datetime) -> int:
    months = max(LEAST_MONTHS, int(settings.value(session, "audit_keep_months", now.astimezone(SHANGHAI).date())))
    limit = now - timedelta(days=31 * months)
    kept = session.scalar(select(func.min(AuditEntry.id)).where(AuditEntry.at >= limit))  # type: ignore[arg-type]
    old = select(AuditEntry.id, AuditEntry.hash).where(AuditEntry.at < limit)  # type: ignore[call-overload, arg-type]
    if kept is not None:
        old = old.where(AuditEntry.id < kept)  # type: ignore[operator]
    rows = session.execute(old.order_by(AuditEntry.id).limit(AT_ONCE)).all()  # type: ignore[arg-type]
    if not rows:
        return 0
    last = rows[-1]
    session.execute(delete(AuditEntry).where(AuditEntry.id <= last.id))  # type: ignore[arg-type, operator]
    chain_service.mark_expired(session, last.id, bytes(last.hash or b""))
    record(session, None, "audit.expired", "audit", str(last.id), after={"lines": len(rows), "months": months})
    return len(rows)
