"""Pages speak Chinese and English, as chosen; English pages hold no Chinese but what people wrote."""

import re

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy
from doors_table import DOORS
from test_every_door import world  # noqa: F401 - a fixture

import make
from kaoqin.attendance.words import kind_label
from kaoqin.core.imports import find_header, kind_of, propose
from kaoqin.core.jobs import ask, do_job, work
from kaoqin.core.models import JobRun
from kaoqin.core.sentences import Sentence, tell
from kaoqin.core.words import say_clock, say_day, say_minutes, say_month
from kaoqin.security import actions as security
from kaoqin.security.models import Account, AuditEntry

CHINESE = re.compile(r"[\u3001-\u303f\u4e00-\u9fff\uff00-\uffef]+")
TOLD_ANEW = {"AuditEntry"}
"""Tables whose sentences are told in the reader's language; what stands in all others is as it was written."""
IN_FILES = {"工号", "时间"}
"""The headings of the file the world brings: its columns are shown by name."""


def texts(value):
    """Every text in a value of a column."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from texts(list(value.values()))
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)


def written_by_people():
    """What stands in the tables in Chinese, the longest first."""
    found = {dict(settings.LANGUAGES)["zh-hans"], *IN_FILES}
    for model in apps.get_models():
        if model.__module__.startswith("kaoqin.") and model.__name__ not in TOLD_ANEW:
            named = [
                f.name
                for f in model._meta.fields
                if isinstance(f, models.CharField | models.TextField | models.JSONField)
            ]
            for row in model.objects.values_list(*named) if named else ():
                found |= {text for value in row for text in texts(value) if CHINESE.search(text)}
    return sorted(found, key=len, reverse=True)


def chinese_left(html, data):
    for text in data:
        html = html.replace(text, "")
    return [html[max(0, m.start() - 60) : m.end() + 20] for m in CHINESE.finditer(html)]


def english(client, name="django_language", value="en"):
    client.cookies[name] = value
    return client


def addresses(about):
    """Every page there is; those about something are about what the world holds."""
    return [about.get(name) or reverse(name) for name in DOORS]


@pytest.mark.parametrize("role", ["he", "sun", "qian", "chen", ""])
def test_english_pages_hold_no_chinese_but_what_people_wrote(cast, world, enter, role):  # noqa: F811
    make.punch(cast.chen, "11-18 09:20", "11-18 17:30")
    make.settle()
    left, data, browser = {}, written_by_people(), english(enter(role))
    for address in addresses(world):
        page = browser.get(address)
        if page.headers["Content-Type"].startswith("text/html"):
            assert 'lang="en"' in page.content.decode() or page.status_code in {302, 405}, address
            left[address] = chinese_left(page.content.decode(), data)
    assert len([address for address in left if left[address] == []]) > 15
    assert {address: found for address, found in left.items() if found} == {}


def test_forms_refused_in_english_hold_no_chinese(world, enter):  # noqa: F811
    left, data = {}, written_by_people()
    for address in addresses(world):
        with transaction.atomic():
            page = english(enter("he")).post(address)
            transaction.set_rollback(True)
        if page.status_code in {403, 404, 409, 422}:
            left[address] = chinese_left(page.content.decode(), data)
    assert len(left) > 10
    assert {address: found for address, found in left.items() if found} == {}


@pytest.mark.parametrize(
    ("accepted", "spoken"),
    [
        ("", "zh-Hans"),
        ("en-GB,en;q=0.9", "en"),
        ("fr,en;q=0.5", "en"),
        ("en,zh-CN;q=0.1", "zh-Hans"),
        ("en,zh-CN;q=0", "en"),
        ("zh-TW", "zh-Hans"),
        ("fr", "zh-Hans"),
        ("*", "zh-Hans"),
        (";;q=x,,", "zh-Hans"),
    ],
)
def test_without_a_choice_it_is_english_only_where_the_browser_asks_for_no_chinese(db, client, accepted, spoken):
    page = client.get("/login/", headers={"accept-language": accepted})
    assert f'<html lang="{spoken}"' in page.content.decode()
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in page.headers["Vary"].split(",")}


def test_a_choice_before_logging_in_is_kept_in_the_browser(db, client):
    answer = client.post("/language/", {"language": "en", "next": "/login/?next=/jobs/"})
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/jobs/")
    assert "Log in" in client.get("/login/").content.decode()
    client.post("/language/", {"language": "zh-hans", "next": "/login/"})
    assert "登录" in client.get("/login/", headers={"accept-language": "en"}).content.decode()


def test_an_accounts_choice_goes_where_the_account_goes(cast, enter):
    enter("chen").post("/language/", {"language": "en", "next": "/"})
    assert Account.objects.get(username="chen").language == "en"
    elsewhere = Client()
    elsewhere.force_login(cast.accounts["chen"])
    page = english(elsewhere, value="zh-hans").get("/")
    assert (page.headers["Content-Language"], "My attendance" in page.content.decode()) == ("en", True)


@pytest.mark.parametrize("language", ["", "fr", "zh", "EN", "../en", "en\x00"])
def test_no_other_language_is_kept(cast, enter, language):
    answer = enter("chen").post("/language/", {"language": language, "next": "/"})
    assert answer.status_code == 400
    assert Account.objects.get(username="chen").language == ""
    assert settings.LANGUAGE_COOKIE_NAME not in answer.cookies


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_a_choice_leads_to_no_other_site(db, client, elsewhere):
    for page, said in (("/language/", {"language": "en"}), ("/theme/", {"theme": "dark"})):
        assert client.post(page, {**said, "next": elsewhere})["Location"] == "/"


def test_a_cookie_with_nonsense_is_no_choice(db, client):
    english(client, value="fr")
    english(client, "theme", '"><script>')
    page = client.get("/login/").content.decode()
    assert '<html lang="zh-Hans" data-bs-theme="auto">' in page


@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_the_chosen_look_is_on_every_page(enter, theme):
    browser = enter("chen")
    assert browser.post("/theme/", {"theme": theme, "next": "/me/"})["Location"] == "/me/"
    for address in ("/", "/me/", "/nowhere/", "/accounts/"):
        assert f'data-bs-theme="{theme}"' in browser.get(address).content.decode()


@pytest.mark.parametrize("theme", ["", "blue", "Dark"])
def test_no_other_look_is_kept(db, client, theme):
    assert client.post("/theme/", {"theme": theme}).status_code == 400


def test_the_switches_stand_on_every_page(cast, enter, client):
    pages = [client.get("/login/"), *(enter("he").get(address) for address in ("/", "/people/", "/accounts/"))]
    for page in pages:
        assert 'action="/language/"' in page.content.decode()
        assert 'action="/theme/"' in page.content.decode()


def test_the_audit_is_told_in_the_readers_language_and_kept_in_chinese(cast, enter):
    with translation.override("en"):
        security.set_active(cast.accounts["chen"], False, by=cast.by("sun"), at=make.NOW)
    entry = AuditEntry.objects.latest("pk")
    assert entry.said == "停用账号 chen"
    assert "Disabled account chen" in english(enter("qian")).get("/audit/").content.decode()
    assert "停用账号 chen" in english(enter("qian"), value="zh-hans").get("/audit/").content.decode()


def test_a_kept_sentence_tells_its_words_in_the_readers_language_and_leaves_names_alone():
    kept = Sentence("授予 {username} {role}", username="系统", role=gettext_lazy("人事")).keep()
    with translation.override("en"):
        assert tell(kept, "") == "Granted 系统 HR"
    assert tell(kept, "") == "授予 系统 人事"
    assert tell({}, "as it was") == "as it was"


def test_a_job_speaks_the_language_of_whoever_asked(db):
    @work("test.speak")
    def speak(progress):
        return {"said": kind_label("annual")}

    for language, said in (("en", "Annual leave"), ("zh-hans", "年假")):
        with translation.override(language):
            run = ask("test.speak", "", account_id=None, at=make.NOW)
        do_job(run.pk, {}, language)
        assert JobRun.objects.get(pk=run.pk).result == {"said": said}


def test_durations_clocks_and_dates_in_both_languages():
    day = make.TODAY
    assert (say_minutes(450), say_clock(1800), say_day(day), say_month(day)) == (
        "7 小时 30 分",
        "次日 06:00",
        "11 月 20 日",
        "2026 年 11 月",
    )
    with translation.override("en"):
        assert (say_minutes(450), say_clock(1800), say_clock(-60), say_day(day), say_month(day)) == (
            "7 h 30 min",
            "06:00 next day",
            "23:00 the day before",
            "20 November",
            "November 2026",
        )


@pytest.mark.parametrize("code", ["people", "roster", "calendar", "absences", "overtime"])
def test_a_template_in_either_language_is_recognised_in_either(code):
    kind = kind_of(code)
    for written in ("en", "zh-hans"):
        with translation.override(written):
            header = [str(column.label) for column in kind.columns]
        for reading in ("en", "zh-hans"):
            with translation.override(reading):
                assert list(propose(kind, header).values()) == list(range(len(header)))
                assert find_header(kind, [["", ""], header]) == 1
