"""Commands in the words of Security PUSH. Counts and restarts have no documented phrase here and are refused."""

from django.utils.translation import gettext

from kaoqin.core.words import Refusal
from kaoqin.devices import wire
from kaoqin.devices.protocols.zk_common.phrases import fit, good


def say(wanted: wire.Wanted, dialect: wire.Dialect) -> str:
    """The phrase of a command, without its number."""
    match wanted:
        case wire.PutPerson():
            name, rights = fit(wanted.name, dialect), good(wanted.privilege or "0")
            return (
                f"DATA UPDATE user Pin={good(wanted.pin)}\tName={name}\tPrivilege={rights}\tCardNo={good(wanted.card)}"
            )
        case wire.RemovePerson():
            return f"DATA DELETE user Pin={good(wanted.pin)}"
        case wire.TellPeople():
            return "DATA QUERY tablename=user,fielddesc=*,filter=*"
        case wire.TellPunches():
            return "DATA QUERY tablename=transaction,fielddesc=*,filter=*"
        case wire.TellState():
            return "GET OPTIONS ~SerialNumber,~DeviceName,FirmVer,IPAddress,UserCount,TransactionCount,~MaxAttLogCount"
    raise Refusal("devices.not_spoken", gettext("这种考勤机不认识这条命令。"))
