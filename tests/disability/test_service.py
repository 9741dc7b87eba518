"""The register of certificates on both databases: taking in, renewing, services, both allowances, the list."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.rules import Role
from app.db import new_id, reading, transaction, utcnow
from app.disability import office_service, service
from app.disability.schemas import CertificateIn, ServiceIn
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.households import service as households
from models.audit import AuditEntry
from models.benefits import Enrolment
from models.disability import DisabilityCertificate
from models.households import PersonTag
from tests import makers
from tests.makers import COUNTY, OTHER_TOWN, TOWN, VILLAGE

ID = "349927198501196307"
TODAY = service.register.today()


@pytest.fixture
def clerk(database):
    with transaction() as session:
        makers.divisions(session)
        return makers.user(session, Role.TOWN_CLERK, (TOWN,))


def somebody(session, actor, name="韩云美", number=ID, **more):
    home = makers.household(session, VILLAGE, name, **more.pop("home", {}))
    person = makers.person(session, home, name, id_number=number, **{"born_on": None} | more)
    return person, home


def holder(session, actor, tail="42", name="韩云美", **more):
    person, home = somebody(session, actor, name, **more.pop("person", {}))
    given = {"number": (person.id_number or ID) + tail, "open_ended": True, "care_needed": True} | more
    row = service.enter(session, actor, person.id, CertificateIn(**given))
    for one in (row, person, home):
        session.refresh(one)
    return row, person, home


def enrol(session, person, programme, **more):
    row = Enrolment(id=new_id(), person_id=person.id, household_id=person.household_id, division=person.division,
                    programme=programme, from_month="2020-01", created_at=utcnow(), updated_at=utcnow(),
                    **more)  # fmt: skip
    session.add(row)
    session.flush()
    return row


def view(actor, row_id):
    with reading() as session:
        return office_service.person_page(session, actor, service.get(session, actor, row_id))


def test_category_and_grade_come_from_the_number(clerk):
    with transaction() as session:
        row, person, _ = holder(session, clerk, "63B1")
        assert (row.category, row.grade, row.number) == (6, 3, f"{ID}63B1")
        marks = session.scalars(select(PersonTag.tag).where(PersonTag.person_id == person.id)).all()
    with reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "disability.added")).one()
    assert marks == ["disabled"]
    assert ID not in str(entry.after)
    assert view(clerk, row.id).kind == "精神三级"
    assert ID not in str(view(clerk, row.id))


@pytest.mark.parametrize("tail", ["", "4", "83", "45", "73"])
def test_a_number_that_cannot_be_is_refused_with_a_sentence(clerk, tail):
    with transaction() as session:
        person, _ = somebody(session, clerk)
        with pytest.raises(BadInput) as caught:
            service.enter(session, clerk, person.id, CertificateIn(number=ID + tail, open_ended=True))
    assert caught.value.details[0].message.endswith("。")


def test_the_first_eighteen_are_the_persons_own(clerk):
    with transaction() as session:
        person, _ = somebody(session, clerk, number="349927194001010010")
        with pytest.raises(BadInput) as caught:
            service.enter(session, clerk, person.id, CertificateIn(number=f"{ID}42", open_ended=True))
    assert [one.code for one in caught.value.details] == ["not_the_id"]


def test_a_certificate_is_renewed_and_taken_off(clerk):
    with transaction() as session:
        row, person, _ = holder(session, clerk, valid_to=TODAY - timedelta(days=1), open_ended=False)
        row_id, version = row.id, row.version
        renewed = CertificateIn(valid_to=TODAY + timedelta(days=3650), issued_on=TODAY, care_needed=True)
    assert view(clerk, row_id).state == "expired"
    with transaction() as session:
        service.change(session, clerk, row_id, renewed, version)
        with pytest.raises(Conflict):
            service.change(session, clerk, row_id, renewed, version)
    assert view(clerk, row_id).state == "valid"
    with transaction() as session:
        service.leave(session, clerk, row_id, "证注销")
        open_marks = select(PersonTag).where(PersonTag.person_id == person.id, PersonTag.to_on.is_(None))
        assert session.scalars(open_marks).all() == []
        with pytest.raises(NotFound):
            service.get(session, clerk, row_id)
        assert service.enter(session, clerk, person.id, CertificateIn(number=f"{ID}41", open_ended=True)).id == row_id
        with pytest.raises(Conflict):
            service.enter(session, clerk, person.id, CertificateIn(number=f"{ID}41", open_ended=True))


def test_dates_must_follow_each_other(clerk):
    with transaction() as session:
        person, _ = somebody(session, clerk)
        for wrong in (
            {"issued_on": TODAY + timedelta(days=1), "open_ended": True},
            {"issued_on": TODAY, "valid_to": TODAY - timedelta(days=1)},
            {},
        ):
            with pytest.raises(BadInput):
                service.enter(session, clerk, person.id, CertificateIn(number=f"{ID}42", **wrong))


def test_both_allowances_beside_what_is_drawn(clerk):
    with transaction() as session:
        row, person, _ = holder(session, clerk)
        enrol(session, person, "dibao")
        enrol(session, person, "disability_living", amount_fen=8000)
        row_id = row.id
    living, care = view(clerk, row_id).allowances
    assert (living.words, living.drawn) == ("该领，在领", "80 元一个月，2020-01 起")
    assert (care.words, care.missing) == ("该领，没领", True)
    assert care.standard
    with reading() as session:
        assert office_service.listing(session, clerk, only="missing").total == 1
        assert office_service.listing(session, clerk, only="too_much").total == 0
    with transaction() as session:
        enrol(session, person, "tekun")
    assert [one.too_much for one in view(clerk, row_id).allowances] == [True, False]
    with reading() as session:
        assert office_service.listing(session, clerk, only="too_much").total == 1


def test_who_stopped_or_is_not_counted_draws_nothing(clerk):
    with transaction() as session:
        row, person, _ = holder(session, clerk)
        enrol(session, person, "dibao", counted=False)
        enrol(session, person, "disability_care", state="stopped")
        enrol(session, person, "disability_living", to_month="2021-01")
        row_id = row.id
    assert [one.words for one in view(clerk, row_id).allowances] == ["不在范围，没领", "该领，没领"]


def test_who_stops_in_a_month_to_come_draws_until_then(clerk):
    with transaction() as session:
        row, person, _ = holder(session, clerk)
        enrol(session, person, "disability_care", state="stopped", to_month="2099-01", amount_fen=8000)
        row_id = row.id
    assert view(clerk, row_id).allowances[1].words.endswith("在领")


def test_the_list_is_narrowed(clerk):
    with transaction() as session:
        holder(session, clerk, name="过期", valid_to=TODAY - timedelta(days=1), open_ended=False)
        holder(session, clerk, name="快到", valid_to=TODAY + timedelta(days=100), open_ended=False)
        row, _, home = holder(session, clerk, name="长期")
        service.add_care(session, clerk, row.id, ServiceIn(mode="at_home", from_on=TODAY, hours_month=20))
        row.number, code = f"{ID}52", home.code
        session.flush()

    def names(only="", **more):
        with reading() as session:
            return [one.name for one in office_service.listing(session, clerk, only=only, **more).rows]

    assert names("expired") == ["过期"]
    assert names("ending") == ["快到"]
    assert names("service") == ["长期"]
    assert names("problem") == ["长期"]
    assert names(text="长") == ["长期"]
    assert names(text=code) == ["长期"]
    assert names(text="%") == []
    assert names(village=OTHER_TOWN) == []
    assert len(names()) == 3


def test_a_service_begins_and_ends(clerk):
    with transaction() as session:
        row, _, _ = holder(session, clerk)
        made = service.add_care(session, clerk, row.id, ServiceIn(mode="day", provider="日间中心", from_on=TODAY,
                                                                 hours_month=40, fee_fen=30000))  # fmt: skip
        with pytest.raises(BadInput):
            service.end_care(session, clerk, made.id, TODAY - timedelta(days=1))
        wrong = ServiceIn(mode="day", from_on=TODAY, to_on=TODAY - timedelta(days=1))
        with pytest.raises(BadInput):
            service.add_care(session, clerk, row.id, wrong)
        row_id = row.id
    assert [(one.mode, one.extent, one.running) for one in view(clerk, row_id).services] == [
        ("日间照料", "每月 40 小时，每月 300 元", True)
    ]
    with transaction() as session:
        service.end_care(session, clerk, made.id, TODAY)
    assert view(clerk, row_id).services[0].days.endswith("日")


def test_nobody_reaches_beyond_the_own_area(clerk):
    with transaction() as session:
        row, person, home = holder(session, clerk)
        care = service.add_care(session, clerk, row.id, ServiceIn(mode="day", from_on=TODAY))
        far = makers.user(session, Role.TOWN_CLERK, (OTHER_TOWN,))
        official = makers.user(session, Role.PAIRED, ())
        supervisor = makers.user(session, Role.SUPERVISOR, (COUNTY,))
        auditor = makers.user(session, Role.AUDITOR, ())
        data = CertificateIn(number=f"{ID}42", open_ended=True)
        for work in (
            lambda: service.get(session, far, row.id),
            lambda: service.enter(session, far, person.id, data),
            lambda: service.change(session, far, row.id, data, 1),
            lambda: service.add_care(session, far, row.id, ServiceIn(mode="day", from_on=TODAY)),
            lambda: service.end_care(session, far, care.id, TODAY),
            lambda: service.leave(session, far, row.id, "试一试"),
            lambda: service.get(session, official, row.id),
        ):
            with pytest.raises(NotFound):
                work()
        for reader in (supervisor, official):
            with pytest.raises(NotAllowed):
                service.end_care(session, reader, care.id, TODAY)
        with pytest.raises(NotAllowed):
            office_service.listing(session, auditor)
        assert office_service.listing(session, far).total == 0
        assert office_service.listing(session, official).total == 0
        makers.pair(session, official, home, TODAY)
        assert office_service.listing(session, official).total == 1
        assert office_service.listing(session, supervisor).total == 1


def test_a_childs_record_opens_with_a_reason(clerk):
    with transaction() as session:
        row, person, _ = holder(session, clerk, person={"born_on": TODAY - timedelta(days=3000), "number": None})
        row_id = row.id
    assert view(clerk, row_id).closed
    with reading() as session:
        assert office_service.listing(session, clerk).rows[0].kind == "点开才看"
    with transaction() as session:
        households.open_child(session, clerk, person.id, "benefit")
    assert view(clerk, row_id).kind == "肢体二级"
    with reading() as session:
        assert session.get(DisabilityCertificate, row_id).number.startswith(ID)
