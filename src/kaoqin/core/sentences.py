"""Sentences that are kept and read later, by people of another language than who caused them."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext

SOURCE_LANGUAGE = "zh-hans"


class Sentence:
    """A text of the catalogue with its values, told in the language of whoever reads it.

    `Sentence("开通账号 {username}", username="lin")`. A value that is itself a text of the catalogue is given lazily
    and told in the reader's language too.
    """

    def __init__(self, text: str, **values: Any) -> None:
        self.text = text
        self.values = {name: value if isinstance(value, Promise) else str(value) for name, value in values.items()}

    def __str__(self) -> str:
        return gettext(self.text).format(**self.values) if self.values else gettext(self.text)

    def in_chinese(self) -> str:
        """The sentence in the source language, whatever is spoken now."""
        with translation.override(SOURCE_LANGUAGE):
            return str(self)

    def keep(self) -> dict[str, Any]:
        """The sentence as JSON: its text, its values, and which of them are texts of the catalogue."""
        with translation.override(SOURCE_LANGUAGE):
            values = {name: str(value) for name, value in self.values.items()}
        words = sorted(name for name, value in self.values.items() if isinstance(value, Promise))
        return {"text": self.text, "values": values, "words": words}


def tell(kept: Mapping[str, Any], otherwise: str) -> str:
    """A kept sentence in the language spoken now; `otherwise` where none was kept."""
    if not kept:
        return otherwise
    text, words = kept["text"], set(kept["words"])
    values = {name: gettext(value) if name in words else value for name, value in kept["values"].items()}
    return gettext(text).format(**values) if values else gettext(text)


def in_every_language(text: str | Promise) -> list[str]:
    """A text as it reads in each language of the product, the source language first."""
    said = []
    for code, _ in settings.LANGUAGES:
        with translation.override(code):
            said.append(str(text))
    return said
