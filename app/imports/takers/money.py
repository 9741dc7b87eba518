"""Rows about money: who holds what, what was paid, the petty fund of a township."""

from typing import Any

from app.facts import Fact
from app.imports.takers import PERSON, PLACE, At, Mark, Taker, Values, beside, cut, first_day, given, last_day_before
from app.imports.takers.registers import code_of

STATES = {"停": "stopped", "终止": "stopped", "退出": "stopped", "渐退": "easing", "在": "active", "正常": "active"}
ALLOWANCES = {"生活": "disability_living", "护理": "disability_care"}
HEADS = ("户主", "本人", "申请人")


def _state(values: Values) -> str:
    said = values.get("status")
    if said and "渐退" in said:
        return "easing"
    return code_of(STATES, said) or ("stopped" if values.get("stop") else "active")


def _months(values: Values) -> dict[str, Any]:
    return {"from_month": values.get("start") or ""} | given(
        to_month=values.get("stop"), stop_reason=cut(values.get("stop_reason"), 120)
    )


def _home_beside(values: Values, at: At) -> dict[str, Any]:
    """The household's code as the ledger has it, where the person lives in another."""
    written = values.get("household")
    return {"household_written": written} if written and written != at.household_code else {}


def low_income(values: Values, at: At) -> list[Fact]:
    """A member of a household with 低保, counted or not."""
    holder = values.get("id") == values.get("head_id") if values.get("head_id") else values.get("relation") in HEADS
    details = _home_beside(values, at) | beside(values, "head", "relation")
    return [
        Fact(
            "enrolment",
            at.person
            | _months(values)
            | given(
                programme="dibao",
                certificate=cut(values.get("certificate"), 40),
                is_holder=holder,
                counted=values.get("counted"),
                state=_state(values),
                band=cut(values.get("class"), 24),
                amount_fen=values.get("amount"),
                people=values.get("count"),
                reviewed_on=values.get("reviewed_on"),
                details=details or None,
            ),
        )
    ]


def low_income_marks(values: Values, at: At) -> list[Mark]:
    """低保, for whom it is counted."""
    if values.get("counted") is False:
        return []
    return [_mark("dibao", values, _state(values) == "stopped")]


def _mark(tag: str, values: Values, over: bool) -> Mark:
    return Mark(tag, first_day(values.get("start")), last_day_before(values.get("stop")), over)


def entitled(programme: str, values: Values, at: At) -> list[Fact]:
    """Somebody who holds an allowance."""
    state = "stopped" if values.get("stop") else "active"
    said = given(programme=programme, state=state, band=cut(values.get("band"), 24), amount_fen=values.get("amount"))
    return [Fact("enrolment", at.person | _months(values) | said | given(details=_home_beside(values, at) or None))]


def _allowance(values: Values) -> str | None:
    return code_of(ALLOWANCES, values.get("kind"))


def subsidy(values: Values, at: At) -> list[Fact]:
    """One of the two allowances of disabled people."""
    programme = _allowance(values)
    return entitled(programme, values, at) if programme else []


def subsidy_marks(values: Values, at: At) -> list[Mark]:
    """Which of the two."""
    programme = _allowance(values)
    return [_mark(programme, values, bool(values.get("stop")))] if programme else []


def paid(programme: str | None, values: Values, at: At) -> list[Fact]:
    """A payment. Without its month or quarter, or its amount, it is none."""
    period = values.get("month") or values.get("period")
    if not programme or not period or values.get("amount") is None:
        return []
    return [
        Fact(
            "payment",
            at.person
            | given(
                programme=programme,
                period=period,
                amount_fen=values["amount"],
                ok=arrived(values.get("paid")),
                paid_on=values.get("paid_on"),
                certificate=cut(values.get("certificate"), 40),
                people=values.get("count"),
                payee=values.get("payee"),
                payee_number=values.get("payee_id"),
                grade_written=cut(values.get("grade"), 24) if programme == "care_fee" else None,
            ),
        )
    ]


def arrived(text: str | None) -> bool:
    """Whether the money arrived; the bank sends back what does not."""
    return not (text and any(word in text for word in ("失败", "退", "未", "不成功", "异常")))


def petty(values: Values, at: At) -> list[Fact]:
    """One line of the petty fund; the township's name is that of the sheet."""
    return [
        Fact(
            "petty_entry",
            {"division": at.division, "position": at.position, "voucher": cut(values.get("voucher"), 40) or ""}
            | given(
                on=values.get("on"),
                kind=cut(values.get("kind"), 24),
                income_fen=values.get("income"),
                outlay_fen=values.get("outlay"),
                balance_fen=values.get("balance"),
                id_number=values.get("id"),
                person_id=at.known(values.get("id")),
                details=beside(values, "name", "id", "reason", "handlers", "approver", "method") or None,
            ),
        )
    ]


TAKERS = (
    Taker("dibao_members", PERSON, low_income, low_income_marks),
    Taker(
        "old_age_entitled",
        PERSON,
        lambda values, at: entitled("old_allowance", values, at),
        lambda values, at: [_mark("old_allowance", values, bool(values.get("stop")))],
    ),
    Taker("subsidies_entitled", PERSON, subsidy, subsidy_marks),
    Taker("old_age_paid", PERSON, lambda values, at: paid("old_allowance", values, at)),
    Taker("subsidies_paid", PERSON, lambda values, at: paid(_allowance(values), values, at)),
    Taker("care_fee_paid", PERSON, lambda values, at: paid("care_fee", values, at)),
    Taker("dibao_paid", PERSON, lambda values, at: paid("dibao", values, at)),
    Taker("petty_cash", PLACE, petty, others=("id",)),
)
