"""The house describes itself: its rooms with their doors, and its settings."""

import ast
import re
from pathlib import Path

from kaoqin.core.environment import SETTINGS

FLOORS = (
    *(
        "web",
        "rollcall",
        "trials",
        "attendance",
        "field",
        "leave",
        "overtime",
        "tracks",
        "kiosk",
        "phones",
        "punches",
        "scheduling",
    ),
    *("approvals", "devices", "consent", "privacy", "notices", "org", "maps", "security", "core"),
)
DOORS = ("actions", "queries", "words")
_HERE = Path(__file__).resolve().parents[1]


def say_settings() -> str:
    """The one table of settings, as Markdown."""
    lines = ["| 设置 | 默认 | 应为 | 用途 |", "|---|---|---|---|"]
    lines += [
        f"| `{s.name}` | {f'`{s.default}`' if s.default else '(空)'} | {s.expected} | {s.purpose} |" for s in SETTINGS
    ]
    return "\n".join(lines)


def purpose(room: str) -> str:
    """The first sentence under Purpose on a room's doorplate."""
    plate = (_HERE / room / "README.md").read_text()
    found = re.search(r"## Purpose 用途\s+(.+?)\n\n", plate + "\n\n", re.S)
    return " ".join(found.group(1).split()) if found else ""


def door(room: str, name: str) -> list[str]:
    """The public names of one door of a room, in the order of the file; read as text, nothing is run."""
    path = _HERE / room / f"{name}.py"
    if not path.exists():
        return []
    body = ast.parse(path.read_text()).body
    names = [n.name for n in body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    names += [
        t.id for n in body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name) and t.id.isupper()
    ]
    return [n for n in names if not n.startswith("_")]


def say_rooms() -> str:
    """The rooms from the roof down, each with its purpose and its doors."""
    lines = []
    for room in FLOORS:
        lines.append(f"{room} — {purpose(room)}")
        lines += [f"  {name:8}{', '.join(door(room, name))}" for name in DOORS if door(room, name)]
    return "\n".join(lines)
