"""What is left out is counted; positions are redrawn within what is known."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from sahelstats.geography import (
    assign_regions,
    coordinate_faults,
    distance_km,
    in_region,
    jitter,
    nearest_capital,
    precision_filter,
    within_km,
)


def test_the_summary_adds_up(make: Callable[..., pd.DataFrame]) -> None:
    table = make(200)
    table.loc[:4, "longitude"] = np.nan
    table.loc[3:9, "geo_precision"] = pd.NA
    table.loc[20:30, "killed_best"] = pd.NA
    kept, shown = precision_filter(table, 2)
    assert len(kept) == shown.n_shown
    left_out = shown.no_coordinates + shown.no_precision + shown.too_coarse
    assert shown.n_shown + left_out == shown.n_total == 200
    assert (shown.no_coordinates, shown.no_precision) == (5, 5)
    assert shown.deaths_shown == kept["killed_best"].sum()
    assert shown.deaths_total == table["killed_best"].sum()
    assert str(shown) == (
        f"{len(kept)} of 200 incidents, {shown.deaths_shown} of {shown.deaths_total:,} deaths shown"
    )
    assert precision_filter(table, None)[1].n_shown == 195
    assert "deaths" not in str(precision_filter(table.drop(columns="killed_best"))[1])


def test_every_result_says_what_it_shows(make: Callable[..., pd.DataFrame]) -> None:
    table = make()
    kept, shown = precision_filter(table, 2)
    near = within_km(table, "Niamey", 300)
    assert near.attrs["shown"] == shown.as_dict()
    assert set(near["incident_id"]) <= set(kept["incident_id"])
    assert near["distance_km"].is_monotonic_increasing and (near["distance_km"] <= 300).all()


def test_faults_are_told_apart() -> None:
    table = pd.DataFrame(
        {
            "country": ["MLI", "MLI", "NER", "MLI", "MLI", "MLI", "ZZZ"],
            "latitude": [12.6, np.nan, 2.1, 0, -95, -8.0, 13.0],
            "longitude": [-8.0, 1.0, 13.5, 0, 1, 12.6, 2.0],
        }
    )
    expected = ["", "missing", "swapped", "zero_zero", "impossible", "swapped", ""]
    assert coordinate_faults(table).tolist() == expected


def test_curated_and_ucdp_coordinates_are_usable(curated: pd.DataFrame, ucdp: pd.DataFrame) -> None:
    assert (coordinate_faults(curated) == "").all()
    # Events drawn in a neighbouring country are usable points, and reported by regions.
    faults = coordinate_faults(ucdp)
    assert (faults == "").mean() > 0.999


@pytest.fixture
def coarse() -> pd.DataFrame:
    table = pd.DataFrame({"geo_precision": [1, 2, 3, 3, 4, 5, pd.NA]}, dtype="Int64")
    table["country"] = ["MLI", "MLI", "BFA", "MLI", "BFA", "TGO", "MLI"]
    table["latitude"] = [14.5, 14.5, 14.1, 14.5, 14.1, 10.5, 14.5]
    table["longitude"] = [-4.2, -4.2, -1.6, -4.2, -1.6, 0.5, -4.2]
    return pd.concat([table] * 300, ignore_index=True)


def test_jitter_stays_within_the_precision(coarse: pd.DataFrame) -> None:
    moved = jitter(coarse, np.random.default_rng(5))
    away = distance_km(coarse["latitude"], coarse["longitude"], moved["latitude"],
                       moved["longitude"])  # fmt: skip
    code = coarse["geo_precision"].to_numpy(float, na_value=np.nan)
    assert (away[(code == 1) | np.isnan(code)] == 0).all()
    assert away[code == 2].max() <= 25 and away[code == 2].min() > 0
    # Uniform by area: half lie beyond 25 / sqrt(2) km.
    assert np.mean(away[code == 2] > 25 / np.sqrt(2)) == pytest.approx(0.5, abs=0.09)
    placed = assign_regions(moved)[0]
    province = placed[(code == 3) & (placed["country"] == "BFA")]
    assert (province["region_polygon"] == "Soum").all()
    region = placed[(code == 3) & (placed["country"] == "MLI")]
    assert (region["region"] == "Mopti").all()
    assert away[(code == 3) & (placed["country"] == "MLI")].max() <= 50
    first = placed[code == 4]
    assert (first["region"] == "Sahel").all() and first["region_polygon"].nunique() == 4
    country = placed[code == 5]
    assert (country["region_status"] == "inside").all() and country["region"].nunique() == 5
    assert moved.attrs["jitter"] == {"redrawn": 1_500, "kept": 300, "rows": 2_100}


def test_jitter_repeats_with_the_seed(coarse: pd.DataFrame) -> None:
    one, two, other = (jitter(coarse, np.random.default_rng(s)) for s in (1, 1, 2))
    pd.testing.assert_frame_equal(one, two)
    assert not one["latitude"].equals(other["latitude"])


def test_nearest_capital(make: Callable[..., pd.DataFrame]) -> None:
    table = make(5)
    table.loc[0, "latitude"] = np.nan
    table.loc[1, ["latitude", "longitude"]] = [13.4, 2.0]
    found = nearest_capital(table)
    assert found["capital"].isna().tolist()[:2] == [True, False]
    assert found.loc[1, "capital"] == "Niamey" and found.loc[1, "capital_km"] < 20


def test_in_region_keeps_the_regions_incidents_with_points_of_their_own():
    rows = [
        ("kept", "MLI", 12.6, -8.0), ("no point", "MLI", None, None),
        ("swapped", "MLI", -8.0, 12.6),
        ("zero", "NER", 0.0, 0.0), ("abroad", "SYR", 36.2, 37.2), ("beyond", "TCD", 48.9, 2.3),
        ("liberia", "LBR", 6.4, -9.4), ("kept too", "BEN", 11.0, 1.0),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["incident_id", "country", "latitude", "longitude"])
    found = in_region(table)
    assert found["incident_id"].tolist() == ["kept", "no point", "kept too"]
    assert found.index.tolist() == [0, 1, 2]
