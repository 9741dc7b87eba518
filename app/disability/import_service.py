"""What the list of the disabled persons' federation brings: certificates."""

from app.facts import Kind
from models.disability import DisabilityCertificate

CERTIFICATE = Kind(
    "disability",
    DisabilityCertificate,
    key=("person_id",),
    by="person_id",
    feed="disability",
    words={
        "number": "残疾人证号",
        "category": "残疾类别",
        "grade": "残疾等级",
        "issued_on": "签发日期",
        "valid_to": "有效期至",
        "open_ended": "长期有效",
        "care_needed": "需长期照护",
        "injury_care": "领取工伤护理费",
    },
)
KINDS = (CERTIFICATE,)
