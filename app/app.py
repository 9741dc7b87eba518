"""Composition root: the one file that knows every room and every page."""

import reflex as rx
from starlette.applications import Starlette
from starlette.routing import Mount

from app.rooms import api
from app.shell.appearance import head
from app.shell.wraps import WRAPS
from components import offline


class Counter(rx.State):
    n: int = 0

    @rx.event
    def inc(self):
        self.n += 1


def home() -> rx.Component:
    """trial"""
    return rx.el.main(
        offline.start(),
        rx.el.h1("今日"),
        rx.el.p(offline.slice("route.path", str), id="path"),
        rx.foreach(
            offline.slice("trial.items", list[dict[str, str]]),
            lambda item: rx.el.li(
                offline.link(item["name"], to=offline.path("/households/", item["id"])),
                rx.match(item["kind"], ("due", rx.el.span("该去了")), rx.el.span("回来了")),
                rx.el.button("点", on_click=offline.action("tap", item["id"], 3, {"a": 1})),
            ),
        ),
        rx.el.input(value=offline.slice("trial.query", str), on_change=offline.action("type", offline.VALUE), id="q"),
        rx.el.button("去", on_click=offline.navigate("/households/9"), id="go"),
        rx.el.p(offline.slice("trial.log", str), id="log"),
    )


def household() -> rx.Component:
    """trial"""
    return rx.el.main(
        offline.start(), rx.el.h1("户"), rx.el.p(offline.param("id"), id="id"), offline.link("回", to="/", id="back")
    )


def office() -> rx.Component:
    """trial"""
    return rx.el.main(rx.el.h1("办公"), rx.el.button(Counter.n, on_click=Counter.inc, id="n"))


app = rx.App(
    api_transformer=Starlette(routes=[Mount("/api", api())]),
    app_wraps=WRAPS,
    head_components=head(),
    html_lang="zh-CN",
    reset_style=False,
    stylesheets=["tokens.css", "base.css", "field.css", "office.css"],
    toaster=None,
)
app.add_page(home, route="/", title="入户通")
app.add_page(household, route="/households/[id]", title="户")
app.add_page(office, route="/office", title="办公")
