"""`sahelstats rerun --set`: other values for a notebook's parameters, beside its own results."""

import json

import pytest
from clones import code, simple_cells

from sahelstats.rerun import folders, runner
from sahelstats.rerun.contract import Contract
from sahelstats.rerun.publishing import Places

TYPES = """\
steps = 3
label = "plain"
code = "1"
countries = []
years = [2012]
share = 0.5
deep = True
nothing = None
"""
SHELL = " $(touch owned) `touch owned`; touch owned | & > owned"
#: What is typed -> what the notebook must find.
GIVEN = {
    "label": ('it\'s "so"\nand {so} \\n é ../../x $(touch o) `touch o`; touch o | &' + "9" * 5000,)
    * 2,
    "code": ("007", "007"),
    "countries": ("NO,MLI", ["NO", "MLI"]),
    "years": ("2015, 2016", [2015, 2016]),
    "share": ("1e-3", 0.001),
    "deep": ("no", False),
    "nothing": ("NULL", "NULL"),
}


@pytest.fixture(scope="module")
def varied(clone):
    """A clone in which a notebook was run with other values, after its figures were planted."""
    names = ", ".join(f"{name}={name}" for name in GIVEN)
    repeat = code(f"from sahelstats.notebook import record\nrecord({names})")
    clone.notebook("01_types", [*simple_cells(TYPES), repeat])
    for name in (*clone.figure_files("01_types"), "figures/manifest.json", "reports/index.html"):
        clone.write(name, "as it was before")
    clone.before = set(clone.bytes_of("**/*"))
    settings = [part for name, (text, _) in GIVEN.items() for part in ("--set", f"{name}={text}")]
    clone.result = clone.sahelstats("rerun", "01_types", *settings)
    assert clone.result.returncode == 0, clone.result.stderr
    return clone


def test_the_notebook_finds_each_value_as_it_was_typed(varied):
    (values,) = varied.root.glob("build/variants/*/values/01_types.json")
    found = json.loads(values.read_text(encoding="utf-8"))["values"]
    for name, (_, wanted) in GIVEN.items():
        assert found[name] == wanted
        assert type(found[name]) is type(wanted)


def test_no_shell_sees_a_value(varied):
    assert not list(varied.root.rglob("owned"))


def test_a_variant_has_figures_and_a_page_of_its_own(varied):
    (folder,) = (varied.root / "build/variants").iterdir()
    assert sorted(path.name for path in (folder / "figures").iterdir()) == [
        "01_types__steps.csv", "01_types__steps.png", "01_types__steps.svg", "manifest.json",
    ]  # fmt: skip
    assert (folder / "reports/01_types.html").stat().st_size > 1000
    assert len(folder.name) < 120


def test_a_variant_changes_nothing_outside_its_folder(varied):
    for name, content in varied.bytes_of("figures/*", "reports/*").items():
        assert content == b"as it was before", name
    new = set(varied.bytes_of("**/*")) - varied.before - {"build/publishing.lock"}
    outside = [name for name in new if not name.startswith("build/variants/")]
    assert [name for name in outside if "__pycache__" not in name] == []


@pytest.mark.parametrize(
    ("settings", "folder"),
    [({}, None), ({"steps": 4}, "steps=4"), ({"steps": 3}, "steps=3")],
    ids=["none", "another value", "the default itself"],
)
def test_only_a_run_without_settings_goes_to_the_project_folders(
    monkeypatch, tmp_path, settings, folder
):
    notebook = Contract("01_x", tmp_path / "01_x.ipynb", "Why?", ("a",), {"steps": 3})
    for module in (runner, folders):
        monkeypatch.setattr(module, "BUILD", tmp_path)
    monkeypatch.setattr(runner, "read_contract", lambda path: notebook)
    monkeypatch.setattr(runner, "_run_in", lambda *arguments: None)
    monkeypatch.setattr(runner, "make_record", lambda *arguments: {})
    monkeypatch.setattr(runner, "publish", lambda *arguments: None)
    assert runner.rerun("01_x", settings) == Places.of(folder or "")
    assert (Places.of().figures == Places.of(folder or "").figures) == (folder is None)
