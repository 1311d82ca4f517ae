"""Web Push against a service that checks as the real ones do."""

import datetime as dt

import pytest
from py_vapid import Vapid02
from test_told_once import tell

import make
from kaoqin.core.words import Refusal
from kaoqin.notices import actions, pushing, senders
from kaoqin.notices.delivering import work_off
from kaoqin.notices.models import Delivery, PushSubscription, ServerKey
from kaoqin.notices.words import TEST, Channel

MINUTE = dt.timedelta(minutes=1)


def test_the_browser_reads_what_nobody_in_between_can(cast, pushes):
    pushes.browser("chen")
    tell(cast, "chen", title="请看", body="内容")
    assert work_off(Channel.PUSH) == 1
    ((path, headers, said),) = pushes.got
    number = Delivery.objects.get().notice_id
    assert said == {"title": "请看", "body": "内容", "link": f"/notices/{number}/", "tag": f"{TEST}:1"}
    assert (headers["TTL"], headers["Urgency"], len(headers["Topic"])) == ("86400", "normal", 32)
    assert path == "/push/0"


def test_every_browser_of_a_person_gets_it_and_nobody_elses(cast, pushes):
    pushes.browser("chen")
    pushes.browser("chen")
    pushes.browser("wang")
    tell(cast, "chen")
    assert work_off(Channel.PUSH) == 2
    assert sorted(path for path, *_ in pushes.got) == ["/push/0", "/push/1"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_pushed_to_no_more(cast, pushes, status):
    pushes.browser("chen")
    tell(cast, "chen")
    tell(cast, "chen", key="2")
    pushes.answers = [(status, {})]
    assert work_off(Channel.PUSH) == 0
    assert PushSubscription.objects.get().ended_at == make.NOW
    assert set(Delivery.objects.values_list("state", flat=True)) == {"dropped"}
    tell(cast, "chen", key="3")
    assert not Delivery.objects.filter(notice__key="3").exists()


def test_a_service_that_asks_for_time_gets_it_and_that_is_no_try(cast, pushes, clock):
    pushes.browser("chen")
    tell(cast, "chen")
    pushes.answers = [(429, {"Retry-After": "120"})]
    work_off(Channel.PUSH)
    waiting = Delivery.objects.get()
    assert (waiting.state, waiting.tries, waiting.due_at) == ("waiting", 0, make.NOW + 2 * MINUTE)
    clock(make.NOW + 2 * MINUTE)
    assert work_off(Channel.PUSH) == 1


@pytest.mark.parametrize(("status", "state"), [(500, "waiting"), (503, "waiting"), (302, "waiting"), (413, "dead")])
def test_other_answers(cast, pushes, status, state):
    pushes.browser("chen")
    tell(cast, "chen")
    pushes.answers = [(status, {"Location": "http://127.0.0.1:1/"})]
    work_off(Channel.PUSH)
    found = Delivery.objects.get()
    assert found.state == state
    assert str(status) in found.fault
    assert "/push/0" not in found.fault


def test_the_key_pair_is_made_once_and_kept_sealed(cast, pushes):
    first, again = senders.server_key(make.NOW), senders.server_key(make.NOW + MINUTE)
    assert (first.pk, first.public) == (again.pk, again.public)
    assert ServerKey.objects.count() == 1
    assert "PRIVATE" not in first.private_sealed


def test_a_new_key_is_a_point_as_browsers_take_it():
    private, public = pushing.new_key()
    raw = pushing._heard(public)
    assert (len(raw), raw[0]) == (65, 4)
    assert Vapid02.from_pem(private.encode()).public_key.public_numbers().x == int.from_bytes(raw[1:33])


def test_a_long_text_is_cut_to_what_a_service_takes(cast, pushes):
    pushes.browser("chen")
    tell(cast, "chen", body="长" * 5000)
    assert work_off(Channel.PUSH) == 1
    assert set(pushes.got[0][2]["body"]) == {"长"}


@pytest.mark.parametrize(
    "endpoint", ["http://push.example/1", "ftp://push.example/", "https://user@push.example/", "javascript:alert(1)"]
)
def test_an_endpoint_that_is_no_secure_address_is_refused(cast, pushes, endpoint):
    made = pushes.new_browser("http://127.0.0.1")
    with pytest.raises(Refusal):
        actions.subscribe(endpoint, *made.keys[1:], by=cast.by("chen"), at=make.NOW)


@pytest.mark.parametrize("keys", [("", ""), ("BAAA", "AAAA"), ("!", "!")])
def test_keys_that_are_none_are_refused(cast, pushes, keys):
    with pytest.raises(Refusal):
        actions.subscribe("https://push.example/1", *keys, by=cast.by("chen"), at=make.NOW)


def test_an_endpoint_inside_the_house_is_not_called(cast, pushes, settings):
    pushes.browser("chen")
    settings.TRUSTED_HOSTS = []
    PushSubscription.objects.update(endpoint="https://127.0.0.1/push/0")
    tell(cast, "chen")
    work_off(Channel.PUSH)
    assert (Delivery.objects.get().state, pushes.got) == ("dead", [])


def test_whoever_sits_before_the_browser_now_is_pushed_to(cast, pushes):
    made = pushes.browser("chen")
    actions.subscribe(*made.keys, by=cast.by("wang"), at=make.NOW)
    tell(cast, "chen", "wang")
    assert work_off(Channel.PUSH) == 1
    assert Delivery.objects.get().notice.account == cast.accounts["wang"]


def test_nobody_ends_anothers_browser(cast, pushes):
    made = pushes.browser("chen")
    with pytest.raises(Refusal):
        actions.unsubscribe(made.row.pk, by=cast.by("wang"), at=make.NOW)
    actions.unsubscribe(made.row.pk, by=cast.by("chen"), at=make.NOW)
    tell(cast, "chen")
    assert not Delivery.objects.exists()
