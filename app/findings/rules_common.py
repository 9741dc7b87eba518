"""What several rules ask of the frames: who lives, who holds what, who is in custody. Each is worked out once a run."""

from collections.abc import Callable, Iterable
from datetime import date

import polars as pl

from app.findings.schemas import Frames

SEVERE = (1, 2)
INTELLECT, MIND = 5, 6
"""残疾类别: 智力, 精神."""


SIX = ("eats", "dresses", "gets_up", "toilet", "walks", "bathes")


def with_age(people: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """`age`: completed years on the day; none for somebody not yet born. Born on 29 February counts from 1 March."""
    born = pl.col("born_on")
    not_yet = (born.dt.month() > as_of.month) | ((born.dt.month() == as_of.month) & (born.dt.day() > as_of.day))
    years = as_of.year - born.dt.year() - not_yet.cast(pl.Int32)
    return people.with_columns(age=pl.when(born <= as_of).then(years).cast(pl.Int64))


def with_active(enrolments: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """`active`: in force in the month of the day; `to_month` is the first month without, which may be yet to come."""
    now = month(as_of)
    return enrolments.with_columns(
        active=(pl.col("from_month").fill_null("") <= now)
        & pl.when(pl.col("to_month").is_null()).then(pl.col("state") != "stopped").otherwise(pl.col("to_month") > now)
    )  # fmt: skip


def with_validity(certificates: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """`valid`: open-ended, or its last day is not past."""
    return certificates.with_columns(
        valid=pl.col("open_ended").fill_null(False) | (pl.col("valid_to") >= as_of).fill_null(False)
    )


def with_failed(destitute: pl.DataFrame) -> pl.DataFrame:
    """`failed`: how many of the six cannot be done, where all six are known."""
    unknown = pl.any_horizontal(pl.col(word).is_null() for word in SIX)
    failed = pl.sum_horizontal((~pl.col(word)).cast(pl.Int64) for word in SIX)
    return destitute.with_columns(failed=pl.when(~unknown).then(failed))


def once(frames: Frames, name: str, make: Callable[[], pl.DataFrame]) -> pl.DataFrame:
    """A derived frame, made at the first question."""
    if name not in frames.made:
        frames.made[name] = make()
    return frames.made[name]


def month(day: date) -> str:
    """`2026-10`."""
    return f"{day:%Y-%m}"


def shifted(text: str, months: int) -> str:
    """A month so many later (or earlier)."""
    count = int(text[:4]) * 12 + int(text[5:7]) - 1 + months
    return f"{count // 12:04d}-{count % 12 + 1:02d}"


def first_month(period: str) -> str:
    """The first month of a period: of `2026Q3`, `2026-07`; a month is its own."""
    return f"{period[:4]}-{int(period[5]) * 3 - 2:02d}" if "Q" in period else period


def period_months() -> pl.Expr:
    """`period` as its first month, for a column."""
    quarter = pl.col("period").str.slice(5, 1).cast(pl.Int64, strict=False) * 3 - 2
    spelt = pl.col("period").str.slice(0, 4) + "-" + quarter.cast(pl.String).str.zfill(2)
    return pl.when(pl.col("period").str.contains("Q", literal=True)).then(spelt).otherwise(pl.col("period"))


def periods_of(payments: pl.DataFrame) -> pl.DataFrame:
    """Frame `periods` out of all payments."""
    return payments.group_by("programme").agg(
        first=pl.col("period").min(), newest=pl.col("period").filter(pl.col("ok")).max()
    )


def planned_in(plans: pl.DataFrame, year: int) -> pl.DataFrame:
    """Frame `planned` out of all plans."""
    return plans.filter(pl.col("year") == year).select(area=pl.col("division").str.slice(0, 9)).unique()


def known_period(frames: Frames, programme: str, which: str) -> str | None:
    """The `first` or `newest` period of a programme; None where nothing is known of it."""
    return next((row[which] for row in frames["periods"].iter_rows(named=True) if row["programme"] == programme), None)


def living(frames: Frames) -> pl.DataFrame:
    """People nobody has told us dead."""
    return once(frames, "living", lambda: frames["people"].filter(pl.col("dead_on").is_null()))


def dead(frames: Frames) -> pl.DataFrame:
    """person_id, dead_on."""
    return once(
        frames, "dead", lambda: frames["people"].filter(pl.col("dead_on").is_not_null()).select("person_id", "dead_on")
    )


def counted() -> pl.Expr:
    """Of 低保 the members who are counted; of other programmes everybody."""
    return pl.col("counted") | (pl.col("programme") != "dibao")


def active(frames: Frames, *programmes: str) -> pl.DataFrame:
    """Enrolments in force in these programmes; of 低保 the members who are counted."""
    now = once(frames, "active", lambda: frames["enrolments"].filter(pl.col("active") & counted()))
    if now.is_empty():
        return now
    return once(frames, f"active {programmes}", lambda: now.filter(pl.col("programme").is_in(programmes)))


def held(*programmes: str) -> Callable[[Frames], pl.DataFrame]:
    """What a rule needs that asks about enrolments in force in these programmes."""
    return lambda frames: active(frames, *programmes)


def destitute(frames: Frames) -> pl.DataFrame:
    """The destitute in the register and not dead."""
    return once(
        frames,
        "destitute now",
        lambda: without(frames["destitute"].filter(pl.col("active")), dead(frames)),
    )


def child_benefits(frames: Frames) -> pl.DataFrame:
    """Children who draw an orphan's or an unsupported child's allowance: person_id, programme, support."""

    def make() -> pl.DataFrame:
        drawn = active(frames, "orphan", "unsupported").select("person_id", "programme")
        if frames["children"].is_empty():
            return drawn.unique().with_columns(support=pl.lit(None, pl.String))
        ever = frames["enrolments"].filter(pl.col("programme").is_in(["orphan", "unsupported"]))
        marked = (
            frames["children"].select("person_id", "kinds").explode("kinds")
            .with_columns(programme=pl.col("kinds").str.strip_prefix("child_"))
            .filter(pl.col("programme").is_in(["orphan", "unsupported"]))
            .select("person_id", "programme")
            .join(ever.select("person_id", "programme"), on=["person_id", "programme"], how="anti")
        )  # fmt: skip
        return pl.concat([drawn, marked]).unique().join(
            frames["children"].select("person_id", "support"), on="person_id", how="left"
        )

    return once(frames, "child benefits", make)


def in_custody(frames: Frames) -> pl.DataFrame:
    """Who is in prison or compulsory rehabilitation: id_index, person_id, kind, to_on."""
    as_of = frames.as_of
    return once(
        frames,
        "in custody",
        lambda: frames["custody"]
        .filter((pl.col("from_on").is_null() | (pl.col("from_on") <= as_of))
                & (pl.col("to_on").is_null() | (pl.col("to_on") > as_of)))
        .sort("to_on", nulls_last=True).unique(["id_index", "kind"], keep="last", maintain_order=True),
    )  # fmt: skip


def valid_certificates(frames: Frames) -> pl.DataFrame:
    """Certificates in force of people who live."""
    return once(
        frames,
        "valid certificates",
        lambda: without(frames["certificates"].filter(pl.col("valid")), dead(frames)),
    )


def severe() -> pl.Expr:
    """重残: grade one or two, or a mental or intellectual disability of grade three (or four, F7)."""
    return pl.col("grade").is_in(SEVERE) | (pl.col("category").is_in([INTELLECT, MIND]) & pl.col("grade").is_in([3, 4]))


def without(rows: pl.DataFrame, others: pl.DataFrame, on: str = "person_id") -> pl.DataFrame:
    """Rows whose person is not among the others."""
    return rows if rows.is_empty() or others.is_empty() else rows.join(others, on=on, how="anti")


def only_of(rows: pl.DataFrame, others: pl.DataFrame, on: str = "person_id") -> pl.DataFrame:
    """Rows whose person is among the others."""
    return rows.clear() if rows.is_empty() or others.is_empty() else rows.join(others, on=on, how="semi")


def pairs_now(frames: Frames) -> pl.DataFrame:
    """Pairings of homes with officials that stand on the day."""
    return once(
        frames,
        "pairs now",
        lambda: frames["pairs"].filter(
            (pl.col("from_on").is_null() | (pl.col("from_on") <= frames.as_of))
            & (pl.col("to_on").is_null() | (pl.col("to_on") >= frames.as_of))
        ),
    )


def text(day: date | None) -> str | None:
    """A day as facts write it."""
    return day.isoformat() if day else None


def yuan(fen: int | float) -> int | float:
    """Fen as yuan, whole where it is."""
    return int(fen) // 100 if int(fen) % 100 == 0 else fen / 100


def ordered(words: Iterable[str | None]) -> list[str]:
    """Reasons in a fixed order, each once."""
    return sorted({word for word in words if word})
