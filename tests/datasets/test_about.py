"""What a notebook learns of the table it runs on: whose it is, and which toll it has."""

import json

import pytest
from producers import ACLED_NEW, GTD, acled, ged, gtd, text, write
from typer.testing import CliRunner

from sahelstats import load_incidents
from sahelstats.casualties import envelope
from sahelstats.cli import app
from sahelstats.paths import INCIDENTS
from sahelstats.summaries import select
from sahelstats.tables.about import about_table, default_basis, source_of, usual_basis

PRODUCERS = {"acled": (ACLED_NEW, acled), "gtd": (GTD, gtd)}


@pytest.fixture
def imported(ged_file, tmp_path):
    """Import rows of a producer and return the table's path."""

    def run(producer, *rows):
        out = tmp_path / "some.csv"
        file = ged_file(*rows) if producer == "ucdp-ged" else None
        if file is None:
            file = write(tmp_path / "file.csv", text(PRODUCERS[producer][0], rows))
        command = ["import", producer, str(file), "--out", str(out), "--data-version", "25.1"]
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 0, result.output
        return out

    return run


def test_ucdp_is_shown_with_attackers_counted(imported):
    path = imported("ucdp-ged", *(ged(n) for n in range(20)))
    assert default_basis(path) == about_table(path).basis == "incl_attackers"
    assert source_of(path) == "UCDP GED, 25.1 (imported table some)"


@pytest.mark.parametrize(
    ("without", "basis"), [(20, "excl_attackers"), (19, "excl_attackers"), (18, "incl_attackers")]
)
def test_attackers_are_left_out_where_nearly_every_event_allows_it(imported, without, basis):
    civilian = {"type_of_violence": 3, "side_b": "Civilians", "deaths_a": 0, "deaths_b": 0}
    rows = [ged(n, **(civilian if n < without else {})) for n in range(20)]
    path = imported("ucdp-ged", *rows)
    assert load_incidents(path)["killed_best"].notna().sum() == without
    assert default_basis(path) == usual_basis(load_incidents(path)) == basis


def test_the_report_may_ask_for_the_other_basis(imported):
    path = imported("ucdp-ged", ged(1))
    beside = path.with_suffix(".import.json")
    report = json.loads(beside.read_text()) | {"basis": "excl_attackers"}
    beside.write_text(json.dumps(report))
    assert default_basis(path) == "excl_attackers"


def test_a_table_without_a_report_speaks_for_itself(imported):
    path = imported("ucdp-ged", ged(1))
    path.with_suffix(".import.json").unlink()
    assert about_table(path) is None
    assert default_basis(path) == "incl_attackers"
    assert source_of(path) == "imported table some"


@pytest.mark.parametrize(
    ("content", "message"),
    [("{", "is no import report"), ("[]", "is no import report"), ("{}", "is no import report")],
)
def test_a_broken_report_is_told(imported, content, message):
    path = imported("ucdp-ged", ged(1))
    path.with_suffix(".import.json").write_text(content)
    with pytest.raises(ValueError, match=message):
        about_table(path)


def test_an_unknown_basis_is_told(imported):
    path = imported("acled", acled(1))
    beside = path.with_suffix(".import.json")
    beside.write_text(json.dumps(json.loads(beside.read_text()) | {"basis": "all"}))
    with pytest.raises(ValueError, match="unknown basis 'all': write excl_attackers or incl"):
        default_basis(path)


def test_the_projects_own_table_has_no_report():
    assert about_table(INCIDENTS) is None
    assert default_basis(INCIDENTS) == "excl_attackers"


def test_ranges_out_of_order_can_be_added_up(imported):
    path = imported("ucdp-ged", ged(1, low=9, best=5, high=7), ged(2, low=1, best=5, high=3))
    bounds = envelope(select(load_incidents(path)), basis="incl_attackers")
    assert (bounds.low, bounds.best, bounds.high) == (5 + 1, 10, 9 + 5)
    result = CliRunner().invoke(app, ["total", str(path), "--model", "uniform", "--format", "csv"])
    assert result.exit_code == 0, result.output


def test_gtd_keeps_both_tolls(imported):
    path = imported("gtd", gtd(1), gtd(2))
    table = load_incidents(path)
    assert default_basis(path) == "excl_attackers"
    assert (table["killed_best"] < table["killed_incl_best"]).all()
