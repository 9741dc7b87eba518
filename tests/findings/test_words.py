"""What phones say of findings: words of the village, not those of the office."""

import re

import pytest

from app.findings.rules_care import ABLE, PARTLY, WHOLLY
from app.findings.rules_list import BY_CODE, RULES
from app.findings.rules_words import HOW, HOW_SHOWN, needs_reason, questions, sentence

OFFICIAL = re.compile(
    "应发|实发|应补|应退|未补|漏认|疑似|两补|事无|脱保|漏保|核定|核查|纳入|逾期|未达标|复核|备案|销号|次月|劝返"
    "|评估|失联|在押|强制隔离|刑满|遣送|监护资格|丧失|自理能力|重残|建档立卡|就学|登记的是|工商登记|分散特困|多头|校验|无效|不符(?!合)"
    "|不愁|义务教育|基本医疗|住房安全|饮水安全|无照料|无确认|无受托|Q[1-4]|[a-z]{4}"
)
FACTS = {
    "R01": [{"programme": "特困", "death_date": "2026-05-03", "paid": ["2026-06", "2026Q3"]}],
    "R02": [{"programme": "低保", "death_date": "2026-05-03"}],
    "R03": [{"death_date": "2026-05-03", "due": "2026-08-03"}],
    "R04": [{"household": "34992710120100001", "dibao_no": "D001"}],
    "R05": [{"kinds": ["护理补贴", "生活补贴"]}],
    "R06": [{"child_kind": "孤儿"}],
    "R07": [{"child_kind": "事实无人抚养儿童"}],
    "R08": [{"why": "同人多头", "programme": "低保", "records": 2}, {"why": "同一账号多户领取", "homes": 3}],
    "R09": [{"due_month": "2026-08"}, {"turns_80": "2027-01-02"}],
    "R10": [{"age": 91, "band": "80-89", "should_be": "90-99"}, {"age": 79, "band": "80-89", "should_be": None}],
    "R11": [{"grade": 1, "expiry": "2030-01-01"}, {"grade": 2, "expiry": None}],
    "R12": [{"because": ["低保", "建档立卡"]}],
    "R13": [{"expiry": "2026-12-31"}, {"kind": "护理补贴", "expiry": "2026-06-30", "paid": ["2026-08"]}],
    "R14": [{"problem": ["证号位数不对", "前18位与身份证号不符", "类别无效", "等级无效", "等级与证号不符"]}],
    "R15": [{"because": ["大病", "重残", "孤寡老人", "建档立卡-未脱贫", "突发严重困难户"]}],
    "R16": [{"stopped": "2026-03", "because": ["重残", "大病", "新的困难"]}],
    "R18": [{"review_class": "A", "reviewed": "2025-03-01", "due": "2026-03-01"}, {"due": "2026-12-01"}],
    "R19": [{"age": 67}],
    "R20": [{"lists": ["车辆", "工商登记"]}],
    "R21": [{"programme": "dibao"}],
    "R22": [{"why": one} for one in ("走访时没有人照看", "无受托人", "无确认书", "确认书过期", "四项声明未填")],
    "R23": [{"age": 9}, {"age": 7, "why": "走访时有时没有人看着"}],
    "R24": [{"carer": {"agreement": "x"}, "why": ["年龄≥70", "残疾", "完全丧失自理", "服刑戒毒", "已死亡", "禁止情形",
                                                  "照料超过3人"]}],
    "R25": [{"father": father, "mother": "失联"} for father in
            ("死亡", "服刑在押", "强制隔离戒毒", "重残", "重病", "被撤销监护资格", "被遣送")],
    "R26": [{"why": one, "since": "2026-05-01"} for one in
            ("年满18岁且不在读", "父母刑满释放", "父母解除强制隔离戒毒", "失联父母已恢复联系")],
    "R27": [{"last": "2026-09-01"}, {"why": "走访时联系不上", "since": "2026-10-01"}],
    "R28": [{"age": 12, "status": ""}, {"age": 12, "status": "失学"}, {"age": 12, "status": "初中辍学"}],
    "R29": [{"object": one, "every_days": 7, "last": "2026-10-01"} for one in ("留守老人", "儿童", "分散特困", "结对")],
    "R30": [{"why": ["无赡养协议", "无紧急联系人"]}, {"why": ["赡养协议过期", "联系电话超180天未核实"]}],
    "R31": [{"inspected": "2026-09-01"}],
    "R32": [{"why": one} for one in ("无照料协议", "照料协议过期", "照料人超过75岁")] + [{"ends": "2026-12-01"}],
    "R33": [{"quarter": "2026Q3", "why": "未发"}, {"quarter": "2026Q3", "why": "金额不符", "paid": 0, "due": 360}],
    "R36": [{"assessed": "2025-03-01"}]
    + [{"why": f"走访看到是{one}", "since": "2026-10-01"} for one in (ABLE, PARTLY, WHOLLY)],
    "R37": [{"typed": "部分丧失生活自理能力", "derived": WHOLLY}, {"typed": "半护理", "derived": ABLE}],
    "R38": [{"why": "完全丧失自理且愿意集中, 仍为分散供养"}],
    "R44": [{"programme": "高龄津贴", "month": "2026-09", "why": one} for one in ("无发放记录", "发放失败")],
    "R47": [{"why": ["今年没有方案"]}, {"why": ["有人没有措施", "因病没有对应措施"]}],
    "R48": [{"items": ["不愁吃", "不愁穿", "义务教育", "基本医疗", "住房安全", "饮水安全"]}],
    "R50": [{"why": one} for one in
            ("身份证校验位错误", "身份证日期无效", "出生日期晚于今日", "年龄超过120岁", "身份证号位数错误",
             "身份证号有错字", "身份证号重复", "父母子女年龄差不足15岁", "无户主")]
    + [{"why": "性别与身份证不符", "recorded": "男"}, {"why": "电话号码格式错误", "phone": "1"}],
    "R51": [{"dibao_no": "D001", "kind": one, "until": None} for one in ("服刑在押", "强制隔离戒毒", "服刑")],
}  # fmt: skip
"""What each rule of the village finds, in all its words."""


@pytest.mark.parametrize("one", [one for one in RULES if one.field], ids=lambda one: one.code)
def test_a_rule_of_the_village_says_it_plainly(one):
    assert 4 <= len(one.plain) <= 20
    assert OFFICIAL.search(one.plain + one.todo) is None


def test_what_a_rule_found_is_said_plainly_too():
    assert list(FACTS) == [one.code for one in RULES if one.field]
    said = {sentence(BY_CODE[code], one, plain=True) for code, found in FACTS.items() for one in found}
    assert sorted(one for one in said if OFFICIAL.search(one)) == []


@pytest.mark.parametrize(("code", "found", "said"), [
    ("R01", {"programme": "特困", "paid": ["2026-06", "2026Q3"]}, "特困，已发 2026 年 6 月、2026 年第三季度"),
    ("R09", {"due_month": "2026-08"}, "从 2026 年 8 月起该发"),
    ("R14", {"problem": ["类别无效", "等级与证号不符"]}, "类别写错了、等级和证号对不上"),
    ("R18", {"review_class": "A", "reviewed": "2025-03-01"}, "A 类，上次看是 2025-03-01"),
    ("R25", {"father": "服刑在押", "mother": "失联"}, "爸爸在坐牢，妈妈联系不上"),
    ("R28", {"age": 12, "status": ""}, "12 岁，上没上学没有填"),
    ("R28", {"age": 12, "status": "初中辍学"}, "12 岁，写的是初中不上学了"),
    ("R33", {"quarter": "2026Q3", "why": "未发"}, "2026 年第三季度，没有发"),
    ("R36", {"assessed": "2025-03-01"}, "上次看是 2025-03-01"),
    ("R36", {"why": "走访看到是部分丧失生活自理能力"}, "走访看到有些事自己做不了"),
    ("R37", {"typed": "部分丧失生活自理能力", "derived": WHOLLY}, "填的是有些事自己做不了，按六项是自己动不了"),
    ("R51", {"kind": "服刑在押", "until": None}, "在坐牢"),
    ("R48", {"items": ["基本医疗", "住房安全"]}, "看病、住房"),
])  # fmt: skip
def test_a_fact_of_the_office_in_words_of_the_village(code, found, said):
    rule = BY_CODE[code]
    assert sentence(rule, found, plain=True) == f"{rule.plain}，{said}。"


def test_what_a_settlement_lacks_names_no_label_that_phones_do_not_show():
    told = [needs_reason(*given) for given in (("", "", ""), ("in_order", "看过", ""), ("corrected", "", ""))]
    assert all(told)
    assert not [one for one in told for label in HOW_SHOWN.values() if label in one]


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
    assert told == "赡养协议没签好，或者找不到联系人，没有赡养协议、联系电话 180 天没核对过。"
    told = sentence(BY_CODE["R24"], {"because": ["年龄≥70", "完全丧失自理"]}, plain=True)
    assert told == "照看孩子的人不合适，70 岁以上了、自己动不了。"
    told = sentence(BY_CODE["R14"], {"why": ["等级无效", "前18位与身份证号不符"]}, plain=True)
    assert told == "残疾证和身份证对不上，等级写错了、前18位和身份证号对不上。"


def test_how_it_turned_out_is_asked_plainly():
    [how, *_] = questions(BY_CODE["R44"])
    assert [one["code"] for one in how["options"]] == list(HOW)
    assert [one["label"] for one in how["options"]] == ["改好了", "看过了，没有问题", "不是这回事"]
