"""What Vite built from `frontend`: which files an entry needs."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

DIST = Path(__file__).resolve().parent.parent / "static" / "dist"


@lru_cache(maxsize=1)
def manifest() -> dict[str, Any]:
    """The manifest of the build. Raises FileNotFoundError with advice when nothing is built."""
    path = DIST / "manifest.json"
    if not path.exists():
        raise FileNotFoundError("网页资源还没有构建,请运行 make assets。")
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def files_of(entry: str) -> list[str]:
    """All files a page of an entry (`punch.ts`) loads, below `static/dist`: script, what it imports at once, styles."""
    waiting, found = [f"frontend/src/{entry}"], dict[str, None]()
    while waiting:
        built = manifest()[waiting.pop()]
        found |= dict.fromkeys([built["file"], *built.get("css", [])])
        waiting += built.get("imports", [])
    return list(found)
