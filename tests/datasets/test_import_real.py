"""UCDP's real files, where they are."""

import unicodedata

import numpy as np
import pandas as pd
import pytest

from sahelstats import load_incidents
from sahelstats.casualties import envelope, toll_ranges, total_by
from sahelstats.datasets import check_totals, import_table, match_events
from sahelstats.ranges import to_csv
from sahelstats.tables.bounds import contain_best
from sahelstats.tables.countries import code_of
from sahelstats.validation import validate

PARTS = ("low", "best", "high")
EXPORTS = {"mali": 2120, "burkina_faso": 1504, "ivory_coast": 360, "togo": 135, "benin": 36}
FILES = {
    **{f"web_export_{name}.csv": rows for name, rows in EXPORTS.items()},
    "ged231_official_layout_sample.csv": 1000,
    "hdx_layout_nigeria_head.csv": 200,
}


@pytest.fixture(scope="module")
def ucdp(shared):
    return shared / "data" / "ucdp"


@pytest.fixture(scope="module")
def five(ucdp):
    """The five countries in one table."""
    tables = [import_table(ucdp / f"web_export_{name}.csv", "ucdp-ged").table for name in EXPORTS]
    return pd.concat(tables, ignore_index=True)


@pytest.mark.parametrize("name", FILES)
def test_every_row_is_accounted_for(name, ucdp):
    found = import_table(ucdp / name, "ucdp-ged")
    assert found.rows_in_file == FILES[name]
    assert found.rows_in_file == len(found.table) + len(found.rejected)
    assert found.rejected.empty


@pytest.mark.parametrize("name", FILES)
def test_figures_dates_and_points_are_the_producers(name, ucdp):
    raw = pd.read_csv(ucdp / name, dtype=str, index_col=False)
    raw = raw[raw["id"].notna()].reset_index(drop=True)
    table = import_table(ucdp / name, "ucdp-ged").table
    for part in ("low", "best", "high"):
        own = raw[part if part in raw else f"{part}_est"].astype(float).astype(int)
        assert (table[f"killed_incl_{part}"] == own).all()
    for column in ("latitude", "longitude"):
        assert (table[column] == raw[column].map(float)).all()
    start = pd.to_datetime(raw["date_start"].str.split(" ").str[0], format="mixed")
    assert (table["date_start"] == start).all()
    assert (table["country"] == raw["country"].map(code_of)).all()
    assert (table["year"] == raw["year"].astype(float)).all()


def test_statistics_contain_best_wherever_a_real_table_enters(five):
    low, best, high = (five[f"killed_incl_{part}"].to_numpy(float) for part in PARTS)
    crossed = (low > best) | (high < best)
    assert 0 < crossed.sum() < 100
    notes = toll_ranges(five, basis="incl_attackers").notes
    assert notes == (len(five), 0, 0, int(crossed.sum()))
    assert f"{crossed.sum()} ranges have bounds out of order" in notes.sentences()[0]
    every = np.stack([low, best, high])
    sums = every.min(axis=0).sum(), best.sum(), every.max(axis=0).sum()
    assert envelope(five, basis="incl_attackers") == sums
    mended = contain_best(five)
    for model in ("uniform", "triangular", "pert", "reported"):
        made = total_by(five, "country", model, level=0.9, basis="incl_attackers")
        assert tuple(made[["low", "best", "high"]].sum()) == sums
        again = total_by(mended, "country", model, level=0.9, basis="incl_attackers")
        pd.testing.assert_frame_equal(made, again)


def test_bounds_out_of_order_are_flagged(five):
    low, best, high = (five[f"killed_incl_{part}"] for part in ("low", "best", "high"))
    for quirk, broken in (
        ("low_above_best", low > best), ("high_below_best", high < best),
        ("low_above_high", low > high),
    ):  # fmt: skip
        flagged = five["quirk"].fillna("").str.contains(quirk)
        assert (flagged == broken).all()
    assert (low > best).sum() == 18
    assert (high < best).sum() == 38


@pytest.mark.parametrize("name", ["web_export_mali.csv", "ged231_official_layout_sample.csv"])
def test_what_is_imported_loads_and_validates(name, ucdp, tmp_path):
    path = tmp_path / "imported.csv"
    table = import_table(ucdp / name, "ucdp-ged").table
    path.write_text(to_csv(table), encoding="utf-8")
    assert validate(path) == {"tidy": FILES[name]}
    pd.testing.assert_frame_equal(load_incidents(path), table)


def test_sums_against_the_producers_totals(ucdp, five):
    file = ucdp / "organizedviolence_country_year_v25_1_sahel.csv"
    # The exports are of release 24.1: their events end in 2023. The totals are of 25.1, which
    # revised that year most: of the years before it at least 90 % must be equal.
    assert five["date_end"].max() == pd.Timestamp("2023-12-31")
    every = check_totals(five, file)
    assert every.version == "25.1"
    assert check_totals(five, file, last_year=2022).share() == every.until(2022).share() >= 0.92
    assert every.share() >= 0.88
    assert len(every.differences) == every.by_year["differ"].sum() == 46
    changed = every.by_year["differ"] / every.by_year["cells"]
    assert every.by_year["differ"].idxmax() == 2023
    assert changed[2023] > 0.5


def folded(text):
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if not unicodedata.combining(c)).lower().replace("-", " ")


def test_incidents_with_a_clear_counterpart_are_matched_to_it(shared, five):
    own = load_incidents()
    check = pd.read_csv(shared / "research" / "ucdp_crosscheck.csv").dropna(subset=["ged_id"])
    check["right_id"] = "UCDP-" + check["ged_id"].astype(int).astype(str)
    known = own.set_index("incident_id")
    check = check[check["right_id"].isin(set(five["incident_id"]))]
    check = check[check["incident_id"].isin(known.index)]
    first, last = (check["incident_id"].map(known[name]) for name in ("date_start", "date_end"))
    start, end = (pd.to_datetime(check[name]) for name in ("ged_date_start", "ged_date_end"))
    gap = np.maximum((start - last).dt.days, (first - end).dt.days)
    places = check["incident_id"].map(known["place"]).map(folded)
    named = [a.split()[0] in b.split() for a, b in zip(places, check["ged_where"].map(folded),
                                                       strict=True)]  # fmt: skip
    clear = check[((check["km_apart"] <= 10) | np.array(named)) & (gap <= 1)]
    pairs = match_events(own, five).set_index("left_id")["right_id"]
    found = [pairs.get(incident) in set(rows["right_id"])
             for incident, rows in clear.groupby("incident_id")]  # fmt: skip
    assert len(found) >= 150
    assert np.mean(found) >= 0.9
