"""The ledgers there are: their columns in the official order, with the words of the county's own sheets."""

# One column stands beside the next as on paper; broken lines would hide it.
# ruff: noqa: E501

from dataclasses import dataclass

PERSON = "town:乡镇:10 village:村:10 group:组:8 household:户编号:20 name:姓名:10 sex:性别:6 born:出生日期:12 age:年龄:6 id:身份证号:22"
TAIL = "visited_on:最近走访日期:14 source:来源走访:38"
_CHILD_PARENT = (
    "{0}:{1}姓名:10 {0}_id:{1}身份证号:22 {0}_state:{1}情况:12 {0}_since:{1}状况起始日期:14 {0}_back:{1}恢复联系:14"
)

_COLUMNS: dict[str, tuple[str, str]] = {
    "elders": ("留守老人台账", f"""{PERSON} phone:联系电话:14 living:居住状况:12 self_care:自理能力等级:12
        children_count:子女个数:8 children:子女姓名及外出地:30 illness:慢病:16 medicine:用药:12 raises:代养孙辈:8
        policies:享受政策:20 difficulties:主要困难:20 needs:需求:16 tier:探访类别:14 signed_on:赡养协议签订日期:14
        agreed_to:赡养协议到期日:14 contact:紧急联系人:10 contact_relation:与老人关系:10 contact_phone:联系人电话:14
        verified_on:联系电话核实日期:14 neighbour:村内联系人:10 {TAIL}"""),
    "children": ("留守儿童与困境儿童台账", f"""{PERSON} kind:儿童类别:18 support:保障方式:8
        {_CHILD_PARENT.format("father", "父亲")} {_CHILD_PARENT.format("mother", "母亲")}
        carer:受托人姓名:10 carer_id:受托人身份证号:22 carer_relation:与儿童关系:10 carer_phone:受托人电话:14
        agreed_from:确认书起:12 agreed_to:确认书止:12 declared_1:曾实施性侵害虐待遗弃拐卖暴力:10
        declared_2:有吸毒酗酒赌博恶习:10 declared_3:曾拒不履行或怠于履行监护职责:10 declared_4:其他不宜担任情形:10
        living:居住状况:10 school:就学状况:16 exempt:免缓学批准:10 risk:风险等级:8 {TAIL}"""),
    "hardship": ("特困人员名单", f"""{PERSON} form:供养方式:10 institution:供养机构:16 wish:是否愿意集中供养:14
        asked_on:询问日期:12 eats:吃饭:6 dresses:穿衣:6 bed:上下床:6 toilet:如厕:6 walks:室内行走:6 bathes:洗澡:6
        grade:自理能力等级:20 assessed_on:评估日期:12 carer:照料人姓名:10 carer_id:照料人身份证号:22
        carer_phone:照料人电话:14 agreed_from:协议起:12 agreed_to:协议止:12 start:起始年月:10 stop:停止年月:10
        {TAIL}"""),
    "disability": ("残疾人持证名单", f"""{PERSON} phone:联系电话:14 certificate:残疾证号:26 category:残疾类别:8 level:等级:8
        issued_on:签发日期:12 valid_to:有效期截止:12 care:长期照护:8 injury_care:领取工伤生活护理费:8
        living_paid:生活补贴:12 care_paid:护理补贴:12 service:照护服务:16 {TAIL}"""),
    "pairing": ("结对帮扶名册", """town:乡镇:10 village:村:10 household:户编号:20 name:户主姓名:10 attribute:户属性:16
        unit:帮扶单位:20 cadre:帮扶责任人:10 cadre_phone:责任人电话:14 from:结对开始日期:12 to:调离(结束)日期:12
        food:吃:8 clothes:穿:8 schooling:上学:8 doctor:看病:8 housing:住房:8 water:喝水:8
        visited_on:最近走访日期:14 mode:走访方式:8 source:来源走访:38"""),
    "contacts": ("老人联系人登记册", f"""{PERSON} contact_kind:类别:12 rank:序号:6 contact:联系人:10 contact_relation:关系:10
        contact_phone:电话:14 place:现住地:16 supports:赡养人:8 verified_on:核实日期:12 by:核实人:10 result:结果:10
        until:有效至:12 {TAIL}"""),
    "agreements": ("协议登记册", f"""{PERSON} agreement:协议:16 number:编号:14 signed_on:签订日期:12 agreed_from:起:12
        agreed_to:止:12 state:状态:16 carer:照料人或受托人:12 carer_relation:关系:10 carer_phone:电话:14
        signed:谁签的（写明代签）:40 looked_on:最近检查:12 result:履行情况:10 {TAIL}"""),
    "enrolments": ("待遇在册名单", f"""{PERSON} programme:待遇:20 certificate:证号:16 band:档次:10 amount:每月金额（元）:12
        people:人数:6 counted:是否保障对象:8 start:起发年月:10 stop:停发年月:10 state:状态:8 reason:停发原因:16
        account:账号:14 {TAIL}"""),
    "payments": ("月度发放花名册", f"""{PERSON} programme:待遇:20 period:月份:10 amount:金额（元）:12 people:保障人数:8
        paid_on:发放日期:12 ok:发放状态:8 payee:领款人:10 certificate:证号:16"""),
    "care_fee": ("照料护理费发放册", """town:乡镇村:16 household:户编号:20 name:姓名:10 form:供养方式:10
        grade:自理能力等级:20 months:月数:6 month_amount:每月标准（元）:12 amount:本季金额（元）:12 payee:领款人:12
        paid:已发（元）:12 note:要办的:20 signed:领款人签字:14"""),
    "roll": ("月度应发名册", """place:乡镇村:20 group:组:8 name:姓名:10 programme:待遇:20 band:档次:10 people:人数:6
        amount:应发（元）:12 last:上月到账（元）:12 certificate:证号:16 start:起发年月:10 state:状态:8 reason:和上月比:40
        note:要核对的:24"""),
    "visits": ("走访记录", """on:日期:12 begin:开始:8 end:结束:8 town:乡镇:10 village:村:10 household:户编号:20 name:户主:10
        mode:方式:8 author:走访人:10 met:见到几人:8 form:表:14 issues:困难数:8 state:状态:12 source:编号:38"""),
    "issues": ("困难和问题台账", """on:记下日期:12 town:乡镇:10 village:村:10 household:户编号:20 name:户主:10 whom:是谁的:10
        text:内容:40 programme:类别:12 urgent:紧急:6 author:谁记的:10 state:状态:8 resolution:办理结果:30
        closed_on:办结日期:12 source:来源走访:38"""),
    "findings": ("比对发现台账", """rule:规则:8 rule_name:发现:24 severity:程度:6 town:乡镇:10 village:村:10 household:户编号:20
        name:姓名:10 found_on:发现日期:12 due_on:限期:12 state:状态:8 how:怎么办结:12 reason:说明:30
        closed_on:办结日期:12"""),
    "reports": ("强制报告登记", """on:报告时间:16 town:乡镇:10 village:村:10 household:户编号:20 situation:情形:20 urgent:紧急:6
        called:打给谁:16 called_at:几时打的:16 police_unit:接警单位:16 police_number:接警编号:16 author:报告人:10
        stage:到哪一步:10 due:限期:16 closed_on:结案日期:12"""),
    "claims": ("住院护理保险理赔册", f"""{PERSON} insurer:保险公司:16 policy:保单号:16 in_on:入院:12 out_on:出院:12
        day_amount:每日标准（元）:12 amount:理赔金额（元）:12 state:状态:10"""),
    "petty": ("临时救助备用金台账", """town:乡镇:10 on:日期:12 voucher:凭证号:14 kind:类型:10 income:收入（元）:12
        outlay:支出（元）:12 balance:余额（元）:12 name:姓名:10 reason:事由:20 handlers:经办人:14 approver:审批人:12
        method:发放方式:10"""),
    "notices": ("公示记录", """town:乡镇:10 village:村:10 programme:待遇:14 what:公示内容:60 from:公示起:12 to:公示止:12
        place:公示地点:14 objection:异议:16 handled:处理:16 by:经办人:10"""),
    "activities": ("社会组织帮扶活动", """number:序号:6 organisation:组织:20 village:村:10 kind:类型:10 on:日期:12
        people:受益人数:8 money:投入（元）:12 by:经办人:10"""),
    "calls": ("投诉电话、投诉举报登记", """at:来电（收到）时间:16 town:乡镇:10 village:村:10 kind:类别:12 text:内容:40
        given_to:交办:12 due:回复时限:12 answered:办理、回复:30 by:接听（登记）人:10"""),
    "petitions": ("信访件台账", """on:收到日期:12 source:来源:10 kind:类别:10 town:乡镇:10 village:村:10 text:内容:40 given_to:承办人:10
        told_on:告知日期:12 accepted_on:受理日期:12 done_on:办结日期:12 due:到期:12 state:办到哪了:10 by:登记人:10
        key:编号:38"""),
}  # fmt: skip
BY_HAND = frozenset({"activities"})
"""Ledgers of domain §2 for which nothing is kept here yet: a sheet with its head and room for the pen."""
REPORTS = "reports"
"""Without the names of children, and without the cases that three people only may see."""
CALLS = "calls"
"""Petitions that were rung in, or of which nobody wrote how they came, for who works on them; complaints and
suggestions for who answers these."""
PETITIONS = "petitions"
"""However they came, for who works on them; an accusation for who wrote it down and who works on it."""
NOT_KEPT = "系统里没有这样的记录，导出的只有表头，留着用手填。"
PERIODS = {"payments": "month", "roll": "month", "care_fee": "quarter"}
"""Ledgers of one month or quarter at a time."""
OF_CHILDREN = frozenset({"children"})


@dataclass(frozen=True)
class Column:
    """One column of a ledger: its code, its head, how wide it is."""

    code: str
    title: str
    width: int


@dataclass(frozen=True)
class Ledger:
    """One ledger: its columns in the official order."""

    name: str
    title: str
    columns: tuple[Column, ...]

    @property
    def period(self) -> str:
        """month, quarter, or empty."""
        return PERIODS.get(self.name, "")

    @property
    def codes(self) -> frozenset[str]:
        """The codes of its columns."""
        return frozenset(one.code for one in self.columns)


def _column(text: str) -> Column:
    code, title, width = text.split(":")
    return Column(code, title, int(width))


LEDGERS: dict[str, Ledger] = {
    name: Ledger(name, title, tuple(_column(text) for text in columns.split()))
    for name, (title, columns) in _COLUMNS.items()
}
