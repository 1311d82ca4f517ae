"""A company that punches by phone, with some who cheat: what is seen of each punch, and the truth.

200 people, 60 working days, 3 % of the punches false. Three quarters work at one of three sites, a quarter visits customers. What
an honest punch looks like is a matter of person and phone: how sure it is of its place (log-normal, worse indoors), whether
it finds its place by Wi-Fi (then the same few places with round accuracies come again and again), which networks it speaks from
(office, own carrier, some of them roaming with an address of another province).

Honest and yet odd (hard negatives): pairs who share a car and punch within a minute or two of each other every day; people who
change their phone once; indoor accuracies of 100 to 400 m; roaming addresses; trips to another city by train or plane; Wi-Fi
places that repeat to the last digit; people who punch at the gate, at the fence's edge.

False (`cheat`): `proxy_phone` a colleague punches on their own phone for somebody absent; `proxy_new` on a spare phone that was
bound to the absent one's account; `mock` the place is made up by an app, with a jitter of 3 to 12 m about the site, from home;
`hop` somebody in the field makes up visits, customers that nobody could reach in that time. They begin on some day
and do it on some days, being honest on the others.

Native clients tell provider, mock flag (which hides from one in four of those who mock), Wi-Fi stations about; the web tells none of
these (`as_web`). All by seed. Frozen before the rules that are measured on it were written.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

METRES_A_DEGREE = 111_195.0
HOME_CITY, OTHER_CITIES = "310000", ("320100", "330100", "440100", "510100")
BEGIN = dt.date(2026, 9, 1)


@dataclass(frozen=True)
class Seen:
    """What the server sees of a punch; degrees are WGS-84. Empty where the client does not tell."""

    employee: int
    at: dt.datetime
    phone: str
    model: str
    address: str
    network: str
    region: str
    latitude: float
    longitude: float
    accuracy_m: float
    place: str
    distance_m: float
    radius_m: float
    zone: str = "Asia/Shanghai"
    provider: str = ""
    mock: bool | None = None
    stations: tuple[str, ...] = ()
    emulator: bool | None = None
    cheat: str = ""

    def as_web(self) -> "Seen":
        """The same punch as a browser tells it."""
        return replace(self, provider="", mock=None, stations=(), emulator=None)


@dataclass
class Mix:
    """How many of what there are; shares are of people unless said otherwise."""

    people: int = 200
    days: int = 60
    field_share: float = 0.25
    car_pools: int = 12
    new_phone_share: float = 0.15
    wifi_share: float = 0.12
    roaming_share: float = 0.04
    gate_share: float = 0.05
    bad_fix: float = 0.05
    odd_address: float = 0.03
    trip: float = 0.01
    cheats: dict[str, int] = field(default_factory=lambda: {"proxy_phone": 5, "proxy_new": 5, "mock": 8, "hop": 5})
    cheat_days: tuple[float, float] = (0.3, 0.8)
    mock_seen: float = 0.75


@dataclass
class _Person:
    number: int
    site: int
    roams: bool
    late: float
    field_worker: bool
    fix_m: float
    by_wifi: bool
    at_gate: bool
    carrier: int
    office_wifi: float
    phone: str
    model: str
    changes_on: int | None
    wifi_places: list[tuple[float, float, float]]
    rides_with: int | None = None
    cheat: str = ""
    cheats_from: int = 0
    cheats_often: float = 0.0
    helper: int = 0
    spare: str = ""


class Company:
    """The people and places of a seed; `punches` in the order in which they are made."""

    def __init__(self, seed: int, mix: Mix | None = None) -> None:
        self.mix = mix or Mix()
        self.draw = np.random.default_rng(seed)
        self.sites = [(31.23 + self.draw.normal(0, 0.05), 121.47 + self.draw.normal(0, 0.05)) for _ in range(3)]
        self.customers = [(31.23 + self.draw.normal(0, 0.12), 121.47 + self.draw.normal(0, 0.12)) for _ in range(120)]
        self.people = [self._person(number) for number in range(self.mix.people)]
        self._pair_cars()
        self._choose_cheats()

    def _person(self, number: int) -> _Person:
        draw, mix = self.draw, self.mix
        model = str(draw.choice(["M1", "M2", "M3", "M4", "M5", "M6", "M7", "M8"]))
        wifi = [(draw.normal(0, 15), draw.normal(0, 15), float(draw.choice([20, 30, 40, 65]))) for _ in range(4)]
        return _Person(
            number=number,
            site=int(draw.integers(0, 3)),
            roams=bool(draw.random() < mix.roaming_share),
            late=float(draw.normal(0, 12)),
            field_worker=bool(draw.random() < mix.field_share),
            fix_m=float(draw.lognormal(np.log(18), 0.4)),
            by_wifi=bool(draw.random() < mix.wifi_share),
            at_gate=bool(draw.random() < mix.gate_share),
            carrier=int(draw.integers(0, 3)),
            office_wifi=float(draw.beta(2, 2)),
            phone=f"phone-{number}",
            model=model,
            changes_on=int(draw.integers(5, mix.days)) if draw.random() < mix.new_phone_share else None,
            wifi_places=wifi,
        )

    def _pair_cars(self) -> None:
        desk = [one for one in self.people if not one.field_worker]
        chosen = self.draw.choice(len(desk), 2 * self.mix.car_pools, replace=False)
        for number in range(self.mix.car_pools):
            driver, rider = desk[chosen[2 * number]], desk[chosen[2 * number + 1]]
            rider.rides_with, rider.site = driver.number, driver.site

    def _choose_cheats(self) -> None:
        draw, taken = self.draw, {one.number for one in self.people if one.rides_with is not None}
        for cheat, count in self.mix.cheats.items():
            able = [one for one in self.people if one.field_worker == (cheat == "hop") and one.number not in taken]
            for number in draw.choice(len(able), count, replace=False):
                one = able[number]
                taken.add(one.number)
                one.cheat, one.cheats_from = cheat, int(draw.integers(8, self.mix.days // 2))
                one.cheats_often = float(draw.uniform(*self.mix.cheat_days))
                near = [
                    p.number
                    for p in self.people
                    if p.site == one.site and not p.field_worker and p.number != one.number
                ]
                one.helper, one.spare = int(draw.choice(near)), f"spare-{one.number}"

    def punches(self) -> list[Seen]:
        """All punches, the oldest first."""
        made = [seen for day in range(self.mix.days) for seen in self._day(day)]
        return sorted(made, key=lambda one: (one.at, one.employee))

    def _day(self, day: int) -> Iterator[Seen]:
        date = BEGIN + dt.timedelta(days=day + 2 * (day // 5))
        there = [one for one in self.people if self.draw.random() >= 0.04]
        for one in there:
            if one.changes_on is not None and day >= one.changes_on:
                one.phone, one.model, one.changes_on = (
                    f"{one.phone}-b",
                    str(self.draw.choice(["M2", "M4", "M6", "M9"])),
                    None,
                )
        times = self._times(there)
        for one in there:
            if one.field_worker:
                yield from self._in_the_field(one, date, day)
            else:
                yield from self._at_the_site(one, date, day, times)

    def _times(self, there: list[_Person]) -> dict[int, tuple[float, float]]:
        """When everybody comes and goes, in minutes of the day; who rides with somebody, just after them."""
        draw = self.draw
        times = {one.number: (8.6 * 60 + one.late + draw.normal(0, 8), 18 * 60 + draw.exponential(25)) for one in there}
        for one in there:
            if one.rides_with in times:
                came, left = times[one.rides_with]
                times[one.number] = came + float(draw.uniform(0.1, 2)), left + float(draw.uniform(0.1, 2))
        return times

    def _at_the_site(
        self, one: _Person, date: dt.date, day: int, times: dict[int, tuple[float, float]]
    ) -> Iterator[Seen]:
        draw = self.draw
        false = self._cheats(one, day)
        travels = not false and draw.random() < self.mix.trip
        city = int(draw.integers(0, len(OTHER_CITIES)))
        for number, minute in enumerate(times[one.number]):
            if false == "mock":
                yield self._mocked(one, date, minute)
            elif false:
                helper = self.people[one.helper]
                just_before = times.get(helper.number, times[one.number])[number]
                yield self._by_another(one, helper, date, just_before + float(draw.uniform(0.15, 1.0)), false)
            elif travels:
                yield self._away(one, date, minute, city)
            else:
                yield self._honest(one, date, minute, self.sites[one.site], f"site-{one.site}", 150.0)

    def _cheats(self, one: _Person, day: int) -> str:
        return one.cheat if one.cheat and day >= one.cheats_from and self.draw.random() < one.cheats_often else ""

    def _in_the_field(self, one: _Person, date: dt.date, day: int) -> Iterator[Seen]:
        draw, false = self.draw, self._cheats(one, day)
        minute = 8.8 * 60 + one.late + draw.normal(0, 8)
        yield self._honest(one, date, minute, self.sites[one.site], f"site-{one.site}", 150.0)
        here = self.sites[one.site]
        for _ in range(int(draw.integers(2, 6))):
            number = int(draw.integers(0, len(self.customers)))
            there = self.customers[number]
            metres = float(np.hypot((there[0] - here[0]) * METRES_A_DEGREE, (there[1] - here[1]) * 95_000))
            if false:
                minute += float(draw.uniform(2, 9))
                yield self._made_up(one, date, minute, there, f"customer-{number}")
            else:
                minute += metres / float(draw.uniform(250, 650)) + float(draw.uniform(5, 15))
                yield self._honest(one, date, minute, there, f"customer-{number}", 100.0)
                minute += float(draw.uniform(10, 70))
            here = there

    def _honest(
        self, one: _Person, date: dt.date, minute: float, place: tuple[float, float], name: str, radius: float
    ) -> Seen:
        draw, at_site = self.draw, name.startswith("site")
        accuracy = max(3.0, float(one.fix_m * draw.lognormal(0, 0.45)))
        if draw.random() < self.mix.bad_fix:
            accuracy = float(draw.uniform(100, 400))
        east, north = draw.normal(0, 0.5 * accuracy, 2) + draw.normal(0, 12, 2)
        if one.at_gate and at_site:
            east += 130
        provider = "gps" if accuracy < 30 else "network"
        if one.by_wifi and at_site and draw.random() < 0.7:
            east, north, accuracy = one.wifi_places[int(draw.integers(0, 4))]
            provider = "network"
        return self._seen(
            one, date, minute, place, name, (east, north, accuracy, radius), provider, self._net(one, at_site)
        )

    def _net(self, one: _Person, at_site: bool) -> tuple[str, str, str]:
        """Address, network and region an honest punch comes from."""
        draw = self.draw
        if at_site and draw.random() < one.office_wifi:
            return f"203.0.113.{one.site}", f"office-{one.site}", HOME_CITY
        region = OTHER_CITIES[one.number % 4] if one.roams else HOME_CITY
        if draw.random() < self.mix.odd_address:
            region = str(draw.choice(OTHER_CITIES))
        return f"100.64.{one.carrier}.{draw.integers(0, 255)}", f"carrier-{one.carrier}", region

    def _away(self, one: _Person, date: dt.date, minute: float, city: int) -> Seen:
        place = (31.23 + 1.5 + city, 121.47 - 1 - city)
        fix = (*self.draw.normal(0, 40, 2), max(5.0, float(one.fix_m * self.draw.lognormal(0, 0.5))), 150.0)
        net = (f"198.51.100.{city}", "hotel", OTHER_CITIES[city])
        seen = self._seen(one, date, minute, place, "", fix, "gps", net)
        return replace(seen, place="", distance_m=float("nan"), stations=())

    def _by_another(self, one: _Person, helper: _Person, date: dt.date, minute: float, cheat: str) -> Seen:
        seen = self._honest(helper, date, minute, self.sites[one.site], f"site-{one.site}", 150.0)
        if cheat == "proxy_phone":
            return replace(seen, employee=one.number, cheat=cheat)
        return replace(seen, employee=one.number, phone=one.spare, model="M3", cheat=cheat)

    def _mocked(self, one: _Person, date: dt.date, minute: float) -> Seen:
        draw = self.draw
        jitter = float(draw.uniform(3, 12))
        fix = (*draw.normal(0, jitter, 2), float(draw.choice([5.0, 8.0, 10.0, float(draw.uniform(3, 15))])), 150.0)
        home = f"192.0.2.{one.number % 250}", f"home-{one.number}", HOME_CITY
        carrier = f"100.64.{one.carrier}.{draw.integers(0, 255)}", f"carrier-{one.carrier}", HOME_CITY
        net = home if draw.random() < 0.7 else carrier
        seen = self._seen(one, date, minute, self.sites[one.site], f"site-{one.site}", fix, "gps", net)
        around = tuple(f"home-{one.number}-{n}" for n in range(3))
        return replace(seen, mock=bool(draw.random() < self.mix.mock_seen), stations=around, cheat="mock")

    def _made_up(self, one: _Person, date: dt.date, minute: float, place: tuple[float, float], name: str) -> Seen:
        draw = self.draw
        fix = (*draw.normal(0, 8, 2), float(draw.uniform(3, 20)), 100.0)
        seen = self._seen(one, date, minute, place, name, fix, "gps", self._net(one, at_site=False))
        around = tuple(f"home-{one.number}-{n}" for n in range(3))
        return replace(seen, mock=bool(draw.random() < self.mix.mock_seen), stations=around, cheat="hop")

    def _seen(
        self,
        one: _Person,
        date: dt.date,
        minute: float,
        place: tuple[float, float],
        name: str,
        fix: tuple[float, float, float, float],
        provider: str,
        net: tuple[str, str, str],
    ) -> Seen:
        east, north, accuracy, radius = fix
        latitude = place[0] + north / METRES_A_DEGREE
        longitude = place[1] + east / (METRES_A_DEGREE * float(np.cos(np.radians(place[0]))))
        at = dt.datetime.combine(date, dt.time(), dt.timezone(dt.timedelta(hours=8))) + dt.timedelta(
            minutes=float(minute)
        )
        heard = self.draw.choice(6, size=int(self.draw.integers(1, 5)), replace=False)
        return Seen(
            one.number,
            at,
            one.phone,
            one.model,
            *net,
            round(float(latitude), 7),
            round(float(longitude), 7),
            round(float(accuracy), 1),
            name,
            float(np.hypot(east, north)),
            radius,
            provider=provider,
            mock=False,
            stations=tuple(sorted(f"{name}-{n}" for n in heard)),
            emulator=False,
        )
