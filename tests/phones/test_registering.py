"""A phone is registered by a press: nothing is replaced unasked, and a record made before it was registered is taken."""

import json

import pytest

import make
from handset import Handset, agree, office, point
from kaoqin.core.words import Refusal
from kaoqin.phones import actions
from kaoqin.phones.models import Phone, Record
from kaoqin.phones.signing import fingerprint, read_spki
from kaoqin.phones.words import Ways

API = "/api/v1/phone"


def register(by, phone, **told):
    """Another key of somebody."""
    return actions.register(read_spki(phone.spki), "另一部", by=by, at=make.NOW, today=make.TODAY, **told)


def unknown(cast, name="lin"):
    """A phone that has made its key, and has told nobody."""
    one = Handset(cast.by(name))
    one.phone.delete()
    return one


def test_a_further_phone_replaces_nothing_before_somebody_said_so(cast):
    by, other = cast.by("lin"), unknown(cast)
    one = Handset(by, name="旧手机")
    with pytest.raises(Refusal, match="将替换原来的手机「旧手机」,原来的随即停用。30 天内还可再换 0 次。"):
        register(by, other)
    assert list(Phone.objects.values_list("pk", "state")) == [(one.phone.pk, "bound")]
    assert register(by, other, replace=True).state == "bound"
    assert register(by, other).state == "bound", "the same key again is the same phone, and replaces nothing"


@pytest.mark.parametrize(("changes", "said"), [(1, "需主管批准"), (2, "还可再换 0 次"), (3, "还可再换 1 次")])
def test_the_question_says_how_often_one_may_still_change(cast, changes, said):
    rules = Ways(changes=changes)
    actions.keep_ways(cast.field_group, make.SINCE, rules, by=make.ROOT, at=make.NOW)
    other = unknown(cast)
    Handset(cast.by("lin"))
    Handset(cast.by("lin"))
    with pytest.raises(Refusal, match=said):
        register(cast.by("lin"), other)


def test_the_question_comes_over_http_and_so_does_the_answer(cast, enter):
    other = unknown(cast)
    Handset(cast.by("lin"))
    lin = enter("lin")

    def tell(**told):
        sent = json.dumps({"spki": other.spki, "name": "新手机", **told})
        return lin.post(API + "/keys", sent, content_type="application/json")

    assert (tell().status_code, tell().json()["code"]) == (409, "phones.replace_first")
    assert (tell(replace=True).json()["state"], Phone.objects.count()) == ("bound", 2)


def version_2(phone, key, **changed):
    told = {**phone.payload(point=point()), "v": 2, "key": key, **changed}
    del told["phone"]
    return phone.sign(told)


def test_a_record_that_names_its_key_is_taken_once_the_key_is_known(cast):
    office(("site_id", cast.site.pk))
    agree(cast.by("lin"))
    lin = unknown(cast)
    record = version_2(lin, fingerprint(read_spki(lin.spki)))
    assert (lin.send(record)[0].state, Record.objects.count()) == ("refused", 0)
    register(cast.by("lin"), lin)
    assert [lin.send(record)[0].state for _ in range(2)] == ["counted", "known"]


def test_the_key_of_another_or_none_is_refused(cast):
    lin, chen = Handset(cast.by("lin")), Handset(cast.by("chen"))
    theirs = fingerprint(read_spki(chen.spki))
    assert [lin.send(version_2(lin, key))[0].state for key in (theirs, "", "x" * 43)] == ["refused"] * 3
    no_number = {**lin.payload(), "v": 1}
    del no_number["phone"]
    assert lin.send(lin.sign(no_number))[0].state == "refused"
    assert Record.objects.count() == 0
