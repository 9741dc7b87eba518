"""What ledgers bring into the register of children."""

from app.facts import Kind
from models.children import Child


def _parent(field: str, word: str) -> dict[str, str]:
    return {
        f"{field}_name": f"{word}姓名",
        f"{field}_number": f"{word}身份证号",
        f"{field}_state": f"{word}情况",
        f"{field}_since": f"{word}情况起始",
        f"{field}_back_on": f"{word}恢复联系",
    }


CHILD = Kind(
    "child",
    Child,
    key=("person_id",),
    by="person_id",
    feed="child",
    joined=frozenset({"kinds"}),
    indexes={
        "father_index": ("father_number", "person.id_number"),
        "mother_index": ("mother_number", "person.id_number"),
    },
    words={
        "kinds": "儿童类别",
        "support": "保障方式",
        **_parent("father", "父亲"),
        **_parent("mother", "母亲"),
        "living_written": "居住状况",
        "school_written": "就学状况",
        "exempt": "免缓学批准",
        "risk": "风险等级",
        "listed_visit_on": "最近走访日期",
    },
)
KINDS = (CHILD,)
