"""What keeps a form from going out: each mistake has its place and its sentence."""

import copy
from typing import Any

import pytest

from app.errors import BadInput
from app.forms.service import catalog, check

FORM: dict[str, Any] = {
    "code": "trial",
    "version": 1,
    "title": "试用",
    "sections": [
        {
            "code": "home",
            "title": "家里",
            "about": "household",
            "questions": [
                {
                    "code": "roof", "label": "屋顶", "type": "choice", "required": True, "photo": "asked",
                    "photo_why": "拍漏雨的地方，镇里好派人。可以不拍。", "fills": "household.housing",
                    "options": [{"code": "ok", "label": "好"}, {"code": "bad", "label": "漏", "tone": "bad"}],
                    "opens_issue": {"when": "bad", "text": "屋顶漏：{where}"},
                },
                {
                    "code": "where", "label": "哪里漏", "type": "text", "under": "roof",
                    "visible_when": "answers.roof == 'bad'",
                },
                {
                    "code": "people", "label": "几口人", "type": "integer",
                    "constraint": "answers.people >= 1", "message": "至少一口人。",
                },
            ],
        },
        {
            "code": "kid",
            "title": "孩子",
            "about": "person",
            "filter": "person.age < 18",
            "never_face": True,
            "notice": {"title": "别拍孩子的脸", "text": "拍屋子就行。"},
            "questions": [
                {
                    "code": "desk", "label": "书桌", "type": "photo", "photo": "optional",
                    "photo_why": "不要拍孩子的脸，拍书桌就行。",
                }
            ],
        },
    ],
}  # fmt: skip


def changed(path: str, value: Any) -> dict[str, Any]:
    """FORM with one place changed; `...` takes the place away."""
    form: Any = copy.deepcopy(FORM)
    *way, last = path.split(".")
    at = form
    for step in way:
        at = at[int(step)] if isinstance(at, list) else at[step]
    key: Any = int(last) if isinstance(at, list) else last
    if value is ...:
        del at[key]
    else:
        at[key] = value
    return form


def refused(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    with pytest.raises(BadInput) as error:
        check(document)
    assert error.value.code == "bad_form"
    return [(detail.path, detail.code, detail.message) for detail in error.value.details]


def test_a_good_form_goes_out_and_comes_back_the_same():
    form = check(FORM)
    assert check(form.body()) == form
    assert form.body()["sections"][0]["questions"][1] == FORM["sections"][0]["questions"][1]


ROOF = "sections.0.questions.0"
DESK = "sections.1.questions.0"


@pytest.mark.parametrize(
    ("path", "value", "where", "code"),
    [
        (f"{ROOF}.colour", "red", f"{ROOF}.colour", "extra_forbidden"),
        (f"{ROOF}.label", "", f"{ROOF}.label", "string_too_short"),
        (f"{ROOF}.label", "很" * 25, f"{ROOF}.label", "string_too_long"),
        (f"{ROOF}.code", "屋顶", f"{ROOF}.code", "string_pattern_mismatch"),
        (f"{ROOF}.type", "video", f"{ROOF}.type", "literal_error"),
        ("title", ..., "title", "missing"),
        ("sections", [], "sections", "too_short"),
        ("version", 0, "version", "greater_than_equal"),
        ("sections.1.code", "home", "sections.0.code", "code_twice"),
        (f"{DESK}.code", "roof", f"{ROOF}.code", "code_twice"),
        ("sections.0.questions.2.code", "while", "sections.0.questions.2.code", "code_reserved"),
        (f"{ROOF}.options", [{"code": "ok", "label": "好"}], f"{ROOF}.options", "options"),
        (f"{ROOF}.options.1.code", "ok", f"{ROOF}.options", "code_twice"),
        ("sections.0.questions.1.options", [{"code": "a", "label": "甲"}], "sections.0.questions.1.options", "options"),
        (f"{ROOF}.visible_when", "answers.where == 'x'", f"{ROOF}.visible_when", "condition"),
        (
            "sections.0.questions.1.visible_when",
            "answers.roof < 'b'",
            "sections.0.questions.1.visible_when",
            "condition",
        ),
        ("sections.0.questions.2.message", ..., "sections.0.questions.2.message", "message_missing"),
        ("sections.0.questions.2.constraint", "people > 1", "sections.0.questions.2.constraint", "condition"),
        ("sections.0.questions.1.under", "people", "sections.0.questions.1.under", "unknown_question"),
        (f"{ROOF}.fills", "household.colour", f"{ROOF}.fills", "unknown_field"),
        (f"{ROOF}.fills", "person.living", f"{ROOF}.fills", "unknown_field"),
        ("sections.0.questions.1.fills", "household.water", "sections.0.questions.1.fills", "wrong_type"),
        (f"{ROOF}.opens_issue.when", "broken", f"{ROOF}.opens_issue.when", "condition"),
        (f"{ROOF}.opens_issue.text", "漏：{colour}", f"{ROOF}.opens_issue.text", "unknown_question"),
        ("sections.0.filter", "person.age > 60", "sections.0.filter", "condition"),
        ("sections.0.summary", {"ask": ["colour"]}, "sections.0.summary", "unknown_question"),
    ],
)
def test_each_mistake_has_its_place(path, value, where, code):
    found = refused(changed(path, value))
    assert (where, code) in [(at, kind) for at, kind, _ in found]
    assert all(any("一" <= sign <= "鿿" for sign in words) for *_, words in found)


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (f"{ROOF}.photo_why", ..., "photo_why"),
        (f"{ROOF}.photo_why", "到门口打卡拍一张", "forced"),
        (f"{ROOF}.hint", "和户主合影", "forced"),
        (f"{ROOF}.hint", "必须拍照", "forced"),
        (f"{DESK}.required", True, "forced"),
        (f"{DESK}.photo", "none", "forced"),
        (f"{DESK}.photo", "asked", "child_face"),
        (f"{DESK}.photo_why", "拍书桌，看看孩子学习。", "child_face"),
        (f"{DESK}.label", "孩子的照片", "child_face"),
        ("sections.1.never_face", False, "child_face"),
        ("sections.1.notice", ..., "child_face"),
    ],
)
def test_nothing_is_forced_and_no_childs_face_is_asked_for(path, value, code):
    assert code in [kind for _, kind, _ in refused(changed(path, value))]


def test_no_section_asks_for_more_than_ten_things():
    many = [{"code": f"q{n}", "label": "问", "type": "text", "required": True} for n in range(11)]
    assert "too_many_required" in [kind for _, kind, _ in refused(changed("sections.0.questions", many))]


def test_the_forms_that_ship_may_go_out():
    assert [(form.code, form.version) for form in catalog()] == [("contact", 1), ("home", 1), ("home", 2)]


def test_a_question_in_both_forms_means_the_same_in_both():
    """So that a call and a visit open with the same last answer."""
    contact, *_, home = catalog()
    own = {section.code: section for section in home.sections}
    for section in contact.sections:
        for question in section.questions if section.code in own else ():
            same = own[section.code].question(question.code)
            assert same is not None
            assert (same.type, same.options, same.fills) == (question.type, question.options, question.fills)
