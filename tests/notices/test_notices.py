"""Notices against a gateway on this machine that fails when told to."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest
from sqlalchemy import select

from app.accounts.rules import Role
from app.db import reading, transaction, utcnow
from app.errors import BadInput
from app.notices import rules, service
from models.audit import AuditEntry
from models.notices import Notice
from tests import makers
from tests.makers import COUNTY, VILLAGE


class Gateway(HTTPServer):
    """A gateway: keeps what it got; answers as told, one answer a request, then with success."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.got: list[dict] = []
        self.answers: list[tuple[int, object]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/send?key=secret"


class Answer(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        gateway: Gateway = self.server  # type: ignore[assignment]
        gateway.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        status, body = gateway.answers.pop(0) if gateway.answers else (200, {"errcode": 0})
        if status == 0:
            self.close_connection = True
            return
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_args: object) -> None:
        pass


@contextmanager
def running() -> Iterator[Gateway]:
    server = Gateway()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with running() as server:
        yield server


@pytest.fixture
def admin(database):
    with transaction() as session:
        makers.divisions(session)
        return makers.user(session, Role.ADMIN, (COUNTY,))


def switch_on(admin, gateway, kind="wecom"):
    with transaction() as session:
        service.choose(session, admin, on=True, kind=kind, url=gateway.url)


def announce(kind="urgent_issue"):
    with transaction() as session:
        return service.enqueue(session, kind, VILLAGE, {"name": "刘桂英"})


def notice():
    with reading() as session:
        return session.scalars(select(Notice)).one()


def test_off_by_default(admin, gateway):
    assert announce() is None
    assert service.send_due(utcnow()) == 0
    with reading() as session:
        assert service.counts(session) == {"waiting": 0, "sent": 0, "failed": 0}


def test_an_urgent_trouble_is_announced_without_any_name(admin, gateway):
    switch_on(admin, gateway)
    with transaction() as session:
        service.on_issue(session, {"urgent": False, "division": VILLAGE, "text": "刘桂英家没水"})
        service.on_issue(session, {"urgent": True, "division": VILLAGE, "text": "刘桂英 16166798147"})
    assert service.send_due(utcnow()) == 1
    text = gateway.got[0]["text"]["content"]
    assert "高士镇毛安村" in text
    assert "刘桂英" not in text
    assert "16166798147" not in text
    assert notice().state == "sent"
    assert service.send_due(utcnow()) == 0
    assert len(gateway.got) == 1


def test_failures_are_tried_again_with_growing_waits_and_given_up(admin, gateway):
    switch_on(admin, gateway)
    announce()
    gateway.answers = [(500, {}), (200, {"errcode": 45009}), (0, {})] + [(503, {})] * 10
    now, waits = utcnow(), []
    while notice().state == "waiting":
        assert service.send_due(now) == 0
        waits.append(notice().next_at - now)
        now = notice().next_at
    assert len(gateway.got) == len(rules.WAITS) + 1
    assert tuple(waits[:-1]) == rules.WAITS
    assert notice().state == "failed"
    assert "secret" not in (notice().problem or "")


def test_it_arrives_after_a_failure(admin, gateway):
    switch_on(admin, gateway, "sms")
    announce("photo_returned")
    gateway.answers = [(500, {})]
    now = utcnow()
    assert service.send_due(now) == 0
    assert service.send_due(now) == 0
    assert service.send_due(now + rules.WAITS[0]) == 1
    assert [set(one) for one in gateway.got] == [{"text"}, {"text"}]


def test_a_notice_that_is_being_sent_is_not_sent_twice(admin, gateway):
    switch_on(admin, gateway)
    announce()
    now = utcnow()
    with transaction() as session:
        assert len(service._claim(session, now)) == 1
    assert service.send_due(now) == 0
    assert service.send_due(now + service.CLAIM + timedelta(seconds=1)) == 1


def test_a_slow_gateway_costs_no_more_than_the_time_out(admin, gateway):
    switch_on(admin, gateway)
    announce()

    def slow(_request):
        raise httpx.ReadTimeout("slow")

    assert service.send_due(utcnow(), httpx.Client(transport=httpx.MockTransport(slow))) == 0
    assert notice().problem == "网关没有按时回答"


@pytest.mark.parametrize("url", ["ftp://x", "javascript:alert(1)", "https://", "https://u:p@x", "http://[::1", ""])
def test_an_address_that_will_not_do_is_refused(admin, url):
    with pytest.raises(BadInput), transaction() as session:
        service.choose(session, admin, on=True, kind="wecom", url=url)


def test_a_trial_says_whether_it_works(admin, gateway):
    switch_on(admin, gateway)
    with transaction() as session:
        chosen, text = service.test_text(session, admin)
    assert service.try_now(chosen, text) is None
    gateway.answers = [(404, {})]
    assert service.try_now(chosen, text) == "网关答 404"
    with reading() as session:
        assert "notice.tried" in session.scalars(select(AuditEntry.action)).all()
