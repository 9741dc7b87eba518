"""What a broken or hostile client sends over the line: a sentence each time, and never more than its own area."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from app.accounts.queries import scope_hash
from app.accounts.rules import Role
from app.db import transaction
from app.sync import pull_service, rules
from models.feed import ScopeSnapshot
from tests import makers
from tests.api_app import application
from tests.sync.pushing import push, statuses


def post(token: str, body: bytes) -> httpx.Response:
    """A push over the whole API."""

    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(application())
        async with httpx.AsyncClient(
            transport=transport, base_url="http://localhost", cookies={"ruhutong_session": token}
        ) as client:
            return await client.post("/api/sync/push", content=body)

    return asyncio.run(run())


@pytest.fixture
def village(database):
    with transaction() as session:
        makers.divisions(session)
        me = makers.user(session, token="mine")
        makers.form(session)
        return me, makers.household(session)


@pytest.mark.parametrize("name", ['"\\ud800"', '{"a": 1}', "7", '"' + "x" * 300_000 + '"'])
def test_a_command_that_is_too_big_and_has_no_id(village, name):
    me, _ = village
    body = f'{{"device_id": "{me.device_id}", "commands": [{{"id": {name}, "x": "{"a" * 300_000}"}}]}}'
    answer = post("mine", body.encode())
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "command_too_big"
    assert len(answer.content) < 1000


def test_half_a_character_in_a_wrong_field_is_no_fault_of_ours(village):
    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(application())
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.post("/api/session", content=b'{"x\\ud800": 1, "username": "\\ud800"}')

    answer = asyncio.run(run())
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]


def added(home, **more: Any) -> dict[str, Any]:
    return makers.command("person.add", {"household_id": home.id, "name": "李秀英"} | more)


@pytest.mark.parametrize("name", ["   ", "\u200b", "\u202e\u200f", "\t"])
def test_a_name_of_nothing_is_no_name(village, name):
    me, home = village
    [receipt] = push(me, added(home, name=name))
    assert receipt["status"] == "rejected"
    assert receipt["errors"][0]["message"] == "姓名要写。"


def test_rare_and_long_names_are_names(village):
    me, home = village
    names = ["䶮", "𠮷野", "阿卜杜热合曼·买买提", "字" * 64, "<script>alert(1)</script>", "'; DROP TABLE person;--"]
    assert statuses(push(me, *(added(home, name=name) for name in names))) == ["stored"] * len(names)


def test_tags_that_nobody_knows_or_too_many_of_them(village):
    me, home = village
    receipts = push(me, added(home, tags=["nonsense"]), added(home, tags=[f"t{n}" for n in range(5000)]), added(home))
    assert statuses(receipts) == ["rejected", "rejected", "stored"]
    assert receipts[0]["errors"][0]["code"] == "unknown_tag"


def test_a_home_in_a_village_that_does_not_exist_is_told_at_once(village):
    """Nobody's area holds it, so no township would ever see it among the orphaned."""
    me, _ = village
    receipts = push(
        me,
        makers.command("household.add", {"name": "某", "division": "110101001001"}),
        makers.command("household.add", {"name": "某", "division": makers.VILLAGE[:9] + "999"}),
        makers.command("household.add", {"name": "某", "division": makers.FAR_VILLAGE}),
    )
    assert statuses(receipts) == ["rejected", "rejected", "orphaned"]
    assert receipts[0]["errors"][0]["code"] == "unknown_division"


def test_forged_cursors_bring_nothing_of_anybody_else(village):
    """Every word of a cursor may be made up; the hash of another's scope can be worked out."""
    me, home = village
    with transaction() as session:
        makers.user(session, Role.VILLAGE, (makers.FAR_VILLAGE,))
        far = makers.household(session, makers.FAR_VILLAGE, "外村")
        clerk = makers.user(session, Role.TOWN_CLERK, (makers.OTHER_TOWN,))
        areas = [{"division": makers.OTHER_TOWN}]
        session.add(ScopeSnapshot(hash=scope_hash(areas), areas=json.dumps(areas)))
    assert statuses(push(me, makers.command("visit", makers.visit(home.id)))) == ["stored"]
    assert statuses(push(clerk, makers.command("visit", makers.visit(far.id)))) == ["stored"]
    life, position, mine, *_ = rules.read_cursor(pull_service.pull(me, "", 500)["cursor"])
    other = scope_hash(areas)
    words: list[list[Any]] = [
        [life, 0, other, [], 0, 0], [life, position, other, [], 0, 0], [life, position, mine, [other], 0, 0],
        [life, position, mine, [other] * 5000, 0, 0], [life, True, mine, [], 0, 0], [life, -5, mine, [], -1, -1],
        [life, 2**70, mine, [other], 2**70, 2**70], [life, 0, "\ud800", [], 0, 0], [life, 0, mine, ["\0"], 0, 0],
        ["\0", 0, mine, [], 0, 0], [life, 0, mine, [[]], 0, 0],
    ]  # fmt: skip
    for one in words:
        seen = pull_service.pull(me, rules.write_cursor(one), 500)["changes"]
        assert far.name not in json.dumps([change for change in seen if "data" in change], ensure_ascii=False), one
