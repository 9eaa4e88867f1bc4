"""The same notebook gives the same bytes: side by side, one by one, on anybody's machine."""

import json
import os

import pytest
from clones import code, runs_in, simple_cells

PRODUCTS = ("figures/*", "build/values/*")

#: Settings of a user that would change the look, the dates or the ids of a figure.
MATPLOTLIBRC = """\
svg.hashsalt: hostile
svg.fonttype: none
savefig.bbox: tight
savefig.dpi: 33
font.size: 20
timezone: Asia/Tokyo
date.epoch: 2000-01-01T00:00:00
"""
#: Code that runs in every kernel of a user, and leaves a trace where it did.
STARTUP = """\
from pathlib import Path
Path({mark!r}).touch()
import matplotlib
matplotlib.rcParams["timezone"] = "Asia/Tokyo"
"""


@pytest.fixture(scope="module")
def drawn(clone):
    """A clone whose two notebooks were run side by side, and the bytes they gave."""
    clone.notebook("01_first")
    # The order of a set differs from run to run where hashes do.
    words = "from sahelstats.notebook import record\nrecord(words=list({'one', 'two', 'six'}))"
    clone.notebook("02_second", [*simple_cells("steps = 5"), code(words)])
    result = clone.make("-j2", "figures")
    assert result.returncode == 0, result.stderr
    clone.before = clone.bytes_of(*PRODUCTS)
    return clone


def test_every_figure_is_svg_png_and_csv(drawn):
    for stem in ("01_first", "02_second"):
        svg, png, csv = (drawn.before[name] for name in drawn.figure_files(stem))
        assert svg.startswith(b"<?xml")
        assert png.startswith(b"\x89PNG")
        assert csv.startswith(b"day,height\n2024-01-01")


def test_no_figure_holds_a_date_or_a_version(drawn):
    for name, content in drawn.before.items():
        for trace in (b"<dc:date>", b"Matplotlib", b"matplotlib.org", b"Software"):
            assert trace not in content, name


def test_the_manifest_of_parallel_runs_holds_both(drawn):
    manifest = json.loads(drawn.before["figures/manifest.json"])
    assert list(manifest) == ["01_first__steps", "02_second__steps"]
    parameters = [entry["made_from"]["parameters"] for entry in manifest.values()]
    assert parameters == [{"steps": 3}, {"steps": 5}]


def test_a_second_run_one_by_one_gives_the_same_bytes(drawn):
    for name in drawn.bytes_of("figures/*", "build/record/*"):
        (drawn.root / name).unlink()
    result = drawn.make("figures")
    assert runs_in(result.stdout) == ["01_first", "02_second"]
    assert drawn.bytes_of(*PRODUCTS) == drawn.before


@pytest.mark.skipif(os.name != "posix", reason="the home folder is set through HOME")
def test_settings_of_the_machine_do_not_change_the_bytes(drawn, tmp_path):
    home, mark = tmp_path / "home", tmp_path / "mark"
    startup = STARTUP.format(mark=str(mark))
    kernel = json.dumps({"argv": ["false"], "display_name": "mine", "language": "python"})
    for name, content in {
        ".config/matplotlib/matplotlibrc": MATPLOTLIBRC,
        ".ipython/profile_default/startup/00-first.py": startup,
        ".local/share/jupyter/kernels/python3/kernel.json": kernel,
        "startup.py": startup,
        ("temporary folder with a long name " * 5) + "/x": "",
    }.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(content, encoding="utf-8")
    environment = {
        "HOME": str(home),
        "PYTHONSTARTUP": str(home / "startup.py"),
        "JUPYTER_PATH": str(home / ".local/share/jupyter"),  # goes before the environment's own
        "TMPDIR": str(next(home.glob("temporary*"))),  # too long for a socket's address
        "TZ": "Asia/Tokyo",
        "LC_ALL": "de_DE.UTF-8",
        "MPLBACKEND": "pdf",
        "OMP_NUM_THREADS": "2",
    }
    (drawn.root / "figures/01_first__steps.svg").unlink()
    result = drawn.make("figures", **environment)
    assert runs_in(result.stdout) == ["01_first"], result.stderr
    assert drawn.bytes_of(*PRODUCTS) == drawn.before
    assert not mark.exists()
