"""Arrays of PostgreSQL as columns, and long lists of ids as arrays."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from kaoqin.core.arrays import any_of, array_of, fetch_arrays, server_cursor, text_array
from kaoqin.security.models import Account

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
KINDS = {"big": "int8[]", "day": "date[]", "moment": "timestamptz[]"}
FACT = st.tuples(
    st.integers(-(2**63), 2**63 - 1),
    st.dates(),
    st.datetimes(timezones=st.just(dt.UTC)),
)


def asked(rows):
    """The question whose answer is these rows, each an id with facts."""
    query, parameters = [], {}
    for place, facts in enumerate(rows):
        for name, values in zip(KINDS, zip(*facts, strict=True), strict=True):
            parameters[f"{name}{place}"] = list(values)
        facts_of = ", ".join(f"%({name}{place})s::{kind}" for name, kind in KINDS.items())
        query.append(f"SELECT {place + 7}, {facts_of}")
    return " UNION ALL ".join(query), parameters


@given(rows=st.lists(st.lists(FACT, min_size=1, max_size=4), min_size=1, max_size=4))
def test_columns_hold_all_rows_elements_one_after_the_other(db, rows):
    ids, counts, columns = fetch_arrays(*asked(rows), KINDS)
    facts = [fact for row in rows for fact in row]
    assert (ids, counts) == ([7 + n for n in range(len(rows))], [len(row) for row in rows])
    assert columns["big"].tolist() == [big for big, _, _ in facts]
    assert columns["day"].tolist() == [(day - EPOCH.date()).days for _, day, _ in facts]
    assert columns["moment"].tolist() == [(at - EPOCH) // dt.timedelta(microseconds=1) for _, _, at in facts]


def test_no_rows_are_empty_columns(db):
    ids, counts, columns = fetch_arrays("SELECT 1, ARRAY[1::bigint] WHERE false", {}, {"big": "int8[]"})
    assert (ids, counts, columns["big"].tolist()) == ([], [], [])


def test_any_of_many_ids(cast):
    wanted = [cast.accounts["he"].pk, cast.accounts["wang"].pk, 999_999]
    assert set(Account.objects.filter(any_of("pk", wanted)).values_list("pk", flat=True)) == set(wanted[:2])
    assert not Account.objects.filter(any_of("pk", [])).exists()
    assert array_of([3, 1]) == "{3,1}"


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))))
def test_texts_arrive_as_they_are(db, texts):
    with server_cursor() as cursor:
        cursor.execute("SELECT %s::text[]", [text_array(texts)])
        assert cursor.fetchone() == (texts,)
