"""Calls to addresses others chose: where they may go, and how they end."""

import socket

import pytest

from kaoqin.core import outgoing
from kaoqin.core.outgoing import Unreached, post
from kaoqin.core.words import Refusal


@pytest.fixture
def names(monkeypatch, settings):
    """`names["push.example"] = "10.0.0.1"`: what a name is looked up to; whoever is reached is noted and not called."""
    settings.TRUSTED_HOSTS = []
    known = {}

    def look_up(name, port, **told):
        if name not in known:
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in known[name].split()]

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", look_up)
    monkeypatch.setattr(outgoing, "_send", lambda parts, reached, told: reached)
    return known


@pytest.mark.parametrize(
    "inside",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - one of those that must not be called
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
        "203.0.113.1",
        "8.8.8.8 10.0.0.1",
    ],
)
def test_a_name_with_an_address_inside_is_not_called(names, inside):
    names["push.example"] = inside
    with pytest.raises(Refusal):
        post("https://push.example/x", b"", {})


def test_the_address_that_was_checked_is_the_one_that_is_called(names):
    names["push.example"] = "8.8.8.8"
    assert post("https://push.example/x", b"", {}) == "8.8.8.8"


def test_a_trusted_host_may_be_inside_and_without_tls(names, settings):
    names |= {"im.plant": "10.0.0.1", "other.plant": "10.0.0.1"}
    settings.TRUSTED_HOSTS = ["im.plant"]
    assert post("http://im.plant/x", b"", {}) == "10.0.0.1"
    with pytest.raises(Refusal):
        post("http://other.plant/x", b"", {})


def test_a_name_nobody_knows_is_said(names):
    with pytest.raises(Unreached, match="DNS"):
        post("https://nowhere.example/", b"", {})


def test_nobody_answers(settings):
    settings.TRUSTED_HOSTS = ["127.0.0.1"]
    with pytest.raises(Unreached):
        post("http://127.0.0.1:1/secret-key", b"", {})


def test_one_that_answers_drop_by_drop_is_hung_up_on(settings, monkeypatch):
    """Each byte is in time, all of it is not."""
    import threading

    listening = socket.create_server(("127.0.0.1", 0))
    settings.TRUSTED_HOSTS = ["127.0.0.1"]
    monkeypatch.setattr(outgoing, "SECONDS_IN_ALL", 0.2)
    over = threading.Event()

    def drip():
        connection, _ = listening.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while not over.wait(0.02):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        with pytest.raises(Unreached):
            post(f"http://127.0.0.1:{listening.getsockname()[1]}/", b"", {})
    finally:
        over.set()
        thread.join()
        listening.close()
