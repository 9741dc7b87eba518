"""表单 on the office face: the versions, one version drawn as the phone asks it, a new one checked and published."""

from typing import Any

import reflex as rx

from app.forms.comparing import Burden, ChangeView, CostView
from app.forms.documents import LONGEST
from app.forms.drawing import FactView, OptionView, QuestionView, SectionView
from app.forms.office_service import Fault, FormView, VersionView
from app.forms.state import FormsState, FormVersionState, NewFormState
from app.shell.office_page import office_frame
from components.button import button
from components.field import field, text_box
from components.group import group, group_list, label, pad, row_text
from components.icons import icon
from components.link import load
from components.message import bones, empty, note
from components.office import crumbs, dialog, sheet_page
from components.tag import tag
from components.texts import found, text_file, told

HERE = "/office/forms"
NEW = "/office/forms/new"
TEXT = "form-text"


def _link(words: str, href: Any, *, icon_name: str, kind: str = "", **props: Any) -> rx.Component:
    return load(icon(icon_name, small=True), words, href=href, class_name=f"btn {kind}".strip(), **props)


def forms_page() -> rx.Component:
    """`/office/forms`"""
    listing = rx.cond(
        FormsState.forms.length() > 0,
        rx.foreach(FormsState.forms, _form),
        empty("还没有表", "放入第一份，手机下次更新就有。"),
    )
    page = sheet_page(
        "表单",
        rx.cond(FormsState.ready, listing, bones(4)),
        line="发布过的版本不改也不删。要改，就发布新的一版。",
        actions=[
            _link("报送格式", "/office/papers/mappings", icon_name="download"),
            _link("打印用的模板", "/office/papers/templates", icon_name="download"),
            _link("放入新的一版", NEW, icon_name="plus", kind="soft", data_testid="form-new"),
        ],
    )
    return office_frame(HERE, page)


def _form(one: rx.Var[FormView]) -> rx.Component:
    return rx.el.section(
        label(one.title, one.line),
        group(rx.foreach(one.versions, _version)),
        class_name="stack",
        key=one.code,
    )


def _version(one: rx.Var[VersionView]) -> rx.Component:
    return load(
        row_text(
            rx.fragment("第 ", one.version, " 版　", rx.cond(one.current, tag("现在用", tone="done", icon="check"))),
            one.line,
        ),
        icon("chevron-right"),
        href=one.href,
        class_name="row",
        key=one.href,
        data_testid="form-version",
    )


def version_page() -> rx.Component:
    """`/office/forms/version?code=…&version=…`"""
    head = FormVersionState.found.head
    file = rx.Var.create("/api/forms/") + head.code + "/" + head.version.to_string()
    new = rx.Var.create(f"{NEW}?code=") + head.code + "&from=" + head.version.to_string()
    again = _link("把这一版再发布一次", new + "&again=1", icon_name="undo-2", data_testid="form-again")
    body = rx.fragment(
        _burden(FormVersionState.found.burden),
        label("手机上这样问", "每题为什么问、填到哪里都写着"),
        rx.foreach(FormVersionState.found.form.sections, _section),
    )
    page = sheet_page(
        rx.el.span(head.title, " 第 ", head.version, " 版"),
        body,
        line=rx.fragment(rx.cond(head.current, "现在用的就是它。", "已经换成别的版本。"), head.line),
        actions=[
            _link("下载 TOML", file, icon_name="download", download=True),
            _link("JSON", file + "?as=json", icon_name="download", download=True),
            rx.cond(head.current, rx.fragment(), again),
            _link("在这一版上改", new, icon_name="pencil", kind="soft", data_testid="form-change"),
        ],
    )
    back = _link("回到表单", HERE, icon_name="chevron-left")
    missing = rx.cond(FormVersionState.problem != "", rx.el.div(back), bones(6))
    waiting = rx.el.div(missing, class_name="sheet")
    path = rx.el.div(crumbs(("表单", HERE), (head.title, None)), class_name="above")
    return office_frame(HERE, rx.cond(FormVersionState.ready, rx.fragment(path, page), waiting))


def _burden(burden: rx.Var[Burden]) -> rx.Component:
    return rx.fragment(
        rx.el.div(rx.foreach(burden.figures, _figure), class_name="counts costs"),
        rx.el.p(burden.line, class_name="soft-text"),
        rx.foreach(burden.warnings, lambda words: note(words, tone="due", icon="triangle-alert")),
    )


def _figure(one: rx.Var[CostView]) -> rx.Component:
    return rx.el.div(
        rx.el.b(one.number),
        rx.el.span(rx.cond(one.heavy, icon("triangle-alert", small=True)), one.name),
        rx.cond(one.before != "", rx.el.span(one.before)),
        class_name=rx.cond(one.heavy, "bad", ""),
        key=one.name,
    )


def _section(one: rx.Var[SectionView]) -> rx.Component:
    notice = rx.cond(one.notice_title != "", note(one.notice_text, title=one.notice_title, icon="no-face"))
    return rx.el.section(
        pad(
            rx.el.h2(one.title),
            rx.el.p(one.who),
            rx.cond(one.hint != "", rx.el.p("提示：", one.hint, class_name="soft-text")),
            rx.cond(one.summary != "", rx.el.p(one.summary, class_name="soft-text")),
            notice,
            class_name="tight",
        ),
        rx.el.ol(rx.foreach(one.questions, _question), class_name="drawn"),
        class_name="group",
        aria_label=one.title,
        key=one.code,
        data_testid="form-section",
    )


def _question(one: rx.Var[QuestionView]) -> rx.Component:
    asked = rx.el.div(
        rx.el.p(rx.el.b(one.label), rx.el.span(one.how), class_name="q"),
        rx.cond(one.hint != "", rx.el.p(one.hint, class_name="soft-text")),
        rx.match(
            one.kind,
            ("options", rx.el.ul(rx.foreach(one.options, _option), class_name="choices")),
            ("photo", rx.el.p(icon("camera", small=True), "拍照", class_name="blank")),
            ("date", rx.el.p(icon("calendar", small=True), "年　月　日", class_name="blank")),
            rx.el.p(class_name="blank", aria_hidden="true"),
        ),
    )
    return rx.el.li(
        rx.cond(one.heading != "", rx.el.h3(one.heading)),
        asked,
        rx.el.dl(rx.foreach(one.facts, _fact), class_name="facts"),
        key=one.code,
        data_testid=rx.Var.create("drawn-") + one.code,
    )


def _option(one: rx.Var[OptionView]) -> rx.Component:
    return rx.el.li(rx.el.span(one.label), key=one.label)


def _fact(one: rx.Var[FactView]) -> rx.Component:
    return rx.fragment(rx.el.dt(one.name), rx.el.dd(one.text))


def new_form_page() -> rx.Component:
    """`/office/forms/new`, from nothing or `?code=…&from=…` from a version"""
    stage = NewFormState.stage
    crumb = rx.el.div(crumbs(("表单", HERE), ("新的一版", None)), class_name="above")
    whole = rx.fragment(
        crumb,
        rx.cond(stage == "published", _published(), rx.fragment(_write(), rx.cond(stage == "good", _good()))),
        _ask(),
    )
    return office_frame(HERE, rx.cond(NewFormState.ready, whole, rx.el.div(bones(4), class_name="sheet")))


def _write() -> rx.Component:
    """The text stays in the page while one looks at what it would become."""
    area = text_box(
        id=TEXT, name="text", default_value=NewFormState.start, max_length=LONGEST + 1, spell_check=False,
        class_name="document", data_testid="form-text",
    )  # fmt: skip
    page = sheet_page(
        "新的一版",
        _faults(),
        field("表的内容", area, aside="TOML 或 JSON"),
        told(TEXT),
        line="粘贴，或选一个文件。检查只看不发布。",
        actions=[text_file("选一个文件", into=TEXT, accept=".toml,.json,.txt,application/json,text/plain")],
    )
    foot = rx.el.div(
        rx.el.p("有不对的，会一处一处说出来。"),
        button("检查", kind="main", type="submit", data_testid="form-check"),
        class_name="foot",
    )
    return rx.el.form(page, foot, on_submit=NewFormState.check, hidden=NewFormState.stage != "write")


def _faults() -> rx.Component:
    faults = NewFormState.checked.faults
    head = found("有 ", faults.length(), " 处要改，还没有发布", key=NewFormState.checks.to_string())
    listing = group_list(rx.foreach(faults, _fault), aria_label="要改的地方")
    return rx.cond(faults.length() > 0, rx.el.div(head, listing, class_name="stack", data_testid="form-faults"))


def _fault(one: rx.Var[Fault]) -> rx.Component:
    return rx.el.li(
        icon("circle-alert", class_name="fault"), row_text(one.message, one.place), class_name="row", key=one.key
    )


def _good() -> rx.Component:
    checked = NewFormState.checked
    page = sheet_page(
        rx.el.span(checked.form.title, " 第 ", checked.form.version, " 版"),
        found(rx.cond(checked.same, "和现在用的一样，不用发布", "写法都对，看清了再发布"), key="found"),
        rx.cond(
            checked.unused,
            note("手机上现在只打开“入户走访”和“电话联系”。这张表发布后先存着，还没有入口。", tone="due"),
        ),
        label("走一户要做多少"),
        _burden(checked.burden),
        rx.cond(checked.against != "", _changes()),
        label("手机上这样问", "每题为什么问、填到哪里都写着"),
        rx.foreach(checked.form.sections, _section),
    )
    foot = rx.el.div(
        rx.el.p("发布后不能改，也不能删。要改回来，就把旧版再发布一次。"),
        button("回去改", on_click=NewFormState.back, icon="pencil", data_testid="form-back"),
        rx.cond(
            checked.same,
            rx.fragment(),
            button("发布", kind="main", on_click=NewFormState.ask(True), data_testid="form-publish"),
        ),
        class_name="foot",
    )
    return rx.fragment(page, foot)


def _changes() -> rx.Component:
    checked = NewFormState.checked
    rows = group_list(rx.foreach(checked.changes, _change), aria_label="改了什么", data_testid="form-changes")
    nothing = group(pad("没有变化。"))
    return rx.fragment(
        label("改了什么", rx.el.span("和现在用的", checked.against, "比")),
        rx.cond(checked.changes.length() > 0, rows, nothing),
        rx.cond(checked.more > 0, rx.el.p("还有 ", checked.more, " 处没有列出来。", class_name="soft-text")),
    )


def _change(one: rx.Var[ChangeView]) -> rx.Component:
    return rx.el.li(
        rx.el.div(tag(one.kind), rx.el.b(one.where)),
        rx.el.div(
            rx.cond(one.before != "", rx.el.p("原来　", one.before, class_name="was")),
            rx.cond(one.now != "", rx.el.p("现在　", one.now)),
        ),
        class_name="changed",
        key=one.key,
    )


def _ask() -> rx.Component:
    form = NewFormState.checked.form
    return dialog(
        rx.Var.create("发布") + form.title + "第 " + form.version.to_string() + " 版？",
        rx.el.p("手机下次更新就用它。正在写的走访还用原来那一版，写过的都不变。"),
        rx.el.p("发布了不能改，也不能删。"),
        actions=[
            button("先不发", on_click=NewFormState.ask(False), auto_focus=True),
            button("发布", kind="main", on_click=NewFormState.publish, data_testid="form-publish-yes"),
        ],
        shown=NewFormState.asking,
    )


def _published() -> rx.Component:
    form = NewFormState.checked.form
    seen = rx.Var.create(f"{HERE}/version?code=") + form.code + "&version=" + form.version.to_string()
    return sheet_page(
        "发布了",
        empty(
            NewFormState.published,
            "手机下次更新就用它。",
            action=_link("看这一版", seen, icon_name="eye", kind="soft", data_testid="form-published"),
        ),
    )
