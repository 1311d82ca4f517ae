"""Pages of the terminals, as people use them; and no word of a protocol outside its folder."""

import re
from pathlib import Path

import pytest

from kaoqin.devices.models import Command
from kaoqin.punches.models import Punch
from terminals import lines

HOUSE = Path(__file__).resolve().parents[2] / "src" / "kaoqin"


def test_a_stranger_is_seen_and_approved_in_the_browser(cast, stranger, enter):
    stranger.get("cdata", options="all", language="83")
    stranger.post("cdata", lines("11-20 09:00:00"), table="ATTLOG")
    sun = enter("sun")
    text = sun.get("/devices/").content.decode()
    assert stranger.serial in text
    assert "有 1 台考勤机等待批准" in text
    where = f"/devices/{stranger.device().pk}/"
    assert sun.post(f"{where}approve/", {"site": "", "name": ""}).status_code == 422
    told = {"site": cast.site.pk, "name": "大门", "zone": ""}
    assert sun.post(f"{where}approve/", told).status_code == 302
    assert "大门" in sun.get(where).content.decode()
    stranger.desk.look_again()
    assert stranger.post("cdata", lines("11-20 09:00:00"), table="ATTLOG").text == "OK:1"
    assert "打卡 1 条" in sun.get(where).content.decode()


def test_a_terminal_is_told_something_and_it_is_taken_back(terminal, enter):
    sun, where = enter("sun"), f"/devices/{terminal.device().pk}/"
    for wish in ("tell_state", "everything"):
        assert sun.post(f"{where}command/", {"wish": wish}).status_code == 302
    assert "没有" not in str(list(sun.get(where).context["messages"]))
    assert list(Command.objects.order_by("pk").values_list("wish", "phrase")) == [
        ("tell_state", "INFO"),
        ("call_again", "CHECK"),
    ]
    sun.post(f"/devices/commands/{Command.objects.first().pk}/withdraw/")
    assert Command.objects.first().state == "failed"
    assert sun.post(f"{where}command/", {"wish": "shell"}).status_code == 302
    assert Command.objects.count() == 2


def test_a_bad_line_is_mended_or_dismissed_on_the_page(terminal, enter):
    terminal.post("cdata", "00013\t1704096000\t0\t1\nnonsense\n", table="ATTLOG")
    he, where = enter("he"), f"/devices/{terminal.device().pk}/"
    first, second = terminal.device().uploads.get().bad_lines.order_by("line_no")
    assert "1704096000" in he.get(where).content.decode()
    wrong = he.post(f"/devices/lines/{first.pk}/", {"text": "00013\tx"})
    assert (wrong.status_code, "时间应为" in wrong.content.decode()) == (422, True)
    assert he.post(f"/devices/lines/{first.pk}/", {"text": "00013\t2026-11-20 09:00:00\t0\t1"}).status_code == 200
    assert he.post(f"/devices/lines/{second.pk}/", {"dismiss": "1"}).status_code == 200
    assert (Punch.objects.count(), "nonsense" in he.get(where).content.decode()) == (1, False)


def test_an_administrator_sees_no_lines_with_peoples_punches(terminal, enter):
    terminal.post("cdata", "00013\t1704096000\t0\t1\n", table="ATTLOG")
    assert "1704096000" not in enter("sun").get(f"/devices/{terminal.device().pk}/").content.decode()


def test_an_upload_is_read_again_from_the_page(terminal, enter):
    terminal.post("cdata", "nonsense\n", table="ATTLOG")
    answer = enter("he").post(f"/devices/uploads/{terminal.device().uploads.get().pk}/reread/", follow=True)
    assert "仍有 1 行不能读" in answer.content.decode()


@pytest.mark.parametrize("page", ["uploads", "operations"])
def test_lists_of_one_terminal(terminal, enter, page):
    terminal.post("cdata", "OPLOG 21\t8\t2026-11-20 09:00:05\t0\t0\t0\t0\n", table="OPERLOG")
    text = enter("he").get(f"/devices/{terminal.device().pk}/{page}/").content.decode()
    assert ("设置时间" if page == "operations" else "OPERLOG") in text


WORDS = re.compile(
    r"iclock|\bATTLOG|OPERLOG|OPLOG|\brtlog|rtstate|rtdata|tabledata|querydata|getrequest|devicecmd|USERINFO|PIN="
)


def test_no_word_of_a_protocol_stands_outside_its_folder():
    files = [path for ending in ("py", "html") for path in HOUSE.rglob(f"*.{ending}")]
    home = HOUSE / "devices" / "protocols"
    wrong = {
        str(path.relative_to(HOUSE))
        for path in files
        if not path.is_relative_to(home) and WORDS.search(path.read_text())
    }
    assert wrong == set()
