"""The producer's totals against the sums of an imported table."""

import pytest
from producers import ged, text, write
from typer.testing import CliRunner

from sahelstats.cli import app
from sahelstats.datasets import check_totals, read_ucdp_ged
from sahelstats.tables import TableError

KINDS = ("sb", "ns", "os")
PARTS = ("best", "high", "low")
NAMES = ["country_id_cy", "country_cy", "year_cy",
         *(f"{kind}_total_deaths_{part}_cy" for kind in KINDS for part in PARTS),
         "version"]  # fmt: skip


def total(year=2022, country="Mali", number=432, **figures):
    row = dict.fromkeys(NAMES, "0") | {
        "country_id_cy": str(number), "country_cy": country, "year_cy": str(year), "version": "25.1"
    }  # fmt: skip
    return row | {f"{name}_cy".replace("_", "_total_deaths_", 1): str(n) for name, n in
                  figures.items()}  # fmt: skip


@pytest.fixture
def totals(tmp_path):
    return lambda *rows: write(tmp_path / "totals.csv", text(NAMES, rows))


@pytest.fixture
def table(ged_file):
    rows = (ged(1), ged(2, low=7), ged(3, type_of_violence=2, side_a="IS", side_b="JNIM"))
    return read_ucdp_ged(ged_file(*rows))


def test_sums_of_the_figures_as_they_are(table, totals):
    file = totals(total(sb_best=10, sb_high=18, sb_low=11, ns_best=5, ns_high=9, ns_low=4))
    found = check_totals(table, file)
    assert (len(found.cells), found.share(), found.version) == (6, 1.0, "25.1")


def test_differences_are_listed_largest_first(table, totals):
    file = totals(total(sb_best=10, sb_high=20, sb_low=1, ns_best=5, ns_high=9, ns_low=4))
    found = check_totals(table, file)
    assert found.differences["difference"].tolist() == [10, -2]
    assert (round(found.share(), 3), found.share("best")) == (0.667, 1.0)


def test_what_only_one_of_them_has_is_a_difference(table, totals):
    found = check_totals(table, totals(total(os_best=3)))
    assert found.share() == 0
    assert len(found.cells) == 7


def test_years_and_countries_beyond_the_table_are_not_compared(table, totals):
    rows = [
        total(sb_best=10, sb_high=18, sb_low=11, ns_best=5, ns_high=9, ns_low=4),
        total(2024, sb_best=99), total(country="Niger", number=436, sb_best=99),
    ]  # fmt: skip
    found = check_totals(table, totals(*rows))
    assert found.share() == 1
    assert found.not_in_table == ["NER"]
    assert (found.first_year, found.last_year) == (2022, 2022)
    assert check_totals(table, totals(*rows), last_year=2024).share() < 1


def test_nothing_in_common(table, totals):
    with pytest.raises(ValueError, match="nothing to compare: the totals hold NER"):
        check_totals(table, totals(total(country="Niger", number=436)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sb_total_deaths_best_cy": "x"}, "row 2, column sb_total_deaths_best_cy: is no whole"),
        ({"country_id_cy": "1", "country_cy": "Atlantis"}, "column country_cy: is no country"),
        ({"year_cy": ""}, "column year_cy: is no whole number"),
    ],
)
def test_broken_totals(change, message, table, totals):
    with pytest.raises(TableError, match=message):
        check_totals(table, totals(total() | change))


def test_command(table, totals, tmp_path):
    from sahelstats.ranges import to_csv

    imported = write(tmp_path / "imported.csv", to_csv(table))
    out = tmp_path / "differences.csv"
    file = totals(total(sb_best=11, sb_high=18, sb_low=11, ns_best=5, ns_high=9, ns_low=4))
    arguments = ["check-totals", str(file), str(imported), "--out", str(out)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    said = " ".join(result.output.split())
    assert "5 of 6 non-zero cells equal (83.3%), 2022 to 2022." in said
    assert "version not stated (events to 2022: 23.1 or later). Totals: version 25.1." in said
    assert out.read_text().splitlines()[1] == "MLI,2022,state-based,best,11,10,-1"


def test_versions_are_told_apart_and_the_last_year_is_set_aside(ged_file, totals, tmp_path):
    rows = (ged(1), ged(2, date_start="2023-01-05", date_end="2023-01-05"))
    out = tmp_path / "mali.csv"
    file = totals(total(sb_best=5, sb_high=9, sb_low=4), total(2023, sb_best=1))
    command = ["import", "ucdp-ged", str(ged_file(*rows)), "--out", str(out)]
    assert CliRunner().invoke(app, [*command, "--data-version", "24.1"]).exit_code == 0
    result = CliRunner().invoke(app, ["check-totals", str(file), str(out)])
    said = " ".join(result.output.split())
    assert "Tables: version 24.1. Totals: version 25.1. 3 of 3 non-zero cells equal" in said
    assert "(100.0%), 2022 to 2022: the years that both releases hold as revised" in said
    assert "3 of 6 non-zero cells equal (50.0%), 2022 to 2023: with 2023" in said
    assert "Cells that differ, by year: 2023 3 of 3." in said
    assert "`--to 2022`" in said


def test_the_same_release_needs_no_year_set_aside(ged_file, totals, tmp_path):
    out = tmp_path / "mali.csv"
    file = totals(total(2021), total(sb_best=5, sb_high=9, sb_low=4))
    command = ["import", "ucdp-ged", str(ged_file(ged(1))), "--out", str(out)]
    assert CliRunner().invoke(app, [*command, "--data-version", "25.1"]).exit_code == 0
    result = CliRunner().invoke(app, ["check-totals", str(file), str(out)])
    assert "revise" not in result.output
