"""What ledgers bring into the register of the destitute, and the assessments they name."""

from app.facts import Kind
from models.hardship import Assessment, Hardship

SIX = {
    "eats": "自主吃饭",
    "dresses": "穿衣",
    "gets_up": "上下床",
    "toilet": "如厕",
    "walks": "室内行走",
    "bathes": "洗澡",
}
HARDSHIP = Kind(
    "hardship",
    Hardship,
    key=("person_id",),
    by="person_id",
    feed="hardship",
    words={
        "support": "供养方式",
        "wish": "集中意愿",
        "asked_on": "询问日期",
        **SIX,
        "assessed_on": "评估日期",
        "grade_written": "自理能力等级",
        "listed_visit_on": "最近探视日期",
    },
)
ASSESSMENT = Kind(
    "assessment", Assessment, key=("person_id", "on", *SIX), by="person_id", words={"on": "评估日期", **SIX}
)
"""An assessment is never written over: another result of the same day stands beside it."""
KINDS = (HARDSHIP, ASSESSMENT)
