"""What ledgers bring into the register of elders."""

from app.facts import Kind
from models.elders import Elder

ELDER = Kind(
    "elder",
    Elder,
    key=("person_id",),
    by="person_id",
    feed="elder",
    words={
        "tier": "探访类别",
        "living_written": "居住状况",
        "self_care_written": "自理能力",
        "children_count": "子女数",
        "children": "子女",
        "listed_visit_on": "最近走访日期",
        "listed_visit_mode": "探访方式",
    },
)
KINDS = (ELDER,)
