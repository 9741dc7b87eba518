"""How days, money and what visits told are said on the pages of registers."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from app.db import SHANGHAI
from app.forms import service as forms
from app.forms.ledger_schemas import FIELDS, shown_in


def day(value: date | None) -> str:
    """2026-03-05 → `2026 年 3 月 5 日`."""
    return f"{value.year} 年 {value.month} 月 {value.day} 日" if value else ""


def china_day(moment: str) -> date:
    """The day in China of a moment as ledgers write it."""
    return datetime.fromisoformat(moment).astimezone(SHANGHAI).date()


def yuan(fen: int | None) -> str:
    """150000 → `1500 元`, 6667 → `66.67 元`."""
    if fen is None:
        return ""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}{f'.{rest:02}' if rest else ''} 元"


def fen_of(text: str) -> int | None:
    """`1500`, `66.67` → fen; None where it is empty or no amount."""
    said = text.strip().removesuffix("元").strip()
    whole, _, rest = said.partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) <= 9):
        return None
    if rest and not (rest.isascii() and rest.isdigit() and len(rest) <= 2):
        return None
    return int(whole) * 100 + int(rest.ljust(2, "0") or 0)


def told(session: Session, register: str, ledger: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What visits told that a register shows: the field's name and the answer in words."""
    words, found = forms.field_words(session), []
    for field in shown_in(register).values():
        if field in ledger and ledger[field]["value"] not in (None, "", []):
            found.append((FIELDS[field][1], _said(ledger[field]["value"], words.get(field, {}))))
    return found


def _said(value: Any, words: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(words.get(str(one), str(one)) for one in value)
    return words.get(str(value), str(value))
