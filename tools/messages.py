"""The catalogue of texts: what `make messages` gathers for the translator, and what `make setup` compiles.

Chinese is the source language: the msgid is the Chinese text. Without GNU gettext on the machine: Babel reads Python
and writes the catalogue, Django's own lexer reads the templates.

    tools/messages.py             bring the catalogue up to date with the sources, then compile it
    tools/messages.py --compile   only compile it
    tools/messages.py --check     say what is out of date or untranslated; exit 1 if anything is
"""

import datetime as dt
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "src" / "kaoqin"
CATALOGUE = SOURCES / "locale" / "en" / "LC_MESSAGES" / "django.po"
COMPILED = CATALOGUE.with_suffix(".mo")
CALLS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop", "Sentence"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    "npgettext": ((1, "c"), 2, 3),
}
NO_DAY = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
HEADER = """\
# English texts of kaoqin. The msgid is the Chinese source text; words follow docs/words.md.
# Brought up to date by `make messages`, compiled by `make setup`.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Language: en\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


def sources() -> Iterator[tuple[str, bytes]]:
    """Every file that may hold texts, as (path in the repository, Python source); templates as templatize says them."""
    for path in sorted([*SOURCES.rglob("*.py"), *SOURCES.rglob("*.html")]):
        name = str(path.relative_to(ROOT))
        if path.suffix == ".html":
            # in brackets, so that the indentation of HTML is none of Python's
            yield name, f"(\n{templatize(path.read_text(), origin=name)}\n)".encode()
        elif "migrations" not in path.parts:
            yield name, path.read_bytes()


def gather() -> Catalog:
    """The texts of the sources, each with the files it stands in and no translation."""
    found = Catalog(locale="en")
    for name, source in sources():
        for _, text, comments, context in extract("python", io.BytesIO(source), CALLS, ("Translators:",)):
            found.add(text, locations=[(name, 0)], auto_comments=comments, context=context)
    return found


def kept() -> Catalog:
    """The catalogue as it is committed."""
    if not CATALOGUE.exists():
        return Catalog(locale="en")
    with CATALOGUE.open("rb") as file:
        found = read_po(file, locale="en")
    found.creation_date = found.revision_date = NO_DAY  # so that the same texts compile to the same file
    return found


def merge(found: Catalog, known: Catalog) -> Catalog:
    """What the sources say with the translations that are known; what the sources no longer say is dropped."""
    for message in found:
        old = known.get(message.id, context=message.context) if message.id else None
        if old is not None and old.pluralizable == message.pluralizable:
            message.string = old.string
    return found


def say(catalogue: Catalog) -> str:
    """The catalogue as text: by file, without line numbers, so that a change of one text is a change of one line."""
    out = io.BytesIO()
    write_po(out, catalogue, width=0, omit_header=True, sort_by_file=True, include_lineno=False)
    return HEADER + out.getvalue().decode().lstrip("\n")


def untranslated(catalogue: Catalog) -> list[Message]:
    return [m for m in catalogue if m.id and (m.fuzzy or not all(m.string if m.pluralizable else [m.string]))]


def compile_catalogue() -> None:
    with COMPILED.open("wb") as out:
        write_mo(out, kept())


def check() -> int:
    """How many faults there are, each said in a line."""
    faults = [f"no translation: {message.id!r}" for message in untranslated(kept())]
    if say(merge(gather(), kept())) != CATALOGUE.read_text():
        faults.append(f"{CATALOGUE.relative_to(ROOT)} is out of date: make messages")
    for fault in faults:
        print(fault)
    return len(faults)


def update() -> None:
    made = merge(gather(), kept())
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    CATALOGUE.write_text(say(made))
    compile_catalogue()
    print(f"• {len(made)} 条文字,待翻译 {len(untranslated(made))} 条")


def main() -> None:
    if "--check" in sys.argv:
        sys.exit(1 if check() else 0)
    compile_catalogue() if "--compile" in sys.argv else update()


if __name__ == "__main__":
    main()
