"""Who works on benefits in the tests of this room."""

import pytest

from app.accounts.rules import Role
from app.db import transaction
from tests import makers
from tests.makers import TOWN


@pytest.fixture
def clerk(database):
    """A clerk of the township."""
    with transaction() as session:
        makers.divisions(session)
        return makers.user(session, Role.TOWN_CLERK, (TOWN,))
