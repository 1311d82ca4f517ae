"""Customers and visits for tests. The shop stands where the office of `handset` does."""

import datetime as dt
import io
import itertools
import uuid

from PIL import Image

import make
from handset import OFFICE, Handset, agree, point
from kaoqin.core.places import Datum
from kaoqin.field import customer_actions, kind_actions, plan_actions
from kaoqin.field.customer_actions import CustomerDetails, Where
from kaoqin.field.models import PlanStop, Visit
from kaoqin.field.photos import keep_photo
from kaoqin.field.plan_actions import Stop
from kaoqin.field.words import KindTerms

_codes = itertools.count(1)
TOLD = {"by": make.ROOT, "at": make.NOW, "today": make.SINCE}


def where(north_m=0, radius_m=100, exact=True):
    """Some metres north of the shop."""
    return Where(OFFICE[0] + north_m / 111_195, OFFICE[1], Datum.WGS84, radius_m, exact)


def customer(*owners, name="城南便利店", place=None, **changed):
    """A customer of some people since the beginning of the year; `place=False`: nobody knows where."""
    told = {"code": f"KH{next(_codes):04d}", "name": name, "contact_phone": "13812345678"}
    told |= {"where": None if place is False else place or where(), "owners": tuple(one.pk for one in owners)}
    return customer_actions.add_customer(CustomerDetails(**told | changed), **TOLD)


def kind(name="例行拜访", since=make.SINCE, **terms):
    """A kind of visits, since the beginning of the year."""
    told = {**terms, "fields": tuple(terms.get("fields", ()))}
    return kind_actions.new_kind(name, since, KindTerms(**told), by=make.ROOT, at=make.NOW)


def stop(employee, date=make.TODAY, shop=None, time=None):
    """A customer in somebody's plan."""
    shop = shop or customer(employee)
    told = {"by": make.ROOT, "at": make.NOW, "today": min(date, make.TODAY)}
    plan_actions.add_stops([Stop(employee.pk, date, shop.pk, time)], **told)
    return PlanStop.objects.get(employee=employee, date=date, customer=shop)


def picture(width=60, height=40, form="JPEG", **saved):
    """An image as a phone sends it."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, form, **saved)
    return out.getvalue()


class Traveller(Handset):
    """Somebody's phone, which agrees to positions, and the visits it tells."""

    def __init__(self, by, at=make.NOW):
        super().__init__(by, at)
        agree(by)

    def check_in(self, shop, kind, at=make.NOW, sent_at=None, **told):
        """Arrive at a customer; the answer. What is told may have a point of its own, or none."""
        told = {"point": point(taken_at=at), **told, "kind": "visit_in"}
        told["about"] = {"customer": shop.pk, "kind": kind.pk}
        self.last = self.payload(at, **told)
        return self.send(self.sign(self.last), at=sent_at or at)[0]

    def check_out(self, at=make.NOW, answers=None, photos=(), visit=None, sent_at=None, **told):
        """Leave, by default the customer arrived at last; the answer. Photos are the bytes of images."""
        keys = [self.photo(one, at) for one in photos]
        about = {"visit": visit or self.last["id"], "answers": answers or {}, "photos": keys}
        told = {"point": point(taken_at=at), **told, "kind": "visit_out", "about": about}
        return self.send(self.record(at, **told), at=sent_at or at)[0]

    def photo(self, content, at=make.NOW):
        key = uuid.uuid4()
        keep_photo(key, content, by=self.by, at=at)
        return str(key)

    def visit(self, shop, kind, at=make.NOW, minutes=0, **told):
        """A whole visit."""
        self.check_in(shop, kind, at)
        self.check_out(at + dt.timedelta(minutes=minutes), **told)
        return Visit.objects.get(record__key=self.last["id"])
