"""The State of 表单: only the administrator, and what was checked is what is published."""

import asyncio
from typing import Any

import pytest
import reflex as rx

from app.accounts import state as office
from app.accounts.rules import Permission, Role
from app.db import reading, transaction
from app.forms import service
from app.forms.state import FormsState, FormVersionState, NewFormState
from tests import makers
from tests.forms.test_office import numbered, text_of

STATES = (FormsState, FormVersionState, NewFormState)


@pytest.fixture
def sit(home, monkeypatch):
    """A desk of the office: somebody signed in, at an address."""

    def at(state: type[rx.State], role: Role = Role.ADMIN, **address: str) -> Any:
        with transaction() as session:
            makers.user(session, role, token=state.__name__)
        monkeypatch.setattr(office, "session_token", lambda _cookies: state.__name__)
        monkeypatch.setattr(office.OfficeState, "_parameter", lambda _self, name: address.get(name, ""))
        return rx.State().get_substate(state.get_full_name().split("."))

    return at


def act(handler: Any, *args: Any) -> None:
    asyncio.run(handler(*args))


def test_every_remote_call_asks_for_the_right():
    asked = {
        f"{state.__name__}.{name}": getattr(handler.fn, "requires", None)
        for state in STATES
        for name, handler in state.event_handlers.items()
        if handler.fn.__module__ == state.__module__
    }
    assert len(asked) == 7
    assert set(asked.values()) == {Permission.FORMS}


def test_a_version_is_written_checked_looked_at_and_published(sit):
    desk = sit(NewFormState)
    act(desk.open)
    act(desk.check, {"text": "code = "})
    assert (desk.stage, len(desk.checked.faults)) == ("write", 1)
    act(desk.publish)
    assert (desk.problem, desk.published) == ("先检查，再发布。", "")
    act(desk.check, {"text": text_of(numbered(1))})
    assert (desk.stage, desk.checked.form.title) == ("good", "试用")
    act(desk.ask, True)
    assert desk.asking
    act(desk.publish)
    assert (desk.stage, desk.published, desk.asking) == ("published", "试用第 1 版", False)
    with reading() as session:
        assert service.current(session, "trial").version == 1
    act(desk.publish)
    assert desk.problem == "先检查，再发布。"


def test_the_old_one_once_more_goes_straight_to_the_look(sit):
    with transaction() as session:
        service.publish(session, None, numbered(1))
        service.publish(session, None, numbered(2, title="试用二"))
    desk = sit(NewFormState, **{"code": "trial", "from": "1", "again": "1"})
    act(desk.open)
    assert (desk.stage, desk.checked.form.version) == ("good", 3)
    assert [(one.where, one.now) for one in desk.checked.changes] == [("这张表的名字", "试用")]
    act(desk.back)
    assert desk.stage == "write"
    assert "version = 3" in desk.start


def test_the_list_and_one_version(sit):
    service.load_catalog_at_start()
    desk = sit(FormsState)
    act(desk.open)
    assert [one.title for one in desk.forms] == ["电话联系", "入户走访"]
    one = sit(FormVersionState, Role.ADMIN, code="home", version="1")
    act(one.open)
    assert one.ready
    assert len(one.found.form.sections) == 4


@pytest.mark.parametrize("version", ["", "0", "9", "x", "99999999999"])
def test_a_version_that_is_not_there(sit, version):
    desk = sit(FormVersionState, code="home", version=version)
    act(desk.open)
    assert (desk.ready, desk.problem) == (False, "没有这一版表。")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_others_get_nothing_and_change_nothing(sit, role):
    desk = sit(NewFormState, role)
    for handler, args in ((desk.open, ()), (desk.check, ({"text": text_of(numbered(1))},)), (desk.publish, ())):
        act(handler, *args)
        assert "你的账号不能做这件事" in desk.problem
    assert (desk.ready, desk.stage, desk.published) == (False, "write", "")
