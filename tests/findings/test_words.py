"""What phones say of findings: words of the village, not those of the office."""

import re

import pytest

from app.findings.rules_list import BY_CODE, RULES
from app.findings.rules_words import HOW, questions, sentence

OFFICIAL = re.compile(
    "应发|实发|应补|应退|未补|漏认|疑似|两补|事无|脱保|漏保|核定|核查|纳入|逾期|未达标|复核|备案|销号|次月|劝返"
)


@pytest.mark.parametrize("one", [one for one in RULES if one.field], ids=lambda one: one.code)
def test_a_rule_of_the_village_says_it_plainly(one):
    assert 4 <= len(one.plain) <= 20
    assert OFFICIAL.search(one.plain + one.todo) is None


def test_a_phone_says_that_the_money_has_not_come_and_the_office_keeps_its_word():
    rule, facts = BY_CODE["R44"], {"programme": "高龄津贴", "month": "2026-09", "why": "无发放记录"}
    assert sentence(rule, facts, "王建国") == "王建国：应发未发（月），高龄津贴，2026-09，无发放记录。"
    told = sentence(rule, facts, "王建国", plain=True)
    assert told == "王建国：有一个月的钱还没发到，高龄津贴，2026 年 9 月，没有发放记录。"
    paid = sentence(BY_CODE["R33"], {"paid": 0, "due": 360}, plain=True)
    assert paid == "上个季度的照料费没发对，发了 0 元，该发 360 元。"
    assert sentence(BY_CODE["R34"], {}, plain=True) == "举报件流转给被举报人。", "nobody in the village sees it"


def test_the_reasons_are_said_plainly_too():
    told = sentence(BY_CODE["R08"], {"why": "同人多头", "programme": "低保", "records": 2}, "王建国", plain=True)
    assert told == "王建国：领了两份，或者账号和别人家一样，低保，同一个人有两份，2 份。"
    told = sentence(BY_CODE["R30"], {"why": ["无赡养协议", "联系电话超180天未核实"]}, plain=True)
    assert told == "赡养协议没签好，或者找不到联系人，没有赡养协议、联系电话 180 天没打过。"
    told = sentence(BY_CODE["R24"], {"because": ["年龄≥70", "完全丧失自理"]}, plain=True)
    assert told == "照看孩子的人不合适，70 岁以上了、自己动不了。"
    told = sentence(BY_CODE["R14"], {"why": ["等级无效", "前18位与身份证号不符"]}, plain=True)
    assert told == "残疾证和身份证对不上，等级写错了、前18位和身份证号对不上。"


def test_how_it_turned_out_is_asked_plainly():
    [how, *_] = questions(BY_CODE["R44"])
    assert [one["code"] for one in how["options"]] == list(HOW)
    assert [one["label"] for one in how["options"]] == ["改好了", "看过了，没有问题", "不是这回事"]
