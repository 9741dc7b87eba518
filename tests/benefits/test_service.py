"""Enrolments on both databases: beginning, stopping, changing, who may, accounts."""

from datetime import date

import pytest
from sqlalchemy import select

from app.accounts.rules import ROLE_PERMISSIONS, Permission, Role
from app.benefits import office_service, rules, service
from app.benefits.schemas import ChangeIn, EnrolIn, ReviewIn, StopIn
from app.db import reading, transaction
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.households import register_service as register
from models.audit import AuditEntry
from models.benefits import Enrolment, EnrolmentChange
from models.feed import FeedRow
from models.households import PersonTag
from tests import makers
from tests.benefits.stage import LATER, MONTH, NEXT, elder, enrol, home_of_three, roll
from tests.makers import FAR_VILLAGE, TOWN


def tags(person_id):
    with reading() as session:
        return session.execute(
            select(PersonTag.tag, PersonTag.from_on, PersonTag.to_on).where(PersonTag.person_id == person_id)
        ).all()


def test_somebody_begins_and_the_mark_begins_with_the_month(clerk):
    with transaction() as session:
        person = makers.person(session, makers.household(session))
        row = service.start(session, clerk, person.id, EnrolIn(
            programme="disability_care", from_month=MONTH, why="县里批准", account="6222021234567890123"
        ))  # fmt: skip
        told = session.scalars(select(FeedRow.type).where(FeedRow.row_id.in_([row.id, person.id]))).all()
    with reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "enrolment.added")).one()
        kept = session.get_one(Enrolment, row.id)
    assert kept.account == "6222021234567890123"
    assert "6222021234567890123" not in str(entry.after)
    assert (entry.reason, entry.after["person"]) == ("县里批准", person.id)
    assert tags(person.id) == [("disability_care", date(2026, 6, 1), None)]
    assert sorted(told) == ["enrolment", "person"]


def test_a_stop_ends_the_mark_the_day_before_and_stays_readable(clerk):
    with transaction() as session:
        person, _ = elder(session, "甲")
        given = EnrolIn(programme="disability_care", from_month="2026-01", why="县里批准")
        row = service.start(session, clerk, person.id, given)
        service.stop(session, clerk, row.id, StopIn(to_month=MONTH, reason="残疾证到期", note="没换证"), row.version)
    assert tags(person.id) == [("disability_care", date(2026, 1, 1), date(2026, 5, 31))]
    with reading() as session:
        kept = session.get_one(Enrolment, row.id)
        assert (kept.state, kept.to_month, kept.stop_reason) == ("stopped", MONTH, "残疾证到期：没换证")
    with transaction() as session, pytest.raises(BadInput) as caught:
        service.stop(session, clerk, row.id, StopIn(to_month=NEXT, reason="死亡"), kept.version)
    assert caught.value.code == "stopped"
    with transaction() as session:
        again = service.start(session, clerk, person.id, EnrolIn(**given.model_dump() | {"from_month": MONTH}))
        assert again.id != row.id


def test_a_whole_certificate_stops_or_one_of_its_people(clerk):
    with transaction() as session:
        rows = home_of_three(session)
        service.stop(session, clerk, rows[2].id, StopIn(to_month=MONTH, reason="服刑"), 1)
    assert [line.people for line in roll(clerk, "dibao")[0]] == [2]
    with transaction() as session:
        service.stop(session, clerk, rows[0].id, StopIn(to_month=NEXT, reason="收入超标", whole=True), 1)
    assert roll(clerk, "dibao", NEXT)[2] == [("甲", ["stopped"])]
    with reading() as session:
        assert [session.get_one(Enrolment, row.id).to_month for row in rows] == [NEXT, NEXT, MONTH]


def test_a_certificate_stops_and_changes_as_a_whole_although_one_of_it_stops_later(clerk):
    with transaction() as session:
        rows = home_of_three(session)
        service.stop(session, clerk, rows[2].id, StopIn(to_month=LATER, reason="服刑"), 1)
        service.change(session, clerk, rows[0].id, ChangeIn(month=MONTH, amount_fen=80000, why="重新核定"), 1)
    with reading() as session:
        assert {session.get_one(Enrolment, row.id).amount_fen for row in rows} == {80000}
    with transaction() as session:
        service.stop(session, clerk, rows[0].id, StopIn(to_month=NEXT, reason="收入超标", whole=True), 2)
    assert roll(clerk, "dibao", NEXT)[2] == [("甲", ["stopped"])]
    with reading() as session:
        assert {session.get_one(Enrolment, row.id).to_month for row in rows} == {NEXT}


def test_what_has_come_to_its_month_is_stopped_although_its_state_says_otherwise(clerk):
    """Rolls write 在保 beside a month of stopping; what they call in force by then is not."""
    with transaction() as session:
        rows = home_of_three(session, to_month=MONTH)
        other = elder(session, "丁", to_month=MONTH)[1]
        shown = office_service.person_page(session, clerk, rows[1].person_id).enrolments
        assert [(one.running, one.changeable) for one in shown] == [(False, False)]
    for act, *given in (
        (service.review, rows[1].id, ReviewIn(on=register.today(), outcome="keep", why="没有变")),
        (service.stop, rows[1].id, StopIn(to_month=LATER, reason="收入超标", whole=True)),
        (service.change, other.id, ChangeIn(month="2026-05", why="改正", amount_fen=1)),
    ):  # fmt: skip
        with transaction() as session, pytest.raises(BadInput) as caught:
            act(session, clerk, *given, 1)
        assert caught.value.code == "stopped"


def test_a_whole_certificate_stops_with_the_row_at_hand_although_that_was_to_stop_earlier(clerk):
    month = rules.month_of(register.today())
    earlier, later = rules.shifted(month, 1), rules.shifted(month, 3)
    with transaction() as session:
        rows = home_of_three(session)
        rows[1].to_month = earlier
        session.flush()
        service.stop(session, clerk, rows[1].id, StopIn(to_month=later, reason="收入超标", whole=True), 1)
    with reading() as session:
        kept = session.scalars(select(Enrolment)).all()
    assert {(one.state, one.to_month, one.stop_reason) for one in kept} == {("stopped", later, "收入超标")}


@pytest.mark.parametrize("by_review", [False, True])
def test_who_is_to_stop_keeps_that_when_the_certificate_is_eased(clerk, by_review):
    month = rules.month_of(register.today())
    with transaction() as session:
        rows = home_of_three(session, band="A")
        later = StopIn(to_month=rules.shifted(month, 3), reason="服刑")
        service.stop(session, clerk, rows[2].id, later, 1)
        if by_review:
            data = ReviewIn(on=register.today(), outcome="easing", month=month, why="收入高了一点")
            service.review(session, clerk, rows[0].id, data, 1)
        else:
            service.change(session, clerk, rows[0].id, ChangeIn(month=month, state="easing", why="收入高了一点"), 1)
    with reading() as session:
        kept = [session.get_one(Enrolment, row.id) for row in rows]
        said = session.scalars(select(AuditEntry).where(AuditEntry.action == "enrolment.changed")).all()
    assert [one.state for one in kept] == ["easing", "easing", "stopped"]
    assert (kept[2].to_month, kept[2].stop_reason) == (later.to_month, "服刑")
    assert {one.subject_id for one in said} == {rows[0].id, rows[1].id}


def test_a_new_amount_counts_from_its_month_for_the_whole_certificate(clerk):
    with transaction() as session:
        rows = home_of_three(session)
        service.change(session, clerk, rows[1].id, ChangeIn(month=NEXT, why="收入核定", amount_fen=60000), 1)
    assert roll(clerk, "dibao", MONTH)[1].amount_fen == 90000
    lines, found, told, _ = roll(clerk, "dibao", NEXT)
    assert (found.amount_fen, told) == (60000, [("甲", ["amount"])])
    assert lines[0].reasons == ["金额变了：收入核定，900 元 → 600 元"]
    with transaction() as session:
        service.change(session, clerk, rows[1].id, ChangeIn(month=NEXT, why="写错了", amount_fen=65000), 2)
        assert len(session.scalars(select(EnrolmentChange)).all()) == 3
        with pytest.raises(BadInput) as caught:
            service.change(session, clerk, rows[1].id, ChangeIn(month=MONTH, why="补记", amount_fen=1), 3)
    assert caught.value.code == "later_change"
    assert roll(clerk, "dibao", MONTH)[1].amount_fen == 90000


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"programme": "old_allowance"}, "exists"), ({"programme": "dibao", "amount_fen": 1}, "bad_input"),
        ({"programme": "dibao", "certificate": "D1"}, "bad_input"),
    ],
)  # fmt: skip
def test_what_cannot_begin_is_refused_with_a_sentence(clerk, given, code):
    with transaction() as session:
        person, _ = elder(session, "甲")
        with pytest.raises((BadInput, Conflict)) as caught:
            service.start(session, clerk, person.id, EnrolIn(**{"from_month": MONTH, "why": "批准"} | given))
    assert caught.value.code == code


def test_who_is_destitute_or_dead_begins_nothing_that_excludes_it(clerk):
    given = {"from_month": MONTH, "why": "批准"}
    with transaction() as session:
        person, _ = elder(session, "甲")
        enrol(session, person, "tekun")
        with pytest.raises(Conflict) as caught:
            service.start(session, clerk, person.id, EnrolIn(programme="disability_care", **given))
        assert caught.value.code == "excluded"
        gone, _ = elder(session, "乙")
        gone.died_on = date(2026, 5, 31)
        with pytest.raises(BadInput) as caught:
            service.start(session, clerk, gone.id, EnrolIn(programme="disability_care", **given))
        assert caught.value.code == "dead"


@pytest.mark.parametrize("role", list(Role))
def test_only_clerk_and_section_write_and_only_in_their_area(clerk, role):
    with transaction() as session:
        person, row = elder(session, "甲")
        low = enrol(session, makers.person(session, makers.household(session)), "dibao")
        mine, other = makers.user(session, role, (TOWN,)), makers.user(session, role, (FAR_VILLAGE,))
        acts = (
            (service.start, person.id, EnrolIn(programme="tekun", from_month=MONTH, why="批准")),
            (service.stop, row.id, StopIn(to_month=MONTH, reason="死亡"), 1),
            (service.change, row.id, ChangeIn(month=MONTH, why="改正", amount_fen=1), 1),
            (service.review, low.id, ReviewIn(on=date(2026, 6, 1), outcome="keep", why="没有变"), 1),
        )
        writes = role in (Role.TOWN_CLERK, Role.SECTION)
        assert (Permission.BENEFITS_WRITE in ROLE_PERMISSIONS[role]) is writes
        for act, *given in acts:
            with pytest.raises(NotFound if writes else NotAllowed):
                act(session, other if writes else mine, *given)
        if writes:
            assert service.start(session, mine, person.id, acts[0][2]).programme == "tekun"


def test_an_account_shows_for_a_reason_that_is_written_down(clerk):
    with transaction() as session:
        person, row = elder(session, "甲", account="6222021234567890123")
        far = makers.user(session, Role.TOWN_CLERK, (makers.OTHER_TOWN,))
    with transaction() as session:
        with pytest.raises(BadInput):
            service.account(session, clerk, row.id, "")
        with pytest.raises(NotFound):
            service.account(session, far, row.id, "benefit")
        assert service.account(session, clerk, row.id, "benefit") == "6222021234567890123"
    with reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "person.unmasked")).one()
    assert (entry.subject_id, entry.reason, entry.after) == (person.id, "办理待遇", {"field": "benefit_account"})
