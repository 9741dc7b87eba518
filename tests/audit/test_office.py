"""操作日志 as the auditor reads it: words, names, and which device."""

from dataclasses import replace

import pytest

from app.accounts.rules import Role
from app.audit import office_service as office
from app.audit.service import record
from app.db import new_id, reading, transaction
from app.errors import NotAllowed
from models.accounts import Device
from tests import makers


@pytest.fixture
def cast(database):
    """An auditor, and a cadre with two phones of one kind who did a few things."""
    with transaction() as session:
        makers.divisions(session)
        auditor = makers.user(session, Role.AUDITOR, ())
        cadre = makers.user(session, name="吴秀梅")
        home = makers.household(session, name="刘桂英", code="H000777")
        person = makers.person(session, home, "刘桂英")
        visit = new_id()
        record(session, cadre, "session.began", "account", cadre.id)
        record(session, cadre, "household.changed", "household", home.id)
        record(session, cadre, "person.changed", "person", person.id)
        record(session, cadre, "visit.stored", "visit", visit)
        record(session, None, "session.refused", "account", "nobody", reason="unknown")
        record(session, None, "parameter.set", "parameter", "exif_hours")
        record(session, None, "tea.made", "tea", "x")
    return auditor, cadre, home, visit


def lines(actor, **what):
    with reading() as session:
        return office.log(session, actor, **what).rows


def test_acts_and_subjects_are_told_in_words(cast):
    auditor, cadre, _, visit = cast
    assert [(one.action, one.subject) for one in reversed(lines(auditor))] == [
        ("登录", f"账号 吴秀梅（{cadre.username}）"),
        ("改农户", "农户 H000777"),
        ("改人员资料", "人 H000777"),
        ("收到走访", f"走访 {visit[-6:]}"),
        ("没登录成", "账号 nobody"),
        ("改参数", "参数 exif_hours"),
        ("tea.made", "tea x"),
    ]
    assert "刘桂英" not in str(lines(auditor))
    assert lines(auditor)[3].subject_id == visit


def test_devices_that_were_made_at_one_moment_can_be_told_apart(cast):
    auditor, cadre, _, _ = cast
    moment = cadre.device_id[:-12]
    with transaction() as session:
        for end in ("aaaaaaaaaaaa", "bbbbbbbbbbbb"):
            session.add(Device(user_id=cadre.id, id=moment + end, name="安卓手机",
                               first_seen_at=makers.utcnow(), seen_at=makers.utcnow()))  # fmt: skip
        for end in ("aaaaaaaaaaaa", "bbbbbbbbbbbb", "cccccccccccc"):
            record(session, replace(cadre, device_id=moment + end), "session.began", "account", cadre.id)
    assert [one.device for one in lines(auditor)[:3]] == ["cccccc", "安卓手机 bbbbbb", "安卓手机 aaaaaa"]
    assert lines(auditor)[-1].device.startswith("手机 ")
    assert next(one for one in lines(auditor) if one.who == "系统").device == ""


def test_what_it_was_done_to_is_found_by_its_readable_name(cast):
    auditor, cadre, _, visit = cast
    assert [one.action for one in lines(auditor, subject="H000777")] == ["改农户"]
    assert [one.action for one in lines(auditor, subject=cadre.username)] == ["登录"]
    assert [one.action for one in lines(auditor, subject=visit)] == ["收到走访"]
    assert [one.action for one in lines(auditor, subject="nobody")] == ["没登录成"]
    assert lines(auditor, subject="H9") == []


def test_only_the_auditor(cast):
    with pytest.raises(NotAllowed):
        lines(cast[1])
