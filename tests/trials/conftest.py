"""A group whose October is settled, and a draft of its rules."""

import pytest
from trials_case import HR, settled

from kaoqin.trials import actions


@pytest.fixture
def october(cast):
    """Chen came 5 and 20 minutes late, Wang 8 and He never; all is settled."""
    return settled(cast)


@pytest.fixture
def trial(october):
    """A draft of Chen's group, as the rules in force."""
    return actions.begin(october.day_group, "迟到宽限", **HR)
