"""The phone's API, version 1: `/api/v1/phone/…`, described by OpenAPI at `/api/v1/openapi.json`."""

import uuid
from typing import Annotated

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from ninja import Body, File, Form, NinjaAPI, Router
from ninja.errors import AuthenticationError
from ninja.files import UploadedFile

from kaoqin.core.words import NotAllowed, NotFound, Refusal
from kaoqin.phones import actions, pairing, photos, taking
from kaoqin.phones.entering import SESSION_OR_TOKEN
from kaoqin.phones.models import Phone
from kaoqin.phones.signing import read_jwk, read_spki, sign_contact
from kaoqin.phones.today import today_of
from kaoqin.phones.wire import (
    MOST_RECORDS,
    KeySent,
    PairingAnswer,
    PairingSent,
    PhoneAnswer,
    PhotoAnswer,
    RecordAnswer,
    SignedRecord,
    TimeAnswer,
    TodayAnswer,
    WhereAsked,
)
from kaoqin.phones.words import PUNCH, PhoneState
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy, address_of

api = NinjaAPI(title="kaoqin", version="1", urls_namespace="api", docs_url=None)
router = Router(auth=SESSION_OR_TOKEN, tags=["phone"])


@api.exception_handler(Refusal)
def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A refusal as JSON: its code and its sentence."""
    status = 403 if isinstance(refusal, NotAllowed) else 404 if isinstance(refusal, NotFound) else 409
    return api.create_response(request, {"code": refusal.code, "sentence": refusal.sentence}, status=status)


@api.exception_handler(AuthenticationError)
def not_let_in(request: HttpRequest, _: AuthenticationError) -> HttpResponse:
    """Neither a session nor a token that is one (any more)."""
    said = gettext("没有登录,或者这部手机的令牌已失效:请在「我的手机」重新配对。")
    return api.create_response(request, {"code": "phones.no_token", "sentence": said}, status=401)


@router.get("/time", response=TimeAnswer)
def time(request: AskedBy) -> TimeAnswer:
    """The contact: the server's time, and the proof that it answered."""
    require(request.by, PUNCH)
    return TimeAnswer(server_time=request.asked_at, proof=sign_contact(request.by.account_id, request.asked_at))


@router.post("/keys", response=PhoneAnswer)
def register(request: AskedBy, sent: KeySent) -> PhoneAnswer:
    """Register a phone by the public half of its key; the same key again gives the same phone. Where another is in use,
    409 `phones.replace_first` with what replacing it does, until `replace` is said."""
    key, at = _key_in(sent), request.asked_at
    phone = actions.register(key, sent.name, replace=sent.replace, by=request.by, at=at, today=request.today)
    return PhoneAnswer(id=phone.pk, state=phone.state, sentence=_say_state(phone))


def _key_in(sent: KeySent) -> bytes:
    return read_jwk(sent.jwk.x, sent.jwk.y) if sent.jwk else read_spki(sent.spki)


def _say_state(phone: Phone) -> str:
    said = {
        PhoneState.BOUND: gettext("这部手机可以打卡。"),
        PhoneState.WAITING: gettext("换手机超过次数,等待主管批准;现在打的卡会先待复核。"),
        PhoneState.REPLACED: gettext("这部手机已被另一部替换。再按打卡时会先问您要不要换回来。"),
        PhoneState.REJECTED: gettext("这部手机未获批准,打卡会待复核。"),
    }
    return said[PhoneState(phone.state)]


@router.post("/pairings", auth=None, response=PairingAnswer)
def pair(request: AskedBy, sent: PairingSent) -> PairingAnswer:
    """A native client is paired with the code that 我的手机 shows, once: its phone is registered as by `/keys`, and it gets
    its token, which is told now and never again. A code that is wrong, used or older than five minutes: 409
    `phones.wrong_pairing`; after five wrong ones 409 `security.too_many_attempts`, for ten minutes."""
    claim = pairing.Claim(sent.account, sent.code, address_of(request))
    key, at = _key_in(sent), request.asked_at
    phone, token = pairing.pair(claim, key, sent.name, replace=sent.replace, at=at, today=request.today)
    days, said = settings.TOKEN_DAYS, _say_state(phone)
    return PairingAnswer(id=phone.pk, state=phone.state, sentence=said, token=token, unused_days=days)


@router.post("/today", response=TodayAnswer)
def today(request: AskedBy, asked: WhereAsked) -> TodayAnswer:
    """The shift, the next punch, whether it would count here, and the day so far."""
    employee = actions.self_of(request.by, request.today)
    return today_of(employee, asked, seen_by=request.by, now=request.asked_at, today=request.today)


@router.post("/records", response=list[RecordAnswer])
def records(request: AskedBy, sent: Annotated[list[SignedRecord], Body(max_length=MOST_RECORDS)]) -> list[RecordAnswer]:
    """Up to 200 records, answered in their order; what has come before is known, a bad one does not stop the others."""
    actions.self_of(request.by, request.today)
    return taking.take_records(sent, by=request.by, at=request.asked_at)


@router.post("/photos", response=PhotoAnswer)
def punch_photo(request: AskedBy, key: Form[uuid.UUID], employee: Form[int], file: File[UploadedFile]) -> PhotoAnswer:
    """A photo of the spot (JPEG, at most 200 KB) by the id its record names it by; the same id again is the same photo.
    `employee`: who took it; 403 where somebody else is logged in, so that it is kept for them."""
    if employee != request.by.employee_id:
        raise NotAllowed("phones.another", gettext("这张照片是另一名员工拍的。"))
    content = file.read(photos.LARGEST + 1)
    kept = photos.bring(key, content, by=request.by, at=request.asked_at, today=request.today)
    return PhotoAnswer(id=kept.key)


api.add_router("/phone", router)
