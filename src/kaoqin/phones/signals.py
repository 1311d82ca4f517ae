"""What a Wi-Fi station and a beacon are called, the same way whoever tells it. Pure."""

import re
import uuid

_NOBODY = frozenset({"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "02:00:00:00:00:00"})
"""What phones say instead of a station when they may not tell it."""


def station_of(told: str) -> str:
    """A BSSID as `aa:bb:cc:dd:ee:ff`, out of what clients tell (`AA-BB-…`, without signs, `0:1a:…` without noughts). A bit that
    says "locally administered" stays: stations with several names use it. Raises ValueError for what is no station."""
    text = told.strip().lower()
    parts = re.split("[:-]", text) if re.search("[:-]", text) else re.findall("..", text)
    if (
        len(parts) != 6
        or not all(re.fullmatch("[0-9a-f]{1,2}", part) for part in parts)
        or len(text) not in range(11, 18)
    ):
        raise ValueError(told[:40])
    found = ":".join(part.zfill(2) for part in parts)
    if found in _NOBODY:
        raise ValueError(found)
    return found


def beacon_of(named: str, major: int, minor: int) -> str:
    """A beacon as `uuid/major/minor`. Raises ValueError for what is no beacon."""
    if not (0 <= major <= 65_535 and 0 <= minor <= 65_535):
        raise ValueError(f"{major}/{minor}")
    return f"{uuid.UUID(named)}/{major}/{minor}"


def read_beacon(told: str) -> str:
    """A beacon out of what people write: `uuid major minor`, with blanks, commas or strokes between."""
    parts = [part for part in re.split(r"[\s,,;;/]+", told.strip()) if part]
    if len(parts) != 3:
        raise ValueError(told[:60])
    return beacon_of(parts[0], int(parts[1]), int(parts[2]))
