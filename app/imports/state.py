"""The office's 名册导入: send a ledger, look through what it would do, take it in, undo it."""

from dataclasses import replace
from functools import partial

import reflex as rx
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.accounts.state import OfficeState, acting, read, requires, write
from app.imports import mapping_service, service
from app.imports.mapping_service import HeaderView
from app.imports.schemas import TABS, ImportView, LinePage, ProgressView
from app.limits import PAGE

P = Permission
HERE = "/office/imports"
NOBODY = ImportView()


def _page(session: Session, actor: Actor, import_id: str, tab: str, number: int) -> tuple[ImportView, str, LinePage]:
    """One look: where no tab is chosen, it is the one that fits what this look has seen."""
    view = service.view(session, actor, import_id)
    shown = tab or view.first_tab
    return view, shown, service.page(session, actor, import_id, shown, number)


class ImportsState(OfficeState):
    """The list of imports, or one of them: its counts, one page of one tab, how far it is."""

    rows: list[ImportView] = []
    one: ImportView = NOBODY
    progress: ProgressView = ProgressView()
    lines: LinePage = LinePage()
    tab: str = ""
    number: int = 0
    header: HeaderView = HeaderView()
    asking: bool = False
    ready: bool = False

    async def _show(self, import_id: str) -> None:
        self.one, self.tab, self.lines = await read(_page, import_id, self.tab, self.number)
        self.header = await read(mapping_service.view, import_id)
        self.progress = await read(service.look, import_id)

    @rx.event
    @requires(P.IMPORT)
    async def open(self) -> None:
        """The list, or the import that the address names."""
        import_id = self._parameter("id")
        self.ready, self.asking, self.tab, self.number = False, False, "", 0
        self.one, self.lines, self.header = NOBODY, LinePage(), HeaderView()
        if import_id:
            await self._show(import_id)
        else:
            self.rows = await read(service.recent)
        self.ready = True

    @rx.event
    @requires(P.IMPORT)
    async def sent(self, import_id: str) -> None:
        """A file has arrived: go to its preview."""
        self.to = f"{HERE}?id={str(import_id)[:36]}"

    @rx.event
    @requires(P.IMPORT)
    async def look(self) -> None:
        """How far it is; when it is over, what came of it."""
        seen = await read(service.look, self.one.id)
        if seen.state != self.one.state:
            self.tab = ""
            await self._show(self.one.id)
        elif seen != self.progress:
            self.progress = seen

    @rx.event
    @requires(P.IMPORT)
    async def choose(self, tab: str) -> None:
        """Another part of the preview."""
        self.tab, self.number = tab if tab in TABS else "new", 0
        await self._show(self.one.id)

    @rx.event
    @requires(P.IMPORT)
    async def turn(self, pages: int) -> None:
        """Another fifty rows."""
        self.number = max(0, min(self.number + int(pages), (self.lines.total - 1) // PAGE))
        await self._show(self.one.id)

    @rx.event(temporal=True)
    @requires(P.IMPORT)
    async def take(self) -> None:
        """Take in what the preview shows."""
        await write(service.start, self.one.id)
        self.progress = replace(
            self.progress, state="running", done=0, total=service.STEPS * self.one.rows, percent="0%"
        )
        self.one = await read(service.view, self.one.id)

    @rx.event
    @requires(P.IMPORT)
    async def ask(self, asking: bool) -> None:
        """Whether the whole import is really to be undone."""
        self.asking = bool(asking)

    @rx.event(temporal=True)
    @requires(P.IMPORT)
    async def undo(self) -> None:
        """Undo the whole import."""
        self.asking = False
        await rx.run_in_thread(partial(service.undo, self.one.id, acting()))
        await self._show(self.one.id)
        self.done = "撤销好了，名册回到导入以前。"

    @rx.event
    @requires(P.IMPORT)
    async def read_as(self, shape: str) -> None:
        """As which ledger a sheet is to be read that nobody knows."""
        self.header = await read(mapping_service.view, self.one.id, str(shape))

    @rx.event(temporal=True)
    @requires(P.IMPORT)
    async def remember(self, form: dict[str, str]) -> None:
        """Keep which column is what; a preview is thrown away, for the file is read anew."""
        await write(mapping_service.remember, self.one.id, self.header.shape, form)
        if self.one.state == "previewed":
            await write(service.discard, self.one.id)
        self.to = HERE

    @rx.event(temporal=True)
    @requires(P.IMPORT)
    async def discard(self) -> None:
        """Throw the preview away and choose another file."""
        await write(service.discard, self.one.id)
        self.to = HERE
