"""Bounds out of order: refused without a flag, kept with one, and never flagged without cause."""

import pandas as pd
import pytest
from producers import ged

from sahelstats import load_incidents
from sahelstats.datasets import import_table
from sahelstats.ranges import to_csv
from sahelstats.tables import TableError
from sahelstats.tables.bounds import contain_best
from sahelstats.tables.rules import names_quirk
from sahelstats.validation import validate

ONE_SIDED = {"type_of_violence": 3, "side_a": "JNIM", "side_b": "Civilians", "deaths_a": 0,
             "deaths_b": 0, "deaths_civilians": 5}  # fmt: skip


@pytest.fixture
def stored(ged_file, tmp_path):
    """Writes an imported table with a change to its text and returns the file."""

    def store(change=lambda text: text, **changes):
        table = import_table(ged_file(ged(1, **changes), ged(2)), "ucdp-ged").table
        path = tmp_path / "imported.csv"
        path.write_text(change(to_csv(table)), encoding="utf-8")
        return path

    return store


def test_flagged_rows_load_and_validate(stored):
    path = stored(low=7, high=3)
    assert load_incidents(path)["killed_incl_low"].tolist() == [7, 4]
    assert validate(path) == {"tidy": 2}


@pytest.mark.parametrize("read", [load_incidents, validate])
def test_without_the_flag_they_are_refused(read, stored):
    path = stored(lambda text: text.replace("low_above_best; ", ""), low=7, high=3)
    with pytest.raises(TableError, match="column killed_incl_best: is out of order"):
        read(path)


@pytest.mark.parametrize("read", [load_incidents, validate])
def test_a_flag_without_cause_is_a_fault(read, stored):
    path = stored(lambda text: text.replace("summary_event", "low_above_best"), event_clarity=2)
    with pytest.raises(TableError, match=r"column quirk: names an order .* that no range .* has"):
        read(path)


def test_a_flag_that_does_not_exist_is_a_fault(stored):
    path = stored(lambda text: text.replace("summary_event", "odd"), event_clarity=2)
    with pytest.raises(TableError, match="column quirk: is not well formed"):
        load_incidents(path)


def test_a_point_outside_is_excused_by_its_flag_only(stored):
    path = stored(latitude=40.0)
    assert validate(path) == {"tidy": 2}
    path.write_text(path.read_text().replace("outside_country", ""), encoding="utf-8")
    with pytest.raises(TableError, match="km outside MLI"):
        validate(path)


def test_policy_widens_by_the_rows_own_figures_only(ged_file):
    rows = [ged(1, **ONE_SIDED, low=7, high=3), ged(2, **ONE_SIDED, high=2), ged(3)]
    table = import_table(ged_file(*rows), "ucdp-ged").table
    mended = contain_best(table)
    for prefix in ("killed", "killed_incl"):
        columns = [f"{prefix}_{part}" for part in ("low", "best", "high")]
        assert mended[columns].iloc[:2].to_numpy().tolist() == [[3, 5, 7], [2, 5, 5]]
    assert table["killed_low"].tolist()[:2] == [7, 4]
    pd.testing.assert_frame_equal(mended.iloc[2:], table.iloc[2:])


def test_policy_leaves_the_projects_own_table_alone():
    table = load_incidents()
    assert contain_best(table) is table


def test_names_quirk_of_an_empty_table():
    assert names_quirk(load_incidents().iloc[:0], "low_above_best").empty
