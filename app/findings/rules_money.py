"""R39–R41, R44, R45: relief money of a township, and what should have been paid by a day of the month."""

from collections.abc import Iterator

import polars as pl

from app.findings.rules import DIVISION, HOUSEHOLD, ORANGE, PROGRAMMES, RED, YELLOW, Hit, of_record, rule
from app.findings.rules_common import counted, dead, known_period, month, shifted, text, without, yuan
from app.findings.schemas import Frames
from app.workdays import workdays_later

_MONTHLY = ("dibao", "old_allowance", "disability_living", "disability_care")


def _monthly(enrolments: pl.DataFrame) -> list[str]:
    """The programmes paid by the month in which somebody is enrolled."""
    there = set(enrolments["programme"].unique())
    return [one for one in _MONTHLY if one in there]


@rule(
    "R39", "先行救助未补手续", RED,
    what="先给了钱，紧急情况过去很久了，手续还没有补。",
    why="先行救助可以事后补，不能不补。",
    basis="国发〔2014〕47号；民发〔2018〕23号",
    todo="把申请、证明和审批补齐。",
    params=("R39_workdays",), programme="relief", whole=("*",), field=False,
    needs=("petty",),
)  # fmt: skip
def papers_missing(frames: Frames) -> Iterator[Hit]:
    """Paid at once, the emergency over for more working days than allowed, papers not complete."""
    rows = frames["petty"].filter(pl.col("lifted_on").is_not_null() & ~pl.col("papers_done").fill_null(False))
    for one in rows.iter_rows(named=True):
        due = workdays_later(one["lifted_on"], frames.params["R39_workdays"])
        if due < frames.as_of:
            facts = {"voucher": one["voucher"], "due": text(due)}
            yield of_record(one, one["entry_id"], facts)


@rule(
    "R40", "备用金异常", RED,
    what="备用金余额不对、单笔太大、经办人不够，或者快用完了。",
    why="备用金专款专用，两人经办，随时对得上账。",
    basis="乡镇临时救助备用金管理办法",
    todo="对一遍账，写清原因；快用完的申请补充。",
    params=("R40_limit_fen", "R40_handlers", "R40_low_share"), programme="relief", whole=("*",), field=False,
    needs=("petty",),
)  # fmt: skip
def petty_fund_odd(frames: Frames) -> Iterator[Hit]:
    """A balance below nothing, a spending above the limit or without two handlers; less than a fifth left."""
    params = frames.params
    rows = frames["petty"].sort("division", "position")
    handlers, limit = pl.col("handlers").list.len(), params["R40_limit_fen"]
    why = (
        pl.when(pl.col("balance_fen") < 0).then(pl.lit("余额为负"))
        .when(pl.lit(limit > 0) & (pl.col("outlay_fen") > limit)).then(pl.lit("超过单笔限额"))
        .when((pl.col("outlay_fen") > 0) & (handlers < params["R40_handlers"])).then(pl.lit("经办人不足两人"))
    )  # fmt: skip
    for one in rows.with_columns(why=why).filter(pl.col("why").is_not_null()).iter_rows(named=True):
        facts = {"why": one["why"], "voucher": one["voucher"], "on": text(one["on"])}
        yield Hit(one["division"], facts, DIVISION, period=one["voucher"][:32])
    for (area,), group in rows.group_by("division", maintain_order=True):
        income = group["income_fen"].sum()
        left = group["balance_fen"].drop_nulls()
        if income and len(left) and 0 <= left[-1] < income * params["R40_low_share"]:
            facts = {"why": "余额不足20%", "balance": yuan(left[-1])}
            yield Hit(str(area), facts, DIVISION, kind="reminder", period="low")


@rule(
    "R41", "临时救助重复、超限", ORANGE,
    what="同一户一年里为同一件事救助了两次，或者一年总数太多。",
    why="同一事由一年一次；大额的要一事一议。",
    basis="国发〔2014〕47号；县临时救助办法",
    todo="看是不是同一件事；确有需要的走一事一议。",
    params=("R41_times", "R41_limit_fen"), programme="relief", whole=("*",), field=False,
    needs=("petty",),
)  # fmt: skip
def relief_twice(frames: Frames) -> Iterator[Hit]:
    """Same home, same reason, same calendar year; or the year's sum above so many months of 低保."""
    params = frames.params
    rows = frames["petty"].filter(
        (pl.col("outlay_fen") > 0) & pl.col("household_id").is_not_null() & (pl.col("on") <= frames.as_of)
    ).with_columns(year=pl.col("on").dt.year())  # fmt: skip
    same = rows.filter(pl.col("reason").is_not_null()).group_by("household_id", "year", "reason").agg(times=pl.len())
    for one in same.filter(pl.col("times") > params["R41_times"]).iter_rows(named=True):
        facts = {"why": "同一事由重复", "year": one["year"], "reason": one["reason"], "times": one["times"]}
        yield Hit(one["household_id"], facts, HOUSEHOLD, period=f"{one['year']} {one['reason']}"[:32])
    sums = rows.filter(~pl.col("several_agreed").fill_null(False)).group_by("household_id", "year").agg(
        total=pl.col("outlay_fen").sum()
    )  # fmt: skip
    for one in sums.filter(pl.col("total") > params["R41_limit_fen"]).iter_rows(named=True):
        facts = {"why": "全年超限", "year": one["year"], "total": yuan(one["total"])}
        yield Hit(one["household_id"], facts, HOUSEHOLD, period=f"{one['year']} total")


def months_due(frames: Frames, programme: str, cutoff: int) -> list[str]:
    """Months whose day of payment has passed, from the first of which a payment of the programme is known."""
    last = month(frames.as_of) if frames.as_of.day > cutoff else shifted(month(frames.as_of), -1)
    months = []
    at = known_period(frames, programme, "first")
    while at is not None and at <= last:
        months.append(at)
        at = shifted(at, 1)
    return months


@rule(
    "R44", "应发未发（月）", ORANGE,
    plain="有一个月的钱还没发到",
    what="在册的人这个月没有收到钱。",
    why="按月打卡，一个月都不能少。",
    basis="民发〔2012〕220号 第三十一条；按月发放",
    todo="问银行退回的原因，改账号后补发。",
    params=("R44_cutoff_day", "R44_dead_excluded"), programme="all", gap=False,
    needs=("enrolments", "periods"),
)  # fmt: skip
def not_paid(frames: Frames) -> Iterator[Hit]:
    """Enrolled in a month whose day of payment has passed, and nothing arrived."""
    cutoffs = frames.params["R44_cutoff_day"]
    dated = (pl.col("state") != "stopped") | pl.col("to_month").is_not_null()
    held = frames["enrolments"].filter(counted() & dated)
    if frames.params["R44_dead_excluded"]:
        held = without(held, dead(frames))
    for programme in _monthly(held):
        key, about = ("certificate", HOUSEHOLD) if programme == "dibao" else ("person_id", "person")
        times = held.filter((pl.col("programme") == programme) & pl.col(key).is_not_null())
        months = pl.DataFrame({"month": months_due(frames, programme, cutoffs[programme])}, schema={"month": pl.String})
        due = (
            times.select("person_id", "household_id", "certificate", "from_month", "to_month")
            .join(months, how="cross")
            .filter((pl.col("from_month") <= pl.col("month"))
                    & (pl.col("to_month").is_null() | (pl.col("to_month") > pl.col("month"))))
        )  # fmt: skip
        payments, of_it = frames["payments"], pl.col("programme") == programme
        arrived = payments.filter(of_it & pl.col("ok")).select(key, month="period")
        missing = due.join(arrived, on=[key, "month"], how="anti")
        if missing.is_empty():
            continue
        tried = payments.filter(of_it & ~pl.col("ok")).select(key, month="period", tried=pl.lit(True)).unique()
        rows = missing.unique([key, "month"], keep="first", maintain_order=True).join(
            tried, on=[key, "month"], how="left"
        )
        for one in rows.iter_rows(named=True):
            why = "发放失败" if one["tried"] else "无发放记录"
            subject = one["household_id"] if programme == "dibao" else one["person_id"]
            facts = {"programme": PROGRAMMES[programme], "month": one["month"], "why": why}
            yield Hit(subject, facts, about, period=f"{programme} {one['month']}")


@rule(
    "R45", "发放金额异常", YELLOW,
    what="发的钱和名册上的标准对不上。",
    why="少了要补，多了要退。",
    basis="社会化发放",
    todo="对一遍名册和银行回单。",
    params=("R45_tolerance_fen",), programme="all", field=False,
    needs=("enrolments", "payments"),
)  # fmt: skip
def amount_odd(frames: Frames) -> Iterator[Hit]:
    """The sum that arrived for a month is not what the enrolment says, for the newest month paid."""
    tolerance = frames.params["R45_tolerance_fen"]
    priced = frames["enrolments"].filter(pl.col("active") & pl.col("amount_fen").is_not_null())
    for programme in _monthly(priced):
        key, about = ("certificate", HOUSEHOLD) if programme == "dibao" else ("person_id", "person")
        held = priced.filter((pl.col("programme") == programme) & pl.col(key).is_not_null())
        newest = known_period(frames, programme, "newest")
        if newest is None:
            continue
        sums = frames["payments"].filter(
            (pl.col("programme") == programme) & pl.col("ok") & (pl.col("period") == newest)
        ).group_by(key).agg(paid=pl.col("amount_fen").sum())  # fmt: skip
        rows = held.unique(key).join(sums, on=key).filter((pl.col("paid") - pl.col("amount_fen")).abs() > tolerance)
        for one in rows.iter_rows(named=True):
            subject = one["household_id"] if programme == "dibao" else one["person_id"]
            facts = {"programme": PROGRAMMES[programme], "month": newest, "paid": yuan(one["paid"]),
                     "due": yuan(one["amount_fen"])}  # fmt: skip
            yield Hit(subject, facts, about, period=f"{programme} {newest}")


RULES = (papers_missing, petty_fund_odd, relief_twice, not_paid, amount_odd)
