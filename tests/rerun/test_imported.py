"""`make imported` and `sahelstats rerun --imported`: all notebooks on somebody else's table."""

import json

import pytest
from clones import code, markdown, simple_cells

from sahelstats.paths import ROOT

TABLE = "data/imported/west.csv"
PARAMETERS = 'incidents_path = "data/incidents.csv"\nsteps = 3\nbasis = ""'
READ = """\
from sahelstats import load_incidents
from sahelstats.figures import skip_figure
from sahelstats.notebook import record
from sahelstats.paths import ROOT, is_own_table
from sahelstats.tables.about import default_basis, source_of

table = load_incidents(ROOT / incidents_path)
path = ROOT / incidents_path
record(rows=len(table), source=source_of(path), basis_shown=basis or default_basis(path))
"""
SKIP = 'skip_figure("steps", "This table brings no claims with it.")'
COMPARE = 'incidents_path = "data/incidents.csv"\nevents_path = ""\nsteps = 3'


def own(cell):
    return cell | {"metadata": {"tags": ["own-table"]}}


@pytest.fixture(scope="module")
def imported(clone):
    """A clone with three notebooks, an imported table, and everything run on it."""
    reading = [*simple_cells(PARAMETERS), own(markdown("Picked by hand.")), code(READ)]
    clone.notebook("01_reads", reading)
    no_claims = [markdown("# Who says so?"), code(PARAMETERS, "parameters"), code(READ + SKIP)]
    clone.notebook("02_no_claims", no_claims)
    clone.notebook("03_compares", simple_cells(COMPARE))
    rows = clone.read("data/incidents.csv").splitlines(keepends=True)
    clone.write(TABLE, "".join(rows[:8]))
    report = {
        "producer": "UCDP GED", "version": "25.1", "licence": "CC BY 4.0",
        "basis": "incl_attackers", "countries": {"MLI": 7},
        "citation": ["Sundberg and Melander 2013"],
        "rows": {"read": 9, "imported": 7, "rejected": 2, "left_out": 0, "in_file": 9},
        "period": {"first": "2012-01-24", "last": "2013-05-23"},
        "quirks": {"summary_event": {"rows": 2, "meaning": "Counted from a summary."}},
    }  # fmt: skip
    clone.write("data/imported/west.import.json", json.dumps(report))
    clone.result = clone.make("imported", f"DATA={TABLE}")
    assert clone.result.returncode == 0, clone.result.stderr
    return clone


def values(clone, stem):
    return json.loads(clone.read(f"build/variants/west/values/{stem}.json"))


def test_every_notebook_runs_on_the_table(imported):
    found = values(imported, "01_reads")["values"]
    assert (found["rows"], found["basis_shown"]) == (7, "incl_attackers")
    assert found["source"] == "UCDP GED, 25.1 (imported table west)"
    assert values(imported, "02_no_claims")["skipped"] == {
        "steps": "This table brings no claims with it."
    }


def test_a_notebook_that_compares_gets_it_beside_the_own_table(imported):
    record = json.loads(imported.read("build/variants/west/record/03_compares.json"))
    assert record["parameters"]["events_path"] == TABLE
    assert record["parameters"]["incidents_path"] == "data/incidents.csv"


def test_the_report_says_whose_data_it_is(imported):
    page = imported.read("build/variants/west/reports/index.html")
    for said in (
        "UCDP GED, 25.1", "7 imported and 2 rejected of 9", "2012-01-24 to 2013-05-23", "CC BY 4.0",
        "2 rows: Counted from a summary.", "Sundberg and Melander 2013", TABLE,
        "This table brings no claims with it.",
        "The imported table: one row per incident", "data/imported/west.import.json",
        "The project's own table: one row per incident".replace("'", "&#39;"),
    ):  # fmt: skip
        assert said in page
    for stem in ("01_reads", "02_no_claims", "03_compares"):
        assert f'href="{stem}.html"' in page
        assert imported.has(f"build/variants/west/reports/{stem}.html")


def test_pages_leave_out_what_is_true_of_the_own_table_only(imported):
    page = imported.read("build/variants/west/reports/01_reads.html")
    assert "This page shows UCDP GED, 25.1 (imported table west), not the project's own" in page
    assert "Picked by hand." not in page
    assert "What an imported table cannot say" in page
    beside = imported.read("build/variants/west/reports/03_compares.html")
    assert "sets the project's own table beside UCDP GED, 25.1" in beside


def test_the_projects_own_results_are_left_alone(imported):
    assert not imported.has("reports/index.html")
    assert list((imported.root / "figures").iterdir()) == []


def test_a_second_run_redoes_only_what_changed(imported):
    again = imported.make("imported", f"DATA={TABLE}")
    assert again.returncode == 0, again.stderr
    assert "3 of 3 notebooks are up to date" in again.stdout
    reading = [*simple_cells(PARAMETERS), code(READ), markdown("One more thing.")]
    imported.notebook("01_reads", reading)
    third = imported.make("imported", f"DATA={TABLE}")
    assert "2 of 3 notebooks are up to date" in third.stdout
    assert "01_reads: figures in build/variants/west/figures/" in third.stdout
    (imported.root / "build/variants/west/figures/03_compares__steps.png").unlink()
    fourth = imported.sahelstats("rerun", "--imported", TABLE, "03")
    assert "03_compares: figures in" in fourth.stdout


def test_other_settings_have_a_folder_of_their_own(imported):
    result = imported.sahelstats("rerun", "--imported", TABLE, "--set", "basis=excl_attackers")
    assert result.returncode == 0, result.stderr
    beside = imported.read("build/variants/west,basis=excl_attackers/values/01_reads.json")
    assert json.loads(beside)["values"]["basis_shown"] == "excl_attackers"
    assert values(imported, "01_reads")["values"]["basis_shown"] == "incl_attackers"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("data/imported/east.csv", "there is no data/imported/east.csv"),
        ("data/incidents.csv", "is no imported table"),
        ("data/imported/raw/west.csv", "is no imported table"),
        ("../elsewhere.csv", "is no imported table"),
        ("data/imported/no name.csv", "there is no data/imported/no name.csv"),
    ],
)
def test_a_table_that_is_not_there_is_told(imported, data, said):
    result = imported.sahelstats("rerun", "--imported", data)
    assert result.returncode != 0
    assert said in result.stderr
    assert "there are: data/imported/west.csv" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("data", "said"),
    [([], "name a table: make imported DATA=data/"), (['DATA=a"; touch x; "'], "is no imported")],
)
def test_make_passes_on_what_is_typed_and_nothing_else(imported, data, said):
    result = imported.make("imported", *data)
    assert result.returncode != 0
    assert said in result.stderr
    assert not imported.has("x")


@pytest.mark.parametrize("name", ["con", "LPT1.x", "no name"])
def test_a_name_that_cannot_be_a_folder_everywhere_is_refused(imported, name):
    imported.write(f"data/imported/{name}.csv", "incident_id\n")
    result = imported.sahelstats("rerun", "--imported", f"data/imported/{name}.csv")
    (imported.root / f"data/imported/{name}.csv").unlink()
    assert result.returncode != 0
    assert "name it with letters" in result.stderr
    assert not imported.has(f"build/variants/{name}")


def test_what_is_no_tidy_table_is_told_with_its_faults(imported):
    imported.write("data/imported/raw_file.csv", "id,best,high,low\n1,2,3,4\n")
    result = imported.make("imported", "DATA=data/imported/raw_file.csv")
    assert result.returncode != 0
    assert "is no tidy table" in result.stderr
    assert "column 'incident_id' is missing" in result.stderr
    assert "sahelstats import" in result.stderr
    assert not imported.has("build/variants/raw_file")


def test_a_notebook_that_fails_does_not_stop_the_others(imported):
    failing = [*simple_cells(PARAMETERS), code("1 / 0")]
    imported.notebook("01_reads", failing)
    imported.notebook("03_compares", [*simple_cells(COMPARE), code("steps")])
    result = imported.sahelstats("rerun", "--imported", TABLE)
    assert result.returncode == 1
    assert "ZeroDivisionError" in result.stderr
    assert "03_compares: figures in" in result.stdout


@pytest.mark.parametrize(
    ("years", "expected"),
    [
        ((1990, 2011), {"first_year": 1990, "last_year": 2011}),
        ((1990, 2012), {}),
        ((2026, 2030), {}),
        ((2027, 2030), {"first_year": 2027, "last_year": 2030}),
    ],
)
def test_a_table_of_other_years_is_shown_whole(years, expected):
    from sahelstats.paths import NOTEBOOKS
    from sahelstats.rerun.contract import read_contract
    from sahelstats.rerun.imported import INCIDENTS, Table, settings_for

    contract = read_contract(NOTEBOOKS / "01_incidents.ipynb")
    assert (contract.parameters["first_year"], contract.parameters["last_year"]) == (2012, 2026)
    found = settings_for(contract, Table(ROOT / "data/imported/west.csv", *years))
    assert found == {INCIDENTS: "data/imported/west.csv"} | expected
