"""A household to be paired with."""

import pytest

from app.db import transaction
from models.households import Household
from tests import makers


@pytest.fixture
def household(database: str) -> Household:
    """A stored household of the first demo village."""
    with transaction() as session:
        makers.divisions(session)
        return makers.household(session)
