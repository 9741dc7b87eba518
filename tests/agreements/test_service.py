"""Agreements: written down with who signed how, one after the other, looked after, urged, dissolved."""

import itertools
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from app.accounts.rules import Role
from app.agreements import history_service, office_service, rules, service, standing_service
from app.agreements.schemas import AgreementIn, Inspect, Party
from app.db import new_id, reading, transaction
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.households import looking_service
from app.households import register_service as register
from app.households.register_service import today
from app.sync import pull_service
from models.agreements import Agreement, AgreementVersion, Inspection
from models.audit import AuditEntry
from tests import makers
from tests.sync.pushing import push, statuses

CARER = "349927194001010010"


@pytest.fixture
def village(database):
    with transaction() as session:
        makers.divisions(session)
        me = makers.user(session)
        return me, makers.person(session, makers.household(session))


def support(**more):
    parties = [Party(role="supporter", name="刘军", relation="儿子", signed="phone", record="录音 12"),
               Party(role="witness", name="村委会")]  # fmt: skip
    usual = {"signed_on": date(2026, 1, 1), "open_ended": True, "parties": parties}
    return AgreementIn(kind="support", **(usual | more))


def add(me, person, data):
    with transaction() as session:
        return service.add(session, me, person.id, data)


def told(me):
    return [one["data"] for one in pull_service.pull(me, "", 500)["changes"] if one["type"] == "agreement"]


def test_a_new_one_ends_the_one_before(village):
    me, elder = village
    first = add(me, elder, support())
    add(me, elder, support(signed_on=date(2026, 6, 1), terms={"cash": "每年 2000 元", "nonsense": "x"}))
    rows = {one["signed_on"]: one for one in told(me)}
    assert (rows["2026-01-01"]["state"], rows["2026-01-01"]["ended_on"]) == ("ended", "2026-06-01")
    assert (rows["2026-06-01"]["state"], rows["2026-06-01"]["terms"]) == ("valid", {"cash": "每年 2000 元"})
    with reading() as session:
        assert session.get(Agreement, first.id).ended_why == "签了新的"


def test_an_older_paper_that_is_entered_later_ends_where_the_newer_begins(village):
    me, elder = village
    newer = add(me, elder, support(signed_on=date(2026, 6, 1)))
    older = add(me, elder, support())
    rows = {one["signed_on"]: one for one in told(me)}
    assert (rows["2026-06-01"]["state"], rows["2026-06-01"]["ended_on"]) == ("valid", None)
    assert (rows["2026-01-01"]["state"], rows["2026-01-01"]["ended_on"]) == ("ended", "2026-06-01")
    over = add(me, elder, support(signed_on=date(2020, 1, 1), open_ended=False, to_on=date(2022, 1, 1)))
    with reading() as session:
        assert session.get(Agreement, over.id).ended_on is None, "it had run out by itself before the next began"
        assert session.get(Agreement, newer.id).ended_on is None
        assert session.get(Agreement, older.id).ended_on == date(2026, 6, 1)


def test_what_ends_with_a_new_one_is_in_the_log(village):
    me, elder = village
    first = add(me, elder, support())
    add(me, elder, support(signed_on=date(2026, 6, 1)))
    with reading() as session:
        query = select(AuditEntry).where(AuditEntry.action == "agreement.ended")
        [entry] = session.scalars(query).all()
    assert (entry.subject_id, entry.after["ended_on"], entry.reason) == (first.id, "2026-06-01", "签了新的")


def test_who_is_far_away_signs_by_a_recorded_call(village):
    me, elder = village
    absent = Party(role="supporter", name="刘军", signed="phone")
    with pytest.raises(BadInput, match="有误") as caught:
        add(me, elder, support(parties=[absent]))
    assert "录音" in caught.value.details[0].message
    with pytest.raises(BadInput) as caught:
        add(me, elder, support(parties=[Party(role="supporter", name="刘军", signed="proxy")]))
    assert "代签" in caught.value.details[0].message


def test_dates_run_forward(village):
    me, elder = village
    with pytest.raises(BadInput):
        add(me, elder, support(from_on=date(2026, 2, 1), to_on=date(2026, 1, 1)))


def test_the_carer_is_found_in_the_register_by_number(village):
    me, child = village
    with transaction() as session:
        from app import crypto

        grandmother = makers.person(session, makers.household(session, name="刘桂英"), "刘桂英", id_number=CARER,
                                    id_index=crypto.index(CARER, "person.id_number"))  # fmt: skip
    row = add(me, child, AgreementIn(kind="guardianship", carer_name="刘桂英", carer_number="349927 19400101 0010",
                                     bar_1=False, bar_2=True))  # fmt: skip
    assert (row.carer_person_id, row.carer_number) == (grandmother.id, CARER)
    [one] = told(me)
    assert one["bar_present"] is True
    assert CARER not in str(one)
    data = AgreementIn(kind="guardianship", carer_name="刘桂英", bar_1=False, bar_2=False, bar_3=False, bar_4=False)
    with pytest.raises(NotAllowed, match="先在儿童名册里打开"), transaction() as session:
        service.correct(session, me, row.id, data, "问过了", row.version)
    with transaction() as session:
        looking_service.open_child(session, me, child.id, "benefit")
    with transaction() as session:
        assert service.correct(session, me, row.id, data, "问过了", row.version).carer_person_id == grandmother.id


def inspected(row, result="not_kept", **more):
    return makers.command("agreement.inspect", {"agreement_id": row.id, "result": result} | more,
                          captured_at=makers.at(0))  # fmt: skip


def test_who_does_not_keep_it_is_urged(village):
    me, elder = village
    row = add(me, elder, support())
    look = inspected(row, problem="三个月没有打钱")
    assert statuses(push(me, look, look)) == ["stored", "duplicate"]
    [one] = told(me)
    assert one["inspection"]["urge_by"] == (today() + timedelta(days=15)).isoformat()
    with transaction() as session:
        service.urge(session, me, look["id"], "打电话给儿子")
    [one] = told(me)
    assert (one["inspection"]["urged_on"], one["inspection"]["urge_by"]) == (today().isoformat(), None)


def test_each_look_stands_beside_the_earlier_ones(village):
    me, elder = village
    row = add(me, elder, support())
    push(me, inspected(row), inspected(row, "good"))
    with reading() as session:
        assert len(session.scalars(select(Inspection)).all()) == 2
    assert told(me)[0]["inspection"]["result"] == "good"


def test_only_in_ones_own_area(village):
    me, elder = village
    row = add(me, elder, support())
    with transaction() as session:
        far = makers.user(session, areas=(makers.FAR_VILLAGE,))
        paired = makers.user(session, Role.PAIRED, ())
        with pytest.raises(NotFound):
            service.end(session, far, row.id, today(), "老人去世")
        with pytest.raises(NotAllowed):
            service.add(session, paired, elder.id, support())
        with pytest.raises(NotFound):
            service.get(session, paired, row.id)
    assert statuses(push(far, inspected(row))) == ["orphaned"]
    assert statuses(push(me, inspected(Agreement(id=new_id())))) == ["rejected"]


def test_it_is_dissolved_with_a_reason(village):
    me, elder = village
    row = add(me, elder, support())
    with transaction() as session, pytest.raises(BadInput):
        service.end(session, me, row.id, today(), " ")
    with transaction() as session:
        service.end(session, me, row.id, today(), "老人搬去和女儿住")
    assert told(me)[0]["state_words"].endswith("老人搬去和女儿住")


@pytest.mark.parametrize(("signed", "until", "ended", "code"), [
    (None, None, None, "unsigned"),
    (date(2025, 1, 1), date(2026, 1, 1), None, "expired"),
    (date(2025, 1, 1), date(2026, 2, 1), None, "ending"),
    (date(2025, 1, 1), date(2027, 1, 1), None, "valid"),
    (date(2025, 1, 1), None, date(2026, 1, 9), "ended"),
    (date(2025, 1, 1), None, date(2026, 1, 11), "valid"),
])  # fmt: skip
def test_how_an_agreement_stands(signed, until, ended, code):
    row = SimpleNamespace(signed_on=signed, from_on=None, to_on=until, ended_on=ended, ended_why=None, open_ended=False)
    assert rules.standing(row, date(2026, 1, 10), 30).code == code


def test_four_declarations_are_asked_before_anything_is_said():
    assert rules.bar_present([False, None, False, False]) is None
    assert rules.bar_present([False, None, True, False]) is True
    assert rules.bar_present([False] * 4) is False


def test_it_is_corrected_by_a_new_version_and_what_it_said_is_kept(village):
    me, elder = village
    row = add(me, elder, support(terms={"cash": "每年 2000 元"}))
    with transaction() as session:
        service.inspect_here(session, me, Inspect(agreement_id=row.id, result="good"))
    with reading() as session:
        whose, kind, version, said = history_service.draft(session, me, row.id)
    assert (whose, kind, said["term_cash"], said["name_1"], said["signed_1"]) == (
        elder.id, "support", "每年 2000 元", "刘军", "phone",
    )  # fmt: skip
    new = support(terms={"cash": "每年 3000 元"}, to_on=today() + timedelta(days=90))
    for why, at in (("", version), ("看错了", version - 1)):
        with pytest.raises((BadInput, Conflict)), transaction() as session:
            service.correct(session, me, row.id, new, why, at)
    with transaction() as session:
        service.correct(session, me, row.id, new, "钱数看错了", version)
    with reading() as session:
        page = office_service.agreement_page(session, me, row.id, today())
        assert session.scalars(select(Agreement)).one().parties == row.parties, "a blank telephone stays"
    assert [(one.name, one.value) for one in page.terms] == [("每年现金", "每年 3000 元")]
    [former] = page.history
    assert (former.why, former.by) == ("钱数看错了", "王芳")
    before = {one.name: one.value for one in former.before}
    assert before == {"每年现金": "每年 2000 元", "到哪天": "没写", "长期": "是"}
    assert len(page.looks) == 1, "how it was kept stays with it"
    with transaction() as session:
        service.correct(session, me, row.id, new, "没有不同", version + 1)
        service.end(session, me, row.id, today(), "搬走了")
        with pytest.raises(BadInput, match="解除"):
            history_service.draft(session, me, row.id)
    with reading() as session:
        assert len(session.scalars(select(AgreementVersion)).all()) == 1, "nothing changed, nothing kept"


def test_a_query_and_a_row_say_alike_whether_it_holds(village):
    _, elder = village
    on = today()
    before, after = on - timedelta(days=9), on + timedelta(days=9)
    days = list(itertools.product((None, before, after), (None, before), (None, before, on, after), (None, on, after)))
    with transaction() as session:
        rows = [
            makers.agreement(session, elder, from_on=begun, signed_on=signed, to_on=until, ended_on=ended)
            for begun, signed, until, ended in days
        ]
        found = set(session.scalars(select(Agreement.id).where(standing_service.holds(on))))
        assert found == {row.id for row in rows if rules.holds(row, on)}
        assert 0 < len(found) < len(rows)


def test_a_carer_is_told_the_children_of_today_not_of_confirmations_that_ran_out(village):
    with transaction() as session:
        values = register.policy(session, office_service.GUARDIANSHIP, today(), makers.VILLAGE)
        for number in range(values["guardianship.carer_children"] + 1):
            child = makers.person(session, makers.household(session), f"孩子{number}", born_on=date(2018, 1, 1))
            row = makers.agreement(session, child, "guardianship", carer_index="x", from_on=date(2024, 1, 1),
                                   to_on=None if number else date(2025, 1, 1))  # fmt: skip
        assert office_service.carer_doubts(session, row, today(), values) == []
