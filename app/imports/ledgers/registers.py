"""Registers of who holds what: 低保, 特困, disability certificates, deaths, detention, elders, pairing."""

# One line is one column of a table; broken lines would hide it.
# ruff: noqa: E501
# fmt: off

from app.imports.ledgers import Column, Ledger, Shape
from app.imports.ledgers.common import (
    AMOUNT,
    HOUSEHOLD,
    ID,
    NAME,
    PHONE,
    SERIAL,
    SEX,
    START,
    STOP,
    STOP_REASON,
    TOWN,
    VILLAGE,
    VISIT_MODE,
    VISITED,
)

_NEEDS = frozenset({"id", "name"})
_SELF_CARE = Column("grade", "text", "自理能力等级 自理等级 生活自理能力 自理能力", r"(生活)?自理(能力)?(等级|级别|状况|情况)?")
_LIVING = Column("living", "text", "居住状况 居住情况", r"居住(状况|情况|方式)")

DIBAO = Ledger("dibao", "低保在册名单", ("低保", "最低生活保障", "在册名单"), (
    Shape("dibao_members", (
        SERIAL, VILLAGE, HOUSEHOLD, AMOUNT, START, STOP, STOP_REASON,
        Column("certificate", "code", "低保证号 低保证编号 保障证号", r"(低保|保障)证?(编号|号码?|证号)"),
        Column("head", "name", "户主姓名 户主", r"(户主|申请人)(姓名)?"),
        Column("head_id", "id", "户主证件号码 户主身份证号 户主身份证号码 户主公民身份号码", r"(户主|申请人)(证件|身份证件?|公民身份)(号码?|证号)"),
        Column("relation", "text", "与户主关系 家庭关系 与申请人关系", r"(与)?(户主|家庭|申请人)(的)?关系"),
        Column("name", "name", "家庭成员 家庭成员姓名 成员姓名 姓名", r"(家庭)?成员(姓名)?"),
        Column("id", "id", "成员身份证号 成员身份证号码 身份证号 身份证号码", r"(家庭)?(成员)?(身份证件?|公民身份|证件)(号码?|证号)"),
        Column("counted", "flag", "是否享受 是否保障对象 是否保障", r"是否(享受|保障|纳入|低保)(对象|保障)?"),
        Column("class", "text", "保障类别 类别 低保类别", r"(保障|低保|救助)?(类别|类型|档次)"),
        Column("count", "number", "享受人数 人数 保障人数", r"(享受|保障|在保)?人(口)?数"),
        Column("status", "text", "状态 在保状态", r"(在保|保障)?状态"),
        Column("reviewed_on", "date", "最近复核日期 上次复核时间 复核时间", r"(最近|上次|末次)?(一次)?(复核|年审|核查)(日期|时间)"),
    ), needs=frozenset({"id", "name", "head_id", "certificate"})),
))

TEKUN = Ledger("tekun", "特困人员名单", ("特困", "救助供养"), (
    Shape("tekun_people", (
        SERIAL, VILLAGE, HOUSEHOLD, NAME, ID, _SELF_CARE, VISITED, START, STOP, STOP_REASON,
        Column("form", "text", "供养方式 供养形式", r"供养(方式|形式|类型)"),
        Column("wish", "text", "集中意愿 是否愿意集中供养", r".*集中(供养)?意愿|是否愿意集中供养"),
        Column("asked_on", "date", "询问日期 意愿询问日期", r"(意愿)?(询问|征询)(日期|时间)"),
        Column("eats", "flag", "自主吃饭 吃饭 进食"),
        Column("dresses", "flag", "穿衣"),
        Column("bed", "flag", "上下床"),
        Column("toilet", "flag", "如厕"),
        Column("walks", "flag", "室内行走 行走"),
        Column("bathes", "flag", "洗澡 洗浴"),
        Column("assessed_on", "date", "评估日期 评估时间 能力评估日期", r"(能力|自理能力)?评估(日期|时间)"),
        Column("carer", "name", "照料人姓名 照料服务人 照料人 照护人", r"(照料|照护)(服务)?人(员)?(姓名)?"),
        Column("carer_id", "id", "照料人身份证号 照料服务人身份证号码", r"(照料|照护)(服务)?人(员)?(身份证件?|公民身份|证件)(号码?|证号)"),
        Column("carer_phone", "phone", "照料人电话 照料服务人电话", r"(照料|照护)(服务)?人(员)?(联系)?(电话|手机)(号码?)?"),
        Column("agreed_from", "date", "协议起 协议开始日期 照料协议起", r"(照料)?(服务)?协议(书)?(起|开始|起始)(日期|时间)?"),
        Column("agreed_to", "date", "照料协议止 协议结束日期 协议止", r"(照料)?(服务)?协议(书)?(止|结束|终止|到期)(日期|时间)?"),
    ), needs=frozenset({"id", "name", "form"})),
))

DISABILITY = Ledger("disability", "残疾人持证名单", ("持证残疾人", "残疾人持证", "残疾人基本信息"), (
    Shape("disability_certificates", (
        SERIAL, TOWN, VILLAGE, NAME, SEX, ID, PHONE,
        Column("certificate", "cert", "残疾证号 残疾人证号 残疾证号码", r"残疾(人)?证(件)?(号码?|编号|证号)"),
        Column("category", "text", "残疾类别 残疾类型 残疾种类", r"残疾(类别|类型|种类)"),
        Column("grade", "text", "等级 残疾等级 残疾级别", r"(残疾)?(等级|级别)"),
        Column("issued_on", "date", "签发日期 发证日期", r"(签发|发证|办证|领证)(日期|时间)"),
        Column("valid_to", "term", "有效期截止 有效期至 有效期", r"(证件)?有效期(截止|至|止)?(日期)?|到期(日期|时间)"),
        Column("care", "flag", "长期照护 需长期照护六个月以上 需长期照护", r"(是否)?(需|需要)?长期照护.*"),
        Column("injury_care", "flag", "领取工伤生活护理费", r"(是否)?领取工伤(生活)?护理费"),
    ), needs=frozenset({"id", "name", "certificate"})),
))

DEATHS = Ledger("deaths", "死亡人员名单", ("死亡", "殡葬", "火化"), (
    Shape("deaths", (
        SERIAL, NAME, SEX, ID,
        Column("died_on", "date", "死亡日期 死亡时间", r"(死亡|去世|注销|火化)(日期|时间)"),
        Column("source", "text", "信息来源 来源", r"(信息|数据)?来源"),
    ), needs=_NEEDS | {"died_on"}),
))

CUSTODY = Ledger("custody", "服刑强戒人员名单", ("服刑", "强制隔离戒毒", "强戒"), (
    Shape("custody", (
        SERIAL, NAME, ID,
        Column("kind", "text", "人员类别 类别", r"(人员)?(类别|类型)"),
        Column("by", "text", "执行机关 执行单位", r"(执行|羁押|收押)(机关|单位|场所)"),
        Column("from", "date", "收押日期 起始日期 开始日期", r"(收押|入所|入监|起始|开始|执行起始)(日期|时间)"),
        Column("to", "date", "终止日期 结束日期 刑满日期", r"(终止|结束|刑满|释放|截止|解除)(日期|时间)"),
    ), needs=_NEEDS | {"by"}),
))

ELDERS = Ledger("elders", "留守老人台账", ("留守老人",), (
    Shape("elders", (
        SERIAL, VILLAGE, HOUSEHOLD, NAME, ID, _SELF_CARE, _LIVING, VISITED, VISIT_MODE,
        Column("children_count", "number", "子女个数 子女数 子女人数", r"子女(个数|数|人数|数量)"),
        Column("children", "text", "子女姓名及外出地 子女情况", r"子女.*(情况|外出地|去向)"),
        Column("signed_on", "date", "赡养协议签订日期", r"(赡养)?协议(书)?签订(日期|时间)"),
        Column("agreed_to", "term", "赡养协议到期日 赡养协议止", r"(赡养)?协议(书)?(到期|止|截止|终止)(日|日期|时间)?"),
        Column("contact", "name", "紧急联系人 紧急联系人姓名", r"紧急联系人(姓名)?"),
        Column("contact_relation", "text", "与老人关系 联系人关系", r"(联系人)?(与)?(老人|联系人)?(的)?关系"),
        Column("contact_phone", "phone", "联系人电话 紧急联系人电话", r"(紧急)?联系人(联系)?(电话|手机)(号码?)?"),
        Column("verified_on", "date", "联系电话核实日期 电话核实日期", r"(联系)?电话核实(日期|时间)"),
        Column("neighbour", "name", "村内联系人 邻里联系人", r"(村内|邻里|就近)联系人(姓名)?"),
        Column("tier", "text", "探访类别 探访分类", r"(探访|走访|关爱)(类别|分类|等级)"),
    ), needs=_NEEDS | {"contact"}),
))

PAIRING = Ledger("pairing", "结对帮扶名册", ("结对帮扶", "干部结对"), (
    Shape("pairing", (
        SERIAL, TOWN, VILLAGE, HOUSEHOLD, NAME, ID, VISITED, VISIT_MODE,
        Column("attribute", "text", "户属性 农户属性", r"(农户|户)(属性|类型|类别)"),
        Column("unit", "text", "帮扶单位", r"(结对)?帮扶单位(名称)?"),
        Column("cadre", "name", "帮扶责任人 帮扶人 帮扶干部", r"(结对)?(帮扶|责任)(责任)?(人|干部)(姓名)?"),
        Column("cadre_phone", "phone", "责任人电话 帮扶人电话 帮扶责任人电话", r"(帮扶)?(责任人|帮扶人|干部)(联系)?(电话|手机)(号码?)?"),
        Column("from", "date", "结对开始日期 结对日期", r"结对(开始|起始|起)?(日期|时间)"),
        Column("to", "date", "调离(结束)日期 结对结束日期 结束日期", r"(调离|结对结束|结束|调整)(结束)?(日期|时间)"),
    ), needs=frozenset({"household", "cadre"})),
))

LEDGERS = (DIBAO, TEKUN, DISABILITY, DEATHS, CUSTODY, ELDERS, PAIRING)
