"""What the tests of reviews share: a cast, and a decoder."""

import pytest

from app.accounts.rules import Role
from app.db import reading, transaction
from models.reviews import Review
from tests import makers
from tests.photos import pictures
from tests.reviews import stage


@pytest.fixture
def cast(database):
    """A village with its cadre, a supervisor of the county, a home, and the form."""
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        cadre = makers.user(session, name="吴秀梅")
        supervisor = makers.user(session, Role.SUPERVISOR, (makers.COUNTY,), name="李慧")
        home = makers.household(session, name="孙家旺", group="六", door="28", lat=30.25, lon=116.70)
    return cadre, supervisor, home


@pytest.fixture(scope="module")
def decoder():
    from app.photos.decoder import Decoder

    made = Decoder()
    yield made
    made.close()


def made(cast, seed: int = 1, **more) -> Review:
    """A review of a picture that has arrived."""
    cadre, _, home = cast
    with transaction() as session:
        _, review_id, _ = stage.reviewed(session, cadre, home, pictures.jpeg(seed), **more)
    with reading() as session:
        review = session.get(Review, review_id)
    assert review is not None
    return review
