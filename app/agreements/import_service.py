"""What ledgers bring of agreements: support by the children, care for the destitute, entrusted care of a child."""

from app.facts import Kind
from models.agreements import Agreement, AgreementSignature, AgreementVersion, Inspection

_BARS = {
    "bar_1": "声明一",
    "bar_2": "声明二",
    "bar_3": "声明三",
    "bar_4": "声明四",
}
AGREEMENT = Kind(
    "agreement",
    Agreement,
    key=("person_id", "kind", "from_on"),
    by="person_id",
    feed="agreement",
    indexes={"carer_index": ("carer_number", "person.id_number")},
    names=(("carer_index", "carer_person_id"),),
    used=((Inspection, "agreement_id", "次履行检查"), (AgreementVersion, "agreement_id", "次改正"),
          (AgreementSignature, "agreement_id", "个屏幕上的签名")),
    words={
        "signed_on": "协议签订日期",
        "from_on": "协议起",
        "to_on": "协议止",
        "open_ended": "长期有效",
        "carer_name": "照料或受托人",
        "carer_relation": "和本人的关系",
        "carer_number": "照料或受托人身份证号",
        "carer_phone": "照料或受托人电话",
        **_BARS,
    },
)
KINDS = (AGREEMENT,)
