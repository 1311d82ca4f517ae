"""Templates: nothing biometric is kept without a switch and a consent, and all of it goes when either does."""

import base64
import re

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

import make
from kaoqin.consent import actions as consent
from kaoqin.consent import nightly
from kaoqin.consent.actions import Giving
from kaoqin.consent.words import Trait
from kaoqin.core.sealed import unseal
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.devices import biometric_actions, biometric_queries, queue
from kaoqin.devices.models import BiometricTemplate, Command, Device, PersonOnDevice, TemplateRemoval
from kaoqin.devices.protocols import ADAPTERS, TEMPLATES
from kaoqin.devices.wire import Dialect, PutTemplate, RemoveTemplate, Template
from kaoqin.devices.words import CommandState, RemovalState, Wish
from kaoqin.security.models import AuditEntry
from terminals import Caller

FINGER, FACE, PHOTO = Trait.FINGERPRINT, Trait.FACE, Trait.PHOTO
SECRET = base64.b64encode(bytes(range(256)) * 4).decode()
OTHER = base64.b64encode(bytes(reversed(range(256))) * 4).decode()
FACTS = {"FPVersion": "10", "MultiBioDataSupport": "0:0:0:0:0:0:0:0:0:1", "MultiBioVersion": "0:0:0:0:0:0:0:0:0:58.12"}


def finger(pin="00013", number=0, data=SECRET):
    return f"FP PIN={pin}\tFID={number}\tSize={len(data)}\tValid=1\tTMP={data}\n"


def face(pin="00013", data=SECRET, version=("58", "12")):
    told = f"No=0\tIndex=0\tValid=1\tDuress=0\tType=9\tMajorVer={version[0]}\tMinorVer={version[1]}\tFormat=0"
    return f"BIODATA Pin={pin}\t{told}\tTmp={data}\n"


def photo(pin="00013", data=SECRET):
    return f"BIOPHOTO PIN={pin}\tFileName={pin}.jpg\tType=9\tSize={len(data)}\tContent={data}\n"


@pytest.fixture
def agree(cast):
    """`agree(FACE)`: Chen signs."""
    notice = consent.publish_notice("正文", by=cast.by("he"), at=make.NOW)

    def given_to(*traits, employee=cast.chen):
        givings = [Giving(employee, trait, make.TODAY, notice) for trait in traits]
        consent.give_all(givings, today=make.TODAY, by=cast.by("he"), at=make.NOW)

    return given_to


@pytest.fixture
def keeping(cast):
    """`keeping(caller)`: its templates are kept, and it tells what it can."""

    def switched(caller, protocol="zk_attendance", facts=FACTS):
        device = caller.approved(cast.site)
        Device.objects.filter(pk=device.pk).update(protocol=protocol, facts=facts)
        device = caller.device()
        biometric_actions.keep_templates(device, by=cast.by("he"), at=make.NOW)
        caller.desk.look_again()
        return device

    return switched


@pytest.fixture
def kept(keeping):
    caller = Caller()
    keeping(caller)
    return caller


def upload(caller, *lines, table="OPERLOG"):
    answer = caller.post("cdata", "".join(lines), table=table, Stamp="9999")
    assert answer.status == 200
    return answer


def withdraw(cast, *traits):
    return consent.withdraw(cast.chen, traits, today=make.TODAY, by=cast.by("chen"), at=make.NOW)


def places_holding(*secrets):
    """The tables in which a row holds a secret, as text or as bytes: everything in the database is looked through."""
    found = set()
    needles = [needle for secret in secrets for needle in (secret[:60], secret[:60].encode().hex())]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            for needle in needles:
                cursor.execute(f"SELECT 1 FROM {table} t WHERE position(%s in t::text) > 0 LIMIT 1", [needle])  # noqa: S608
                if cursor.fetchone():
                    found.add(table)
    return found


def forms():
    return sorted(BiometricTemplate.objects.values_list("pin", "form"))


def test_the_search_of_this_test_finds_what_is_there(terminal):
    upload(terminal, f"USER PIN=1\tName={SECRET[:60]}\n")
    assert "devices_rawupload" in places_holding(SECRET)


@pytest.mark.parametrize("line", [finger, face, photo])
def test_by_default_nothing_is_kept_even_of_whoever_agreed(terminal, agree, line):
    agree(*Trait)
    assert upload(terminal, line()).text == "OK:1"
    assert (places_holding(SECRET), forms()) == (set(), [])


@pytest.mark.parametrize("line", [finger, face, photo])
def test_without_consent_nothing_is_kept_even_where_templates_are(kept, cast, line, caplog):
    upload(kept, line(), line(pin="77"))
    assert (places_holding(SECRET), forms()) == (set(), [])
    assert SECRET[:40] not in caplog.text


def test_of_whoever_agreed_it_is_kept_sealed_and_of_the_others_not(kept, agree):
    agree(FINGER)
    upload(kept, finger(), finger(pin="00012", data=OTHER), face())
    assert forms() == [("00013", "FP")]
    row = BiometricTemplate.objects.get()
    assert (unseal(row.sealed), row.size, row.version) == (SECRET, len(SECRET), "10")
    assert places_holding(SECRET, OTHER) == set()


def test_each_trait_has_its_own_consent(kept, agree):
    agree(FACE)
    upload(kept, finger(), face(), photo())
    assert forms() == [("00013", "BIODATA:9")]
    agree(PHOTO)
    upload(kept, finger(), face(), photo())
    assert forms() == [("00013", "BIODATA:9"), ("00013", "BIOPHOTO")]


def test_the_same_bytes_again_are_kept_when_the_consent_came_meanwhile(kept, agree):
    upload(kept, finger())
    agree(FINGER)
    upload(kept, finger())
    assert forms() == [("00013", "FP")]


def test_a_finger_that_comes_anew_replaces_the_old_one(kept, agree):
    agree(FINGER)
    upload(kept, finger(), finger(number=1))
    upload(kept, finger(data=OTHER))
    fingers = {row.number: unseal(row.sealed) for row in BiometricTemplate.objects.all()}
    assert fingers == {"0": OTHER, "1": SECRET}


def test_access_terminals_tell_theirs_in_tables(keeping, agree):
    agree(FINGER, FACE, PHOTO)
    caller = Caller("ACC0001")
    keeping(caller, "zk_security")
    ten = f"templatev10 size=9\tuid=1\tpin=00013\tfingerid=3\tvalid=1\ttemplate={SECRET}\n"
    for name, body in (
        ("templatev10", ten),
        ("biodata", face().lower().replace(SECRET.lower(), SECRET)),
        ("biophoto", photo().lower().replace(SECRET.lower(), SECRET)),
    ):
        assert caller.post("cdata", body, table="tabledata", tablename=name, count="1").text == f"{name}=1"
    assert forms() == [("00013", "BIODATA:9"), ("00013", "BIOPHOTO"), ("00013", "FP")]
    assert places_holding(SECRET) == set()


def test_terminals_are_asked_for_templates_only_where_they_are_kept(terminal, kept, keeping):
    plain = Caller("PLAIN001", desk=terminal.desk)
    asked = kept.get("cdata", options="all").text
    assert "FACE\tUserPic\tBioPhoto" in asked
    assert "MultiBioDataSupport=0:1:1" in asked
    told = plain.get("cdata", options="all").text
    assert "TransFlag=TransData AttLog\tOpLog\n" in told
    assert "MultiBio" not in told
    access = Caller("ACC0001")
    keeping(access, "zk_security")
    assert "TransTables=User Transaction Facev7 templatev10" in access.get("cdata", options="all").text


def test_withdrawing_deletes_what_was_kept_and_tells_the_terminals(kept, cast, agree):
    agree(FINGER, FACE)
    upload(kept, "USER PIN=00013\tName=x\n", finger(), finger(number=1), face())
    assert withdraw(cast, FINGER) == 1
    assert forms() == [("00013", "BIODATA:9")]
    removal = TemplateRemoval.objects.get()
    assert removal.command.phrase == "DATA DELETE FINGERTMP PIN=00013"
    said = AuditEntry.objects.filter(action="devices.delete_templates").get()
    assert (said.facts, "2 份" in said.said) == ({"templates": 2}, True)
    withdraw(cast, FACE)
    assert Command.objects.latest("pk").phrase == "DATA DELETE BIODATA Pin=00013\tType=9"
    assert not BiometricTemplate.objects.exists()


def test_the_day_after_the_last_day_everything_is_gone(kept, cast, agree, clock):
    agree(FINGER)
    upload(kept, finger())
    make.leave(cast.chen, make.TODAY)
    nightly.end_consents(0)
    assert forms() == [("00013", "FP")]
    clock(make.NOW + make.DAY)
    nightly.end_consents(0)
    assert (forms(), TemplateRemoval.objects.get().trait) == ([], FINGER)
    upload(kept, finger(number=2))
    assert forms() == []


def test_switching_off_deletes_for_good_counts_and_takes_nothing_more(kept, cast, agree):
    agree(FINGER)
    upload(kept, finger(), finger(number=1))
    assert biometric_actions.drop_templates(kept.device(), by=cast.by("he"), at=make.NOW) == 2
    upload(kept, finger(number=5))  # the process has not read yet that it was switched off
    assert forms() == []
    assert AuditEntry.objects.get(action="devices.drop_templates").facts == {"templates": 2}


def test_terminals_elsewhere_that_never_heard_of_somebody_are_not_told(kept, cast, agree):
    there = make.site("苏州")
    other = Caller("OTHER001")
    other.approved(there)
    PersonOnDevice.objects.create(device=kept.device(), pin="1", told_at=make.NOW)
    agree(FINGER)
    withdraw(cast, FINGER)
    assert not TemplateRemoval.objects.exists()


def test_a_terminal_without_a_word_for_it_is_listed_until_somebody_did_it_there(keeping, cast, agree, enter):
    access = Caller("ACC0001")
    keeping(access, "zk_security")
    agree(FACE)
    withdraw(cast, FACE)
    removal = TemplateRemoval.objects.get()
    assert (removal.command, biometric_queries.state_of(removal)) == (None, RemovalState.NEEDS_HAND)
    he = enter("he")
    assert "须在机上手动删除" in he.get("/devices/templates/removals/").content.decode()
    he.post(f"/devices/templates/removals/{removal.pk}/done/")
    removal.refresh_from_db()
    assert (removal.by_hand_by, biometric_queries.state_of(removal)) == (cast.accounts["he"], RemovalState.BY_HAND)
    assert "没有未完成的删除" in he.get("/devices/templates/removals/").content.decode()
    assert "ACC0001" in he.get("/devices/templates/removals/?undone=0").content.decode()


@pytest.mark.parametrize(
    ("code", "state", "why"),
    [
        ("0", RemovalState.DONE, ""),
        ("-1002", RemovalState.NEEDS_HAND, "固件不支持"),
    ],
)
def test_what_a_terminal_answers_to_a_removal_is_what_the_list_says(kept, cast, agree, code, state, why):
    agree(FINGER)
    withdraw(cast, FINGER)
    removal = TemplateRemoval.objects.get()
    assert biometric_queries.state_of(removal) == RemovalState.WAITING
    kept.post("devicecmd", f"ID={removal.command.pk}&Return={code}&CMD=DATA\n")
    removal = biometric_queries.removal(removal.pk, seen_by=cast.by("he"))
    assert biometric_queries.state_of(removal) == state
    assert why in biometric_queries.why(removal)


@pytest.fixture
def second(keeping, kept):
    """Another terminal of the same kind that knows Chen."""
    caller = Caller("SECOND01", desk=kept.desk)
    keeping(caller)
    upload(caller, "USER PIN=00013\tName=x\n")
    return caller


def told_to(caller):
    """What a terminal is told beyond calling again."""
    caller.desk.look_again()
    return [line.split(":", 2)[2] for line in caller.get("getrequest").text.splitlines() if "DATA" in line]


def sync(cast, by="he"):
    return biometric_actions.sync(cast.chen, by=cast.by(by), at=make.NOW)


def test_templates_go_to_the_other_terminals_that_know_the_person(kept, second, cast, agree):
    agree(FINGER, FACE, PHOTO)
    upload(kept, finger(), face(), photo())
    assert sync(cast) == 1
    assert places_holding(SECRET) == set()
    assert sorted(told_to(second)) == sorted(
        [
            f"DATA UPDATE FINGERTMP PIN=00013\tFID=0\tSize={len(SECRET)}\tValid=1\tTMP={SECRET}",
            (
                "DATA UPDATE BIODATA Pin=00013\tNo=0\tIndex=0\tValid=1\tDuress=0\tType=9\tMajorVer=58\tMinorVer=12\t"
                f"Format=0\tTmp={SECRET}"
            ),
            f"DATA UPDATE BIOPHOTO PIN=00013\tType=9\tSize={len(SECRET)}\tFormat=0\tContent={SECRET}",
        ]
    )
    assert told_to(kept) == []
    assert "模板同步到 1 台" in AuditEntry.objects.get(action="devices.sync_templates").said


@pytest.mark.parametrize(
    "different",
    [
        {"facts": {**FACTS, "FPVersion": "9"}},
        {"facts": {}},
        {"protocol": "zk_security"},
        {"state": "retired"},
    ],
)
def test_a_terminal_of_another_algorithm_or_protocol_gets_none(kept, second, cast, agree, different):
    agree(FINGER)
    upload(kept, finger())
    Device.objects.filter(serial="SECOND01").update(**different)
    with pytest.raises(Refusal) as refused:
        sync(cast)
    assert refused.value.code == "devices.nowhere_to_send"


def test_a_terminal_that_does_not_know_the_person_gets_none(kept, second, cast, agree):
    agree(FINGER)
    upload(kept, finger())
    PersonOnDevice.objects.filter(device=second.device()).delete()
    with pytest.raises(Refusal):
        sync(cast)


def test_only_hr_sends_templates(kept, second, cast, agree):
    agree(FINGER)
    upload(kept, finger())
    for who in ("wang", "sun", "qian", "chen"):
        with pytest.raises(NotAllowed):
            sync(cast, by=who)


def test_what_waits_to_be_sent_is_not_sent_after_the_withdrawal(kept, second, cast, agree):
    agree(FINGER)
    upload(kept, finger())
    sync(cast)
    withdraw(cast, FINGER)
    assert told_to(second) == ["DATA DELETE FINGERTMP PIN=00013"]
    assert Command.objects.get(wish=Wish.PUT_TEMPLATE).state == CommandState.FAILED


def test_a_template_sealed_with_another_key_fails_and_keeps_no_poll_from_its_answer(
    kept, second, cast, agree, settings
):
    agree(FINGER)
    upload(kept, finger())
    sync(cast)
    settings.SECRET_KEY = "x" * 60
    assert told_to(second) == []
    assert Command.objects.get(wish=Wish.PUT_TEMPLATE).state == CommandState.FAILED


def test_one_large_template_at_a_time_stays_below_what_a_terminal_reads(kept, second, cast, agree):
    agree(FINGER)
    upload(kept, *[finger(number=number, data=SECRET * 20) for number in range(5)])
    sync(cast)
    device = second.device()
    sizes = [sum(len(phrase) for _, phrase in queue.hand_out(device.pk, make.NOW)) for _ in range(3)]
    assert max(sizes) < 64_000
    assert sizes[0] > 27_000


def test_no_other_protocol_speaks_of_templates():
    put = PutTemplate("1", Template("1", FINGER, "FP", "0", size=4))
    for name, adapter in ADAPTERS.items():
        for wanted in (put, RemoveTemplate("1", "FP")):
            if name != "zk_attendance":
                with pytest.raises(Refusal):
                    adapter.say(wanted, Dialect(name))


def test_a_template_says_nothing_of_itself_in_a_log():
    read = next(iter(TEMPLATES["zk_attendance"].read("OPERLOG", finger().encode())))
    assert read.data == SECRET
    assert SECRET[:20] not in repr(read)


KEYS = {
    "FP": ("PIN", "FID", "TMP"),
    "FACE": ("PIN", "FID", "TMP"),
    "FVEIN": ("Pin", "FID", "Tmp"),
    "BIODATA": ("Pin", "Type", "Tmp"),
    "BIOPHOTO": ("PIN", "Type", "Content"),
    "USERPIC": ("PIN", "FileName", "Content"),
    "templatev10": ("pin", "fingerid", "template"),
    "facev7": ("pin", "faceid", "tmp"),
}
LINES = st.tuples(
    st.sampled_from(sorted(KEYS)),
    st.sampled_from(["as it is", "lower", "upper"]),
    st.binary(min_size=24, max_size=1500),
    st.sampled_from(["1", "2", "7", "9"]),
)


def say_line(word, case, data, number):
    change = {"lower": str.lower, "upper": str.upper}.get(case, str)
    pin, place, secret = (change(key) for key in KEYS[word])
    text = base64.b64encode(data).decode()
    return f"{change(word)} {pin}=13\t{place}={number}\tValid=1\t{secret}={text}\r\n", text


@given(st.lists(LINES, min_size=1, max_size=6), st.sampled_from(["OPERLOG", "BIODATA", "TABLEDATA:BIODATA", "UNKNOWN"]))
def test_no_kept_upload_ever_holds_a_template(lines, kind):
    """Whatever the table, the case of the keys and the length: what is kept holds none of it, and what is taken all."""
    said = [say_line(*line) for line in lines]
    body = "".join(line for line, _ in said).encode()
    for name in ("zk_attendance", "zk_security"):
        masked = ADAPTERS[name].mask(kind, ADAPTERS[name].unpack(kind, body)).decode()
        assert not [text for _, text in said if text in masked or text.rstrip("=")[:24] in masked]
        taken = {one.data for one in TEMPLATES[name].read(kind, body)}
        assert taken <= {text for _, text in said}


@given(st.binary(max_size=600))
def test_any_bytes_are_read_without_failing(body):
    assert all(one.data for one in TEMPLATES["zk_attendance"].read("OPERLOG", body + b"\nFP " + body))


def test_the_page_of_a_terminal_switches_and_the_list_sends(enter, kept, second, cast, agree):
    agree(FINGER)
    upload(kept, finger())
    he, device = enter("he"), kept.device()
    assert "保存中" in he.get(f"/devices/{device.pk}/templates/").content.decode()
    assert "陈大白" in he.get("/devices/templates/").content.decode()
    assert "已下发到 1 台" in he.post(f"/devices/templates/{cast.chen.pk}/sync/", follow=True).content.decode()
    answer = he.post(f"/devices/{device.pk}/templates/", {"keep": "0"}, follow=True).content.decode()
    assert "删除了 1 份模板" in answer
    assert "没有保存任何模板" in he.get("/devices/templates/").content.decode()
    text = b"".join(he.get("/devices/templates/?export=csv").streaming_content).decode()
    assert not re.search("gAAAA", text)


def test_a_protocol_without_templates_cannot_be_switched_on(enter, cast):
    caller = Caller("HIK00001")
    device = caller.approved(cast.site)
    Device.objects.filter(pk=device.pk).update(protocol="hikvision")
    he = enter("he")
    assert "不上传模板" in he.get(f"/devices/{device.pk}/templates/").content.decode()
    he.post(f"/devices/{device.pk}/templates/", {"keep": "1"})
    assert not Device.objects.get(pk=device.pk).keeps_templates
