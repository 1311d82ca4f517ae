"""Somebody who has punched by phone for weeks, for tests of what is odd against that."""

import datetime as dt
from dataclasses import replace

import make
from handset import Handset, agree, point
from kaoqin.phones.models import Record

MINUTE, DAYS = dt.timedelta(minutes=1), 16
DIGITS = (0.13, 0.47, 0.29, 0.71, 0.58, 0.86, 0.34)
LAN = "203.0.113.9"


class Habit:
    """Somebody with a phone, who punches as people do: a little elsewhere each day, as sure as it comes."""

    def __init__(self, by, device):
        agree(by)
        self.by, self.device = by, device
        self.phone = Handset(replace(by, address=LAN), make.NOW - 40 * make.DAY)

    def press(self, at, phone=None, device="", address=LAN, client=(), payload=(), late=dt.timedelta(), **told):
        """A punch at an instant; `told` of its position; the record."""
        n = (at - make.NOW).days % 7
        usual = {
            "north_m": 20 + 60 * DIGITS[n] + (at.day * 7 % 11),
            "accuracy_m": round(14 + 11 * DIGITS[n] + at.day / 9, 2),
        }
        handset = phone or self.phone
        sent = {
            "point": point(taken_at=at, **{**usual, **told}),
            "client": {"device": device or self.device, **dict(client)},
        }
        record = handset.record(at, **{**sent, **dict(payload)})
        handset.send(record, at=at + late, by=replace(handset.by, address=address))
        return Record.objects.latest("pk")

    def live(self, days=DAYS, later=0, **told):
        """A working past, up to yesterday, some minutes later than others."""
        return [self.press(make.NOW - n * make.DAY + later * MINUTE, **told) for n in range(days, 0, -1)]
