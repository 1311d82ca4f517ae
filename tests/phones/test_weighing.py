"""What speaks against a punch: every rule where it holds and where it does not, and what holds of all scores."""

import datetime as dt
import re
from dataclasses import replace

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from kaoqin.core.places import Point
from kaoqin.phones.past import FALSE, HONEST, Earlier, Evidence, Past, Scores, Use
from kaoqin.phones.rules import MADE_UP, OTHER_HAND, PRIOR, RULES, TEXTS
from kaoqin.phones.weighing import Reason, say, weigh

LIN, CHEN, ZHAO = 1, 2, 3
DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)
NOW = dt.datetime(2026, 11, 20, 8, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
GATE = Point(31.23, 121.47)
NETWORKS = {"office": 20, "mobile": 15, "unicom": 12, "telecom": 9}
STATIONS = {f"hall-{n}": 10 for n in range(6)}
DIGITS = (0.13, 0.47, 0.29, 0.71, 0.58, 0.86, 0.34)


def north(metres, of=GATE):
    return Point(of.latitude + metres / 111_195, of.longitude)


USUAL = Evidence(
    *(LIN, NOW, "lin", "office", "310000", north(21.3), 18.4),
    *("gate", 21.3, -128.7, 480, "network", False, False),
)


def punch(**told):
    """Lin at the gate with their own phone, as honest as can be."""
    return replace(USUAL, **told)


def past_of(days=15, companions=frozenset(), scores=HONEST, **told):
    """One punch a day until yesterday, each a little elsewhere and with an accuracy of its own."""
    own = []
    for n in range(days):
        off, accuracy = 15 + 12 * DIGITS[n % 7] + n / 100, 12.11 + 12 * DIGITS[n % 7] + n / 10
        usual = {"at": NOW - (days - n) * DAY, "off_m": off, "point": north(off), "accuracy_m": round(accuracy, 2)}
        given = {name: value(n) if callable(value) else value for name, value in told.items()}
        own.append(Earlier(punch(**usual | given), companions, scores))
    return own


def found(now, **past):
    """The reasons by their code."""
    return {reason.code: reason for reason in weigh(now, Past(**{"own": past_of()} | past)).reasons}


def holds(code, now, **past):
    return code in found(now, **past)


def test_an_honest_punch_of_an_honest_person_is_not_suspect():
    weighed = weigh(punch(), Past(past_of(), networks_here=NETWORKS, stations_here=STATIONS))
    assert weighed.score < 0.01
    assert all(reason.weight < 0.5 for reason in weighed.reasons)


# What the phone itself says


@pytest.mark.parametrize(("code", "told"), [("mock", "mock"), ("emulator", "emulator")])
def test_what_the_system_says_holds_where_it_says_so(code, told):
    assert holds(code, punch(**{told: True}))
    assert not holds(code, punch(**{told: False}))
    assert not holds(code, punch(**{told: None}))


def test_a_provider_named_like_an_app_for_made_up_places():
    assert found(punch(provider="MockLocation"))["provider"].facts == {"provider": "MockLocation"}
    assert not holds("provider", punch(provider="fused"))


def test_a_clock_off_by_more_than_a_minute():
    assert found(punch(clock_off_s=-61))["clock"].facts == {"minutes": 1}
    assert not holds("clock", punch(clock_off_s=60))


# Whose phone


def use(employee, times, first_days_ago, last_days_ago=1):
    return Use(employee, times, NOW - first_days_ago * DAY, NOW - last_days_ago * DAY)


OWN = use(LIN, 15, 15)


def test_a_phone_that_is_anothers():
    reason = found(punch(phone="chen"), on_phone=[use(CHEN, 80, 50)])["anothers_phone"]
    assert reason.facts == {"people": [CHEN]}
    assert not holds("anothers_phone", punch(), on_phone=[OWN])


def test_a_phone_shared_by_who_has_no_other_weighs_half():
    shared = [use(CHEN, 30, 15), use(LIN, 15, 14)]
    other = found(punch(phone="chen"), on_phone=[use(CHEN, 30, 15)])["anothers_phone"]
    assert found(punch(), on_phone=shared)["anothers_phone"].weight == other.weight / 2


def test_a_phone_is_whose_it_was_first_but_not_against_three_times_as_many_punches():
    assert holds("lent_phone", punch(), on_phone=[OWN, use(CHEN, 47, 10)])
    assert holds("anothers_phone", punch(), on_phone=[OWN, use(CHEN, 48, 10)])


def test_lending_ones_own_phone_does_not_make_one_suspect():
    assert found(punch(), on_phone=[OWN, use(CHEN, 3, 5)])["lent_phone"].weight < 0.5
    assert not holds("lent_phone", punch(), on_phone=[OWN])


def test_a_phone_handed_on_a_week_ago_is_not_anothers():
    assert holds("handed_on_phone", punch(phone="chen"), on_phone=[use(CHEN, 80, 50, last_days_ago=8)])
    lately = found(punch(phone="chen"), on_phone=[use(CHEN, 80, 50, last_days_ago=7)])
    assert "anothers_phone" in lately
    assert "handed_on_phone" not in lately


def test_a_new_phone():
    assert holds("new_phone", punch(phone="new"))
    assert not holds("new_phone", punch(phone="new"), own=past_of(5))


def spare(*days):
    return lambda n: "spare" if n in days else "lin"


def test_a_new_phone_is_less_and_less_new_the_longer_it_stays():
    first, second = (found(punch(phone="spare"), own=past_of(phone=spare(*days)))["new_phone"] for days in ((), (14,)))
    assert second.weight < first.weight
    assert holds("new_phone", punch(phone="spare"), own=past_of(phone=spare(*range(10, 15))))
    assert not holds("new_phone", punch(phone="spare"), own=past_of(phone=spare(*range(9, 15))))


def test_neither_phone_is_new_once_the_old_one_was_used_again():
    assert not holds("new_phone", punch(phone="spare"), own=past_of(phone=spare(13)))
    assert not holds("new_phone", punch(), own=past_of(phone=spare(14)))


def test_phones_in_turn_and_not_a_phone_bought():
    in_turn = found(punch(phone="spare"), own=past_of(phone=spare(12)))["phones_in_turn"]
    assert in_turn.facts == {"changes": 3}
    assert not holds("phones_in_turn", punch(phone="spare"), own=past_of(phone=spare(12, 13, 14)))
    assert not holds("phones_in_turn", punch(), own=past_of(phone=spare(12)))
    assert not holds("phones_in_turn", punch(phone="new"), own=past_of(phone=spare(12)))


def with_doubt(own, phone="spare", other_hand=0.9):
    """The same past, where punches with that phone seemed to be of another hand."""
    odd = Scores(0, other_hand)
    return [replace(one, scores=odd) if one.evidence.phone == phone else one for one in own]


def bought(n):
    """A phone bought on day 10, beside a spare one that had come up before."""
    return "spare" if n in (8, 11, 13) else "bought" if n >= 10 else "lin"


def test_a_phone_bought_while_a_spare_one_is_in_anothers_hand_is_not_in_turn():
    own = past_of(phone=bought)
    assert holds("phones_in_turn", punch(phone="bought"), own=own)
    assert not holds("phones_in_turn", punch(phone="bought"), own=with_doubt(own))
    assert holds("phones_in_turn", punch(phone="spare"), own=with_doubt(own))


def test_a_phone_is_doubted_when_half_of_its_punches_are_suspect():
    own = past_of(phone=bought)
    odd_once = [*own[:8], *with_doubt(own[8:9]), *own[9:]]
    assert Past(odd_once[:12]).doubted_phones == {"spare"}, "one of two"
    assert Past(odd_once).doubted_phones == frozenset(), "one of three"
    assert Past(with_doubt(own, other_hand=0.49)).doubted_phones == frozenset()


def test_a_phone_that_came_once_and_stayed_is_not_in_turn_however_often_others_changed():
    own = past_of(phone=lambda n: "bought" if n == 14 else spare(5, 7, 9)(n))
    assert not holds("phones_in_turn", punch(phone="bought"), own=own)


def test_who_had_two_phones_from_the_beginning_weighs_half():
    late = found(punch(phone="spare"), own=past_of(phone=spare(12, 14)))["phones_in_turn"]
    always = found(punch(phone="spare"), own=past_of(phone=spare(2, 5, 8, 12)))["phones_in_turn"]
    assert always.weight == 5 / 2
    assert late.weight > always.weight


def test_a_network_never_used_at_a_place_one_knows():
    assert found(punch(network="telecom"))["new_network"].facts == {"network": "telecom"}
    assert not holds("new_network", punch(network="office"))
    assert not holds("new_network", punch(network="telecom", place=""))
    assert not holds("new_network", punch(network="n-99"), own=past_of(network=lambda n: f"n-{n}"))


# In whose hand


def with_chen(*days, spares=(12, 13)):
    """Lin's past with a spare phone on some days, Chen beside it on the days told."""
    own = past_of(phone=spare(*spares))
    return [replace(one, companions=frozenset({CHEN} if n in days else {ZHAO, 4})) for n, one in enumerate(own)]


def test_a_spare_phone_always_beside_anothers_is_in_their_hand():
    reason = found(punch(phone="spare"), own=with_chen(12, 13), now_with=frozenset({CHEN}))["same_hand"]
    assert reason.facts == {"other": CHEN, "times": 3}
    assert not holds("same_hand", punch(phone="spare"), own=with_chen(), now_with=frozenset({5}))


def test_a_car_pool_with_a_new_phone_is_not_one_hand():
    own = with_chen(*range(15))
    assert not holds("same_hand", punch(phone="spare"), own=own, now_with=frozenset({CHEN}))


def driver(*days, without=(), of=15):
    """Lin with two phones, the spare one on some days; Chen rides with Lin but for some days."""
    own = past_of(of, phone=spare(*days))
    return [replace(one, companions=frozenset() if n in without else frozenset({CHEN})) for n, one in enumerate(own)]


def test_a_car_pool_that_begins_with_a_new_phone_is_not_suspect_by_that_alone():
    new = range(20, 40)
    own = [
        replace(one, companions=frozenset({CHEN} if n in new else ()))
        for n, one in enumerate(past_of(40, phone=spare(*new)))
    ]
    weighed = weigh(punch(phone="spare"), Past(own, on_phone=[OWN, use(ZHAO, 1, 2)], now_with=frozenset({CHEN})))
    assert {"same_hand", "lent_phone"} <= {reason.code for reason in weighed.reasons}
    assert 0.2 < weighed.alone.other_hand < 0.5


def test_ones_own_phone_is_not_in_the_hand_of_ones_car_pool():
    days = (8, 9, 10, 11, 12, 13)
    assert not holds("same_hand", punch(), own=driver(*days, without=days), now_with=frozenset({CHEN}))


def test_ones_old_phone_left_with_another_is_in_their_hand():
    days = (8, 9, 10, 11, 12, 13)
    own = driver(*days, without=(*range(8), *days))
    assert found(punch(), own=own, now_with=frozenset({CHEN}))["same_hand"].facts == {"other": CHEN, "times": 2}
    assert not holds("same_hand", punch(), own=own[:13], now_with=frozenset({CHEN})), "five with the other phone"


def test_what_was_in_anothers_hand_is_no_measure_of_ones_company():
    days = (8, 9, 10, 11, 12, 13)
    own = driver(*days, without=(*range(8), *days))
    assert not holds("same_hand", punch(), own=with_doubt(own), now_with=frozenset({CHEN}))


def test_a_bought_phone_is_not_in_the_hand_of_who_is_often_about():
    days, together = range(7, 15), (7, 8, 10, 11, 13)
    assert not holds(
        "same_hand", punch(phone="spare"), own=with_chen(*together, spares=days), now_with=frozenset({CHEN})
    )
    assert holds("same_hand", punch(phone="spare"), own=with_chen(*days, spares=days), now_with=frozenset({CHEN}))


def test_many_small_doubts_are_no_suspicion():
    assert not holds("odd_before", punch(), own=past_of(scores=Scores(0.4, 0)))


def test_two_who_always_come_together_weigh_next_to_nothing():
    own = past_of(companions=frozenset({CHEN}))
    reason = found(punch(), own=own, now_with=frozenset({CHEN}))["always_together"]
    assert reason.facts == {"other": CHEN, "times": 16}
    assert reason.weight < 0.5
    assert not holds("always_together", punch(), own=own, now_with=frozenset({ZHAO}))


def test_a_phone_that_stands_elsewhere_than_ones_own():
    own = past_of(phone=spare(6, 8, 10, 12), point=lambda n: north(120 + n if n in (6, 8, 10, 12) else n))
    assert found(punch(phone="spare", point=north(129)), own=own)["stands_elsewhere"].facts["metres"] > 100
    beside = past_of(phone=spare(6, 8, 10, 12), point=lambda n: north(2 * n))
    assert not holds("stands_elsewhere", punch(phone="spare", point=north(20)), own=beside)


# Where


def test_nobody_goes_twelve_kilometres_in_three_minutes():
    before = Earlier(punch(at=NOW - 3 * MINUTE, point=GATE, accuracy_m=20.0))
    facts = found(punch(point=north(12_040), accuracy_m=20.0), own=[before])["travel"].facts
    assert facts == {"km": 12.0, "minutes": 3, "kmh": 240}


def test_travel_takes_both_accuracies_off_the_way():
    before = Earlier(punch(at=NOW - 3 * MINUTE, point=GATE, accuracy_m=3000.0))
    assert not holds("travel", punch(point=north(7_900), accuracy_m=10.0), own=[before])
    assert holds("travel", punch(point=north(8_100), accuracy_m=10.0), own=[before])


@pytest.mark.parametrize(("km", "hours", "too_far"), [(40, 0.5, 60), (300, 1.1, 400), (1_200, 1.6, 1_500)])
def test_car_train_and_plane_are_possible(km, hours, too_far):
    before = Earlier(punch(at=NOW - dt.timedelta(hours=hours), point=GATE))
    assert not holds("travel", punch(point=north(km * 1000)), own=[before])
    assert holds("travel", punch(point=north(too_far * 1000)), own=[before])


def visits(kmh):
    """Ten legs of ten kilometres, back and forth."""
    pause = dt.timedelta(hours=10 / kmh)
    return [
        Earlier(punch(at=NOW - (10 - n) * pause, point=north(10_000 * (n % 2)), accuracy_m=5.0)) for n in range(11)
    ][:-1]


def test_faster_than_one_ever_goes():
    now = punch(point=north(0), accuracy_m=5.0, at=NOW - 8 * MINUTE)
    assert found(now, own=visits(30))["fast"].facts["usual"] == 30
    assert not holds("fast", punch(point=north(0), accuracy_m=5.0), own=visits(30))


def test_stations_that_nobody_has_seen_here():
    assert found(punch(stations=("home-1", "home-2")), stations_here=STATIONS)["stations"].facts == {"stations": 2}
    known = found(punch(stations=("home-1", "hall-2")), stations_here=STATIONS)
    assert "stations" not in known
    assert known["stations_known"].weight < 0
    assert not holds("stations_known", punch(stations=()), stations_here=STATIONS)
    assert not holds("stations", punch(stations=("home-1",)), stations_here={"hall-1": 4, "hall-2": 4})


def test_a_network_that_nobody_has_used_here():
    assert holds("network", punch(network="home"), networks_here=NETWORKS)
    assert not holds("network", punch(network="unicom"), networks_here=NETWORKS)
    assert not holds("network", punch(network="home", place=""), networks_here=NETWORKS)


def test_a_strange_network_says_nothing_where_everybody_has_their_own():
    assert not holds("network", punch(network="home"), networks_here={f"block-{n}": 1 for n in range(40)})


def test_a_strange_network_used_from_the_beginning_weighs_half():
    new = found(punch(network="home"), networks_here=NETWORKS)["network"]
    old = found(punch(network="home"), networks_here=NETWORKS, own=past_of(network="home"))["network"]
    assert old.weight == new.weight / 2


def test_a_carrier_of_ones_own_comes_along_and_says_nothing():
    one, two = (past_of(network="own", place=lambda n, k=k: "customer" if n < k else "gate") for k in (0, 1))
    assert holds("network", punch(network="own"), networks_here=NETWORKS, own=one)
    assert not holds("network", punch(network="own"), networks_here=NETWORKS, own=two)


def test_a_strange_network_of_somebody_new_weighs_half():
    known, new = (found(punch(network="home"), networks_here=NETWORKS, own=past_of(days)) for days in (6, 5))
    assert new["network"].weight == known["network"].weight / 2


def test_an_address_of_another_region():
    assert found(punch(region="440100"))["region"].facts == {"region": "440100"}
    assert not holds("region", punch(region="310000"))
    assert not holds("region", punch(region="440100", place=""))
    assert not holds(
        "region", punch(region="440100"), own=past_of(region=lambda n: "440100" if n % 4 == 0 else "310000")
    )


def test_an_address_registered_far_from_the_position():
    near, far = past_of(region_off_km=0), past_of(region_off_km=900)
    told = punch(region="四川", region_off_km=1_620.4)
    assert found(told, own=near)["region_far"].facts == {"region": "四川", "km": "1620"}
    assert not holds("region_far", punch(region_off_km=299), own=near)
    assert not holds("region_far", told, own=far)
    assert not holds("region_far", told, own=past_of())


def test_a_clock_of_another_zone():
    assert found(punch(zone_minutes=-300))["zone"].facts == {"hours": "-5"}
    assert holds("zone", punch(zone_minutes=540)), "new at this place"
    assert not holds("zone", punch(zone_minutes=480))
    kashgar = Point(39.47, 75.99)
    assert not holds("zone", punch(point=kashgar, place=""), own=())


# How it was measured


def test_an_accuracy_far_better_than_this_phone_has():
    facts = found(punch(accuracy_m=5.3))["accuracy"].facts
    assert facts["metres"] == 5.3
    assert 15 < facts["usual"] < 22
    assert found(punch(accuracy_m=5.3))["accuracy"].weight > 1
    assert found(punch(accuracy_m=40.2))["accuracy"].weight < 0
    assert not holds("accuracy", punch(accuracy_m=5.3, phone="new"))


def test_nearer_the_middle_than_one_stands():
    assert found(punch(off_m=3.0))["nearness"].facts["metres"] == 3
    assert found(punch(off_m=3.0))["nearness"].weight > 1
    assert found(punch(off_m=40.0))["nearness"].weight < 0
    assert not holds("nearness", punch(off_m=3.0, place="elsewhere"))


def test_on_the_very_middle():
    assert holds("middle", punch(off_m=0.2))
    assert not holds("middle", punch(off_m=2.0))


def test_an_accuracy_no_phone_has():
    assert holds("no_accuracy", punch(accuracy_m=0.0))
    assert not holds("no_accuracy", punch(accuracy_m=1.0))
    assert not holds("no_accuracy", punch(accuracy_m=None))
    always = found(punch(accuracy_m=0.0), own=past_of(accuracy_m=0.0))["no_accuracy"]
    assert always.weight < found(punch(accuracy_m=0.0))["no_accuracy"].weight


def test_whole_metres_from_a_phone_that_tells_decimals():
    assert found(punch(accuracy_m=20.0))["whole_metres"].facts == {"metres": 20}
    assert not holds("whole_metres", punch(accuracy_m=20.0), own=past_of(accuracy_m=lambda n: 15.0 + n))
    assert found(punch(accuracy_m=20.3))["decimals"].weight < 0
    assert not holds("decimals", punch(accuracy_m=20.3), own=past_of(accuracy_m=lambda n: 15.0 + n))


def test_the_same_accuracy_again_and_again_at_places_that_differ():
    own = past_of(20, accuracy_m=lambda n: 10.0 if n > 14 else 12 + n + 0.3)
    assert found(punch(accuracy_m=10.0), own=own)["same_accuracy"].facts == {"times": 6, "metres": 10.0}
    assert not holds("same_accuracy", punch(accuracy_m=11.4), own=own)
    assert not holds("same_accuracy", punch(accuracy_m=10.0), own=past_of(20, accuracy_m=10.0)), "always so"


def test_places_by_wifi_come_again_with_their_accuracies():
    def by_wifi(n):
        return north(9.0 + n % 3) if n > 13 else north(10 + n)

    own = past_of(20, point=by_wifi, accuracy_m=lambda n: 40.0 if n > 13 else 12 + n + 0.3)
    assert not holds("same_accuracy", punch(point=north(30), accuracy_m=40.0), own=own)
    once = [
        *own[:14],
        *(replace(one, evidence=punch(point=north(50 + n), accuracy_m=40.0)) for n, one in enumerate(own[14:])),
    ]
    assert holds("same_accuracy", punch(point=north(30), accuracy_m=40.0), own=once)
    assert not holds("same_accuracy", punch(point=north(52), accuracy_m=40.0), own=once), "found again"


def test_the_same_place_to_the_last_digit():
    own = past_of(20, point=lambda n: north(9.0) if n > 17 else north(10 + n))
    assert found(punch(point=north(9.0), accuracy_m=8.0), own=own)["same_place"].facts == {"times": 3}
    assert not holds("same_place", punch(point=north(9.5), accuracy_m=8.0), own=own)


def test_a_place_by_wifi_comes_again_and_is_less_odd():
    own = past_of(
        20, point=lambda n: north(9.0) if n > 17 else north(10 + n), accuracy_m=lambda n: 40.0 if n > 17 else 12.3
    )
    by_wifi = found(punch(point=north(9.0), accuracy_m=40.0), own=own)["same_place"]
    measured = found(punch(point=north(9.0), accuracy_m=40.0, provider="gps"), own=own)["same_place"]
    assert by_wifi.weight < measured.weight
    always = past_of(20, point=lambda n: north(9.0 + n % 3), accuracy_m=40.0)
    assert not holds("same_place", punch(point=north(9.0), accuracy_m=40.0), own=always)


def test_places_by_wifi_are_a_habit_of_who_is_seldom_here():
    def here(n):
        return n % 7 == 0

    told = {"place": lambda n: "gate" if here(n) else "customer", "accuracy_m": 40.0}
    always = past_of(90, point=lambda n: north(9.0 + n % 2) if here(n) else north(3000 + n), **told)
    lately = past_of(90, point=lambda n: north(9.0 if n > 76 else 10 + n) if here(n) else north(3000 + n), **told)
    for phone in ("lin", "new"):
        assert not holds("same_place", punch(phone=phone, point=north(9.0), accuracy_m=40.0), own=always)
        assert holds("same_place", punch(phone=phone, point=north(9.0), accuracy_m=40.0), own=lately)


def test_a_new_phone_that_finds_its_places_by_wifi_does_so_from_its_beginning():
    def told(with_new, since, accuracy_m=15.0, provider=""):
        own = past_of(
            30, phone=lambda n: "new" if n > 15 else "lin", point=lambda n: north(9.0 if n > since else 10 + n)
        )
        now = punch(phone=with_new, point=north(9.0), accuracy_m=accuracy_m, provider=provider)
        return holds("same_place", now, own=own)

    assert not told("new", since=20)
    assert told("new", since=28), "after twelve others"
    assert told("lin", since=20)
    assert told("new", since=20, accuracy_m=14.9), "satellites never find it again"
    assert told("new", since=20, provider="gps")
    assert told("new", since=20, accuracy_m=0)


def test_always_at_the_edge_of_the_fence():
    at_edge = past_of(beyond_m=-4.0)
    reason = found(punch(beyond_m=-3.0), own=at_edge)["edge"]
    assert reason.facts == {"times": 16}
    assert reason.weight < 0.5
    assert not holds("edge", punch(beyond_m=-3.0))
    assert not holds("edge", punch(beyond_m=-60.0), own=at_edge)


# What came before

SUSPECT = Scores(0.9, 0)


def last(scores, **told):
    own = past_of(**told)
    return [*own[:-1], replace(own[-1], scores=scores)]


def test_another_odd_punch_of_the_shift_the_night_shift_too():
    evening = Earlier(punch(at=NOW - dt.timedelta(hours=12)), scores=SUSPECT)
    assert holds("odd_shift", punch(), own=[*past_of(), evening])
    assert not holds("odd_shift", punch(), own=[*past_of(), replace(evening, scores=HONEST)])
    assert not holds("odd_shift", punch(), own=last(SUSPECT))


@pytest.mark.parametrize(("minutes", "same"), [(13 * 60, True), (13 * 60 + 1, False)])
def test_a_late_evening_is_not_of_the_next_mornings_shift(minutes, same):
    evening = Earlier(punch(at=NOW - minutes * MINUTE), scores=SUSPECT)
    assert holds("odd_shift", punch(), own=[*past_of()[:-1], evening]) is same


def test_who_was_odd_before_is_odder_the_oftener():
    once = found(punch(), own=last(SUSPECT))["odd_before"]
    assert once.facts == {"times": 1}
    assert found(punch(), own=past_of(scores=SUSPECT))["odd_before"].weight > once.weight
    assert not holds("odd_before", punch())


def test_a_person_decided_that_it_was_honest_and_it_is_forgotten():
    decided = [replace(one, scores=HONEST) for one in past_of(scores=FALSE)]
    assert holds("odd_before", punch(), own=past_of(scores=FALSE))
    assert not holds("odd_before", punch(), own=decided)


def test_a_phone_that_was_in_another_hand_before():
    own = [replace(one, scores=Scores(0, 0.9)) if one.evidence.phone == "spare" else one for one in with_chen()]
    assert found(punch(phone="spare"), own=own)["odd_phone"].facts == {"times": 2}
    assert not holds("odd_phone", punch(), own=own)


def test_suspicion_does_not_feed_itself():
    past = Past(past_of(scores=Scores(0.9, 0.9)))
    weighed = weigh(punch(), past)
    assert weighed.alone.either < weighed.score
    assert weighed.alone == weigh(punch(), Past(past_of(scores=Scores(0.6, 0.6)))).alone


# What holds of all


def prior():
    one = 1 / (1 + 2.718281828459045**-PRIOR)
    return 1 - (1 - one) ** 2


def test_a_punch_of_which_nothing_is_known_scores_the_prior():
    weighed = weigh(Evidence(LIN, NOW, "lin"), Past())
    assert weighed.score == pytest.approx(prior())
    assert weighed.reasons == ()


moments = st.integers(0, 40 * 24 * 60).map(lambda minutes: NOW - minutes * MINUTE)
points = st.none() | st.builds(Point, st.floats(-90, 90), st.floats(-180, 180)) | st.just(GATE)
lengths = st.none() | st.sampled_from([0.0, 1.0, 20.0]) | st.floats(0, 1e6)
evidence = st.builds(
    Evidence,
    employee=st.just(LIN),
    at=moments,
    phone=st.sampled_from(["lin", "spare"]),
    network=st.sampled_from(["", "office", "home"]),
    region=st.sampled_from(["", "310000", "440100"]),
    point=points,
    accuracy_m=lengths | st.just(-1.0),
    place=st.sampled_from(["", "gate"]),
    off_m=lengths,
    beyond_m=st.none() | st.floats(-1e5, 1e5),
    zone_minutes=st.none() | st.integers(-720, 840),
    provider=st.sampled_from(["", "gps", "mock"]),
    mock=st.none() | st.booleans(),
    emulator=st.none() | st.booleans(),
    stations=st.sampled_from([(), ("hall-1",), ("home-1",)]),
    clock_off_s=st.floats(-1e6, 1e6),
)
people = st.frozensets(st.sampled_from([CHEN, ZHAO]))
scores = st.builds(Scores, st.floats(0, 1), st.floats(0, 1))
earlier = st.lists(st.builds(Earlier, evidence, people, scores), max_size=25)
uses = st.lists(st.builds(Use, st.integers(1, 4), st.integers(1, 90), moments, moments), unique_by=lambda u: u.employee)
pasts = st.builds(
    Past,
    earlier.map(lambda own: sorted(own, key=lambda one: one.evidence.at)),
    uses,
    people,
    st.sampled_from([{}, STATIONS]),
    st.sampled_from([{}, NETWORKS]),
)


@given(evidence, pasts)
def test_scores_lie_between_nothing_and_certain_and_every_reason_has_its_sentence(one, past):
    weighed = weigh(replace(one, at=NOW), past)
    assert 0 <= weighed.alone.either <= 1
    assert 0 <= weighed.score <= 1
    assert all("{" not in say(reason, {LIN: "林"}) for reason in weighed.reasons)


@given(evidence, pasts)
def test_saying_that_it_is_mocked_never_lowers_the_score(one, past):
    now = replace(one, at=NOW)
    assert weigh(replace(now, mock=True), past).score >= weigh(replace(now, mock=False), past).score


@given(evidence, pasts, st.randoms())
def test_in_what_order_the_users_of_a_phone_are_told_does_not_matter(one, past, random):
    now, shuffled = replace(one, at=NOW), list(past.on_phone)
    random.shuffle(shuffled)
    assert weigh(now, past) == weigh(now, replace(past, on_phone=shuffled))


# How it is said


def test_reasons_are_said_in_chinese_and_in_english():
    reason = Reason("travel", 9.0, {"km": 12.0, "minutes": 3, "kmh": 240})
    assert say(reason, {}) == "3 分钟走了 12.0 公里,需要每小时 240 公里"
    with translation.override("en"):
        assert say(reason, {}) == "12.0 km in 3 minutes, which takes 240 km an hour"


def test_only_those_who_may_be_named_are_named():
    reason = Reason("anothers_phone", 8.5, {"people": [CHEN, ZHAO, 4]})
    assert say(reason, {CHEN: "陈静"}) == "这台手机主要是 陈静、另外 2 人 在用"
    assert say(Reason("always_together", 0.1, {"other": CHEN, "times": 9}), {}).startswith("与 一位同事 几乎")


def test_every_rule_has_a_code_of_its_own_and_a_text():
    rules = [rule for part in RULES.values() for rule in part]
    assert len(TEXTS) == len(rules) == len(MADE_UP) + len(OTHER_HAND)
    assert all(re.fullmatch(r"[a-z_]+", rule.code) for rule in rules)
    assert all(str(rule.text) for rule in rules)
