"""农户 and 一户: finding a home, and all that is known of it, from the phone."""

from typing import Any, TypedDict

import reflex as rx

from app.findings.field_page import Doubt, doubts
from app.households.rules import LOOK_REASONS
from app.shell.page import main_bar, screen, waiting
from components import offline
from components.button import button, button_link, call_link
from components.field import search_field, text_field
from components.group import answer_row, group, group_list, label, pad, row, row_link
from components.icons import icon
from components.message import empty, error, note
from components.photos import strip, strip_photo
from components.plate import plaque, plate, plate_where
from components.tag import tag, tags


class Filter(TypedDict):
    """One of the four filters."""

    code: str
    label: str
    on: bool


class HomeRow(TypedDict):
    """A home in the list; `mark` is what the search hit."""

    id: str
    href: str
    group: str
    door: str
    name: str
    mark: str
    member: str
    member_mark: str
    line: str
    why: str


class Empty(TypedDict):
    """What an empty list says."""

    title: str
    line: str


class Households(TypedDict):
    """The list, as `assets/offline/views/households.js` makes it."""

    phase: str
    query: str
    filters: list[Filter]
    title: str
    total: str
    rows: list[HomeRow]
    more: bool
    empty: Empty


class Contact(TypedDict):
    """Somebody to call."""

    key: str
    id: str
    name: str
    line: str
    called: str
    ask: bool
    phone: str


class Fact(TypedDict):
    """What a register says, in one line."""

    key: str
    name: str
    value: str


class Official(TypedDict):
    """Who is responsible for the home."""

    name: str
    line: str
    phone: str


class Work(TypedDict):
    """Work beside the visit that is due here."""

    key: str
    text: str
    line: str


class PersonRow(TypedDict):
    """One who lives there; `asking` why their whole number is wanted: `choose` one reason, or `own` words."""

    id: str
    name: str
    line: str
    tags: str
    masked: str
    asking: str
    full: str
    problem: str
    phone: str
    facts: list[Fact]
    contacts: list[Contact]


class Due(TypedDict):
    """Why it is time to go."""

    title: str
    line: str


class Finding(TypedDict):
    """What one section of a visit found."""

    key: str
    name: str
    value: str


class IssueRow(TypedDict):
    """A trouble that is being dealt with."""

    id: str
    text: str
    line: str


class Part(TypedDict):
    """A section of a visit read in full."""

    key: str
    name: str
    value: str
    lines: list[Finding]


class PastPhoto(TypedDict):
    """A picture of a visit of the past."""

    sha256: str
    url: str
    words: str
    caption: str


class VisitRow(TypedDict):
    """A visit of the past; `parts`, `said` and `photos` come when it is opened, `fix` only where it is one's own."""

    id: str
    title: str
    line: str
    lines: list[Finding]
    parts: list[Part]
    said: list[str]
    photos: list[PastPhoto]
    fix: str


class Household(TypedDict):
    """One home, as `assets/offline/views/household.js` makes it."""

    phase: str
    id: str
    name: str
    village: str
    group: str
    door: str
    tags: list[str]
    due: Due
    people: list[PersonRow]
    official: Official
    measures: list[Fact]
    work: list[Work]
    doubts: list[Doubt]
    findings: list[Finding]
    seen: str
    issues: list[IssueRow]
    visits: list[VisitRow]
    start: str
    word: str


LIST: rx.Var[Households] = offline.slice("households", Households)
HOME: rx.Var[Household] = offline.slice("household", Household)


def households_page() -> rx.Component:
    """`/households`"""
    search = search_field(
        "找农户：姓名、拼音首字母、身份证后四位",
        on_clear=offline.action("clearSearch"),
        filled=LIST["query"] != "",
        id="household-search",
        placeholder="姓名、后四位",
        default_value=LIST["query"],
        auto_complete="off",
        on_change=offline.action("searchHouseholds", offline.VALUE),
        data_testid="household-search",
    )
    return screen(
        [
            search,
            rx.el.div(rx.foreach(LIST["filters"], _filter), class_name="chips", role="group", aria_label="只看哪些"),
            rx.cond(LIST["phase"] == "ready", _list(), waiting()),
        ],
        title="农户",
        tab="households",
        body_props={"on_scroll": offline.action("scrollHouseholds", offline.EVENT)},
    )


def _filter(one: rx.Var[Filter]) -> rx.Component:
    return button(
        one["label"],
        icon="check",
        aria_pressed=one["on"],
        on_click=offline.action("filterHouseholds", one["code"]),
        key=one["code"],
    )


def _list() -> rx.Component:
    return rx.cond(
        LIST["empty"],
        empty(LIST["empty"]["title"], LIST["empty"]["line"]),
        rx.fragment(label(LIST["title"], LIST["total"]), group_list(rx.foreach(LIST["rows"], _place))),
    )


def _place(home: rx.Var[HomeRow], number: rx.Var[int]) -> rx.Component:
    """A place in the list, whoever stands in it: a key in the search box changes words, it does not build rows anew."""
    return _row(home, number)


def home_row(home: rx.Var[HomeRow]) -> rx.Component:
    """A home in a list, the whole row being the link."""
    return _row(home, home["id"])


def _row(home: rx.Var[HomeRow], key: rx.Var[Any]) -> rx.Component:
    member = rx.el.span(home["member"], " ", rx.el.mark(home["member_mark"]))
    return rx.el.li(
        row_link(
            plaque(home["group"], home["door"]),
            rx.el.span(
                rx.el.b(home["name"], rx.cond(home["mark"], rx.fragment(" ", rx.el.mark(home["mark"])))),
                rx.cond(home["member"], member),
                rx.cond(home["line"], rx.el.span(home["line"])),
                rx.cond(home["why"], rx.el.span(home["why"], class_name="why")),
                class_name="t",
            ),
            to=home["href"],
            data_testid="household-item",
        ),
        key=key,
        class_name="long",
    )


def household_page() -> rx.Component:
    """`/households/[id]`"""
    start = main_bar(
        button_link(
            HOME["word"],
            to=offline.path("/visit/", offline.param("id")),
            kind="main",
            icon="footprints",
            data_testid="start-visit",
        )
    )
    content = rx.match(HOME["phase"], ("ready", _home()), ("gone", moved_away()), waiting())
    return screen(content, title="农户", back="/households", back_word="回到农户", main=start)


def moved_away() -> rx.Component:
    """This home is no longer on this phone."""
    return empty(
        "这户转到别的村了",
        "写过的都还在，县里会接着办。",
        action=button_link("回农户", to="/households", kind="soft"),
    )


def _home() -> rx.Component:
    number = rx.cond(HOME["door"], rx.el.span(HOME["door"], " ", rx.el.small("号"), class_name="no"))
    return rx.fragment(
        plate(
            plate_where(HOME["village"], HOME["group"]),
            rx.el.div(rx.el.h2(HOME["name"], class_name="name"), number, class_name="who"),
            rx.cond(HOME["tags"].length() > 0, tags(rx.foreach(HOME["tags"], lambda word: tag(word)))),
        ),
        rx.cond(
            HOME["due"], note(HOME["due"]["line"], title=HOME["due"]["title"], tone="due", icon="clock"), rx.fragment()
        ),
        rx.cond(HOME["work"].length() > 0, _work()),
        doubts(HOME["doubts"]),
        label("家里人"),
        group(rx.foreach(HOME["people"], _person)),
        rx.cond(HOME["official"], _official()),
        rx.cond(HOME["visits"].length() > 0, _past(), _first_time()),
    )


def _person(person: rx.Var[PersonRow]) -> rx.Component:
    reveal = rx.cond(
        person["masked"] & ~person["full"].bool() & (person["asking"] == ""),
        button("看全号", kind="plain", icon="eye", on_click=offline.action("reveal", person["id"])),
    )
    words = rx.el.div(
        rx.el.h3(person["name"]),
        rx.cond(person["line"], rx.el.p(person["line"])),
        rx.cond(person["tags"], rx.el.p(person["tags"])),
        class_name="t",
    )
    number = rx.el.div(
        rx.el.p(rx.cond(person["full"], person["full"], person["masked"]), class_name="nb soft-text"),
        reveal,
        class_name="person-id",
    )
    below = rx.fragment(
        rx.cond(person["masked"], number),
        rx.match(
            person["asking"], ("choose", _why(person["id"])), ("own", _own_words(person["id"])), rx.fragment()
        ),
        rx.cond(person["problem"], error(person["problem"])),
    )
    return rx.fragment(
        row(words, _call(person["phone"], person["name"]), below, class_name="person", key=person["id"]),
        rx.cond(person["facts"].length() > 0, rx.el.ul(rx.foreach(person["facts"], _fact), class_name="lines facts")),
        rx.foreach(person["contacts"], _contact),
    )


def _fact(fact: rx.Var[Fact]) -> rx.Component:
    return answer_row(fact["name"], fact["value"], key=fact["key"])


def _work() -> rx.Component:
    def one(work: rx.Var[Work]) -> rx.Component:
        words = rx.el.div(rx.el.b(work["text"]), rx.el.span(work["line"], class_name="why"), class_name="t")
        return rx.el.li(row(words, class_name="plain"), key=work["key"])

    return rx.fragment(label("还有要办的"), group_list(rx.foreach(HOME["work"], one)))


def _official() -> rx.Component:
    official = HOME["official"]
    words = rx.el.div(rx.el.h3(official["name"]), rx.el.p(official["line"]), class_name="t")
    measures = rx.el.ul(rx.foreach(HOME["measures"], _fact), class_name="lines facts")
    return rx.fragment(
        label("结对帮扶"),
        group(
            row(words, _call(official["phone"], official["name"])), rx.cond(HOME["measures"].length() > 0, measures)
        ),
    )


def _why(person_id: rx.Var[str]) -> rx.Component:
    """Why a whole number is opened: one tap, and it is written down with who did."""
    reasons = [
        button(words, on_click=offline.action("revealFor", person_id, code), data_testid=f"why-{code}")
        for code, words in LOOK_REASONS.items()
    ]
    other = button("其他", on_click=offline.action("revealOther", person_id), data_testid="why-other")
    return rx.el.div(
        rx.el.p("为什么要看？会记一笔。", class_name="soft-text"),
        rx.el.div(*reasons, other, class_name="choices two", role="group", aria_label="为什么要看"),
        class_name="stack",
    )


def _own_words(person_id: rx.Var[str]) -> rx.Component:
    """The reason in words of one's own.

    The form itself carries whose it is: Reflex lifts a form's handler out of the loop that draws the people.
    """
    return rx.el.form(
        text_field("为什么要看", aside="会记一笔", name="reason", min_length=2, max_length=200, required=True),
        button("看全号", type="submit"),
        on_submit=offline.action("revealSaid", offline.EVENT, prevent_default=True),
        custom_attrs={"data-person": person_id},
        class_name="stack",
    )


def _contact(contact: rx.Var[Contact]) -> rx.Component:
    """Somebody to call; what came of a call is one tap."""
    words = rx.el.div(
        rx.el.h3(contact["name"]),
        rx.el.p(contact["line"]),
        rx.cond(contact["called"], rx.el.p(contact["called"])),
        class_name="t",
    )

    def came(label: str, result: str) -> rx.Component:
        done = offline.action("confirmContact", contact["id"], result)
        return button(label, on_click=done, data_testid=f"contact-{result}")

    asked = rx.el.div(came("打通了", "reached"), came("没打通", "not_reached"), class_name="halves")
    return row(
        words, _call(contact["phone"], contact["name"]), rx.cond(contact["ask"], asked), class_name="person",
        key=contact["key"],
    )  # fmt: skip


def _call(number: rx.Var[str], name: rx.Var[str]) -> rx.Component:
    spoken = rx.Var.create("给") + name.to(str) + "打电话"
    return rx.cond(number, call_link("打电话", number=number, aria_label=spoken))


def _past() -> rx.Component:
    return rx.fragment(
        rx.cond(HOME["findings"].length() > 0, _findings()),
        rx.cond(HOME["issues"].length() > 0, _issues()),
        label("走访记录"),
        group_list(rx.foreach(HOME["visits"], _visit)),
    )


def _findings() -> rx.Component:
    return rx.fragment(
        label("上次看到的", HOME["seen"]),
        group_list(
            rx.foreach(HOME["findings"], lambda found: answer_row(found["name"], found["value"], key=found["key"]))
        ),
    )


def _issues() -> rx.Component:
    def issue(one: rx.Var[IssueRow]) -> rx.Component:
        words = rx.el.div(rx.el.b(one["text"]), rx.el.span(one["line"]), class_name="t")
        return rx.el.li(row(words, tag("在办", tone="due"), class_name="plain"), key=one["id"])

    return rx.fragment(label("困难"), group_list(rx.foreach(HOME["issues"], issue)))


def _visit(visit: rx.Var[VisitRow]) -> rx.Component:
    return rx.el.li(
        rx.el.details(
            rx.el.summary(
                rx.el.span(rx.el.b(visit["title"]), rx.el.span(visit["line"]), class_name="t"),
                icon("chevron-down"),
                class_name="row",
                on_click=offline.action("openPast", visit["id"]),
            ),
            rx.cond(
                visit["lines"].length() > 0, _in_full(visit), rx.el.p("这次没有记别的。", class_name="pad soft-text")
            ),
            rx.cond(visit["said"].length() > 0, _said(visit)),
            rx.cond(visit["photos"].length() > 0, pad(strip(rx.foreach(visit["photos"], _past_photo)))),
            rx.cond(visit["fix"], pad(button_link("改", to=visit["fix"], aria_label="改这一次"))),
        ),
        key=visit["id"],
    )


def _in_full(visit: rx.Var[VisitRow]) -> rx.Component:
    """Every answer, section by section; until they are read, a line for each section."""

    def part(one: rx.Var[Part]) -> rx.Component:
        answers = rx.foreach(one["lines"], lambda line: answer_row(line["name"], line["value"], key=line["key"]))
        whole = rx.fragment(rx.el.li(rx.el.h3(one["name"], class_name="heading")), answers)
        return rx.cond(one["value"], answer_row(one["name"], one["value"], key=one["key"]), whole)

    brief = rx.foreach(visit["lines"], lambda line: answer_row(line["name"], line["value"], key=line["key"]))
    return rx.el.ul(rx.cond(visit["parts"].length() > 0, rx.foreach(visit["parts"], part), brief), class_name="lines")


def _said(visit: rx.Var[VisitRow]) -> rx.Component:
    return pad(rx.foreach(visit["said"], lambda words: rx.el.p(words, key=words)), class_name="tight")


def _past_photo(photo: rx.Var[PastPhoto]) -> rx.Component:
    return rx.el.div(strip_photo(photo["url"], photo["words"], photo["caption"]), key=photo["sha256"])


def _first_time() -> rx.Component:
    return rx.fragment(label("走访记录"), empty("还没走访过", "从下面开始第一次。"))
