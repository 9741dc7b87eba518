"""Publishing and reading versions, on both databases."""

import copy
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.rules import Role
from app.accounts.schemas import Actor
from app.db import new_id, reading, transaction
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.forms import service
from models.audit import AuditEntry
from models.feed import FeedRow
from models.forms import Form
from tests.forms.test_publishing import FORM

pytestmark = pytest.mark.usefixtures("database")


def actor(role: Role) -> Actor:
    return Actor(id=new_id(), username="someone", name="某人", role=role)


def numbered(version: int, **changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(FORM), "version": version, **changes}


def test_the_catalog_is_there_after_a_start_and_a_second_start_changes_nothing():
    assert service.load_catalog_at_start() == ["contact@1", "home@1", "home@2"]
    assert service.load_catalog_at_start() == []
    with reading() as session:
        assert service.current(session, "home").title == "入户走访"
        told = session.scalars(select(FeedRow.row_id).where(FeedRow.type == "form")).all()
        assert told == ["contact@1", "home@1", "home@2"]


def test_a_database_of_an_earlier_program_gets_the_new_version_and_keeps_the_old():
    earlier = next(form for form in service.catalog() if (form.code, form.version) == ("home", 1))
    with transaction() as session:
        service.publish(session, None, earlier.body())
    assert service.load_catalog_at_start() == ["contact@1", "home@2"]
    with reading() as session:
        assert service.current(session, "home").version == 2
        assert service.version(session, "home", 1) == earlier


def test_any_version_ever_published_is_accepted():
    admin = actor(Role.ADMIN)
    with transaction() as session:
        service.publish(session, admin, numbered(1))
        service.publish(session, admin, numbered(2, title="试用二"))
    with reading() as session:
        first, second = service.program(session, "trial", 1), service.program(session, "trial", 2)
        assert first is not None
        assert second is not None
        assert (first.form.title, second.form.title) == ("试用", "试用二")
        assert service.current(session, "trial").version == 2
        assert service.program(session, "trial", 3) is None
        assert service.version(session, "unknown", 1) is None
        with pytest.raises(NotFound):
            service.current(session, "unknown")


def test_a_version_published_meanwhile_is_found():
    """Another process publishes: what was not known a moment ago is not remembered as unknown."""
    with reading() as session:
        assert service.program(session, "trial", 1) is None
    with transaction() as session:
        assert service.program(session, "trial", 1) is None
        service.publish(session, None, numbered(1))
        assert service.program(session, "trial", 1) is not None


def test_phones_get_every_version():
    with transaction() as session:
        service.publish(session, None, numbered(1))
        service.publish(session, None, numbered(2))
    with reading() as session:
        told = service.PULL_TYPES["form"](session, ["trial@1", "trial@2", "trial@9"])
    assert {name: version for name, (version, _) in told.items()} == {"trial@1": 1, "trial@2": 2}
    assert told["trial@1"][1] == service.check(FORM).body()


def test_only_who_may_publishes_and_it_is_written_down():
    admin = actor(Role.ADMIN)
    with transaction() as session, pytest.raises(NotAllowed):
        service.publish(session, actor(Role.VILLAGE), numbered(1))
    with transaction() as session:
        service.publish(session, admin, numbered(1))
    with reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "form.published")).one()
        assert (entry.actor_id, entry.subject_id) == (admin.id, "trial@1")


@pytest.mark.parametrize("version", [1, 3])
def test_versions_follow_each_other(version):
    admin = actor(Role.ADMIN)
    with transaction() as session:
        service.publish(session, admin, numbered(1))
    with transaction() as session, pytest.raises(Conflict):
        service.publish(session, admin, numbered(version))


def test_a_bad_form_changes_nothing():
    with transaction() as session:
        service.publish(session, None, numbered(1))
    with transaction() as session, pytest.raises(BadInput):
        service.publish(session, None, numbered(2, sections=[]))
    with reading() as session:
        assert service.current(session, "trial").version == 1


def test_the_countys_own_newer_version_stays_handed_out(monkeypatch):
    shipped = service.check(numbered(2))
    with transaction() as session:
        for version in (1, 2, 3):
            service.publish(session, actor(Role.ADMIN), numbered(version, title=f"县里第{version}版"))
        session.delete(session.get(Form, ("trial", 2)))
    monkeypatch.setattr(service, "catalog", lambda: [shipped])
    assert service.load_catalog_at_start() == ["trial@2"]
    with reading() as session:
        assert service.current(session, "trial").version == 3
        assert service.version(session, "trial", 2) == shipped


def test_a_shipped_version_the_county_changed_stays_the_countys(monkeypatch):
    with transaction() as session:
        service.publish(session, None, numbered(1, title="县里的"))
    monkeypatch.setattr(service, "catalog", lambda: [service.check(FORM)])
    assert service.load_catalog_at_start() == []
    with reading() as session:
        assert service.current(session, "trial").title == "县里的"


def test_visits_that_waited_for_a_version_are_told_of_it(monkeypatch):
    told: list[list[str]] = []
    monkeypatch.setattr(service, "arrived", lambda _session, references: told.append(list(references)))
    with transaction() as session:
        service.publish(session, None, numbered(1))
    assert told == [["form:trial@1"]]
