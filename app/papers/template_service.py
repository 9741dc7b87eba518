"""Word templates: those that ship and those of the county, checked before they are used, filled with one record."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
from docx.enum.text import WD_BREAK
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docxtpl import DocxTemplate, InlineImage
from jinja2 import nodes
from jinja2.sandbox import SandboxedEnvironment
from lxml.etree import LxmlError
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import SHANGHAI
from app.errors import AppError, BadInput, Detail, NotAllowed, NotFound, TooBig
from app.papers import rules
from app.papers.rules import FIELDS, FORMS, LISTS, Picture
from models.papers import PaperTemplate

SHIPPED = Path(__file__).parent / "templates"
MAX_BYTES = 2_000_000
MAX_OPENED = 30_000_000
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_NODES = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.For, nodes.If, nodes.Const,
    nodes.Compare, nodes.Operand, nodes.Not, nodes.And, nodes.Or,
)  # fmt: skip
"""What a template may do: name words, go through a list, leave something out. Nothing is called."""


@dataclass(frozen=True)
class TemplateView:
    """One form in the office's list of templates."""

    form: str
    title: str
    own: bool
    file_name: str
    at: str


def template(session: Session, form: str) -> bytes:
    """The Word template of a form: the county's own, or the one that ships."""
    row = session.get(PaperTemplate, form)
    return row.content if row else (SHIPPED / f"{form}.docx").read_bytes()


def listed(session: Session, actor: Actor) -> list[TemplateView]:
    """Every form, and whether the county has a template of its own for it.

    Raises:
        NotAllowed: the account does not look after forms.
    """
    _allowed(actor)
    found = []
    for name, form in FORMS.items():
        row = session.get(PaperTemplate, name)
        at = f"{row.updated_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if row else ""
        found.append(TemplateView(name, form.title, row is not None, row.file_name if row else "", at))
    return found


def _allowed(actor: Actor) -> None:
    if not actor.may(Permission.FORMS):
        raise NotAllowed()


def replace(session: Session, actor: Actor, form: str, file_name: str, data: bytes, now: datetime) -> None:
    """Put a template of the county's own in place of the shipped one, after a trial.

    Raises:
        NotAllowed: the account does not look after forms.
        NotFound: no such form.
        BadInput: it cannot be used; each thing that is wrong is a sentence.
    """
    _allowed(actor)
    if form not in FORMS:
        raise NotFound("没有这张表。")
    check(form, data)
    row = session.get(PaperTemplate, form)
    if row is None:
        row = PaperTemplate(form=form, file_name="", content=b"", updated_at=now, version=0)
        session.add(row)
    row.file_name, row.content, row.updated_at, row.updated_by = file_name[:200], data, now, actor.id
    row.version += 1
    record(session, actor, "paper.template_replaced", "paper", form, after={"file": row.file_name, "bytes": len(data)})


def revert(session: Session, actor: Actor, form: str) -> None:
    """Use the shipped template again.

    Raises:
        NotAllowed, NotFound: as they say.
    """
    _allowed(actor)
    row = session.get(PaperTemplate, form)
    if row is None:
        raise NotFound("这张表用的就是原来的模板。")
    session.delete(row)
    record(session, actor, "paper.template_reverted", "paper", form, before={"file": row.file_name})


def check(form: str, data: bytes) -> None:
    """Try a template: it opens, it is no program, it names only known words, it says who signed, it can be filled.

    Raises:
        TooBig, BadInput: `bad_template`, with a sentence for each thing that is wrong.
    """
    if len(data) > MAX_BYTES:
        raise TooBig("模板超过 2 MB，把里面的图片去掉或缩小。", code="template_too_big")
    _harmless(data)
    found = _problems(data)
    names = _names(data)
    if FORMS[form].agreement and FORMS[form].name != "child" and not names & {"签名", "签名说明"}:
        found.append("这张表要写明谁替谁签：放上 {{签名说明}}，或用 签名 列出来。")
    if not found:
        try:
            fill(data, [rules.sample()] * 2, foot="试填")
        except (jinja2.TemplateError, LxmlError, KeyError, ValueError, AttributeError) as error:
            found.append(f"用样例试填没有成：{str(error)[:80]}。")
    if found:
        details = [Detail(f"{n}", "bad_template", words) for n, words in enumerate(dict.fromkeys(found))]
        raise BadInput("这个模板还不能用。" + "".join(dict.fromkeys(found)), details=details, code="bad_template")


def _refuse(words: str) -> AppError:
    return BadInput(words, code="bad_template")


def _harmless(data: bytes) -> None:
    """That it is a Word document without macros that fetches nothing from outside when somebody opens it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if sum(one.file_size for one in entries) > MAX_OPENED:
                raise _refuse("这个文件打开后太大。")
            names = {one.filename for one in entries}
            kinds = archive.read("[Content_Types].xml").decode("utf-8", "replace")
            related = [archive.read(name).decode("utf-8", "replace") for name in names if name.endswith(".rels")]
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError, NotImplementedError) as error:
        raise _refuse("打不开。请用 Word 存成 .docx 再传。") from error
    if MAIN not in kinds or any("vba" in name.lower() or "activex" in name.lower() for name in names):
        raise _refuse("只收 .docx，不收带宏的文件。")
    for text in related:
        for part in text.split("<Relationship ")[1:]:
            if 'TargetMode="External"' in part and "/hyperlink" not in part:
                raise _refuse("模板里连着外面的文件，打开时会去取。请把链接的图片、模板断开再传。")


def _sources(data: bytes) -> Iterable[str]:
    """The text of the body, headers and footers as the engine will read it."""
    document = DocxTemplate(io.BytesIO(data))
    document.init_docx()
    yield document.patch_xml(document.get_xml())
    for uri in (document.HEADER_URI, document.FOOTER_URI):
        for _, part in document.get_headers_footers(uri):
            yield document.patch_xml(document.get_part_xml(part))


def _trees(data: bytes) -> list[nodes.Template]:
    try:
        return [_environment().parse(source) for source in _sources(data)]
    except jinja2.TemplateSyntaxError as error:
        words = f"占位符没有写完整：{str(error.message)[:80]}。每个 {{{{ 要有 }}}}，每个 for 要有 endfor。"
        raise _refuse(words) from error
    except (PackageNotFoundError, LxmlError, KeyError, ValueError) as error:
        raise _refuse("打不开。请用 Word 存成 .docx 再传。") from error


def _names(data: bytes) -> set[str]:
    return {one.name for tree in _trees(data) for one in tree.find_all(nodes.Name)}


def _problems(data: bytes) -> list[str]:
    found: list[str] = []
    for tree in _trees(data):
        _walk(tree, {}, found)
    return found


def _walk(node: nodes.Node, lines: Mapping[str, str], found: list[str]) -> None:
    """Look at one part of a template; `lines` says of which list each loop's word is."""
    if not isinstance(node, _NODES):
        found.append("模板里只能写占位符、for 和 if，不能写算式和函数。")
        return
    if isinstance(node, nodes.For):
        over = node.iter.name if isinstance(node.iter, nodes.Name) else ""
        if over not in LISTS or not isinstance(node.target, nodes.Name):
            found.append(f"没有“{over or '？'}”这样的清单。有：{'、'.join(LISTS)}。")
            return
        for child in (*node.body, *node.else_):
            _walk(child, {**lines, node.target.name: over}, found)
        return
    if isinstance(node, nodes.Getattr):
        of = lines.get(node.node.name) if isinstance(node.node, nodes.Name) else None
        if of is None or node.attr not in LISTS[of]:
            known = f"{of} 里有：{'、'.join(LISTS[of])}" if of else "要写在 for 里面"
            found.append(f"不认识占位符“{_said(node.node)}.{node.attr}”，{known}。")
        return
    if isinstance(node, nodes.Name) and node.name not in FIELDS and node.name not in LISTS and node.name not in lines:
        found.append(f"不认识占位符“{node.name}”。")
    for child in node.iter_child_nodes():
        _walk(child, lines, found)


def _said(node: nodes.Node) -> str:
    return node.name if isinstance(node, nodes.Name) else "？"


def _environment() -> SandboxedEnvironment:
    return SandboxedEnvironment(autoescape=True, undefined=jinja2.StrictUndefined)


def fill(data: bytes, each: Sequence[Mapping[str, Any]], *, foot: str, about: str = "") -> bytes:
    """One document with a page for each record; at the foot of every page whose it is and what it rests on."""
    whole: Any = None
    for words in each:
        made = DocxTemplate(io.BytesIO(data))
        made.render(_with_pictures(made, words), jinja_env=_environment(), autoescape=True)
        if whole is None:
            whole = made
            continue
        end = whole.docx.element.body
        whole.docx.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        for element in list(made.docx.element.body)[:-1]:
            copied = deepcopy(element)
            _bring_pictures(made.docx.part, whole.docx.part, copied)
            end[-1].addprevious(copied)
    document = whole.docx
    for number, one in enumerate(document.element.body.iter(qn("wp:docPr")), 1):
        one.set("id", str(number))  # Word refuses a document in which two drawings have one number
    _footers(document, foot)
    document.core_properties.author, document.core_properties.comments = "入户通", about[:250]
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _with_pictures(made: DocxTemplate, words: Mapping[str, Any]) -> dict[str, Any]:
    """The words of a record, its pictures as the engine takes them."""

    def drawn(value: Any) -> Any:
        if not isinstance(value, Picture):
            return value
        return InlineImage(made, io.BytesIO(value.data), Mm(value.width_mm), Mm(value.height_mm))

    return {
        name: [{part: drawn(said) for part, said in line.items()} for line in value] if name in LISTS else value
        for name, value in words.items()
    }  # fmt: skip


def _bring_pictures(source: Any, target: Any, element: Any) -> None:
    """Let what was copied from one document name its pictures in another; those of the template stand in both alike."""
    for blip in element.iter(qn("a:blip")):
        name = blip.get(qn("r:embed"))
        image, there = source.related_parts.get(name), target.related_parts.get(name)
        if image is not None and (there is None or there.blob != image.blob):
            blip.set(qn("r:embed"), target.get_or_add_image(io.BytesIO(image.blob))[0])


def _footers(document: Any, words: str) -> None:
    """The last line of every kind of footer: no template can leave it out."""
    twins = document.settings.odd_and_even_pages_header_footer
    for section in document.sections:
        footers = [section.footer]
        footers += [section.first_page_footer] if section.different_first_page_header_footer else []
        footers += [section.even_page_footer] if twins else []
        for footer in footers:
            footer.is_linked_to_previous = False
            paragraphs = footer.paragraphs
            line = paragraphs[0] if paragraphs and not paragraphs[0].text else footer.add_paragraph()
            run = line.add_run(words)
            run.font.size, run.font.color.rgb = Pt(8), RGBColor(0x70, 0x70, 0x70)
