"""Whom a permission reaches: what is everybody's own is nobody else's."""

from kaoqin.security.doors import reach
from kaoqin.security.words import SEE_OWN_ACCOUNT, Reach


def test_what_everybody_may_do_is_done_with_ones_own_only(cast):
    assert reach(cast.by("sun"), SEE_OWN_ACCOUNT) == Reach()
    assert reach(cast.by("he"), SEE_OWN_ACCOUNT) == Reach(employee_id=cast.by("he").employee_id)
    assert reach(cast.by("chen"), SEE_OWN_ACCOUNT) == Reach(employee_id=cast.chen.pk)
