"""A text that people can agree to."""

import pytest

import make
from kaoqin.consent import actions


@pytest.fixture
def notice(cast):
    return actions.publish_notice("我们这样保存指纹。", by=cast.by("he"), at=make.NOW)
