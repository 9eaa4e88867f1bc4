"""`sahelstats rerun --sweep`: what is finished is skipped, what fails does not stop the rest."""

import json
import re
import sys
from urllib.parse import unquote

import pytest
from clones import DRAW, simple_cells

PARAMETERS = 'steps = 3\nlabel = "<script>alert(1)</script>"'
READ = '\npd.read_csv("data/mine.csv")\nimport sahelstats.extra\n'
FAIL = (
    "if steps == 13:\n"
    '    raise ValueError("no <b>thirteen</b>")\n'
    'answer("There are {n_steps} steps of **{label}**.", n_steps=steps, label=label)'
)
SWEEP = """\
notebooks: [01]
grid:
  steps: [4, 13, 5]
include:
  - {label: "</script><b>x</b>", steps: 4}
"""
FINISHED = ("steps=4", "steps=5")
#: Prints why each run of the sweep would be run, after changing one thing at a time.
REASONS = """\
import json, sys
from pathlib import Path
from sahelstats.rerun.contract import read_contract
from sahelstats.rerun.fingerprint import Present, reasons_to_run
from sahelstats.rerun.publishing import Places

def reasons(settings={"steps": 4}, folder="steps=4"):
    contract = read_contract(Path("notebooks/01_run.ipynb"))
    return [str(c) for c in reasons_to_run(contract, settings, Places.of(folder), Present())]

def changed(name, change):
    path = Path(name)
    was = path.read_bytes()
    now = change(was)
    path.unlink() if now is None else path.write_bytes(now)
    found[name] = reasons()
    path.write_bytes(was)

found = {"nothing": reasons()}
figures = "build/variants/steps=4/figures/01_run__steps"
changed(f"{figures}.csv", lambda was: was + b" ")
changed(f"{figures}.png", lambda was: None)
changed("build/variants/steps=4/values/01_run.json", lambda was: was + b" ")
changed("build/variants/steps=4/executed/01_run.ipynb", lambda was: None)
changed("build/variants/steps=4/record/01_run.json", lambda was: was[:50])
changed("data/mine.csv", lambda was: was + b"2\\n")
changed("data/curated/places.csv", lambda was: was + b"\\n")
changed("src/sahelstats/extra.py", lambda was: was + b"#")
changed("src/sahelstats/cli.py", lambda was: was + b"#")
changed("requirements.lock", lambda was: was + b"#")
found["other parameters"] = reasons({"steps": 5})
found["again"] = reasons()
notebook = json.loads(Path("notebooks/01_run.ipynb").read_text())
notebook["cells"][3]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x"}]
notebook["cells"][3]["execution_count"] = 7
changed("notebooks/01_run.ipynb", lambda was: json.dumps(notebook).encode())
found["opened"] = found.pop("notebooks/01_run.ipynb")
changed("notebooks/01_run.ipynb", lambda was: was.replace(b"A finding.", b"Another."))
found["outside"] = reasons({"steps": 4, "label": "README.md"})
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def swept(clone):
    """A clone in which a sweep was run twice; one of its four runs fails."""
    clone.write("src/sahelstats/extra.py", '"""A module of the test\'s own."""\n')
    clone.write("data/mine.csv", "a\n1\n")
    clone.notebook("01_run", simple_cells(PARAMETERS, DRAW + READ, FAIL))
    clone.write("my sweeps/some.yaml", SWEEP)
    clone.first = clone.sahelstats("rerun", "--sweep", "my sweeps/some.yaml", "-j", "2")
    clone.results = clone.bytes_of("build/variants/steps=[45]/**/*")
    clone.dates = clone.dates_of("build/variants/steps=[45]/*/*")
    clone.second = clone.sahelstats("rerun", "--sweep", "my sweeps/some.yaml")
    return clone


def test_one_failing_run_does_not_stop_the_others(swept):
    assert swept.first.returncode == 1
    assert "some: 4 runs: 3 run, 0 skipped because nothing changed, 1 failed" in swept.first.stdout
    for folder in FINISHED:
        for kind in ("svg", "png", "csv"):
            assert f"build/variants/{folder}/figures/01_run__steps.{kind}" in swept.results
        assert f"build/variants/{folder}/figures/manifest.json" in swept.results
        assert f"build/variants/{folder}/reports/01_run.html" in swept.results
    assert not swept.has("build/variants/steps=13/figures")
    assert swept.has("build/variants/steps=13/executed/01_run.failed.ipynb")


def test_each_run_has_the_parameters_of_its_folder(swept):
    for steps in (4, 5):
        values = json.loads(swept.read(f"build/variants/steps={steps}/values/01_run.json"))
        assert values["values"]["n_steps"] == steps


def test_the_error_is_told_in_full_and_in_the_table(swept):
    assert "ValueError: no <b>thirteen</b>" in swept.first.stderr
    (row,) = re.findall(r"│ steps=13 .*failed.*", swept.first.stdout)
    assert "01_run" in row


def test_a_second_call_runs_only_what_failed(swept):
    assert swept.second.returncode == 1
    assert "some: 4 runs: 0 run, 3 skipped because nothing changed, 1 failed" in swept.second.stdout
    assert swept.dates_of("build/variants/steps=[45]/*/*") == swept.dates


def test_the_project_itself_is_not_touched(swept):
    assert swept.bytes_of("figures/*", "reports/*", "build/values/*", "build/record/*") == {}


def test_the_page_leads_to_every_run_and_escapes_what_it_shows(swept):
    page = swept.read("build/variants/some/index.html")
    links = set(re.findall(r'href="(\.\./[^"]+)"', page.partition("<main")[2]))
    for link in links:
        assert (swept.root / "build/variants/some" / unquote(link)).is_file(), link
    assert len(links) == 3
    assert "no &lt;b&gt;thirteen&lt;/b&gt;" in page
    assert "<b>" not in page
    assert page.count("</script>") == page.count("<script")
    assert '<a class="home" href="../../../reports/index.html">' in page  # as on every page
    assert "http:" not in page and "https:" not in page
    selects = re.findall(r"<select.*?</select>", page, re.DOTALL)
    assert [re.findall("<option>(.*?)</option>", one) for one in selects] == [
        ["01_run"], ["4", "13", "5"],
        ["the notebook&#39;s default", "&lt;/script&gt;&lt;b&gt;x&lt;/b&gt;"],
    ]  # fmt: skip
    state = json.loads(swept.read("build/variants/some/sweep.json"))
    assert [run["state"] for run in state["runs"]] == ["done", "failed", "done", "done"]


@pytest.fixture(scope="module")
def reasons(swept):
    result = swept.run(sys.executable, "-c", REASONS)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


FIGURE = "build/variants/steps=4/figures/01_run__steps"


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ("nothing", []),
        ("again", []),
        (f"{FIGURE}.csv", ["results (01_run__steps.csv: altered)"]),
        (f"{FIGURE}.png", ["results (01_run__steps.png: missing)"]),
        ("build/variants/steps=4/values/01_run.json", ["results (01_run.json: altered)"]),
        ("build/variants/steps=4/executed/01_run.ipynb", ["results (01_run.ipynb: missing)"]),
        ("build/variants/steps=4/record/01_run.json", ["results (none yet)"]),
        ("data/mine.csv", ["data (data/mine.csv)"]),
        ("data/curated/places.csv", []),  # which it does not use
        ("src/sahelstats/extra.py", ["package (src/sahelstats/extra.py)"]),
        ("src/sahelstats/cli.py", []),  # which no notebook uses
        ("requirements.lock", ["environment"]),
        ("notebooks/01_run.ipynb", ["notebook"]),
        ("opened", []),  # and run in JupyterLab: its outputs are no part of it
        ("other parameters", ["parameters (steps: 4 -> 5)"]),
    ],
)
def test_a_run_is_spared_only_when_nothing_changed(reasons, change, wanted):
    assert reasons[change] == wanted


def test_a_file_outside_data_is_never_taken_for_unchanged(reasons):
    assert any("README.md lies outside data/" in reason for reason in reasons["outside"])


def test_nothing_is_run_when_the_file_has_a_fault(swept):
    swept.write("bad.yaml", "notebooks: [01]\ngrid:\n  stepz: [1]\n  label: []\n")
    before = swept.dates_of("build/**/*")
    result = swept.sahelstats("rerun", "--sweep", "bad.yaml")
    assert result.returncode == 1
    assert "line 3: " in result.stderr and "did you mean 'steps'" in result.stderr
    assert "line 4: " in result.stderr
    assert "Traceback" not in result.stderr
    assert swept.dates_of("build/**/*") == before


def test_options_that_do_not_go_together(swept):
    for arguments in (("01", "--sweep", "x.yaml"), ("--dask", "local")):
        result = swept.sahelstats("rerun", *arguments)
        assert result.returncode == 1
        assert "--sweep FILE stands without" in result.stderr
