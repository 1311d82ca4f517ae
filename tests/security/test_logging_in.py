"""Logging in: the password, guessing slowed down, the first password changed, the second factor."""

import datetime as dt

import pyotp
import pytest
from django.urls import reverse

import make
from kaoqin.core.words import Refusal
from kaoqin.security import actions
from kaoqin.security.models import Account, LoginAttempt

LOGIN = "/login/"


@pytest.fixture
def anna(db):
    return make.account("anna")


def try_login(client, password=make.PASSWORD, username="anna", address=LOGIN):
    return client.post(address, {"username": username, "password": password})


def test_the_right_password_lets_in_and_on_to_the_page_that_was_asked_for(client, anna):
    away = client.get("/people/?department=1&q=x")
    assert away["Location"] == "/login/?next=%2Fpeople%2F%3Fdepartment%3D1%26q%3Dx"
    assert try_login(client, address=away["Location"])["Location"] == "/people/?department=1&q=x"


def test_nobody_is_led_to_another_site(client, anna):
    assert try_login(client, address="/login/?next=https://elsewhere.example/")["Location"] == "/"


def test_a_wrong_name_and_a_wrong_password_are_said_in_the_same_words(client, anna):
    answers = [try_login(client, "wrong"), try_login(client, username="nobody")]
    assert [a.status_code for a in answers] == [422, 422]
    assert all("用户名或密码不正确。" in a.content.decode() for a in answers)


def test_a_closed_account_is_a_wrong_password(client, anna):
    actions.set_active(anna, False, by=make.ROOT, at=make.NOW)
    assert "用户名或密码不正确。" in try_login(client).content.decode()


def test_closing_an_account_ends_what_is_open(client, anna):
    client.force_login(anna)
    actions.set_active(anna, False, by=make.ROOT, at=make.NOW)
    assert client.get("/")["Location"].startswith(LOGIN)


def fail(times, username="anna", address="1.1.1.1", at=make.NOW):
    for _ in range(times):
        with pytest.raises(Refusal) as refused:
            actions.log_in(username, "wrong", address=address, at=at)
        assert refused.value.code == "security.wrong_login"


def code_of(username="anna", address="1.1.1.1", at=make.NOW, password=make.PASSWORD):
    try:
        actions.log_in(username, password, address=address, at=at)
    except Refusal as refusal:
        return refusal.code
    return "in"


def test_after_five_failures_even_the_right_password_waits_ten_minutes(anna):
    fail(4)
    assert code_of() == "in"
    fail(5, at=make.NOW + dt.timedelta(seconds=1))
    just_before, at_last = (make.NOW + dt.timedelta(minutes=10, seconds=s) for s in (0, 1))
    assert code_of(at=just_before) == "security.too_many_attempts"
    assert code_of(at=at_last) == "in"


def test_one_address_may_fail_fifty_times_in_all(anna):
    LoginAttempt.objects.bulk_create(
        LoginAttempt(username=f"n{n}", address="1.1.1.1", at=make.NOW, succeeded=False) for n in range(49)
    )
    assert code_of() == "in"
    fail(1, username="n50")
    assert code_of() == "security.too_many_attempts"
    assert code_of(address="2.2.2.2") == "in"


def test_a_reset_password_forgives_the_failures(anna):
    fail(5)
    password = actions.reset_password(anna, by=make.ROOT, at=make.NOW)
    assert code_of(password=password) == "in"


def test_an_initial_password_must_be_changed_before_anything_else(client, db):
    made, first = actions.open_account("ben", "本", by=make.ROOT, at=make.NOW)
    try_login(client, first, "ben")
    assert client.get("/jobs/")["Location"] == reverse("security:password")
    answer = client.post("/me/password/", {"old": first, "new": "Other-2026", "again": "Other-2026"})
    assert answer["Location"] == "/me/"
    assert client.get("/jobs/").status_code == 200
    assert not Account.objects.get(pk=made.pk).must_change_password


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("wrong", "Other-2026", "security.wrong_password"),
        (make.PASSWORD, make.PASSWORD, "security.same_password"),
        (make.PASSWORD, "Short-1", "security.weak_password"),
        (make.PASSWORD, "onlysmall2026", "security.weak_password"),
        (make.PASSWORD, "Password1", "security.weak_password"),
    ],
)
def test_a_new_password_is_refused(cast, old, new, code):
    with pytest.raises(Refusal) as refused:
        actions.change_password(cast.accounts["chen"], old, new, by=cast.by("chen"), at=make.NOW)
    assert refused.value.code == code


def test_a_changed_password_ends_the_other_sessions(client, anna):
    client.force_login(anna)
    actions.reset_password(anna, by=make.ROOT, at=make.NOW)
    assert client.get("/jobs/")["Location"].startswith(LOGIN)


@pytest.fixture
def secret(cast):
    """Chen's second factor, turned on a minute ago."""
    made = pyotp.random_base32()
    before = make.NOW - dt.timedelta(minutes=1)
    code = pyotp.TOTP(made).at(before)
    actions.turn_on_totp(cast.accounts["chen"], made, code, by=cast.by("chen"), at=before)
    return made


def test_the_second_factor_is_turned_on_on_the_page_by_a_code_that_fits(enter, cast):
    chen = enter("chen")
    chen.get("/me/totp/")
    secret = chen.session["totp_offer"]
    assert chen.post("/me/totp/", {"code": "000000"}).status_code == 422
    assert chen.post("/me/totp/", {"code": pyotp.TOTP(secret).at(make.NOW)})["Location"] == "/me/"
    assert Account.objects.get(username="chen").totp_secret == secret


def test_logging_in_asks_for_the_code_and_takes_it_once(client, secret):
    assert try_login(client, username="chen")["Location"] == "/login/code/"
    assert client.get("/jobs/")["Location"].startswith(LOGIN)
    code = pyotp.TOTP(secret).at(make.NOW)
    assert client.post("/login/code/", {"code": "000000"}).status_code == 422
    assert client.post("/login/code/", {"code": code})["Location"] == "/"
    assert client.get("/jobs/").status_code == 200
    client.logout()
    try_login(client, username="chen")
    assert client.post("/login/code/", {"code": code}).status_code == 422


@pytest.mark.parametrize(("minutes", "seconds", "leads_to"), [(5, 0, "/people/"), (5, 1, "/login/?next=%2Fpeople%2F")])
def test_the_code_is_waited_for_five_minutes(client, clock, secret, minutes, seconds, leads_to):
    try_login(client, username="chen", address="/login/?next=/people/")
    later = make.NOW + dt.timedelta(minutes=minutes, seconds=seconds)
    clock(later)
    answer = client.post("/login/code/", {"code": pyotp.TOTP(secret).at(later)})
    assert answer["Location"] == leads_to


def test_who_waited_too_long_is_told_so_and_begins_anew(client, clock, secret):
    try_login(client, username="chen")
    clock(make.NOW + dt.timedelta(minutes=6))
    answer = client.get("/login/code/", follow=True)
    assert (answer.redirect_chain, "超过 5 分钟" in answer.content.decode()) == ([("/login/", 302)], True)
    assert client.get("/login/code/")["Location"] == "/login/"
    assert try_login(client, username="chen")["Location"] == "/login/code/"
    assert client.get("/login/code/").status_code == 200


def refused_code(cast, secret, shown_at, at=make.NOW):
    account = Account.objects.get(username="chen")
    try:
        actions.check_code(account, pyotp.TOTP(secret).at(shown_at), address="1.1.1.1", at=at)
    except Refusal as refusal:
        return refusal.code
    return "in"


@pytest.mark.parametrize(
    ("seconds", "said"), [(-60, "security.wrong_code"), (-30, "in"), (30, "in"), (60, "security.wrong_code")]
)
def test_a_code_fits_its_half_minute_and_the_neighbours(cast, secret, seconds, said):
    assert refused_code(cast, secret, make.NOW + dt.timedelta(seconds=seconds)) == said


def test_the_code_that_turned_it_on_does_not_log_in(cast):
    made = pyotp.random_base32()
    actions.turn_on_totp(cast.accounts["chen"], made, pyotp.TOTP(made).at(make.NOW), by=cast.by("chen"), at=make.NOW)
    assert refused_code(cast, made, make.NOW) == "security.wrong_code"


def test_the_right_password_does_not_forgive_wrong_codes(client, cast, secret):
    """Else whoever knows the password could try codes for ever."""
    for _ in range(5):
        try_login(client, username="chen")
        client.post("/login/code/", {"code": "000000"})
    answer = try_login(client, username="chen")
    assert "尝试次数过多" in answer.content.decode()


def test_turning_it_off_asks_for_the_password(enter, secret):
    chen = enter("chen")
    assert chen.post("/me/totp/", {"password": "wrong"}).status_code == 422
    assert chen.post("/me/totp/", {"password": make.PASSWORD})["Location"] == "/me/"
    assert Account.objects.get(username="chen").totp_secret == ""


def test_the_first_administrator_is_made_once(db):
    password = actions.first_administrator(at=make.NOW)
    assert actions.log_in("admin", password, address="", at=make.NOW).must_change_password
    assert actions.first_administrator(at=make.NOW) is None
