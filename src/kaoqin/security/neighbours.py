"""What the rooms above tell security at start: who an account is, and which scopes there are to choose."""

import datetime as dt
from collections.abc import Callable

WhoIs = Callable[[int], int | None]
ScopeChoices = Callable[[dt.date], list[tuple[str, str]]]

_who_is: list[WhoIs] = []
_scope_choices: list[ScopeChoices] = []


def register(who_is: WhoIs, scope_choices: ScopeChoices) -> None:
    """Room `org` registers both in its `apps.py`."""
    _who_is[:] = [who_is]
    _scope_choices[:] = [scope_choices]


def who_is(account_id: int) -> int | None:
    """The employee id of an account, if it is an employee's."""
    return _who_is[0](account_id) if _who_is else None


def scope_choices(on: dt.date) -> list[tuple[str, str]]:
    """`("department:3", "华东销售部")` and the like, as of a day."""
    return _scope_choices[0](on) if _scope_choices else []
