"""Notices: written down in the unit of work that causes them, sent by the worker, tried again with growing waits.

Off by default. No lock and no transaction is held while the gateway is asked: a notice is claimed, sent, then settled.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx
import structlog
from sqlalchemy import func, select, update
from sqlmodel import Session

from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import SHANGHAI, new_id, transaction, utcnow
from app.divisions import service as divisions
from app.errors import BadInput
from app.notices import rules
from app.queue import later
from app.settings import service as settings
from models.notices import Notice

log = structlog.get_logger()
TIMEOUT = httpx.Timeout(5.0, connect=3.0)
CLAIM = timedelta(minutes=2)
AT_ONCE = 50


def gateway(session: Session, now: datetime) -> dict[str, Any]:
    """The gateway as set: `{on, kind, url}`."""
    return settings.value(session, "notice", now.astimezone(SHANGHAI).date())


def enqueue(session: Session, kind: str, division: str, details: Mapping[str, Any] | None = None) -> str | None:
    """Write a notice down; None where notices are off. `details` may hold nothing about a person and is not sent."""
    now = utcnow()
    if not gateway(session, now)["on"]:
        return None
    place = divisions.place(session, division) if division else "县里"
    made = Notice(
        id=new_id(), kind=kind, division=division, body={"text": rules.words(kind, place)}, next_at=now, created_at=now
    )
    session.add(made)
    session.flush()
    later(session, "send_notices")
    return made.id


def on_issue(session: Session, issue: Mapping[str, Any]) -> None:
    """A trouble was written down: an urgent one is announced."""
    if issue["urgent"]:
        enqueue(session, "urgent_issue", issue["division"])


def send_due(now: datetime, client: httpx.Client | None = None) -> int:
    """Send what is due; returns how many the gateway took. Harmless when run twice at the same time."""
    with transaction() as session:
        chosen = gateway(session, now)
        if not chosen["on"]:
            return 0
        claimed = _claim(session, now)
    sent = 0
    with client or httpx.Client(timeout=TIMEOUT) as open_client:
        for notice in claimed:
            problem = _post(open_client, chosen, notice.body["text"])
            with transaction() as session:
                _settle(session, notice, problem, now)
            sent += problem is None
    return sent


def _claim(session: Session, now: datetime) -> list[Notice]:
    """Take due notices for this round: nobody else finds them until the claim has run out."""
    query = select(Notice).where(Notice.state == "waiting", Notice.next_at <= now).order_by(Notice.next_at)  # type: ignore[arg-type]
    rows = session.scalars(query.limit(AT_ONCE).with_for_update(skip_locked=True)).all()
    for row in rows:
        row.tries, row.next_at = row.tries + 1, now + CLAIM
    session.flush()
    return list(rows)


def _post(client: httpx.Client, chosen: Mapping[str, Any], text: str) -> str | None:
    """Ask the gateway; returns why it did not work, without the address (it holds a key)."""
    try:
        answer = client.post(chosen["url"], json=rules.request_body(chosen["kind"], text), follow_redirects=False)
        said = answer.json() if "json" in answer.headers.get("content-type", "") else None
    except httpx.TimeoutException:
        return "网关没有按时回答"
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        return f"连不上网关（{type(error).__name__}）"
    return rules.refused(chosen["kind"], answer.status_code, said)


def _settle(session: Session, notice: Notice, problem: str | None, now: datetime) -> None:
    again = rules.next_try(notice.tries, now) if problem else None
    state = "sent" if problem is None else "waiting" if again else "failed"
    session.execute(
        update(Notice)
        .where(Notice.id == notice.id, Notice.tries == notice.tries)  # type: ignore[arg-type]
        .values(state=state, problem=problem, next_at=again or now, sent_at=None if problem else now)
    )
    if problem:
        log.warning("notice not sent", notice=notice.id, tries=notice.tries, problem=problem, given_up=again is None)


def choose(session: Session, actor: Actor, *, on: bool, kind: str, url: str) -> None:
    """Set the gateway, from today on.

    Raises:
        BadInput: an unknown kind, or an address that will not do.
    """
    url = url.strip()
    if kind not in rules.GATEWAYS:
        raise BadInput("没有这种网关。", code="unknown_gateway")
    problem = rules.address_problem(url) if on or url else None
    if problem:
        raise BadInput(problem, code="bad_address")
    today = utcnow().astimezone(SHANGHAI).date()
    settings.set_value(session, actor, "notice", {"on": on, "kind": kind, "url": url}, today, source="县民政局",
                       told=rules.without_secret)  # fmt: skip


def test_text(session: Session, actor: Actor) -> tuple[dict[str, Any], str]:
    """What a trial sends, and where to; that somebody tried is written down."""
    record(session, actor, "notice.tried", "parameter", "notice")
    return gateway(session, utcnow()), rules.words("test", "")


def try_now(chosen: Mapping[str, Any], text: str, client: httpx.Client | None = None) -> str | None:
    """Send a trial at once, outside any transaction; returns why it did not work, or None."""
    problem = rules.address_problem(chosen["url"])
    if problem:
        return problem
    with client or httpx.Client(timeout=TIMEOUT) as open_client:
        return _post(open_client, chosen, text)


def counts(session: Session) -> dict[str, int]:
    """How many notices wait, were sent, were given up."""
    rows = session.execute(select(Notice.state, func.count()).group_by(Notice.state))  # type: ignore[call-overload]
    return {"waiting": 0, "sent": 0, "failed": 0} | {state: number for state, number in rows}
