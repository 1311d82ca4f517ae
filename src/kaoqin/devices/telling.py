"""What a terminal tells of its people when it is asked: when an answer is whole, and who is not there any more.

The answer comes as ordinary uploads, in any number and order; how many people there are stands in the result of the
command. Only when as many were told since it was asked is it known who was not told.
"""

import datetime as dt

from kaoqin.devices.models import Command, PeopleKeeping, PersonOnDevice
from kaoqin.devices.words import CommandState, Wish

QUIET = dt.timedelta(minutes=3)
"""A result of 0 is a count, or a mere "done": when nothing came for so long, whatever came is all there is."""
PATIENCE = dt.timedelta(minutes=10)


def take_whole(device_id: int, at: dt.datetime) -> None:
    """If the last answer is whole: forget who was not told, and remember that it was."""
    asked = Command.objects.filter(device=device_id, wish=Wish.TELL_PEOPLE, state=CommandState.DONE).order_by("-pk")
    telling = asked.filter(result_code__gte=0).first()
    since = _whole_since(telling, at) if telling else None
    if since is None:
        return
    PersonOnDevice.objects.filter(device=device_id, told_at__lt=since).delete()
    PeopleKeeping.objects.update_or_create(device_id=device_id, defaults={"telling": telling})


def _whole_since(telling: Command, at: dt.datetime) -> dt.datetime | None:
    """Since when all people were told; None: some are still to come. One that was handed out twice may have been
    answered the first time."""
    times = PersonOnDevice.objects.filter(device=telling.device_id).order_by("-told_at")
    told = list(times.filter(told_at__gte=telling.asked_at).values_list("told_at", flat=True))
    handed_out, ended = telling.sent_at or telling.asked_at, telling.ended_at or at
    if not telling.result_code:
        return telling.asked_at if at - max([ended, *told[:1]]) >= QUIET else None
    for since in (handed_out, telling.asked_at):
        if sum(moment >= since for moment in told) == telling.result_code:
            return since
    return None


def wanted(last: Command | None, writes: list[Command], at: dt.datetime) -> bool:
    """Whether the terminal is to be asked (again), after `last` it was asked, about writes that are not confirmed."""
    if last is None or not writes:
        return bool(writes)
    if last.state in {CommandState.WAITING, CommandState.SENT} or last.ended_at is None:
        return False
    if any(write.pk > last.pk for write in writes):
        return True
    later = any(write.ended_at and write.ended_at > last.ended_at for write in writes)
    return later or at - last.ended_at >= PATIENCE
