"""What stands around every page instead of Reflex's English overlay: our own boundary and the office's notice."""

from collections.abc import Callable

import reflex as rx
from reflex_base.constants import Hooks, Imports
from reflex_base.vars import VarData
from reflex_base.vars.function import ArgsFunctionOperation
from reflex_components_core.base.error_boundary import ErrorBoundary

Wrap = Callable[[bool], rx.Component | None]

# Filled only where a WebSocket is tried, which is the office face: the notice needs no look at the address.
_LOST = rx.Var(
    "(connectErrors.length > 0)",
    _var_type=bool,
    _var_data=VarData(imports=Imports.CONNECT_ERRORS, hooks={Hooks.CONNECT_ERRORS: None}),
).to(bool)

_RELOAD = rx.Var("(() => window.location.reload())", _var_type=rx.EventChain)


@rx.memo
def connection_notice() -> rx.Component:
    """Said on the office face while the line to the server is broken."""
    return rx.cond(
        _LOST,
        rx.el.div(
            "和服务器的连接断了，正在重连。没保存的内容先别关。",
            role="status",
            class_name="connection-notice",
            data_testid="connection-notice",
        ),
        rx.fragment(),
    )


def _broken_page() -> rx.Component:
    return rx.el.main(
        rx.el.h1("这一页没显示出来"),
        rx.el.p("写好的内容都在，没有丢。"),
        rx.el.button("重新打开", type="button", class_name="btn main", on_click=_RELOAD),
        class_name="body middle",
        role="alert",
    )


def boundary() -> rx.Component:
    """Catches an error while drawing, and says in Chinese what to do."""
    return ErrorBoundary.create(
        fallback_render=ArgsFunctionOperation.create(("event_args",), rx.Var.create(_broken_page()))
    )


WRAPS: dict[tuple[int, str], Wrap] = {
    (55, "ErrorBoundary"): lambda stateful: boundary(),
    (5, "Overlay"): lambda stateful: rx.fragment(connection_notice()) if stateful else None,
}
"""The same places as Reflex's defaults, so that nothing of these is left."""
