"""Notices of requests: whoever must decide is told once, reminded, and rid of the notice when it is done; the applicant
is told how it ended.

Of each request somebody has at most one notice that waits and one that reminds. Both are taken back as soon as nothing
is waited for from them; when it is their turn again they are told anew.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from kaoqin.approvals.models import Request, RequestEntry
from kaoqin.approvals.words import DECIDED, REMINDED, WAITS, Deed, State, kind_label
from kaoqin.core.sentences import Sentence
from kaoqin.notices import actions as notices
from kaoqin.security.words import Actor


def on_waiting(
    *, account_ids: Sequence[int], request_id: int, title: Sentence, link: str, at: dt.datetime, **_: Any
) -> None:
    """Those who must answer now are told; from all others the notice goes."""
    _take_back(request_id, at, keep=account_ids)
    notices.tell(WAITS, account_ids, title, _body(request_id), link, key=str(request_id), at=at)


def on_reminded(
    *, account_ids: Sequence[int], request_id: int, title: Sentence, link: str, at: dt.datetime, **_: Any
) -> None:
    """Those who must answer are told once more; an earlier reminder gives way."""
    notices.take_back(REMINDED, str(request_id), at=at)
    said = Sentence("请尽快审批:{title}", title=str(title))
    notices.tell(REMINDED, account_ids, said, _body(request_id), link, key=str(request_id), at=at)


def on_decided(
    *, account_id: int | None, state: State, request_id: int, link: str, by: Actor, at: dt.datetime, **_: Any
) -> None:
    """The applicant, and whoever asked in their place, are told how it stands; but not of what they did themselves."""
    _take_back(request_id, at)
    found = Request.objects.select_related("employee").get(pk=request_id)
    if state == State.UNDONE and found.undoings.filter(state=State.APPROVED).exists():
        return  # that the request to undo it was approved says it already
    key, body = f"{request_id}:{found.round}:{state}", _why(found, state)
    for to, title in ((account_id, _own_title(found, state)), (_other(found), _title(found, state))):
        if to and to != by.account_id:
            notices.tell(DECIDED, [to], title, body, link, key=key, at=at)


def _take_back(request_id: int, at: dt.datetime, keep: Sequence[int] = ()) -> None:
    for kind in (WAITS, REMINDED):
        notices.take_back(kind, str(request_id), keep=keep, at=at)


def _other(found: Request) -> int | None:
    """Whoever asked in the applicant's place."""
    return found.submitted_by_id if found.submitted_by_id != found.employee.account_id else None


def _own_title(found: Request, state: State) -> Sentence:
    told = {"kind": kind_label(found.kind), "state": State(state).label}
    return Sentence("撤销{kind}的申请:{state}", **told) if found.undoes_id else Sentence("您的{kind}:{state}", **told)


def _title(found: Request, state: State) -> Sentence:
    told = {"name": found.employee.name, "kind": kind_label(found.kind), "state": State(state).label}
    if found.undoes_id:
        return Sentence("撤销{name}{kind}的申请:{state}", **told)
    return Sentence("{name}的{kind}:{state}", **told)


def _body(request_id: int) -> Sentence:
    return Sentence("内容:{summary}", summary=Request.objects.get(pk=request_id).summary)


def _why(found: Request, state: State) -> Sentence:
    """The reason of a no; else what was asked for."""
    if state in {State.REFUSED, State.SENT_BACK, State.UNDONE}:
        said = RequestEntry.objects.filter(request=found, deed__in=[Deed.NO, Deed.SENT_BACK, Deed.UNDONE]).exclude(
            text=""
        )
        last = said.order_by("-pk").first()
        if last is not None:
            return Sentence("原因:{reason}", reason=last.text)
    return Sentence("内容:{summary}", summary=found.summary)
