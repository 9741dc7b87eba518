"""留守儿童与困境儿童台账: children, both parents, the carer and what the carer declared."""

# One line is one column of a table; broken lines would hide it.
# ruff: noqa: E501
# fmt: off

from app.imports.ledgers import Column, Ledger, Shape
from app.imports.ledgers.common import HOUSEHOLD, ID, NAME, SERIAL, SEX, START, STOP, VILLAGE, VISITED


def _parent(field: str, word: str) -> tuple[Column, ...]:
    return (
        Column(f"{field}", "name", f"{word}姓名 {word}", rf"{word}(姓名)?"),
        Column(f"{field}_id", "id", f"{word}身份证号 {word}身份证号码", rf"{word}(身份证件?|公民身份|证件)(号码?|证号)"),
        Column(f"{field}_status", "text", f"{word}情况 {word}状况", rf"{word}(目前)?(情况|状况|状态)"),
        Column(f"{field}_since", "date", f"{word}状况起始日期 {word}状况起始", rf"{word}(情况|状况|状态)?(起始|开始)(日期|时间)?"),
        Column(f"{field}_back", "date", f"{word}恢复联系 {word}恢复联系日期", rf"{word}恢复联系(日期|时间)?"),
    )


CHILDREN = Ledger("children", "留守儿童与困境儿童台账", ("留守儿童", "困境儿童", "儿童信息"), (
    Shape("children", (
        SERIAL, VILLAGE, HOUSEHOLD, NAME, SEX, ID, START, STOP, VISITED,
        Column("kind", "text", "儿童类别 类别", r"(儿童)?(类别|类型)"),
        Column("support", "text", "保障方式 保障形式", r"保障(方式|形式|类型)"),
        *_parent("father", "父亲"),
        *_parent("mother", "母亲"),
        Column("carer", "name", "受托人姓名 受委托人 受托人", r"受(委)?托(监护|照护)?人(姓名)?"),
        Column("carer_id", "id", "受委托人身份证号码 受托人身份证号", r"受(委)?托(监护|照护)?人(身份证件?|公民身份|证件)(号码?|证号)"),
        Column("carer_relation", "text", "与儿童关系 受托人关系", r"(受(委)?托人)?(与儿童)?(的)?关系"),
        Column("carer_phone", "phone", "受托人电话 受委托人电话", r"受(委)?托(监护|照护)?人(联系)?(电话|手机)(号码?)?"),
        Column("agreed_from", "date", "委托监护确认书起始 确认书起", r"(委托)?(监护|照护)?确认书(起|起始|开始)(日期|时间)?"),
        Column("agreed_to", "date", "确认书止 委托监护确认书截止", r"(委托)?(监护|照护)?确认书(止|截止|终止|到期)(日期|时间)?"),
        Column("declared_1", "flag", "曾实施性侵害虐待遗弃拐卖暴力", r"(声明1)?曾实施性侵害.*"),
        Column("declared_2", "flag", "有吸毒酗酒赌博恶习", r"(声明2)?有吸毒.*"),
        Column("declared_3", "flag", "曾拒不履行或怠于履行监护职责", r"(声明3)?曾拒不履行.*"),
        Column("declared_4", "flag", "其他不宜担任情形", r"(声明4)?其他不宜.*"),
        Column("living", "text", "居住状况 居住情况", r"居住(状况|情况|方式)"),
        Column("school", "text", "就学状况 在校情况", r"(就学|在校|上学|入学)(状况|情况|状态)"),
        Column("exempt", "text", "免缓学批准 免(缓)学情况", r"免缓?学(批准|情况|审批)?"),
        Column("risk", "text", "风险等级", r"(风险|监护风险)(等级|级别)"),
    ), needs=frozenset({"id", "name", "father", "mother"})),
))

LEDGERS = (CHILDREN,)
