"""Terminals that call, approved and not."""

import pytest

from terminals import Caller


@pytest.fixture
def stranger(db):
    """A terminal nobody has approved."""
    return Caller()


@pytest.fixture
def terminal(cast):
    """An approved terminal of the cast's site."""
    caller = Caller()
    caller.approved(cast.site)
    return caller
