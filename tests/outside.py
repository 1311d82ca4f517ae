"""What stands outside: servers on loopback that behave as the real ones do."""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import socket
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02


@contextlib.contextmanager
def serve(answerer):
    """A web server on loopback; `answerer(path, headers, body)` gives status, header fields and body."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, fields, said = answerer(self.path, self.headers, body)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(said)), **fields}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST  # noqa: N815 - the name http.server calls

        def log_message(self, *told):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def base64url(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Browser:
    """A browser's side of RFC 8291: the key pair and the secret that only it has."""

    endpoint: str
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = field(default_factory=lambda: os.urandom(16))
    row: object = None

    @property
    def keys(self):
        point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return self.endpoint, base64url(point), base64url(self.secret)

    def open(self, body):
        return json.loads(http_ece.decrypt(body, private_key=self.private, auth_secret=self.secret))


class PushService:
    """Checks as the real ones do: TTL, encoding, a signature of 24 hours at most that names this service (RFC 8292)."""

    def __init__(self):
        self.browsers, self.got, self.answers = {}, [], []

    def new_browser(self, address):
        made = Browser(f"{address}/push/{len(self.browsers)}")
        self.browsers[urlsplit(made.endpoint).path] = made
        return made

    def __call__(self, path, headers, body):
        if self.answers:
            status, fields = self.answers.pop(0)
            return status, fields, b""
        if path not in self.browsers:
            return 404, {}, b""
        if not self._signed(headers):
            return 403, {}, b""
        if headers["Content-Encoding"] != "aes128gcm" or not headers["TTL"].isdecimal() or len(body) > 4096:
            return 400, {}, b""
        self.got.append((path, headers, self.browsers[path].open(body)))
        return 201, {"Location": f"{path}/message"}, b""

    def _signed(self, headers):
        told = headers["Authorization"]
        token = dict(part.split("=", 1) for part in told.removeprefix("vapid ").split(","))["t"]
        claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        return Vapid02.verify(told) and claims["aud"] == f"http://{headers['Host']}" and "sub" in claims


class Bots:
    """The vendors' addresses for bots. Errors come with status 200 and a code; more than 20 messages a minute are refused."""

    secret = "SEC-of-the-group"

    def __init__(self):
        self.posts, self.answers, self.keyword, self.signed, self.address = [], [], "", False, ""

    def of(self, vendor):
        path = {
            "wecom": "/cgi-bin/webhook/send?key=key-of-wecom",
            "dingtalk": "/robot/send?access_token=token-of-dingtalk",
            "feishu": "/open-apis/bot/v2/hook/hook-of-feishu",
        }[vendor]
        return f"{self.address}{path}"

    def __call__(self, path, headers, body):
        told, asked = json.loads(body), parse_qs(urlsplit(path).query)
        if path.startswith("/cgi-bin/"):
            code, said = self._wecom(told, asked)
        elif path.startswith("/robot/"):
            code, said = self._dingtalk(told, asked)
        else:
            return self._feishu(told, path)
        return 200, {}, json.dumps({"errcode": code, "errmsg": said}).encode()

    def _take(self, vendor, text):
        if self.answers:
            return self.answers.pop(0)
        self.posts.append((vendor, text))
        return None

    def _wecom(self, told, asked):
        if asked["key"] != ["key-of-wecom"]:
            return 93000, "invalid webhook url"
        if len(told["text"]["content"].encode()) > 2048:
            return 40058, "text.content exceed max length 2048"
        return self._take("wecom", told["text"]["content"]) or (0, "ok")

    def _dingtalk(self, told, asked):
        if asked["access_token"] != ["token-of-dingtalk"]:
            return 300001, "token is not exist"
        text = told["text"]["content"]
        right = self._sign(f"{asked.get('timestamp', [''])[0]}\n{self.secret}", self.secret)
        if (self.signed and asked.get("sign") != [right]) or self.keyword not in text:
            return 310000, "keywords not in content, or sign not match"
        return self._take("dingtalk", text) or (0, "ok")

    def _feishu(self, told, path):
        text, moment = told["content"]["text"], told.get("timestamp", "")
        if not path.endswith("hook-of-feishu"):
            code, said = 19001, "param invalid: incoming webhook access token invalid"
        elif self.signed and told.get("sign") != self._sign("", f"{moment}\n{self.secret}"):
            code, said = 19021, "sign match fail or timestamp is not within one hour from current time"
        elif self.keyword not in text:
            code, said = 19024, "Key Words Not Found"
        else:
            code, said = self._take("feishu", text) or (0, "success")
        body = {"code": code, "msg": said, "data": {}}
        if not code:
            body |= {"StatusCode": 0, "StatusMessage": "success"}
        return 200, {}, json.dumps(body).encode()

    def _sign(self, message, key):
        return base64.b64encode(hmac.new(key.encode(), message.encode(), hashlib.sha256).digest()).decode()


class MailServer:
    """As much of an SMTP server as a client needs. `refused` addresses get 550, `busy` ones 451."""

    def __init__(self):
        self.letters, self.refused, self.busy, self.wrong_password = [], set(), set(), False
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def close(self):
        with contextlib.suppress(OSError):
            self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.thread.join()

    def _serve(self):
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            connection.settimeout(1)  # a client that gave up may leave its line open
            with connection, connection.makefile("rwb") as stream, contextlib.suppress(OSError):
                self._talk(stream)

    def _talk(self, stream):
        def say(text):
            stream.write(f"{text}\r\n".encode())
            stream.flush()

        say("220 plant.example")
        for line in stream:
            verb, rest = line[:4].upper(), line.decode().strip()
            if verb == b"EHLO":
                say("250-plant.example\r\n250-AUTH LOGIN PLAIN\r\n250 8BITMIME")
            elif verb == b"AUTH":
                say("535 5.7.8 authentication failed" if self.wrong_password else "235 ok")
            elif verb == b"RCPT":
                to = rest.split("<")[1].split(">")[0]
                say("550 no such user" if to in self.refused else "451 try later" if to in self.busy else "250 ok")
            elif verb == b"DATA":
                say("354 go on")
                self.letters.append(b"".join(iter(stream.readline, b".\r\n")).decode())
                say("250 taken")
            elif verb == b"QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")
