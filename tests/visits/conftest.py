"""What the tests of visits share: a village with a home and an elder, and the forms that ship."""

from datetime import date, timedelta

import pytest

from app.db import transaction
from app.forms.service import load_catalog
from tests import makers


@pytest.fixture
def village(database):
    """A cadre, a home, and an elder who lives there alone."""
    with transaction() as session:
        makers.divisions(session)
        load_catalog(session)
        home = makers.household(session)
        seventy = date.today() - timedelta(days=70 * 366)
        return makers.user(session), home, makers.person(session, home, tags=("elder_alone",), born_on=seventy)
