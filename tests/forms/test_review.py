"""A visit read as a whole: what is asked, what it fills, which troubles it opens; never a refusal."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.forms.review import fills, issues, merge_last, of_child, read_visit, review_answers
from app.forms.rules import age_on, china_day

NOW = datetime(2026, 4, 16, 2, 0, tzinfo=UTC)
HOUSEHOLD = {"id": "h", "code": "0001", "division": "349927101001", "tags": []}
ELDER = {
    "id": "liu",
    "name": "刘桂英",
    "born_on": "1944-03-01",
    "tags": ["elder_alone", "old_allowance"],
    "living": "alone",
}
CHILD = {"id": "chen", "name": "陈浩宇", "born_on": "2017-01-01", "tags": ["child_left_behind"]}
GROWN = {"id": "zhang", "name": "张建国", "born_on": "1970-01-01", "tags": []}
PEOPLE = [ELDER, CHILD, GROWN]
FINE = {"food": "ok", "clothes": "ok", "schooling": "na", "doctor": "ok", "housing": "ok", "water": "ok"}
ELDER_FINE = {
    "self_care": "able", "medicine": "enough", "living": "alone",
    "emergency_name": "张建国", "emergency_relation": "son", "emergency_phone": "13900000000",
}  # fmt: skip
CHILD_FINE = {
    "carer": "grandparent",
    "bars": "none",
    "alone": "never",
    "parents_contact": "weekly",
    "school_state": "day",
    "hurt": "none",
}


def visit(**changes: Any) -> dict[str, Any]:
    return {
        "household_id": "h",
        "form": {"code": "home", "version": 2},
        "mode": "home",
        "met": ["liu"],
        "started_at": "2026-04-16T09:20:00+08:00",
        "finished_at": "2026-04-16T09:30:00+08:00",
        "answers": {"safety": FINE, "elder": {"liu": ELDER_FINE}, "child": {"chen": CHILD_FINE}},
        "unchanged": ["benefits"],
        "photos": [],
        "issues": [],
        "next_on": "2026-04-23",
        **changes,
    }


def asked(programs: Any, changed: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
    found = review_answers(programs["home"], changed, PEOPLE, HOUSEHOLD, now=more.pop("now", NOW), **more)
    return [(question.code, question.path) for question in found]


def answered(section: str, answers: dict[str, Any], person: str | None = None) -> dict[str, Any]:
    whole = visit()["answers"]
    return visit(answers={**whole, section: {**whole[section], person: answers} if person else answers})


def test_a_good_visit_leaves_nothing_to_ask(programs):
    assert asked(programs, visit()) == []


def test_who_gets_which_section(programs):
    places = programs["home"].places(HOUSEHOLD, PEOPLE, {}, "2026-04-16")
    assert [place.key for place in places] == [
        ("safety", None),
        ("elder", "liu"),
        ("child", "chen"),
        ("benefits", None),
    ]
    alone = programs["home"].places(HOUSEHOLD, [GROWN], {}, "2026-04-16")
    assert [place.key for place in alone] == [("safety", None)]


@pytest.mark.parametrize(
    ("person", "sections"),
    [
        ({"born_on": "1966-04-16"}, ["elder"]),
        ({"born_on": "1966-04-17"}, []),
        ({"born_on": "1950-01-01", "works_away": "苏州"}, []),
        ({"born_on": "1950-01-01", "living": "away"}, []),
        ({"born_on": None, "tags": ["elder_left_behind"]}, ["elder"]),
        ({"born_on": None}, []),
        ({"born_on": "2008-04-17", "tags": ["child_orphan"]}, ["child"]),
        ({"born_on": "2008-04-16", "tags": ["child_orphan"]}, []),
        ({"born_on": "2015-01-01"}, []),
        ({"born_on": "1980-01-01", "tags": ["tekun_home"]}, ["hardship"]),
        ({"born_on": "1980-01-01", "tags": ["tekun", "disabled_severe"]}, ["hardship"]),
        ({"born_on": "1980-01-01", "tags": ["disabled"]}, ["disability"]),
        ({"born_on": None, "tags": ["disabled_severe"]}, ["disability"]),
        ({"born_on": "1980-01-01", "tags": ["disabled"], "works_away": "苏州"}, []),
        ({"born_on": "1940-01-01", "tags": ["tekun", "disabled", "elder_alone"]}, ["elder"]),
        ({"born_on": "1980-01-01", "tags": ["disabled", "elder_disabled"]}, ["elder"]),
        ({"born_on": "2015-01-01", "tags": ["disabled"]}, ["child"]),
        ({"born_on": "2015-01-01", "tags": ["tekun", "child_orphan"]}, ["child"]),
        ({"born_on": "1980-01-01", "tags": ["dibao"]}, []),
    ],
)
def test_sections_follow_age_tags_and_whereabouts(programs, person, sections):
    places = programs["home"].places(HOUSEHOLD, [{"id": "p", "name": "某", "tags": [], **person}], {}, "2026-04-16")
    assert [place.section.code for place in places if place.section.about == "person"] == sections


def shown(programs: Any, section: str, tags: list[str], born_on: str, answers: dict[str, Any]) -> set[str]:
    person = {"id": "p", "name": "某", "tags": tags, "born_on": born_on}
    given = {section: {"p": answers}}
    (place,) = [
        one for one in programs["home"].places(HOUSEHOLD, [person], given, "2026-04-16") if one.section.code == section
    ]
    return {question.code for question in place.shown}


def test_an_elder_is_asked_as_the_destitute_and_the_disabled_are_where_she_is_one(programs):
    said = {"self_care": "able"}
    plain = shown(programs, "elder", ["elder_alone"], "1942-01-01", said)
    both = shown(programs, "elder", ["tekun_home", "disabled"], "1942-01-01", said)
    assert not plain & {"cannot", "care_kept", "device", "allowance", "support_kept"}
    assert both - plain == {"cannot", "wish", "carer_came", "care_kept", "care", "device", "allowance"}
    assert "support_kept" in shown(programs, "elder", ["elder_left_behind"], "1942-01-01", said)


def test_the_paired_home_is_asked_about_its_measures_and_no_other(programs):
    def asked_of(household: dict[str, Any]) -> set[str]:
        (place, *_) = programs["home"].places(household, [GROWN], {"safety": FINE}, "2026-04-16")
        return {question.code for question in place.shown if question.group == "帮扶"}

    assert asked_of(HOUSEHOLD | {"tags": ["watched"]}) == {"measures", "income", "new_difficulty", "satisfied"}
    assert asked_of(HOUSEHOLD | {"tags": []}) == set()


def test_all_can_be_done_alone_or_some_cannot(programs):
    person = {"id": "p", "name": "某", "tags": ["tekun"], "born_on": "1980-01-01"}

    def codes(cannot: list[str]) -> list[str]:
        answers = {"hardship": {"p": {"h_self_care": "able", "h_cannot": cannot}}}
        found = review_answers(programs["home"], visit(answers=answers, unchanged=["safety", "benefits"]), [person],
                               HOUSEHOLD, now=NOW)  # fmt: skip
        return [one.code for one in found]

    assert codes(["none"]) == codes(["eats", "walks"]) == []
    assert codes(["none", "eats"]) == ["constraint"]


def test_an_untouched_section_is_one_question_not_one_for_each_line(programs):
    assert asked(programs, visit(answers={"safety": FINE, "elder": {"liu": ELDER_FINE}})) == [
        ("section_empty", "answers.child.chen")
    ]
    words = review_answers(programs["home"], visit(answers={}, unchanged=[]), PEOPLE, HOUSEHOLD, now=NOW)
    assert [question.message for question in words][1] == "刘桂英的“老人近况”没有填，也没有点“无变化”。"


@pytest.mark.parametrize(
    "unchanged",
    [["safety", "elder", "child", "benefits"], [{"section": s} for s in ("safety", "elder", "child", "benefits")]],
)
def test_unchanged_stands_for_the_whole_section(programs, unchanged):
    same = visit(answers={}, unchanged=unchanged)
    assert asked(programs, same) == []
    assert fills(programs["home"], same, PEOPLE, HOUSEHOLD, now=NOW) == []


def test_unchanged_of_one_person_says_nothing_of_another(programs):
    other = {**ELDER, "id": "wang", "name": "王老五"}
    same = visit(
        answers={"safety": FINE},
        unchanged=["benefits", "child", {"section": "elder", "person_id": "wang", "since": None}],
    )
    found = review_answers(programs["home"], same, [*PEOPLE, other], HOUSEHOLD, now=NOW)
    assert [question.path for question in found] == ["answers.elder.liu"]


@pytest.mark.parametrize(
    ("section", "answers", "person", "code", "path"),
    [
        ("safety", {**FINE, "water": None}, None, "required", "answers.safety.water"),
        ("safety", {**FINE, "water": "wet"}, None, "unknown_option", "answers.safety.water"),
        ("safety", {**FINE, "water": 3}, None, "wrong_type", "answers.safety.water"),
        (
            "safety",
            {**FINE, "water": "bad", "water_problem": "漏" * 501},
            None,
            "too_long",
            "answers.safety.water_problem",
        ),
        ("safety", {**FINE, "colour": "red"}, None, "unknown_question", "answers.safety.colour"),
        ("safety", [], None, "wrong_type", "answers.safety"),
        (
            "elder",
            {**ELDER_FINE, "difficulties": ["daily", "rain"]},
            "liu",
            "unknown_option",
            "answers.elder.liu.difficulties",
        ),
        (
            "elder",
            {**ELDER_FINE, "emergency_confirmed": "yes"},
            "liu",
            "wrong_type",
            "answers.elder.liu.emergency_confirmed",
        ),
        ("elder", ELDER_FINE, "nobody", "unknown_person", "answers.elder.nobody"),
        ("elder", "fine", "liu", "wrong_type", "answers.elder.liu"),
        ("garden", {"a": 1}, None, "unknown_section", "answers.garden"),
    ],
)
def test_what_is_missing_or_strange_is_asked(programs, section, answers, person, code, path):
    whole = visit()["answers"]
    changed = visit(answers={**whole, section: {**whole[section], person: answers} if person else answers})
    assert (code, path) in asked(programs, changed)


@pytest.mark.parametrize(
    ("changes", "more", "code"),
    [
        ({"finished_at": "2099-01-01T09:00:00+08:00"}, {}, "date_future"),
        ({"started_at": "2099-01-01T09:00:00+08:00", "finished_at": "2099-01-01T09:10:00+08:00"}, {}, "date_future"),
        ({"finished_at": "2026-04-16T08:00:00+08:00"}, {}, "time_order"),
        ({"started_at": "2026-04-14T09:00:00+08:00"}, {}, "long_visit"),
        ({"started_at": "yesterday"}, {}, "time_unclear"),
        ({"next_on": "2099-04-23"}, {}, "date_far"),
        ({"next_on": "2025-04-23"}, {}, "next_past"),
        ({"next_on": "2026-02-30"}, {}, "date_unclear"),
        ({}, {"sent_at": NOW - timedelta(hours=3)}, "clock_off"),
        ({}, {"sent_at": NOW + timedelta(hours=3)}, "clock_off"),
        ({}, {"captured_at": NOW + timedelta(days=1)}, "clock_off"),
    ],
)
def test_a_doubtful_time_is_asked(programs, changes, more, code):
    found = review_answers(programs["home"], visit(**changes), PEOPLE, HOUSEHOLD, now=NOW, **more)
    assert code in [question.code for question in found]
    assert all(question.message.endswith(("？", "。")) for question in found)


@pytest.mark.parametrize("more", [{"sent_at": NOW - timedelta(minutes=9)}, {"captured_at": NOW - timedelta(days=20)}])
def test_an_old_visit_or_a_clock_a_little_off_is_no_doubt(programs, more):
    assert asked(programs, visit(), **more) == []


def test_a_phone_in_2099_does_not_turn_children_into_elders(programs):
    future = visit(
        started_at="2099-01-01T09:00:00+08:00", finished_at="2099-01-01T09:10:00+08:00", next_on="2026-04-23"
    )
    assert {code for code, _ in asked(programs, future)} == {"date_future"}


@pytest.mark.parametrize("answers", [None, [], "x", 3])
@pytest.mark.parametrize("unchanged", [None, "safety", {}, [None, 3, {"section": "x"}]])
def test_nonsense_is_asked_about_and_never_breaks(programs, answers, unchanged):
    assert asked(programs, visit(answers=answers, unchanged=unchanged))


def test_a_visit_fills_the_ledgers(programs):
    found = fills(programs["home"], visit(), PEOPLE, HOUSEHOLD, now=NOW)
    told = {(fill.subject, fill.subject_id, fill.field): fill.value for fill in found}
    assert told["household", "h", "household.water"] == "ok"
    assert told["person", "liu", "person.living"] == "alone"
    assert told["person", "liu", "contact.emergency.phone"] == "13900000000"
    assert told["person", "liu", "contact.emergency.relation"] == "儿子", "the ledger keeps words, not codes of a form"
    assert told["person", "chen", "person.carer"] == "grandparent"


def test_an_answer_whose_question_does_not_show_fills_nothing(programs):
    hidden = answered("child", {**CHILD_FINE, "carer": "nobody", "carer_name": "赵秀兰"}, "chen")
    found = fills(programs["home"], hidden, PEOPLE, HOUSEHOLD, now=NOW)
    assert "contact.carer.name" not in [fill.field for fill in found]


def test_what_is_not_up_to_standard_opens_an_issue(programs):
    bad = answered("safety", {**FINE, "water": "bad", "water_problem": "水管冻裂，四天没水"})
    (issue,) = issues(programs["home"], bad, PEOPLE, HOUSEHOLD, now=NOW)
    assert (issue.text, issue.programme, issue.question, issue.person_id, issue.urgent) == (
        "喝水不达标：水管冻裂，四天没水", "two_three", "water", None, False,
    )  # fmt: skip
    (bare,) = issues(programs["home"], answered("safety", {**FINE, "food": "bad"}), PEOPLE, HOUSEHOLD, now=NOW)
    assert bare.text == "吃的不达标"


@pytest.mark.parametrize(
    ("answers", "born_on", "urgent"),
    [
        ({"carer": "nobody"}, "2017-01-01", [True]),
        ({"alone": "nights"}, "2012-01-01", [True]),
        ({"alone": "sometimes"}, "2012-01-01", []),
        ({"alone": "sometimes"}, "2020-01-01", [True]),
        ({"school_state": "left"}, "2017-01-01", [False]),
        ({"school_state": "left"}, "2022-01-01", []),
        ({"hurt": "some", "hurt_words": "手上有伤"}, "2017-01-01", [True]),
        ({"hazards": ["water", "fire"]}, "2017-01-01", [False]),
        ({"parents_contact": "none"}, "2017-01-01", [False]),
    ],
)
def test_a_child_in_danger_is_urgent(programs, answers, born_on, urgent):
    people = [{**CHILD, "born_on": born_on}]
    one = visit(answers={"child": {"chen": {**CHILD_FINE, **answers}}})
    found = issues(programs["home"], one, people, HOUSEHOLD, now=NOW)
    assert [issue.urgent for issue in found] == urgent
    assert all(issue.person_id == "chen" for issue in found)


def test_findings_in_a_few_words(programs):
    bad = {**FINE, "water": "bad", "housing": "bad"}
    reading = read_visit(programs["home"], answered("safety", bad), PEOPLE, HOUSEHOLD, now=NOW)
    assert reading.found == {
        ("safety", None): "住房不达标，喝水不达标",
        ("elder", "liu"): "能自理，药够吃到月底",
        ("child", "chen"): "祖辈在照看，每周联系，上学，不住校",
    }
    fine = read_visit(programs["home"], visit(), PEOPLE, HOUSEHOLD, now=NOW)
    assert fine.found["safety", None] == "六项都好"


def test_a_call_gathers_less_and_takes_nothing_away(phone, programs):
    """After a call about two things, the emergency contact of the last visit is still what was found last."""
    forms = {code: program.form for code, program in programs.items()}
    visits = [
        {"id": "b", "started_at": "2026-04-12T09:00:00+08:00", "form": {"code": "contact", "version": 1},
         "answers": {"elder": {"liu": {"self_care": "partly"}}}},
        {"id": "a", "started_at": "2026-04-09T20:00:00+08:00", "form": {"code": "home", "version": 2},
         "answers": {"elder": {"liu": ELDER_FINE}, "safety": FINE}},
        {"id": "c", "started_at": "2026-04-14T09:00:00+08:00", "form": {"code": "home", "version": 2},
         "answers": {}, "unchanged": ["safety", {"section": "elder", "person_id": "nobody"}]},
        {"id": "d", "started_at": "2026-04-15T09:00:00+08:00", "form": {"code": "gone", "version": 9},
         "answers": {"safety": {}}},
    ]  # fmt: skip
    last = merge_last(visits, lambda code, _: forms.get(code))
    assert last == phone.ask("merge", visits=visits, forms=[form.body() for form in forms.values()])
    elder = last["elder"]["liu"]
    assert (elder["visit_id"], elder["answers"]["self_care"], elder["answers"]["emergency_name"]) == (
        "b",
        "partly",
        "张建国",
    )
    assert "medicine" not in elder["answers"], "the call asked for it and was not told"
    assert (last["safety"]["visit_id"], last["safety"]["answers"]) == ("c", FINE)


def test_pictures_of_children_are_known_by_their_question(programs):
    form = programs["home"].form
    assert of_child(form, "room")
    assert not of_child(form, "water")
    assert not of_child(form, None)


def test_days_are_chinas_and_ages_are_whole_years():
    assert china_day(datetime(2026, 4, 16, 16, 30, tzinfo=UTC)) == "2026-04-17"
    assert [age_on("2008-02-29", day) for day in ("2026-02-28", "2026-03-01")] == [17, 18]
    assert age_on("2030-01-01", "2026-01-01") is None
