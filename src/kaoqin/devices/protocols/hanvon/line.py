"""Questions and answers on one connection to a terminal, ciphered where it has a comm key."""

import contextlib
import socket
import time
from types import TracebackType
from typing import Self

from django.utils.translation import gettext

from kaoqin.devices.protocols.hanvon.cipher import key_of, turned
from kaoqin.devices.protocols.hanvon.messages import Assembler, Message, NoMessage, understood
from kaoqin.devices.wire import Link, VisitFailed, WrongLogin

CONNECT_SECONDS, ANSWER_SECONDS, LONGEST_WAIT = 10, 30, 600
_OTHERS = (b"HTTP/", b"<", b"SSH-", b"{")


class Closed(Exception):  # noqa: N818 - happens
    """The terminal closed the line before it said anything."""


class Line:
    """`with Line(link) as line: line.ask("GetDeviceInfo()")`."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._socket: socket.socket | None = None
        try:
            self._key = key_of(link.password)
        except ValueError:
            raise VisitFailed(gettext("汉王考勤机的通信密码应为 1 到 8 位数字,没有则留空。")) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._hang_up()

    def tell(self, command: str) -> tuple[bytes, Message]:
        """The answer to a command, as it came in clear text and understood. Raises VisitFailed, WrongLogin."""
        used = self._socket is not None
        try:
            return self._exchange(command)
        except Closed:
            self._hang_up()
        if used:
            with contextlib.suppress(Closed):
                return self._exchange(command)
        raise VisitFailed(gettext("考勤机没有回答就断开了连接。如果它设有通信密码,请核对。"))

    def ask(self, command: str) -> tuple[bytes, Message]:
        """The same; an answer that tells of no success is a failure."""
        raw, answer = self.tell(command)
        if not answer.good:
            reason = answer.said("reason") or answer.said("result") or answer.word
            raise VisitFailed(gettext("考勤机拒绝了请求:{reason}").format(reason=reason[:100]))
        return raw, answer

    def _exchange(self, command: str) -> tuple[bytes, Message]:
        try:
            line = self._socket or self._dial()
            line.sendall(turned(self._key, command.encode("gb18030", "replace")))
            return self._answer(line)
        except (ConnectionError, BrokenPipeError) as broken:
            raise Closed from broken
        except OSError as fault:
            raise self._unreachable() from fault

    def _dial(self) -> socket.socket:
        try:
            self._socket = socket.create_connection((self._link.address, self._link.port), CONNECT_SECONDS)
        except (OSError, ValueError) as fault:
            raise self._unreachable() from fault
        return self._socket

    def _answer(self, line: socket.socket) -> tuple[bytes, Message]:
        """The first message that is more than `Wait`."""
        assembler = Assembler(self._key)
        deadline = time.monotonic() + LONGEST_WAIT
        patience: float = ANSWER_SECONDS
        while time.monotonic() < deadline:
            for raw in self._messages(line, assembler, patience):
                answer = understood(raw)
                if answer.word.lower() == "return":
                    return raw, answer
                if answer.word.lower() != "wait":
                    raise self._senseless(raw)
                told = answer.said("wait_time")
                patience = min(max(float(told) if told.isdecimal() else 0, ANSWER_SECONDS), LONGEST_WAIT)
        raise VisitFailed(gettext("考勤机让我们等得太久。"))

    def _messages(self, line: socket.socket, assembler: Assembler, patience: float) -> list[bytes]:
        """The messages that the next piece completes; at the end of patience, what may pass for one."""
        line.settimeout(patience)
        try:
            data = line.recv(65536)
        except TimeoutError:
            return self._last(assembler, gettext("考勤机没有在规定时间内答完。"))
        if not data:
            return self._last(assembler, gettext("考勤机没有答完就断开了连接。"))
        try:
            return list(assembler.feed(data))
        except NoMessage:
            raise self._senseless(assembler.raw or data) from None

    def _last(self, assembler: Assembler, sentence: str) -> list[bytes]:
        whole = assembler.rest()
        if whole:
            self._hang_up()
            return [whole]
        if assembler.raw:
            raise VisitFailed(sentence)
        raise Closed

    def _senseless(self, raw: bytes) -> VisitFailed:
        """Letters without sense: the key is another one, or there is one and we have none, or the other way round."""
        if raw.lstrip().startswith(_OTHERS):
            return VisitFailed(gettext("考勤机的回答读不懂,也许不是这种协议的考勤机。"))
        return WrongLogin(gettext("考勤机的回答无法解开:通信密码不对,或只有一方设了通信密码。"))

    def _unreachable(self) -> VisitFailed:
        sentence = gettext("连不上 {address}:{port},请检查地址、端口和网线。")
        return VisitFailed(sentence.format(address=self._link.address, port=self._link.port))

    def _hang_up(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
