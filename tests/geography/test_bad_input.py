"""Missing, swapped, zero and foreign coordinates; one incident; one place; empty years."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sahelstats import geography as geo

PLACED = {
    "yearly_centres": lambda t: geo.yearly_centres(t, rng=np.random.default_rng(1), n_boot=20),
    "southern_limit": lambda t: geo.southern_limit(t, rng=np.random.default_rng(1), n_boot=20),
    "hexagon_grid": lambda t: geo.hexagon_grid(t),
    "concentration": lambda t: geo.concentration(t),
    "clusters": lambda t: geo.clusters(t),
    "knox": lambda t: geo.knox(t, rng=np.random.default_rng(1), n_permutations=19),
    "within_km": lambda t: geo.within_km(t, "Niamey", 100),
    "capital_share": lambda t: geo.capital_share(t),
    "kernel_density": lambda t: geo.kernel_density(t),
    "jitter": lambda t: geo.jitter(t, np.random.default_rng(1)),
    "southward_trend": lambda t: geo.southward_trend(
        t, rng=np.random.default_rng(1), n_boot=20, n_permutations=19
    ),
}
FAULTS = {
    "swapped": (-8.0, 12.6, "1 swapped: X-0"),
    "zero": (0.0, 0.0, "1 zero_zero: X-0"),
    "outside": (48.9, 2.3, "1 outside: X-0"),
    "impossible": (120.0, 200.0, "1 impossible: X-0"),
}


@pytest.mark.parametrize("name", PLACED)
@pytest.mark.parametrize("fault", FAULTS)
def test_unusable_coordinates_are_one_clear_error(
    name: str, fault: str, make: Callable[..., pd.DataFrame]
) -> None:
    table = make().assign(geo_precision=1)
    lat, lon, message = FAULTS[fault]
    table.loc[0, ["latitude", "longitude", "country"]] = [lat, lon, "MLI"]
    with pytest.raises(ValueError, match=message):
        PLACED[name](table)


@pytest.mark.parametrize("name", PLACED)
def test_missing_coordinates_are_left_out_and_counted(
    name: str, make: Callable[..., pd.DataFrame]
) -> None:
    table = make().assign(geo_precision=1)
    table.loc[:2, "latitude"] = np.nan
    PLACED[name](table)
    assert geo.precision_filter(table)[1].no_coordinates == 3


@pytest.mark.parametrize("name", [n for n in PLACED if n != "jitter"])
def test_an_empty_table_says_so(name: str, make: Callable[..., pd.DataFrame]) -> None:
    with pytest.raises(ValueError, match="no incidents left: 0 of 0"):
        PLACED[name](make().head(0))


@pytest.mark.parametrize("name", [n for n in PLACED if n != "southward_trend"])
@pytest.mark.parametrize("rows", ["single", "one place"])
def test_a_single_incident_and_a_single_place(
    name: str, rows: str, make: Callable[..., pd.DataFrame]
) -> None:
    table = make().assign(geo_precision=1, latitude=14.0, longitude=0.5)
    PLACED[name](table.head(1) if rows == "single" else table)


def test_single_incident_has_a_centre_but_no_spread() -> None:
    table = pd.DataFrame({"year": [2020], "latitude": [14.0], "longitude": [1.0]})
    row = geo.yearly_centres(table, rng=np.random.default_rng(1), max_geo_precision=None).iloc[0]
    assert row["mean_latitude"] == pytest.approx(14) == pytest.approx(row["median_latitude"])
    assert np.isnan(row[["mean_latitude_low", "major_km", "angle_deg"]].astype(float)).all()
    limit = geo.southern_limit(table, rng=np.random.default_rng(1), max_geo_precision=None)
    assert limit["value"].tolist() == [14.0, 14.0] and limit["low"].isna().all()


def test_one_place_has_an_interval_of_no_width_and_no_ellipse() -> None:
    table = pd.DataFrame({"year": 2020, "latitude": [14.0] * 9, "longitude": 1.0})
    row = geo.yearly_centres(table, rng=np.random.default_rng(1), max_geo_precision=None).iloc[0]
    assert row["mean_latitude_low"] == row["mean_latitude_high"] == pytest.approx(14, abs=1e-6)
    assert np.isnan(row["major_km"])
    measures = geo.concentration(table, max_geo_precision=None).set_index("measure")["value"]
    assert measures["gini"] == 0 and (measures["top_share"] == 1).all()
    cells = geo.hexagon_grid(table.assign(country="BFA"), max_geo_precision=None, empty_cells=True)
    assert len(cells) > 50 and cells["n_incidents"].sum() == 9


def test_a_year_without_incidents_is_a_row_of_blanks() -> None:
    table = pd.DataFrame({"year": [2019, 2021], "latitude": [14.0, 13], "longitude": 1.0})
    table["country"] = ["MLI", "BEN"]
    centres = geo.yearly_centres(table, rng=np.random.default_rng(1), max_geo_precision=None)
    assert centres["n_incidents"].tolist() == [1, 0, 1]
    assert np.isnan(centres.loc[1, "mean_latitude"])
    share = geo.coastal_share(table)
    assert share["year"].tolist() == [2019, 2020, 2021]
    assert np.isnan(share.loc[1, "share"]) and share.loc[2, "share"] == 1
    limit = geo.southern_limit(table, rng=np.random.default_rng(1), max_geo_precision=None)
    assert limit.loc[limit["year"] == 2020, "value"].isna().all()


def test_a_trend_needs_three_years(make: Callable[..., pd.DataFrame]) -> None:
    with pytest.raises(ValueError, match="at least 3 years"):
        geo.southward_trend(make(years=2), rng=np.random.default_rng(1))


def test_weights_are_checked(make: Callable[..., pd.DataFrame]) -> None:
    table = make()
    rng = np.random.default_rng(1)
    bad = np.ones(60)
    bad[:7] = -1
    with pytest.raises(ValueError, match=r"7 incidents: X-0, X-1, X-2, X-3, X-4 and 2 more"):
        geo.yearly_centres(table, bad, rng=rng)
    with pytest.raises(ValueError, match=r"shape \(59,\)"):
        geo.yearly_centres(table, np.ones(59), rng=rng)
    with pytest.raises(ValueError, match="deths"):
        geo.yearly_centres(table, "deths", rng=rng)
    none = geo.yearly_centres(table, np.zeros(60), rng=rng)
    assert none["mean_latitude"].isna().all()


def test_other_arguments_are_checked(make: Callable[..., pd.DataFrame]) -> None:
    table = make()
    rng = np.random.default_rng(1)
    for call, message in [
        (lambda: geo.hexagon_grid(table, 0), "cell_km is 0"),
        (lambda: geo.within_km(table, "Atlantis", 5), "not in data/curated/places.csv"),
        (lambda: geo.within_km(table, "Bamako", -5), "positive distance"),
        (lambda: geo.precision_filter(table, 0), "max_geo_precision is 0"),
        (lambda: geo.precision_filter(table.assign(geo_precision=1.5)), "60 rows"),
        (lambda: geo.precision_filter(table.drop(columns="latitude")), r"lacks .*latitude"),
        (lambda: geo.southward_trend(table, rng=rng, statistic="mode"), "'mode'"),
        (lambda: geo.yearly_centres(table.drop(columns=["year", "date_start"]), rng=rng), "lacks"),
        (lambda: geo.knox(table, days=-1, rng=rng), "too small"),
        (lambda: geo.clusters(table, min_incidents=0), "min_incidents is 0"),
        (lambda: geo.yearly_share(table, [True]), "1 values for 60"),
        (lambda: geo.hot_spots(geo.hexagon_grid(table).head(3), rng=rng), "too few"),
        (lambda: geo.top_share([1, 2], 0), "k is 0"),
        (lambda: geo.gini([1, -2]), "1 values are negative"),
        (lambda: geo.coastal_share(table.assign(country=pd.NA)), "country is missing in 60"),
        (lambda: geo.kernel_density(table, bandwidth_km=5, cell_km=5), "too wide"),
        (lambda: geo.coordinate_faults(table.assign(latitude="north")), "not a number in 60"),
        (lambda: geo.yearly_quantiles(table, np.ones(60), (1.5,), rng=rng), "between 0 and 1"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()


def test_too_many_pairs_is_an_error_before_memory_runs_out() -> None:
    rng = np.random.default_rng(1)
    n = 9_000
    table = pd.DataFrame({"latitude": rng.normal(14, 0.01, n), "longitude": rng.normal(0, 0.01, n)})
    table["date_start"] = pd.Timestamp("2020-01-01")
    with pytest.raises(ValueError, match=r"40,4\d\d,\d{3} pairs"):
        geo.clusters(table, 50, max_geo_precision=None)
    # Knox's test counts them without holding them; all of one day, nothing can stand out.
    test = geo.knox(table, 50, rng=rng, max_geo_precision=None)
    assert test.observed == test.space_pairs == test.expected == 9_000 * 8_999 // 2
    assert (test.method, test.p_value) == ("normal limit", 1.0)


def test_importing_the_room_is_light() -> None:
    code = (
        "import sys, sahelstats.geography as g; "
        "heavy = ('numpy', 'pandas', 'scipy', 'shapely', 'pyproj', 'esda'); "
        "print([m for m in heavy if m in sys.modules]); "
        "from sahelstats.geography import *; "
        "print([m for m in ('geopandas','esda','libpysal','sklearn') if m in sys.modules])"
    )
    source = str(Path(geo.__file__).resolve().parents[2])
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": source},
    )  # fmt: skip
    assert said.stdout.split("\n")[:2] == ["[]", "[]"]


def test_every_public_name_is_what_it_says() -> None:
    for name in geo.__all__:
        thing = getattr(geo, name)
        assert not hasattr(thing, "__path__") and type(thing).__name__ != "module", name
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        geo.nonsense  # noqa: B018
    assert "distance_km" in dir(geo)
