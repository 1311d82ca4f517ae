"""The catalogue is whole: every text of the sources has its English, with the same values to fill in."""

import importlib.util
import io
import re
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo

ROOT = Path(__file__).resolve().parents[2]
PLACEHOLDERS = re.compile(r"%\(\w+\)s|\{[^{}]*\}|</?\w+>")
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
FILES_SAY_SO = {"No rows like “工号:… 姓名:…” were found; please choose another format."}
"""English that quotes what stands in a Chinese file."""


@pytest.fixture(scope="module")
def messages():
    """The tool that `make messages` runs."""
    spec = importlib.util.spec_from_file_location("messages", ROOT / "tools" / "messages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def catalogue(messages):
    return messages.kept()


def forms(value):
    return [value] if isinstance(value, str) else list(value)


def translations(catalogue):
    """(source, translation) of every form of every text."""
    return [(forms(m.id)[0], said) for m in catalogue if m.id for said in forms(m.string)]


def test_every_text_has_its_english(messages, catalogue):
    assert [message.id for message in messages.untranslated(catalogue)] == []


def test_a_translation_fills_in_the_same_values(catalogue):
    wrong = [
        (source, said)
        for source, said in translations(catalogue)
        if sorted(PLACEHOLDERS.findall(source)) != sorted(PLACEHOLDERS.findall(said))
    ]
    assert wrong == []


def test_english_holds_no_chinese(catalogue):
    said = {said for _, said in translations(catalogue) if CHINESE.search(said)}
    assert said - FILES_SAY_SO == set()


def test_the_committed_catalogue_is_up_to_date_with_the_sources(messages, catalogue):
    assert messages.say(messages.merge(messages.gather(), catalogue)) == messages.CATALOGUE.read_text(), "make messages"


def test_the_compiled_catalogue_is_the_committed_one(messages, catalogue):
    out = io.BytesIO()
    write_mo(out, catalogue)
    assert messages.COMPILED.read_bytes() == out.getvalue(), "make setup"


def test_no_text_of_a_template_stands_outside_the_catalogue():
    """Every Chinese character of a template is inside a translation tag."""
    inside = re.compile(r'\{% blocktranslate.*?endblocktranslate %\}|\{% translate .*?%\}|_\("[^"]*"\)', re.S)
    loose = {
        str(path.relative_to(ROOT)): CHINESE.findall(inside.sub("", path.read_text()))
        for path in (ROOT / "src/kaoqin").rglob("*.html")
    }
    assert {path: found for path, found in loose.items() if found} == {}
