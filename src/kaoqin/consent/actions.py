"""Changes of consent: a text is published, somebody agrees, withdraws, or has left. All of it is appended."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext

from kaoqin.consent import queries
from kaoqin.consent.models import ConsentEntry, Notice
from kaoqin.consent.words import OWN_CONSENT, PUBLISH_NOTICES, RECORD_CONSENTS, ConsentState, Manner, Trait
from kaoqin.core.outcomes import tell
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.security.audit import AT_ONCE, record, record_all
from kaoqin.security.doors import SYSTEM, require
from kaoqin.security.words import Actor

Pair = tuple[int, Trait]


@dataclass(frozen=True)
class Giving:
    """Somebody agrees to a trait being kept: on which day, to which text, how."""

    employee: Employee
    trait: Trait
    on: dt.date
    notice: Notice
    manner: Manner = Manner.PAPER
    note: str = ""
    paper_sha256: str = ""


@dataclass(frozen=True)
class Ending:
    """How consents end, and on which day."""

    state: ConsentState
    manner: Manner
    on: dt.date
    note: str = ""


@transaction.atomic
def publish_notice(text: str, *, by: Actor, at: dt.datetime) -> Notice:
    """A new version of the text people agree to. What was agreed to before stays agreed to."""
    require(by, PUBLISH_NOTICES, everywhere=True)
    text = text.strip()
    newest = queries.newest_notice()
    if newest and newest.text == text:
        raise Refusal("consent.same_text", gettext("与当前版本相同,没有可发布的改动。"), "text")
    version = (Notice.objects.aggregate(last=Max("version"))["last"] or 0) + 1
    made = Notice.objects.create(version=version, text=text, published_at=at, published_by_id=by.account_id)
    record(by, "consent.publish", made, Sentence("发布告知书第 {version} 版", version=version), at=at)
    return made


@transaction.atomic
def give_all(givings: Sequence[Giving], *, today: dt.date, by: Actor, at: dt.datetime) -> int:
    """People agree, as they signed on paper; all or none. Returns how many consents are new: what is in force to the same
    text already is not recorded again."""
    _require_people(by, {one.employee.pk for one in givings}, today)
    return _give(givings, today, by, at)


@transaction.atomic
def give_own(traits: Collection[Trait], version: int, *, today: dt.date, by: Actor, at: dt.datetime) -> int:
    """Somebody agrees for oneself, to the version that was read. Refuses one that is not the newest any more."""
    employee = _self(by, today)
    newest = queries.newest_notice()
    if newest is None or newest.version != version:
        raise Refusal("consent.newer_notice", gettext("告知书刚刚更新,请重新阅读后再确认。"))
    return _give([Giving(employee, trait, today, newest, Manner.SELF) for trait in traits], today, by, at)


def _require_people(by: Actor, employee_ids: Collection[int], today: dt.date) -> None:
    reached = org.people(RECORD_CONSENTS, seen_by=by, on=today).filter(pk__in=employee_ids).count()
    if reached != len(employee_ids):
        raise NotAllowed("consent.out_of_reach", gettext("其中有人不在您的管理范围内。"))


def _self(by: Actor, today: dt.date) -> Employee:
    if by.employee_id is None:
        raise Refusal("consent.nobody", gettext("这个账号没有对应的员工。"))
    return org.person(by.employee_id, OWN_CONSENT, seen_by=by, on=today)


def _give(givings: Sequence[Giving], today: dt.date, by: Actor, at: dt.datetime) -> int:
    for one in givings:
        _refuse_wrong_day(one, today)
    ids = {one.employee.pk for one in givings}
    org.hold(ids, today)
    known = queries.given(ids)
    wanted = {(one.employee.pk, one.trait): one for one in givings}
    new = [one for pair, one in wanted.items() if pair not in known or known[pair].notice_id != one.notice.pk]
    ConsentEntry.objects.bulk_create([_given(one, by, at) for one in new], batch_size=AT_ONCE)
    record_all(by, "consent.give", (_told_given(one) for one in new), at=at)
    return len(new)


def _refuse_wrong_day(one: Giving, today: dt.date) -> None:
    if one.on > today:
        raise Refusal("consent.future", gettext("同意日期不能晚于今天。"), "on")
    if one.employee.left_on and one.employee.left_on < today:
        said = gettext("{name} 已于 {day} 离职。").format(name=one.employee.name, day=one.employee.left_on)
        raise Refusal("consent.left", said, "numbers")


def _given(one: Giving, by: Actor, at: dt.datetime) -> ConsentEntry:
    told = {"note": one.note, "paper_sha256": one.paper_sha256, "recorded_at": at, "recorded_by_id": by.account_id}
    return ConsentEntry(
        employee=one.employee,
        trait=one.trait,
        state=ConsentState.GIVEN,
        on=one.on,
        manner=one.manner,
        notice=one.notice,
        **told,
    )


def _told_given(one: Giving) -> tuple[Employee, Sentence, dict[str, Any]]:
    said = Sentence(
        "{name}({number})同意保存{trait}:{manner},告知书第 {version} 版",
        name=one.employee.name,
        number=one.employee.number,
        trait=one.trait.label,
        manner=one.manner.label,
        version=one.notice.version,
    )
    return one.employee, said, {"on": str(one.on), "paper_sha256": one.paper_sha256}


@transaction.atomic
def withdraw(
    employee: Employee, traits: Collection[Trait], *, note: str = "", today: dt.date, by: Actor, at: dt.datetime
) -> int:
    """Somebody agrees no longer: oneself, or told to whoever records it. What was kept on the strength of it goes in the
    same transaction. Returns how many consents ended."""
    own = employee.pk == by.employee_id
    if own:
        require(by, OWN_CONSENT)
    else:
        _require_people(by, {employee.pk}, today)
    manner = Manner.SELF if own else Manner.TOLD
    org.hold([employee.pk], today)
    pairs = [pair for pair in queries.given([employee.pk]) if pair[1] in traits]
    _end({employee.pk: employee}, pairs, Ending(ConsentState.WITHDRAWN, manner, today, note), by, at)
    return len(pairs)


@transaction.atomic
def end_of_leavers(today: dt.date, at: dt.datetime) -> int:
    """The consents of people whose last day is over end; returns how many."""
    gone = queries.leavers(today)
    employees = {employee.pk: employee for employee in org.by_ids(gone)}
    org.hold(gone, today)
    pairs = list(queries.given(gone))
    _end(employees, pairs, Ending(ConsentState.ENDED, Manner.LEAVING, today), SYSTEM, at)
    return len(pairs)


def _end(
    employees: Mapping[int, Employee], pairs: Collection[Pair], ending: Ending, by: Actor, at: dt.datetime
) -> None:
    told = {**vars(ending), "recorded_at": at, "recorded_by_id": by.account_id}
    ConsentEntry.objects.bulk_create(
        [ConsentEntry(employee_id=key, trait=trait, **told) for key, trait in pairs], batch_size=AT_ONCE
    )
    deeds = (_told_ended(employees[key], trait, ending.state) for key, trait in pairs)
    record_all(by, f"consent.{ending.state}", deeds, at=at)
    if pairs:
        tell("consent.ended", pairs=pairs, by=by, at=at)


def _told_ended(employee: Employee, trait: Trait, state: ConsentState) -> tuple[Employee, Sentence, dict[str, Any]]:
    said = Sentence(
        "{name}({number})的{trait}同意:{state}",
        name=employee.name,
        number=employee.number,
        trait=trait.label,
        state=state.label,
    )
    return employee, said, {}
