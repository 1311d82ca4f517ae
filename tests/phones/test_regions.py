"""Where an address is registered, by a database as its makers publish it; and nothing where there is none."""

import ipaddress

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

import make
from habits import Habit
from handset import office
from kaoqin.core.environment import WrongSetting, read_settings
from kaoqin.phones import actions
from kaoqin.phones.regions import Region, region_of
from kaoqin.phones.words import Ways

NEAR, FAR, ABROAD, ODD, NOBODYS = "198.51.100.7", "203.0.113.9", "2001:db8::7", "192.0.2.1", "192.0.2.77"


def place(north, east, radius, **names):
    told = {kind: [{"names": name}] if kind == "subdivisions" else {"names": name} for kind, name in names.items()}
    return {"location": {"latitude": north, "longitude": east, "accuracy_radius": radius}, **told}


@pytest.fixture
def database(tmp_path, settings):
    """Shanghai, Chengdu and somewhere abroad, as in a city database."""
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type="Test-City", float_type="f64")
    china = {"zh-CN": "中国", "en": "China"}
    shanghai = place(31.22, 121.46, 20, subdivisions={"zh-CN": "上海", "en": "Shanghai"}, country=china)
    writer.insert_network(IPSet([f"{NEAR}/24"]), shanghai)
    writer.insert_network(
        IPSet([f"{FAR}/24"]), place(30.66, 104.06, 100, subdivisions={"en": "Sichuan"}, country=china)
    )
    writer.insert_network(IPSet([f"{ABROAD}/64"]), {"country": {"names": {"zh-CN": "德国", "en": "Germany"}}})
    writer.insert_network(IPSet([f"{ODD}/32"]), {})
    path = tmp_path / "regions.mmdb"
    writer.to_db_file(str(path))
    settings.IP_DATABASE = str(path)


def told(address):
    return region_of(ipaddress.ip_address(address))


def test_a_province_else_a_country_and_how_sure(database):
    assert (told(NEAR).name, told(NEAR).radius_km) == ("上海", 50)
    assert (told(FAR).name, told(FAR).radius_km, round(told(FAR).point.latitude, 2)) == ("Sichuan", 100, 30.66)
    assert told(ABROAD) == Region("德国")
    assert told(ODD) == told(NOBODYS) == Region()


def test_without_a_database_nobody_knows(settings):
    settings.IP_DATABASE = ""
    assert told(NEAR) == Region()


def test_an_address_far_from_the_position_is_told_to_the_manager(database, cast):
    office(("site_id", cast.site.pk))
    actions.keep_ways(cast.field_group, make.SINCE, Ways(changes=50), by=make.ROOT, at=make.NOW)
    lin = Habit(cast.by("lin"), "phone-of-lin")
    lin.live(address=NEAR)
    record = lin.press(make.NOW, address=FAR)
    assert (record.region, record.region_off_km) == ("Sichuan", 1_560)
    facts = {one["code"]: one["facts"] for one in record.reasons}
    assert facts["region_far"] == {"region": "Sichuan", "km": "1560"}
    assert "region" in facts
    assert lin.press(make.NOW + make.DAY, address=NEAR).region_off_km == 0


def test_a_database_of_the_old_addresses_knows_no_new_one(tmp_path, settings):
    writer = MMDBWriter(ip_version=4, database_type="Test-City")
    writer.insert_network(IPSet([f"{NEAR}/24"]), {"country": {"names": {"zh-CN": "中国"}}})
    writer.to_db_file(str(tmp_path / "old.mmdb"))
    settings.IP_DATABASE = str(tmp_path / "old.mmdb")
    assert (told(NEAR).name, told(ABROAD)) == ("中国", Region())


@pytest.mark.parametrize("content", [None, b"", b"no database"])
def test_a_file_that_is_none_is_said_at_the_start(tmp_path, content):
    path = tmp_path / "some.mmdb"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WrongSetting, match="KAOQIN_IP_DATABASE"):
        read_settings({"KAOQIN_IP_DATABASE": str(path)})
