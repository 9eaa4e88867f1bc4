"""The floors of the house: lower ones never import higher ones, not even inside a function."""

import ast
from collections import defaultdict

import pytest

from sahelstats.paths import ROOT

PACKAGE = ROOT / "src" / "sahelstats"

#: From the ground up; rooms of one floor may not import each other, either.
FLOORS = (
    {"paths", "wording", "saying"},
    {"files"},
    {"boundaries"},
    {"tables"},
    {"reports"},
    {"ranges"},
    {"validation"},
    {"casualties"},
    {"geography"},
    {"summaries"},
    {"datasets"},
    {"curation"},
    {"article"},
    {"notebook"},
    {"figures"},
    {"rerun"},
    {"report"},
    {"cli"},
)
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


def modules_named(tree):
    """Return the modules of the package that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the whole way"
            # `from sahelstats import files` names a module, `from sahelstats.files import x` none.
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.startswith("sahelstats.")}


def rooms_used():
    """Return room -> rooms that it imports -> files that do."""
    used = defaultdict(lambda: defaultdict(set))
    for path in PACKAGE.rglob("*.py"):
        place = path.relative_to(PACKAGE)
        room = place.parts[0].removesuffix(".py")
        for name in modules_named(ast.parse(path.read_text(encoding="utf-8"))):
            other = name.split(".")[1]
            if other in FLOOR_OF and other != room:
                used[room][other].add(place.as_posix())
    return used


USED = rooms_used()


def test_every_room_has_its_floor():
    there = {path.name.removesuffix(".py") for path in PACKAGE.iterdir() if path.suffix == ".py"}
    there |= {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert there - {"__init__"} == set(FLOOR_OF)


@pytest.mark.parametrize("room", [room for room in FLOOR_OF if room in USED])
def test_no_room_imports_one_that_is_not_below_it(room):
    higher = {
        other: sorted(files)
        for other, files in USED[room].items()
        if FLOOR_OF[other] >= FLOOR_OF[room]
    }
    assert higher == {}


def test_the_imports_are_seen():
    source = "import sahelstats.files\nfrom sahelstats import reports\ndef f():\n    import typer\n"
    source += "    from sahelstats.tables.schema import BASES\n"
    assert modules_named(ast.parse(source)) == {
        "sahelstats.files", "sahelstats.reports", "sahelstats.tables.schema.BASES",
    }  # fmt: skip
    assert "cli.py" in USED["cli"]["report"]
    assert len(USED) > 10
