"""A file as sheets of cells: xlsx and xls by calamine, csv in the encodings that county offices save in.

What is no spreadsheet, is locked by a password, or would fill the memory is refused with a sentence
before anything is read.
"""

import csv
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from app.errors import BadInput
from app.imports.rules import Cell

SUFFIXES = (".xlsx", ".xls", ".csv")
MAX_BYTES = 40 * 1024 * 1024
MAX_INFLATED = 600 * 1024 * 1024
MAX_CELLS = 20_000_000
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_REFERENCE = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')


class NotSpreadsheet(BadInput):
    """The file cannot be read as a spreadsheet; the message says what to do."""

    def __init__(self, message: str, code: str = "not_spreadsheet") -> None:
        super().__init__(message=message, code=code)


@dataclass(frozen=True)
class Sheet:
    """A sheet: its rows from the first, each as long as the sheet is wide, and its vertical merges.

    Args:
        name: as the tab says; empty for a csv.
        rows: gives (number as Excel or an editor shows it, cells), afresh at each call.
        merges: (first row, last row, column), rows from 1, columns from 0, only those over several rows.
        height: how many rows there are.
    """

    name: str
    rows: Callable[[], Iterator[tuple[int, list[Cell]]]]
    merges: tuple[tuple[int, int, int], ...] = ()
    height: int = 0


@dataclass(frozen=True)
class Book:
    """A file that was opened. `encoding` is set for csv."""

    name: str
    sheets: tuple[Sheet, ...] = field(default_factory=tuple)
    encoding: str | None = None


def open_book(name: str, data: bytes) -> Book:
    """Open a file by what it holds; its name only helps where the bytes say nothing.

    Raises:
        NotSpreadsheet: it is empty, too big, locked, broken or something else.
    """
    if not data.strip():
        raise NotSpreadsheet("这个文件是空的，请换一个。", "empty_file")
    if len(data) > MAX_BYTES:
        raise NotSpreadsheet(f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请按乡镇或村分开再传。", "file_too_big")
    if data.startswith(_ZIP):
        _check_zip(data)
        return _workbook(name, data)
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise NotSpreadsheet("这个表格设了密码。请在表格软件里取消密码，另存后再传。", "encrypted")
        return _workbook(name, data)
    if Path(name).suffix.lower() in {".csv", ".txt", ".tsv"}:
        return _text_table(name, data)
    raise NotSpreadsheet("这个文件不是表格。能读的是 xlsx、xls 和 csv。")


def check(name: str, data: bytes) -> None:
    """Refuse at once what `open_book` would refuse, without reading the sheets of a workbook.

    Raises:
        NotSpreadsheet: it is empty, too big, locked, broken or something else.
    """
    if data.startswith(_ZIP) and len(data) <= MAX_BYTES:
        _check_zip(data)
        _opened(data)
    else:
        open_book(name, data)


def read_path(path: Path) -> bytes:
    """The bytes of a file that is small enough to open.

    Raises:
        NotSpreadsheet: it is not there, or over the cap.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise NotSpreadsheet(f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请按乡镇或村分开再传。", "file_too_big")
        return path.read_bytes()
    except OSError as error:
        raise NotSpreadsheet(f"打不开文件 {path.name}。", "no_file") from error


def find_files(paths: list[Path]) -> list[Path]:
    """The spreadsheets among paths; a folder means those that lie in it."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = (file for file in path.iterdir() if not file.name.startswith(("~$", ".")))
            found.extend(sorted(file for file in inside if file.suffix.lower() in SUFFIXES))
        else:
            found.append(path)
    return found


def _check_zip(data: bytes) -> None:
    """Measure what the archive really inflates to and how far its sheets really reach.

    The sizes an archive declares can lie, and one cell in the last corner of a sheet would make a dense grid
    of 17 billion cells.
    """
    broken = NotSpreadsheet("这个表格文件坏了，打不开。请在表格软件里打开后另存一份再传。", "broken_file")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise broken from error
    if not any(entry.filename.lower() == "xl/workbook.xml" for entry in entries):
        raise NotSpreadsheet("这个文件不是表格。能读的是 xlsx、xls 和 csv。")
    total, cells = 0, 0
    for entry in entries:
        if entry.flag_bits & 1:
            raise NotSpreadsheet("这个表格设了密码。请在表格软件里取消密码，另存后再传。", "encrypted")
        reach = _Reach() if entry.filename.lower().startswith("xl/worksheets/sheet") else None
        try:
            for chunk in _inflated(data, entry):
                total += len(chunk)
                if total > MAX_INFLATED:
                    raise NotSpreadsheet("这个文件展开后太大，可能不是正常的表格。请另存一份再传。", "zip_bomb")
                if reach:
                    reach.see(chunk)
        except (zlib.error, struct.error, ValueError) as error:
            raise broken from error
        cells += reach.cells if reach else 0
        if cells > MAX_CELLS:
            raise NotSpreadsheet("表格的范围太大。请删掉表格右边和下面多余的内容，另存后再传。", "sheet_too_big")


def _inflated(data: bytes, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The entry's real content piece by piece, whatever size it declares."""
    name_length, extra_length = struct.unpack_from("<HH", data, entry.header_offset + 26)
    start = entry.header_offset + 30 + name_length + extra_length
    body = memoryview(data)[start : start + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        yield bytes(body)
        return
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise ValueError("compression method")
    inflate = zlib.decompressobj(-15)
    pending = bytes(body)
    while pending and not inflate.eof:
        yield inflate.decompress(pending, 1 << 20)
        pending = inflate.unconsumed_tail


class _Reach:
    """How many cells the rectangle spans that holds every filled cell of a sheet seen so far."""

    def __init__(self) -> None:
        self.tail, self.width, self.height = b"", 0, 0

    def see(self, chunk: bytes) -> None:
        text = self.tail + chunk
        found = _REFERENCE.findall(text)
        for letters in {letters for letters, _ in found}:
            column = 0
            for letter in letters:
                column = column * 26 + letter - 64
            self.width = max(self.width, column)
        self.height = max(self.height, *(int(row) for row in {row for _, row in found}), 0)
        self.tail = text[-256:]

    @property
    def cells(self) -> int:
        return self.width * self.height


def _opened(data: bytes) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(data))
    except PasswordError as error:
        raise NotSpreadsheet("这个表格设了密码。请在表格软件里取消密码，另存后再传。", "encrypted") from error
    except (CalamineError, ValueError) as error:
        raise NotSpreadsheet("这个表格文件坏了，打不开。请在表格软件里打开后另存一份再传。", "broken_file") from error


def _workbook(name: str, data: bytes) -> Book:
    workbook = _opened(data)
    try:
        sheets = [workbook.get_sheet_by_name(sheet) for sheet in workbook.sheet_names]
    except (CalamineError, ValueError) as error:
        raise NotSpreadsheet("这个表格文件坏了，打不开。请在表格软件里打开后另存一份再传。", "broken_file") from error
    return Book(name, tuple(_sheet(sheet) for sheet in sheets))


def _sheet(sheet: CalamineSheet) -> Sheet:
    start, end = sheet.start, sheet.end
    if start is None or end is None:
        return Sheet(sheet.name, lambda: iter(()))
    left: list[Cell] = [""] * start[1]
    merges = tuple(
        (top + 1, bottom + 1, column)
        for (top, column), (bottom, right) in sheet.merged_cell_ranges or []
        if bottom > top and right == column
    )

    def rows() -> Iterator[tuple[int, list[Cell]]]:
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            yield number, left + cells

    return Sheet(sheet.name, rows, merges, end[0] + 1)


def _text_table(name: str, data: bytes) -> Book:
    text, encoding = _decode(data)
    delimiter = _delimiter(text)

    def rows() -> Iterator[tuple[int, list[Cell]]]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        line = 1
        for cells in reader:
            yield line, [_bare(cell) for cell in cells]
            line = reader.line_num + 1

    try:
        height = sum(1 for _ in rows())
    except csv.Error as error:
        raise NotSpreadsheet("这个 csv 文件坏了，读不出来。请另存一份再传。", "broken_file") from error
    return Book(name, (Sheet("", rows, (), height),), encoding)


def _decode(data: bytes) -> tuple[str, str]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates = [("utf-16", "utf-16")]
    elif data.startswith(b"\xef\xbb\xbf"):
        candidates = [("utf-8-sig", "utf-8-sig")]
    else:
        candidates = [("utf-8", "utf-8"), ("gb18030", "gb18030")]
    for codec, label in candidates:
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, label
    raise NotSpreadsheet("这个 csv 文件的文字读不出来。请在表格软件里另存为 xlsx 再传。", "unknown_encoding")


def _delimiter(text: str) -> str:
    """The sign that most lines of the beginning agree on."""
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    return max(",\t;", key=lambda sign: (sum(1 for line in lines if sign in line), -",\t;".index(sign)))


def _bare(cell: str) -> str:
    """A csv cell that was written as `="0123"` to keep its zeros, without that dress."""
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') else cell
