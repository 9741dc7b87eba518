"""The protocol of a draw as a workbook: seed, algorithm, the whole frame and what was found, to be drawn again."""

import io

import xlsxwriter
from sqlmodel import Session

from app.accounts.schemas import Actor
from app.audit.service import record
from app.divisions import service as divisions
from app.sampling import office_service, queries, rules, service

HOW = (
    "怎么抽的：种子后面直接接编号，按 UTF-8 写成字节，算 SHA-256（小写十六进制）；",
    "按这个数从小到大排，取前面的；抽几个 = 比例 × 名单个数，有零头就进一。",
    "谁都可以拿“全部名单”这一页重算一遍，结果一定一样，和名单的先后无关。",
    "名单指纹：全部编号排好序，一行一个（换行符分开），算 SHA-256。",
)


def protocol(session: Session, actor: Actor, sample_id: str, reason: str) -> tuple[str, bytes]:
    """(name, bytes) of the workbook; who takes it out, and why, is written down.

    Raises:
        NotAllowed, NotFound.
    """
    one = service.get(session, actor, sample_id)
    counts = queries.outcomes(session, [one.id])[one.id]
    rate = rules.wilson(counts.get(rules.ERROR, 0), sum(counts.values()))
    bounds, words = office_service.says(one, rate)
    who = queries.names(session, [one.drawn_by]).get(one.drawn_by, "")
    facts = [
        ("抽查", office_service.title(one)), ("地方", divisions.place(session, one.division)),
        ("时间", office_service.period(one)), ("种子", one.seed), ("比例", office_service.percent(one.share)),
        ("名单个数", str(one.frame_size)), ("抽中", str(one.size)), ("名单指纹", one.fingerprint),
        ("谁抽的", who), ("什么时候", f"{one.drawn_at.astimezone(office_service.SHANGHAI):%Y-%m-%d %H:%M}"),
        ("看完", str(rate.looked)), *((text, str(counts.get(code, 0))) for code, text in rules.OUTCOMES.items()),
        ("错误率", office_service.percent(rate.share) if rate.looked else "—"), ("95% 区间（Wilson）", bounds or "—"),
        ("说明", words), *(("", text) for text in HOW),
    ]  # fmt: skip
    items = queries.items(session, one.id)
    rows = office_service.item_rows(session, items)
    drawn = [
        [str(row.position), row.name, row.place, item.key, item.rank, row.who, row.state, row.outcome, row.note]
        for item, row in zip(items, rows, strict=True)
    ]
    frame = [[key, rules.rank(one.seed, key)] for key in sorted(one.frame, key=lambda key: rules.rank(one.seed, key))]
    record(session, actor, "sample.exported", "sample", one.id, reason=reason, after={"items": len(items)})
    data = _book(facts, drawn, frame)
    return f"抽查-{rules.PROGRAMMES[one.programme]}-{one.to_month}-{one.seed}.xlsx", data


def _book(facts: list[tuple[str, str]], drawn: list[list[str]], frame: list[list[str]]) -> bytes:
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        bold, plain = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        for name, head, rows, widths in (
            ("抽样记录", ["项目", "内容"], [list(one) for one in facts], (20, 80)),
            ("抽中的", ["序号", "户主", "在哪", "编号", "排序的数", "谁去", "到哪一步", "结果", "说明"], drawn,
             (6, 12, 30, 40, 70, 12, 18, 22, 40)),
            ("全部名单", ["编号", "排序的数"], frame, (40, 70)),
        ):  # fmt: skip
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, head, bold)
            sheet.freeze_panes(1, 0)
            for across, width in enumerate(widths):
                sheet.set_column(across, across, width)
            for at, row in enumerate(rows, start=1):
                for across, text in enumerate(row):
                    sheet.write_string(at, across, text, plain)
        book.get_worksheet_by_name("抽样记录").set_landscape()
    return stream.getvalue()
