"""Doubts about a record are questions to its author first: R52 raises no finding, it asks."""

from collections.abc import Sequence

from sqlmodel import Session

from app.feed.service import Change
from app.visits import queried_service

CODE = "record_hint"
_ASKED = {
    "文字相同": "这一天有几户写的话一模一样，请看看是不是写串了。",
    "一天走访很多": "这一天记了很多次走访，请看看日期对不对。",
    "照片重复使用": "有一张照片在别的走访里也用过，请看看放对了没有。",
    "照片日期不同": "照片的日期和走访差好几天，请看看是不是这次拍的。",
}


def ask(session: Session, hints: Sequence[tuple[str, list[str]]]) -> list[Change]:
    """Ask of visits what a comparison wondered about, each thing once.

    Args:
        hints: id of a visit and the reasons, in the words of R52.
    """
    asked = {
        visit: [{"path": "", "code": f"{CODE}_{list(_ASKED).index(why)}", "message": _ASKED[why]} for why in reasons]
        for visit, reasons in hints
    }
    return queried_service.ask(session, asked)
