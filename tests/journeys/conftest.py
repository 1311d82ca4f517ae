"""A real browser against a live server: Debian's Chromium, at a desk's width and at a phone's."""

import os
import shutil

import pytest
from working import Watch, Worker

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


@pytest.fixture
def visit(chromium, company, live_server):
    """`visit("he")` opens a page for somebody who has logged in by the form; `width=390` on a phone."""
    import make

    contexts = []

    def log_in(name, width=1440):
        size = {"width": width, "height": 900}
        context = chromium.new_context(
            viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai", accept_downloads=True
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on(
            "console", lambda said: page.faults.append(said.text) if "Content Security Policy" in said.text else None
        )
        page.goto(f"{live_server.url}/login/")
        page.fill("#id_username", name)
        page.fill("#id_password", make.PASSWORD)
        page.click("text=登录 >> nth=-1")
        page.wait_for_url(f"{live_server.url}/")
        return page

    yield log_in
    for context in contexts:
        assert [fault for page in context.pages for fault in page.faults] == []
        for page in context.pages:
            # Nothing may still be asked of the server when the database is taken away.
            page.wait_for_load_state("networkidle")
            page.goto("about:blank")
        context.close()


@pytest.fixture
def at_work(company):
    """A worker beside the pages; gives a watch, which in the end says whether its work was seen in time."""
    watch = Watch()
    with Worker():
        yield watch
    watch.judge()
