"""The file of a sweep: what it asks for, and every fault of it at once, before anything is run."""

import json
import re
from pathlib import Path

import pytest
from clones import code, simple_cells

from sahelstats.rerun import contract, sweeps
from sahelstats.rerun.errors import RerunError
from sahelstats.rerun.sweeps import MANY, read_sweep
from sahelstats.rerun.yamlfile import MAX_LENGTH, read_yaml

PROJECT = Path(__file__).resolve().parents[2]
FIRST = 'countries = []\nbasis = "excl"\nfirst_year = 2012\ndeep = True\nshare = 0.5'
SECOND = 'countries = []\nbasis = "excl"\nmodel = "claims"'


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Read a sweep, beside two notebooks of the test's own."""
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    for stem, parameters in {"01_first": FIRST, "02_second": SECOND}.items():
        cells = simple_cells(parameters)
        content = {"cells": cells, "metadata": {"sahelstats": {"figures": ["steps"]}}}
        (notebooks / f"{stem}.ipynb").write_text(json.dumps(content), encoding="utf-8")
    for module in (contract, sweeps):
        monkeypatch.setattr(module, "NOTEBOOKS", notebooks)

    def reading(text, name="a_sweep", **options):
        path = tmp_path / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        return read_sweep(path, **options)

    return reading


def faults(read, text, **options):
    """Return the faults of a sweep by line."""
    with pytest.raises(RerunError) as caught:
        read(text, **options)
    return [re.fullmatch(r"line (\d+): (.*)", line).groups() for line in caught.value.details]


def test_a_grid_is_every_combination_for_every_notebook(read):
    sweep = read(
        "notebooks: [01, 02]\ngrid:\n  countries: [MLI, [BFA, NER]]\n  basis: [excl, incl]"
    )
    assert sweep.name == "a_sweep"
    assert [(job.stem, job.settings["countries"], job.settings["basis"]) for job in sweep.jobs] == [
        (stem, countries, basis)
        for countries in (["MLI"], ["BFA", "NER"])
        for basis in ("excl", "incl")
        for stem in ("01_first", "02_second")
    ]


def test_values_have_the_type_of_the_default_and_are_not_guessed(read):
    text = "notebooks: 01\ngrid:\n countries: [NO]\n basis: [007]\n first_year: [02015]\n"
    (job,) = read(text + " deep: [off]\n share: [1e-3]").jobs
    wanted = {"countries": ["NO"], "basis": "007", "first_year": 2015, "deep": False, "share": 1e-3}
    assert job.settings == wanted
    assert [type(value) for value in job.settings.values()] == [list, str, int, bool, float]


def test_combinations_are_left_out_and_added(read):
    sweep = read(
        "notebooks: [01]\ngrid: {countries: [A, B], basis: [x, y]}\n"
        "exclude: [{countries: A, basis: x}, {countries: [B], basis: y}]\n"
        "include: [{first_year: 2015}, {countries: C, basis: x}]"
    )
    assert [job.settings for job in sweep.jobs] == [
        {"countries": ["A"], "basis": "y"}, {"countries": ["B"], "basis": "x"},
        {"first_year": 2015}, {"countries": ["C"], "basis": "x"},
    ]  # fmt: skip


def test_every_fault_is_told_at_once_with_its_line(read):
    text = """\
notebooks: [01, 99, 01_first]
grid:
  contries: [MLI]
  basis: excl
  first_year: [2012, two, [1]]
  countries: [MLI, BFA, MLI]
  deep: []
exclude:
  - {first_year: x}
  - {model: claims}
include: []
gird: {}
name: a/b
"""
    found = faults(read, text)
    wanted = [
        (1, "'99'"), (1, "01_first is named twice"), (3, "did you mean 'countries'"),
        (4, "'basis' needs a list"), (5, "'two' is not a whole number"), (5, "is a list"),
        (6, "'MLI' twice"), (7, "'deep' needs a list"), (9, "'x' is not a whole number"),
        (10, "which the grid does not vary"), (10, "no parameter 'model'"),
        (11, "'include' must be a list"), (12, "did you mean 'grid'"), (13, "the name 'a/b'"),
    ]  # fmt: skip
    for line, part in wanted:
        assert any(int(at) == line and part in text for at, text in found), (line, part)
    assert len(found) == len(wanted), found


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("notebooks: [01]\ngrid:\n  a: [1\n  b: 2", 4, "not YAML"),
        ("notebooks: [01]\ngrid:\n\tbasis: [x]", 3, "not YAML"),
        ("- 01\n- 02", 1, "must be a mapping"),
        ("", 1, "'notebooks' is missing"),
        ("notebooks: [01]", 1, "nothing varies"),
        ("notebooks: [01]\ngrid: {}", 2, "'grid' must give"),
        ("notebooks: []\ngrid: {basis: [x]}", 1, "'notebooks' is empty"),
        ("notebooks: [[01]]\ngrid: {basis: [x]}", 1, "not the name of a notebook"),
        ("notebooks: [01]\ngrid: {basis: [{a: b}]}", 2, "neither a value nor a list"),
        ("notebooks: [02]\ngrid:\n  basis: [x]\n  basis: [y]", 4, "stands twice"),
        ("notebooks: [01]\ngrid: {basis: [x]}\nexclude: [{basis: y}]", 3, "matches no"),
        ("notebooks: [01]\ngrid: {basis: [x]}\nexclude: [{basis: x}]", 1, "nothing is left"),
        ("notebooks: [01]\ngrid: {basis: [x]}\ninclude: [{basis: x}]", 3, "asked for twice"),
        ("notebooks: [01]\ninclude: [{}]", 2, "no combination"),
        ("notebooks: [01]\ngrid: {basis: [x]}\nname: aux", 3, "Windows"),
        ("notebooks: &a [01]\ngrid: {basis: *a}", 1, "anchors"),
        ("notebooks: !!python/object/apply:os.system [ls]\n", 1, "the tag"),
        ("notebooks: [01]\n---\ngrid: {}", 2, "second document"),
        ("? [a]\n: b", 1, "plain text"),
        ("[" * 100_000, 1, "nested"),
        ("#" * (MAX_LENGTH + 1), 1, "too long"),
    ],
)
def test_a_file_that_cannot_be_run(read, text, line, part):
    found = faults(read, text)
    assert any(int(at) == line and part in told for at, told in found), found


def test_no_two_runs_share_a_folder_where_capitals_are_not_told_apart(read):
    text = "notebooks: [01]\ngrid: {basis: [x, X], countries: [a, A]}"
    assert len({job.variant.casefold() for job in read(text).jobs}) == 4


def test_a_combination_in_both_notebooks_must_be_known_to_both(read):
    ((line, text),) = faults(read, "notebooks: [01, 02]\ngrid:\n  model: [a, b]")
    assert line == "3"
    assert "notebook 01_first has no parameter 'model'" in text


def test_many_runs_must_be_meant_and_too_many_cannot_be(read):
    text = f"notebooks: [01]\ngrid: {{first_year: [{', '.join(map(str, range(1900, 2001)))}]}}"
    ((_, told),) = faults(read, text)
    assert "101 runs are more than 100: add --yes" in told
    assert len(read(text, many=True).jobs) == MANY + 1
    values = ", ".join(map(str, range(200)))
    huge = f"notebooks: [01]\ngrid: {{first_year: [{values}], basis: [{values}]}}"
    ((_, told),) = faults(read, huge, many=True)
    assert "40,000 runs" in told


def test_a_folder_in_place_of_a_file_is_told(tmp_path):
    with pytest.raises(RerunError, match="cannot be read"):
        read_sweep(tmp_path)


def test_a_file_that_is_not_text_is_told(tmp_path):
    (tmp_path / "x.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(RerunError, match="cannot be read"):
        read_sweep(tmp_path / "x.yaml")


@pytest.mark.parametrize("path", sorted((PROJECT / "notebooks/sweeps").glob("*.yaml")))
def test_the_examples_can_be_run(path):
    assert len(read_sweep(path).jobs) > 1


def test_text_is_never_built_into_objects():
    text = "a: 2020-01-01\nb: null\nc: 0x10\nd: yes"
    assert read_yaml(text).top.plain() == {"a": "2020-01-01", "b": "null", "c": "0x10", "d": "yes"}


def test_a_broken_notebook_is_a_fault_of_its_line(read, tmp_path):
    cells = [*simple_cells(FIRST), code("!ls")]
    content = {"cells": cells, "metadata": {"sahelstats": {"figures": ["steps"]}}}
    (tmp_path / "notebooks/03_bad.ipynb").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(RerunError, match=r"line 1: .*03_bad.ipynb breaks the rules"):
        read("notebooks: [03]\ngrid: {basis: [x]}")
