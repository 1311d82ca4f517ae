"""Commands in the words of Attendance PUSH. There is no phrase for `SHELL`, `PutFile`, `GetFile`, `UPGRADE` or `CLEAR`."""

from django.utils.translation import gettext

from kaoqin.core.words import Refusal
from kaoqin.devices import wire
from kaoqin.devices.protocols.zk_attendance.templates import say_removal, say_template
from kaoqin.devices.protocols.zk_common.phrases import fit, good, span


def say(wanted: wire.Wanted, dialect: wire.Dialect) -> str:
    """The phrase of a command, without its number."""
    match wanted:
        case wire.PutPerson():
            name = fit(wanted.name, dialect)
            rights, card = good(wanted.privilege or "0"), good(wanted.card)
            return f"DATA UPDATE USERINFO PIN={good(wanted.pin)}\tName={name}\tPri={rights}\tCard={card}"
        case wire.RemovePerson():
            return f"DATA DELETE USERINFO PIN={good(wanted.pin)}"
        case wire.PutTemplate():
            return say_template(wanted.pin, wanted.template)
        case wire.RemoveTemplate():
            return say_removal(wanted.pin, wanted.form)
        case wire.TellPeople():
            return "DATA QUERY USERINFO"
        case wire.TellPunches():
            return f"DATA QUERY ATTLOG {span(wanted.first, wanted.last)}"
        case wire.CountPunches():
            return f"VERIFY SUM ATTLOG {span(wanted.first, wanted.last)}"
        case wire.TellState():
            return "INFO"
        case wire.CallAgain():
            return "CHECK"
        case wire.Restart():
            return "REBOOT"
    raise Refusal("devices.not_spoken", gettext("这种考勤机不认识这条命令。"))
