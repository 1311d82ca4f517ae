"""The cast with the law of leave planted, their rosters laid, and what is known of them."""

import pytest
from balanced import known

import make
from kaoqin.core.seeds import plant


@pytest.fixture
def there(cast):
    """Chen is a woman who works since 2012, Zhao a man since 2000; Lin and Wang are not known."""
    plant()
    known(cast.chen, gender="female", worked_since=make.day("2012-03-01"))
    known(cast.zhao, gender="male", worked_since=make.day("2000-03-01"))
    return cast
