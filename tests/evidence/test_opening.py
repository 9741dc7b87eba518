"""Looking at a home outside one's area: with a reason, for three hours, told to the section, and never to write."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.db import SHANGHAI, transaction, utcnow
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.evidence import opening_service as opening
from app.households import looking_service, office_service, service
from app.households.schemas import HouseholdChange
from app.visits import office_service as visits
from models.audit import AuditEntry
from models.evidence import BreakGlass
from tests import makers
from tests.sync.pushing import push

TODAY = utcnow().astimezone(SHANGHAI).date()


@pytest.fixture
def county(database):
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        clerk = makers.user(session, "town_clerk", (makers.OTHER_TOWN,), name="周海燕")
        head = makers.user(session, "section", (makers.COUNTY,))
        cadre = makers.user(session)
        home = makers.household(session, code="H7")
        person = makers.person(session, home, phone="15400000001")
    visit = makers.command("visit", makers.visit(home.id))
    assert push(cadre, visit)[0]["status"] == "stored"
    return clerk, head, home, person, visit["id"]


def test_it_opens_reading_for_three_hours_and_nothing_else(county):
    clerk, head, home, person, visit = county
    now = utcnow()
    with transaction() as session, pytest.raises(NotFound):
        office_service.household_page(session, clerk, home.id, TODAY)
    with transaction() as session:
        made = opening.open_(session, clerk, "H7", "突发急难：老人不见了", now)
        assert made.until - made.from_at == timedelta(hours=3)
    with transaction() as session:
        assert office_service.household_page(session, clerk, home.id, TODAY).name == home.name
        assert service.unmask(session, clerk, person.id, "phone", "找人") == "15400000001"
        assert visits.visit_page(session, clerk, visit, TODAY).household_id == home.id
        assert [one.id for one in visits.list_visits(session, clerk, TODAY, household=home.id).rows] == [visit]
        assert visits.list_visits(session, clerk, TODAY).rows == []
        assert office_service.list_households(session, clerk, TODAY).rows == []
        with pytest.raises(NotFound):
            service.change_household(session, clerk, home.id, HouseholdChange(name="别人"), home.version)
    with transaction() as session:
        told = looking_service.looks(session, head, home.id, TODAY)
        assert [(one.who, one.why) for one in told] == [
            ("周海燕（乡镇经办）", "找人"), ("周海燕（乡镇经办）", "突发急难：老人不见了"),
        ]  # fmt: skip


def test_it_ends_by_itself_or_by_hand(county):
    clerk, _, home, person, visit = county
    with transaction() as session:
        made = opening.open_(session, clerk, "H7", "处理投诉", utcnow())
    with transaction() as session:
        opening.close(session, clerk, made.id, utcnow())
    with transaction() as session, pytest.raises(NotFound):
        office_service.household_page(session, clerk, home.id, TODAY)
    with transaction() as session:
        opening.open_(session, clerk, "H7", "处理投诉", utcnow())
    with transaction() as session:
        session.execute(update(BreakGlass).values(until=utcnow() - timedelta(seconds=1)))
    for look in (
        lambda session: office_service.household_page(session, clerk, home.id, TODAY),
        lambda session: service.unmask(session, clerk, person.id, "phone", "找人"),
        lambda session: visits.visit_page(session, clerk, visit, TODAY),
        lambda session: opening.close(session, clerk, made.id, utcnow()),
    ):
        with transaction() as session, pytest.raises(NotFound):
            look(session)


def test_the_section_is_told_and_nobody_else(county):
    clerk, head, _, _, _ = county
    with transaction() as session:
        made = opening.open_(session, clerk, "H7", "核实疑点", utcnow())
        elsewhere = makers.user(session, "section", ("349928",))
    with transaction() as session:
        assert opening.waiting(session, head, utcnow())
        assert [one.why for one in opening.to_see(session, head, utcnow())] == ["核实疑点"]
        assert not opening.waiting(session, elsewhere, utcnow())
        assert opening.to_see(session, clerk, utcnow()) == []
        with pytest.raises(NotFound):
            opening.seen(session, elsewhere, made.id, utcnow())
        with pytest.raises(NotAllowed):
            opening.seen(session, clerk, made.id, utcnow())
        opening.seen(session, head, made.id, utcnow())
    with transaction() as session:
        assert not opening.waiting(session, head, utcnow())
        said = session.scalars(select(AuditEntry.action).where(AuditEntry.subject_type == "household")).all()
        assert {"household.opened", "household.opening_seen"} <= set(said)


def test_what_it_takes(county):
    clerk, head, _, _, _ = county
    with transaction() as session:
        cadre = makers.user(session)
        for actor, code, reason, problem in (
            (clerk, "H7", " ", BadInput),
            (clerk, "nobody", "处理投诉", NotFound),
            (head, "H7", "处理投诉", Conflict),
            (cadre, "H7", "处理投诉", NotAllowed),
        ):
            with pytest.raises(problem):
                opening.open_(session, actor, code, reason, utcnow())
