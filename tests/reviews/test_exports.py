"""What may leave as a file, and what never does."""

import csv
import io
import zipfile
from datetime import timedelta

import pytest
from PIL import Image
from pydantic import ValidationError
from sqlmodel import select

from app.accounts.rules import Role
from app.db import reading, transaction, utcnow
from app.errors import NotAllowed
from app.reviews import exports, service
from app.reviews.schemas import Decision, ExportWish
from models.audit import AuditEntry
from models.reviews import Review
from tests import makers
from tests.photos import pictures
from tests.reviews import stage


@pytest.fixture
def cast(database):
    """A supervisor, and four visits: plain, with a returned picture, with a child's, elsewhere."""
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        cadre = makers.user(session, name="吴秀梅")
        supervisor = makers.user(session, Role.SUPERVISOR, (makers.COUNTY,))
        clerk = makers.user(session, Role.TOWN_CLERK, (makers.OTHER_TOWN,))
        homes = [makers.household(session, name=name) for name in ("孙家旺", "=李国友", "刘小明")]
        far = makers.household(session, makers.FAR_VILLAGE, name="远方")
        _, _, plain = stage.reviewed(session, cadre, homes[0], pictures.jpeg(1))
        _, returned, sent_back = stage.reviewed(session, cadre, homes[1], pictures.jpeg(2))
        _, _, child = stage.reviewed(session, cadre, homes[2], pictures.jpeg(3), named={"of_child": True})
        stage.visit(session, cadre, far, begins=utcnow() - timedelta(days=20))
        review = session.get(Review, returned)
        decision = {"review_id": returned, "version": review.version, "act": "return", "note": "糊"}
        service.decide(session, supervisor, Decision.model_validate(decision), utcnow())
    return supervisor, clerk, cadre, returned, (plain, sent_back, child)


def export(actor, **more):
    wish = ExportWish.model_validate({"reason": "季度抽查"} | more)
    with transaction() as session:
        file = exports.build(session, actor, wish, utcnow())
        exports.write_down(session, actor, wish, file)
    return file.data, file.name


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_returned_ones_stay_out_by_default(cast):
    supervisor = cast[0]
    data, name = export(supervisor)
    assert name.endswith(".csv")
    assert [row["户主"] for row in rows(data)] == ["刘小明", "孙家旺", "远方"]
    data, _ = export(supervisor, returned=True)
    assert "'=李国友" in [row["户主"] for row in rows(data)]


def test_the_form_is_told_by_its_title(cast):
    with transaction() as session:
        home = makers.household(session, name="周来福")
        makers.form(session, makers.FORM | {"version": 2, "title": "入户走访（新）"})
        stage.visit(session, cast[2], home, form_version=2)
        stage.visit(session, cast[2], home, form_code="gone")
    titles = [row["表"] for row in rows(export(cast[0])[0])]
    assert titles == ["gone", "入户走访（新）", "入户走访", "入户走访", "入户走访"]


def test_an_answered_picture_comes_in_its_new_version(cast):
    supervisor, _, cadre, returned, (_, old, _) = cast
    with transaction() as session:
        new = stage.picture(session, cadre, pictures.jpeg(9)).sha256
        service.answer(session, cadre, {"review_id": returned, "photo": {"sha256": new}}, utcnow())
    data, _ = export(supervisor, photos=True)
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert f"photos/{new}.jpg" in names
    assert f"photos/{old}.jpg" not in names


def test_pictures_are_ours_marked_and_without_children(cast):
    supervisor, _, _, _, (plain, _, child) = cast
    data, name = export(supervisor, photos=True)
    assert name.endswith(".zip")
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert sorted(archive.namelist()) == [f"photos/{plain}.jpg", "visits.csv"]
    image = Image.open(io.BytesIO(archive.read(f"photos/{plain}.jpg")))
    assert not dict(image.getexif())
    assert child not in archive.read("visits.csv").decode()
    assert archive.read(f"photos/{plain}.jpg") != pictures.jpeg(1)


def test_a_picture_that_another_visit_names_as_a_childs_never_leaves(cast):
    """The same bytes stand in two visits, and only one of them names them at a question about a child."""
    supervisor, _, cadre, returned, (plain, _, child) = cast
    with transaction() as session:
        home = makers.household(session, name="何大年")
        stage.reviewed(session, cadre, home, pictures.jpeg(3))
        far = makers.household(session, makers.FAR_VILLAGE, name="张三")
        elsewhere = stage.visit(session, cadre, far)
        stage.name_picture(session, elsewhere, plain, of_child=True)
        answer = stage.picture(session, cadre, pictures.jpeg(11)).sha256
        service.answer(session, cadre, {"review_id": returned, "photo": {"sha256": answer}}, utcnow())
        stage.name_picture(session, elsewhere, answer, of_child=True)
    data, _ = export(supervisor, photos=True, returned=True)
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.namelist() == ["visits.csv"]
    table = archive.read("visits.csv").decode()
    assert not any(name in table for name in (plain, child, answer))
    assert not any(name[:16] in export(supervisor, returned=True)[0].decode() for name in (plain, child, answer))


def test_only_ones_area_and_time(cast):
    supervisor, clerk, *_ = cast
    assert [row["户主"] for row in rows(export(clerk)[0])] == ["远方"]
    assert [row["户主"] for row in rows(export(supervisor, days=7)[0])] == ["刘小明", "孙家旺"]
    assert [row["户主"] for row in rows(export(supervisor, area=makers.FAR_VILLAGE)[0])] == ["远方"]


def test_every_export_is_written_down_with_its_reason(cast):
    export(cast[0])
    with reading() as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "visits.exported")).one()
    assert (entry.reason, entry.after["visits"]) == ("季度抽查", 3)


def test_who_may_not(cast):
    with pytest.raises(NotAllowed):
        export(cast[2])
    with pytest.raises(ValidationError):
        export(cast[0], reason=" ")


def test_too_many_pictures_are_said_before_any_work(cast, monkeypatch):
    monkeypatch.setattr(exports, "MOST_PHOTOS", 0)
    with pytest.raises(Exception, match="一次最多"):
        export(cast[0], photos=True)
