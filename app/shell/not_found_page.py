"""What stands where there is no page, on both faces, without signal too."""

import reflex as rx


def not_found_page() -> rx.Component:
    """Says so, and leads back."""
    return rx.el.main(
        rx.el.h1("没有这一页"),
        rx.el.p("地址可能写错了，或者这一页已经不用了。"),
        rx.el.a("回到今日", href="/", reload_document=True, class_name="btn main"),
        rx.el.a("紧急：先打电话", href="/urgent", reload_document=True, class_name="btn"),
        rx.el.a("投诉建议", href="/feedback", reload_document=True, class_name="btn light"),
        class_name="body middle",
    )
