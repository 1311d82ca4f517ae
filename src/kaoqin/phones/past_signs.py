"""Signs in what earlier punches were scored: who is not there in the morning is rarely there at night. Pure."""

from collections.abc import Sequence

from kaoqin.phones.past import SUSPECT, Evidence, Past, Sign

ENOUGH = 3.0


def odd_shift(now: Evidence, past: Past) -> Sign | None:
    """Another punch of this shift seemed made up by itself."""
    worst = max((one.scores.made_up for one in past.same_shift(now.at)), default=0.0)
    return Sign(worst) if worst > 0.1 else None


def odd_before(now: Evidence, past: Past) -> Sign | None:
    """Punches of this person seemed made up before."""
    return _sign([one.scores.made_up for one in past.own])


def odd_phone(now: Evidence, past: Past) -> Sign | None:
    """This phone seemed to be in another's hand before."""
    return _sign([one.scores.other_hand for one in past.own if one.evidence.phone == now.phone])


def _sign(scores: Sequence[float]) -> Sign | None:
    """Only what was suspect counts: many small doubts are none."""
    suspect = [one for one in scores if one >= SUSPECT]
    return Sign(min(sum(suspect) / ENOUGH, 1.0), {"times": len(suspect)}) if suspect else None
