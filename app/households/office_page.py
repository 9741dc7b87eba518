"""农户名册 on the office face: find a home, read it, look behind a mask when work needs it."""

from typing import Any

import reflex as rx

from app.accounts.rules import Permission
from app.benefits.page import home_benefits
from app.households import tags as words
from app.households.history_service import FieldChange, HistoryLine
from app.households.rules import LOOK_REASONS, OTHER
from app.households.schemas import ContactView, HouseholdRow, LookView, PersonView
from app.households.state import HomesState, HomeState
from app.shell.list_page import listed, one_page
from app.shell.office_page import may, office_frame
from components.button import button
from components.field import place_field, search_field, search_form
from components.group import group, label, pad
from components.icons import icon
from components.link import load
from components.message import bones, empty, error
from components.office import facts, line_of, pager, select_field, sheet_page
from components.plate import plaque
from components.registers import print_link, reason_dialog
from components.tag import tag, tags

HERE = "/office/households"
COLUMNS = ("户主", "在哪", "几口人", "标签", "户属性", "最近走访")
TAG_CHOICES = (
    ("", "全部"),
    *((f"home:{code}", text) for code, text in words.HOUSEHOLD_TAGS.items()),
    *words.TAGS.items(),
)


def _filters() -> rx.Component:
    return search_form(
        search_field(
            "找人：姓名、拼音、后四位、村、组", name="text", default_value=HomesState.text,
            placeholder="刘桂英、0019、毛安村 一组", data_testid="household-search",
        ),
        place_field("村", HomesState.choices, default_value=HomesState.village),
        select_field("标签", *TAG_CHOICES, name="tag", default_value=HomesState.tag),
        on_find=HomesState.find,
    )  # fmt: skip


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
    last = rx.cond(row.last_visit != "", rx.el.span(row.last_visit, class_name="nb"), "还没走访过")
    place, people = rx.el.span(row.place, " ", row.group), rx.el.span(row.people, " 人")
    return line_of(COLUMNS, name, place, people, marks, row.attribute, last, key=row.id)


def _found() -> rx.Component:
    nobody = rx.cond(
        HomesState.text != "",
        empty("没找到，换个写法试试", "写姓名、拼音首字母、身份证后四位，前面可以加村名、组；只写村名，列出全村。"),
        empty("名册里还没有农户", "先从名册导入里放入户籍人口花名册。"),
    )
    return listed(HomesState, "农户名册", COLUMNS, _row, nobody=nobody)


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
    return group(
        pad(
            rx.el.div(
                rx.el.h3(person.name),
                rx.el.span(person.relation, " ", person.sex, " ", person.age, class_name="soft-text"),
            ),
            rx.cond(person.closed, _closed(person), _known(person)),
        ),
        key=person.id,
    )


def _closed(person: rx.Var[PersonView]) -> rx.Component:
    """A child's record before it is opened."""
    look = button("打开资料", icon="lock", on_click=HomeState.want(person.id, ""), data_testid="open-child")
    return rx.fragment(rx.el.p("孩子的资料，点开才看，会记一笔。", class_name="soft-text"), look)


def _known(person: rx.Var[PersonView]) -> rx.Component:
    warning = rx.cond(person.id_warning != "", error(person.id_warning), rx.fragment())
    return rx.fragment(
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
    )


def _ask() -> rx.Component:
    return reason_dialog(
        HomeState.ask.title, LOOK_REASONS | {OTHER: "其他"}, shown=HomeState.ask.person_id != "",
        own=HomeState.ask.own, problem=HomeState.problem, answer=HomeState.shown, on_reason=HomeState.look,
        on_say=HomeState.say, on_close=HomeState.close,
    )  # fmt: skip


def _look(one: rx.Var[LookView]) -> rx.Component:
    return rx.el.li(
        rx.el.span(rx.el.b(one.who), " 看了", one.whom, "的", one.what, class_name="t"),
        rx.el.span(one.at, "，", one.why, class_name="soft-text"),
        class_name="row answer",
    )


def _field_change(one: rx.Var[FieldChange]) -> rx.Component:
    return rx.el.span(
        one.name, "　", rx.cond(one.before != "", rx.fragment(one.before, " → ")),
        rx.el.b(rx.cond(one.after != "", one.after, "没写")),
    )  # fmt: skip


def _changed(one: rx.Var[HistoryLine]) -> rx.Component:
    by = rx.cond(
        one.visit != "", load(one.source, href=f"/office/visits/one?id={one.visit}"), rx.el.span(one.source)
    )
    return rx.el.li(
        rx.el.span(
            rx.el.b(one.whom, "　", one.title),
            rx.foreach(one.changes, _field_change),
            rx.el.span(
                one.at,
                rx.cond(one.who != "", rx.el.span("，", one.who)),
                rx.cond(one.source != "", rx.el.span("，", by)),
                class_name="soft-text",
            ),
            class_name="t",
        ),
        class_name="row",
        key=one.id.to_string(),
    )


def _past() -> rx.Component:
    """What became of the home and its people; read when somebody asks."""
    home, past = HomeState.home, HomeState.past

    def of(words: Any, whose: Any) -> rx.Component:
        return button(words, on_click=HomeState.tell(whose), aria_pressed=HomeState.whose == whose)

    whose = rx.el.div(
        of("全部", ""), of("这一户", home.id), rx.foreach(home.people, lambda one: of(one.name, one.id)),
        class_name="chips", role="group", aria_label="看谁的改动",
    )  # fmt: skip
    found = rx.fragment(
        rx.el.ul(rx.foreach(past.rows, _changed), class_name="group", data_testid="history"),
        pager(
            rx.cond(HomeState.trail.length() > 0, "更早的", "最新的"),
            on_back=HomeState.turn(-1),
            on_next=HomeState.turn(1),
            first=HomeState.trail.length() == 0,
            last=past.next_id == 0,
        ),
    )
    nothing = empty("没有改动", "登记以后还没有改过；孩子的，先打开资料。")
    opened = rx.fragment(whose, rx.cond(past.rows.length() > 0, found, nothing))
    closed = button("看以前改过什么", icon="clock", on_click=HomeState.tell(""), data_testid="show-history")
    return rx.fragment(label("改动记录"), rx.cond(HomeState.past_open, opened, closed))


def _home() -> rx.Component:
    home = HomeState.home
    return rx.fragment(
        rx.el.div(
            _plate(home.group, home.door),
            rx.el.div(rx.el.h1(home.name), rx.el.p(home.place, " ", home.address)),
            class_name="owner",
        ),
        rx.cond(
            may(Permission.REGISTERS),
            load("看全貌：待遇、困难、走访", href=f"/office/lowincome/one?id={home.id}", class_name="btn",
                 data_testid="whole-home"),
        ),
        rx.cond(
            may(Permission.PRINT),
            print_link(home.id),
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
        home_benefits(home.id),
        _past(),
        label("谁看过"),
        rx.cond(
            HomeState.looks.length() > 0,
            rx.el.ul(rx.foreach(HomeState.looks, _look), class_name="group"),
            rx.el.p(icon("eye", small=True), "还没有人看过。", class_name="state"),
        ),
        _ask(),
    )


def home_office_page() -> rx.Component:
    """One home: its people, masked, and who looked behind the masks."""
    home = HomeState.home
    return one_page(HERE, "农户名册", home, home.name, _home(), gone=("没有这一户", "可能转到别的村了。"))
