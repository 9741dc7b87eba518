"""账号 and 改密码 on the office face."""

from typing import Any

import reflex as rx

from app.accounts.office_service import FLAGS, PairView
from app.accounts.office_state import AREAS, AccountsState, AccountState, PasswordState
from app.accounts.rules import PROGRAMMES, ROLE_NAMES
from app.accounts.schemas import AccountView
from app.accounts.state import Choice
from app.shell.list_page import listed
from app.shell.office_page import office_frame
from components.button import button
from components.choices import choice, choices, question
from components.field import field, search_field, search_form, text_field
from components.group import fold, group, label, pad, row
from components.link import load
from components.message import bones, empty, note
from components.office import crumbs, facts, fields, line_of, select_field, sheet_page
from components.tag import tag

HERE = "/office/accounts"
COLUMNS = ("姓名", "用户名", "做什么", "负责的地方", "状态")
ROLES = tuple((str(role), name) for role, name in ROLE_NAMES.items())


def _option(choice: rx.Var[Choice]) -> rx.Component:
    return rx.el.option(choice.label, value=choice.value)


def _areas(choices: Any, chosen: Any = None) -> list[rx.Component]:
    titles = ("负责的地方", "还负责", "还负责")
    return [
        field(
            title,
            rx.el.select(
                rx.el.option("不选", value=""),
                rx.foreach(choices, _option),
                name=name,
                default_value="" if chosen is None else rx.cond(chosen.length() > at, chosen[at], ""),
            ),
            aside=None if at == 0 else "可以不选",
        )
        for at, (name, title) in enumerate(zip(AREAS, titles, strict=True))
    ]


def _flags(chosen: Any = None) -> rx.Component:
    boxes = [
        choice(
            text, many=True, name=code, value="on", default_checked=False if chosen is None else chosen.contains(code)
        )
        for code, text in FLAGS.items()
    ]
    return question("另外还是", choices(*boxes, shape="left"))


def _programmes(chosen: Any = None) -> rx.Component:
    boxes = [
        choice(text, many=True, name=f"programme_{code}", value="on",
               default_checked=False if chosen is None else chosen.contains(code))
        for code, text in PROGRAMMES.items()
    ]  # fmt: skip
    return question("县股室管哪几项，一项不选就是都管", choices(*boxes, shape="left"))


def _first(password: Any, whose: Any, on_close: Any) -> rx.Component:
    return rx.cond(
        password != "",
        group(
            pad(
                rx.el.h2("第一次的密码，只显示这一次"),
                rx.el.p(whose),
                rx.el.p(password, class_name="firstword", data_testid="first-password"),
                rx.el.p("抄下来交给本人。本人第一次登录时要换成自己的。", class_name="soft-text"),
                button("抄好了", kind="soft", on_click=on_close),
            )
        ),
        rx.fragment(),
    )


def _new() -> rx.Component:
    form = rx.el.form(
        fields(
            text_field("用户名", name="username", required=True, max_length=64, auto_complete="off",
                       data_testid="account-username"),
            text_field("姓名", name="name", required=True, max_length=64, data_testid="account-name"),
            select_field("做什么", *ROLES, name="role", data_testid="account-role"),
            text_field("手机号", name="phone", aside="可以不写", input_mode="numeric", max_length=11),
            *_areas(AccountsState.choices),
        ),
        _flags(), _programmes(),
        button("建好账号", kind="main", type="submit", data_testid="account-create"),
        on_submit=AccountsState.create, reset_on_submit=True, class_name="stack",
    )  # fmt: skip
    return fold("建一个账号", group(pad(form)), kind="")


def _row(one: rx.Var[AccountView]) -> rx.Component:
    tone = rx.match(one.state, ("正常", "done"), ("等改密码", "way"), "due")
    where = rx.cond(one.divisions != "", one.divisions, "没有")
    name = load(one.name, href=f"{HERE}/one?id={one.id}")
    return line_of(COLUMNS, name, one.username, one.role_name, where, tag(one.state, tone=tone), key=one.id)


def accounts_page() -> rx.Component:
    """All accounts, and a form for a new one."""
    filters = search_form(
        search_field("找账号：姓名或用户名", name="text", default_value=AccountsState.text, placeholder="姓名或用户名"),
        select_field("做什么", ("", "全部"), *ROLES, name="role", default_value=AccountsState.role),
        on_find=AccountsState.find,
    )
    found = listed(AccountsState, "账号", COLUMNS, _row, nobody=empty("没有这样的账号", "换个名字，或建一个。"))
    return office_frame(
        HERE,
        sheet_page(
            "账号",
            _first(AccountsState.first, AccountsState.first_of, AccountsState.noted),
            _new(),
            filters,
            rx.cond(AccountsState.ready, found, bones(6)),
        ),
    )


def _pair(one: rx.Var[PairView]) -> rx.Component:
    until = rx.cond(one.to_on != "", rx.el.span("到 ", one.to_on), rx.el.span("一直到现在"))
    return row(
        rx.el.span(
            rx.el.b(one.name, " ", one.place), rx.el.span(one.code, "，", one.from_on, " 起，", until), class_name="t"
        ),
        rx.cond(one.to_on == "", button("今天结束", kind="plain", on_click=AccountState.unpair(one.id)), rx.fragment()),
        key=one.id,
    )


def _pairs(account: Any) -> rx.Component:
    add = rx.el.form(
        fields(
            text_field("户编号", name="code", required=True, max_length=32),
            text_field("从哪天起", name="from_on", type="date", required=True),
            text_field("到哪天", name="to_on", type="date", aside="可以不写"),
        ),
        button("结对", kind="soft", type="submit"),
        on_submit=AccountState.pair,
        reset_on_submit=True,
        class_name="stack",
    )
    return rx.fragment(
        label("结对的户"),
        group(
            rx.cond(
                account.pairs.length() > 0,
                rx.foreach(account.pairs, _pair),
                pad(rx.el.p("还没有结对的户。", class_name="soft-text")),
            ),
            pad(add),
        ),
    )


def _form(account: Any) -> rx.Component:
    return rx.el.form(
        fields(
            text_field("姓名", name="name", default_value=account.name, required=True, max_length=64),
            select_field("做什么", *ROLES, name="role", default_value=account.role),
            text_field("手机号", name="phone", aside=rx.cond(account.phone != "", account.phone, "可以不写"),
                       input_mode="numeric", max_length=11),
            *_areas(AccountState.choices, account.areas),
        ),
        _flags(account.flags), _programmes(account.programmes),
        button("存好", kind="main", type="submit"),
        on_submit=AccountState.save, class_name="stack", key=account.id,
    )  # fmt: skip


def _actions(account: Any) -> rx.Component:
    stop = rx.cond(
        account.disabled,
        button("恢复使用", on_click=AccountState.disable(False)),
        button("停用", on_click=AccountState.disable(True)),
    )
    return rx.el.div(
        button("换一个第一次的密码", on_click=AccountState.reset_password),
        rx.cond(account.locked, button("解锁", kind="soft", on_click=AccountState.unlock), rx.fragment()),
        rx.cond(account.factor, button("清掉验证器", on_click=AccountState.clear_factor), rx.fragment()),
        stop,
        class_name="tags",
    )


def _account() -> rx.Component:
    account = AccountState.account
    return rx.fragment(
        crumbs(("账号", HERE), (account.name, None)),
        rx.el.div(rx.el.div(rx.el.h1(account.name), rx.el.p(account.role_name)), class_name="head"),
        _first(AccountState.first, account.username, AccountState.open),
        group(pad(facts(("用户名", account.username), ("状态", account.state)), _actions(account))),
        label("资料"),
        group(pad(_form(account))),
        rx.cond(account.role == "paired", _pairs(account), rx.fragment()),
    )


def account_page() -> rx.Component:
    """One account."""
    gone = empty("没有这个账号", "", action=load("回账号", href=HERE, class_name="btn soft"))
    body = rx.cond(AccountState.account, _account(), rx.cond(AccountState.problem != "", gone, bones(6)))
    return office_frame(HERE, rx.el.div(body, class_name="sheet"))


def password_page() -> rx.Component:
    """改密码; the first password is changed here before anything else."""
    form = rx.el.form(
        text_field("现在的密码", name="old", type="password", required=True, auto_complete="current-password"),
        text_field("新密码", name="new", type="password", required=True, auto_complete="new-password",
                   aside=PasswordState.hint),
        text_field("新密码再写一遍", name="again", type="password", required=True, auto_complete="new-password"),
        button("改密码", kind="main", type="submit", data_testid="password-submit"),
        on_submit=PasswordState.change, class_name="stack",
    )  # fmt: skip
    hint = rx.cond(
        PasswordState.first_time, note("第一次登录，或密码用久了：先换成自己的新密码。", icon="lock"), rx.fragment()
    )
    done = group(
        pad(rx.el.h2("密码改好了"), rx.el.p("别的手机和电脑上要用新密码重新登录。"),
            load("去做事", href=PasswordState.onward, class_name="btn soft", data_testid="password-done"))
    )  # fmt: skip
    return office_frame(
        "/office/password", sheet_page("改密码", hint, rx.cond(PasswordState.changed, done, group(pad(form))))
    )
