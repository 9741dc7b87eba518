"""What ledgers bring of money: who holds which programme, what was paid, the petty fund."""

from app.facts import Kind
from models.benefits import Enrolment, EnrolmentChange, Payment, PettyEntry

ENROLMENT = Kind(
    "enrolment",
    Enrolment,
    key=("person_id", "programme", "from_month", "certificate"),
    by="person_id",
    feed="enrolment",
    onward=frozenset({"reviewed_on"}),  # a list that was drawn up before does not undo what the office wrote down
    words={
        "programme": "待遇",
        "certificate": "低保证号",
        "is_holder": "是持证人",
        "counted": "是否保障对象",
        "state": "状态",
        "from_month": "起始年月",
        "to_month": "停止年月",
        "band": "类别或档次",
        "amount_fen": "金额",
        "people": "保障人数",
        "reviewed_on": "最近复核日期",
        "stop_reason": "停止原因",
    },
    used=((EnrolmentChange, "enrolment_id", "次人工改动"),),
)
PAYMENT = Kind(
    "payment",
    Payment,
    key=("person_id", "programme", "period", "paid_on", "certificate"),
    by="person_id",
    narrow="period",
    several=True,
    numbered=("number", ("person_id", "programme", "period"), 0),
    indexes={"payee_index": ("payee_number", "person.id_number")},
    words={
        "amount_fen": "金额",
        "ok": "到账",
        "people": "保障人数",
        "payee": "领款人",
        "grade_written": "自理能力等级",
    },
)
"""Money of another day is another payment; of the same day it is the same one, told anew."""
PETTY = Kind(
    "petty_entry",
    PettyEntry,
    key=("division", "voucher"),
    by="division",
    narrow="voucher",
    several=True,
    numbered=("number", ("division", "voucher"), 0),
    indexes={"id_index": ("id_number", "person.id_number")},
    names=(("id_index", "person_id"),),
    words={
        "on": "日期",
        "kind": "类型",
        "income_fen": "收入",
        "outlay_fen": "支出",
        "balance_fen": "余额",
        "person_id": "救助的人",
        "position": "第几行",
    },
)
KINDS = (ENROLMENT, PAYMENT, PETTY)
