"""The led company, and overtime in one line."""

import datetime as dt

import pytest

import make
from kaoqin.approvals import actions as approvals
from kaoqin.approvals import deciding_actions, flow_actions
from kaoqin.attendance.settling import settle_all
from kaoqin.core.seeds import plant
from kaoqin.org import lead_actions
from kaoqin.org.lead_actions import Heads
from kaoqin.overtime import actions, queries
from kaoqin.overtime.asking import Wanted
from kaoqin.overtime.words import Way


class Shop:
    """The cast at work: who asks, who agrees, what is settled."""

    def __init__(self, cast):
        self.cast = cast

    def by(self, name):
        return {"by": self.cast.by(name), "at": make.NOW}

    def ask(self, begin, end, who="chen", way=Way.BANK, people=(), by=""):
        employee = getattr(self.cast, who)
        wanted = Wanted(people or (employee.pk,), make.at(begin), make.at(end), way, "赶工")
        return actions.ask(employee, wanted, **self.by(by or who))

    def agree(self, *told, **more):
        """Asked for and agreed to by Wang."""
        made = self.ask(*told, **more)
        deciding_actions.approve(made, "", **self.by("wang"))
        return made

    def undo(self, request):
        approvals.undo_directly(request, "改了", **self.by("he"))

    def work(self, *times, who="chen"):
        """Punches, and the worker settles."""
        make.punch(getattr(self.cast, who), *times)
        self.settle()

    def settle(self):
        settle_all()

    def left(self, who="chen", on=make.TODAY):
        return queries.balance(getattr(self.cast, who).pk, on).left


@pytest.fixture
def shop(cast):
    plant()
    since = dt.date(2026, 1, 1)
    heads = [Heads(cast.sales, cast.wang, since), Heads(cast.company, cast.he, since)]
    lead_actions.state_heads(heads, by=make.ROOT, at=make.NOW)
    flow_actions.seed_default_flow()
    return Shop(cast)
