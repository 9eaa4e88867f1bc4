"""`sahelstats verify`: what would come out otherwise, and why; nothing in place is touched."""

import shutil

import pytest
from clones import ANSWER, DRAW, PARAMETERS, simple_cells

READ = '\npd.read_csv("data/mine.csv")\nimport sahelstats.extra\n'


@pytest.fixture(scope="module")
def made(clone):
    """A clone in which two notebooks were run."""
    clone.write("src/sahelstats/extra.py", '"""A module of the test\'s own."""\n')
    clone.write("data/mine.csv", "a\n1\n")
    clone.notebook("01_reads", simple_cells(PARAMETERS, DRAW + READ, ANSWER))
    clone.notebook("02_plain")
    result = clone.sahelstats("rerun")
    assert result.returncode == 0, result.stderr
    clone.untouched = snapshot(clone)
    return clone


def snapshot(clone):
    """Return every file with its content and date, but compiled modules."""
    dates = clone.dates_of("**/*")
    return {
        name: (content, dates[name])
        for name, content in clone.bytes_of("**/*").items()
        if "__pycache__" not in name
    }


def verified(clone, *names, code):
    """Verify, which must end with a code and change no file of the clone; return its lines."""
    before = snapshot(clone)
    result = clone.sahelstats("verify", *names)
    assert result.returncode == code, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    assert snapshot(clone) == before
    return result.stdout + result.stderr


@pytest.fixture
def changed(made):
    """Change a file of the clone for one test."""
    kept = {}

    def change(name, *replacement):
        path = made.root / name
        kept[path] = path.read_bytes()
        if not replacement:
            path.unlink()
            return
        content = kept[path].replace(*(part.encode() for part in replacement))
        assert content != kept[path]
        path.write_bytes(content)

    yield change
    for path, content in kept.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def test_what_was_just_made_is_the_same(made):
    told = verified(made, code=0)
    for line in ("01_reads__steps: same", "01_reads, 1 values: same", "02_plain__steps: same"):
        assert line in told
    assert "changed since" not in told
    assert "All the same: 2 notebooks" in told


def test_another_notebook_gives_other_figures_and_values(made, changed):
    changed("notebooks/02_plain.ipynb", "steps = 3", "steps = 4")
    changed("notebooks/01_reads.ipynb", "Some steps.", "Some steps and more.")
    told = verified(made, code=1)
    assert "02_plain__steps: differs" in told
    assert "csv: row 4 is new: 2024-01-01" in told
    assert "% of the pixels" in told
    assert "svg: from line " in told
    assert "n_steps: 3 -> 4" in told
    assert "    parameters (steps: 3 -> 4)" in told
    # The caption is no part of the picture.
    assert "01_reads__steps: same" in told
    assert "01_reads: inputs that changed since, without effect:\n    notebook" in told
    assert "Not the same: 02_plain" in told


def test_data_package_and_environment_are_told_apart(made, changed):
    changed("data/mine.csv", "1", "2")
    changed("src/sahelstats/extra.py", "module", "room")
    changed("requirements.lock", "\n", "\n\n")
    told = verified(made, "01", code=0)
    for kind in ("data (data/mine.csv)", "package (src/sahelstats/extra.py)", "environment"):
        assert f"    {kind}\n" in told
    assert "02_plain" not in told


def test_a_picture_edited_in_place_is_found(made, changed):
    changed("figures/02_plain__steps.csv", "2024", "2025")
    changed("figures/02_plain__steps.png")
    told = verified(made, "02", code=1)
    assert "csv: figures/02_plain__steps.csv is not the file the manifest names" in told
    assert "png: figures/02_plain__steps.png is missing" in told
    assert "svg:" not in told
    assert "02_plain, 1 values: same" in told
    assert "every recorded input is the same" in told


def test_a_fresh_clone_has_the_manifest_only(made, changed):
    kept = made.root / "elsewhere"
    (made.root / "build").rename(kept)
    try:
        assert "01_reads, 1 values: same" in verified(made, "01", code=0)
        changed("notebooks/02_plain.ipynb", "There are", "We count")
        told = verified(made, "02", code=1)
        assert "02_plain__steps: same" in told
        assert "which, cannot be told: build/values/02_plain.json is missing" in told
    finally:
        shutil.rmtree(made.root / "build", ignore_errors=True)
        kept.rename(made.root / "build")


def test_a_notebook_that_fails_is_told_and_the_others_are_compared(made, changed):
    changed("notebooks/02_plain.ipynb", "use_style()", "1 / 0")
    told = verified(made, "-j", "2", code=1)
    assert "02_plain: could not be rerun" in told
    assert "ZeroDivisionError: division by zero" in told
    assert "01_reads__steps: same" in told
    assert "As far as it ran" not in told


def test_without_a_manifest_there_is_nothing_to_compare_with(made, changed):
    changed("figures/manifest.json")
    assert "figures/manifest.json cannot be read" in verified(made, code=1)


def test_nothing_at_all_was_touched(made):
    now = snapshot(made)
    assert {name: content for name, (content, _) in now.items()} == {
        name: content for name, (content, _) in made.untouched.items()
    }
