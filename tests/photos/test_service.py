"""Who may see which picture, what is shown in its place, and what processing leaves behind."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app.accounts.rules import Role
from app.db import reading, transaction, utcnow
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.photos import service
from app.photos.decoder import Decoder
from models.audit import AuditEntry
from models.photos import Photo
from tests import makers
from tests.photos import pictures
from tests.reviews import stage


@pytest.fixture(scope="module")
def decoder():
    made = Decoder()
    yield made
    made.close()


@pytest.fixture
def scene(database):
    """A cadre's visit with one picture that has arrived: (cadre, visit, sha256)."""
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        cadre = makers.user(session)
        home = makers.household(session)
        visit = stage.visit(session, cadre, home)
        sha256 = stage.picture(session, cadre, pictures.jpeg(1)).sha256
        stage.name_picture(session, visit, sha256)
    return cadre, visit, sha256


def sight(actor, sha256):
    with reading() as session:
        return service.may_see(session, actor, sha256)


def somebody(role: Role, areas: tuple[str, ...], flags: tuple[str, ...] = ()):
    with transaction() as session:
        return makers.user(session, role, areas, flags=flags)


@pytest.mark.parametrize(
    ("role", "area", "sees"),
    [
        (Role.SUPERVISOR, makers.COUNTY, True),
        (Role.TOWN_CLERK, makers.TOWN, True),
        (Role.TOWN_CLERK, makers.OTHER_TOWN, False),
        (Role.VILLAGE, makers.VILLAGE, True),
        (Role.VILLAGE, makers.NEXT_VILLAGE, False),
        (Role.SECTION, makers.COUNTY, True),
        (Role.LEADER, makers.COUNTY, False),
        (Role.ADMIN, makers.COUNTY, False),
        (Role.AUDITOR, makers.COUNTY, False),
    ],
)
def test_who_sees_the_picture_of_a_visit(scene, role, area, sees):
    assert (sight(somebody(role, (area,)), scene[2]) is not None) is sees


def test_the_uploader_sees_their_own_wherever_it_is_named(scene):
    cadre, _, sha256 = scene
    assert sight(cadre, sha256).own
    with transaction() as session:
        other = stage.picture(session, cadre, pictures.jpeg(2)).sha256
    assert sight(cadre, other).own
    assert sight(somebody(Role.SUPERVISOR, (makers.COUNTY,)), other) is None


def test_naming_somebody_elses_picture_gives_no_sight_of_it(scene):
    """A visit gives sight only of pictures that its author uploaded."""
    _, _, sha256 = scene
    with transaction() as session:
        makers.divisions(session)
        thief = makers.user(session, areas=(makers.FAR_VILLAGE,))
        home = makers.household(session, makers.FAR_VILLAGE)
        stage.name_picture(session, stage.visit(session, thief, home), sha256)
    assert sight(thief, sha256) is None
    with reading() as session, pytest.raises(NotFound):
        service.see(session, thief, sha256)


def test_a_paired_official_sees_the_pictures_of_the_paired_home(scene):
    _, visit, sha256 = scene
    today = utcnow().date()
    with transaction() as session:
        paired = makers.user(session, Role.PAIRED, ())
        from models.households import Household

        home = session.get(Household, visit.household_id)
        makers.pair(session, paired, home, today - timedelta(days=9))
    assert sight(paired, sha256) is not None


def test_a_childs_picture_is_opened_with_a_right_and_a_reason_and_logged(scene):
    cadre, visit, _ = scene
    with transaction() as session:
        sha256 = stage.picture(session, cadre, pictures.jpeg(3)).sha256
        stage.name_picture(session, visit, sha256, of_child=True)
    plain = somebody(Role.SUPERVISOR, (makers.COUNTY,))
    trusted = somebody(Role.SUPERVISOR, (makers.COUNTY,), ("child_photos",))
    for actor, reason, error in (
        (plain, "review", NotAllowed),
        (trusted, None, BadInput),
        (trusted, "why not", BadInput),
    ):
        with transaction() as session, pytest.raises(error):
            service.open_(session, actor, service.see(session, actor, sha256), reason)
    for actor, reason in ((trusted, "review"), (cadre, None)):
        with transaction() as session:
            service.open_(session, actor, service.see(session, actor, sha256), reason)
    with reading() as session:
        seen = session.exec(select(AuditEntry).where(AuditEntry.action == "photo.child_seen")).all()
    assert [(one.actor_id, one.reason, one.subject_id) for one in seen] == [
        (trusted.id, "review", sha256),
        (cadre.id, "own", sha256),
    ]


def test_processing_once_is_enough_and_again_is_harmless(scene, decoder):
    sha256 = scene[2]
    assert service.process(sha256, decoder)
    with reading() as session:
        first = session.get(Photo, sha256)
    assert (first.state, first.width, first.height) == ("processed", 800, 600)
    assert first.phash is not None
    assert not service.process(sha256, decoder)
    assert not service.process("f" * 64, decoder)


def test_derivatives_are_made_again_when_the_cache_is_gone(scene, decoder):
    sha256 = scene[2]
    service.process(sha256, decoder)
    before = service.derivative(sha256, "thumb")
    service.derivative_path(sha256, "thumb").unlink()
    assert service.derivative(sha256, "thumb") == before
    assert len(service.orientations(sha256)) == 8


def test_a_picture_is_shown_even_before_the_worker_came_to_it(scene):
    assert service.derivative(scene[2], "screen")[:3] == b"\xff\xd8\xff"


def test_what_cannot_be_shown_says_why(scene, decoder):
    cadre, _, _ = scene
    with transaction() as session:
        broken = stage.picture(session, cadre, pictures.jpeg(5)[:5000]).sha256
    service.process(broken, decoder)
    with pytest.raises(Conflict) as caught:
        service.derivative(broken, "thumb")
    assert caught.value.code == "undecodable"
    with pytest.raises(NotFound) as caught:
        service.derivative("e" * 64, "thumb")
    assert caught.value.message == "文字已到，照片在路上。"
    with pytest.raises(BadInput):
        service.derivative(broken, "huge")
    assert service.original(broken)[0] == pictures.jpeg(5)[:5000]
