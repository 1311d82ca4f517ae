"""What tablets send comes in: signed by the tablet, with a number and a PIN that fit, and becomes a punch."""

import datetime as dt
import hashlib
import json
from collections.abc import Sequence

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils.translation import gettext
from pydantic import ValidationError

from kaoqin.core.sealed import unseal
from kaoqin.core.time import as_wall_clock
from kaoqin.kiosk import queries, sealing
from kaoqin.kiosk.models import Attempt, KioskPunch, Tablet
from kaoqin.kiosk.wire import PressAnswer, PressSent
from kaoqin.kiosk.words import Fault, PressState
from kaoqin.org.models import Employee
from kaoqin.phones.clocks import reckon
from kaoqin.phones.signing import is_signed
from kaoqin.phones.standing import Standing
from kaoqin.phones.timing import told_of_time
from kaoqin.phones.today import next_punch
from kaoqin.phones.wire import SignedRecord
from kaoqin.phones.words import HOLDING, KNOWN, Way
from kaoqin.punches import queries as punches
from kaoqin.punches.ledger import Press, take
from kaoqin.punches.words import Source
from kaoqin.security.doors import SYSTEM

ORIGIN = "kiosk-{}"
OFFLINE_HOURS = 24
KEPT_ATTEMPTS = dt.timedelta(days=1)


def take_presses(tablet: Tablet, sent: Sequence[SignedRecord], *, at: dt.datetime) -> list[PressAnswer]:
    """Punches on a tablet, answered in their order, each for itself: a bad one does not stop the others."""
    return [_take_one(tablet, one, at) for one in sent]


def _take_one(tablet: Tablet, sent: SignedRecord, at: dt.datetime) -> PressAnswer:
    try:
        told = PressSent.model_validate_json(sent.payload)
    except ValidationError:
        return PressAnswer(id="", state=PressState.REFUSED, sentence=gettext("记录的格式不对。"))
    if not is_signed(bytes(tablet.key), sent.payload, sent.signature):
        said = gettext("签名不对:这条记录不是这台平板发出的,或者被改动过。")
        return PressAnswer(id=str(told.id), state=PressState.REFUSED, sentence=said)
    with transaction.atomic():
        Tablet.objects.select_for_update().get(pk=tablet.pk)
        return _known_or_kept(tablet, told, sent, at)


def _known_or_kept(tablet: Tablet, told: PressSent, sent: SignedRecord, at: dt.datetime) -> PressAnswer:
    """The lock on the tablet makes attempts follow one another, so that none is tried uncounted."""
    digest = hashlib.sha256(sent.payload.encode()).hexdigest()
    known = KioskPunch.objects.filter(tablet=tablet, digest=digest).select_related("employee").first()
    if known:
        return _answer(known, _say(known), KNOWN if known.state == PressState.COUNTED else known.state)
    clock = reckon(told_of_time(told, ORIGIN.format(tablet.pk), at), at, OFFLINE_HOURS)
    day = as_wall_clock(clock.at, tablet.site.timezone).date()
    employee, fault = _who(tablet, told, at, day)
    kept = json.dumps({**json.loads(sent.payload), "pin": ""}, ensure_ascii=False)
    row = KioskPunch(tablet=tablet, employee=employee, number=told.number, key=told.id, digest=digest, payload=kept)
    row.signature, row.received_at, row.device_time, row.at = sent.signature, at, told.device_time, clock.at
    row.fault, row.state = fault, PressState.REFUSED if fault else PressState.COUNTED
    if not fault and HOLDING & clock.flags:
        row.state = PressState.HELD
    row.save(force_insert=True)
    said = _say(row)
    if row.state == PressState.COUNTED:
        append(row, at)
    return _answer(row, said, row.state)


def _who(tablet: Tablet, told: PressSent, at: dt.datetime, day: dt.date) -> tuple[Employee | None, str]:
    """Whose punch it is, or why it is nobody's. Unless number and PIN fit, nothing is told apart."""
    if KioskPunch.objects.filter(tablet=tablet, key=told.id).exists():
        return None, Fault.REPLAY
    if queries.is_locked(tablet, told.number, at):
        return None, Fault.LOCKED
    employee = queries.person_of(told.number, day)
    if not _fits(employee, sealing.opened(unseal(tablet.sealing), told.pin)) or employee is None:
        Attempt.objects.create(tablet=tablet, number=told.number, at=at)
        Attempt.objects.filter(at__lt=at - KEPT_ATTEMPTS).delete()
        return None, Fault.WRONG
    Attempt.objects.filter(number=told.number).delete()
    who = Standing(employee.pk, day)
    if Way.KIOSK not in who.ways.ways:
        return employee, Fault.CLOSED
    return employee, "" if tablet.site_id in who.site_ids else Fault.ELSEWHERE


def _fits(employee: Employee | None, pin: str) -> bool:
    """As much work for a number nobody has, or without a PIN, as for any other."""
    known = queries.pin_of(employee.pk) if employee else None
    return check_password(pin, known.secret if known else make_password("-")) and known is not None


def append(row: KioskPunch, at: dt.datetime) -> None:
    """It becomes a punch of the ledger, at the tablet's site."""
    tablet, who = row.tablet, row.employee
    if who is None:
        return
    origin, local = ORIGIN.format(tablet.pk), as_wall_clock(row.at, tablet.site.timezone)
    evidence = {"way": str(Way.KIOSK), "tablet": tablet.name, "kiosk": row.pk}
    press = Press(who.number, local, tablet.site.timezone, origin, who.name, tablet.site.name, "", evidence, who.pk)
    take([press], source=Source.KIOSK, by=SYSTEM, at=at)
    row.punch = punches.brought(Source.KIOSK, origin, row.at).filter(employee=who).get()
    row.state = PressState.COUNTED
    row.save(update_fields=["punch", "state"])


def _say(row: KioskPunch) -> str:
    """What is shown to whoever stands there: 张三 08:58 上班打卡成功."""
    if row.employee is None or row.fault:
        return str(Fault(row.fault).label)
    local = as_wall_clock(row.at, row.tablet.site.timezone)
    told = {"name": row.employee.name, "time": f"{local:%H:%M}"}
    if row.state == PressState.HELD:
        return gettext("{name} {time} 已记下,时间要由人事核对").format(**told)
    what = next_punch(row.employee_id or 0, local, row.tablet.site.timezone)
    return gettext("{name} {time} {what}成功").format(what=what, **told)


def _answer(row: KioskPunch, said: str, state: str) -> PressAnswer:
    return PressAnswer(id=str(row.key), state=state, sentence=said, at=row.at)
