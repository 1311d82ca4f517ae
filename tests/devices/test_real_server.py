"""A real server, real sockets, a database that goes away, a server that is killed: nothing lost, nothing twice."""

import contextlib
import http.client
import signal
import socket
import threading
import zlib

import psycopg
import pytest
from django.db import connection
from servers import Server, address_of

import make
from kaoqin.devices import actions
from kaoqin.devices.http import MOST_BYTES
from kaoqin.devices.models import Device, RawUpload
from kaoqin.punches.models import Punch
from terminals import SERIAL, lines

UPLOAD = f"/iclock/cdata?SN={SERIAL}&table=ATTLOG&Stamp=9999"


@pytest.fixture
def server(committed):
    """A server with one approved terminal."""
    from cast import make_cast

    device = Device.objects.create(serial=SERIAL, first_seen_at=make.NOW)
    actions.approve(device, make_cast().site, by=make.ROOT, at=make.NOW)
    running = Server(address_of(connection.settings_dict))
    running.start()
    yield running
    running.stop()


def raw(server, text):
    """The bytes of an answer as a terminal's socket sees them."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
        line.sendall(text.encode())
        heard = b""
        while piece := line.recv(65536):
            heard += piece
    return heard.decode()


def test_what_a_terminal_reads_from_its_socket(server):
    asked = f"GET /iclock/cdata.aspx?SN={SERIAL}&options=all&language=83 HTTP/1.1\r\nHost: 192.168.1.9:8081\r\nConnection: close\r\n\r\n"
    head, _, body = raw(server, asked).partition("\r\n\r\n")
    status, *headers = head.split("\r\n")
    names = [line.partition(":")[0].lower() for line in headers]
    told = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in headers}
    assert status == "HTTP/1.1 200 OK"
    assert names.count("date") == names.count("content-length") == 1
    assert told["date"].endswith(" GMT")
    assert told["content-type"] == "text/plain"
    assert int(told["content-length"]) == len(body)
    assert not {"set-cookie", "location", "content-encoding", "vary"} & set(names)
    assert body.startswith(f"GET OPTION FROM: {SERIAL}\n")
    assert (
        "404" in raw(server, "GET /iclock/x?SN=1234 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").split("\r\n")[0]
    )


def test_big_bodies_chunked_bodies_and_packed_bombs(server):
    line = lines("11-20 09:00:00").encode()
    assert server.ask("POST", UPLOAD, line + b" " * (MOST_BYTES - len(line))) == (200, "OK:1")
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        assert server.ask("POST", UPLOAD, b" " * (MOST_BYTES + 1))[0] == 413
    assert server.ask("POST", UPLOAD, iter([line, lines("11-20 09:01:00").encode()])) == (200, "OK:2")
    bomb = zlib.compressobj(wbits=31)
    packed = b"".join(bomb.compress(b"\0" * 1_000_000) for _ in range(80)) + bomb.flush()
    assert server.ask("POST", UPLOAD.replace("ATTLOG", "OPERLOG"), packed)[0] == 413
    assert (Punch.objects.count(), RawUpload.objects.count()) == (2, 2)


def test_an_answer_that_was_lost_and_a_repeat(server):
    body = lines("11-20 09:00:00", "11-20 09:00:01")
    request = f"POST {UPLOAD} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", server.port)) as line:
            line.sendall(request.encode())
    assert server.ask("POST", UPLOAD, body.encode()) == (200, "OK:2")
    assert Punch.objects.count() == 2


def test_the_same_punches_from_many_sides_at_once(server):
    batches = [lines(*[f"11-20 09:{minute:02d}:00" for minute in range(begin, begin + 40)]) for begin in (0, 5, 10, 15)]
    heard = []

    def send(batch):
        heard.extend(server.ask("POST", UPLOAD, batch.encode()) for _ in range(5))

    senders = [threading.Thread(target=send, args=(batch,)) for batch in batches * 2]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert heard == [(200, "OK:40")] * 40
    assert Punch.objects.count() == 55


def allow_connections(yes):
    """Let the server's database be reached, or cut it off; told from a database beside it."""
    told = connection.settings_dict
    places = {"host": told["HOST"], "port": told["PORT"], "user": told["USER"], "password": told["PASSWORD"]}
    name = connection.ops.quote_name(told["NAME"])
    with psycopg.connect(dbname="postgres", autocommit=True, **{k: v for k, v in places.items() if v}) as beside:
        beside.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {'true' if yes else 'false'}")
        mine = connection.connection.info.backend_pid
        beside.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> %s",
            [told["NAME"], mine],
        )


def test_a_database_that_goes_away_and_comes_back(server):
    assert server.ask("POST", UPLOAD, lines("11-20 09:00:00").encode()) == (200, "OK:1")
    allow_connections(False)
    try:
        status, told = server.ask("POST", UPLOAD, lines("11-20 09:01:00").encode())
        assert (status, "<" in told) == (503, False)
        assert server.ask("GET", f"/iclock/getrequest?SN={SERIAL}") == (200, "OK")
    finally:
        allow_connections(True)
    assert Punch.objects.count() == 1
    assert server.ask("POST", UPLOAD, lines("11-20 09:01:00").encode()) == (200, "OK:1")
    assert Punch.objects.count() == 2


def test_a_server_killed_again_and_again_loses_nothing_and_doubles_nothing(server):
    told_ok, number = 0, 0
    for _ in range(3):
        killer = threading.Timer(0.3, server.stop, (signal.SIGKILL,))
        killer.start()
        while server.process.poll() is None:
            body = lines(*[f"11-19 {number // 60:02d}:{number % 60:02d}:{second:02d}" for second in range(30)])
            try:
                if server.ask("POST", UPLOAD, body.encode()) == (200, "OK:30"):
                    told_ok += 30
                    number += 1
            except (OSError, http.client.HTTPException):
                break
        killer.join()
        assert Punch.objects.count() - told_ok in {0, 30}
        server.start()
    assert server.ask("POST", UPLOAD, lines("11-19 00:00:00", "11-19 00:00:01").encode()) == (200, "OK:2")
    assert Punch.objects.count() - told_ok in {0, 30}
    assert told_ok > 0
