"""Servers outside, on loopback: a mail server, a push service, and the vendors' bots with their quirks."""

import contextlib

import pytest
from django.core import mail

import make
from kaoqin.notices import actions
from outside import Bots, MailServer, PushService, serve

KINDS = ("notices.test", "notices.announcement")


@pytest.fixture(autouse=True)
def no_mail(settings):
    """No mail server, no address of the installation, nobody trusted; unless a test says otherwise."""
    settings.EMAIL_HOST = settings.PUBLIC_URL = settings.DEFAULT_FROM_EMAIL = ""
    settings.TRUSTED_HOSTS = []


@pytest.fixture
def mailing(settings, cast):
    """A mail server, whose letters are `mail.outbox`; Chen and Wang have addresses."""
    settings.EMAIL_HOST, settings.DEFAULT_FROM_EMAIL = "mail.example", "考勤 <kaoqin@plant.example>"
    settings.PUBLIC_URL = "https://kaoqin.plant.example"
    for one in (cast.chen, cast.wang):
        one.email = f"{one.account.username}@plant.example"
        one.save(update_fields=["email"])
    return mail.outbox


@pytest.fixture
def smtp(settings, mailing):
    """A real SMTP conversation with a server on loopback."""
    with contextlib.closing(MailServer()) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield server


@pytest.fixture
def pushes(settings, cast):
    """A push service on loopback; `pushes.browser("chen")` is a browser of somebody that is pushed to."""
    service = PushService()
    with serve(service) as address:
        settings.TRUSTED_HOSTS = [address.removeprefix("http://")]

        def browser(who):
            made = service.new_browser(address)
            made.row = actions.subscribe(*made.keys, browser="Chrome · Windows", by=cast.by(who), at=make.NOW)
            return made

        service.browser = browser
        yield service


@pytest.fixture
def groups(settings):
    """The three vendors on one loopback address."""
    bots = Bots()
    with serve(bots) as address:
        settings.TRUSTED_HOSTS = [address.removeprefix("http://")]
        bots.address = address
        yield bots
