"""What an ID number says, how names sound, what masks hide. No database."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.forms.schemas import Question
from app.households import rules, tags

ON = date(2026, 10, 31)


@pytest.mark.parametrize(
    ("text", "sex", "born", "warning"),
    [
        ("11010519491231002X", 2, date(1949, 12, 31), None),
        ("349927194001010010", 1, date(1940, 1, 1), None),
        ("34992720150615002x", 2, date(2015, 6, 15), None),
        ("３４９９２７ 19400101-0010", 1, date(1940, 1, 1), None),
        ("349927196602290010", 1, None, "id_date"),
        ("349927194001010011", 1, date(1940, 1, 1), "id_check"),
        ("349927202701010015", 1, None, "id_future"),
        ("349927400101001", 1, date(1940, 1, 1), None),
        ("349927189001010018", 1, date(1890, 1, 1), "id_old"),
        ("3.49927E+17", 0, None, "id_length"),
        ("34992719400101001A", 0, None, "id_characters"),
        ("", 0, None, "id_length"),
    ],
)
def test_a_number_says_sex_and_birthday_or_what_is_wrong(text, sex, born, warning):
    facts = rules.read_id(text, ON)
    assert (facts.sex, facts.born_on) == (sex, born)
    assert facts.warning == warning or (warning == "id_old" and facts.warning == "id_check")
    assert facts.warning is None or facts.warning in rules.WARNINGS


def test_an_old_number_grows_to_eighteen():
    assert rules.expand_old("110105491231002") == "11010519491231002X"
    assert rules.read_id("110105491231002", ON).number == "11010519491231002X"


def test_an_area_that_is_not_listed_is_only_a_hint():
    assert rules.area_known("11010519491231002X")
    assert not rules.area_known("349927194001010010")
    assert not rules.area_known("三四")


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [(date(2000, 2, 29), date(2018, 2, 28), 17), (date(2000, 2, 29), date(2018, 3, 1), 18), (ON, ON, 0)],
)
def test_age_is_completed_years(born, on, age):
    assert rules.age_on(born, on) == age


@pytest.mark.parametrize(
    ("name", "sounds", "given"),
    [
        ("刘桂英", ("liuguiying", "lgy"), "桂英"),
        ("欧阳娜", ("ouyangna", "oyn"), "娜"),
        ("欧阳", ("ouyang", "oy"), "阳"),
        ("单雄信", ("shanxiongxin", "sxx"), "雄信"),
        ("尉迟恭", ("yuchigong", "ycg"), "恭"),
        ("吕䶮", ("lvyan", "ly"), "䶮"),
        ("𠮷田", ("jitian", "jt"), "田"),
        ("王😀", ("wang", "w"), "😀"),
        ("😀", ("", ""), ""),
        ("阿依古丽·买买提", ("ayigulimaimaiti", "ayglmmt"), "依古丽·买买提"),
        ("Maria Li", ("mariali", "mal"), "aria Li"),
        ("", ("", ""), ""),
    ],
)
def test_names_sound_as_they_are_typed(name, sounds, given):
    assert rules.name_sounds(name) == sounds
    assert rules.given_of(name) == given


@given(st.text(max_size=64))
def test_no_name_breaks_anything(name):
    pinyin, initials = rules.name_sounds(name)
    assert pinyin.isascii()
    assert len(pinyin) <= 160
    assert len(initials) <= 64
    assert rules.normal_name(rules.normal_name(name)) == rules.normal_name(name)
    rules.read_id(name, ON)
    rules.read_word(name)
    rules.normal_phone(name)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (" 孙 家 旺 ", "孙家旺"),
        ("王　芳", "王芳"),
        ("Maria  Li", "Maria Li"),
        ("刘\u200b桂\u00a0英", "刘桂英"),
        ("𠮷 田", "𠮷田"),
    ],
)
def test_spaces_for_alignment_leave_a_name(text, clean):
    assert rules.normal_name(text) == clean


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("161-6679-8147", "16166798147"), ("+86 161 6679 8147", "16166798147"),
        ("１６１６６７９８１４７", "16166798147"),
        ("0556-7171234", "05567171234"), ("无", None), ("12", None),
    ],
)  # fmt: skip
def test_phones_are_digits(text, digits):
    assert rules.normal_phone(text) == digits


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("0556-7356664", "0556-7356664"), ("０５５６－７３５６６６４", "0556-7356664"),
        ("010-81234567", "010-81234567"),
        ("05567356664", "05567356664"), ("161-6679-8147", "16166798147"), ("0556-7356664-12", "0556735666412"),
        ("无", None),
    ],
)  # fmt: skip
def test_a_fixed_line_keeps_its_dash(text, kept):
    assert rules.written_phone(text) == kept


@pytest.mark.parametrize(("text", "shown"), [
    ("找王大妈 13800001111，或 0556-1234567", "找王大妈 138****1111，或 0556-1234567"),
    ("349927194203010028的低保", "349927********0028的低保"), ("349927420301002", "349927*****1002"),
    ("账号6217000012345678，3000元", "账号**** 5678，3000元"), ("2026年第100200300号", "2026年第100200300号"),
    (None, ""),
])  # fmt: skip
def test_numbers_in_running_text_stand_behind_their_masks(text, shown):
    assert rules.mask_words(text) == shown


def test_masks_show_no_more_than_they_may():
    assert rules.mask_id("349927194001010010") == "349927********0010"
    assert rules.mask_id("3499271") == "*******"
    assert rules.mask_phone("16166798147") == "161****8147"
    assert rules.mask_bank("6217000012345678") == "**** 5678"
    assert rules.mask_name("王芳") == "王*"
    assert rules.mask_name("欧阳娜娜") == "欧阳**"
    assert rules.mask_id(None) == rules.mask_phone(None) == rules.mask_bank(None) == ""


@pytest.mark.parametrize(
    ("word", "kind"),
    [("349927194001010010", "id"), ("349927400101001", "id"), ("16166798147", "phone"), ("0010", "last4"),
     ("002x", "last4"), ("34992710020100001", "code"), ("lgy", "sound"), ("LÜ", "sound"), ("桂英", "name"),
     ("😀", "name")],
)  # fmt: skip
def test_a_word_is_read_by_its_shape(word, kind):
    assert rules.read_word(word).kind == kind


def test_words_of_ledgers_become_codes():
    assert tags.living_code("独居") == "alone"
    assert tags.living_code("与子女") == "children"
    assert tags.living_code("alone") == "alone"
    assert tags.living_code("在庙里") == "在庙里"
    assert tags.living_code(None) is None
    assert tags.health_code("大病") == "serious"
    assert tags.household_tags("脱贫不稳定户") == ["watched"]
    assert tags.household_tags("一般户") == tags.household_tags(None) == []
    assert tags.label(tags.LIVING, "alone") == "独居"


@pytest.mark.parametrize(
    ("word", "among"),
    [("一组", "1"), ("1组", "一组"), ("第12组", "十二组"), ("二十组", "20"), ("4村民组", "第四组"), ("上屋组", "上屋")],
)
def test_a_group_is_found_however_it_is_written(word, among):
    assert among in rules.group_spellings(word)


@pytest.mark.parametrize("word", ["组", "一", "刘桂英", "4", ""])
def test_what_names_no_group(word):
    assert rules.group_spellings(word) == ()


def test_a_telephone_in_an_answer_stays_behind_its_mask_on_a_desk():
    called = Question(code="emergency_phone", label="电话", type="phone")
    assert rules.masked_words(called, "15400000131") == "154****0131"
    assert rules.masked_words(called, None) == ""
    assert rules.masked_words(Question(code="name", label="名字", type="text"), "张建国") == "张建国"
