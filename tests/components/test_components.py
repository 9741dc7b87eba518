"""The design system says what it means: names for a screen reader, states in words, targets that are real controls."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import reflex as rx

from components import office
from components.button import button, button_link, call_link, file_button
from components.choices import choice, choices, question
from components.field import password_field, search_field, switch, text_area, text_box, text_field
from components.frame import TABS, tabs, top, urgent_link
from components.icons import icon
from components.message import bones, empty, error, note, progress
from components.photos import shot, strip_photo
from components.plate import plaque
from components.registers import reason_dialog
from components.section import folded, same, section

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "assets"


HANDLER = rx.Var("go", _var_type=rx.EventChain)


def text(component: rx.Component) -> str:
    """All of a component's rendered form, unescaped, to look into."""
    drawn = json.dumps(component.render(), ensure_ascii=False, default=str).replace('\\"', '"')
    return re.sub(r"\\+u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), drawn)


def props(component: rx.Component) -> str:
    return " ".join(component.render()["props"])


def test_an_icon_is_silent_and_drawn_in_the_sprite():
    drawn = text(icon("phone", small=True))
    assert "/icons.svg#i-phone" in drawn
    assert '"aria-hidden":"true"' in drawn


def test_every_icon_that_is_used_is_in_the_sprite():
    sprite = (ASSETS / "icons.svg").read_text("utf-8")
    drawn = set(re.findall(r'id="i-([a-z0-9-]+)"', sprite))
    used: set[str] = set()
    for path in [*(ROOT / "app").rglob("*page*.py"), *(ROOT / "components").glob("*.py")]:
        source = path.read_text("utf-8")
        used |= set(re.findall(r'(?:draw|[^_]icon)\("([a-z0-9-]+)"', source))
        used |= set(re.findall(r'icon="([a-z0-9-]+)"', source))
    for path in (ASSETS / "offline" / "views").glob("*.js"):
        used |= set(re.findall(r'icon: "([a-z0-9-]+)"', path.read_text("utf-8")))
    assert used - drawn == set()
    assert {"circle-check", "chevron-right"} <= used


def test_buttons_do_not_submit_by_accident():
    assert 'type:"button"' in props(button("改"))
    assert 'type:"submit"' in props(button("登录", type="submit"))
    assert 'className:"btn main"' in props(button("保存", kind="main"))


def test_links_inside_the_face_need_no_load():
    assert 'to:"/households"' in props(button_link("找农户", to="/households"))
    assert "tel:110" in props(call_link("拨打 110", number="110"))


def test_a_file_button_is_one_input_for_one_picture():
    camera, album = text(file_button("拍照", aria_label="拍照")), text(file_button("相册", camera=False))
    assert 'capture:"environment"' in camera
    assert "capture" not in album
    assert "multiple" not in camera


def test_a_choice_carries_its_sign_with_its_colour():
    assert "i-check" in text(choice("达标"))
    assert "i-triangle-alert" in text(choice("不达标", tone="bad"))
    assert "i-minus" in text(choice("不适用", tone="na"))
    assert 'type:"checkbox"' in text(choice("走失", many=True))


def test_a_question_names_its_answers():
    asked = question("喝水", choices(choice("达标")), aside="上次：达标")
    assert asked.render()["name"] == '"fieldset"'
    assert "legend" in text(asked)


def test_a_section_folds_without_losing_its_tick():
    closed = section(
        "老人近况", "上次 4 月 9 日", "能自理", same(), button("有变化"), done=rx.Var("done", _var_type=bool)
    )
    drawn = text(closed)
    assert "无变化" in drawn
    assert 'role:"group"' in drawn
    assert "group sect done" in drawn


def test_folded_says_what_would_be_changed():
    assert "aria-label" in text(folded("老人近况", "无变化", on_open=HANDLER, spoken="改老人近况"))


def test_fields_have_labels_and_errors_are_said():
    assert text_field("用户名", name="username").render()["name"] == '"label"'
    assert 'role:"alert"' in text(error("密码还没写。"))
    assert 'role:"switch"' in text(switch("黑底白字", checked=True, on_change=HANDLER))
    assert "autoComplete" in text(
        password_field("密码", shown=False, on_show=HANDLER, auto_complete="current-password")
    )


def test_the_search_field_is_emptied_only_when_full():
    full = rx.Var("full", _var_type=bool)
    drawn = text(search_field("找农户", on_clear=HANDLER, filled=full))
    assert 'type:"search"' in drawn
    assert "full" in drawn


def test_progress_is_told_in_numbers():
    drawn = text(progress("上传", 3, 5, "60%"))
    assert 'role:"progressbar"' in drawn
    assert '"aria-valuenow":3' in drawn


def test_waiting_and_empty_have_words():
    assert "aria-label" in text(bones())
    assert "plaque" in text(empty("都传完了", "在 8:12。", sign=("待传", "0")))
    assert 'className:"note due"' in props(note("7 天一次", tone="due"))


def test_a_picture_that_is_not_here_leaves_a_sign():
    url = rx.Var("url", _var_type=str)
    assert "onError" in text(shot(url, "退回的照片"))
    assert "aria-label" in text(strip_photo(url, "照片", "已存", on_remove=HANDLER))


def test_five_tabs_and_where_one_is():
    drawn = tabs("outbox", badge=rx.Var("n", _var_type=int)).render()
    assert len(drawn["children"]) == len(TABS) == 5
    assert text(tabs("outbox")).count('"aria-current":"page"') == 1


def test_the_way_back_and_help_have_spoken_names():
    assert text(top("一户", back="/households", back_word="回到农户")).count("aria-label") == 1
    assert "aria-label" in props(urgent_link())


def test_a_table_has_a_caption_and_column_heads():
    drawn = text(office.table("疑点", ["谁", "最晚"], rx.el.tr(rx.el.td("甲"), rx.el.td("乙"))))
    assert "caption" in drawn
    assert drawn.count('scope:"col"') == 2


def test_the_browser_keeps_no_copy_of_what_is_written():
    for drawn in (text_field("姓名", name="name"), text_area("为什么", name="why"), text_box(name="text")):
        assert 'autoComplete:"off"' in text(drawn)
    bare = [path.name for path in (ROOT / "app").rglob("*.py") if "el.textarea(" in path.read_text("utf-8")]
    assert bare == [], "a box of several lines is a `text_box`"


def test_the_plaque_is_text():
    assert "small" in text(plaque("三组", "12"))


@pytest.mark.parametrize("name", ["base.css", "field.css", "office.css"])
def test_colours_come_from_the_tokens(name: str):
    """No other file states a colour of its own, white and black on photographs apart."""
    found = re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\([^)]*\)", (ASSETS / name).read_text("utf-8"))
    assert set(found) <= {"#fff", "#0c1311"}


@pytest.mark.parametrize("name", ["base.css", "field.css", "office.css"])
def test_no_text_is_smaller_than_18_pixels(name: str):
    sizes: list[Any] = re.findall(r"font(?:-size)?:[^;{}]*?(\d+(?:\.\d+)?)px", (ASSETS / name).read_text("utf-8"))
    assert [size for size in sizes if float(size) < 18] == []


def _branches(drawn: Any, answers: dict[str, bool]) -> Any:
    """What stands on the screen when these conditions have these answers."""
    if isinstance(drawn, list):
        return [_branches(one, answers) for one in drawn]
    if not isinstance(drawn, dict):
        return drawn
    if "cond_state" in drawn:
        holds = next((holds for name, holds in answers.items() if name in drawn["cond_state"]), True)
        return _branches(drawn["true_value" if holds else "false_value"], answers)
    return {name: _branches(one, answers) for name, one in drawn.items()}


@pytest.mark.parametrize("own", [True, False])
def test_who_asks_for_a_number_in_own_words_is_not_told_to_choose(own):
    asked = reason_dialog(
        "看电话", {"visit": "要去走访", "other": "其他"}, shown=True, own=rx.Var("own_words", _var_type=bool),
        problem=rx.Var("problem", _var_type=str), answer=rx.Var("told", _var_type=str),
        on_reason=lambda code: HANDLER, on_say=HANDLER, on_close=HANDLER,
    )  # fmt: skip
    drawn = str(_branches(asked.render(), {"own_words": own, "told": False, "problem": False}))
    drawn = re.sub(r"\\+u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), drawn)
    assert ("选一个就打开" in drawn, "why-visit" in drawn, "unmask-reason" in drawn) == (not own, not own, own)
    assert "都会记下" in drawn
