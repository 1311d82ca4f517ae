"""What a browser may do with our pages: no inline code, no strangers, safe cookies."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser

from django.conf import settings
from django.test import Client

import make

PAGES = [
    *("/", "/jobs/", "/me/", "/me/password/", "/me/totp/", "/people/", "/people/hire/", "/departments/", "/sites/"),
    *("/shifts/", "/shifts/new/", "/groups/", "/patterns/", "/calendars/new/", "/roster/", "/roster/roll-out/"),
    *("/punches/", "/punches/imports/", "/punches/unknown/", "/punches/corrections/", "/punches/corrections/new/"),
    *("/my/attendance/", "/attendance/today/", "/attendance/months/", "/attendance/days/", "/attendance/exceptions/"),
    *("/attendance/faults/", "/attendance/settle/", "/absences/", "/absences/new/", "/overtime/", "/imports/people/"),
    *("/nowhere/", "/accounts/"),
]
ADMIN_PAGES = ["/accounts/", "/accounts/new/", "/audit/", "/maps/"]


class Inline(HTMLParser):
    """Collects what a strict policy would not run: inline scripts, styles, handlers, script addresses."""

    def __init__(self):
        super().__init__()
        self.found, self._inside = [], ""

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        data = told.get("type") == "application/json"  # is never run
        if tag == "style" or (tag == "script" and "src" not in told and not data):
            self.found.append(f"<{tag}>")
        self.found += [f"{tag} {name}" for name in told if name == "style" or re.match(r"on[a-z]", name)]
        self.found += [f"{tag} {n}={v}" for n, v in attrs if (v or "").strip().lower().startswith("javascript:")]
        self.found += [f"{tag} {v}" for n, v in attrs if n in {"src", "href"} and re.match(r"(https?:)?//", v or "")]


def inline(text):
    parser = Inline()
    parser.feed(text)
    return parser.found


def test_a_page_with_inline_code_would_be_noticed():
    bad = '<a onclick="x()"></a><p style="a"></p><script>1</script><style></style><a href="javascript:x"></a>'
    assert len(inline(bad + '<script src="//cdn.example/x.js"></script>')) == 6


def check(answer, address):
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    assert inline(answer.content.decode()) == [], address


def test_no_page_has_inline_code_and_every_page_has_the_policy(cast, enter):
    make.punch(cast.chen, "11-19 09:20", "11-19 18:00")
    make.settle()
    he = enter("he")
    about = [f"/people/{cast.chen.pk}/", f"/people/{cast.chen.pk}/move/", f"/shifts/{cast.day.pk}/"]
    about += [f"/groups/{cast.day_group.pk}/", f"/groups/{cast.day_group.pk}/rules/"]
    about += [f"/calendars/{make.calendar().pk}/2026/", f"/attendance/people/{cast.chen.pk}/"]
    about += [f"/attendance/people/{cast.chen.pk}/2026-11-19/"]
    for address in PAGES + about:
        check(he.get(address), address)
    sun = enter("sun")
    for address in [*ADMIN_PAGES, f"/accounts/{cast.accounts['chen'].pk}/"]:
        check(sun.get(address), address)


def test_pages_of_nobody_have_the_policy_too(db, client):
    for address in ("/login/", "/health/", "/people/"):
        check(client.get(address), address)


def test_a_form_from_elsewhere_is_refused_on_a_page_of_ours(cast):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.accounts["he"])
    answer = browser.post("/people/hire/", {"number": "1"})
    assert answer.status_code == 403
    assert "重新打开" in answer.content.decode()
    check(answer, "csrf")


def test_headers_and_cookies(cast, client):
    answer = client.post("/login/", {"username": "he", "password": make.PASSWORD})
    assert (answer.headers["X-Frame-Options"], answer.headers["X-Content-Type-Options"]) == ("DENY", "nosniff")
    session = answer.cookies["sessionid"]
    assert (session["httponly"], session["samesite"], session["max-age"]) == (True, "Lax", 8 * 3600)


def test_what_people_typed_is_shown_as_text(cast, enter):
    make.employee("<script>alert(1)</script>", where=cast.sales)
    assert "<script>alert" not in enter("he").get("/people/").content.decode()


def test_the_deployment_check_is_clean_behind_https():
    told = {
        "KAOQIN_HTTPS": "1",
        "KAOQIN_ALLOWED_HOSTS": "kaoqin.example",
        "DATABASE_URL": os.environ["DATABASE_URL"],
        "DJANGO_SETTINGS_MODULE": "kaoqin.config.settings",
        "KAOQIN_DATA_DIR": str(settings.DATA_DIR),
    }
    command = [sys.executable, "-m", "kaoqin", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, env={**os.environ, **told}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
