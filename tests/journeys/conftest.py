"""A real browser against a live server: Debian's Chromium, at a desk's width and at a phone's."""

import os
import shutil

import pytest
from working import Watch, Worker

import make

CHROMIUM = shutil.which("chromium")
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)

PATIENCE = 30_000
"""Milliseconds: a machine that is busy is slow, not wrong."""


def pytest_collection_modifyitems(items):
    if CHROMIUM is None:
        for item in items:
            if "journeys" in item.nodeid:
                item.add_marker(pytest.mark.skip(reason="no Chromium here, and no right to install it"))


@pytest.fixture(scope="session")
def chromium():
    # Playwright keeps an event loop in this thread; the database is used beside it, not in it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


class Visitors:
    """Pages of people who have logged in by the form, in one browser; `visit("he")`, `width=390` on a phone."""

    def __init__(self, browser, url):
        self.browser, self.url, self.contexts = browser, url, []

    def __call__(self, name, width=1440):
        page = self.open(width)
        page.goto(f"{self.url}/login/")
        page.fill("#id_username", name)
        page.fill("#id_password", make.PASSWORD)
        page.click("text=登录 >> nth=-1")
        page.wait_for_url(f"{self.url}/")
        return page

    def open(self, width):
        """A page of nobody; what goes wrong in it is kept."""
        size = {"width": width, "height": 900}
        told = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "accept_downloads": True}
        context = self.browser.new_context(viewport=size, **told)
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on(
            "console", lambda said: page.faults.append(said.text) if "Content Security Policy" in said.text else None
        )
        return page

    def leave(self):
        for context in self.contexts:
            assert [fault for page in context.pages for fault in page.faults] == []
            for page in context.pages:
                # Nothing may still be asked of the server when the database is taken away.
                page.wait_for_load_state("networkidle")
                page.goto("about:blank")
            context.close()


@pytest.fixture
def visit(chromium, company, live_server):
    """`visit("he")` opens a page for somebody who has logged in by the form; `width=390` on a phone."""
    visitors = Visitors(chromium, live_server.url)
    yield visitors
    visitors.leave()


@pytest.fixture
def filming(chromium, company, live_server):
    """`filming(film)` gives a `visit` of a browser whose camera sees that film (Y4M), and that asks nobody whether it may."""
    browsers = []

    def begin(film):
        seen = f"--use-file-for-fake-video-capture={film}"
        flags = [*FLAGS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", seen]
        browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=flags)
        browsers.append((browser, Visitors(browser, live_server.url)))
        return browsers[-1][1]

    yield begin
    for browser, visitors in browsers:
        visitors.leave()
        browser.close()


@pytest.fixture
def at_work(company):
    """A worker beside the pages; gives a watch, which in the end says whether its work was seen in time."""
    watch = Watch()
    with Worker():
        yield watch
    watch.judge()
