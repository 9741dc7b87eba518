"""The register of the destitute on both databases: taking in, assessing, reviewing, claims, the list, the roll."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from app.accounts.rules import Role
from app.db import SHANGHAI, new_id, reading, transaction, utcnow
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.hardship import fee_service, office_service, rules, service
from app.hardship.schemas import AssessmentIn, ClaimIn, HardshipIn
from app.households import finding_service
from app.households import service as households
from app.settings import service as settings
from models.agreements import Agreement
from models.audit import AuditEntry
from models.benefits import Enrolment, Payment
from models.hardship import Hardship
from models.households import Person, PersonTag
from tests import makers
from tests.makers import COUNTY, FAR_VILLAGE, OTHER_TOWN, TOWN, VILLAGE

WELL = dict.fromkeys(rules.INDICATORS, True)
HALF = WELL | {"walks": False, "bathes": False}
WORST = dict.fromkeys(rules.INDICATORS, False)
TODAY = service.register.today()


@pytest.fixture
def clerk(database):
    with transaction() as session:
        makers.divisions(session)
        return makers.user(session, Role.TOWN_CLERK, (TOWN,))


def destitute(session, actor, name="韩云美", *, village=VILLAGE, able=None, **more):
    home = makers.household(session, village, name)
    person = makers.person(session, home, name, **{"born_on": date(1945, 5, 1)} | more.pop("person", {}))
    row = service.enter(session, actor, person.id, HardshipIn(**{"support": "home"} | more))
    if able:
        service.assess(session, actor, row.id, AssessmentIn(on=TODAY - timedelta(days=5), **able))
    for one in (row, person, home):
        session.refresh(one)
    return row, person, home


def tags_of(session, person_id):
    rows = session.scalars(select(PersonTag).where(PersonTag.person_id == person_id, PersonTag.to_on.is_(None)))
    return {row.tag for row in rows}


def view(actor, row):
    with reading() as session:
        return office_service.person_page(session, actor, service.get(session, actor, row.id))


def test_the_grade_follows_and_the_history_stays(clerk):
    with transaction() as session:
        row, person, _ = destitute(session, clerk, able=HALF)
        service.assess(session, clerk, row.id, AssessmentIn(on=TODAY, **WORST))
        service.assess(session, clerk, row.id, AssessmentIn(on=TODAY - timedelta(days=400), **WELL))
        assert tags_of(session, person.id) == {"tekun", "tekun_home"}
    shown = view(clerk, row)
    assert shown.grade == "完全丧失生活自理能力"
    assert [one.grade for one in shown.history] == ["完全丧失生活自理能力", "部分丧失生活自理能力", "具备生活自理能力"]
    assert shown.history[1].cannot == "室内走动、洗澡"
    assert shown.history[0].who == clerk.name
    assert "grade" not in AssessmentIn.model_fields
    assert "grade" not in Hardship.model_fields


def test_a_written_grade_is_shown_beside_the_derived_one(clerk):
    with transaction() as session:
        row, _, _ = destitute(session, clerk, able=HALF)
        session.get(Hardship, row.id).grade_written = "具备生活自理能力"
    shown = view(clerk, row)
    assert (shown.grade, shown.grade_written, shown.differs) == ("部分丧失生活自理能力", "具备生活自理能力", True)
    with reading() as session:
        page, _ = office_service.listing(session, clerk, only="differs")
    assert [one.name for one in page.rows] == ["韩云美"]


def test_who_goes_to_an_institution_is_marked_otherwise_and_comes_back(clerk):
    with transaction() as session:
        row, person, _ = destitute(session, clerk)
        with pytest.raises(BadInput):
            service.change(session, clerk, row.id, HardshipIn(support="institution"), row.version)
        changed = HardshipIn(support="institution", institution="高士敬老院", wish="willing", asked_on=TODAY)
        service.change(session, clerk, row.id, changed, row.version)
        assert tags_of(session, person.id) == {"tekun"}
        with pytest.raises(Conflict):
            service.change(session, clerk, row.id, changed, 1)
        service.leave(session, clerk, row.id, "投靠女儿")
        assert tags_of(session, person.id) == set()
        row_id = row.id
    with reading() as session:
        assert office_service.listing(session, clerk)[0].total == 0
        with pytest.raises(NotFound):
            service.get(session, clerk, row_id)
    with transaction() as session:
        again = service.enter(session, clerk, person.id, HardshipIn(support="home"))
        assert again.id == row_id
        with pytest.raises(Conflict):
            service.enter(session, clerk, person.id, HardshipIn(support="home"))
        verbs = session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == row_id)).all()
    assert {"hardship.added", "hardship.changed", "hardship.left"} <= set(verbs)


def test_a_date_that_cannot_be_is_refused(clerk):
    with transaction() as session:
        row, _, _ = destitute(session, clerk)
        for wrong in (TODAY + timedelta(days=1), TODAY - timedelta(days=5000)):
            with pytest.raises(BadInput):
                service.assess(session, clerk, row.id, AssessmentIn(on=wrong, **WELL))
        with pytest.raises(BadInput, match="先评估"):
            service.review(session, clerk, row.id, TODAY)


def test_the_rates_and_how_many_must_move(clerk):
    with transaction() as session:
        county = makers.user(session, Role.SECTION, (COUNTY,))
        for number in range(3):
            destitute(session, clerk, f"在家{number}", able=HALF)
        destitute(session, clerk, "想去", able=WORST, wish="willing")
        destitute(session, clerk, "在院", able=WORST, wish="willing", support="institution", institution="敬老院")
        destitute(session, clerk, "能自理", able=WELL)
        other = makers.user(session, Role.TOWN_CLERK, (OTHER_TOWN,))
        destitute(session, other, "远处", village=FAR_VILLAGE, able=HALF, support="institution", institution="敬老院")
    with reading() as session:
        _, rates = office_service.listing(session, county)
        _, mine = office_service.listing(session, clerk)
    assert [(one.code, one.unable, one.housed, one.to_move, one.asked) for one in rates] == [
        (COUNTY, 6, 2, 1, 1), (TOWN, 5, 1, 2, 1), (OTHER_TOWN, 1, 1, 0, 0),
    ]  # fmt: skip
    assert [one.reached for one in rates] == [False, False, True]
    assert (rates[0].percent, rates[0].at_least) == ("33.3%", "50%")
    assert [one.code for one in mine] == [TOWN]
    with reading() as session:
        cadre = makers.user(session, Role.VILLAGE, (VILLAGE,))
        assert office_service.listing(session, cadre)[1] == []
        narrowed, rates_then = office_service.listing(session, clerk, village=FAR_VILLAGE)
    assert (narrowed.total, rates_then) == (0, mine)
    with transaction() as session:
        settings.set_value(session, None, "hardship.institution_share", 0.2, TODAY, source="县文件")
    with reading() as session:
        assert office_service.listing(session, county)[1][0].to_move == 0


def test_the_list_is_narrowed_to_what_is_to_be_done(clerk):
    with transaction() as session:
        destitute(session, clerk, "该去", able=HALF)
        _, _, home = destitute(session, clerk, "去过", able=WELL)
        home.last_visit_on, home.last_visit_id = TODAY, new_id()
        destitute(session, clerk, "没评估")

    def names(only):
        with reading() as session:
            return [one.name for one in office_service.listing(session, clerk, only=only)[0].rows]

    assert names("unknown") == ["没评估"]
    assert names("unable") == ["该去"]
    assert set(names("look_in")) == {"该去", "没评估"}
    assert names("review") == ["没评估"]
    assert set(names("no_care")) == {"去过", "没评估", "该去"}
    with reading() as session:
        assert office_service.listing(session, clerk, text="去过")[0].total == 1
        assert office_service.listing(session, clerk, village=FAR_VILLAGE)[0].total == 0


def test_a_visit_that_finds_another_grade_asks_for_a_review(clerk):
    said = {"value": ["eats", "dresses", "gets_up", "toilet"], "at": utcnow().isoformat(), "visit": "v1", "by": "u"}
    with transaction() as session:
        row, _, _ = destitute(session, clerk, able=HALF, person={"ledger": {"hardship.cannot": said}})
    shown = view(clerk, row)
    assert "完全丧失" in shown.change_due
    assert shown.told_visit_id == "v1"
    with transaction() as session:
        service.assess(session, clerk, row.id, AssessmentIn(on=TODAY, **WORST))
    assert view(clerk, row).change_due == ""


def test_the_carer_stands_in_the_agreement(clerk):
    with transaction() as session:
        row, person, home = destitute(session, clerk, able=HALF)
        assert view_problem(session, clerk, row) == "还没签照料协议"
        session.add(Agreement(
            id=new_id(), kind="care", person_id=person.id, household_id=home.id, division=home.division,
            carer_name="黄蓉洁", carer_number="349927195002142182", carer_phone="15400000009",
            from_on=TODAY - timedelta(days=300), to_on=TODAY + timedelta(days=10), created_at=utcnow(),
            updated_at=utcnow(),
        ))  # fmt: skip
    shown = view(clerk, row)
    assert (shown.carer, shown.carer_phone) == ("黄蓉洁", "154****0009")
    assert "快到期" in shown.agreement_problem
    assert "岁" in shown.agreement_problem


def view_problem(session, actor, row):
    return office_service.person_page(session, actor, service.get(session, actor, row.id)).agreement_problem


def test_the_roll_of_a_quarter(clerk):
    quarter = fee_service.quarters(TODAY)[1]
    first, last = rules.quarter_days(quarter)
    with transaction() as session:
        row, person, home = destitute(session, clerk, "甲", able=WORST)
        service.assess(session, clerk, row.id, AssessmentIn(on=last, **HALF))
        second = rules.months_later(first, 1).isoformat()[:7]
        session.add_all([
            Agreement(id=new_id(), kind="care", person_id=person.id, household_id=home.id, division=home.division,
                      carer_name="黄蓉洁", from_on=first, open_ended=True, created_at=utcnow(), updated_at=utcnow()),
            Enrolment(id=new_id(), person_id=person.id, household_id=home.id, division=home.division,
                      programme="tekun", from_month=second, created_at=utcnow(), updated_at=utcnow()),
            Payment(id=new_id(), person_id=person.id, household_id=home.id, division=home.division,
                    programme="care_fee", period=quarter, amount_fen=1, created_at=utcnow()),
        ])  # fmt: skip
        destitute(session, clerk, "乙", able=WORST, support="institution", institution="高士敬老院")
        destitute(session, clerk, "丙")
    with reading() as session:
        lines = {one.name: one for one in fee_service.roll(session, clerk, quarter)}
        page = fee_service.roll_view(session, clerk, quarter)
        month = settings.value(session, "hardship.care_fee_fen", first, VILLAGE)
        with pytest.raises(BadInput):
            list(fee_service.roll(session, clerk, "2026"))
    assert (lines["甲"].grade, lines["甲"].months) == ("部分丧失生活自理能力", 2)
    assert (lines["甲"].amount_fen, lines["甲"].payee, lines["甲"].paid_fen) == (2 * month["partly"], "黄蓉洁", 1)
    assert (lines["乙"].amount_fen, lines["乙"].payee) == (3 * month["unable"], "高士敬老院")
    assert (lines["丙"].amount_fen, lines["丙"].why_not) == (None, "还没评估自理能力")
    assert (page.total, page.people, page.waiting) == (3, 2, 1)


def test_who_left_in_the_middle_of_a_quarter_gets_its_months_until_then(clerk):
    quarter = fee_service.quarters(TODAY)[1]
    first, _ = rules.quarter_days(quarter)
    with transaction() as session:
        for name, day in (("甲", rules.months_later(first, 1)), ("乙", first - timedelta(days=1))):
            row, _, _ = destitute(session, clerk, name, able=WORST, support="institution", institution="高士敬老院")
            service.leave(session, clerk, row.id, "不再符合")
            row.removed_at = datetime.combine(day, time(12), SHANGHAI)
    with reading() as session:
        assert [(one.name, one.months) for one in fee_service.roll(session, clerk, quarter)] == [("甲", 2)]
        assert fee_service.roll_view(session, clerk, fee_service.quarters(TODAY)[0]).total == 0


def test_a_claim_goes_on(clerk):
    with transaction() as session:
        row, _, _ = destitute(session, clerk, able=HALF)
        made = service.add_claim(session, clerk, row.id, ClaimIn(in_on=TODAY - timedelta(days=9), insurer="人保"))
        with pytest.raises(BadInput, match="赔了多少"):
            service.change_claim(session, clerk, made.id, ClaimIn(in_on=made.in_on, state="paid"), 1)
        with pytest.raises(BadInput, match="早于"):
            service.add_claim(session, clerk, row.id, ClaimIn(in_on=TODAY, out_on=TODAY - timedelta(days=1)))
        paid = ClaimIn(in_on=made.in_on, out_on=TODAY, state="paid", paid_fen=80000)
        service.change_claim(session, clerk, made.id, paid, 1)
        with pytest.raises(Conflict):
            service.change_claim(session, clerk, made.id, paid, 1)
    shown = view(clerk, row)
    assert [(one.state, one.paid) for one in shown.claims] == [("已赔", "800 元")]


def test_nobody_reaches_beyond_the_own_area(clerk):
    with transaction() as session:
        row, person, home = destitute(session, clerk, able=HALF)
        claim = service.add_claim(session, clerk, row.id, ClaimIn(in_on=TODAY))
        far = makers.user(session, Role.TOWN_CLERK, (OTHER_TOWN,))
        official = makers.user(session, Role.PAIRED, ())
        supervisor = makers.user(session, Role.SUPERVISOR, (COUNTY,))
        leader = makers.user(session, Role.LEADER, (COUNTY,))
    with transaction() as session:
        for work in (
            lambda: service.get(session, far, row.id),
            lambda: service.assess(session, far, row.id, AssessmentIn(on=TODAY, **WELL)),
            lambda: service.enter(session, far, person.id, HardshipIn(support="home")),
            lambda: service.change_claim(session, far, claim.id, ClaimIn(in_on=TODAY), 1),
            lambda: service.get(session, official, row.id),
        ):
            with pytest.raises(NotFound):
                work()
        for reader in (supervisor, official):
            with pytest.raises(NotAllowed):
                service.leave(session, reader, row.id, "试一试")
        assert office_service.listing(session, far)[0].total == 0
        assert office_service.listing(session, official)[0].total == 0
        assert office_service.listing(session, supervisor)[0].total == 1
        assert list(fee_service.roll(session, far, "2026Q3")) == []
        for work in (office_service.listing, lambda *who: list(fee_service.roll(*who, "2026Q3"))):
            with pytest.raises(NotAllowed):
                work(session, leader)
        makers.pair(session, official, home, TODAY)
        assert office_service.listing(session, official)[0].total == 1


def test_a_childs_record_opens_with_a_reason(clerk):
    with transaction() as session:
        row, person, _ = destitute(session, clerk, "小明", able=HALF, person={"born_on": TODAY - timedelta(days=3000)})
    assert (view(clerk, row).closed, view(clerk, row).grade) == (True, "")
    with reading() as session:
        assert office_service.listing(session, clerk)[0].rows[0].grade == "点开才看"
    with transaction() as session:
        households.open_child(session, clerk, person.id, "benefit")
    assert view(clerk, row).grade == "部分丧失生活自理能力"


def test_somebody_is_found_by_the_number(clerk):
    number = "349927194001010010"
    with transaction() as session:
        home = makers.household(session, VILLAGE)
        person = makers.person(session, home, "刘桂英")
        change = households.PersonChange(id_number=number)
        households.change_person(session, clerk, person.id, change, 1)
        assert finding_service.by_number(session, clerk, " 349927 19400101 0010").id == person.id
        far = makers.user(session, Role.TOWN_CLERK, (OTHER_TOWN,))
        for actor, text in ((far, number), (clerk, "349927194001010029")):
            with pytest.raises(NotFound):
                finding_service.by_number(session, actor, text)
        assert session.get(Person, person.id).id_last4 == "0010"
