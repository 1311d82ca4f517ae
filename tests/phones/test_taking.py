"""Records of phones: signed, once, in any order; where, when, and what becomes of them."""

import datetime as dt
import json

import pytest

import make
from handset import OFFICE, Handset, agree, office, point
from kaoqin.consent import choosing
from kaoqin.consent.models import PurposeChoice
from kaoqin.core.places import Datum
from kaoqin.core.words import NotFound, Refusal
from kaoqin.phones import actions, queries
from kaoqin.phones.models import Phone, Record
from kaoqin.phones.standing import Standing
from kaoqin.phones.words import LOCATION, Flag, Outside, Way, Ways
from kaoqin.punches.models import Correction, Punch
from kaoqin.security.models import AuditEntry

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def lin(cast):
    """Lin, who sells in the field, with a phone, and agrees to positions."""
    agree(cast.by("lin"))
    return Handset(cast.by("lin"))


def ways(cast, **changed):
    told = Ways(**{"note_needed": False, **changed})
    return actions.keep_ways(cast.field_group, make.SINCE, told, by=make.ROOT, at=make.NOW)


def test_inside_it_counts_and_becomes_a_punch_without_coordinates(cast, lin):
    office(("department_id", cast.sales.pk))
    (answer,) = lin.send(lin.record(point=point(north_m=30)))
    assert (answer.state, answer.verdict, answer.place, answer.distance_m) == ("counted", "inside", "上海办公室", -170)
    punch = Punch.objects.get()
    assert (punch.employee, punch.at, punch.source, punch.place) == (cast.lin, make.NOW, "phone", "上海办公室")
    assert "31.2" not in json.dumps(punch.evidence)


@pytest.mark.parametrize(
    ("north_m", "accuracy_m", "verdict", "state"),
    [
        (179, 20, "inside", "counted"),
        (181, 20, "uncertain", "counted"),
        (219, 20, "uncertain", "counted"),
        (221, 20, "outside", "held"),
        (3000, 501, "unknown", "held"),
    ],
)
def test_both_sides_of_the_fence_and_what_nobody_can_tell(cast, lin, north_m, accuracy_m, verdict, state):
    ways(cast)
    office(("site_id", cast.site.pk))
    (answer,) = lin.send(lin.record(point=point(north_m, accuracy_m)))
    assert (answer.verdict, answer.state) == (verdict, state)


def test_a_polygon_in_a_chinese_datum_is_compared_in_wgs84(cast, lin):
    from kaoqin.core.places import Point

    corners = [(OFFICE[0] + a, OFFICE[1] + b) for a, b in ((-0.001, -0.001), (-0.001, 0.001), (0.001, 0))]
    for datum in Datum:
        told = tuple((p.latitude, p.longitude) for p in (Point(*one).to(datum) for one in corners))
        office(("employee_id", cast.lin.pk), datum.value, None, datum=datum, corners=told)
    here = Point(*OFFICE).to(Datum.BD09)
    sent = point(latitude=here.latitude, longitude=here.longitude, datum="bd09")
    (answer,) = lin.send(lin.record(point=sent))
    assert (answer.verdict, Record.objects.get().latitude) == ("inside", pytest.approx(OFFICE[0], abs=1e-6))
    assert [
        queries.judge_places([place], Point(*OFFICE), 5).seen for place in Standing(cast.lin.pk, make.TODAY).places
    ] == ["inside"] * 3


def test_of_many_places_the_best_counts_and_one_that_ended_does_not(cast, lin):
    office(("group_id", cast.field_group.pk), "远处", corners=((30.0, 120.0),))
    ended = office(("employee_id", cast.lin.pk), "从前")
    actions.end_place(ended, make.TODAY - make.DAY, by=make.ROOT, at=make.NOW)
    assert lin.send(lin.record(point=point()))[0].place == "远处"
    office(("employee_id", cast.lin.pk), "现在")
    assert lin.send(lin.record(point=point()))[0].place == "现在"


def test_a_place_is_for_its_own_people(cast):
    office(("group_id", cast.day_group.pk))
    assert (len(Standing(cast.lin.pk, make.TODAY).places), len(Standing(cast.chen.pk, make.TODAY).places)) == (0, 1)


def test_outside_is_what_the_group_says(cast, lin):
    office(("site_id", cast.site.pk))
    far = point(north_m=5000)
    assert lin.send(lin.record(point=far, note="拜访客户"))[0].state == "held"
    ways(cast, outside=Outside.FIELD, note_needed=True)
    assert lin.send(lin.record(point=far))[0].state == "held"
    assert lin.send(lin.record(point=far, note="拜访客户"))[0].state == "field"
    assert Punch.objects.get().place == "外勤"


def test_the_same_record_again_is_known_and_another_with_its_counter_is_kept_as_refused(cast, lin):
    office(("site_id", cast.site.pk))
    first = lin.payload(point=point())
    assert [one.state for one in lin.send(lin.sign(first), lin.sign(first))] == ["counted", "known"]
    other = lin.sign({**first, "id": "00000000-0000-4000-8000-000000000001", "note": "改"})
    assert [lin.send(other)[0].state for _ in range(2)] == ["refused", "refused"]
    assert (Punch.objects.count(), Record.objects.filter(state="refused").get().flags) == (1, ["replay"])


def test_order_does_not_matter_and_a_gap_is_shown(cast, lin):
    office(("site_id", cast.site.pk))
    one, two, three = (lin.record(make.NOW + n * HOUR, point=point(taken_at=make.NOW + n * HOUR)) for n in range(3))
    late = make.NOW + 4 * HOUR
    assert [answer.state for answer in lin.send(three, one, two, at=late)] == ["counted"] * 3
    assert [row.flags for row in Record.objects.order_by("pk")] == [["gap"], ["out_of_order"], ["out_of_order"]]
    assert list(Punch.objects.order_by("at").values_list("at", flat=True)) == [make.NOW + n * HOUR for n in range(3)]


def test_a_wrong_signature_another_phones_or_another_persons_is_refused_and_the_rest_goes_on(cast, lin):
    office(("site_id", cast.site.pk))
    good, chen = lin.record(point=point()), Handset(cast.by("chen"))
    changed = lin.record(point=point())
    changed.payload += " "
    sent = [changed, chen.sign(lin.payload()), chen.record(), lin.sign("{"), lin.sign(lin.payload(v=2)), good]
    assert [one.state for one in lin.send(*sent)] == ["refused"] * 5 + ["counted"]
    assert Record.objects.count() == 1


def test_a_clock_set_back_offline_counts_at_the_true_time(cast, lin):
    office(("site_id", cast.site.pk))
    true, shown = make.NOW + HOUR, make.NOW + HOUR / 2
    (answer,) = lin.send(lin.record(true, shown, point=point(taken_at=shown)), at=make.NOW + 2 * HOUR)
    assert (answer.state, answer.at, Record.objects.get().flags) == ("counted", true, ["clock_edited"])


def test_a_contact_the_server_never_gave_proves_nothing(cast, lin):
    office(("site_id", cast.site.pk))
    told = lin.payload(make.NOW - 3 * HOUR, point=point(taken_at=make.NOW - 3 * HOUR), ticks=9e6)
    told["contact"] |= {"server_time": (make.NOW - 4 * HOUR).isoformat()}
    (answer,) = lin.send(lin.sign(told))
    assert (answer.state, Record.objects.get().flags) == ("held", ["no_time"])


def test_a_day_late_waits_for_the_manager(cast, lin):
    office(("site_id", cast.site.pk))
    (answer,) = lin.send(lin.record(point=point()), at=make.NOW + 25 * HOUR)
    assert (answer.state, Punch.objects.count()) == ("held", 0)


def test_without_consent_the_position_is_not_kept_and_the_office_network_serves(cast):
    office(("site_id", cast.site.pk))
    chen = Handset(cast.by("chen"))
    chen.send(chen.record(point=point(), note="忘带工牌"))
    row = Record.objects.get()
    assert (row.state, row.verdict, row.latitude, row.flags) == ("held", "unknown", None, ["no_consent"])
    assert "31.2" not in row.payload
    actions.add_network(cast.site, "总部", "203.0.113.0/24", make.SINCE, by=make.ROOT, at=make.NOW)
    at_desk = cast.by("chen").__class__(**{**vars(cast.by("chen")), "address": "203.0.113.9"})
    (answer,) = chen.send(chen.record(), by=at_desk)
    assert (answer.state, answer.place) == ("counted", "总部")


def test_the_office_network_proves_nothing_of_what_was_pressed_before(cast, lin):
    ways(cast, ways=(Way.NETWORK,))
    actions.add_network(cast.site, "总部", "203.0.113.0/24", make.SINCE, by=make.ROOT, at=make.NOW)
    at_desk = cast.by("lin").__class__(**{**vars(cast.by("lin")), "address": "203.0.113.9"})
    pressed = lin.record()
    assert lin.send(pressed, at=make.NOW + HOUR, by=at_desk)[0].state == "held"


def test_consent_is_withdrawn_as_it_is_given_and_what_was_said_stays(cast):
    by = cast.by("lin")
    agree(by)
    agree(by, given=False)
    agree(by, given=False)
    assert [row.given for row in PurposeChoice.objects.order_by("pk")] == [True, False]
    with pytest.raises(Refusal, match="重新阅读"):
        choosing.choose(LOCATION, True, 99, by=by, at=make.NOW, today=make.TODAY)


def test_a_second_phone_replaces_the_first_and_a_third_waits_for_the_manager(cast):
    office(("site_id", cast.site.pk))
    agree(cast.by("lin"))
    one, two, three = (Handset(cast.by("lin"), name=str(n)) for n in range(3))
    assert list(Phone.objects.order_by("pk").values_list("state", flat=True)) == ["replaced", "bound", "waiting"]
    later = make.NOW + HOUR
    states = [x.send(x.record(later, point=point(taken_at=later)), at=later)[0].state for x in (one, two, three)]
    assert states == ["held", "counted", "held"]
    for stranger in ("zhao", "lin", "sun"):
        with pytest.raises(Refusal):
            actions.decide_phone(three.phone.pk, True, by=cast.by(stranger), at=later, today=make.TODAY)
    actions.decide_phone(three.phone.pk, True, by=cast.by("wang"), at=later, today=make.TODAY)
    assert list(Phone.objects.order_by("pk").values_list("state", flat=True)) == ["replaced", "replaced", "bound"]
    assert AuditEntry.objects.filter(action="phones.bind").count() == 3


def test_the_quota_counts_again_when_its_days_are_over(cast):
    for days, state in ((0, "bound"), (1, "bound"), (30, "waiting"), (32, "bound")):
        at = make.NOW + days * make.DAY
        Phone.objects.filter(state="waiting").delete()
        assert Handset(cast.by("lin"), at).phone.state == state, days


def test_a_held_record_counts_when_the_manager_keeps_it_and_nobody_decides_on_oneself(cast, lin):
    lin.send(lin.record(note="拜访客户"))
    row, told = Record.objects.get(), {"at": make.NOW, "today": make.TODAY}
    for stranger in ("lin", "zhao", "sun"):
        with pytest.raises(Refusal):
            actions.decide(row, True, "确认", by=cast.by(stranger), **told)
    with pytest.raises(Refusal, match="理由"):
        actions.decide(row, True, " ", by=cast.by("wang"), **told)
    actions.decide(row, True, "客户确认", by=cast.by("wang"), **told)
    assert Punch.objects.get().employee == cast.lin
    with pytest.raises(Refusal, match="已经处理"):
        actions.decide(row, False, "又不认", by=cast.by("wang"), **told)
    mine = Handset(cast.by("wang"))
    mine.send(mine.record(note="我自己"))
    with pytest.raises(NotFound):
        actions.decide(Record.objects.latest("pk"), True, "我说行", by=cast.by("wang"), **told)


def test_a_field_punch_that_is_not_accepted_is_voided_and_the_day_settled_again(cast, lin):
    from kaoqin.attendance.models import DayResult

    ways(cast, outside=Outside.FIELD)
    office(("site_id", cast.site.pk))
    lin.send(lin.record(point=point(north_m=9000)))
    make.settle()
    before = DayResult.objects.filter(employee=cast.lin, date=make.TODAY).values_list("first_in", flat=True).first()
    told = {"by": cast.by("wang"), "at": make.NOW, "today": make.TODAY}
    actions.decide(Record.objects.get(), False, "不在客户处", **told)
    make.settle()
    after = DayResult.objects.filter(employee=cast.lin, date=make.TODAY).values_list("first_in", flat=True).first()
    assert (Correction.objects.get().kind, before is None, after) == ("void", False, None)


def test_flags_are_told_in_chinese():
    assert all(Flag(one).label for one in Flag)
