"""Rolls and enrolments on both databases: lines, sums, changes, scope, beginning, stopping, changing, accounts."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.accounts.rules import ROLE_PERMISSIONS, Permission, Role
from app.benefits import office_service, queries, roll_service, rules, service
from app.benefits.schemas import ChangeIn, EnrolIn, ReviewIn, StopIn
from app.db import new_id, reading, transaction, utcnow
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.findings import service as findings
from app.households import register_service as register
from app.settings import service as settings
from app.visits import task_service
from models.audit import AuditEntry
from models.benefits import Enrolment, EnrolmentChange, Payment
from models.disability import DisabilityCertificate
from models.feed import FeedRow
from models.findings import Finding
from models.hardship import Hardship
from models.households import PersonTag
from models.lists import Death
from models.visits import Task
from tests import makers
from tests.makers import COUNTY, FAR_VILLAGE, NEXT_VILLAGE, TOWN, VILLAGE

MONTH, NEXT, LATER = "2026-06", "2026-07", "2026-09"


@pytest.fixture
def clerk(database):
    with transaction() as session:
        makers.divisions(session)
        return makers.user(session, Role.TOWN_CLERK, (TOWN,))


def enrol(session, person, programme, **more):
    now = utcnow()
    row = Enrolment(
        id=new_id(), person_id=person.id, household_id=person.household_id, division=person.division,
        programme=programme, **{"from_month": "2020-01"} | more, created_at=now, updated_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def elder(session, name, born=date(1940, 5, 1), village=VILLAGE, **more):
    home = makers.household(session, village, name, group="一组")
    person = makers.person(session, home, name, born_on=born)
    return person, enrol(session, person, "old_allowance", **more)


def roll(actor, programme, month=MONTH, place="", **more):
    with reading() as session:
        one = roll_service.asked(actor, programme, month, place, **more)
        lines, after = roll_service.lines(session, one)
        found = roll_service.sums(session, one, against_last=True)
        differing = roll_service.changed(session, one)
        told = [(each.row.name, [reason.kind for reason in each.reasons]) for each in differing]
        assert after or found.lines == len(lines)
        return lines, found, told, queries.people(session, one)


def test_a_roll_has_lines_sums_and_changes(clerk):
    with transaction() as session:
        elder(session, "甲")
        elder(session, "乙", date(1936, 6, 20), NEXT_VILLAGE)
        elder(session, "丙", from_month=MONTH)
        elder(session, "丁", to_month=MONTH, state="stopped", stop_reason="户籍迁出")
        elder(session, "戊")
        elder(session, "己", date(1960, 1, 1))
        elder(session, "远", village=FAR_VILLAGE)
        gone = session.scalars(select(Enrolment.person_id).join(makers.Person).where(makers.Person.name == "戊")).one()
        session.add(Death(id=new_id(), id_number="x", id_index="x", name="戊", person_id=gone,
                          died_on=date(2026, 5, 31), created_at=utcnow()))  # fmt: skip
    lines, found, told, people = roll(clerk, "old_allowance")
    assert [(line.name, line.amount_fen) for line in lines] == [
        ("丙", 6000), ("己", None), ("甲", 6000), ("乙", 12000),
    ]
    assert (found.lines, found.amount_fen, found.missing, people) == (4, 24000, 1, 4)
    assert dict(told) == {"丙": ["new"], "丁": ["stopped"], "戊": ["death"], "乙": ["band"]}
    assert lines[3].reasons == ["换档：6 月 20 日生日，满 90 岁，60 元 → 120 元"]
    lines, found, told, _ = roll(clerk, "old_allowance", place=NEXT_VILLAGE)
    assert ([line.name for line in lines], found.amount_fen, told) == (["乙"], 12000, [("乙", ["band"])])


def test_a_roll_is_paged_by_where_its_last_line_was(clerk):
    with transaction() as session:
        for number in range(7):
            elder(session, f"甲{number % 3}", village=(VILLAGE, NEXT_VILLAGE)[number % 2])
    with reading() as session:
        one = roll_service.asked(clerk, "old_allowance", MONTH)
        whole = [line.id for line in roll_service.lines(session, one)[0]]
        seen, after = [], []
        while True:
            page, after = roll_service.lines(session, one, after, 2)
            seen += [line.id for line in page]
            if not after:
                break
        rows = list(roll_service.roll_rows(session, clerk, "old_allowance", MONTH))
    assert seen == whole == [row.id for row in rows]
    assert len(set(seen)) == 7


def home_of_three(session, **more):
    home = makers.household(session, VILLAGE, "甲")
    rows = []
    for number, name in enumerate(("甲", "乙", "丙")):
        person = makers.person(session, home, name, is_head=not number)
        given = {"certificate": "D001", "amount_fen": 90000, "is_holder": not number, "people": 3} | more
        rows.append(enrol(session, person, "dibao", **given))
    return rows


def test_a_certificate_is_one_line_with_its_people(clerk):
    with transaction() as session:
        rows = home_of_three(session)
        rows[2].counted = False
        session.add(Payment(id=new_id(), person_id=rows[0].person_id, household_id=rows[0].household_id,
                            division=VILLAGE, programme="dibao", period="2026-05", amount_fen=88000,
                            created_at=utcnow()))  # fmt: skip
    lines, found, told, people = roll(clerk, "dibao")
    assert [(one.name, one.people, one.amount_fen, one.paid_last_fen) for one in lines] == [("甲", 2, 90000, 88000)]
    assert (found.lines, found.amount_fen, people, told) == (1, 90000, 2, [])


def test_a_certificate_whose_holder_died_keeps_its_line(clerk):
    with transaction() as session:
        rows = home_of_three(session)
        session.get_one(makers.Person, rows[0].person_id).died_on = date(2026, 5, 3)
    for month, people in (("2026-05", 3), (MONTH, 2), (NEXT, 2)):
        lines, found, told, count = roll(clerk, "dibao", month)
        assert ([line.people for line in lines], found.lines, found.amount_fen, count) == ([people], 1, 90000, people)
        assert bool(told) is (month == MONTH)


def test_amounts_and_lines_agree_with_the_sum_for_every_programme(clerk):
    with transaction() as session:
        for number, code in enumerate(("tekun", "disability_living", "disability_care", "orphan", "unsupported")):
            for at in range(3):
                home = makers.household(session, VILLAGE)
                person = makers.person(session, home, living=("facility", None, None)[at])
                enrol(session, person, code, amount_fen=(None, 40000, None)[at], band=("top_up", None, "full")[at])
                if number in (1, 2) and at:
                    session.add(DisabilityCertificate(
                        id=new_id(), person_id=person.id, household_id=home.id, division=VILLAGE, grade=at + 1,
                        created_at=utcnow(), updated_at=utcnow(),
                    ))  # fmt: skip
    for code, amounts in {
        "tekun": [78000, 40000, 78000], "disability_living": [None, 6667, 3333], "disability_care": [None, 6000, None],
        "orphan": [150000, 110000, 110000], "unsupported": [None, 110000, 110000],
    }.items():  # fmt: skip
        lines, found, _, _ = roll(clerk, code, "2021-01")
        by_id = [line.amount_fen for line in sorted(lines, key=lambda line: line.id)]
        assert by_id == amounts, code
        assert found.amount_fen == sum(one or 0 for one in amounts), code
        assert found.missing == amounts.count(None), code


def test_the_care_fee_stands_beside_the_basic_sum(clerk):
    with transaction() as session:
        person, _ = elder(session, "甲")
        enrol(session, person, "tekun")
        session.add(Hardship(
            id=new_id(), person_id=person.id, household_id=person.household_id, division=VILLAGE, eats=True,
            dresses=True, gets_up=True, toilet=True, walks=False, bathes=False, created_at=utcnow(),
            updated_at=utcnow(),
        ))  # fmt: skip
    lines, _, _, _ = roll(clerk, "tekun")
    assert [(line.tier, line.care_fee_fen) for line in lines] == [("半失能", 50000)]


def test_a_standard_of_one_township_counts_there_from_its_day(clerk):
    with transaction() as session:
        elder(session, "甲")
        elder(session, "乙", village=FAR_VILLAGE)
        county = makers.user(session, Role.SECTION, (COUNTY,))
        table = {"80-89": 7000, "90-99": 12000, "100+": 50000}
        settings.set_value(session, None, "old.month_fen", table, date(2026, 7, 1), area=TOWN, source="文件")
    assert roll(county, "old_allowance", MONTH)[1].amount_fen == 12000
    lines, found, told, _ = roll(county, "old_allowance", NEXT)
    assert (found.amount_fen, found.raised, told) == (13000, ["80-89 岁：标准 60 元 → 70 元，1 人"], [])
    assert [line.reasons for line in lines] == [["标准变了：60 元 → 70 元"], []]


def test_only_ones_own_area_and_paired_homes_are_seen(clerk):
    with transaction() as session:
        person, row = elder(session, "甲")
        other = makers.user(session, Role.VILLAGE, (FAR_VILLAGE,))
        paired = makers.user(session, Role.PAIRED, ())
        makers.pair(session, paired, session.get_one(makers.Household, person.household_id), date(2020, 1, 1))
        elder(session, "乙")
        leader = makers.user(session, Role.LEADER, (COUNTY,))
    assert roll(other, "old_allowance")[0] == []
    assert [line.name for line in roll(paired, "old_allowance")[0]] == ["甲"]
    with reading() as session, pytest.raises(NotFound):
        service.get(session, other, row.id)
    with pytest.raises(NotAllowed):
        roll_service.asked(leader, "old_allowance", MONTH)


@pytest.mark.parametrize(
    "given", [("x", MONTH, ""), ("dibao", "2026-13", ""), ("dibao", "2026", ""), ("dibao", MONTH, "x'--")]
)
def test_a_roll_that_is_none_is_refused(clerk, given):
    with pytest.raises(BadInput):
        roll_service.asked(clerk, *given)


def test_children_are_named_only_near_them(clerk):
    with transaction() as session:
        home = makers.household(session, VILLAGE)
        enrol(session, makers.person(session, home, "王小明", born_on=date(2016, 1, 1)), "orphan")
        section = makers.user(session, Role.SECTION, (COUNTY,))
    assert [line.name for line in roll(clerk, "orphan")[0]] == ["王小明"]
    assert [line.name for line in roll(section, "orphan")[0]] == ["王**"]


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


def test_who_stops_in_a_month_to_come_stays_on_the_roll_until_then(clerk):
    with transaction() as session:
        elder(session, "甲", to_month=LATER, state="stopped", stop_reason="户籍迁出")
        elder(session, "乙", to_month=LATER, state="easing")
    assert [line.name for line in roll(clerk, "old_allowance", state="active")[0]] == ["甲"]
    assert [line.name for line in roll(clerk, "old_allowance", state="easing")[0]] == ["乙"]
    lines, _, told, _ = roll(clerk, "old_allowance")
    assert ({line.name: line.state for line in lines}, told) == ({"甲": "active", "乙": "easing"}, [])
    assert {name for name, _ in roll(clerk, "old_allowance", LATER)[2]} == {"甲", "乙"}


def test_who_became_destitute_and_later_stopped_that_too_had_moved_then(clerk):
    with transaction() as session:
        person, _ = elder(session, "甲", to_month=MONTH, state="stopped", stop_reason="转特困")
        enrol(session, person, "tekun", from_month=MONTH, to_month=LATER, state="stopped")
        other, _ = elder(session, "乙", to_month=MONTH, state="stopped", stop_reason="户籍迁出")
        enrol(session, other, "tekun", from_month="2019-01", to_month="2020-01", state="stopped")
    assert sorted(roll(clerk, "old_allowance")[2]) == [("乙", ["stopped"]), ("甲", ["moved"])]


def reviewed(clerk, rows, on=date(2026, 6, 1), outcome="keep", version=1, **more):
    data = ReviewIn(on=on, outcome=outcome, **{"why": "收入没有变"} | more)
    with transaction() as session:
        return service.review(session, clerk, rows[1].id, data, version)


def due_tasks():
    with reading() as session:
        return session.scalars(select(Task.due_on).where(Task.kind == "dibao_review")).all()


def test_a_review_takes_the_task_away_at_once_and_the_finding_with_the_next_comparison(clerk):
    long_ago = register.today() - timedelta(days=500)
    with transaction() as session:
        rows = home_of_three(session, band="A", reviewed_on=long_ago)
        task_service.refresh(session, [rows[0].household_id], register.today())
    assert len(due_tasks()) == 1

    def overdue():
        findings.compare(register.today(), [rows[0].household_id])
        with reading() as session:
            return session.scalars(select(Finding.state).where(Finding.rule == "R18")).all()

    assert overdue() == ["open"]
    reviewed(clerk, rows, register.today())
    assert due_tasks() == []
    assert overdue() == ["closed"]
    with reading() as session:
        kept = session.scalars(select(Enrolment)).all()
        log = session.scalars(select(AuditEntry).where(AuditEntry.action == "enrolment.reviewed")).all()
        assert {(one.reviewed_on, one.version, one.state) for one in kept} == {(register.today(), 2, "active")}
        page = office_service.person_page(session, clerk, rows[2].person_id)
    assert {(one.before["on"], one.after["on"], one.reason) for one in log} == {
        (long_ago.isoformat(), register.today().isoformat(), "收入没有变")
    }
    today = register.today()
    assert page.history[0].words == f"{today.year} 年 {today.month} 月 {today.day} 日复核，继续（收入没有变）"
    assert (page.enrolments[0].reviewed, page.enrolments[0].review_late) == (
        f"{today.year} 年 {today.month} 月 {today.day} 日", False,
    )  # fmt: skip


@pytest.mark.parametrize(("state", "begins", "stops", "asked"), [
    ("active", -30, None, True), ("active", -30, 1, True), ("active", -30, 0, False), ("active", 1, None, False),
    ("easing", -30, None, False), ("stopped", -30, 1, False), ("stopped", -30, 0, False),
])  # fmt: skip
def test_a_review_is_asked_of_who_draws_it_and_is_not_on_the_way_out(clerk, state, begins, stops, asked):
    """The phone and the office ask alike. R18 also asks of who leaves: in force is all that it asks."""
    month = rules.month_of(register.today())
    given = {"state": state, "from_month": rules.shifted(month, begins), "band": "A",
             "to_month": None if stops is None else rules.shifted(month, stops),
             "reviewed_on": register.today() - timedelta(days=500)}  # fmt: skip
    with transaction() as session:
        row, *_ = home_of_three(session, **given)
        task_service.refresh(session, [row.household_id], register.today())
    with reading() as session:
        shown = office_service.person_page(session, clerk, row.person_id).enrolments[0]
    assert bool(shown.review_due) == bool(due_tasks()) == asked


def test_what_a_review_came_to_follows_with_it(clerk):
    with transaction() as session:
        rows = home_of_three(session, band="A")
    reviewed(clerk, rows, outcome="band", month=NEXT, band="B")
    reviewed(clerk, rows, outcome="easing", month=NEXT, version=3)
    with reading() as session:
        assert {(one.band, one.state) for one in session.scalars(select(Enrolment))} == {("B", "easing")}
        past = session.scalars(select(EnrolmentChange)).all()
        assert {(one.month, one.band) for one in past} == {(NEXT, "A")}
    reviewed(clerk, rows, outcome="stop", month=NEXT, reason="收入超标", version=5)
    with reading() as session:
        assert {(one.state, one.to_month, one.stop_reason) for one in session.scalars(select(Enrolment))} == {
            ("stopped", NEXT, "收入超标：收入没有变")
        }
    with pytest.raises(BadInput) as caught:
        reviewed(clerk, rows, version=7)
    assert caught.value.code == "stopped"


@pytest.mark.parametrize(("given", "code"), [
    ({"on": date(2999, 1, 1)}, "in_future"), ({"on": date(2019, 12, 31)}, "before_start"),
    ({"outcome": "band", "month": NEXT}, "bad_input"), ({"outcome": "band", "band": "B"}, "bad_input"),
    ({"outcome": "easing"}, "bad_input"), ({"outcome": "stop", "month": NEXT}, "bad_input"),
    ({"outcome": "stop", "month": "2019-12", "reason": "死亡"}, "outside"), ({"version": 2}, "conflict"),
])  # fmt: skip
def test_a_review_that_cannot_be_is_refused(clerk, given, code):
    with transaction() as session:
        rows = home_of_three(session, band="A")
    with pytest.raises((BadInput, Conflict)) as caught:
        reviewed(clerk, rows, **given)
    assert caught.value.code == code
    with reading() as session:
        assert set(session.scalars(select(Enrolment.version))) == {1}


def test_an_earlier_review_does_not_take_the_place_of_a_later_one(clerk):
    with transaction() as session:
        rows = home_of_three(session, band="A")
    reviewed(clerk, rows)
    with reading() as session:
        days = set(session.scalars(select(Enrolment.reviewed_on)))
    with pytest.raises(BadInput, match="更早的不用再记") as caught:
        reviewed(clerk, rows, on=min(days) - timedelta(days=1), version=2)
    assert caught.value.code == "reviewed_since"
    with reading() as session:
        assert set(session.scalars(select(Enrolment.reviewed_on))) == days


def test_only_of_low_income_is_a_review_asked(clerk):
    with transaction() as session:
        _, row = elder(session, "甲")
    with pytest.raises(BadInput) as caught:
        reviewed(clerk, [row, row])
    assert caught.value.code == "not_reviewed"


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
