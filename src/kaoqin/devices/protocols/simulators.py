"""The simulated terminals there are, by the word people type, with how their serial numbers begin."""

from collections.abc import Callable, Sequence

from kaoqin.devices.protocols.zk_attendance.simulator import AttendanceUnit
from kaoqin.devices.protocols.zk_security.simulator import SecurityUnit
from kaoqin.devices.simulated import Habits, Person, Unit

MakeUnit = Callable[[str, Sequence[Person], Habits, int, float], Unit]
SIMULATORS: dict[str, tuple[str, MakeUnit]] = {
    "zk-att": ("SIMATT", AttendanceUnit),
    "zk-acc": ("SIMACC", SecurityUnit),
}
