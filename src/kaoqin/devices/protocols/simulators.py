"""The simulated terminals there are, by the word people type, with how their serial numbers begin: those that call the
server, and those that are visited by it, with the port of the first."""

from collections.abc import Callable, Sequence

from kaoqin.devices.protocols.hikvision.unit import HikvisionUnit
from kaoqin.devices.protocols.zk_4370.simulator import PullUnit
from kaoqin.devices.protocols.zk_attendance.simulator import AttendanceUnit
from kaoqin.devices.protocols.zk_security.simulator import SecurityUnit
from kaoqin.devices.simulated import Habits, Person, Unit, VisitedUnit

MakeUnit = Callable[[str, Sequence[Person], Habits, int, float], Unit]
MakeVisited = Callable[[str, Sequence[Person], Habits, int, float], VisitedUnit]
SIMULATORS: dict[str, tuple[str, MakeUnit]] = {
    "zk-att": ("SIMATT", AttendanceUnit),
    "zk-acc": ("SIMACC", SecurityUnit),
}
VISITED: dict[str, tuple[str, int, MakeVisited]] = {
    "zk-4370": ("SIMPUL", 4370, PullUnit),
    "hikvision": ("SIMHIK", 8100, HikvisionUnit),
}
