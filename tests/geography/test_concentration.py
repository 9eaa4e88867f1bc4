"""Hexagons, Gini, hot spots, density, clusters and Knox against brute force."""

import itertools
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import shapely
from scipy import stats

from sahelstats.boundaries import load_boundaries
from sahelstats.geography import (
    clusters,
    concentration,
    distance_km,
    gini,
    hexagon_grid,
    hexagon_outlines,
    hot_spots,
    kernel_density,
    knox,
    project,
    top_share,
)
from sahelstats.geography.coast import on_sphere
from sahelstats.geography.hexagons import axial, centres
from sahelstats.geography.hotspots import _weights, local_g
from sahelstats.geography.interaction import _close_in_both, knox_moments
from sahelstats.geography.pairs import EARTH_RADIUS_KM, chord, close_pairs


def _haversine(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    a, b = np.radians(lat), np.radians(lon)
    h = np.sin((a[:, None] - a) / 2) ** 2
    h += np.cos(a[:, None]) * np.cos(a) * np.sin((b[:, None] - b) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(h))


def test_each_point_is_in_the_hexagon_with_the_nearest_centre() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.uniform(-300, 300, (2, 5_000))
    q, r = axial(x, y, 40.0)
    cx, cy = centres(q, r, 40.0)
    mine = np.hypot(x - cx, y - cy)
    for a, b in ((1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1)):
        nx, ny = centres(q + a, r + b, 40.0)
        assert (mine <= np.hypot(x - nx, y - ny) + 1e-9).all()
        assert np.allclose(np.hypot(cx - nx, cy - ny), 40)


def test_cells_are_of_equal_area_and_hold_their_points(make: Callable[..., pd.DataFrame]) -> None:
    table = make(300).assign(geo_precision=1)
    cells = hexagon_grid(table, 60)
    corners = hexagon_outlines(cells)
    x, y = project(corners[..., 0], corners[..., 1])
    shapes = shapely.polygons(np.stack([x, y], axis=-1))
    assert np.allclose(shapely.area(shapes), cells.attrs["cell_area_km2"])
    px, py = project(table["latitude"], table["longitude"])
    held = np.array([shapely.contains_xy(s, px, py).sum() for s in shapes])
    assert held.tolist() == cells["n_incidents"].tolist()
    assert cells["deaths"].sum() == table["killed_best"].sum()


def test_draws_give_cells_an_interval(make: Callable[..., pd.DataFrame]) -> None:
    table = make(100)
    draws = np.random.default_rng(1).poisson(5, (300, 100)).astype(float)
    cells = hexagon_grid(table, 200, deaths=draws, max_geo_precision=None)
    assert cells["deaths"].sum() == pytest.approx(draws.sum(axis=1).mean())
    assert (cells["deaths_low"] <= cells["deaths"]).all()
    assert (cells["deaths_high"] > cells["deaths"]).all()


def test_empty_cells_cover_the_countries(make: Callable[..., pd.DataFrame]) -> None:
    table = make(50).assign(geo_precision=1)
    cells = hexagon_grid(table, 50, empty_cells=True)
    countries = load_boundaries("country")
    area = 0.0
    for code in ("MLI", "BFA", "NER"):
        shape = shapely.segmentize(countries.geometry[countries.iso3 == code][0], 0.1)
        lonlat = shapely.get_coordinates(shapely.get_parts(shape)[0].exterior)
        area += shapely.Polygon(np.column_stack(project(lonlat[:, 1], lonlat[:, 0]))).area
    assert len(cells) * cells.attrs["cell_area_km2"] == pytest.approx(area, rel=0.02)
    assert cells["n_incidents"].sum() == 50
    assert not cells.duplicated(["q", "r"]).any()


def test_gini_and_top_share_against_brute_force() -> None:
    rng = np.random.default_rng(1)
    values = rng.pareto(1.5, (4, 30))
    pairs = np.abs(values[:, :, None] - values[:, None, :]).mean(axis=(1, 2))
    assert gini(values) == pytest.approx(pairs / (2 * values.mean(axis=1)))
    ordered = -np.sort(-values, axis=1)
    assert top_share(values, 5) == pytest.approx(ordered[:, :5].sum(1) / values.sum(1))
    assert np.isnan(gini([0, 0])) and top_share([1, 1], 9) == 1


def test_concentration_has_an_interval_from_draws(make: Callable[..., pd.DataFrame]) -> None:
    table = make(100)
    draws = np.random.default_rng(1).lognormal(1, 1, (200, 100))
    found = concentration(table, draws, top=(1, 5), max_geo_precision=None)
    assert (found["low"] < found["value"]).all() and (found["value"] < found["high"]).all()
    single = concentration(table, max_geo_precision=None)
    assert single["low"].isna().all()


def test_gi_star_is_esdas_own_example() -> None:
    libpysal = pytest.importorskip("libpysal")
    points = [(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)]
    weights = libpysal.weights.DistanceBand(points, threshold=15)
    found = local_g(np.array([2, 3, 3.2, 5, 8, 7]), weights, 99, 1)
    expected = [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331]
    assert found.Zs == pytest.approx(expected)


def test_gi_star_against_its_formula(make: Callable[..., pd.DataFrame]) -> None:
    cells = hexagon_grid(make(200).assign(geo_precision=1), 80, empty_cells=True)
    found = hot_spots(cells, rng=np.random.default_rng(1), permutations=99)
    x = cells["n_incidents"].to_numpy(float)
    q, r = cells["q"].to_numpy(), cells["r"].to_numpy()
    dq, dr = q[:, None] - q, r[:, None] - r
    near = (np.maximum.reduce([abs(dq), abs(dr), abs(dq + dr)]) <= 1).astype(float)
    n, k = len(x), near.sum(axis=1)
    z = (near @ x - x.mean() * k) / (x.std() * np.sqrt((n * k - k**2) / (n - 1)))
    assert found["gi_z"].to_numpy() == pytest.approx(z, abs=1e-8)
    assert _weights(q, r, 2).max_neighbors == 18


def test_hot_spots_find_a_planted_one_and_repeat() -> None:
    rng = np.random.default_rng(1)
    spread = pd.DataFrame(
        {"latitude": rng.uniform(10, 15, 300), "longitude": rng.uniform(-5, 2, 300)}
    )
    crowd = pd.DataFrame(
        {"latitude": rng.normal(14, 0.3, 200), "longitude": rng.normal(-1, 0.3, 200)}
    )
    table = pd.concat([spread, crowd], ignore_index=True).assign(country="BFA")
    cells = hexagon_grid(table, 50, empty_cells=True, max_geo_precision=None)
    one, two = (hot_spots(cells, rng=np.random.default_rng(4)) for _ in range(2))
    assert one.to_csv() == two.to_csv()
    hot = one[one["spot"] == "hot"]
    assert 3 <= len(hot) <= 15
    assert (distance_km(14, -1, hot["latitude"], hot["longitude"]) < 130).all()
    # Shuffled values: false discoveries are rare.
    mixed = cells.assign(n_incidents=rng.permutation(cells["n_incidents"]))
    assert (hot_spots(mixed, rng=np.random.default_rng(4))["spot"] != "").sum() <= 2
    flat = hot_spots(cells.assign(n_incidents=1), rng=rng)
    assert (flat["spot"] == "").all() and (flat["p_value"] == 1).all()


def test_permutations_count_ties() -> None:
    # Sparse counts: a neighbourhood of nothing is what chance makes most of the time.
    q, r = (a.ravel() for a in np.meshgrid(np.arange(15), np.arange(15)))
    values = np.random.default_rng(1).binomial(1, 0.15, 225) * 3
    cells = pd.DataFrame({"q": q, "r": r, "n_incidents": values})
    found = hot_spots(cells, rng=np.random.default_rng(1), permutations=999)
    dq, dr = q[:, None] - q, r[:, None] - r
    near = np.maximum.reduce([abs(dq), abs(dr), abs(dq + dr)]) <= 1
    inner = (near.sum(axis=1) == 7) & (near @ values == 0)
    # Own cell empty; six others drawn from 224 without replacement, none of them occupied.
    chance = stats.hypergeom(224, (values > 0).sum(), 6).pmf(0)
    assert found.loc[inner, "p_value"].to_numpy() == pytest.approx(2 * chance, abs=0.12)
    assert (found["spot"] != "cold").all()


def test_a_cell_by_itself_is_no_spot() -> None:
    q, r = (a.ravel() for a in np.meshgrid(np.arange(6), np.arange(6)))
    cells = pd.DataFrame({"q": [*q, 50], "r": [*r, 50]})
    cells["n_incidents"] = [*np.random.default_rng(1).poisson(2, 36), 90]
    found = hot_spots(cells, rng=np.random.default_rng(1), permutations=999)
    assert found["p_value"].iloc[-1] == 1 and found["spot"].iloc[-1] == ""


def test_fdr_agrees_with_esdas() -> None:
    fdr = pytest.importorskip("esda").fdr
    rng = np.random.default_rng(1)
    cells = pd.DataFrame({"q": np.arange(200), "r": 0, "v": rng.pareto(1, 200)})
    found = hot_spots(cells, "v", rng=rng, permutations=999)
    line = fdr(found["p_value"].to_numpy(), 0.05)
    if (found["p_fdr"] <= 0.05).any():
        assert found.loc[found["p_fdr"] <= 0.05, "p_value"].max() <= line
    else:
        assert (found["p_value"] > 0.05 / 200).all()


def test_density_is_a_sum_of_kernels(make: Callable[..., pd.DataFrame]) -> None:
    table = make(30).assign(geo_precision=1)
    found = kernel_density(table, "deaths", bandwidth_km=60, cell_km=6)
    x, y = project(table["latitude"], table["longitude"])
    gx, gy = project(found.latitude[::15, ::15], found.longitude[::15, ::15])
    apart = (gx[..., None] - x) ** 2 + (gy[..., None] - y) ** 2
    kernel = np.exp(-apart / (2 * 60**2)) / (2 * np.pi * 60**2) * 1_000
    expected = kernel @ table["killed_best"].to_numpy(float)
    assert np.abs(found.density[::15, ::15] - expected).max() < 0.02 * expected.max()
    assert found.density.sum() * 36 / 1_000 == pytest.approx(table["killed_best"].sum(), rel=1e-3)


@pytest.mark.parametrize(("km", "least"), [(30, 4), (80, 6), (5, 2)])
def test_clusters_agree_with_scikit_learn(
    km: float, least: int, make: Callable[..., pd.DataFrame]
) -> None:
    sklearn = pytest.importorskip("sklearn.cluster")
    table = make(400).assign(geo_precision=1)
    table.loc[:80, ["latitude", "longitude"]] = table.loc[80:160, ["latitude", "longitude"]].values
    mine = clusters(table, km, least)["cluster"].to_numpy()
    radians = np.radians(table[["latitude", "longitude"]].to_numpy())
    theirs = sklearn.DBSCAN(eps=km / EARTH_RADIUS_KM, min_samples=least, metric="haversine",
                            algorithm="ball_tree").fit(radians)  # fmt: skip
    assert ((mine == -1) == (theirs.labels_ == -1)).all()
    core = theirs.core_sample_indices_
    pairs = pd.crosstab(mine[core], theirs.labels_[core])
    assert ((pairs > 0).sum(axis=0) == 1).all() and ((pairs > 0).sum(axis=1) == 1).all()
    sizes = np.bincount(mine[mine >= 0])
    assert (np.diff(sizes) <= 0).all()


def test_border_points_join_a_cluster_in_reach(make: Callable[..., pd.DataFrame]) -> None:
    table = clusters(make(300).assign(geo_precision=1), 40, 8)
    away = _haversine(table["latitude"].to_numpy(), table["longitude"].to_numpy())
    label = table["cluster"].to_numpy()
    core = (away <= 40).sum(axis=1) >= 8
    for k in np.flatnonzero((label >= 0) & ~core):
        assert (core & (away[k] <= 40) & (label == label[k])).any()


def test_pairs_against_all_distances(make: Callable[..., pd.DataFrame]) -> None:
    table = make(120)
    lat, lon = table["latitude"].to_numpy(), table["longitude"].to_numpy()
    i, j = np.nonzero(np.triu(_haversine(lat, lon) <= 100, 1))
    assert close_pairs(lat, lon, 100).tolist() == np.column_stack([i, j]).tolist()


def test_knox_against_brute_force(make: Callable[..., pd.DataFrame]) -> None:
    table = make(50, years=1).assign(geo_precision=1)
    found = knox(table, 150, 30, rng=np.random.default_rng(1), n_permutations=300)
    near = _haversine(table["latitude"].to_numpy(), table["longitude"].to_numpy()) <= 150
    day = table["date_start"].to_numpy("datetime64[D]").astype(int)
    soon = np.abs(day[:, None] - day) <= 30
    upper = np.triu(np.ones((50, 50), bool), 1)
    assert found.observed == (near & soon & upper).sum()
    assert (found.space_pairs, found.time_pairs) == ((near & upper).sum(), (soon & upper).sum())
    exact = found.space_pairs * found.time_pairs / (50 * 49 / 2)
    assert found.expected == pytest.approx(exact, rel=0.05)
    rng = np.random.default_rng(1)
    counts = []
    for _ in range(300):
        mixed = rng.permutation((day - day.min()).astype(np.int32))
        counts.append((near & upper & (np.abs(mixed[:, None] - mixed) <= 30)).sum())
    more = np.sum(np.array(counts) >= found.observed)
    assert found.p_value == pytest.approx((1 + more) / 301)


def test_knox_moments_are_those_of_all_permutations() -> None:
    rng = np.random.default_rng(3)
    near = np.triu(rng.random((6, 6)) < 0.5, 1)
    soon = np.triu(rng.random((6, 6)) < 0.4, 1)
    near, soon = near | near.T, soon | soon.T
    counts = [
        (near & soon[np.ix_(order, order)]).sum() / 2
        for order in map(list, itertools.permutations(range(6)))
    ]
    found = knox_moments(near.sum(axis=1), soon.sum(axis=1))
    assert found == pytest.approx((np.mean(counts), np.std(counts)))


def test_knox_by_its_limit_agrees_with_permutations(
    make: Callable[..., pd.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = make(600, years=2).assign(geo_precision=1)
    plain = knox(table, 60, 20, rng=np.random.default_rng(1), n_permutations=1_999)
    monkeypatch.setattr("sahelstats.geography.interaction.PERMUTE_UP_TO", 0)
    limit = knox(table, 60, 20, rng=np.random.default_rng(1))
    assert (plain.method, limit.method) == ("permutation", "normal limit")
    for name in ("observed", "space_pairs", "time_pairs", "n_incidents", "shown"):
        assert getattr(plain, name) == getattr(limit, name)
    assert limit.expected == pytest.approx(plain.expected, rel=0.02)
    width = plain.high - plain.low
    assert (limit.low, limit.high) == pytest.approx((plain.low, plain.high), abs=0.1 * width)
    assert limit.p_value == pytest.approx(plain.p_value, abs=0.04)


@pytest.mark.parametrize("days", [0, 1, 6, 40, 5_000])
def test_pairs_close_in_both_against_all_pairs(
    days: int, make: Callable[..., pd.DataFrame]
) -> None:
    table = make(300, years=1)
    lat, lon = table["latitude"].to_numpy(), table["longitude"].to_numpy()
    when = (table["date_start"] - table["date_start"].min()).dt.days.to_numpy().astype(np.int32)
    near = _haversine(lat, lon) <= 80
    soon = np.abs(when[:, None] - when) <= days
    found = _close_in_both(on_sphere(lat, lon), when, chord(80), days)
    assert found == (near & soon & np.triu(np.ones((300, 300), bool), 1)).sum()


def test_knox_finds_bursts_and_repeats() -> None:
    rng = np.random.default_rng(1)
    place = rng.uniform((11, -4), (15, 2), (40, 2)).repeat(4, axis=0)
    day = (rng.integers(0, 700, 40).repeat(4) + rng.integers(0, 8, 160)).astype("timedelta64[D]")
    table = pd.DataFrame(place, columns=["latitude", "longitude"])
    table["date_start"] = np.datetime64("2020-01-01") + day
    one, two = (knox(table, rng=np.random.default_rng(2), max_geo_precision=None) for _ in range(2))
    assert one == two and one.p_value == 0.001 and one.ratio > 3
    alone = knox(table.head(1), rng=rng, max_geo_precision=None)
    assert (alone.observed, alone.p_value) == (0, 1.0) and np.isnan(alone.ratio)


def test_real_tables_run_through(ucdp: pd.DataFrame) -> None:
    # Before 2012 the five countries' events are those of other wars (Abidjan above all).
    cells = hexagon_grid(ucdp[ucdp["year"] >= 2012], 50, empty_cells=True)
    spots = hot_spots(cells, rng=np.random.default_rng(1))
    assert (spots["spot"] != "cold").all()
    assert (spots["spot"] == "hot").sum() > 10
    assert clusters(ucdp)["cluster"].max() > 0
    recent = ucdp[ucdp["year"] >= 2020]
    assert knox(recent, rng=np.random.default_rng(1), n_permutations=99).p_value == 0.01
