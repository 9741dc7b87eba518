"""Rolls on both databases: lines, sums, what changed since the last month, who may see which."""

from datetime import date

import pytest
from sqlalchemy import select

from app.accounts.rules import Role
from app.benefits import roll_service, service
from app.db import new_id, reading, transaction, utcnow
from app.errors import BadInput, NotAllowed, NotFound
from app.settings import service as settings
from models.benefits import Enrolment, Payment
from models.disability import DisabilityCertificate
from models.hardship import Hardship
from models.lists import Death
from tests import makers
from tests.benefits.stage import LATER, MONTH, NEXT, elder, enrol, home_of_three, roll
from tests.makers import COUNTY, FAR_VILLAGE, NEXT_VILLAGE, TOWN, VILLAGE


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
