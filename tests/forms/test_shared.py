"""Questions written once for several sections of a shipped form."""

import pytest

from app.forms.shared import expand

FORM = {
    "code": "x",
    "shared": {
        "kept": [
            {"code": "kept", "visible_when": "answers.self == 'no' || has(last.kept)", "constraint": "answers.kept > 1",
             "opens_issue": {"when": "has(answers.kept)", "text": "没做到：{why}，{self}"}},
            {"code": "why", "under": "kept", "opens_issue": {"when": "bad", "text": "x"}},
        ]
    },
    "sections": [
        {"code": "a", "questions": [{"code": "self"}, {"use": "kept"}]},
        {"code": "b", "questions": [{"use": "kept", "prefix": "b_", "visible_when": "person.age > 60"}]},
    ],
}  # fmt: skip


def test_each_section_gets_questions_of_its_own():
    made = expand(FORM)
    assert "shared" not in made
    first, second = made["sections"]
    assert [one["code"] for one in first["questions"]] == ["self", "kept", "why"]
    assert first["questions"][1] == FORM["shared"]["kept"][0]
    kept, why = second["questions"]
    assert (kept["code"], why["code"], why["under"]) == ("b_kept", "b_why", "b_kept")
    assert kept["visible_when"] == "(person.age > 60) && (answers.self == 'no' || has(last.b_kept))"
    assert why["visible_when"] == "person.age > 60"
    assert kept["constraint"] == "answers.b_kept > 1"
    assert kept["opens_issue"] == {"when": "has(answers.b_kept)", "text": "没做到：{b_why}，{self}"}
    assert why["opens_issue"]["when"] == "bad", "the code of an option stays"


def test_what_is_not_there_cannot_be_used():
    with pytest.raises(KeyError):
        expand(FORM | {"shared": {}})


def test_a_form_without_shared_questions_stays_as_it_is():
    plain = {"code": "x", "sections": [{"code": "a", "questions": [{"code": "self"}]}]}
    assert expand(plain) == plain
