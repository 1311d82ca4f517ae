"""Questions about notices and announcements. Those that show people take `seen_by=`."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext

from kaoqin.core.sentences import tell
from kaoqin.core.words import NotFound
from kaoqin.notices.models import (
    Announcement,
    Choice,
    CompanyChoice,
    Delivery,
    GroupBot,
    Notice,
    PersonalRhythm,
    PushSubscription,
    Reading,
)
from kaoqin.notices.timing import Rhythm
from kaoqin.notices.words import (
    MANAGE_CHANNELS,
    OWN_NOTICES,
    PERSONAL,
    PUBLISH_ANNOUNCEMENTS,
    Audience,
    Channel,
    DeliveryState,
    Kind,
    notice_kinds,
)
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.security.doors import require
from kaoqin.security.words import Actor


def accounts_of(employee_ids: Iterable[int]) -> list[int]:
    """The accounts of some employees, for `tell`; who has none is told nothing."""
    return list(org.accounts_of(employee_ids).values())


def inbox(*, seen_by: Actor) -> QuerySet[Notice]:
    """One's own notices, the newest first."""
    require(seen_by, OWN_NOTICES)
    return Notice.objects.filter(account=seen_by.account_id, taken_back_at=None).order_by("-told_at", "-pk")


def notice(notice_id: int, *, seen_by: Actor) -> Notice:
    found = inbox(seen_by=seen_by).filter(pk=notice_id).first()
    if found is None:
        raise NotFound("notices.no_notice", gettext("没有这条通知,或者它已经收回。"))
    return found


def unread_count(*, seen_by: Actor) -> int:
    """How many of one's notices are not read; counted to 100."""
    rows = Notice.objects.filter(account=seen_by.account_id, taken_back_at=None, read_at=None)
    return rows.order_by()[:100].count()


def receipts(kind: str, key: str) -> dict[int, dt.datetime | None]:
    """By account, when a notice was read (None: not yet): for the room that told it."""
    rows = Notice.objects.filter(kind=kind, key=key, account__isnull=False)
    return dict(rows.values_list("account_id", "read_at"))


def last_told(kind: str) -> tuple[str, dt.datetime] | None:
    """The key and the time of what was told last of a kind."""
    return Notice.objects.filter(kind=kind).order_by("-told_at", "-pk").values_list("key", "told_at").first()


def words(notice: Notice) -> tuple[str, str]:
    """Title and body in the language spoken now."""
    return tell(notice.told.get("title", {}), notice.title), tell(notice.told.get("body", {}), notice.body)


def mail_works() -> bool:
    """Whether the installation has a mail server."""
    return bool(settings.EMAIL_HOST)


def rhythms(account_ids: Collection[int], on: dt.date) -> dict[int, Rhythm]:
    """When each account may be disturbed, in the zone of the person's site."""
    employees = org.employees_of(account_ids)
    zones = org.zones([one.pk for one in employees.values()], on)
    kept = {row.account_id: row for row in PersonalRhythm.objects.filter(account__in=account_ids)}
    found = {}
    for key in account_ids:
        zone = zones.get(employees[key].pk, settings.TIME_ZONE) if key in employees else settings.TIME_ZONE
        row = kept.get(key)
        found[key] = Rhythm(zone, row.quiet_from, row.quiet_until, row.digest_at) if row else Rhythm(zone)
    return found


def mailboxes(account_ids: Collection[int]) -> dict[int, str]:
    """Where accounts get e-mail: the employee's address; of accounts that are nobody's, the one they gave."""
    found = dict(PersonalRhythm.objects.filter(account__in=account_ids).values_list("account_id", "email"))
    found |= {key: one.email for key, one in org.employees_of(account_ids).items()}
    return {key: address for key, address in found.items() if address}


def browsers(account_ids: Collection[int]) -> QuerySet[PushSubscription]:
    """The browsers that accounts are pushed to."""
    return PushSubscription.objects.filter(account__in=account_ids, ended_at=None).order_by("-begun_at")


@dataclass(frozen=True)
class Rule:
    """What holds for a kind and a channel unless the person chose otherwise; `fixed`: nobody may."""

    wanted: bool
    fixed: bool


def company_rules() -> dict[tuple[str, Channel], Rule]:
    """For every kind and channel what the company says, else what the kind was declared with."""
    rows = {(row.kind, row.channel): Rule(row.wanted, row.fixed) for row in CompanyChoice.objects.all()}
    found = {}
    for kind in notice_kinds().values():
        for channel in PERSONAL:
            said = rows.get((kind.code, channel.value), Rule(channel in kind.channels, fixed=False))
            found[kind.code, channel] = Rule(True, True) if channel in kind.fixed else said
    return found


def who_wants(kind: str, channel: Channel, account_ids: Iterable[int]) -> set[int]:
    """Of some accounts those that get a kind by a channel."""
    rule, everybody = company_rules()[kind, channel], set(account_ids)
    if rule.fixed:
        return everybody if rule.wanted else set()
    rows = Choice.objects.filter(kind=kind, channel=channel, account__in=everybody, wanted=not rule.wanted)
    otherwise = set(rows.values_list("account_id", flat=True))
    return everybody - otherwise if rule.wanted else otherwise


@dataclass(frozen=True)
class Wish:
    """One kind as somebody sees it among the preferences: by channel, whether it comes and whether that may change."""

    kind: Kind
    channels: dict[Channel, Rule]


def wishes(*, seen_by: Actor) -> list[Wish]:
    """All kinds, as the actor gets them."""
    require(seen_by, OWN_NOTICES)
    rules = company_rules()
    rows = Choice.objects.filter(account=seen_by.account_id).values_list("kind", "channel", "wanted")
    chosen = {(kind, channel): wanted for kind, channel, wanted in rows}

    def rule(kind: str, channel: Channel) -> Rule:
        said = rules[kind, channel]
        return said if said.fixed else Rule(chosen.get((kind, channel.value), said.wanted), fixed=False)

    return [Wish(kind, {one: rule(kind.code, one) for one in PERSONAL}) for kind in notice_kinds().values()]


def own_rhythm(*, seen_by: Actor) -> PersonalRhythm:
    """The actor's; one that says nothing where there is none."""
    require(seen_by, OWN_NOTICES)
    found = PersonalRhythm.objects.filter(account=seen_by.account_id).first()
    return found or PersonalRhythm(account_id=seen_by.account_id or 0)


def own_browsers(*, seen_by: Actor) -> QuerySet[PushSubscription]:
    require(seen_by, OWN_NOTICES)
    return browsers([seen_by.account_id or 0])


def bots(*, seen_by: Actor) -> QuerySet[GroupBot]:
    require(seen_by, MANAGE_CHANNELS, everywhere=True)
    return GroupBot.objects.order_by("name")


def bot(bot_id: int, *, seen_by: Actor) -> GroupBot:
    found = bots(seen_by=seen_by).filter(pk=bot_id).first()
    if found is None:
        raise NotFound("notices.no_bot", gettext("没有这个群机器人。"))
    return found


def deliveries(*, seen_by: Actor) -> QuerySet[Delivery]:
    """What is on its way and what was given up; without what the notices say, which is the recipients' alone."""
    require(seen_by, MANAGE_CHANNELS, everywhere=True)
    rows = Delivery.objects.select_related("notice__account", "notice__bot").defer("notice__body", "notice__told")
    return rows.order_by(F("ended_at").desc(nulls_first=True), "-pk")


def delivery(delivery_id: int, *, seen_by: Actor) -> Delivery:
    found = deliveries(seen_by=seen_by).filter(pk=delivery_id).first()
    if found is None:
        raise NotFound("notices.no_delivery", gettext("没有这条发送记录。"))
    return found


def dead_count(*, seen_by: Actor) -> int:
    """How many deliveries were given up and wait for a person."""
    require(seen_by, MANAGE_CHANNELS)
    return Delivery.objects.filter(state=DeliveryState.DEAD).count()


@dataclass(frozen=True)
class Traffic:
    """What a channel did: waiting and given up now, sent in the last day, the last that went out."""

    waiting: int
    dead: int
    sent: int
    last_at: dt.datetime | None


def traffic(at: dt.datetime, *, seen_by: Actor) -> dict[str, Traffic]:
    """By channel, and by bot as `bot 3`."""
    require(seen_by, MANAGE_CHANNELS, everywhere=True)
    lately = Q(state=DeliveryState.SENT, ended_at__gt=at - dt.timedelta(days=1))
    open_ = Q(state__in=[DeliveryState.WAITING, DeliveryState.SENDING])
    sums: dict[str, Any] = {
        "waiting": Count("pk", filter=open_),
        "dead": Count("pk", filter=Q(state=DeliveryState.DEAD)),
        "sent": Count("pk", filter=lately),
    }
    last = Delivery.objects.filter(channel=OuterRef("channel"), state=DeliveryState.SENT).order_by("-ended_at")
    rows = Delivery.objects.filter(open_ | Q(state=DeliveryState.DEAD) | lately).order_by()
    found = {}
    told: Any = rows.values("channel", "notice__bot").annotate(**sums, last=Subquery(last.values("ended_at")[:1]))
    for row in told:
        name = f"bot {row['notice__bot']}" if row["notice__bot"] else row["channel"]
        found[name] = Traffic(row["waiting"], row["dead"], row["sent"], row["last"])
    return found


def announcements(*, seen_by: Actor) -> QuerySet[Announcement]:
    """All announcements, for who writes them."""
    require(seen_by, PUBLISH_ANNOUNCEMENTS)
    return Announcement.objects.select_related("written_by").order_by("-begins_at", "-pk")


def announcement(announcement_id: int, *, seen_by: Actor) -> Announcement:
    """One announcement with its statistics, for who writes them."""
    found = announcements(seen_by=seen_by).filter(pk=announcement_id).first()
    if found is None:
        raise NotFound("notices.no_announcement", gettext("没有这条公告。"))
    return found


def meant(announcement: Announcement, on: dt.date) -> QuerySet[Employee]:
    """Everybody employed on a day whom an announcement is for."""
    people = org.everybody(on)
    if announcement.audience == Audience.EVERYONE:
        return people
    departments = announcement.departments.values_list("pk", flat=True)
    sites = announcement.sites.values_list("pk", flat=True)
    return org.belonging(people, departments, sites, on)


def own_announcements(at: dt.datetime, on: dt.date, *, seen_by: Actor) -> QuerySet[Announcement]:
    """Those that are for the actor and have begun, ended ones too, with `read_at` and `confirmed_at`."""
    require(seen_by, OWN_NOTICES)
    reading = Reading.objects.filter(announcement=OuterRef("pk"), employee=seen_by.employee_id)
    rows = Announcement.objects.filter(begins_at__lte=at, withdrawn_at=None).annotate(
        read_at=Subquery(reading.values("read_at")[:1]), confirmed_at=Subquery(reading.values("confirmed_at")[:1])
    )
    return _meant_for(rows, seen_by.employee_id, on).order_by("-begins_at", "-pk")


def _meant_for(rows: QuerySet[Announcement], employee_id: int | None, on: dt.date) -> QuerySet[Announcement]:
    here = org.where(employee_id, on) if employee_id else None
    if here is None:
        return rows.none()
    departments = Announcement.departments.through.objects.filter(announcement=OuterRef("pk"))
    sites = Announcement.sites.through.objects.filter(announcement=OuterRef("pk"))
    chosen = Q(Exists(departments.filter(department__in=here.department_ids)))
    chosen |= Q(Exists(sites.filter(site=here.site_id)))
    return rows.filter(chosen | Q(audience=Audience.EVERYONE))


def own_announcement(announcement_id: int, at: dt.datetime, on: dt.date, *, seen_by: Actor) -> Announcement:
    found = own_announcements(at, on, seen_by=seen_by).filter(pk=announcement_id).first()
    if found is None:
        raise NotFound("notices.no_announcement", gettext("没有这条公告,或者它已经撤回。"))
    return found


def posted_now(at: dt.datetime, on: dt.date, *, seen_by: Actor) -> QuerySet[Announcement]:
    """Those the home page shows the actor: running, and not read, or not confirmed where that is asked for."""
    rows = own_announcements(at, on, seen_by=seen_by).filter(Q(ends_on=None) | Q(ends_on__gte=on))
    return rows.filter(Q(read_at=None) | Q(must_confirm=True, confirmed_at=None))


def readers(announcement: Announcement, on: dt.date, *, seen_by: Actor) -> QuerySet[Employee]:
    """Everybody an announcement is for, with `read_at` and `confirmed_at`, within the asker's reach. Of one that is over
    those employed on its last day."""
    day = min(on, announcement.ends_on) if announcement.ends_on else on
    reached = org.people(PUBLISH_ANNOUNCEMENTS, seen_by=seen_by, on=on)
    people = meant(announcement, day).filter(pk__in=reached.values("pk"))
    reading = Reading.objects.filter(announcement=announcement, employee=OuterRef("pk"))
    return org.with_posting(people, day).annotate(
        read_at=Subquery(reading.values("read_at")[:1]), confirmed_at=Subquery(reading.values("confirmed_at")[:1])
    )


@dataclass(frozen=True)
class ReadingCounts:
    """Of how many people: how many read it, confirmed it, and have no account to read it with."""

    people: int
    read: int
    confirmed: int
    without_account: int

    @property
    def percent(self) -> int:
        return self.read * 100 // self.people if self.people else 0


def reading_counts(announcement: Announcement, on: dt.date, *, seen_by: Actor) -> ReadingCounts:
    """Within the asker's reach."""
    told = readers(announcement, on, seen_by=seen_by).aggregate(
        people=Count("pk"),
        read=Count("read_at"),
        confirmed=Count("confirmed_at"),
        without_account=Count("pk", filter=Q(account=None)),
    )
    return ReadingCounts(**told)


def browser_count(*, seen_by: Actor) -> int:
    """How many browsers are pushed to."""
    require(seen_by, MANAGE_CHANNELS)
    return PushSubscription.objects.filter(ended_at=None).count()
