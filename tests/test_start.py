"""A quick start: loading a table brings none of the heavy libraries along."""

import subprocess
import sys

import pytest

from sahelstats.paths import INCIDENTS

HEAVY = {"geopandas", "seaborn", "matplotlib", "pandera", "shapely", "scipy", "pyproj", "papermill"}


def fresh(code):
    """Return what a fresh interpreter prints when it runs some code."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "use",
    ["", "sahelstats.load_incidents()", "sahelstats.load_incidents(); sahelstats.load_claims()"],
    ids=["import", "load_incidents", "load_claims"],
)
def test_nothing_heavy_is_imported(use):
    loaded = fresh(f"import sys, sahelstats; {use}\nprint(*sys.modules)").split()
    assert "sahelstats" in loaded
    assert {name.split(".")[0] for name in loaded} & HEAVY == set()


def test_importing_the_package_alone_does_not_even_import_pandas():
    assert "pandas" not in fresh("import sys, sahelstats; print(*sys.modules)").split()


def test_the_command_line_shows_its_help_without_pandas_or_rooms_it_does_not_need():
    loaded = (
        fresh(
            "import sys\nfrom sahelstats.cli import app\ntry:\n    app(['--help'])\n"
            "except SystemExit:\n    print('LOADED', *sys.modules)"
        )
        .partition("LOADED")[2]
        .split()
    )
    assert {name.split(".")[0] for name in loaded} & (HEAVY | {"pandas", "numpy", "dask"}) == set()
    # Of a room nothing but its doors and what they import: paths, errors, how a fault is said.
    own = {name for name in loaded if name.startswith("sahelstats.") and name.count(".") == 2}
    doors = {name for name in own if name.endswith(".commands")}
    assert len(doors) == 5
    assert own - doors == {"sahelstats.rerun.errors"}


def test_the_number_of_incidents_is_printed():
    with INCIDENTS.open(encoding="utf-8") as stream:
        rows = sum(1 for _ in stream) - 1
    printed = fresh("import sahelstats; t = sahelstats.load_incidents(); print(len(t))")
    assert printed == f"{rows}\n"
    assert rows >= 400
