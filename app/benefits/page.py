"""待遇 on the office face: a month's programmes, who differs and why, the roll; one person; a home's section."""

from typing import Any

import reflex as rx

from app.accounts.rules import Permission
from app.benefits import rules
from app.benefits.schemas import ChangeRow, EnrolmentView, PastRow, PaymentRow, ProgrammeRow, RollRow
from app.benefits.state import BenefitsState, HomeBenefitsState, PersonBenefitsState
from app.households.rules import LOOK_REASONS, OTHER
from app.shell.list_page import one_page
from app.shell.office_page import may, office_frame
from components.button import button
from components.choices import choice, choices, question
from components.field import field, options_of, place_field, text_field
from components.group import fold, group, label, pad
from components.icons import icon
from components.link import load
from components.message import bones, empty
from components.office import (
    card_table,
    facts,
    fields,
    line_of,
    pager,
    select_field,
    sheet_page,
)
from components.registers import closed_record, figure, home_link, reason_dialog, warning
from components.tag import state, tag, tags

HERE = "/office/benefits"
ROLL = ("姓名", "在哪", "档次", "这个月", "上月到账", "和上月比")
CHANGED = ("姓名", "在哪", "变化", "为什么")
PAID = ("月份", "待遇", "金额", "到账", "领款人")
STATES = (("", "全部"), ("active", "在享"), ("easing", "渐退"))
WRITE = Permission.BENEFITS_WRITE
S, P, H = BenefitsState, PersonBenefitsState, HomeBenefitsState


def _who(name: Any, person_id: Any) -> rx.Component:
    return load(name, href=f"{HERE}/one?id={person_id}", data_testid="benefit-person")


def _filters() -> rx.Component:
    return rx.el.form(
        field("月份", rx.el.select(options_of(S.months), name="month", default_value=S.month, key=S.month)),
        place_field("地方", S.choices, every="我管的全部", default_value=S.village),
        button("看", type="submit", kind="soft", icon="search"),
        on_submit=S.find, class_name="filters",
    )  # fmt: skip


def _programme(one: rx.Var[ProgrammeRow]) -> rx.Component:
    """A programme with its people and its sum; choosing it shows its roll below."""
    return rx.el.li(
        rx.el.button(
            rx.el.span(rx.el.b(one.name), rx.el.span(one.people), class_name="t"),
            rx.el.span(
                rx.el.b(one.amount), rx.el.span(one.before, class_name="soft-text"),
                rx.cond(one.missing != "", rx.el.span(one.missing, class_name="why"), rx.fragment()),
                class_name="t sums",
            ),
            type="button", on_click=S.pick(one.code), class_name="row", data_testid=f"programme-{one.code}",
            aria_pressed=S.roll.programme == one.code,
        ),
        key=one.code,
    )  # fmt: skip


def _change(one: rx.Var[ChangeRow]) -> rx.Component:
    return line_of(CHANGED, _who(one.name, one.person_id), one.place, tag(one.kind, tone="due"), one.words, key=one.id)


def _changes() -> rx.Component:
    roll = S.roll
    listing = rx.fragment(
        tags(rx.foreach(roll.counts, lambda text: tag(text))),
        card_table("和上月不一样的", CHANGED, rx.foreach(roll.changes, _change)),
        rx.cond(
            roll.changes_total > roll.changes.length(),
            pager(
                S.changes_line, on_back=S.turn_changes(-1), on_next=S.turn_changes(1), first=S.changes_from == 0,
                last=S.changes_from + roll.changes.length() >= roll.changes_total,
            ),
            rx.fragment(),
        ),
    )  # fmt: skip
    nothing = rx.el.p("没有人和上月不一样。", class_name="soft-text")
    return rx.fragment(
        label("和上月不一样的"),
        rx.foreach(roll.standards, lambda text: warning(text)),
        rx.cond(roll.changes.length() > 0, listing, nothing),
    )


def _line(one: rx.Var[RollRow]) -> rx.Component:
    sum_now = rx.el.span(
        rx.el.b(one.amount), rx.cond(one.beside != "", rx.el.span(one.beside, class_name="under"), rx.fragment())
    )
    why = rx.cond(
        one.reasons.length() > 0, rx.foreach(one.reasons, lambda text: rx.el.span(text, class_name="under")),
        rx.el.span("一样", class_name="soft-text"),
    )
    return line_of(ROLL, _who(one.name, one.person_id), one.place, one.tier, sum_now, one.last, rx.el.span(why),
                   key=one.id)  # fmt: skip


def _roll() -> rx.Component:
    roll = S.roll
    states = [
        button(words, on_click=S.narrow(code), aria_pressed=S.kind == code, data_testid=f"state-{code or 'all'}")
        for code, words in STATES
    ]
    export = rx.cond(
        may(Permission.EXPORT),
        rx.el.details(
            rx.el.summary(icon("download", small=True), "导出", class_name="btn plain", data_testid="export-roll"),
            rx.el.form(
                text_field("为什么要导出", aside="会记下", name="reason", required=True, min_length=2, max_length=200),
                button("导出这份名册", type="submit", kind="soft"),
                on_submit=S.export, class_name="stack",
            ),
            class_name="stack",
        ),
        rx.fragment(),
    )  # fmt: skip
    listing = rx.fragment(
        card_table("发放名册", ROLL, rx.foreach(roll.rows, _line)),
        pager(
            rx.el.span("一共 ", roll.lines, rx.cond(roll.programme == rules.DIBAO, " 户", " 人")),
            on_back=S.turn(-1), on_next=S.turn(1), first=S.trail.length() == 0, last=roll.next.length() == 0,
        ),
    )  # fmt: skip
    care = rx.cond(
        roll.programme == rules.TEKUN,
        load("照料护理补贴按季发，看发放册", href="/office/hardship/fees", class_name="btn"),
        rx.fragment(),
    )
    nobody = empty("这里没有人", "换个月份或地方看看。")
    return rx.fragment(
        label("发放名册"),
        rx.el.div(rx.el.div(*states, class_name="chips", role="group", aria_label="看哪些"), care, class_name="tags"),
        rx.cond(roll.rows.length() > 0, listing, nobody),
        export,
    )


def _chosen() -> rx.Component:
    roll = S.roll
    homes = rx.el.span(roll.lines, " 户 ", roll.people, " 人")
    people = rx.cond(roll.programme == rules.DIBAO, homes, rx.el.span(roll.people, " 人"))
    return rx.fragment(
        rx.el.h2(roll.name, "，", roll.month_words, id="roll"),
        rx.el.div(
            group(pad(figure(roll.amount, "这个月应发", roll.before))), group(pad(figure(people, "在册"))),
            rx.cond(roll.missing > 0, group(pad(figure(roll.missing, "算不出金额的"))), rx.fragment()),
            class_name="figures",
        ),
        _changes(),
        _roll(),
    )  # fmt: skip


def benefits_page() -> rx.Component:
    """Every programme of a month, and the roll of the chosen one: who differs first, then everybody."""
    nothing = empty("这个月没有人在册", "换个月份或地方看看，或从名册导入里放入发放册。")
    body = rx.fragment(
        _filters(),
        rx.cond(
            S.rows.length() > 0,
            rx.fragment(
                rx.el.ul(rx.foreach(S.rows, _programme), class_name="group programmes"),
                rx.cond(S.roll.name != "", _chosen(), bones(6)),
            ),
            nothing,
        ),
    )
    return office_frame(HERE, sheet_page("待遇", rx.cond(S.ready, body, bones(8))))


def _stop_form(one: rx.Var[EnrolmentView]) -> rx.Component:
    whole = rx.cond(
        one.whole,
        select_field("停谁的", ("", "只停这个人"), ("yes", "整户停"), name="whole"),
        rx.fragment(),
    )
    return fold(
        "停发",
        rx.el.form(
            rx.el.input(type="hidden", name="id", value=one.id),
            rx.el.input(type="hidden", name="version", value=one.version.to_string()),
            fields(
                text_field("从哪个月起停", aside="这个月就不发", name="to_month", required=True, max_length=7,
                           placeholder="2026-10"),
                select_field("为什么停", *((words, words) for words in rules.STOP_REASONS), name="reason"),
                text_field("多写一句", name="note", max_length=80),
                whole,
            ),
            button("停发", type="submit", kind="danger"),
            on_submit=P.stop, class_name="stack",
        ),
        kind="plain",
    )  # fmt: skip


def _change_form(one: rx.Var[EnrolmentView]) -> rx.Component:
    return fold(
        "改",
        rx.el.form(
            rx.el.input(type="hidden", name="id", value=one.id),
            rx.el.input(type="hidden", name="version", value=one.version.to_string()),
            rx.el.p("不改的空着。以前各月的金额不变，还看得到。", class_name="soft-text"),
            fields(
                text_field("从哪个月起改", aside="像 2026-10", name="month", required=True, max_length=7,
                           placeholder="2026-10"),
                text_field("每月金额", aside="元；低保写一户的", name="amount", max_length=12),
                text_field("类别或档次", name="band", max_length=24),
                select_field("状态", ("", "不改"), ("active", "在享"), ("easing", "渐退"), name="state"),
                text_field("换账号", aside="只填数字", name="account", max_length=32, input_mode="numeric"),
                text_field("为什么改", name="why", required=True, min_length=2, max_length=120),
            ),
            button("存好", type="submit", kind="soft"),
            on_submit=P.change, class_name="stack",
        ),
    )  # fmt: skip


def _review_form(one: rx.Var[EnrolmentView]) -> rx.Component:
    """低保 was reviewed; what the outcome needs is asked once it is chosen."""
    outcomes = choices(*[
        choice(words, name="outcome", value=code, required=True, data_testid=f"outcome-{code}")
        for code, words in rules.OUTCOMES.items()
    ], shape="left two")  # fmt: skip
    reasons = (("", "选一个"), *((words, words) for words in rules.STOP_REASONS))
    return fold(
        "记一次复核",
        rx.el.form(
            rx.el.input(type="hidden", name="id", value=one.id),
            rx.el.input(type="hidden", name="version", value=one.version.to_string()),
            rx.el.p("一户一起复核。记下以后，该复核的提醒就没有了。", class_name="soft-text"),
            fields(
                text_field("哪天复核的", name="on", type="date", required=True, data_testid="review-on"),
                text_field("怎么看的", name="why", required=True, min_length=2, max_length=120,
                           placeholder="入户看过，收入没有变", data_testid="review-why"),
            ),
            question("结果", outcomes),
            rx.el.div(
                text_field("从哪个月起", aside="像 2026-10", name="month", max_length=7, placeholder="2026-10"),
                rx.el.div(select_field("调成哪一类", ("", "选一个"), *((one, f"{one} 类") for one in rules.CLASSES),
                                       name="band"), class_name="of-band"),
                rx.el.div(select_field("为什么停", *reasons, name="reason"), class_name="of-stop"),
                class_name="fields later",
            ),
            button("记下复核", type="submit", kind="soft", data_testid="review-send"),
            on_submit=P.review, class_name="stack outcomes", key=one.version.to_string(),
        ),
    )  # fmt: skip


def _review_due(one: rx.Var[EnrolmentView]) -> rx.Component:
    """When it was reviewed last, and by when again."""
    again = rx.cond(
        one.review_due != "",
        rx.cond(one.review_late, warning(rx.fragment("该复核了，", one.review_due, "到期")),
                rx.el.span("，下次 ", one.review_due, "前")),
        rx.fragment(),
    )  # fmt: skip
    return rx.fragment(rx.cond(one.reviewed != "", one.reviewed, "没有写"), again)


def _enrolment(one: rx.Var[EnrolmentView]) -> rx.Component:
    look = rx.cond(
        may(Permission.REGISTER_UNMASK),
        button("看全号", kind="plain", on_click=P.want(one.id), data_testid="unmask-account"),
        rx.fragment(),
    )
    account = rx.cond(one.account != "", rx.el.span(one.account, " ", look), "没有登记")
    certificate = rx.cond(one.certificate != "", one.certificate, "—")
    return group(
        pad(
            rx.el.h2(one.name),
            rx.cond(one.running, state(one.state, icon="check", tone="done"), state(one.state, icon="minus")),
            rx.cond(one.note != "", warning(one.note), rx.fragment()),
            facts(
                ("多少钱", rx.cond(one.whole, rx.el.span(one.amount, "（一户）"), one.amount)),
                ("什么时候", one.term),
                ("档次", rx.cond(one.tier != "", one.tier, "—")),
                ("证号", certificate),
                ("账号", account),
            ),
            rx.cond(one.whole, facts(("上次复核", _review_due(one))), rx.fragment()),
            rx.cond(
                one.changeable & may(WRITE),
                rx.el.div(
                    rx.cond(one.whole, _review_form(one), rx.fragment()), _change_form(one), _stop_form(one),
                    class_name="stack",
                ),
                rx.fragment(),
            ),
        ),
        key=one.id,
    )  # fmt: skip


def _payment(one: rx.Var[PaymentRow]) -> rx.Component:
    arrived = rx.cond(one.arrived, one.state, warning(one.state))
    payee = rx.cond(one.payee != "", one.payee, "本人")
    return line_of(PAID, one.period, one.name, one.amount, arrived, payee, key=one.id)


def _payments(one: Any) -> rx.Component:
    listing = rx.fragment(
        card_table("发放记录", PAID, rx.foreach(one.payments, _payment)),
        rx.cond(
            (P.offset > 0) | one.more,
            pager("", on_back=P.turn(-1), on_next=P.turn(1), first=P.offset == 0, last=~one.more),
            rx.fragment(),
        ),
    )  # fmt: skip
    nothing = rx.el.p("还没有发放记录。放入发放册以后，这里按月看得到。", class_name="soft-text")
    return rx.fragment(label("发放记录"), rx.cond(one.payments.length() > 0, listing, nothing))


def _begin_form() -> rx.Component:
    holder = choice("是持证人", many=True, name="is_holder", value="on")
    form = rx.el.form(
        fields(
            select_field("哪种待遇", *rules.PROGRAMMES.items(), name="programme"),
            text_field("从哪个月起发", aside="像 2026-10", name="from_month", required=True, max_length=7,
                       placeholder="2026-10"),
            text_field("每月金额", aside="元；低保写一户的，别的按标准可空着", name="amount", max_length=12),
            text_field("低保证号", aside="低保才写，一家人同一个", name="certificate", max_length=40),
            text_field("类别或档次", name="band", max_length=24),
            text_field("账号", aside="空着就用登记的", name="account", max_length=32, input_mode="numeric"),
            text_field("为什么起发", aside="会记下", name="why", required=True, min_length=2, max_length=120),
        ),
        choices(holder, shape="left one"),
        button("起发", type="submit", kind="soft"),
        on_submit=P.begin, class_name="stack",
    )  # fmt: skip
    return rx.cond(may(WRITE), fold("起发一种待遇", group(pad(form))))


def _past(one: rx.Var[PastRow]) -> rx.Component:
    return rx.el.li(
        rx.el.span(rx.el.b(one.words), rx.el.span(one.at, "，", one.who, class_name="soft-text"), class_name="t"),
        class_name="row answer",
    )


def _ask() -> rx.Component:
    """Why somebody wants to see the account; then the account."""
    return reason_dialog(
        "看领补贴的账号", LOOK_REASONS | {OTHER: "其他"}, shown=P.asked != "", own=P.own, problem=P.problem,
        answer=P.shown, on_reason=P.look, on_say=P.say, on_close=P.close,
    )  # fmt: skip


def benefit_person_page() -> rx.Component:
    """What one person holds and held, what was paid, what was done to it."""
    one: Any = P.one
    running = rx.cond(
        one.enrolments.length() > 0,
        rx.el.div(rx.foreach(one.enrolments, _enrolment), class_name="twocol"),
        rx.el.p("没有在册的待遇，以前也没有。", class_name="soft-text"),
    )
    done = rx.cond(
        one.history.length() > 0,
        rx.fragment(label("改动记录"), rx.el.ul(rx.foreach(one.history, _past), class_name="group")),
        rx.fragment(),
    )
    whole = rx.fragment(running, _begin_form(), _payments(one), done)
    return one_page(
        HERE, "待遇", one, one.name,
        rx.el.div(
            rx.el.div(rx.el.h1(one.name), rx.el.p(one.about, " ", one.place)), home_link(one.household_id),
            class_name="head",
        ),
        rx.cond(one.closed, group(pad(closed_record(LOOK_REASONS, P.open_child))), whole),
        _ask(),
        gone=("没有这个人", "可能已迁走。"),
    )  # fmt: skip


def _of_home(one: rx.Var[EnrolmentView]) -> rx.Component:
    words = rx.cond(one.closed, rx.el.span("孩子的，点开才看"), rx.el.span(one.amount, "，", one.term))
    return rx.el.li(
        load(
            rx.el.span(rx.el.b(one.who, "　", one.name), words, class_name="t"),
            rx.el.span(one.state, class_name="v"), icon("chevron-right", small=True),
            href=f"{HERE}/one?id={one.person_id}", class_name="row",
        ),
        key=one.id,
    )  # fmt: skip


def home_benefits(household_id: Any) -> rx.Component:
    """The section of a home's page: what its people hold and held; read when somebody asks."""
    found = rx.cond(
        H.rows.length() > 0,
        rx.el.ul(rx.foreach(H.rows, _of_home), class_name="group", data_testid="home-benefits"),
        rx.el.p("这户没有人领待遇。", class_name="soft-text"),
    )
    ask = button("看在领什么", icon="clock", on_click=H.tell(household_id), data_testid="show-benefits")
    opened = H.household_id == household_id
    return rx.cond(
        may(Permission.REGISTERS), rx.fragment(label("待遇和发放"), rx.cond(opened, found, ask)), rx.fragment()
    )
