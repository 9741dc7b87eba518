"""Cells: each kind of mess of a county's spreadsheets, repaired or told."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.imports import rules
from tests.imports.files import number

GOOD = "34992719350104110X"
WIDE = str.maketrans("0123456789Xx", "".join(chr(ord(c) + 0xFEE0) for c in "0123456789Xx"))


@pytest.mark.parametrize(
    ("cell", "kinds"),
    [
        (GOOD, ()),
        (f"{GOOD} ", ("id_space",)),
        (f" {GOOD}", ("id_space",)),
        (f"{GOOD}\u3000", ("id_space",)),
        (f"{GOOD}\u00a0", ("id_space",)),
        (f"\ufeff{GOOD}\n", ("id_space",)),
        ("349927 19350104 110X", ("id_inner_space",)),
        ("349927\u00a019350104\t110X", ("id_inner_space",)),
        ("34992719350104110x", ("id_lower_x",)),
        ("34992719350104110x ", ("id_space", "id_lower_x")),
        (GOOD.translate(WIDE), ("id_fullwidth",)),
        (GOOD.lower().translate(WIDE), ("id_fullwidth",)),
        ("349927350104110", ("id_15",)),
        (349927350104110.0, ("id_15",)),
        (349927350104110, ("id_15",)),
        ("34992719350104110\u00d7", ("id_cross_for_x",)),
        (f"'{GOOD}", ("id_quote",)),
    ],
)
def test_an_id_number_that_can_be_repaired(cell, kinds):
    assert rules.read_id(cell) == rules.Reading(GOOD, kinds)


@pytest.mark.parametrize(
    ("cell", "why", "shown"),
    [
        (3.49927199003013e17, "id_lost_tail", "3.49927199003013E+17"),
        (3.499271951083e17, "id_lost_tail", "3.49927195108300E+17"),
        ("3.49927E+17", "id_scientific_text", "3.49927E+17"),
        ("3.49927e+17", "id_scientific_text", "3.49927e+17"),
        ("349927199003013000", "id_lost_tail", "349927199003013000"),
        ("", "id_missing", ""),
        (None, "id_missing", ""),
        (" \u3000", "id_missing", " \u3000"),
        ("无", "id_missing", "无"),
        ("34992719350104", "id_malformed", "34992719350104"),
        ("349927********110X", "id_malformed", "349927********110X"),
        ("349927631345110", "id_malformed", "349927631345110"),
        ("3499271935010411\u0660X", "id_malformed", "3499271935010411\u0660X"),
        (12345.0, "id_malformed", "12345"),
    ],
)
def test_an_id_number_that_is_lost_is_never_guessed(cell, why, shown):
    reading = rules.read_id(cell)
    assert (reading.value, reading.why, rules.shown(cell)) == (None, why, shown)


@pytest.mark.parametrize("written", ["349927198307278901", "349927196602297941", "349927202705246854"])
def test_a_complete_number_that_is_wrong_is_read_as_written(written):
    assert rules.read_id(written) == rules.Reading(written)


@given(st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.integers(1, 999))
def test_every_sound_number_reads_as_itself_through_any_dress(born, order):
    sound = number(f"{born:%Y%m%d}", order)
    for dress in (sound, f" {sound.lower()}\u00a0", sound.translate(WIDE), f"{sound[:6]} {sound[6:14]} {sound[14:]}"):
        assert rules.read_id(dress).value == sound
    if born.year < 2000:
        assert rules.read_id(sound[:6] + sound[8:17]) == rules.Reading(sound, ("id_15",))


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none(), st.datetimes(), st.timedeltas()))
@example(float("nan"))
@example(float("inf"))
@example(-1e300)
@example(1.7e306)
def test_no_cell_whatever_it_holds_breaks_a_reader(cell):
    rules.shown(cell)
    for read in rules.READERS.values():
        reading = read(cell)
        assert not (reading.why and reading.value is not None)


@pytest.mark.parametrize(
    ("cell", "name", "kinds"),
    [
        ("王建国", "王建国", ()),
        ("王建国 ", "王建国", ("name_space",)),
        ("王  娟", "王娟", ("name_space",)),
        ("王\u3000娟", "王娟", ("name_space",)),
        ("張國琹", "张国琴", ("name_variant",)),
        ("黃峯 平", "黄峰平", ("name_space", "name_variant")),
        ("韓豔紅", "韩艳红", ("name_variant",)),
        ("秦㛃", "秦㛃", ()),
        ("马䶮", "马䶮", ()),
        ("赵𠮷", "赵𠮷", ()),
        ("甯昇", "甯昇", ()),
        ("李乾", "李乾", ()),
        ("阿依古丽 · 买买提", "阿依古丽·买买提", ("name_space",)),
        ("Anna Maria", "Anna Maria", ()),
        ("", None, ()),
    ],
)
def test_names_lose_alignment_and_old_forms_but_never_a_rare_right_character(cell, name, kinds):
    assert rules.read_name(cell) == rules.Reading(name, kinds)


@pytest.mark.parametrize(
    ("cell", "kinds"),
    [
        ("2026-03-05", ()),
        ("2026-3-5", ()),
        (date(2026, 3, 5), ()),
        (datetime(2026, 3, 5, 8, 30), ()),
        ("2026-03-05 00:00:00", ()),
        ("2026年3月5日", ("date_cn",)),
        ("2026 年 3 月 5 日", ("date_cn",)),
        ("2026.3.5", ("date_dot",)),
        ("2026.03.05", ("date_dot",)),
        ("2026/3/5", ("date_slash",)),
        ("2026/3/5 0:00", ("date_slash",)),
        ("20260305", ("date_compact",)),
        (20260305.0, ("date_compact",)),
        (46086.0, ("date_serial",)),
        (46086.354, ("date_serial",)),
        ("46086", ("date_serial",)),
    ],
)
def test_days_in_all_their_dresses(cell, kinds):
    assert rules.read_date(cell) == rules.Reading(date(2026, 3, 5), kinds)


@pytest.mark.parametrize("cell", ["2026-13-40", "03/05/2026", "去年", "2026-02-30", 12.0, timedelta(hours=3), "26.3.5"])
def test_a_day_that_cannot_be_read_is_doubtful_not_guessed(cell):
    assert rules.read_date(cell) == rules.Reading(warning="date_unreadable")


@pytest.mark.parametrize(
    ("cell", "kinds"),
    [
        ("2026-03", ()),
        (date(2026, 3, 1), ()),
        ("202603", ("month_compact",)),
        (202603.0, ("month_compact",)),
        ("2026年3月", ("month_cn",)),
        ("2026.03", ("month_dot",)),
        ("2026/3", ("month_slash",)),
        ("2026年3月5日", ("month_cn",)),
    ],
)
def test_months_in_all_their_dresses(cell, kinds):
    assert rules.read_month(cell) == rules.Reading("2026-03", kinds)


@pytest.mark.parametrize(
    ("cell", "phone", "kinds", "warning"),
    [
        ("16173365764", "16173365764", (), None),
        (16173365764.0, "16173365764", ("phone_number",), None),
        ("163-0093-3160", "16300933160", ("phone_dash",), None),
        ("154 4517 8296", "15445178296", ("phone_dash",), None),
        ("+86 154 4517 8296", "15445178296", ("phone_dash",), None),
        ("16173365764".translate(WIDE), "16173365764", ("phone_fullwidth",), None),
        ("0556-7356664", "0556-7356664", (), "phone_form"),
        ("1613564316", "1613564316", (), "phone_form"),
        (1613564316.0, "1613564316", ("phone_number",), "phone_form"),
        ("无", None, (), None),
    ],
)
def test_phones_lose_dashes_only_where_a_mobile_number_results(cell, phone, kinds, warning):
    assert rules.read_phone(cell) == rules.Reading(phone, kinds, warning=warning)


@pytest.mark.parametrize(
    ("cell", "value", "kinds", "warning"),
    [
        ("是", True, (), None), ("不能", False, (), None), ("√", True, ("flag_variant",), None),
        ("×", False, ("flag_variant",), None), ("", None, (), None), ("也许", None, (), "flag_unreadable"),
    ],
)  # fmt: skip
def test_yes_and_no(cell, value, kinds, warning):
    assert rules.read_flag(cell) == rules.Reading(value, kinds, warning=warning)


@pytest.mark.parametrize(
    ("cell", "reading"),
    [
        ("34992710020100001", rules.Reading("34992710020100001")),
        (" 34992710020100001 ", rules.Reading("34992710020100001")),
        (34992710020100001.0, rules.Reading(why="code_lost_tail")),
        ("3.49927E+16", rules.Reading(why="code_scientific_text")),
        (12.0, rules.Reading("12")),
    ],
)
def test_codes(cell, reading):
    assert rules.read_code(cell) == reading


def test_certificates_groups_words_and_amounts():
    assert rules.read_cert("34992719850119630753 B1") == rules.Reading("34992719850119630753B1", ("cert_space",))
    assert [rules.read_group(cell).value for cell in (4.0, "4组", "第4村民小组", "四组")] == ["4", "4", "4", "四"]
    assert rules.read_text(" 已脱贫-享受\n政策 ").value == "已脱贫-享受政策"
    assert [rules.read_money(cell).value for cell in (960.0, "1,020.50元", "")] == [96000, 102050, None]
    assert rules.read_term("长期").value == "长期"
    assert rules.read_term("2026.3.5") == rules.Reading(date(2026, 3, 5), ("date_dot",))
    assert rules.read_number("两个").warning == "number_unreadable"
