"""The office's 表单: the list, one version, and a new one on its way through check, look and publishing."""

from typing import Any

import reflex as rx

from app.accounts.rules import Permission
from app.accounts.state import OfficeState, read, requires, write
from app.errors import BadInput
from app.forms import office_service
from app.forms.office_service import Checked, FormView, Look


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 7 else 0


class FormsState(OfficeState):
    """The forms and their versions."""

    forms: list[FormView] = []
    ready: bool = False

    @rx.event
    @requires(Permission.FORMS)
    async def open(self) -> None:
        """All of them."""
        self.forms = await read(office_service.forms)
        self.ready = True


class FormVersionState(OfficeState):
    """One version, which nobody can change."""

    found: Look = Look()
    ready: bool = False

    @rx.event
    @requires(Permission.FORMS)
    async def open(self) -> None:
        """The version that the address names."""
        self.ready = False
        self.found = await read(office_service.look, self._parameter("code"), _number(self._parameter("version")))
        self.ready = True


class NewFormState(OfficeState):
    """A new version: written, then good, then published. What was checked is what is published."""

    start: str = ""
    stage: str = "write"
    checked: Checked = Checked()
    checks: int = 0
    asking: bool = False
    published: str = ""
    ready: bool = False
    _text: str = ""

    async def _look(self, text: str) -> None:
        self.checked = await read(office_service.inspect, text)
        self._text = text
        self.checks += 1
        self.stage = "write" if self.checked.faults else "good"

    @rx.event
    @requires(Permission.FORMS)
    async def open(self) -> None:
        """An empty sheet, or a version to start from; with `again` it goes straight to the look."""
        self.stage, self.checked, self.asking, self.ready = "write", Checked(), False, True
        code, version = self._parameter("code"), _number(self._parameter("from"))
        if code:
            self.start = await read(office_service.starting_from, code, version)
        if code and self._parameter("again"):
            await self._look(self.start)

    @rx.event
    @requires(Permission.FORMS)
    async def check(self, form: dict[str, Any]) -> None:
        """Every fault, or how it would look."""
        await self._look(str(form.get("text") or ""))

    @rx.event
    @requires(Permission.FORMS)
    async def back(self) -> None:
        """To the text again; it is still as it was written."""
        self.stage, self.asking = "write", False

    @rx.event
    @requires(Permission.FORMS)
    async def ask(self, wanted: bool) -> None:
        """Ask once more before what cannot be taken back, or think again."""
        self.asking = bool(wanted) and self.stage == "good"

    @rx.event(temporal=True)
    @requires(Permission.FORMS)
    async def publish(self) -> None:
        """Publish what was checked."""
        self.asking = False
        if self.stage != "good":
            raise BadInput("先检查，再发布。")
        self.published = await write(office_service.publish, self._text)
        self.stage = "published"
