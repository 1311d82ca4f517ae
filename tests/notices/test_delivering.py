"""Deliveries: handed over once, tried again, given up, seen by administrators, and what a crash in between does."""

import datetime as dt
import email
import email.header
import threading

import pytest
from django.db import connection, connections
from test_told_once import tell

import make
from kaoqin.core.words import NotAllowed
from kaoqin.notices import actions, delivering, queries
from kaoqin.notices.actions import Preferences
from kaoqin.notices.delivering import BACKOFF, LEASE, claim, work_off
from kaoqin.notices.models import Delivery
from kaoqin.notices.words import ANNOUNCEMENT, TEST, Channel

SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def state(clock):
    """`state()` is how it is with the only delivery."""
    return lambda: Delivery.objects.get().state


def letter(text):
    made = email.message_from_string(text)
    subject = str(email.header.make_header(email.header.decode_header(made["Subject"])))
    parts = {
        part.get_content_type(): part.get_payload(decode=True).decode()
        for part in made.walk()
        if not part.is_multipart()
    }
    return made, subject, parts


def test_a_letter_goes_out_once_with_text_and_html(cast, smtp, clock):
    tell(cast, "chen", title="请看 <b>", body="第一行\n<script>", link="/jobs/")
    assert work_off(Channel.EMAIL) == 1
    assert work_off(Channel.EMAIL) == 0
    made, subject, parts = letter(smtp.letters[0])
    assert (len(smtp.letters), made["To"], subject) == (1, "chen@plant.example", "请看 <b>")
    number = Delivery.objects.get().notice_id
    assert f"https://kaoqin.plant.example/notices/{number}/" in parts["text/plain"]
    assert "&lt;script&gt;" in parts["text/html"]
    assert "<script>" not in parts["text/html"]
    assert Delivery.objects.get().state == "sent"


def test_a_server_that_is_busy_is_asked_again_and_given_up_after_the_last_time(cast, smtp, clock, state):
    smtp.busy.add("chen@plant.example")
    tell(cast, "chen")
    now = make.NOW
    for wait in BACKOFF:
        assert work_off(Channel.EMAIL) == 0
        assert state() == "waiting"
        clock(now + wait - SECOND)
        tries = Delivery.objects.get().tries
        work_off(Channel.EMAIL)
        assert Delivery.objects.get().tries == tries, "not before its time"
        now += wait
        clock(now)
    work_off(Channel.EMAIL)
    dead = Delivery.objects.get()
    assert (dead.state, dead.tries) == ("dead", len(BACKOFF) + 1)
    assert "451" in dead.fault


def test_it_arrives_after_all(cast, smtp, clock, state):
    smtp.busy.add("chen@plant.example")
    tell(cast, "chen")
    work_off(Channel.EMAIL)
    smtp.busy.clear()
    clock(make.NOW + BACKOFF[0])
    assert (work_off(Channel.EMAIL), state()) == (1, "sent")


def test_an_address_nobody_has_is_given_up_at_once_and_sent_again_by_hand(cast, smtp, state):
    smtp.refused.add("chen@plant.example")
    tell(cast, "chen")
    work_off(Channel.EMAIL)
    assert state() == "dead"
    sun = cast.by("sun")
    assert queries.dead_count(seen_by=sun) == 1
    smtp.refused.clear()
    assert actions.send_again(queries.deliveries(seen_by=sun), by=sun, at=make.NOW) == 1
    assert (work_off(Channel.EMAIL), state()) == (1, "sent")
    with pytest.raises(NotAllowed):
        actions.send_again([], by=cast.by("he"), at=make.NOW)


def test_a_wrong_password_of_ours_loses_no_letter_and_does_not_show_it(cast, smtp, settings, state):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "kaoqin", "very-secret"
    smtp.wrong_password = True
    tell(cast, "chen")
    work_off(Channel.EMAIL)
    assert state() == "waiting"
    fault = Delivery.objects.get().fault
    assert "535" in fault
    assert "very-secret" not in fault


def test_a_server_that_is_not_there_is_tried_later(cast, smtp, state):
    smtp.close()
    tell(cast, "chen")
    work_off(Channel.EMAIL)
    assert state() == "waiting"
    assert "联系不上" in Delivery.objects.get().fault


def test_what_a_dead_worker_left_is_sent_again_after_its_time_and_not_before(cast, smtp, clock, state):
    tell(cast, "chen")
    (left,) = claim(Channel.EMAIL, make.NOW)
    first = delivering.senders._message_id([left])
    clock(make.NOW + LEASE)
    assert (work_off(Channel.EMAIL), state()) == (0, "sending")
    clock(make.NOW + LEASE + SECOND)
    assert (work_off(Channel.EMAIL), state()) == (1, "sent")
    assert letter(smtp.letters[0])[0]["Message-ID"] == first


def test_what_kills_the_worker_each_time_is_given_up(cast, mailing, clock, state):
    tell(cast, "chen")
    now = make.NOW
    for _ in range(len(BACKOFF) + 1):
        assert claim(Channel.EMAIL, now)
        now += LEASE + SECOND
    assert not claim(Channel.EMAIL, now)
    assert state() == "dead"


def test_a_fault_of_ours_is_tried_again_too(cast, mailing, monkeypatch, state):
    def fail(message, at):
        raise ZeroDivisionError

    monkeypatch.setitem(delivering.SENDS, Channel.EMAIL, fail)
    tell(cast, "chen")
    work_off(Channel.EMAIL)
    assert state() == "waiting"


def test_what_waits_for_the_same_hour_comes_as_one_letter(cast, mailing, clock):
    actions.fix_company({(ANNOUNCEMENT, Channel.EMAIL): queries.Rule(True, False)}, by=cast.by("sun"), at=make.NOW)
    for who in ("chen", "wang"):
        actions.choose(
            Preferences({(ANNOUNCEMENT, Channel.EMAIL): True}, digest_at=18 * 60), by=cast.by(who), at=make.NOW
        )
    for number in range(60):
        tell(cast, "chen", "wang", kind=ANNOUNCEMENT, key=str(number), title=f"第 {number} 件")
    assert work_off(Channel.EMAIL) == 0
    clock(dt.datetime(2026, 11, 20, 10, 0, tzinfo=dt.UTC))
    assert work_off(Channel.EMAIL) == 2
    assert {one.subject for one in mailing} == {"60 条通知"}
    assert "第 0 件" in mailing[0].body
    assert "第 59 件" in mailing[0].body


def test_what_was_read_meanwhile_stays_out_of_the_letter(cast, mailing, monkeypatch):
    tell(cast, "chen")
    claimed = claim(Channel.EMAIL, make.NOW)
    actions.mark_all_read(by=cast.by("chen"), at=make.NOW)
    assert delivering._hand_over(Channel.EMAIL, claimed) is False
    assert mailing == []
    assert Delivery.objects.get().state == "dropped"


def test_two_workers_at_once_send_each_letter_once(company, mailing_everybody, mailoutbox):
    """Each claims what the other has not; nothing is sent twice, nothing is left."""
    for number in range(30):
        tell(company, "chen", key=str(number), title=str(number))

    def one_worker():
        try:
            work_off(Channel.EMAIL)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=one_worker) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(one.subject for one in mailoutbox) == sorted(map(str, range(30)))
    assert set(Delivery.objects.values_list("state", "tries")) == {("sent", 1)}


@pytest.fixture
def mailing_everybody(company, settings):
    settings.EMAIL_HOST = "mail.example"
    company.chen.email = "chen@plant.example"
    company.chen.save(update_fields=["email"])


def test_a_claim_is_not_seen_by_another_worker(company, mailing_everybody):
    tell(company, "chen")
    seen = []

    def other():
        seen.extend(claim(Channel.EMAIL, make.NOW))
        connections.close_all()

    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT id FROM notices_delivery FOR UPDATE")
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        cursor.execute("ROLLBACK")
    assert seen == []


def test_the_worker_is_asked_once_for_each_channel_that_has_something(company, mailing_everybody):
    from procrastinate.contrib.django.models import ProcrastinateJob

    tell(company, "chen")
    tell(company, "chen", key="2")
    jobs = ProcrastinateJob.objects.filter(task_name="notices.deliver")
    assert [job.args for job in jobs] == [{"channel": "email"}]
    delivering.deliver("email")
    assert Delivery.objects.filter(state="sent").count() == 2
    assert TEST in {one.notice.kind for one in Delivery.objects.select_related("notice")}
