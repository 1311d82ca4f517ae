"""Many values for one question of the database."""

from collections.abc import Iterable


def text_array(values: Iterable[str]) -> str:
    """Texts as PostgreSQL writes an array, for `= ANY(%s::text[])`: one parameter, however many they are."""
    kept = list(values)
    joined = '","'.join(kept)
    if "\\" in joined or joined.count('"') != 2 * max(len(kept) - 1, 0):
        joined = '","'.join(value.replace("\\", "\\\\").replace('"', '\\"') for value in kept)
    return f'{{"{joined}"}}' if kept else "{}"
