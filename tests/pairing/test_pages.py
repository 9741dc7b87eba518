"""The pages of 特困, 残疾人, 结对 and 口径 as a tab calls them: forms in, sentences and views out."""

import pytest

from app.accounts.rules import Role
from app.db import transaction
from app.disability.state import DisabilityPersonState, DisabilityState
from app.hardship import rules as six
from app.hardship.state import FeesState, HardshipPersonState, HardshipState
from app.households.bulk_service import person_values
from app.pairing.state import OfficialsState, PairedHomeState, PairingState
from app.settings.policy_state import PolicyOneState, PolicyState
from tests import makers
from tests.makers import COUNTY, TOWN, VILLAGE
from tests.tabs import call, tab

NUMBER = "349927194001010010"


@pytest.fixture
def home(home):
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        makers.user(session, Role.TOWN_CLERK, (TOWN,), token="clerk")
        makers.user(session, Role.SUPERVISOR, (COUNTY,), token="supervisor")
        makers.user(session, Role.ADMIN, (), token="admin")
        where = makers.household(session, VILLAGE, "刘桂英", attribute="建档立卡-未脱贫")
        values = person_values({"id_number": NUMBER}, where.created_at.date())
        makers.person(session, where, "刘桂英", **{key: values[key] for key in ("id_number", "id_index", "id_last4")})
    return where


def test_a_destitute_person_is_taken_in_assessed_and_lets_go(home):
    listing = call(tab(HardshipState, "clerk"), "take_in", {"number": NUMBER, "support": "home", "wish": "willing"})
    assert listing.to.startswith("/office/hardship/one?id="), listing.problem
    query = listing.to.partition("?")[2]
    one = call(tab(HardshipPersonState, "clerk", query), "open")
    assert one.one.name == "刘桂英"
    call(one, "assess", {"on": "2026-01-05", "eats": "yes"})
    assert one.problem == "六项都要选能或不能。"
    call(one, "assess", {"on": "2026-10-05", **dict.fromkeys(six.INDICATORS, "no")})
    assert (one.problem, one.one.grade) == ("", "完全丧失生活自理能力")
    call(one, "claim", {"in_on": "2026-10-06", "per_day": "八十"})
    assert "金额" in one.problem
    call(one, "claim", {"in_on": "2026-10-06", "per_day": "80", "state": "open"})
    assert one.one.claims[0].per_day == "80 元"
    call(one, "review", {"on": "2026-10-07"})
    assert one.one.reviewed
    call(listing, "open")
    assert (listing.page.total, listing.line, listing.rates[0].asked) == (1, "第 1–1 人，共 1 人", 1)
    call(listing, "find", {"only": "no such", "text": "谁"})
    assert (listing.only, listing.page.total) == ("", 0)
    fees = call(tab(FeesState, "clerk"), "open")
    assert fees.page.total == 1
    call(fees, "find", {"quarter": "what"})
    assert "季度" in fees.problem
    reader = call(tab(HardshipPersonState, "supervisor", query), "leave", {"why": "试一试"})
    assert "不能做这件事" in reader.problem
    call(one, "leave", {"why": "投靠女儿"})
    assert one.to == "/office/hardship"


def test_a_certificate_is_taken_in_by_its_number(home):
    listing = tab(DisabilityState, "clerk")
    call(listing, "take_in", {"number": f"{NUMBER}85", "open_ended": "on"})
    assert "类别" in listing.problem
    call(listing, "take_in", {"number": f"{NUMBER}42", "open_ended": "on", "care_needed": "yes"})
    assert listing.to.startswith("/office/disability/one?id="), listing.problem
    one = call(tab(DisabilityPersonState, "clerk", listing.to.partition("?")[2]), "open")
    assert (one.one.kind, [each.words for each in one.one.allowances]) == ("肢体二级", ["该领，没领", "该领，没领"])
    call(one, "add_care", {"mode": "day", "from_on": "2026-10-01", "fee": "300", "hours_month": "40"})
    call(one, "end_care", one.one.services[0].id)
    assert one.done == "照护服务今天结束。", one.problem
    call(one, "save", {"valid_to": "2020-01-01", "issued_on": "2010-01-01"})
    assert one.one.state == "expired", one.problem


def test_a_home_gets_somebody_a_plan_and_measures(home):
    somebody = {"name": "何敏群", "unit": "县医保局", "phone": "15400000001"}
    officials = call(tab(OfficialsState, "clerk"), "save", somebody)
    assert officials.page.rows[0].phone == "154****0001", officials.problem
    one = call(tab(PairedHomeState, "clerk", f"id={home.id}"), "open")
    assert "还没有责任人" in one.home.gap
    call(one, "pair", {"official": officials.page.rows[0].id, "on": "2026-10-01"})
    assert (one.home.gap, one.home.terms[0].name) == ("", "何敏群"), one.problem
    call(one, "save_plan", {"cause_因病": "on", "aim": "三万"})
    assert "金额" in one.problem
    call(one, "save_plan", {"cause_因病": "on", "aim": "30000", "text": "看病"})
    assert (one.home.causes, one.home.aim) == (["因病"], "30000 元")
    call(one, "add_measure", {"kind": "health", "text": "家庭医生签约"})
    measure = one.home.measures[0]
    call(one, "move_on", {"id": measure.id, "version": str(measure.version), "progress": "done", "effect": "签了"})
    assert (one.home.measures[0].progress, one.home.problems) == ("做完了", []), one.problem
    call(one, "say_not", {"pairing.keep_duty": "yes", "pairing.keep_help": "no"})
    assert [each.state for each in one.home.nots] == ["做到了", "没看过", "没做到", "没看过"]
    listing = call(tab(PairingState, "supervisor"), "open")
    assert listing.page.rows[0].official == "何敏群"
    call(officials, "leaves", {"id": officials.page.rows[0].id, "on": "2026-11-01"})
    assert "1 户要找人补上" in officials.done, officials.problem
    assert "不能做这件事" in call(tab(OfficialsState, "supervisor"), "open").problem


def test_a_value_is_looked_at_and_then_changed(home):
    topics = call(tab(PolicyState, "admin"), "find", {"topic": "hardship"})
    assert [one.code for one in topics.topics] == ["hardship"]
    one = call(tab(PolicyOneState, "admin", "key=hardship.care_fee_fen"), "open")
    assert [part.words for part in one.one.parts] == ["全自理", "半失能", "失能"]
    asked = {"part_able": "130", "part_partly": "500", "part_unable": "1600", "from_on": "2026-01-01"}
    asked |= {"source": "县文件"}
    call(one, "look", asked)
    assert one.preview.after == "全自理 130 元；半失能 500 元；失能 1600 元", one.problem
    call(one, "change")
    assert (one.one.value, one.preview) == ("全自理 130 元；半失能 500 元；失能 1600 元", None), one.problem
    call(one, "look", asked | {"part_able": "很多"})
    assert (one.preview, "金额" in one.problem) == (None, True)
    assert "不能做这件事" in call(tab(PolicyState, "clerk"), "open").problem
