"""The words every room shares: a refusal, and how minutes are said."""


class Refusal(Exception):  # noqa: N818 - a refusal is an answer to a person, not a failure of the program
    """A change or a question that is answered with no.

    `code` is for machines (`org.number_taken`), `sentence` for people: what is wrong and what to do next.
    `field` names the form field it belongs to, where there is one.
    """

    def __init__(self, code: str, sentence: str, field: str = "", details: tuple[str, ...] = ()) -> None:
        super().__init__(code, sentence, field, details)
        self.code, self.sentence, self.field, self.details = code, sentence, field, details

    def __str__(self) -> str:
        return self.sentence


class NotAllowed(Refusal):
    """The actor may not do this, or not to these people. Pages answer with 403."""


class NotFound(Refusal):
    """There is no such thing, or the actor may not know of it. Pages answer with 404."""


def read_number(text: str, otherwise: int) -> int:
    """A whole number a browser sent, from 0 to 2³¹ - 1; what stands in an address by mistake is `otherwise`."""
    return int(text) if text.isdecimal() and len(text) < 10 else otherwise


def say_minutes(minutes: int) -> str:
    """Minutes as people say them: `7 小时 30 分`, `12 分`, `0 分`."""
    hours, rest = divmod(abs(minutes), 60)
    said = " ".join(
        part for part in (f"{hours} 小时" if hours else "", f"{rest} 分" if rest or not hours else "") if part
    )
    return f"-{said}" if minutes < 0 else said


def say_clock(minute: int) -> str:
    """A minute of the day's time line as a clock: 510 → `08:30`, 1800 → `次日 06:00`, -60 → `前日 23:00`."""
    day, of_day = divmod(minute, 1440)
    prefix = {-1: "前日 ", 0: "", 1: "次日 "}.get(day, f"+{day} 日 " if day > 0 else f"{day} 日 ")
    return f"{prefix}{of_day // 60:02d}:{of_day % 60:02d}"
