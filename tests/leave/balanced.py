"""What is known of somebody for leave, and balances as the night brings them up."""

import make
from kaoqin.leave import keeping
from kaoqin.org import facts
from kaoqin.org.facts import Facts


def known(employee, **told):
    facts.keep_facts(employee, Facts(**told), by=make.ROOT, at=make.NOW)


def keep(*employees, on=make.TODAY):
    """Balances brought up to a day, as the night does."""
    return keeping.keep([one.pk for one in employees], on, make.NOW)
