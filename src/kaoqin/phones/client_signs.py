"""Signs in what the client itself says of its phone. Pure."""

from kaoqin.phones.past import Evidence, Past, Sign

MADE_UP = ("mock", "fake", "test", "simul")


def said_mock(now: Evidence, past: Past) -> Sign | None:
    return Sign(1) if now.mock else None


def said_emulator(now: Evidence, past: Past) -> Sign | None:
    return Sign(1) if now.emulator else None


def odd_provider(now: Evidence, past: Past) -> Sign | None:
    """The place comes from a source with such a name as only apps for making up places give."""
    name = now.provider.lower()
    return Sign(1, {"provider": now.provider}) if any(word in name for word in MADE_UP) else None


def edited_clock(now: Evidence, past: Past) -> Sign | None:
    off = abs(now.clock_off_s)
    return Sign(1, {"minutes": round(off / 60)}) if off > 60 else None
