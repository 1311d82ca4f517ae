"""The house stands as it says: floors, doors, doorplates, migrations, words."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

from kaoqin.core import house
from kaoqin.core.environment import SETTINGS
from kaoqin.security.words import permissions

ROOT = Path(__file__).resolve().parents[2]
HOUSE = ROOT / "src" / "kaoqin"
ROOMS = house.FLOORS

DOORS = {"actions", "queries", "words", "models"}
"""What every room may be entered by; `models` as types and foreign keys only, see below."""

MORE_DOORS = {
    "security": {"audit", "doors", "neighbours", "requests"},
    "org": {"facts", "lead_actions", "lead_queries", "leading", "number_queries", "place_queries"},
    "approvals": {"attaching", "deciding_actions", "delegating", "flow_actions", "flowing"},
    "devices": {"wire", "numbers"},
    "notices": {"publishing"},
    "punches": {"ledger", "bringing", "formats"},
    "consent": {"choosing"},
    "phones": {
        "clocks",
        "drawing",
        "entering",
        "kinds",
        "mark_actions",
        "pairing",
        "photos",
        "place_actions",
        "proving",
        "signing",
        "site_ways_actions",
        "standing",
        "taking",
        "timing",
        "today",
        "wire",
    },
    "kiosk": {"taking"},
    "maps": {"scenes"},
    "field": {"api", "customer_actions", "kind_actions", "plan_actions", "photos", "taking", "telling"},
    "leave": {"asking", "asking_actions", "balance_actions", "keeping", "kind_actions", "nursing"},
    "scheduling": {"checks", "duties", "forms", "roster", "skill_actions", "swap_actions"},
    "overtime": {"asking", "systems"},
    "tracks": {"settling", "taking"},
    "trials": {"running", "terms"},
    "attendance": {
        *("adjusting", "closing", "closing_forms", "confirming", "correcting", "correction_actions", "month_plans"),
        *("drafts", "monthly", "forms", "reckoning", "saying", "settling", "trip_actions", "trips", "trying"),
    },
}

ASKS_OTHER_TABLES = {
    ("punches/bringing.py", "Account"),
    ("field/placing.py", "Account"),
    ("web/imports.py", "Account"),
    ("web/home.py", "MonthResult"),
}
"""Where a room asks another room's table itself; the demo and the commands of `web` build and may."""


def sources(room):
    return [path for path in (HOUSE / room).rglob("*.py") if "migrations" not in path.parts]


def imports(path):
    """(room, part, names) of every import of another room."""
    room = path.relative_to(HOUSE).parts[0]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("kaoqin."):
            parts = node.module.split(".")[1:]
            if parts[0] in ROOMS and parts[0] != room:
                for name in node.names:
                    yield parts[0], parts[1] if len(parts) > 1 else name.name, name.name


def test_the_import_contracts_hold():
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache", "--no-logo"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_entered_by_its_doors_only(room):
    wrong = [
        f"{path.relative_to(HOUSE)} enters {other} by {part}"
        for path in sources(room)
        for other, part, _ in imports(path)
        if other != "core" and part not in DOORS | MORE_DOORS.get(other, set())
    ]
    assert wrong == []


def asked_tables(path):
    """Names of other rooms' models whose rows a file asks for itself."""
    foreign = {name for _, part, name in imports(path) if part == "models" and name[0].isupper()}
    for node in ast.walk(ast.parse(path.read_text())):
        if (
            isinstance(node, ast.Attribute)
            and node.attr == "objects"
            and isinstance(node.value, ast.Name)
            and node.value.id in foreign
        ):
            yield node.value.id


@pytest.mark.parametrize("room", ROOMS)
def test_a_rooms_tables_are_asked_by_the_room_itself(room):
    core = {"JobRun", "KeptFile", "TableImport"}  # core's tables are every room's tools
    asked = {
        (str(path.relative_to(HOUSE)), name)
        for path in sources(room)
        if not {"demo", "management"} & set(path.parts)
        for name in asked_tables(path)
        if name not in core
    }
    assert asked - ASKS_OTHER_TABLES == set()
    assert {pair for pair in ASKS_OTHER_TABLES if pair[0].startswith(f"{room}/")} <= asked


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_a_doorplate(room):
    plate = (HOUSE / room / "README.md").read_text()
    assert len(plate.splitlines()) <= 40
    heads = re.findall(r"^## (.+)$", plate, re.M)
    assert heads == ["Purpose 用途", "Words 词", "Keeps 保管", "Not here 不在这里"]
    assert house.purpose(room)


@pytest.mark.parametrize("room", ROOMS)
def test_a_doorplate_names_every_table_of_the_room(room):
    plate = (HOUSE / room / "README.md").read_text()
    tables = {model.__name__ for model in apps.get_app_config(room).get_models()}
    assert {name for name in tables if not re.search(rf"\b{name}\b", plate)} == set()


def test_every_folder_of_the_house_with_views_or_models_is_a_room():
    found = {path.parent.name for name in ("models", "views") for path in HOUSE.glob(f"*/{name}.py")}
    assert found == set(ROOMS)


def test_the_map_of_rooms_names_every_room_and_its_doors():
    said = house.say_rooms()
    assert all(f"{room} — " in said for room in ROOMS)
    assert "record_absence" in said


def test_no_migration_is_missing(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_permission_is_asked_for_somewhere():
    words = {
        target.id: node.value.args[0].value
        for path in HOUSE.glob("*/words.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and getattr(node.value.func, "id", "") == "permission"
        for target in node.targets
    }
    assert set(words.values()) == set(permissions())
    code = "\n".join(path.read_text() for path in HOUSE.rglob("*.py") if path.name != "words.py")
    uses = {name: len(re.findall(rf"(?<!import )\b{name}\b(?!,? *$)", code, re.M)) for name in words}
    assert [name for name, count in uses.items() if not count] == []


def test_permissions_belong_to_their_room_and_to_somebody():
    rooms = {code.split(".")[0] for code in permissions()}
    assert rooms <= set(ROOMS)
    assert all(one.roles and one.label for one in permissions().values())


def test_administrators_hold_nothing_of_attendance():
    held = [code for code, one in permissions().items() if "administrator" in one.roles]
    assert {code for code in held if code.split(".")[0] in {"attendance", "punches"}} <= {
        "attendance.see_own",
        "punches.see_own",
    }


def test_refusals_have_a_code_of_their_room():
    """`Refusal("room.what", …)`: the room is the one it stands in."""
    wrong = []
    for room in ROOMS:
        for path in sources(room):
            for node in ast.walk(ast.parse(path.read_text())):
                named = isinstance(node, ast.Call) and getattr(node.func, "id", "") in {
                    "Refusal",
                    "NotFound",
                    "NotAllowed",
                }
                code = node.args[0] if named and node.args else None
                if isinstance(code, ast.Constant) and not str(code.value).startswith(f"{room}."):
                    wrong.append(f"{path.relative_to(HOUSE)}: {code.value}")
    assert wrong == []


def test_the_table_of_settings_names_every_setting():
    said = house.say_settings()
    assert all(f"`{one.name}`" in said and one.purpose in said for one in SETTINGS)


def test_documented_settings_are_the_settings():
    page = ROOT / "docs" / "guide" / "settings.md"
    assert house.say_settings() in page.read_text()


def test_the_engine_never_reads_the_clock():
    calls = re.compile(r"\.(now|today|utcnow)\(\)|time\.time\(")
    assert [path.name for path in (ROOT / "src/reckon").rglob("*.py") if calls.search(path.read_text())] == []
