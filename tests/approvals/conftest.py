"""The led company, and an ear for outcomes."""

import asking
import pytest

from kaoqin.approvals import words
from kaoqin.core import outcomes


@pytest.fixture(autouse=True)
def plea(monkeypatch):
    """A kind of request that is the tests' own, declared for as long as they run."""
    monkeypatch.setitem(words._kinds, asking.PLEA.code, asking.PLEA)


@pytest.fixture
def us(cast):
    asking.lead(cast)
    return asking.Company(cast)


@pytest.fixture
def heard(monkeypatch):
    """What was told, as (name, facts); `heard.refusal` makes a listener refuse."""

    class Heard(list):
        refusal = None

        def names(self):
            return [name for name, _ in self]

    told = Heard()

    def listener(name):
        def hear(**facts):
            if told.refusal and name == "requests.approved":
                raise told.refusal
            told.append((name, facts))

        return hear

    listeners = dict(outcomes._listeners)
    for name in outcomes.NAMES:
        if name.startswith("requests."):
            listeners[name] = [*listeners.get(name, []), listener(name)]
    monkeypatch.setattr(outcomes, "_listeners", listeners)
    return told
