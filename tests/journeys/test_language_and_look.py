"""Somebody chooses a language and a look in the header, on a desk and on a phone, without any script of ours."""

import pytest
from playwright.sync_api import expect

DARK = 80
"""A channel of a dark page's background is below this, of a light one's above."""


def brightness(page):
    """The first channel of the page's background, 0 to 255, as it is painted."""
    return page.evaluate(
        """() => {
            const dot = document.createElement('canvas').getContext('2d');
            dot.fillStyle = getComputedStyle(document.body).backgroundColor;
            dot.fillRect(0, 0, 1, 1);
            return dot.getImageData(0, 0, 1, 1).data[0];
        }"""
    )


@pytest.mark.parametrize("width", [1440, 390])
def test_the_language_is_switched_where_one_stands_and_stays(visit, width):
    page = visit("chen", width)
    page.goto(f"{page.url}my/attendance/")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_have_text("My attendance")
    page.reload()
    page.get_by_role("button", name="简体中文").click()
    expect(page.locator("h1")).to_have_text("我的考勤")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_look_follows_the_system_until_one_is_chosen(visit, width):
    page = visit("chen", width)
    assert brightness(page) > DARK
    page.emulate_media(color_scheme="dark")
    assert brightness(page) < DARK
    page.get_by_role("button", name="浅色").click()
    expect(page.get_by_role("button", name="浅色")).to_have_attribute("aria-pressed", "true")
    assert brightness(page) > DARK
    page.emulate_media(color_scheme="light")
    page.get_by_role("button", name="深色").click()
    expect(page.get_by_role("button", name="深色")).to_have_attribute("aria-pressed", "true")
    assert brightness(page) < DARK
