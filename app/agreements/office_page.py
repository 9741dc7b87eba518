"""协议 on the office face: which hold, which end soon, which are not kept; one in full and signing it; a new one."""

from typing import Any

import reflex as rx

from app.accounts.rules import Permission
from app.agreements import rules, rules_signing
from app.agreements.office_service import ONLY
from app.agreements.schemas import AgreementRow, LookView, Pair, PartyView, VersionView
from app.agreements.state import PARTIES, AgreementsState, AgreementState, NewAgreementState
from app.households.register_page import folded, people_filters, reason_form, visit_link
from app.shell.list_page import listed, one_page
from app.shell.office_page import may, office_frame
from components.button import button
from components.choices import choice, choices, question
from components.field import text_area, text_field
from components.group import group, label, pad
from components.link import load
from components.message import bones, empty, note
from components.office import facts, fields, line_of, select_field, sheet_page
from components.signing import sign_pad
from components.tag import state, tag

HERE = "/office/agreements"
COLUMNS = ("谁", "在哪", "哪种", "期限", "履行", "还缺")
PARTY_ROLES = {
    "support": ("elder", "supporter", "village", "witness"), "care": ("town", "carer", "person", "village"),
    "guardianship": ("entruster", "carer", "child", "village", "officer"),
}  # fmt: skip
RESULT_TONES = {"good": "", "fair": "", "not_kept": "bad"}


def _row(row: rx.Var[AgreementRow]) -> rx.Component:
    name = load(row.name, href=f"{HERE}/one?id={row.id}", data_testid="agreement-item")
    stands = rx.fragment(tag(row.state, tone=row.tone), rx.el.span(row.until, class_name="soft-text"))
    missing = rx.cond(row.missing != "", rx.el.span(row.missing, class_name="why"), "都有")
    return line_of(COLUMNS, name, row.place, row.kind, stands, row.inspection, missing, key=row.id)


def agreements_page() -> rx.Component:
    """All agreements of an area."""
    nobody = empty("没有这样的协议", "在老人、孩子的页面上登记，或者从名册导入里放入台账。")
    head = people_filters(AgreementsState, ONLY, test="agreement")
    found = listed(AgreementsState, "协议", COLUMNS, _row, nobody=nobody)
    return office_frame(
        HERE, sheet_page("协议", head, rx.cond(AgreementsState.ready, found, bones(8)), line="赡养、照料、监护")
    )


def _pair(one: rx.Var[Pair]) -> rx.Component:
    return rx.el.li(rx.el.span(rx.el.b(one.name), class_name="t"), rx.el.span(one.value, class_name="v"),
                    class_name="row answer")  # fmt: skip


def _drawn(name: Any, signature: Any) -> rx.Component:
    """A signature that was drawn on the screen."""
    return rx.el.img(
        src="/api/agreements/signatures/" + signature, alt=rx.Var.create(name) + "的签名", loading="lazy",
        class_name="signature",
    )  # fmt: skip


def _party(one: rx.Var[PartyView]) -> rx.Component:
    return rx.el.li(
        rx.el.span(rx.el.b(one.name), rx.el.span(one.role, " ", one.relation, " ", one.phone), class_name="t"),
        rx.el.span(one.signed, class_name="v"),
        rx.cond(one.drawn != "", _drawn(one.name, one.drawn), rx.fragment()),
        class_name="row answer",
    )


def _signer(one: rx.Var[PartyView]) -> rx.Component:
    words = rx.fragment(one.name, rx.cond(one.role != "", "（" + one.role + "）", ""))
    return rx.cond(one.may_draw, choice(words, name="party", value=one.at, required=True), rx.fragment())


def _signing(one: Any) -> rx.Component:
    """Signing on the screen, which nobody has to."""
    by = choices(*[
        choice(words, name="by", value=code, required=True, default_checked=code == "self",
               data_testid=f"sign-by-{code}")
        for code, words in rules_signing.BY.items()
    ], shape="two")  # fmt: skip
    for_whom = rx.el.div(
        text_field("谁代签的", name="proxy", max_length=64, data_testid="sign-proxy"),
        text_field("和本人的关系", name="relation", max_length=24),
        text_field("为什么代签", name="why", max_length=200, data_testid="sign-why"),
        class_name="fields proxy",
    )
    form = rx.el.form(
        rx.el.input(type="hidden", name="version", value=one.version.to_string()),
        rx.el.p("不签也可以：打印出来的表上留着空行，用笔签。", class_name="soft-text"),
        question("谁的签名", choices(rx.foreach(one.parties, _signer), shape="left")),
        question("谁来签", by),
        for_whom,
        question("签在这里", sign_pad(name="picture", words="用手指、笔或鼠标在这里签名")),
        button("存下签名", kind="soft", type="submit", data_testid="sign-send"),
        on_submit=AgreementState.sign,
        # What was drawn goes with the version it was drawn on.
        key=one.id + one.version.to_string(),
        class_name="stack signing",
    )
    return rx.cond(
        may(Permission.REGISTERS_WRITE) & ~one.ended & (one.parties.length() > 0),
        folded("在屏幕上签名", form, test="sign"),
        rx.fragment(),
    )


def _look(one: rx.Var[LookView]) -> rx.Component:
    urge = rx.el.form(
        rx.el.input(type="hidden", name="id", value=one.id),
        text_field("怎么督促的", name="how", required=True, min_length=2, max_length=500, data_testid="urge-how"),
        button("记下督促", kind="soft", type="submit", data_testid="urge-send"),
        on_submit=AgreementState.urge,
        class_name="stack",
    )
    waits = rx.fragment(
        state(rx.fragment(one.urge_by, " 前要督促"), icon="clock", tone="due"),
        rx.cond(may(Permission.REGISTERS_WRITE), urge, rx.fragment()),
    )
    done = rx.cond(one.urged != "", rx.el.p("督促过：", one.urged), rx.fragment())
    return group(
        pad(
            rx.el.h3(visit_link(one.visit_id, one.on), "　", one.result),
            rx.cond(one.problem != "", rx.el.p(one.problem), rx.fragment()),
            rx.el.p(one.by, class_name="soft-text"),
            rx.cond(one.urge_by != "", waits, done),
        ),
        key=one.id,
    )


def _version(one: rx.Var[VersionView]) -> rx.Component:
    return group(
        pad(
            rx.el.h3(one.on, "　", one.by),
            rx.el.p("改正：", one.why),
            rx.el.p("改正以前写的是：", class_name="soft-text"),
            rx.el.ul(rx.foreach(one.before, _pair)),
            rx.foreach(one.drawn, lambda kept: _drawn(kept.name, kept.value)),
        ),
        key=one.id,
    )


def _acts(one: Any) -> rx.Component:
    results = question("履行得怎么样", choices(*[
        choice(words, name="result", value=code, tone=RESULT_TONES[code], required=True,
               data_testid=f"result-{code}")
        for code, words in rules.RESULTS.items()
    ]))  # fmt: skip
    look = rx.el.form(
        results,
        fields(text_field("哪天看的", name="on", type="date", aside="今天就不用写")),
        text_area("有什么问题", name="problem", max_length=500, aside="没有就不写"),
        button("记下检查", kind="soft", type="submit", data_testid="inspect-send"),
        on_submit=AgreementState.inspect,
        class_name="stack",
    )
    return rx.cond(
        may(Permission.REGISTERS_WRITE) & ~one.ended,
        rx.el.div(
            folded("记一次履行检查", look, test="inspect"),
            load("写错了，改正", href=f"{HERE}/new?former={one.id}", class_name="btn soft",
                 data_testid="agreement-correct"),
            folded("解除协议", reason_form(AgreementState.end, "解除", ask="为什么解除", test="agreement-end")),
            class_name="acts",
        ),
        rx.fragment(),
    )


def _one() -> rx.Component:
    one = AgreementState.one
    doubt = rx.cond(one.carer_note != "", state(one.carer_note, icon="triangle-alert", tone="due"), rx.fragment())
    carer = rx.cond(one.carer != "", rx.fragment(one.carer, doubt), "没写")
    danger = note("不能把孩子交给他照看，马上另找人。", title="受托人有禁止的情形。", tone="alarm",
                  icon="triangle-alert")  # fmt: skip
    warning = rx.match(
        one.bar_present,
        ("yes", danger),
        ("", note("四项声明还没有问完。", tone="due", icon="circle-help")),
        rx.fragment(),
    )
    about = facts(
        ("现在", state(one.state, icon=rx.cond(one.tone == "due", "clock", "check"), tone=one.tone)),
        ("签订", rx.cond(one.signed != "", one.signed, "还没签")),
        ("期限", one.lasts),
        ("编号", rx.cond(one.number != "", one.number, "没有")),
        ("还缺", rx.cond(one.missing != "", one.missing, "都有")),
    )
    return rx.fragment(
        rx.el.div(rx.el.div(rx.el.h1(one.kind_name), rx.el.p(one.name, "，", one.place)), class_name="owner"),
        warning,
        group(pad(about, rx.cond(one.kind != "support", facts(("谁照看", carer)), rx.fragment()))),
        rx.cond(one.bars.length() > 0, rx.fragment(
            label("受托人的四项声明"), rx.el.ul(rx.foreach(one.bars, _pair), class_name="group")), rx.fragment()),
        label("各方"),
        rx.cond(one.parties.length() > 0, rx.el.ul(rx.foreach(one.parties, _party), class_name="group"),
                empty("还没写各方是谁")),
        _signing(one),
        label("约定"),
        rx.cond(one.terms.length() > 0, rx.el.ul(rx.foreach(one.terms, _pair), class_name="group"),
                empty("还没写约定了什么")),
        label("履行检查"),
        rx.cond(one.looks.length() > 0, rx.el.div(rx.foreach(one.looks, _look), class_name="twocol"),
                empty("还没检查过", "每半年看一次，问问老人钱粮到了没有。")),
        rx.cond(one.history.length() > 0, rx.fragment(
            label("改正过"), rx.el.div(rx.foreach(one.history, _version), class_name="twocol")), rx.fragment()),
        _acts(one),
    )  # fmt: skip


def agreement_page() -> rx.Component:
    """One agreement in full."""
    one = AgreementState.one
    return one_page(HERE, "协议", one, one.name, _one(), gone=("没有这份协议",))


def _said(name: str) -> Any:
    """What stands in a field where an agreement is corrected."""
    return NewAgreementState.said[name]


def _bar(code: str, answer: str, words: str, **props: Any) -> rx.Component:
    return choice(words, name=code, value=answer, default_checked=_said(code) == answer, **props)


def _bars() -> rx.Component:
    asked = [
        question(words, choices(_bar(code, "no", "没有"), _bar(code, "yes", "有", tone="bad"), shape="left two"))
        for code, words in rules.BARS.items()
    ]
    hint = rx.el.p("照看孩子的人有没有下面的情形，一项一项问。", class_name="soft-text")
    return group(pad(rx.el.h2("四项声明"), hint, *asked))


def _stays() -> Any:
    return rx.cond(NewAgreementState.former != "", "不改就不写", "")


def _party_fields(kind: str, number: int) -> rx.Component:
    roles = [(code, rules.ROLES[code]) for code in PARTY_ROLES[kind]]
    signed = [(code, words) for code, words in rules.SIGNED.items() if code]
    usual = PARTY_ROLES[kind][number - 1] if number <= len(roles) else roles[0][0]
    role = rx.cond(_said(f"name_{number}"), _said(f"role_{number}"), usual)

    def line(title: str, name: str, longest: int, **props: Any) -> rx.Component:
        field = f"{name}_{number}"
        return text_field(title, name=field, max_length=longest, default_value=_said(field), **props)

    return group(pad(
        rx.el.h3(f"第 {number} 方"),
        fields(
            select_field("是哪一方", *roles, name=f"role_{number}", default_value=role),
            line("姓名", "name", 64),
            line("关系", "relation", 24),
            text_field("电话", name=f"phone_{number}", max_length=32, aside=_stays()),
            line("住址", "address", 200),
            select_field("怎么签的", ("", "还没签"), *signed, name=f"signed_{number}",
                         default_value=_said(f"signed_{number}")),
            line("录音编号或代签人", "record", 64, aside="不是当面签的要写"),
        ),
    ))  # fmt: skip


def _form(kind: str) -> rx.Component:
    carer = group(pad(rx.el.h2("谁照看"), fields(
        text_field("姓名", name="carer_name", max_length=64, default_value=_said("carer_name")),
        text_field("关系", name="carer_relation", max_length=24, default_value=_said("carer_relation")),
        text_field("身份证号", name="carer_number", max_length=32, aside=_stays()),
        text_field("电话", name="carer_phone", max_length=32, aside=_stays()),
    )))  # fmt: skip
    days = group(pad(fields(
        text_field("编号", name="number", max_length=40, default_value=_said("number")),
        text_field("签订日期", name="signed_on", type="date", default_value=_said("signed_on"),
                   data_testid="signed-on"),
        text_field("从哪天起", name="from_on", type="date", default_value=_said("from_on")),
        text_field("到哪天", name="to_on", type="date", default_value=_said("to_on")),
    ), choices(choice("长期", many=True, name="open_ended", value="on", default_checked=_said("open_ended") == "on"),
               shape="left one")))  # fmt: skip
    terms = group(pad(rx.el.h2("约定"), fields(*[
        text_field(title, name=f"term_{code}", max_length=500, default_value=_said(f"term_{code}"))
        for code, title in rules.TERMS[kind].items()
    ])))  # fmt: skip
    return rx.el.form(
        days,
        *([] if kind == "support" else [carer]),
        *([_bars()] if kind == "guardianship" else []),
        terms,
        *[_party_fields(kind, number) for number in range(1, PARTIES + 1)],
        rx.cond(NewAgreementState.former != "", text_area(
            "哪里写错了", name="why", required=True, min_length=2, max_length=200, data_testid="correct-why",
            aside="原来写的会留着；屏幕上签过的名要重新签"), rx.fragment()),
        button("存", kind="main", type="submit", data_testid="agreement-save"),
        on_submit=NewAgreementState.save,
        key=NewAgreementState.person.id + NewAgreementState.former,
        class_name="stack",
    )


def new_agreement_page() -> rx.Component:
    """Write an agreement down as it stands on paper."""
    person = NewAgreementState.person
    form = rx.match(NewAgreementState.kind, *[(kind, _form(kind)) for kind in rules.KINDS], bones(6))
    title = rx.match(NewAgreementState.kind, *rules.KINDS.items(), "协议")
    body = sheet_page(title, form, line=rx.fragment(person.name, "，", person.line))
    back = load("回协议", href=HERE, class_name="btn soft")
    gone = empty("先选是谁的协议", "从老人、孩子的页面上进来。", action=back, whole=True)
    return office_frame(HERE, rx.cond(person.id != "", body, rx.cond(
        NewAgreementState.problem != "", rx.el.div(gone, class_name="sheet"), bones(6))))  # fmt: skip
