"""What the tests of platform exports ask of a reading."""

# ruff: noqa: DTZ001 - the wall clocks of a file have no zone

import datetime as dt

from kaoqin.punches.formats import Reading, Skip


def at(day: int, hour: int, minute: int = 0, second: int = 0, month: int = 9, year: int = 2021) -> dt.datetime:
    return dt.datetime(year, month, day, hour, minute, second)


def skipped(reading: Reading) -> dict[Skip, int]:
    return {told.reason: told.count for told in reading.skipped}


def told(reading: Reading) -> list[tuple[str, dt.datetime]]:
    return [(punch.person_key, punch.local_time) for punch in reading.punches]
