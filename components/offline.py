"""The Python face of assets/offline: how a page of the field face reads and acts without a server.

A field page is laid out in Python, but its data live on the phone, in the zustand store `useField` of
`assets/offline/store.js`, and its buttons call that module's `actions` directly. Nothing here touches Reflex
State, its event queue or the WebSocket, so everything works at a cold start with no network.

    from components import offline

    today = offline.slice("today.items", list[TodayItem])     # TodayItem: a TypedDict or dataclass

    def row(item: rx.Var[TodayItem]) -> rx.Component:
        return rx.el.li(
            offline.link(item["name"], to=offline.path("/households/", item["id"])),
            rx.match(item["kind"], ("due", rx.el.span("该去了")), rx.el.span("回来了")),
            rx.el.button("开始走访", on_click=offline.action("openVisit", item["id"])),
        )

    rx.foreach(today, row)
    rx.el.input(value=offline.slice("search.query", str), on_change=offline.action("search", offline.VALUE))
    rx.el.input(type="file", on_change=offline.action("addPhoto", question["code"], offline.FILES))

What to know:
- `slice(path, type)` selects `state.path` and redraws only when that part changes. Give the real type: `rx.foreach`
  needs `list[...]`. A key that is missing reads as `undefined`, never as an error (`a?.["b"]`). A nested value of
  unknown type becomes a list by `.to(list[dict])`.
- The pages are drawn once at build time with the store's initial state, so that state must be constant; what comes
  from IndexedDB is set afterwards by `actions.start()`.
- `action(name, *args)` takes Vars (an item of a foreach too), plain Python values, and the event's own
  `VALUE`, `CHECKED`, `FILES`, `EVENT`. Actions must not be awaited by the page; they report through the store.
- Links inside the field face: `link()` or `navigate()`. Towards `/office` use
  `rx.el.a(href=..., reload_document=True)`: the two faces are two page loads.
- `rx.cond`, `rx.match`, `rx.foreach` work on all of these. `rx.*` event triggers with a State handler or
  `rx.redirect`, `rx.toast` ... do nothing on the field face: its event queue is off (see app/shell/patches.py).
"""

from typing import Any

import reflex as rx
from reflex.vars import VarData
from reflex_base.utils.imports import ImportVar
from reflex_components_core.react_router.dom import ReactRouterLink

STORE = "$/public/offline/store.js"
START = "$/public/offline/start.js"

EVENT: rx.Var = rx.Var("event", _var_type=dict)
"""The browser's event itself, as an argument of `action`."""
VALUE: rx.Var = rx.Var("event.target.value", _var_type=str)
"""The text of the field that changed."""
CHECKED: rx.Var = rx.Var("event.target.checked", _var_type=bool)
"""Whether the box that changed is ticked."""
FILES: rx.Var = rx.Var("Array.from(event.target.files)", _var_type=list)
"""The files just chosen, read at once: the input may be emptied afterwards."""


def _store(name: str) -> dict[str, list[ImportVar]]:
    return {STORE: [ImportVar(tag=name)]}


def slice(path: str, of: Any = dict[str, Any]) -> Any:
    """A part of the phone's store, as a Var of type `of`.

    Args:
        path: dotted keys from the top of the state, such as `"today"` or `"visit.draft"`.
        of: the type of that part, for `rx.foreach` and for the operators.
    """
    keys = path.split(".")
    if not all(key.isidentifier() for key in keys):
        raise ValueError(f"not a path into the store: {path!r}")
    name = "field_" + "_".join(keys)
    hook = f"const {name} = useField((state) => state.{'?.'.join(keys)})"
    return rx.Var(name, _var_type=of, _var_data=VarData(hooks={hook: None}, imports=_store("useField"))).to(of)


def action(
    name: str,
    *args: Any,
    prevent_default: bool = False,
    stop_propagation: bool = False,
) -> rx.Var:
    """A handler that calls `actions.<name>(*args)` in the browser, past Reflex's event queue.

    Args:
        name: the action in `assets/offline/store.js`.
        args: Vars, plain values, or `VALUE`, `CHECKED`, `FILES`, `EVENT`.
        prevent_default: keep the browser from its own reaction (a form's submit).
        stop_propagation: keep the event from the elements around.
    """
    if not name.isidentifier():
        raise ValueError(f"not the name of an action: {name!r}")
    return _handler(f"actions.{name}", args, VarData(imports=_store("actions")), prevent_default, stop_propagation)


def navigate(to: Any, *, replace: bool = False) -> rx.Var:
    """A handler that goes to another page of the field face, without the network."""
    data = VarData(
        hooks={"const field_navigate = useNavigate()": None},
        imports={"react-router": [ImportVar(tag="useNavigate")]},
    )
    return _handler("field_navigate", (to, {"replace": replace}), data, False, False)


def _handler(call: str, args: tuple[Any, ...], data: VarData, prevent: bool, stop: bool) -> rx.Var:
    values = [rx.Var.create(arg) for arg in args]
    steps = "event?.preventDefault?.();" * prevent + "event?.stopPropagation?.();" * stop
    code = f"((event) => {{{steps}{call}({', '.join(str(value) for value in values)});}})"
    merged = VarData.merge(data, *(value._get_all_var_data() for value in values))
    return rx.Var(code, _var_type=rx.EventChain, _var_data=merged)


def link(*children: Any, to: Any, replace: bool = False, **props: Any) -> rx.Component:
    """A link inside the field face: another page without a page load and without the network."""
    if isinstance(to, str) and to.startswith("/office"):
        raise ValueError("the office face is another page load: use rx.el.a(href=..., reload_document=True)")
    return ReactRouterLink.create(*children, to=to, replace=replace, **props)


def path(*parts: Any) -> rx.Var:
    """An address put together from texts and Vars, for `link` and `navigate`."""
    values = [rx.Var.create(part) for part in parts]
    pieces = [
        str(value) if isinstance(part, str) else f"encodeURIComponent({value})"
        for part, value in zip(parts, values, strict=True)
    ]
    data = VarData.merge(*(value._get_all_var_data() for value in values))
    return rx.Var(f"({' + '.join(pieces)})", _var_type=str, _var_data=data).to(str)


def param(name: str) -> Any:
    """A part of the page's own address: `offline.param("id")` on `/households/[id]`."""
    if not name.isidentifier():
        raise ValueError(f"not the name of a parameter: {name!r}")
    data = VarData(
        hooks={"const field_params = useParams()": None},
        imports={"react-router": [ImportVar(tag="useParams")]},
    )
    return rx.Var(f"field_params?.{name}", _var_type=str, _var_data=data).to(str)


class _Start(rx.Component):
    """Starts the phone's engine and tells it which page is open; draws nothing."""

    library = START
    tag = "FieldStart"


def start() -> rx.Component:
    """Belongs once into the frame of every field page."""
    return _Start.create()
