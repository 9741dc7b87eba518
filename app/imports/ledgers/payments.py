"""Money: who is entitled to which allowance, what was paid by month or quarter, the petty fund of a township."""

# One line is one column of a table; broken lines would hide it.
# ruff: noqa: E501
# fmt: off

from app.imports.ledgers import Column, Ledger, Shape
from app.imports.ledgers.common import AMOUNT, HOUSEHOLD, ID, NAME, PAID, PAID_ON, SERIAL, START, STOP, VILLAGE

_NEEDS = frozenset({"id", "name"})
_KIND = Column("kind", "text", "补贴种类 补贴类别 补贴类型", r"补贴(种类|类别|类型|项目)")

OLD_AGE = Ledger("old_age", "高龄津贴发放册", ("高龄津贴", "高龄补贴"), (
    Shape("old_age_entitled", (
        SERIAL, VILLAGE, HOUSEHOLD, NAME, ID, AMOUNT, START, STOP,
        Column("band", "text", "津贴档次 档次", r"(津贴|补贴|年龄)?(档次|档|年龄段)"),
    ), needs=_NEEDS | {"band"}),
    Shape("old_age_paid", (SERIAL, VILLAGE, NAME, ID, AMOUNT, PAID_ON, PAID), needs=_NEEDS | {"amount", "paid"}),
))

DISABILITY_SUBSIDIES = Ledger("disability_subsidies", "残疾人两项补贴发放册", ("两项补贴", "残疾人补贴"), (
    Shape("subsidies_entitled", (SERIAL, VILLAGE, HOUSEHOLD, NAME, ID, _KIND, AMOUNT, START, STOP),
          needs=_NEEDS | {"kind", "start"}),
    Shape("subsidies_paid", (SERIAL, VILLAGE, NAME, ID, _KIND, AMOUNT, PAID_ON, PAID), needs=_NEEDS | {"kind", "paid"}),
))

CARE_FEE = Ledger("care_fee", "照料护理补贴发放册", ("照料护理", "护理补贴发放"), (
    Shape("care_fee_paid", (
        SERIAL, VILLAGE, NAME, ID, PAID_ON, PAID,
        Column("form", "text", "供养方式 供养形式", r"供养(方式|形式|类型)"),
        Column("grade", "text", "自理能力等级 生活自理能力", r"(生活)?自理(能力)?(等级|级别)?"),
        Column("amount", "money", "季度金额 本季金额 本季发放金额", r"(季度|本季|本季度)(发放)?(金额|合计)"),
        Column("payee", "name", "领款人 领款人姓名", r"(领款|收款)人(姓名)?"),
        Column("payee_id", "id", "领款人身份证号 收款人证件号码", r"(领款|收款)人(身份证件?|公民身份|证件)(号码?|证号)"),
    ), needs=_NEEDS | {"payee"}),
))

DIBAO_PAID = Ledger("dibao_paid", "低保金发放册", ("低保金", "低保金发放"), (
    Shape("dibao_paid", (
        SERIAL, VILLAGE, NAME, ID, AMOUNT, PAID_ON, PAID,
        Column("certificate", "code", "低保证号 低保证编号", r"(低保|保障)证?(编号|号码?|证号)"),
        Column("count", "number", "保障人数 享受人数", r"(享受|保障|在保)?人(口)?数"),
        Column("month", "month", "发放月份 所属月份 月份", r"(发放|所属|补助)?(月份|年月)"),
    ), needs=_NEEDS | {"certificate", "paid"}),
))

PETTY_CASH = Ledger("petty_cash", "临时救助备用金流水", ("备用金", "流水账"), (
    Shape("petty_cash", (
        Column("on", "date", "发生日期 日期", r"(发生|记账|业务)?(日期|时间)"),
        Column("voucher", "code", "凭证号 凭证编号", r"凭证(号|编号|号码)"),
        Column("kind", "text", "类型 收支类型", r"(收支|业务)?(类型|类别)"),
        Column("income", "money", "收入 收入金额", r"收入(金额)?"),
        Column("outlay", "money", "支出 支出金额", r"支出(金额)?"),
        Column("balance", "money", "余额 结余", r"(结余|余额)(金额)?"),
        NAME, ID,
        Column("reason", "text", "事由 救助事由", r"(救助)?(事由|原因)"),
        Column("handlers", "text", "经办人", r"经办人(员)?"),
        Column("approver", "text", "审批人 审批领导", r"审批(人|领导)"),
        Column("method", "text", "发放方式 方式", r"(发放|支付)?方式"),
    ), needs=frozenset({"voucher", "balance"}), needs_subject=False, marks=("voucher", "on")),
))

LEDGERS = (OLD_AGE, DISABILITY_SUBSIDIES, CARE_FEE, DIBAO_PAID, PETTY_CASH)
