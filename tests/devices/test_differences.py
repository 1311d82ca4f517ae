"""What a terminal is told so that it holds whom it should: never more than that, and the second time nothing."""

from hypothesis import given
from hypothesis import strategies as st

from kaoqin.devices.differences import Meant, administrates, bare, differences
from kaoqin.devices.protocols import held_name
from kaoqin.devices.wire import Dialect, PersonOnTerminal, PutPerson

PINS = st.sampled_from(["1", "01", "2", "3", "777"])
NAMES = st.sampled_from(["", "林小满", "陈大白", "赵?"])
CARDS = st.sampled_from(["", "0", "4711", "004711"])
RIGHTS = st.sampled_from(["", "0", "14"])
HELD = st.dictionaries(PINS, st.tuples(NAMES, RIGHTS, CARDS)).map(
    lambda told: {pin: PersonOnTerminal(pin, *rest) for pin, rest in told.items()}
)
MEANT = st.dictionaries(PINS, st.tuples(NAMES.filter(bool), st.none() | CARDS)).map(
    lambda told: {pin: Meant(pin, 1, name, card) for pin, (name, card) in told.items()}
)


def obeyed(held, told):
    """A terminal that does what it is told."""
    after = dict(held)
    for one in told:
        if isinstance(one, PutPerson):
            after[one.pin] = PersonOnTerminal(one.pin, one.name, one.privilege, one.card)
        else:
            del after[one.pin]
    return after


@given(MEANT, HELD, st.sets(PINS))
def test_obeyed_the_terminal_holds_what_it_should_and_is_told_nothing_more(meant, held, ours):
    after = obeyed(held, differences(meant, held, ours))
    assert differences(meant, after, ours | meant.keys()) == []
    for pin, one in meant.items():
        assert after[pin].name == one.name
        assert one.card is None or bare(after[pin].card) == bare(one.card)


@given(MEANT, HELD, st.sets(PINS))
def test_nobody_goes_whom_the_house_did_not_put_and_no_administrator_at_all(meant, held, ours):
    after = obeyed(held, differences(meant, held, ours))
    gone = held.keys() - after.keys()
    assert gone == {pin for pin in held.keys() & ours - meant.keys() if not administrates(held[pin])}


@given(MEANT, HELD, st.sets(PINS))
def test_rights_stay_and_so_do_cards_nobody_knows_of(meant, held, ours):
    after = obeyed(held, differences(meant, held, ours))
    for pin in held.keys() & after.keys():
        assert (after[pin].privilege or "0") == (held[pin].privilege or "0")
        if meant.get(pin) is None or meant[pin].card is None:
            assert after[pin].card == held[pin].card
    assert all(not administrates(after[pin]) for pin in after.keys() - held.keys())


@given(
    st.text(max_size=40), st.sampled_from(["83", "84", "69"]), st.sampled_from(["zk_attendance", "zk_security", "?"])
)
def test_a_name_that_a_terminal_holds_is_held_as_it_is(name, language, protocol):
    """So one that was cut or changed is not sent for ever."""
    dialect = Dialect(protocol, language)
    once = held_name(name, dialect)
    assert held_name(once, dialect) == once


def test_the_dot_of_many_names_is_one_of_gb2312():
    assert held_name("阿依古丽·买买提", Dialect("zk_attendance", "83")) == "阿依古丽·买买提"
