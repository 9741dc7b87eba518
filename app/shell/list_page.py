"""What the pages of lists and of their things share: the search above, the table with its pager, one thing alone."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from app.accounts.state import OfficeState
from app.shell.list_state import ListState
from app.shell.office_page import office_frame
from components.link import load
from components.message import bones, empty
from components.office import card_table, crumbs, pager


def turning(here: Any, line: Any = None, *, last: Any = None) -> rx.Component:
    """Where this page stands in the list, and the two ways on; `here` is a `ListState`."""
    listed: type[ListState] = here
    return pager(
        here.line if line is None else line, on_back=listed.turn(-1), on_next=listed.turn(1), first=here.offset == 0,
        last=~here.page.more if last is None else last,
    )  # fmt: skip


def listed(
    here: Any, caption: str, columns: tuple[str, ...], row: Callable[[Any], rx.Component], *more: Any,
    nobody: rx.Component, line: Any = None, last: Any = None,
) -> rx.Component:
    """The rows of this page as a table with its pager and what else belongs below; or why there are none."""
    rows = here.page.rows
    table = card_table(caption, columns, rx.foreach(rows, row))
    return rx.cond(rows.length() > 0, rx.fragment(table, turning(here, line, last=last), *more), nobody)


def one_page(
    here: str, list_name: str, thing: Any, name: Any, *children: Any, gone: tuple[str, ...], whole: bool = False
) -> rx.Component:
    """The page of one thing of a list: the way back, what is known of it; `gone` says why there is nothing."""
    shown = rx.fragment(crumbs((list_name, here), (name, None)), *children)
    back = load(f"回{list_name}", href=here, class_name="btn soft")
    missing = empty(*gone, action=back, whole=whole)
    body = rx.cond(thing, shown, rx.cond(OfficeState.problem != "", missing, bones(6)))
    return office_frame(here, rx.el.div(body, class_name="sheet"))
