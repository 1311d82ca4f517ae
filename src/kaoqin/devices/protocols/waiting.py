"""Commands that wait for the next visit: JSON, for it is we ourselves who read them there."""

import json
from collections.abc import Mapping
from typing import Any


def phrase(do: str, **told: Any) -> str:
    """What is to be done, and to whom."""
    return json.dumps({"do": do, **told}, ensure_ascii=False)


def read(text: str) -> tuple[str, Mapping[str, Any]]:
    """What is to be done, and to whom; of what is no phrase of ours, nothing."""
    try:
        told = json.loads(text)
        return str(told["do"]), told
    except (ValueError, TypeError, KeyError):
        return "", {}
