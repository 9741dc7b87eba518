"""Passwords, locks and the permission table, without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from app.accounts.rules import (
    FIELD_ROLES,
    ROLE_PERMISSIONS,
    Permission,
    Role,
    area_problem,
    lock_after_failure,
    password_problem,
    permissions_of,
)

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


def test_every_role_stands_in_the_table():
    assert set(ROLE_PERMISSIONS) == set(Role)


def test_roles_that_sync_are_the_field_roles():
    assert {role for role in Role if Permission.SYNC in ROLE_PERMISSIONS[role]} == FIELD_ROLES


def test_the_administrator_has_no_casework_and_the_auditor_only_logs_and_their_chain():
    casework = {Permission.REGISTER_READ, Permission.REVIEW_DECIDE, Permission.VISITS_READ, Permission.PHOTO_SEE}
    assert not casework & ROLE_PERMISSIONS[Role.ADMIN]
    assert ROLE_PERMISSIONS[Role.AUDITOR] == {Permission.AUDIT_READ, Permission.EVIDENCE}
    others = set(ROLE_PERMISSIONS) - {Role.AUDITOR}
    assert not any(Permission.AUDIT_READ in ROLE_PERMISSIONS[role] for role in others)


def test_no_role_sees_childrens_pictures_by_itself():
    assert all(Permission.CHILD_PHOTO_SEE not in granted for granted in ROLE_PERMISSIONS.values())
    assert Permission.CHILD_PHOTO_SEE in permissions_of(Role.SUPERVISOR, ["child_photos"])


def test_the_fifth_failure_locks_and_each_lock_is_twice_as_long():
    failures, level, until = 0, 0, None
    lengths = []
    for _ in range(15):
        failures, level, until = lock_after_failure(failures, level, NOW)
        if until:
            lengths.append(until - NOW)
    assert lengths == [timedelta(minutes=15), timedelta(minutes=30), timedelta(minutes=60)]


def test_a_lock_lasts_a_day_at_most():
    assert lock_after_failure(4, 30, NOW)[2] == NOW + timedelta(hours=24)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("Short-1", "至少 10 位"),
        ("alllowercaseletters", "至少要有三种"),
        ("Password-2026", "太常见"),
        ("Liguiying-2026", "用户名"),
        ("Aa-15400000001", "手机号"),
        ("x" * 129, "最多"),
    ],
)
def test_a_weak_password_is_told_why(password, why):
    assert why in (password_problem(password, username="liguiying", phone="15400000001") or "")


def test_a_good_password_passes():
    assert password_problem("Mountain-path-7", username="liguiying", phone="15400000001") is None


@pytest.mark.parametrize("role", list(Role))
def test_who_works_in_a_place_has_one(role):
    assert area_problem(role, ["349927100201"]) is None
    assert (area_problem(role, []) is None) == (role in {Role.PAIRED, Role.ADMIN, Role.AUDITOR})
