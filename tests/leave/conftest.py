"""The cast with the law of leave planted, their rosters laid, and what is known of them."""

import pytest

import make
from kaoqin.core.seeds import plant
from kaoqin.leave import keeping
from kaoqin.org import facts
from kaoqin.org.facts import Facts


@pytest.fixture
def there(cast):
    """Chen is a woman who works since 2012, Zhao a man since 2000; Lin and Wang are not known."""
    plant()
    known(cast.chen, gender="female", worked_since=make.day("2012-03-01"))
    known(cast.zhao, gender="male", worked_since=make.day("2000-03-01"))
    return cast


def known(employee, **told):
    facts.keep_facts(employee, Facts(**told), by=make.ROOT, at=make.NOW)


def keep(*employees, on=make.TODAY):
    """Balances brought up to a day, as the night does."""
    return keeping.keep([one.pk for one in employees], on, make.NOW)
