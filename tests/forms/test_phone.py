"""What only the phone does: beginning from last time's answers, sending what shows, refusing a form it cannot read."""

from typing import Any

from tests.forms.test_review import CHILD_FINE, ELDER, ELDER_FINE, FINE, HOUSEHOLD, PEOPLE


def given(**changes: Any) -> dict[str, Any]:
    return {
        "household": HOUSEHOLD,
        "people": PEOPLE,
        "answers": {},
        "unchanged": [],
        "last": {},
        "on": "2026-04-16",
        **changes,
    }


def last_of(answers: dict[str, Any]) -> dict[str, Any]:
    return {"at": "2026-04-09T09:00:00+08:00", "visit_id": "v9", "answers": answers}


def test_a_home_opens_with_what_was_found_last(phone, programs):
    last = {"safety": last_of(FINE), "elder": {"liu": last_of(ELDER_FINE)}}
    states = phone.ask("run", form=programs["home"].form.body(), input=given(last=last))
    assert {state["state"] for state in states} == {"empty"}
    assert [(state["code"], state["person_name"]) for state in states] == [
        ("safety", None), ("elder", "刘桂英"), ("child", "陈浩宇"), ("benefits", None),
    ]  # fmt: skip
    assert states[1]["last"] == {"at": "2026-04-09T09:00:00+08:00", "visit_id": "v9", "summary": "能自理，药够吃到月底"}
    assert states[2]["last"] is None


def test_a_follow_up_shows_when_it_is_time(phone, programs):
    form = programs["home"].form.body()
    (calm, *_) = phone.ask("run", form=form, input=given(answers={"safety": FINE}))
    (bad, *_) = phone.ask("run", form=form, input=given(answers={"safety": {**FINE, "water": "bad"}}))
    assert set(bad["visible_questions"]) - set(calm["visible_questions"]) == {"water_problem"}
    # Beside the six items stands what happened at the home lately; it may be left out.
    assert (calm["answered"], calm["of"], bad["answered"], bad["of"]) == (6, 7, 6, 8)


def test_has_changed_begins_with_last_times_answers(phone, programs):
    section = next(s for s in programs["home"].form.body()["sections"] if s["code"] == "safety")
    last = last_of({**FINE, "water": "bad", "water_problem": "水管冻裂", "gone": "x"})
    assert phone.ask("start", section=section, last=last) == {**FINE, "water": "bad"}
    assert phone.ask("start", section=section, last=None) == {}


def test_only_what_shows_is_sent(phone, programs):
    answers = {
        "safety": {**FINE, "water": "ok", "water_problem": "old words"},
        "elder": {"liu": {**ELDER_FINE, "difficulties": [], "village_name": ""}, "moved": {"self_care": "able"}},
        "child": {"chen": {}},
    }
    last = {"benefits": last_of({"paid": "all"})}
    sent = phone.ask(
        "send",
        form=programs["home"].form.body(),
        input=given(
            answers=answers, unchanged=["benefits", "safety", {"section": "child", "person_id": "chen"}], last=last
        ),
    )
    assert sent == {
        "answers": {"safety": FINE, "elder": {"liu": ELDER_FINE, "moved": {"self_care": "able"}}},
        "unchanged": [{"section": "child", "person_id": "chen", "since": None}, {"section": "benefits", "since": "v9"}],
    }


def test_an_answer_stays_in_sight_when_its_person_no_longer_fits(phone, programs):
    people = [{**ELDER, "works_away": "苏州"}]
    answers = {"elder": {"liu": ELDER_FINE}, "child": {"liu": CHILD_FINE}}
    states = phone.ask("run", form=programs["home"].form.body(), input=given(people=people, answers=answers))
    assert [state["code"] for state in states] == ["safety", "elder", "child", "benefits"]


def test_a_form_the_phone_cannot_read_is_refused_in_a_sentence(phone):
    form = {
        "code": "x", "version": 1, "title": "x",
        "sections": [{"code": "a", "title": "a", "about": "household", "filter": "household.size >", "questions": []}],
    }  # fmt: skip
    assert phone.ask("refuses", form=form) == {
        "name": "FormError", "code": "form_bad", "message": "这张表的条件读不懂，请先更新资料。",
    }  # fmt: skip
