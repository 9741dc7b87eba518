"""The office's States: each remote call names its permission; who acts is asked anew; errors are sentences."""

import asyncio
import importlib
import pkgutil

import pytest
import reflex as rx
from reflex.istate.data import RouterData
from reflex_base.registry import RegistrationContext

import app as rooms
from app.accounts import service
from app.accounts.rules import Permission, Role
from app.accounts.schemas import SignInInput
from app.accounts.state import OfficeState, acting, read, requires, sentence, session_token
from app.db import new_id, reading, transaction, utcnow
from app.errors import BadInput, Conflict, Detail, NotSignedIn
from app.households.register_state import RegisterListState
from app.http import COOKIE, SIGNED_IN
from app.http import parse as parse_input
from tests import makers
from tests.makers import COUNTY, VILLAGE

OF_REFLEX = {"setvar", "set_is_hydrated", "on_load_internal", "update_vars_internal", "hydrate"}


def our_handlers():
    """Every remote call of every State below `app`."""
    for found in pkgutil.walk_packages(rooms.__path__, "app."):
        if found.name.rpartition(".")[2].endswith(("state", "page")):
            importlib.import_module(found.name)
    for name, registered in RegistrationContext.get().event_handlers.items():
        handler = getattr(registered, "handler", registered)
        state = getattr(registered, "states", None)
        if name.rpartition(".")[2] not in OF_REFLEX:
            yield name, handler, state


def test_every_remote_call_names_its_permission():
    found = [(name, handler) for name, handler, _ in our_handlers() if handler.fn.__module__.startswith("app.")]
    assert len(found) > 30
    for name, handler in found:
        access = getattr(handler.fn, "requires", None)
        assert access == SIGNED_IN or access in list(Permission), f"{name} names no permission"


def test_no_state_has_a_public_method_that_is_not_a_guarded_handler():
    list(our_handlers())
    for state in all_states(OfficeState):
        for name, value in vars(state).items():
            if name.startswith("_") or not callable(value) or name in OF_REFLEX or isinstance(value, type):
                continue
            handler = getattr(value, "fn", None)
            assert handler is None or hasattr(handler, "requires"), f"{state.__name__}.{name}"


def test_what_lists_share_is_a_guarded_call_of_each_of_them():
    """The handlers of a mixin are copied into every State that has it, with their permission."""
    names = {name for name, _, _ in our_handlers()}
    lists = [state for state in all_states(OfficeState) if issubclass(state, RegisterListState) and not state._mixin]
    assert len(lists) > 7
    for state in lists:
        for call in ("open", "find", "turn"):
            assert f"{state.get_full_name()}.{call}" in names
            assert state.event_handlers[call].fn.requires == Permission.REGISTERS
        assert "offset" in state.base_vars, "each list has a page of its own"


def all_states(state):
    for one in state.__subclasses__():
        yield one
        yield from all_states(one)


def test_no_state_is_a_house():
    """State is a door: few vars, and none of them a table row."""
    list(our_handlers())
    for state in all_states(OfficeState):
        own = set(state.base_vars) - set(OfficeState.base_vars)
        assert len(own) <= 12, f"{state.__name__} has {len(own)} vars"


class Trial(OfficeState):
    """A page for these tests."""

    seen: str = ""

    @rx.event
    @requires(Permission.REGISTER_READ)
    async def look(self, words: str) -> None:
        """Reads with the actor of the event."""
        self.seen = await read(lambda _session, actor: f"{actor.name}:{words}")

    @rx.event
    @requires(Permission.REGISTER_READ)
    async def stumble(self) -> None:
        """Raises what the room raises."""
        raise Conflict("别人刚改过。")

    @rx.event
    @requires(Permission.REGISTER_READ)
    async def break_down(self) -> None:
        """Raises what nobody expected."""
        raise RuntimeError("secret detail")


def cookie(state, token):
    """Give the tab the cookie that came with its WebSocket."""
    root = state.parent_state.parent_state
    root.router = RouterData.from_router_data({"headers": {"cookie": f"{COOKIE}={token}"}, "pathname": "/office"})


def sit_down(token):
    state = rx.State().get_substate(Trial.get_full_name().split("."))
    cookie(state, token)
    return state


def call(state, name, *args):
    asyncio.run(getattr(type(state), name).fn(state, *args))
    return state


@pytest.fixture
def cadre(home):
    with transaction() as session:
        makers.divisions(session)
        return makers.user(session, Role.VILLAGE, (VILLAGE,), token="good")


def test_the_actor_is_found_from_the_cookie(cadre):
    state = call(sit_down("good"), "look", "你好")
    assert (state.seen, state.me.name, state.problem) == ("王芳:你好", "王芳", "")
    assert "register.read" in state.me.permissions


def test_without_a_session_the_browser_is_sent_away(cadre):
    state = call(sit_down("stolen"), "look", "你好")
    assert (state.seen, state.away) == ("", True)


def test_a_session_that_ends_ends_at_the_next_event(cadre):
    state = call(sit_down("good"), "look", "一")
    with transaction() as session:
        service.end_sessions(session, cadre.id, utcnow())
    call(state, "look", "二")
    assert (state.seen, state.me.name, state.away) == ("", "", True)


def test_a_role_without_the_permission_gets_a_sentence(home):
    with transaction() as session:
        makers.user(session, Role.AUDITOR, (), token="auditor")
    state = call(sit_down("auditor"), "look", "你好")
    assert state.seen == ""
    assert "不能做这件事" in state.problem


def test_errors_become_sentences_and_details_stay_inside(cadre):
    assert call(sit_down("good"), "stumble").problem == "别人刚改过。"
    problem = call(sit_down("good"), "break_down").problem
    assert "secret" not in problem
    assert "请刷新" in problem


def test_another_person_in_the_same_tab_sees_nothing_of_the_first(cadre):
    with transaction() as session:
        makers.user(session, Role.TOWN_CLERK, (COUNTY,), name="李慧", token="other")
    state = call(sit_down("good"), "look", "一")
    cookie(state, "other")
    call(state, "stumble")
    assert (state.seen, state.me.name) == ("", "李慧")


def test_a_first_password_comes_before_everything(home):
    with transaction() as session:
        from app.accounts.schemas import AccountInput

        data = parse_input(AccountInput, {"username": "new", "name": "新人", "role": "village", "divisions": [VILLAGE]})
        _, password = service.create_account(session, None, data, utcnow())
    with transaction() as session:
        signed = parse_input(
            SignInInput, {"username": "new", "password": password, "device": {"id": new_id(), "name": ""}}
        )
        token = service.sign_in(session, signed, utcnow()).token
    state = call(sit_down(token), "look", "你好")
    assert (state.seen, state.to) == ("", "/office/password")


def test_sentences_say_the_first_place_that_is_wrong():
    assert (
        sentence(BadInput(details=[Detail("name", "missing", "姓名要写。")])) == "填写的内容有误，请改一下。姓名要写。"
    )
    assert sentence(Conflict("别人刚改过。")) == "别人刚改过。"


def test_nobody_acts_outside_of_an_event():
    with pytest.raises(NotSignedIn):
        acting()


def test_the_token_is_one_cookie_among_others():
    assert session_token(f"a=1; {COOKIE}=x; b=2") == "x"
    assert session_token("a=1") is None


def test_reading_forgets_what_it_changed(cadre):
    with reading() as session:
        assert service.areas(session, cadre, utcnow()) == [{"division": VILLAGE}]
