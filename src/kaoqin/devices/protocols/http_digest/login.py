"""Our log-in at one terminal, and what its refusals mean."""

import secrets
from collections.abc import Iterable

from django.utils.translation import gettext

from kaoqin.devices.protocols.http_digest import digest
from kaoqin.devices.wire import Link, VisitFailed, WrongLogin

MOST_TRIES = 3


class LogIn:
    """Answers what a terminal asks to be answered; a log-in it does not know is tried once."""

    def __init__(self, link: Link) -> None:
        self._user, self._password = link.user, link.password
        self._asked: digest.Challenge | None = None
        self._count = 0
        self._known = False

    def headers(self, method: str, path: str) -> dict[str, str]:
        """What a request carries of it; nothing before the terminal has asked."""
        if self._asked is None:
            return {}
        self._count += 1
        told = (self._user, self._password, method, path, self._count, secrets.token_hex(8))
        return {"Authorization": digest.answer(self._asked, *told)}

    def accepted(self) -> None:
        """The request was answered with something else than a question."""
        self._known = self._asked is not None

    def asked(self, challenges: Iterable[str]) -> None:
        """The terminal asks (again). Raises WrongLogin where it was answered and does not know us."""
        answered = self._asked is not None
        self._asked, self._count = digest.read_challenge(challenges), 0
        if self._asked is None:
            raise VisitFailed(gettext("考勤机要求的登录方式不受支持(需要 Digest)。"))
        if answered and not (self._asked.stale or self._known):
            raise WrongLogin(gettext("考勤机不接受保存的用户名或密码。"))
        self._known = False


def asked_too_often() -> VisitFailed:
    return VisitFailed(gettext("考勤机一再要求重新登录。"))
