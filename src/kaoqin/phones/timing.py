"""What a client tells of its time: the server's last answer counts only where the server did give it to this client."""

import datetime as dt

from kaoqin.phones.clocks import Contact, Told
from kaoqin.phones.signing import is_contact
from kaoqin.phones.wire import ContactSent, TimedSent


def told_of_time(sent: TimedSent, whom: int | str | None, received_at: dt.datetime) -> Told:
    """What a record that arrives says of its time. `whom` the server answers: an account, or a tablet."""
    contact = _proven(sent.contact, whom, received_at) if sent.contact else None
    return Told(sent.device_time, sent.ticks, str(sent.boot), contact)


def _proven(told: ContactSent, whom: int | str | None, received_at: dt.datetime) -> Contact | None:
    if told.server_time > received_at or not is_contact(whom, told.server_time.astimezone(dt.UTC), told.proof):
        return None
    return Contact(told.server_time, told.ticks, str(told.boot))
