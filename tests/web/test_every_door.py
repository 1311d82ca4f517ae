"""Every address of the product is asked by every role, by GET and by POST; one that is not in the table fails."""

import uuid
from datetime import datetime

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from doors_table import DOORS, ROLES

import make
import travelling
from handset import Handset, office
from kaoqin.approvals import delegating, flow_actions
from kaoqin.approvals.models import Flow
from kaoqin.attendance import closing, confirming, trip_actions
from kaoqin.attendance.actions import Interval
from kaoqin.attendance.models import Absence, Adjustment, ClosedMonth
from kaoqin.attendance.trips import Trip
from kaoqin.consent import actions as consent
from kaoqin.core import pictures
from kaoqin.core.jobs import ask as ask_job
from kaoqin.core.models import JobRun, TableImport
from kaoqin.core.sealed import seal
from kaoqin.core.seeds import plant
from kaoqin.devices import actions as devices
from kaoqin.devices.models import BadUploadLine, Device, Placement, RawUpload, TerminalAccess
from kaoqin.devices.wire import TellState
from kaoqin.field import photos
from kaoqin.kiosk import actions as kiosk
from kaoqin.kiosk.models import KioskPunch
from kaoqin.leave import actions as leave_actions
from kaoqin.leave import nursing
from kaoqin.leave.models import RegionParameter
from kaoqin.notices import publishing
from kaoqin.notices.models import Delivery, GroupBot, Notice
from kaoqin.org import facts, lead_actions
from kaoqin.phones import actions as phones
from kaoqin.phones import mark_actions, site_ways_actions
from kaoqin.phones import photos as punch_photos
from kaoqin.phones.models import PunchPhoto, Token
from kaoqin.phones.models import Record as PhoneRecord
from kaoqin.phones.words import Way, Ways
from kaoqin.punches import actions as punches
from kaoqin.punches import bringing, repairing, stretches
from kaoqin.punches.ledger import Press, take
from kaoqin.punches.models import BadLine, PersonKey, Punch
from kaoqin.punches.words import Source
from kaoqin.rollcall import actions as rollcall
from kaoqin.rollcall import queries as rollcall_queries
from kaoqin.rollcall.words import Direction
from kaoqin.scheduling import roster
from kaoqin.scheduling.models import HeldSkill, Skill
from kaoqin.scheduling.words import Cell
from kaoqin.tracks.models import TrackDay
from kaoqin.trials import actions as trials
from tablets import Unit


def names(resolver=None, space=""):
    """`room:page` of every pattern there is."""
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            yield from names(one, f"{one.namespace}:" if one.namespace else space)
        elif isinstance(one, URLPattern):
            yield f"{space}{one.name}"


@pytest.fixture
def world(cast):
    """An address for every page that is about something; what belongs to somebody belongs to He or to Chen."""
    he, by = cast.accounts["he"], cast.by("he")
    make.punch(cast.chen, "11-19 09:00")
    punch = Punch.objects.get()
    correction = punches.add_correction(
        cast.chen, make.at("11-19 18:00"), "忘打卡", by=by, at=make.NOW, today=make.TODAY
    )
    batch = bringing.bring("x.csv", "工号,时间\n1,2026-11-19 09:00\n".encode(), "Asia/Shanghai", by=by, at=make.NOW)
    bad = BadLine.objects.create(batch=batch, line_no=1, raw="?", code="x", sentence="?")
    key = PersonKey.objects.create(person_key="77", employee=cast.chen, begins_on=make.day("11-01"))
    absence = make.absence(cast.chen, "annual", "11-18 09:00", "11-18 18:00")
    overtime = make.overtime(cast.chen, "11-18 18:00", "11-18 20:00")
    change = roster.paint([Cell(cast.chen.pk, make.day("11-21"), None)], by=by, at=make.NOW, today=make.TODAY)
    run = ask_job("attendance.settle", "核算", account_id=he.pk, at=make.NOW)
    table = TableImport.objects.create(
        kind="people", name="x", rows=[["工号"]], header=0, mapping={}, account_id=he.pk, brought_at=make.NOW
    )
    skill = Skill.objects.create(name="叉车证")
    grant = cast.accounts["qian"].grants.get()
    chen, calendar = cast.chen.pk, make.calendar().pk
    about = {
        "web:job": run.pk,
        "web:job_file": run.pk,
        "field:placed": run.pk,
        "web:import_start": "people",
        "web:import_template": "people",
        **dict.fromkeys(("web:import", "web:import_match", "web:import_repair", "web:import_take"), table.pk),
        **dict.fromkeys(("web:import_bad_rows", "web:import_drop_bad"), table.pk),
        **dict.fromkeys(
            ("security:account", "security:reset_password", "security:set_active"), cast.accounts["chen"].pk
        ),
        "security:end_grant": grant.pk,
        **dict.fromkeys(
            (f"org:{page}" for page in ("person", "details", "move", "leave", "give_account", "line_manager")), chen
        ),
        **dict.fromkeys(("org:change_department", "org:head"), cast.plant.pk),
        "org:site": cast.site.pk,
        "scheduling:shift": cast.day.pk,
        **dict.fromkeys(("scheduling:skill", "scheduling:need_skill", "scheduling:give_skill"), skill.pk),
        "scheduling:end_skill": HeldSkill.objects.create(skill=skill, employee=cast.chen, begins_on=make.TODAY).pk,
        **dict.fromkeys(
            ("scheduling:group", "scheduling:plan_group", "scheduling:join_group", "attendance:rules"),
            cast.day_group.pk,
        ),
        "scheduling:calendar": (calendar, 2026),
        "scheduling:confirm_year": calendar,
        "scheduling:undo": change,
        "punches:punch": punch.pk,
        "punches:withdraw_correction": correction.pk,
        **dict.fromkeys(
            (f"punches:{page}" for page in ("batch", "decide", "map_columns", "take", "discard", "set_all_aside")),
            batch.pk,
        ),
        "punches:repair": bad.pk,
        "punches:end_key": key.pk,
        "attendance:person": chen,
        "attendance:day": (chen, "2026-11-19"),
        "attendance:withdraw_absence": Absence.objects.get(pk=absence.pk).pk,
        "attendance:withdraw_overtime": overtime.pk,
        "phones:ways": cast.day_group.pk,
        "privacy:fetch": "made-up",
        "field:day": (chen, str(make.TODAY)),
        "tracks:day": (TrackDay.objects.create(employee=cast.chen, date=make.TODAY).employee_id, str(make.TODAY)),
        **punched(cast),
        **at_a_tablet(cast),
        **fielded(cast),
    }
    about |= {
        "consent:person": chen,
        **dict.fromkeys(("overtime:person", "overtime:adjust"), chen),
        "consent:withdraw": chen,
        "devices:sync_templates": chen,
        "devices:done_by_hand": 1,
    }
    about["consent:notice"] = consent.publish_notice("告知", by=by, at=make.NOW).version
    about |= told(cast) | {"devices:name_keepers": cast.site.pk}
    about |= leave(cast) | terminals(cast) | wrong_clocks(cast) | roll_call(cast) | asked_for(cast)
    about |= month_end(cast) | tried(cast)
    return {name: reverse(name, args=[key] if not isinstance(key, tuple) else list(key)) for name, key in about.items()}


def leave(cast):
    """Chen has a child of some months, took a day of annual leave and has her hour for nursing."""
    plant()
    by, chen = {"by": cast.by("he"), "at": make.NOW}, cast.chen
    facts.keep_facts(chen, facts.Facts("female", worked_since=make.day("2012-03-01")), **by)
    birth = facts.keep_birth(chen, facts.Delivery(born_on=make.day("06-01")), **by)
    made = leave_actions.take(chen, "annual", make.at("11-23 00:00"), make.at("11-24 00:00"), **by)
    plan = nursing.plan_nursing(chen, make.day("11-23"), nursing.Place.END, **by)
    return {
        **dict.fromkeys((f"leave:{page}" for page in ("person", "adjust", "carry_over", "plan_nursing")), chen.pk),
        "leave:end_nursing": plan.pk,
        "leave:give_back": made.pk,
        "leave:kind": "annual",
        "leave:region": RegionParameter.objects.first().pk,
        **dict.fromkeys(("org:facts", "org:new_birth"), chen.pk),
        "org:birth": (chen.pk, birth.pk),
    }


def told(cast):
    """A notice of He's with a delivery, a bot, an announcement to everybody."""
    bot = GroupBot.objects.create(name="群", vendor="wecom", address_sealed=seal("https://x.example/"), shown="…")
    notice = Notice.objects.create(
        kind="notices.test", key="1", account=cast.accounts["he"], title="x", told_at=make.NOW
    )
    delivery = Delivery.objects.create(notice=notice, channel="email", due_at=make.NOW)
    announcement = publishing.publish(publishing.Draft("公告", "正文"), by=cast.by("he"), at=make.NOW)
    return {
        **dict.fromkeys(("notices:open", "notices:read"), notice.pk),
        **dict.fromkeys(("notices:bot", "notices:test_bot", "notices:switch_bot"), bot.pk),
        **dict.fromkeys(
            (f"notices:{page}" for page in ("announcement", "confirm", "withdraw", "readers")), announcement.pk
        ),
        "notices:again": delivery.pk,
        "notices:unsubscribe": 1,
    }


def terminals(cast):
    """A terminal with an upload, a line nobody could read and a command."""
    by = cast.by("he")
    device = Device.objects.create(serial="DOOR0001", first_seen_at=make.NOW)
    devices.approve(device, cast.site, by=by, at=make.NOW)
    command = devices.enqueue(device, TellState(), by=by, at=make.NOW)
    upload = RawUpload.objects.create(
        device=device,
        kind="ATTLOG",
        protocol="zk_attendance",
        sha256="0",
        body=b"?",
        size_bytes=1,
        path="/",
        address="",
        received_at=make.NOW,
        last_at=make.NOW,
    )
    bad = BadUploadLine.objects.create(upload=upload, line_no=1, raw="?", fault="time")
    pages = (
        "device",
        "link",
        "visit",
        "set_clock",
        "subscribe",
        "approve",
        "refuse",
        "retire",
        "command",
        "uploads",
        "operations",
        "timeline",
        "pin_group",
        "options",
        "people",
        "keep_people",
        "stop_keeping",
        "tell_people",
        "remove_many",
        "place_again",
        "access",
        "keep_templates",
        "addresses",
    )
    Device.objects.filter(pk=device.pk).update(protocol="zk_attendance")
    stranger = Placement.objects.create(device=device, pin="777", state="stranger")
    rule = TerminalAccess.objects.create(device=device, kind="chosen_only", begins_on=make.TODAY)
    return {
        **dict.fromkeys((f"devices:{page}" for page in pages), device.pk),
        "devices:withdraw": command.pk,
        "devices:may_remove": stranger.pk,
        "devices:end_access": rule.pk,
        "devices:reread": upload.pk,
        "devices:repair": bad.pk,
    }


def roll_call(cast):
    """Wang called the roll: Chen was there."""
    by, now = cast.by("wang"), make.at("11-20 10:00")
    listed = rollcall_queries.called(cast.site, None, seen_by=by, on=make.TODAY, now=now)
    told = (cast.site, Direction.IN, make.at("11-20 08:30"), listed, [cast.chen.pk])
    made = rollcall.call_roll(*told, by=by, at=make.NOW)
    return {
        "rollcall:call": cast.site.pk,
        "rollcall:roll_call": made.pk,
        "rollcall:review": made.pk,
        "rollcall:take_back": (made.pk, made.ticks.get().pk),
    }


def asked_for(cast):
    """Chen asked for a trip, with a file; Wang decides, and is stood in for by Zhao."""
    lead_actions.state_heads([lead_actions.Heads(cast.sales, cast.wang, make.TODAY)], by=make.ROOT, at=make.NOW)
    flow_actions.seed_default_flow()
    trip = Trip(Interval(make.at("11-25 09:00"), make.at("11-25 16:00")), "杭州", "签约")
    files = [("a.pdf", b"%PDF-")]
    made = trip_actions.ask("trip", cast.chen, trip, files, by=cast.by("chen"), at=make.NOW)
    told = {"by": cast.by("wang"), "at": make.NOW}
    delegation = delegating.delegate(cast.wang, cast.zhao, make.TODAY, make.TODAY, **told)
    flow = Flow.objects.get().pk
    deeds = ("request", "decide", "add", "hand_over", "comment", "attach", "withdraw", "remind", "undo")
    pages = ("flow", "flow_settings", "add_step", "publish_flow", "discard_draft", "close_flow", "raise_flow")
    return {
        **dict.fromkeys((f"approvals:{one}" for one in deeds), made.pk),
        **dict.fromkeys((f"approvals:{one}" for one in pages), flow),
        **dict.fromkeys((f"approvals:{one}" for one in ("step", "raise_step", "drop_step")), (flow, 0)),
        "approvals:file": made.files.get().pk,
        "approvals:end_delegation": delegation.pk,
        "attendance:ask_trip": "trip",
    }


def month_end(cast):
    """Chen's October was objected to, then closed; a correction came after."""
    october, by = make.day("10-01"), cast.by("he")
    make.settle()
    confirming.ask_people([cast.chen.pk], october, make.TODAY, make.NOW)
    answer = confirming.object_to(october, "少一天", by=cast.by("chen"), at=make.NOW)
    confirming.reply(answer.pk, "已查", by=by, at=make.NOW)
    closing.close_people([cast.chen.pk], october, None, make.NOW)
    punches.add_correction(cast.chen, make.at("10-13 08:58"), "忘打卡", by=by, at=make.NOW, today=make.TODAY)
    make.settle()
    closed, found = ClosedMonth.objects.get().pk, Adjustment.objects.get().pk
    return {
        **dict.fromkeys(("attendance:own_day", "attendance:own_month", "attendance:confirm"), "2026-10-01"),
        **dict.fromkeys(("attendance:adjustment", "attendance:accept_adjustment"), found),
        "attendance:month_file": (cast.chen.pk, "2026-10-01"),
        "attendance:closed_person": closed,
        "attendance:confirmation": answer.pk,
        "attendance:month_rules": cast.day_group.pk,
    }


def punched(cast):
    """Chen punched by a phone, outside; another phone of Chen's waits. A place and a network of the office."""
    chen = Handset(cast.by("chen"))
    chen.send(chen.record(note="拜访客户"))
    waiting = [Handset(cast.by("chen")).phone for _ in range(2)][-1]
    screen = mark_actions.add_screen(cast.site, "大厅", make.SINCE, by=make.ROOT, at=make.NOW)
    network = phones.add_network(cast.site, "总部", "203.0.113.0/24", make.SINCE, by=cast.by("he"), at=make.NOW)
    photo = PunchPhoto.objects.create(
        key=uuid.uuid4(),
        employee=cast.chen,
        record=PhoneRecord.objects.get(),
        path=pictures.keep(travelling.picture())[0].name,
    )
    ticket = punch_photos.address(photo, seen_by=cast.by("he"), at=make.NOW).split("/")[-2]
    return {
        "phones:photo": ticket,
        **dict.fromkeys(("phones:approve", "phones:reject"), waiting.pk),
        "phones:revoke": Token.objects.create(
            phone=chen.phone, account=cast.accounts["chen"], made_at=make.NOW, last_used_on=make.TODAY
        ).pk,
        "phones:record": PhoneRecord.objects.get().pk,
        **dict.fromkeys(("phones:place", "phones:change_place"), office(("site_id", cast.site.pk)).pk),
        "phones:network": network.pk,
        "phones:end_site_ways": site_ways_actions.state_site_ways(
            cast.site, make.TODAY, None, [Way.GPS, Way.KIOSK], by=make.ROOT, at=make.NOW
        ).pk,
        **dict.fromkeys(("phones:screen", "phones:renew_screen"), screen.pk),
        **dict.fromkeys(("phones:show_screen", "phones:code"), screen.key),
        "phones:signal": mark_actions.add_signal(
            mark_actions.SignalDetails(cast.site, Way.WIFI, "a4:56:30:12:ab:cd", "三楼", make.SINCE),
            by=make.ROOT,
            at=make.NOW,
        ).pk,
        "phones:mark": mark_actions.add_mark(cast.site, "前台", Way.NFC, make.SINCE, by=make.ROOT, at=make.NOW).pk,
    }


def at_a_tablet(cast):
    """Chen punched on a tablet, at a time nobody can verify; another tablet waits for its link to be opened."""
    phones.keep_ways(cast.day_group, make.SINCE, Ways(ways=(Way.KIOSK,)), by=make.ROOT, at=make.NOW)
    kiosk.set_own_pin("482915", by=cast.by("chen"), at=make.NOW, today=make.TODAY)
    unit = Unit(cast.site)
    unit.press(cast.chen.number, "482915", contact=None, received=make.NOW + 2 * make.DAY / 24)
    waiting = kiosk.add_tablet(cast.site, "西门平板", by=make.ROOT, at=make.NOW)
    return {
        **dict.fromkeys(("kiosk:tablet", "kiosk:renew", "kiosk:revoke"), unit.tablet.pk),
        "kiosk:keep": KioskPunch.objects.get().pk,
        "kiosk:lift": cast.chen.pk,
        "kiosk:bind": waiting.secret,
    }


def fielded(cast):
    """Chen owns a customer, plans to visit it and did, with a photo, whose address was made for He."""
    shop, kind = travelling.customer(cast.chen), travelling.kind()
    planned = travelling.stop(cast.chen, shop=shop)
    made = travelling.Traveller(cast.by("chen"), make.NOW).visit(shop, kind, photos=[travelling.picture()])
    address = photos.address(made.photos.get(), seen_by=cast.by("he"), at=make.NOW)
    return {
        **dict.fromkeys(("field:visit", "field:note"), made.pk),
        "field:photo": address.split("/")[-2],
        **dict.fromkeys(("field:add_stop", "field:copy_week"), cast.chen.pk),
        **dict.fromkeys(("field:drop_stop", "field:raise_stop"), planned.pk),
        **dict.fromkeys(("field:kind", "field:close_kind"), kind.pk),
        **dict.fromkeys((f"field:{page}" for page in ("customer", "change_customer", "give_customer")), shop.pk),
        "field:end_owner": (shop.pk, shop.owners.get().pk),
    }


def tried(cast):
    """He tried a draft of Chen's group on October."""
    by = {"by": cast.by("he"), "at": make.NOW}
    trial = trials.begin(cast.day_group, "试一试", **by)
    made = trials.run(trial, [make.day("10-01")], None, **by)
    make.work_off(JobRun.objects.get(pk=made.job_id))
    pages = ("trial", "edit", "begin_again", "run", "publish", "delete")
    return {
        **dict.fromkeys((f"trials:{page}" for page in pages), trial.pk),
        "trials:outcome": made.pk,
        "trials:person": (made.pk, cast.chen.pk),
        "trials:day": (made.pk, cast.chen.pk, "2026-10-12"),
    }


def wrong_clocks(cast):
    """A terminal whose clock was dead twice: one stretch waits, one is repaired."""
    for time in ("2000-01-01 00:09", "2000-01-01 00:01"):
        press = Press(cast.chen.number, datetime.fromisoformat(time), "Asia/Shanghai", "DEAD0001")
        take([press], source=Source.TERMINAL, by=cast.by("he"), at=make.NOW)
    repaired, waiting = stretches.stretches(seen_by=cast.by("he"))
    made = repairing.repair(repaired, make.at("11-19 09:00"), "断电", by=cast.by("he"), at=make.NOW)
    return {"punches:repair_clock": waiting.first_id, "punches:withdraw_repair": made.pk}


def ask(client, cast, role, method, address):
    """One letter: how the door answered. What it did is taken back."""
    with transaction.atomic():
        client.logout()
        if role:
            client.force_login(cast.accounts[role])
        answer = getattr(client, method)(address)
        transaction.set_rollback(True)
    if answer.status_code == 302 and answer["Location"].startswith(reverse("security:login")):
        return "l"
    return {401: "l", 403: "f", 404: "n", 405: "m"}.get(answer.status_code, "o" if answer.status_code < 500 else "!")


def test_every_address_is_in_the_table():
    assert sorted(set(names())) == sorted(DOORS)


@pytest.mark.parametrize("place", range(len(ROLES)), ids=[role or "anonymous" for role in ROLES])
def test_every_door_answers_as_the_table_says(cast, world, client, place):
    role, wrong = ROLES[place], []
    for name, expected in DOORS.items():
        address = world[name] if name in world else reverse(name)
        for method, letters in zip(("get", "post"), expected, strict=True):
            answered = ask(client, cast, role, method, address)
            if answered != letters[place]:
                wrong.append(f"{method} {name}: {answered}, not {letters[place]}")
    assert wrong == []


def about(cast, employee):
    """The pages about somebody that an address alone leads to."""
    return [
        reverse("org:person", args=[employee.pk]),
        reverse("attendance:person", args=[employee.pk]),
        reverse("attendance:day", args=[employee.pk, "2026-11-19"]),
    ]


def answers(client, addresses):
    return [client.get(address).status_code for address in addresses]


def test_a_manager_reaches_the_department_and_what_is_below_it_and_nobody_else(cast, enter):
    wang = enter("wang")
    assert answers(wang, about(cast, cast.chen) + about(cast, cast.lin)) == [200] * 6
    assert answers(wang, about(cast, cast.zhao) + about(cast, cast.he)) == [404] * 6


def test_an_employee_reaches_only_oneself(cast, enter):
    chen = enter("chen")
    assert answers(chen, about(cast, cast.chen)) == [200] * 3
    assert answers(chen, about(cast, cast.lin)) == [403] * 3


def test_a_managers_lists_hold_nobody_from_outside(cast, enter):
    for employee in (cast.chen, cast.zhao):
        make.punch(employee, "11-19 09:00", "11-19 18:00")
    make.settle()
    wang = enter("wang")
    for page in ("people", "attendance/today", "attendance/days", "attendance/months", "punches", "roster"):
        text = wang.get(f"/{page}/?size=100&q=").content.decode()
        assert "陈大白" in text, page
        assert "赵夜班" not in text, page


def test_an_employees_punches_are_ones_own(cast, enter):
    for employee in (cast.chen, cast.lin):
        make.punch(employee, "11-19 09:00")
    text = enter("chen").get("/punches/").content.decode()
    assert "陈大白" in text
    assert "林小满" not in text


def test_a_manager_cannot_plan_people_from_outside(cast, enter):
    body = {"cells": [[cast.zhao.pk, "2026-11-23", cast.day.pk]]}
    answer = enter("wang").post("/roster/paint/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "scheduling.out_of_reach")


PAGES = ("people", "roster", "attendance/months", "attendance/days", "attendance/today", "jobs")


@pytest.mark.parametrize("asked", ["department=²", f"department={10**20}", "page=x", "page=-1", "month=0001-01"])
def test_an_odd_address_is_no_failure(enter, asked):
    he = enter("he")
    assert answers(he, [f"/{page}/?{asked}" for page in PAGES]) == [200] * len(PAGES)


def test_a_day_that_is_none_is_not_found(cast, enter):
    days = [f"/attendance/people/{cast.chen.pk}/{date}/" for date in ("0001-01-01", "9999-12-31", "2026-02-30", "x")]
    assert answers(enter("he"), days) == [404] * 4
