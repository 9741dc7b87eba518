"""A village cadre with a raw WebSocket: every handler there is, with whatever arguments, brings nothing of others."""

import hashlib
import inspect
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reflex_base.registry import RegistrationContext

from app import app as composition
from app.accounts.rules import ROLE_PERMISSIONS, Permission, Role
from tests.e2e.server import Server
from tests.e2e.socket import Line

KEPT = (
    "user", "user_area", "pairing", "second_factor", "parameter", "form", "household", "person", "contact", "review",
    "visit", "division", "import_batch", "feedback", "field_conflict", "elder", "child", "child_case",
    "child_case_step", "hardship", "disability", "agreement", "enrolment", "payment", "official", "paired_home", "plan",
    "measure", "finding", "sample", "unmatched_row",
)  # fmt: skip
MINE = ROLE_PERMISSIONS[Role.VILLAGE]
IDS = ("01900000-0000-7000-8000-000000000000", "", "'; DROP TABLE user; --", "../../keys/field-00000001.key")


def handlers() -> dict[str, Any]:
    """Every remote call by its full name, Reflex's own too."""
    assert composition.app is not None
    return {name: getattr(one, "handler", one) for name, one in RegistrationContext.get().event_handlers.items()}


HANDLERS = handlers()


def arguments(handler: Any, value: Any) -> dict[str, Any]:
    """A value for each argument of a handler; a form gets fields that its rooms know."""
    names = list(inspect.signature(handler.fn).parameters)[1:]
    form = {"key": "hotline", "value": "1", "from_on": "2026-01-01", "source": "x", "username": "evil", "name": "坏",
            "role": "admin", "old": "x", "new": "Evil-path-99", "again": "Evil-path-99", "code": "H1", "reason": "x",
            "note": "x", "on": "on", "kind": "wecom", "url": "https://evil.example", "admin": "on"}  # fmt: skip
    return {name: form if name in {"form", "form_data", "data"} else value for name in names}


@pytest.fixture
def cookie(server: Server) -> str:
    """The session of the village cadre."""
    client = server.client("village")
    client.close()
    return client.cookies["ruhutong_session"]


def state_of(server: Server) -> dict[str, str]:
    """A fingerprint of each table that a cadre has no business to change in the office."""
    there = {row[0] for row in server.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
    left_out = {"user": ("failures", "locked_until", "lock_level")}
    found = {}
    assert there >= set(KEPT), "a table that is not there is not watched"
    for table in KEPT:
        columns = [row[1] for row in server.rows(f'PRAGMA table_info("{table}")')]
        kept = ", ".join(f'"{one}"' for one in columns if one not in left_out.get(table, ()))
        rows = server.rows(f'SELECT {kept} FROM "{table}" ORDER BY 1')
        found[table] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return found


def strangers(server: Server) -> list[str]:
    """What only others may read: the codes of homes outside of the cadre's village, user names, parameters' words."""
    area = server.rows("SELECT division FROM user_area a JOIN user u ON u.id = a.user_id WHERE u.username = 'village'")
    homes = server.rows("SELECT code FROM household WHERE division NOT LIKE ? LIMIT 400", [area[0][0] + "%"])
    return [row[0] for row in homes]


def log_of(server: Server) -> str:
    return (server.home / "server.log").read_text("utf-8", "replace")


def test_every_handler_does_what_the_table_says(server: Server, cookie: str):
    """None of them changes anything or shows another area, whatever id is named and whichever page it is said to be."""
    assert len(HANDLERS) > 90
    before, foreign, said = state_of(server), strangers(server), log_of(server)
    other = server.rows("SELECT id FROM household WHERE code = ?", [foreign[0]])[0][0]
    line = Line(server.port, cookie)
    asked = 0
    for name, handler in HANDLERS.items():
        for value in (other, *IDS[:1]):
            line.event(name, arguments(handler, value), as_path=f"/office/x?id={other}")
            asked += 1
        # A word where a form or a number is meant.
        line.event(name, dict.fromkeys(arguments(handler, other), other))
    heard = line.settle(3)
    line.close()
    assert asked > 150
    assert state_of(server) == before
    assert not [code for code in foreign if code in heard]
    new = log_of(server)[len(said) :]
    assert "Traceback" not in new, new[new.index("Traceback") :][:3000]


def test_who_may_not_is_told_and_gets_nothing(server: Server, cookie: str):
    guarded = {
        name: handler for name, handler in HANDLERS.items()
        if isinstance(getattr(handler.fn, "requires", None), Permission) and handler.fn.requires not in MINE
    }  # fmt: skip
    assert len(guarded) > 30
    for name, handler in guarded.items():
        line = Line(server.port, cookie)
        line.event(name, arguments(handler, IDS[0]))
        line.until(lambda words: "你的账号不能做这件事" in words)
        line.close()


def test_without_a_session_nothing_is_heard(server: Server):
    foreign = strangers(server)
    line = Line(server.port)
    for name, handler in HANDLERS.items():
        line.event(name, arguments(handler, IDS[0]))
    heard = line.settle(3)
    line.close()
    assert not [code for code in foreign if code in heard]
    assert "register.read" not in heard


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)


def test_whatever_is_sent_the_server_answers_on(server: Server, cookie: str):
    said, before = log_of(server), state_of(server)
    lines = [Line(server.port, cookie)]

    @settings(max_examples=120, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(
        name=st.sampled_from(sorted(HANDLERS)) | ANYTHING,
        payload=st.dictionaries(st.sampled_from(["form", "value", "id", "name", "self", "pages"]), ANYTHING) | ANYTHING,
        more=st.dictionaries(st.sampled_from(["token", "client_token", "substate", "router_data"]), ANYTHING),
    )
    def send(name: Any, payload: Any, more: dict[str, Any]) -> None:
        lines[-1].event(name, payload, **more)

    send()
    for words in (
        "5", "{}", '["event"]', '["event", 5]', '["nope", {}]', '["event", "{broken"]', '["client_error", {"x": []}]',
        json.dumps(["event", {"name": "x" * 900_000}]),
    ):  # fmt: skip
        line = Line(server.port, cookie)
        line.raw(f"42/_event,{words}")
        line.settle(0.3)
        line.close()
    lines[-1].close()
    client = server.client("village")
    assert client.get("/api/session").status_code == 200
    client.close()
    assert state_of(server) == before
    new = log_of(server)[len(said) :]
    assert "Traceback" not in new, new[-3000:]


def test_what_is_sent_in_a_wrong_shape_is_not_in_the_log(server: Server, cookie: str):
    secret = "Geheim-Marked-77"
    line = Line(server.port, cookie)
    name = next(one for one in HANDLERS if one.endswith("password_state.change"))
    line.event(name, {"form": {"old": secret, "new": secret, "again": secret}})
    for body in ({"name": name, "payload": secret}, [secret], secret, {"name": 5, "payload": {"old": secret}}):
        line.raw("42/_event," + json.dumps(["event", body]))
    line.settle(1)
    line.close()
    assert secret not in log_of(server)
