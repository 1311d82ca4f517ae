"""Settings are read once and refused with the reason; the key is made once and kept from others."""

import stat

import pytest

from kaoqin import cli
from kaoqin.core.environment import SETTINGS, WrongSetting, read_settings, secret_key


def faults(**told):
    with pytest.raises(WrongSetting) as wrong:
        read_settings(told)
    return str(wrong.value).splitlines()


def test_without_anything_the_defaults_hold():
    values = read_settings({})
    assert set(values) == {one.name for one in SETTINGS}
    assert (values["KAOQIN_PORT"], values["KAOQIN_HTTPS"], values["KAOQIN_TIME_ZONE"]) == (8000, False, "Asia/Shanghai")
    assert read_settings({"KAOQIN_PORT": " "})["KAOQIN_PORT"] == 8000


@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [
        ("KAOQIN_PORT", ["0", "65536", "x"], ["1", "65535"]),
        ("KAOQIN_HTTPS", ["yes", "2"], ["0", "1"]),
        ("KAOQIN_TIME_ZONE", ["Mars/Base", "../etc"], ["Asia/Urumqi"]),
        ("KAOQIN_LOG_LEVEL", ["info"], ["INFO"]),
        ("KAOQIN_UPLOAD_MB", ["0", "1025"], ["1", "1024"]),
        ("KAOQIN_UPLOAD_DAYS", ["29", "36501"], ["30", "36500"]),
        ("DATABASE_URL", ["mysql://x/y"], ["postgres://x/y", "postgresql://x/y"]),
        ("KAOQIN_SECRET_KEY", ["k" * 49], ["k" * 50]),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_what_is_expected(name, wrong, right):
    setting = next(one for one in SETTINGS if one.name == name)
    for value in wrong:
        [said] = faults(**{name: value})
        assert said.startswith(f"{name} = ")
        assert setting.expected in said
    for value in right:
        read_settings({name: value})


def test_all_faults_are_said_at_once_and_unknown_names_too():
    assert [said.split(":")[0] for said in faults(KAOQIN_PROT="1", KAOQIN_PORT="x", KAOQIN_HTTPS="x")] == [
        "KAOQIN_PROT",
        "KAOQIN_PORT = 'x'",
        "KAOQIN_HTTPS = 'x'",
    ]


def test_secrets_are_not_said():
    for name, value in (("KAOQIN_SECRET_KEY", "hush"), ("DATABASE_URL", "mysql://u:hush@h/d")):
        assert "hush" not in faults(**{name: value})[0]


def test_the_command_refuses_to_start_with_the_reason(monkeypatch, capsys):
    monkeypatch.setenv("KAOQIN_PORT", "x")
    assert cli.main(["serve"]) == 2
    assert "KAOQIN_PORT = 'x': 应为1 到 65535 的整数" in capsys.readouterr().err


def test_the_key_is_made_once_and_read_by_its_owner_only(tmp_path):
    made = secret_key(tmp_path / "new", "")
    assert secret_key(tmp_path / "new", "") == made
    assert len(made) >= 50
    assert stat.S_IMODE((tmp_path / "new" / "secret_key").stat().st_mode) == 0o600
    assert secret_key(tmp_path, "given") == "given"
