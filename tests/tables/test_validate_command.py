"""`sahelstats validate`: a table of faults and exit 1, one line and exit 0, never a traceback."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from sahelstats.cli import app
from sahelstats.paths import CURATED, INCIDENTS, ROOT


@pytest.fixture
def run(tables, monkeypatch):
    """Return a function that runs the command beside the tables: short names, so no folds."""
    monkeypatch.chdir(tables.folder)
    return lambda path: CliRunner().invoke(app, ["validate", str(path)])


def test_the_projects_own_tables_are_clean(run):
    result = run(CURATED)
    incidents = sum(1 for _ in INCIDENTS.open(encoding="utf-8")) - 1
    assert result.exit_code == 0
    assert result.output.count("\n") == 1
    assert f"is clean: {incidents:,} incidents" in result.output


def test_the_tidy_table_is_clean(run):
    assert run(INCIDENTS).exit_code == 0


def test_a_clean_folder_gives_one_line(tables, run):
    tables.faults()
    result = run(".")
    assert result.exit_code == 0
    assert result.output == (
        ". is clean: 2 incidents, 2 claims, 2 sources, 2 actors, 2 places, 2 dropped_claims.\n"
    )


def test_faults_give_a_table_and_exit_1(tables, run):
    tables.rows["claims"][1] |= {"qualifier": "circa", "outcome": "hurt"}
    tables.faults()
    result = run(".")
    assert result.exit_code == 1
    assert result.output.startswith("2 faults")
    for heading in ("file", "row", "column", "found", "what is wrong", "what to do"):
        assert heading in result.output.splitlines()[2]
    (line,) = [line for line in result.output.splitlines() if "circa" in line]
    cells = [cell.strip() for cell in line.strip("│").split("│")]
    assert cells[:4] == ["claims.csv", "3", "qualifier", "circa"]
    assert cells[4] == "is not one of the allowed values"
    assert cells[5].startswith("Allowed: exact, range, ")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        b"\x00\x01\x02",
        b"\xff\xfea\x00",
        b"no,such,columns\n1,2,3\n",
        b"incident_id\n",
        "actor,family,country,note\nA,jnim,,café\n".encode("cp1252"),
        b"actor,family,country,note\nA,jnim\n",
        b'actor,family,country,note\nA,jnim,,"x\n',
        b"actor;family;country;note\nA;jnim;;x\n",
        b"actor,family,country,note\nA,jnim,,[/bold]\nA,jnim,,\n",
        b"actor,family,country,note\nA,jnim,," + b"x" * 3_000_000,
    ],
)
def test_what_is_no_table_gives_a_sentence(tables, run, content):
    tables.write_text("actors", content)
    result = run("actors.csv")
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    assert "actors.csv" in result.output
    assert len(result.output) < 20_000


def test_a_path_that_is_not_there(run):
    result = run("nowhere")
    assert result.exit_code == 1
    assert "there is no such file or folder" in result.output


def test_from_a_shell(tables):
    tables.rows["actors"][0]["family"] = "jnimm"
    tables.faults()
    done = subprocess.run(
        [sys.executable, "-m", "sahelstats.cli", "validate", str(tables.folder)],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "")
    assert "jnimm" in done.stdout
