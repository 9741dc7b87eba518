"""农户名册 on the office face: find a home, read it, look behind a mask when work needs it."""

import reflex as rx

from app.accounts.rules import Permission
from app.accounts.state import Choice
from app.households import tags as words
from app.households.schemas import ContactView, HouseholdRow, LookView, PersonView
from app.households.state import HomesState, HomeState
from app.shell.office_page import may, office_frame
from components.button import button
from components.field import field, search_field, text_field
from components.group import group, label, pad
from components.icons import icon
from components.link import load
from components.message import bones, empty, error, note
from components.office import card_table, crumbs, dialog, facts, line_of, pager, sheet_page
from components.plate import plaque
from components.tag import tag, tags

HERE = "/office/households"
COLUMNS = ("户主", "在哪", "几口人", "标签", "户属性", "最近走访")
TAG_CHOICES = (
    ("", "全部"),
    *((f"home:{code}", text) for code, text in words.HOUSEHOLD_TAGS.items()),
    *words.TAGS.items(),
)


def _option(choice: rx.Var[Choice]) -> rx.Component:
    return rx.el.option(choice.label, value=choice.value)


def _filters() -> rx.Component:
    return rx.el.form(
        search_field(
            "找人：姓名、拼音、后四位、村、组",
            name="text",
            default_value=HomesState.text,
            placeholder="刘桂英、0019、毛安村 一组",
            data_testid="household-search",
        ),
        field(
            "村",
            rx.el.select(
                rx.el.option("全部", value=""),
                rx.foreach(HomesState.choices, _option),
                name="village",
                default_value=HomesState.village,
            ),
        ),
        field(
            "标签",
            rx.el.select(
                *[rx.el.option(text, value=code) for code, text in TAG_CHOICES],
                name="tag",
                default_value=HomesState.tag,
            ),
        ),
        button("找", type="submit", kind="soft", icon="search"),
        on_submit=HomesState.find,
        class_name="filters",
        role="search",
    )


def _plate(group_no: rx.Var[str], door: rx.Var[str]) -> rx.Component:
    return rx.cond(
        (group_no != "") | (door != ""), plaque(rx.cond(group_no != "", group_no, "户"), door), rx.fragment()
    )


def _row(row: rx.Var[HouseholdRow]) -> rx.Component:
    name = load(
        row.name,
        rx.cond(row.hit != "", rx.el.mark(row.hit), rx.fragment()),
        href=f"{HERE}/one?id={row.id}",
        data_testid="household-item",
    )
    marks = rx.cond(row.tags.length() > 0, tags(rx.foreach(row.tags, lambda text: tag(text))), "没有")
    last = rx.cond(row.last_visit != "", row.last_visit, "还没走访过")
    place, people = rx.el.span(row.place, " ", row.group), rx.el.span(row.people, " 人")
    return line_of(COLUMNS, name, place, people, marks, row.attribute, last, key=row.id)


def _found() -> rx.Component:
    listing = rx.fragment(
        card_table("农户名册", COLUMNS, rx.foreach(HomesState.page.rows, _row)),
        pager(
            HomesState.line,
            on_back=HomesState.turn(-1),
            on_next=HomesState.turn(1),
            first=HomesState.offset == 0,
            last=~HomesState.page.more,
        ),
    )
    nobody = rx.cond(
        HomesState.text != "",
        empty("没找到，换个写法试试", "写姓名、拼音首字母、身份证后四位，前面可以加村名、组；只写村名，列出全村。"),
        empty("名册里还没有农户", "先从名册导入里放入户籍人口花名册。"),
    )
    return rx.cond(HomesState.page.rows.length() > 0, listing, nobody)


def homes_office_page() -> rx.Component:
    """The list of homes of one's area."""
    return office_frame(HERE, sheet_page("农户名册", _filters(), rx.cond(HomesState.ready, _found(), bones(8))))


def _number(person: rx.Var[PersonView], masked: rx.Var[str], name: str) -> rx.Component:
    look = rx.cond(
        may(Permission.REGISTER_UNMASK),
        button("看全号", kind="plain", on_click=HomeState.want(person.id, name), data_testid=f"unmask-{name}"),
        rx.fragment(),
    )
    return rx.cond(masked != "", rx.el.span(masked, " ", look), rx.el.span("没有登记", class_name="soft-text"))


def _contact(contact: rx.Var[ContactView]) -> rx.Component:
    return rx.el.p(
        contact.kind, "：", rx.el.b(contact.name), " ", contact.relation, " ", contact.phone,
        rx.cond(contact.confirmed_on != "", rx.el.span("，", contact.confirmed_on, "核实过"), rx.fragment()),
    )  # fmt: skip


def _person(person: rx.Var[PersonView]) -> rx.Component:
    warning = rx.cond(person.id_warning != "", error(person.id_warning), rx.fragment())
    return group(
        pad(
            rx.el.div(
                rx.el.h3(person.name),
                rx.el.span(person.relation, " ", person.sex, " ", person.age, class_name="soft-text"),
            ),
            rx.cond(person.tags.length() > 0, tags(rx.foreach(person.tags, lambda text: tag(text))), rx.fragment()),
            facts(
                ("身份证号", rx.fragment(_number(person, person.id_masked, "id_number"), warning)),
                ("出生", rx.cond(person.born_on != "", person.born_on, "不知道")),
                ("电话", _number(person, person.phone_masked, "phone")),
                ("银行账号", _number(person, person.bank_masked, "bank_account")),
                ("和谁住", rx.cond(person.living != "", person.living, "没写")),
                ("身体", rx.cond(person.health != "", person.health, "没写")),
                ("外出", rx.cond(person.works_away != "", person.works_away, "在家")),
            ),
            rx.foreach(person.contacts, _contact),
        ),
        key=person.id,
    )


def _ask() -> rx.Component:
    reason = text_field(
        "为什么要看",
        name="reason",
        aside=rx.cond(HomeState.ask.child, "是孩子，一定要写", "可以不写"),
        max_length=200,
        auto_focus=True,
        data_testid="unmask-reason",
    )
    question = rx.el.form(
        note("谁、什么时候、看了谁，都会记下，这户的页面上看得到。", icon="eye"),
        reason,
        rx.el.div(
            button("不看了", on_click=HomeState.close),
            button("看", kind="soft", type="submit", data_testid="unmask-look"),
            class_name="halves",
        ),
        on_submit=HomeState.look,
        class_name="stack",
    )
    answer = rx.fragment(
        rx.el.p(HomeState.shown, class_name="firstword", data_testid="unmasked"),
        button("盖上", kind="soft", on_click=HomeState.close, auto_focus=True),
    )
    return dialog(
        HomeState.ask.title,
        rx.cond(HomeState.shown != "", answer, question),
        actions=[],
        shown=HomeState.ask.person_id != "",
    )


def _look(one: rx.Var[LookView]) -> rx.Component:
    return rx.el.li(
        rx.el.span(rx.el.b(one.who), " 看了", one.whom, "的", one.what, class_name="t"),
        rx.el.span(one.at, "，", one.why, class_name="soft-text"),
        class_name="row answer",
    )


def _home() -> rx.Component:
    home = HomeState.home
    return rx.fragment(
        crumbs(("农户名册", HERE), (home.name, None)),
        rx.el.div(
            _plate(home.group, home.door),
            rx.el.div(rx.el.h1(home.name), rx.el.p(home.place, " ", home.address)),
            class_name="owner",
        ),
        group(
            pad(
                facts(
                    ("户编号", home.code),
                    ("户属性", rx.cond(home.attribute != "", home.attribute, "没写")),
                    ("排查", rx.cond(home.checked != "", home.checked, "没写")),
                    ("最近走访", rx.cond(home.last_visit != "", home.last_visit, "还没走访过")),
                    ("看到的", rx.cond(home.summary != "", home.summary, "没写")),
                )
            )
        ),
        label("家里人"),
        rx.cond(
            home.people.length() > 0,
            rx.el.div(rx.foreach(home.people, _person), class_name="twocol"),
            empty("这户还没有登记人", "走访时可以在手机上添。"),
        ),
        label("谁看过号码"),
        rx.cond(
            HomeState.looks.length() > 0,
            rx.el.ul(rx.foreach(HomeState.looks, _look), class_name="group"),
            rx.el.p(icon("eye", small=True), "还没有人看过。", class_name="state"),
        ),
        _ask(),
    )


def home_office_page() -> rx.Component:
    """One home: its people, masked, and who looked behind the masks."""
    gone = empty("没有这一户", "可能转到别的村了。", action=load("回农户名册", href=HERE, class_name="btn soft"))
    body = rx.cond(HomeState.home, _home(), rx.cond(HomeState.problem != "", gone, bones(6)))
    return office_frame(HERE, rx.el.div(body, class_name="sheet"))
