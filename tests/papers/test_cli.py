"""`ruhutong export form` and `export ledger` do what the pages do."""

from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.db import transaction
from app.errors import AppError
from app.papers.ledgers import LEDGERS
from app.papers.rules import FORMS
from tests.papers.stage import set_up, text_of


@pytest.fixture
def one(home):
    with transaction() as session:
        return set_up(session)


def run(*words: str):
    found = CliRunner().invoke(cli, list(words), catch_exceptions=True)
    if isinstance(found.exception, AppError):
        raise found.exception
    assert found.exit_code == 0, found.output
    return found


def test_export_form_writes_a_word_file_that_names_its_visit(one, tmp_path: Path):
    out = tmp_path / "form.docx"
    run("export", "form", "elder", "--household", one.home.code, "--out", str(out))
    text = text_of(out.read_bytes())
    assert one.visit.id in text
    assert "349927********0028" in text
    run("export", "form", "care", "--household", one.home.code, "--out", str(out), "--full", "--reason", "办理待遇")
    assert "349927194203010028" in text_of(out.read_bytes())


def test_export_form_says_what_is_wrong(one, tmp_path: Path):
    for words, code in (
        (("nothing", "--household", one.home.code, "--out", str(tmp_path / "a.docx")), "unknown_form"),
        (("elder", "--household", "none", "--out", str(tmp_path / "a.docx")), "not_found"),
        (("elder", "--household", one.home.code, "--out", str(tmp_path / "a.txt")), "bad_suffix"),
        (("elder", "--household", one.home.code, "--out", str(tmp_path / "no" / "a.docx")), "cannot_write"),
    ):
        with pytest.raises(AppError) as caught:
            run("export", "form", *words)
        assert caught.value.code == code


def test_export_ledger_writes_the_official_columns(one, tmp_path: Path):
    out = tmp_path / "elders.xlsx"
    run("export", "ledger", "elders", "--out", str(out))
    sheet = openpyxl.load_workbook(out).worksheets[0]
    heads = [cell.value for cell in sheet[3]]
    assert heads[1:-1] == [column.title for column in LEDGERS["elders"].columns]
    assert sheet[4][heads.index("身份证号")].value == "349927********0028"
    assert one.visit.id in [cell.value for cell in sheet[4]]
    run("export", "ledger", "elders", "--out", str(out), "--mapping", "national_elders", "--full", "--report")
    assert openpyxl.load_workbook(out).worksheets[0]["C2"].value == "349927194203010028"
    run("export", "ledger", "elders", "--out", str(out), "--mapping", "national_elders", "--changed")
    assert openpyxl.load_workbook(out).worksheets[0].max_row == 3
    with pytest.raises(AppError):
        run("export", "ledger", "cats", "--out", str(out))


def test_help_lists_the_names():
    said = " ".join(run("export", "form", "--help").output.split())
    assert all(name in said for name in FORMS)
    said = " ".join(run("export", "ledger", "--help").output.split())
    assert all(name in said for name in LEDGERS)
