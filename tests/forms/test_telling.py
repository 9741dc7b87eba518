"""Conditions in Chinese: what the subset allows is told rightly, or shown as it is written."""

import pytest

from app.forms.expressions import Known, check
from app.forms.schemas import LEDGER_FIELDS, FormDocument, Section
from app.forms.service import catalog
from app.forms.telling import condition_words
from app.forms.words import KEYS, MODES, PHOTOS, TYPES, ledger_words, place

SECTION = Section.model_validate({
    "code": "part", "title": "部分", "about": "person",
    "questions": [
        {"code": "roof", "label": "屋顶", "type": "choice",
         "options": [{"code": "ok", "label": "好"}, {"code": "bad", "label": "漏"}]},
        {"code": "needs", "label": "难处", "type": "choices",
         "options": [{"code": "money", "label": "钱"}, {"code": "ill", "label": "病"}]},
        {"code": "sure", "label": "打得通吗", "type": "yesno"},
        {"code": "beds", "label": "几张床", "type": "integer"},
        {"code": "since", "label": "哪天", "type": "date"},
        {"code": "words", "label": "原话", "type": "text"},
    ],
})  # fmt: skip
NAMES = Known.of(person=True, answers=SECTION.types())


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("person.age >= 60", "满 60 岁"),
        ("18 > person.age", "不满 18 岁"),
        ("person.age >= 6 && person.age <= 15", "满 6 岁，并且不超过 15 岁"),
        ("!person.away", "人在家里"),
        ("person.away == false", "人在家里"),
        ("person.lives_alone && person.sex == 2", "一个人住，并且性别是“女”"),
        ("person.living in ['alone', 'spouse']", "居住情况是“独居”或“与配偶同住”"),
        ("'dibao' in household.tags", "家里有“低保”标签"),
        ("!('dibao' in person.tags)", "没有“低保”标签"),
        (
            "person.tags.exists(t, t in ['dibao', 'tekun']) || person.age > 80",
            "有“低保”、“特困”中的一个标签，或者超过 80 岁",
        ),
        ("person.tags.exists(t, t == 'dibao')", "有“低保”标签"),
        ("(person.away || person.is_head) && household.size > 2", "（人在外面，或者是户主），并且家里人口超过 2"),
        ("answers.roof == 'bad'", "“屋顶”选了“漏”"),
        ("answers.roof != 'bad'", "“屋顶”没选“漏”"),
        ("!(answers.roof == 'bad' && has(answers.beds))", "不是（“屋顶”选了“漏”，并且“几张床”答了）"),
        ("answers.roof in ['ok', 'bad']", "“屋顶”选了“好”或“漏”"),
        ("'money' in answers.needs", "“难处”选了“钱”"),
        ("size(answers.needs) >= 2", "“难处”的项数不少于 2"),
        ("answers.needs.size() == 1", "“难处”的项数是 1"),
        ("answers.sure == true", "“打得通吗”选了“是”"),
        ("answers.sure", "“打得通吗”选了“是”"),
        ("!answers.sure", "“打得通吗”没选“是”"),
        ("answers.sure == false", "“打得通吗”选了“不是”"),
        ("has(answers.words)", "“原话”答了"),
        ("answers.words == null", "“原话”没答"),
        ("!has(last.words)", "上次“原话”没答"),
        ("person.age != null", "岁数是知道的"),
        ("answers.beds < 3", "“几张床”少于 3"),
        ("answers.since <= on", "“哪天”不晚于走访那天"),
        ("answers.since >= '2026-01-01'", "“哪天”不早于 2026-01-01"),
        ("on >= '2026-01-01'", "走访那天不早于 2026-01-01"),
        ("answers.words.contains('漏')", "“原话”里有“漏”"),
        ("household.division.startsWith('349927')", "村的代码以“349927”开头"),
        ("answers.roof != last.roof", "“屋顶”和上次“屋顶”不一样"),
        ("true", "总是"),
    ],
)
def test_a_condition_is_told(source, words):
    check(source, NAMES)
    assert condition_words(source, SECTION) == words


@pytest.mark.parametrize(
    "source",
    [
        "answers.beds + 1 > 3",
        "person.away ? true : false",
        "(answers.beds * 2) > 3",
        "person.tags.all(t, t != 'dibao')",
        "person.tags.exists(t, t.startsWith('child_'))",
        "answers.beds > last.beds",
    ],
)
def test_what_has_no_words_is_shown_as_written(source):
    check(source, NAMES)
    assert condition_words(source, SECTION) == f"符合条件：{source}"


def test_the_forms_that_ship_are_told_wholly():
    for form in catalog():
        for section in form.sections:
            asked = [q.opens_issue.when for q in section.questions if q.opens_issue and " " in q.opens_issue.when]
            shown = [q.visible_when for q in section.questions if q.visible_when]
            for source in filter(None, [section.filter, *asked, *shown]):
                assert "符合条件" not in condition_words(source, section)


def test_everything_a_form_may_hold_has_a_name():
    def keys(schema: dict) -> set[str]:
        parts = [schema, *schema.get("$defs", {}).values()]
        return {name for part in parts for name in part.get("properties", {})}

    assert keys(FormDocument.model_json_schema()) == set(KEYS)
    schema = FormDocument.model_json_schema()["$defs"]["Question"]["properties"]
    assert set(schema["type"]["enum"]) == set(TYPES)
    assert set(schema["photo"]["enum"]) == set(PHOTOS)
    assert set(FormDocument.model_json_schema()["properties"]["modes"]["items"]["enum"]) == set(MODES)
    assert all("_" not in ledger_words(name) and "." not in ledger_words(name) for name in LEDGER_FIELDS)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("", "整张表"),
        ("title", "标题"),
        ("sections", "部分"),
        ("sections.0.questions.1.fills", "第 1 部分“家里”，第 2 题，填到台账"),
        ("sections.9.code", "第 10 部分，代码"),
        ("sections.0.summary.ask.2", "第 1 部分“家里”，上次情况，第 3 项"),
        ("odd", "“odd”"),
    ],
)
def test_a_place_is_said_as_one_finds_it(path, words):
    document = {"sections": [{"title": "家里", "questions": [{}, "x"], "summary": {"ask": []}}]}
    assert place(document, path) == words
