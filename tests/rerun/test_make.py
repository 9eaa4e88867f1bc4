"""make: what is out of date is redone, and nothing else."""

import csv
import json
import re
from collections import Counter

import pytest
from clones import PROJECT, code, runs_in, simple_cells

USES_TABLES = """
from sahelstats import extra, load_claims, load_incidents
record(n_incidents=len(load_incidents()), n_claims=len(load_claims()))
pd.read_csv("data/more tables/my table.csv")
"""


def table_cells(addition=USES_TABLES):
    cells = simple_cells()
    cells.append(code("from sahelstats.notebook import record\n" + addition))
    return cells


@pytest.fixture(scope="module")
def made(clone):
    """A clone in which make has run: one notebook uses tables and a module, the other neither."""
    clone.write("src/sahelstats/extra.py", '"""A module of the test\'s own."""\n')
    clone.write("data/more tables/my table.csv", "a\n1\n")  # blanks are not make's friends
    clone.notebook("01_table", table_cells())
    clone.notebook("02_plain")
    result = clone.make("-j2")
    assert result.returncode == 0, result.stderr
    assert runs_in(result.stdout) == ["01_table", "02_plain"]
    return clone


def made_again(clone, *targets, runs):
    """Run make, which must succeed and run exactly these notebooks."""
    result = clone.make(*targets)
    assert result.returncode == 0, result.stderr
    assert runs_in(result.stdout) == runs
    return result


def test_make_writes_every_figure_page_and_entry(made):
    for stem in ("01_table", "02_plain"):
        for name in (*made.figure_files(stem), f"reports/{stem}.html", f"build/values/{stem}.json"):
            assert made.has(name)
    assert made.has("reports/index.html")
    assert list(json.loads(made.read("figures/manifest.json"))) == [
        "01_table__steps",
        "02_plain__steps",
    ]


def test_a_second_make_writes_nothing(made):
    before = made.dates_of("figures/*", "reports/*", "build/executed/*", "data/**/*.csv")
    made_again(made, runs=[])
    assert made.dates_of("figures/*", "reports/*", "build/executed/*", "data/**/*.csv") == before


def test_what_was_only_touched_is_not_rerun(made):
    for name in made.bytes_of("notebooks/*", "data/**/*", "src/**/*.py", "requirements.lock"):
        made.touch(name)
    before = made.dates_of("figures/*", "reports/*")
    result = made_again(made, runs=[])
    assert "incidents" not in result.stdout.replace("reports/index.html", "")  # nor data built
    assert made.dates_of("figures/*", "reports/*") == before


def test_a_notebook_saved_with_outputs_is_not_rerun(made):
    path = made.root / "notebooks/02_plain.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = f"cell-{number}"
        cell["source"] = cell["source"].splitlines(keepends=True)
        if cell["cell_type"] == "code":
            cell["execution_count"] = 41 + number
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["a line\n"]}]
            cell["metadata"]["execution"] = {"shell.execute_reply": "2024-01-01T00:00:00Z"}
    notebook["metadata"]["kernelspec"] = {"name": "conda-env-py", "display_name": "mine"}
    path.write_text(json.dumps(notebook), encoding="utf-8")
    before = made.dates_of("figures/*", "reports/*")
    made_again(made, runs=[])
    assert made.dates_of("figures/*", "reports/*") == before


def test_a_changed_code_cell_reruns_that_notebook_alone(made):
    before = made.dates_of("figures/*", "reports/*")
    made.notebook("02_plain", [*simple_cells(), code("'another cell'")])
    made_again(made, runs=["02_plain"])
    after = made.dates_of("figures/*", "reports/*")
    new = {name for name in after if after[name] != before[name]}
    own = {*made.figure_files("02_plain"), "reports/02_plain.html"}
    assert new == own | {"figures/manifest.json", "reports/index.html"}


def test_a_deleted_figure_comes_back_with_the_same_bytes(made):
    before = made.bytes_of("figures/*")
    (made.root / "figures/02_plain__steps.png").unlink()
    made_again(made, "figures", runs=["02_plain"])
    assert made.bytes_of("figures/*") == before


def test_a_deleted_figure_is_no_obstacle_to_another_run(made):
    figure = made.root / "figures/02_plain__steps.png"
    kept = figure.read_bytes()
    figure.unlink()
    result = made.sahelstats("manifest")
    assert result.returncode == 0, result.stderr
    manifest = json.loads(made.read("figures/manifest.json"))
    assert sorted(manifest["02_plain__steps"]["files"]) == ["csv", "svg"]
    figure.write_bytes(kept)
    made.sahelstats("manifest")
    made_again(made, "figures", runs=[])


def test_a_changed_claim_rebuilds_the_table_and_reruns_its_users(made):
    claims = made.root / "data/curated/claims.csv"
    with claims.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    claim = {name: header.index(name) for name in header}
    known = [row for row in rows if row[claim["outcome"]] == "killed"]
    alone = Counter(row[claim["incident_id"]] for row in known)
    row = next(
        row
        for row in known
        if alone[row[claim["incident_id"]]] == 1
        and row[claim["scope"]] == "whole"
        and row[claim["includes_perpetrators"]] == "no"
        and row[claim["best"]].isdigit()
        and not row[claim["low"]] + row[claim["high"]]
    )
    row[claim["best"]] = str(int(row[claim["best"]]) + 1)
    with claims.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([header, *rows])
    table = made.read("data/incidents.csv")
    made_again(made, "figures", runs=["01_table"])
    assert made.read("data/incidents.csv") != table


def test_a_changed_module_reruns_the_notebooks_that_import_it(made):
    made.write("src/sahelstats/extra.py", '"""Another text."""\n')
    made_again(made, "figures", runs=["01_table"])


def test_a_changed_module_that_no_notebook_imports_reruns_none(made):
    module = "src/sahelstats/cli.py"
    made.write(module, made.read(module) + "\n# Another line.\n")
    made_again(made, "figures", runs=[])


def test_a_module_of_the_tables_that_comes_and_goes_does_not_stop_make(made):
    made.write("src/sahelstats/tables/passing.py", '"""Here for a moment."""\n')
    assert "incidents" in made_again(made, "data", runs=[]).stdout
    (made.root / "src/sahelstats/tables/passing.py").unlink()
    made_again(made, "data", runs=[])


def test_a_changed_page_template_renders_the_page_without_a_run(made):
    made.make("reports")
    template = "src/sahelstats/report/templates/notebook.html.j2"
    assert made.has(template)
    before = made.dates_of("reports/02_plain.html")
    made.write(template, made.read(template) + "\n")
    made_again(made, "reports/02_plain.html", runs=[])
    assert made.dates_of("reports/02_plain.html") != before


def test_the_manifest_keeps_what_was_not_run_in_this_clone(made):
    """As after a fresh clone, when one notebook alone is run."""
    before = made.read("figures/manifest.json")
    record = made.root / "build/record/01_table.json"
    content = record.read_bytes()
    record.unlink()
    assert made.sahelstats("manifest").returncode == 0
    assert made.read("figures/manifest.json") == before
    record.write_bytes(content)


def test_a_notebook_with_a_name_that_make_cannot_use_is_refused(made):
    path = made.notebook("my notes")
    result = made.make("figures")
    path.unlink()
    assert result.returncode != 0
    assert "notebooks/my notes.ipynb: please name it" in result.stderr
    assert "Traceback" not in result.stderr


def test_half_a_notebook_is_refused_by_name(made):
    made.write("notebooks/03_half.ipynb", '{"cells": [')
    result = made.make("figures")
    (made.root / "notebooks/03_half.ipynb").unlink()
    assert result.returncode != 0
    assert "notebooks/03_half.ipynb is no notebook" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_notebook_in_the_middle_of_being_saved_is_passed_over(made):
    made.write("notebooks/.~02_plain.ipynb", "{")
    made_again(made, "figures", runs=[])
    (made.root / "notebooks/.~02_plain.ipynb").unlink()


def test_help_lists_every_target(clone):
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    phony = set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()) - {"FORCE"}
    listed = re.findall(r"^  make (\w+) +\S", clone.make("help").stdout, re.MULTILINE)
    assert sorted(listed) == sorted(phony)


def test_make_too_old_for_grouped_targets_is_told_so(clone):
    result = clone.make(".FEATURES=order-only target-specific", "help")
    assert result.returncode != 0
    assert "GNU make 4.3 or newer is needed" in result.stderr
    assert "brew install make" in result.stderr


# The last two leave the clone without what the others need.


def test_a_notebook_that_is_gone_leaves_the_manifest(made):
    (made.root / "notebooks/02_plain.ipynb").unlink()
    made_again(made, "figures", runs=[])
    assert list(json.loads(made.read("figures/manifest.json"))) == ["01_table__steps"]


def test_a_module_that_is_gone_does_not_stop_make(made):
    (made.root / "src/sahelstats/extra.py").unlink()
    made.notebook("01_table", table_cells("load_nothing = 1"))
    made_again(made, "figures", runs=["01_table"])
    made_again(made, "figures", runs=[])
