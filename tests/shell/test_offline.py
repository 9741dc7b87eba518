"""A field page compiles to direct reads and calls of the phone's store: no State, no event queue."""

from typing import Any, TypedDict

import pytest
import reflex as rx

from components import offline


class Item(TypedDict):
    """One row."""

    id: str
    name: str
    kind: str


def _rendered(component: rx.Component) -> str:
    return str(component.render())


def _hooks(component: rx.Component) -> list[str]:
    return list(component._get_all_hooks())


def test_a_slice_reads_one_part_of_the_store():
    component = rx.el.p(offline.slice("today.count", int))
    assert _hooks(component) == ["const field_today_count = useField((state) => state.today?.count)"]
    assert offline.STORE in component._get_all_imports()


def test_a_list_is_walked_and_its_rows_act():
    component = rx.el.ul(
        rx.foreach(
            offline.slice("today.items", list[Item]),
            lambda item: rx.el.li(
                offline.link(item["name"], to=offline.path("/households/", item["id"])),
                rx.match(item["kind"], ("due", rx.el.b("该去了")), rx.el.span("回来了")),
                rx.el.button("开始", on_click=offline.action("openVisit", item["id"], 3, {"a": True})),
            ),
        )
    )
    text = _rendered(component)
    assert "field_today_items" in text
    assert "encodeURIComponent(item_" in text
    assert "actions.openVisit(" in text
    assert "addEvents" not in text


@pytest.mark.parametrize(
    ("argument", "code"),
    [(offline.VALUE, "event.target.value"), (offline.CHECKED, "event.target.checked"),
     (offline.FILES, "Array.from(event.target.files)"), ("张", '"\\u5f20"'), (5, "5"), (True, "true"), (None, "null")],
)  # fmt: skip
def test_arguments_of_an_action(argument: Any, code: str):
    written = str(offline.action("search", argument))
    assert f"actions.search({code})" in written.replace('"张"', '"\\u5f20"')


def test_an_action_may_hold_the_event_back():
    assert "event?.preventDefault?.();" in str(offline.action("save", prevent_default=True))
    assert "preventDefault" not in str(offline.action("save"))
    assert "event?.stopPropagation?.();" in str(offline.action("save", stop_propagation=True))


def test_a_page_knows_its_own_address():
    component = rx.el.p(offline.param("id"))
    assert _hooks(component) == ["const field_params = useParams()"]
    assert "field_params?.id" in _rendered(component)


def test_going_to_another_page_needs_no_event():
    component = rx.el.button("去", on_click=offline.navigate(offline.path("/households/", offline.param("id"))))
    assert sorted(_hooks(component)) == ["const field_navigate = useNavigate()", "const field_params = useParams()"]


def test_the_office_is_another_page_load():
    with pytest.raises(ValueError, match="another page load"):
        offline.link("审核", to="/office/reviews")


@pytest.mark.parametrize(
    "make", [lambda: offline.slice("a-b"), lambda: offline.action("a.b"), lambda: offline.param("")]
)
def test_names_are_checked_where_they_are_written(make: Any):
    with pytest.raises(ValueError, match="not "):
        make()
