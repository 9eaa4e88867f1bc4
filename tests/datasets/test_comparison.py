"""The project's incidents beside UCDP's events, and why one is lacking."""

import json

import numpy as np
import pandas as pd
import pytest
from producers import ged, write
from statsmodels.stats.proportion import proportion_confint

from sahelstats import load_incidents
from sahelstats.datasets import import_table, read_ucdp_ged
from sahelstats.datasets.agreement import both_known, found_by, size_class, sums_by_year, wilson
from sahelstats.datasets.comparison import compare, tolls
from sahelstats.datasets.crosscheck import (
    Record,
    load_crosscheck,
    load_record,
    points_from_ucdp,
    record_of_crosscheck,
    why_not_covered,
)
from sahelstats.datasets.lacking import REASONS, dyad_keys, reason_counts
from sahelstats.ranges import to_csv

EXPORTS = ("mali", "burkina_faso", "ivory_coast", "togo", "benin")


@pytest.fixture
def read(ged_file):
    """Return rows of UCDP GED as a tidy table."""
    return lambda *rows: read_ucdp_ged(ged_file(*rows))


def on(number, day, **changes):
    return ged(number, date_start=day, date_end=day, **changes)


def record(events, last="2023-12-31", countries=("MLI",), **rest):
    return Record(events, frozenset(countries), pd.Timestamp(last), **rest)


def own(read, *rows):
    """Return rows as a table of one's own: its ids are not UCDP's."""
    table = read(*rows)
    return table.assign(incident_id=["own-" + name[5:] for name in table["incident_id"]])


# ---- pairs ---------------------------------------------------------------------------------------


def test_a_pair_shows_how_it_differs(read):
    table = own(read, on(1, "2022-07-22", best=40, low=30, high=60, deaths_b=38))
    event = ged(2, date_start="2022-07-23", date_end="2022-07-27", latitude="13.5", best=20, low=10,
                high=25, deaths_b=18)  # fmt: skip
    found = compare(table, record(read(event)))
    assert found["found"].tolist() == [True]
    assert found[["days_later", "days_longer"]].to_numpy().tolist() == [[1, 4]]
    km = abs(table["latitude"].iat[0] - 13.5) * 6371.0088 * np.pi / 180
    assert found["km_apart"].iat[0] == pytest.approx(km, abs=0.06)
    assert found[["low", "best", "high"]].to_numpy().tolist() == [[30, 40, 60]]
    assert found[["event_low", "event_best", "event_high"]].to_numpy().tolist() == [[10, 20, 25]]
    assert found[["n_events", "sum_best"]].to_numpy().tolist() == [[1, 20]]


def test_events_next_to_the_pair_are_counted_with_it(read):
    table = own(read, on(1, "2022-07-22"))
    events = read(
        on(2, "2022-07-22", best=5, low=4, high=6), on(3, "2022-07-22", best=7, low=7, high=9),
        on(4, "2022-07-22", best=11, low=11, high=11, latitude="13.7"),  # 30 km away
        on(5, "2022-07-24", best=13, low=13, high=13),  # two days away
    )  # fmt: skip
    found = compare(table, record(events)).iloc[0]
    assert found["event_best"] == 5
    assert found[["n_events", "sum_low", "sum_best", "sum_high"]].tolist() == [2, 11, 12, 15]


def test_an_event_is_counted_once(read):
    # Two incidents with a pair each; the third event lies next to both.
    table = own(read, on(1, "2022-07-22", best=5), on(2, "2022-07-23", best=50, high=50, low=50))
    events = read(on(3, "2022-07-22", best=5), on(4, "2022-07-23", best=50, high=50, low=50),
                  on(5, "2022-07-22", best=900, high=900, low=900))  # fmt: skip
    found = compare(table, record(events))
    assert found["found"].all()
    assert found["sum_best"].sum() == 955
    assert sorted(found["n_events"]) == [1, 2]


def test_each_event_is_counted_at_most_once_in_the_cross_check():
    whole = record_of_crosscheck(load_crosscheck())
    found = compare(load_incidents(), whole)
    used = found["n_events"].sum()
    assert used <= len(whole.events)
    assert found["event_id"].dropna().is_unique
    assert (found.loc[found["found"], "sum_best"] >= found.loc[found["found"], "event_best"]).all()


def test_tolls_take_the_attackers_in_where_they_are_known():
    table = load_incidents()
    found = tolls(table)
    known = table["killed_incl_best"].notna()
    assert (found.loc[known, "best"] == table.loc[known, "killed_incl_best"]).all()
    other = ~known & table["killed_best"].notna()
    assert other.any()
    assert (found.loc[other, "best"] == table.loc[other, "killed_best"]).all()
    ordered = found.dropna(subset=["best"])
    assert (ordered["low"] <= ordered["best"]).all()
    assert (ordered["best"] <= ordered["high"]).all()


def test_bounds_that_are_out_of_order_contain_the_best(read):
    found = tolls(read(ged(1, best=10, low=12, high=8, deaths_b=8)))
    assert found[["low", "best", "high"]].to_numpy().tolist() == [[10, 10, 10]]


# ---- reasons -------------------------------------------------------------------------------------

STATE = {"type_of_violence": 1, "side_a": "Government of Mali", "side_b": "JNIM"}
FAR = {"latitude": "19.0", "longitude": "1.0"}


@pytest.mark.parametrize(
    ("mine", "events", "last", "reason"),
    [
        ({}, [on(2, "2022-07-22")], "2022-07-21", "after_record"),
        ({"date_start": "1988-05-01", "date_end": "1988-05-01", "year": 1988},
         [on(2, "2022-07-22")], "2023-12-31", "before_record"),
        ({"country": "Togo", "country_id": 461}, [on(2, "2022-07-22")], "2023-12-31",
         "other_country"),
        ({"latitude": 0, "longitude": 0}, [on(2, "2022-07-22")], "2023-12-31", "no_point"),
        ({"best": 0, "low": 0, "high": 0, "deaths_b": 0, "deaths_a": 0, "deaths_civilians": 0,
          "deaths_unknown": 0}, [on(2, "2020-01-01", **FAR)], "2023-12-31", "nobody_killed"),
        ({**STATE, "side_b": "XXX1234"}, [on(2, "2020-01-01", **FAR)], "2023-12-31", "no_actor"),
        ({**STATE, "best": 5}, [on(2, "2020-01-01", **FAR, type_of_violence=3, side_a="IS",
                                   side_b="Civilians")], "2023-12-31", "below_threshold"),
        ({**STATE, "best": 25, "high": 25}, [on(2, "2020-01-01", **FAR, type_of_violence=3,
                                                side_a="IS", side_b="Civilians")],
         "2023-12-31", "passes"),
        ({**STATE, "best": 5}, [on(2, "2020-01-01", **FAR, **STATE)], "2023-12-31", "passes"),
    ],
)  # fmt: skip
def test_each_reason(mine, events, last, reason, read):
    mine = {"date_start": "2022-07-22", "date_end": "2022-07-22"} | mine
    found = compare(own(read, ged(1, **mine)), record(read(*events), last))
    assert found["reason"].tolist() == [reason]
    assert not found["found"].any()
    counts = reason_counts(found)
    assert counts["incidents"].tolist() == [1]
    assert counts["label"].tolist() == [REASONS[reason]]


def test_an_event_that_another_incident_has_is_named(read):
    table = own(read, on(1, "2022-07-22"), on(2, "2022-07-23"))
    found = compare(table, record(read(on(3, "2022-07-22")))).set_index("incident_id")
    assert found["found"].to_dict() == {"own-1": True, "own-2": False}
    assert found.loc["own-2", ["reason", "other_id"]].tolist() == ["shared_event", "own-1"]


def test_an_event_that_is_too_unlike_is_named(read):
    mine = on(1, "2022-07-22", best=5, low=5, high=5, deaths_b=5, side_b="JNIM")
    other = on(2, "2022-07-24", latitude="13.85", best=900, low=900, high=900, side_a="GATIA",
               side_b="MSA", type_of_violence=2, where_prec=1)  # fmt: skip
    found = compare(own(read, mine), record(read(other)))
    assert found[["reason", "other_id"]].to_numpy().tolist() == [["too_unlike", "UCDP-2"]]


def test_what_was_not_looked_up_is_not_lacking(read):
    table = own(read, on(1, "2022-07-22"))
    found = compare(table, record(read(on(2, "2020-01-01")), looked_up=frozenset({"own-9"})))
    assert found[["covered", "reason"]].to_numpy().tolist() == [[False, "not_looked_up"]]


def test_dyads_keep_states_apart_and_groups_together():
    table = pd.DataFrame(
        {
            "type_of_violence": ["state-based", "state-based", "one-sided", "one-sided"],
            "actor": ["JNIM", "JNIM", "Malian Armed Forces", "Government of Mali"],
            "actor_family": ["jnim", "jnim", "state", "state"],
            "country": ["MLI", "CIV", "MLI", "MLI"],
        }
    )
    keys = dyad_keys(table)
    assert keys[0] != keys[1]
    assert keys[2] == keys[3]


# ---- what it comes to ----------------------------------------------------------------------------


def test_shares_count_only_what_could_be_found():
    frame = pd.DataFrame(
        {
            "covered": [True, True, True, False],
            "found": [True, True, False, False],
            "year": [2020, 2021, 2021, 2021],
            "best": [3.0, np.nan, 30, 300],
        }
    )
    years = found_by(frame, "year")
    assert years[["year", "incidents", "found"]].to_numpy().tolist() == [[2020, 1, 1], [2021, 2, 1]]
    assert found_by(frame, "size")["size"].tolist() == ["1 to 9", "25 to 49", "none"]


def test_wilson_agrees_with_statsmodels():
    found, of = np.array([0, 1, 7, 40, 12]), np.array([3, 9, 10, 40, 80])
    low, high = wilson(found, of)
    expected = proportion_confint(found, of, 0.05, method="wilson")
    assert np.allclose([low, high], expected, atol=1e-12)


def test_classes_of_size_have_no_gap():
    best = pd.Series(range(0, 300))
    names = size_class(best)
    assert "none" not in set(names)
    assert names[best == 24].item() != names[best == 25].item()


def test_how_ranges_lie():
    frame = pd.DataFrame(
        {
            "found": True, "low": [10, 10, 10, 10.0], "best": [15, 15, 15, 15.0],
            "high": [20, 20, 20, 20.0], "open_above": [False, False, True, False],
            "sum_low": [20, 21, 21, 1], "sum_best": [30, 30, 30, 9], "sum_high": [40, 40, 40, 9],
        }
    )  # fmt: skip
    found = both_known(frame)
    assert found["lies"].tolist() == ["meet", "above", "meet", "below"]
    assert not found["inside"].any()


def test_sums_by_year_are_sums():
    found = both_known(compare(load_incidents(), record_of_crosscheck(load_crosscheck())))
    made = sums_by_year(found)
    for name in ("low", "best", "high", "sum_low", "sum_best", "sum_high"):
        assert made[name].sum() == found[name].sum()
    assert made["incidents"].sum() == len(found)


# ---- records -------------------------------------------------------------------------------------


def test_the_cross_check_as_a_record():
    rows = load_crosscheck()
    found = record_of_crosscheck(rows)
    assert len(found.events) == rows.loc[rows["ged_id"] > 0, "ged_id"].nunique()
    assert found.countries == {"BEN", "BFA", "CIV", "MLI", "NER", "TGO"}
    assert found.last == pd.Timestamp("2023-12-31")
    # A country of another state's group: the actor is the group, not the government.
    state_based = found.events[found.events["type_of_violence"] == "state-based"]
    assert not state_based["actor"].str.startswith("Government of").any()


def test_the_cross_check_covers_the_years_and_countries_it_says():
    table, whole = load_incidents(), record_of_crosscheck(load_crosscheck())
    early = table[table["country"].isin(whole.countries) & (table["date_start"] <= whole.last)]
    assert set(early["incident_id"]) == set(load_crosscheck()["incident_id"])
    assert set(why_not_covered(table, whole)) == {"", "after_record", "other_country"}


def test_a_row_of_the_cross_check_is_near_its_incident():
    rows = load_crosscheck()
    rows = rows[rows["ged_id"] > 0].merge(load_incidents(), on="incident_id", suffixes=("", "_own"))
    gap = np.maximum((rows["date_start"] - rows["date_end_own"]).dt.days,
                     (rows["date_start_own"] - rows["date_end"]).dt.days)  # fmt: skip
    assert gap.max() <= 5  # two days, and what an incident was dated anew since
    assert (gap <= 2).mean() > 0.98


def test_an_imported_table_as_a_record(read, tmp_path):
    table = read(on(1, "2022-07-22"), on(2, "2023-03-05"))
    path = write(tmp_path / "mali.csv", to_csv(table))
    found = load_record(path)
    assert (found.last, found.candidate) == (pd.Timestamp("2023-12-31"), False)
    assert found.countries == {"MLI"}
    (tmp_path / "mali.import.json").write_text(json.dumps({"version": "23.0.3"}), encoding="utf-8")
    candidate = load_record(path)
    assert (candidate.last, candidate.candidate) == (pd.Timestamp("2023-03-31"), True)


def test_a_table_that_is_not_of_ucdp_is_refused(tmp_path):
    path = write(tmp_path / "own.csv", to_csv(load_incidents()))
    with pytest.raises(ValueError, match=r"is no table of UCDP GED: it holds the incident BEN-"):
        load_record(path)


def test_points_taken_from_ucdp_agree_with_it():
    found = compare(load_incidents(), record_of_crosscheck(load_crosscheck()))
    taken = found["incident_id"].isin(points_from_ucdp())
    pairs = found[found["found"]]
    assert pairs.loc[taken, "km_apart"].median() == 0
    assert pairs.loc[~taken, "km_apart"].median() > 0


# ---- the real files ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def five(shared):
    files = [shared / "data" / "ucdp" / f"web_export_{name}.csv" for name in EXPORTS]
    return pd.concat([import_table(file, "ucdp-ged").table for file in files], ignore_index=True)


def test_the_cross_check_holds_ucdps_figures(five):
    rows = load_crosscheck()
    rows = rows[rows["ged_id"] > 0].assign(id="UCDP-" + rows["ged_id"].astype(str))
    both = rows.merge(five, left_on="id", right_on="incident_id", suffixes=("", "_theirs"))
    here = rows["incident_id"].str[:3] != "NER"  # there is no file of Niger here
    assert set(rows.loc[here, "id"]) <= set(both["id"])
    for name in ("date_start", "date_end", "latitude", "longitude", "geo_precision"):
        assert (both[name] == both[f"{name}_theirs"]).all(), name
    for part in ("low", "best", "high"):
        assert (both[part] == both[f"killed_incl_{part}"]).all(), part


def test_the_cross_check_gives_the_pairs_that_the_whole_record_gives(five):
    table = load_incidents()
    table = table[table["country"].isin(["MLI", "BFA", "CIV", "TGO", "BEN"])]
    table = table[table["date_start"] <= "2023-12-31"].reset_index(drop=True)
    little = compare(table, record_of_crosscheck(load_crosscheck()))
    whole = compare(table, record(five, countries=["MLI", "BFA", "CIV", "TGO", "BEN"]))
    same = little["event_id"].fillna("") == whole["event_id"].fillna("")
    assert same.mean() >= 0.98
    assert (little["reason"] == whole["reason"]).mean() >= 0.98
    assert len(table) > 200
