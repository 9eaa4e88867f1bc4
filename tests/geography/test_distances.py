"""Distances, projection and coast against published values and first principles."""

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from sahelstats.boundaries import load_boundaries
from sahelstats.geography import (
    distance_km,
    distance_to_coast_km,
    gulf_of_guinea,
    northing_km,
    project,
    unproject,
)

PUBLISHED = [
    # GeographicLib's GeodSolve manual: JFK to Heathrow
    (40.6, -73.8, 51.6, -0.5, 5551.759400),
    # GeographicLib's documentation of geod: Wellington to Salamanca
    (-41.32, 174.81, 40.96, -5.50, 19959.679267),
    # nearly antipodal, where Vincenty's iteration is slow (GeographicLib)
    (0.0, 0.0, 0.5, 179.5, 19936.288579),
    # Geoscience Australia's test line (Vincenty 1975): Flinders Peak to Buninyong, GRS80
    (-37.951033417, 144.424867889, -37.652821139, 143.926495528, 54.972271),
    # quarter meridian of WGS84
    (0.0, 0.0, 90.0, 0.0, 10001.965729),
]
REGION = {"lat": st.floats(2, 27), "lon": st.floats(-17, 16)}


@pytest.mark.parametrize(("a", "b", "c", "d", "km"), PUBLISHED)
def test_published_geodesics(a: float, b: float, c: float, d: float, km: float) -> None:
    assert distance_km(a, b, c, d) == pytest.approx(km, abs=2e-6)


def test_known_city_pairs() -> None:
    bamako = (12.6392, -8.0029)
    assert 13 <= distance_km(*bamako, 12.7441, -8.0726) <= 15  # Kati
    assert distance_km(*bamako, 16.7735, -3.0074) == pytest.approx(700, abs=10)  # Timbuktu
    assert distance_km(13.5137, 2.1098, 12.3657, -1.5339) == pytest.approx(415, abs=5)


def test_distances_broadcast_and_keep_missing() -> None:
    away = distance_km([[12.0], [13.0]], 0.0, [12.0, np.nan, 14.0], 0.0)
    assert away.shape == (2, 3)
    assert away[0, 0] == 0 and np.isnan(away[:, 1]).all()


@given(lat=REGION["lat"], lon=REGION["lon"])
def test_projection_comes_back(lat: float, lon: float) -> None:
    back = unproject(*project(lat, lon))
    assert np.allclose(back, (lat, lon), atol=1e-9)


def _geodesic_area(triangle: np.ndarray) -> float:
    from pyproj import Geod

    dense = shapely.get_coordinates(shapely.segmentize(shapely.Polygon(triangle), 0.005))
    return abs(Geod(ellps="WGS84").polygon_area_perimeter(dense[:, 0], dense[:, 1])[0]) / 1e6


def test_projection_is_equal_area_on_random_triangles() -> None:
    rng = np.random.default_rng(3)
    for _ in range(25):
        triangle = rng.uniform((-15, 4), (14, 26), (1, 2)) + rng.uniform(-1, 1, (3, 2))
        dense = shapely.get_coordinates(shapely.segmentize(shapely.Polygon(triangle), 0.005))
        x, y = project(dense[:, 1], dense[:, 0])
        flat = shapely.Polygon(np.column_stack([x, y])).area
        assert flat == pytest.approx(_geodesic_area(triangle), rel=1e-6)


def test_northing_grows_with_latitude_alone() -> None:
    assert northing_km([-10.0, 0.0, 10.0]) == pytest.approx([-1105.855, 0, 1105.855], abs=1e-3)


def test_impossible_positions_are_refused_and_named() -> None:
    with pytest.raises(ValueError, match=r"1 impossible positions .*at \[1\]"):
        distance_km([12.0, 112.0], 0.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="impossible"):
        project(-8.0, 181.0)
    with pytest.raises(ValueError, match="beyond the projection"):
        unproject(20_000.0, 0.0)


def test_gulf_coast_is_coast_and_nothing_else() -> None:
    line = np.vstack(gulf_of_guinea())
    assert line[:, 0].max() < 7 and line[:, 0].min() > 2
    assert line[:, 1].min() == pytest.approx(-7.52, abs=0.1)  # mouth of the Cavally
    # Every country of the Gulf has some of it; none that is off the Gulf does.
    countries = load_boundaries("country")
    ashore = shapely.linestrings(gulf_of_guinea()[0][:, ::-1])
    near = shapely.distance(countries.geometry, ashore) < 0.02
    assert set(countries.iso3[near]) == {"CIV", "GHA", "TGO", "BEN", "NGA", "CMR"}


@pytest.mark.parametrize(
    ("lat", "lon", "low", "high"),
    [
        (6.1287, 1.2215, 0, 3),  # Lome is on the beach
        (5.3544, -4.0017, 0, 15),  # Abidjan, behind its lagoon
        (13.5137, 2.1098, 770, 800),  # Niamey
        (14.6937, -17.4441, 1400, 1700),  # Dakar's own coast does not count
        (6.5, -8.35, 225, 265),  # on Liberia's border, which is no coast
        (2.2, 11.3, 140, 180),  # on Cameroon's southern border, nor is that
    ],
)
def test_distance_to_the_gulf(lat: float, lon: float, low: float, high: float) -> None:
    assert low <= distance_to_coast_km(lat, lon) <= high


def test_distance_to_coast_agrees_with_brute_force() -> None:
    rng = np.random.default_rng(4)
    lat, lon = rng.uniform(4.5, 20, 60), rng.uniform(-10, 12, 60)
    best = np.full(60, np.inf)
    for line in gulf_of_guinea():
        for a, b in pairwise(line):
            part = np.linspace(0, 1, 30)[:, None]
            points = a * (1 - part) + b * part
            away = distance_km(lat[:, None], lon[:, None], points[:, 0], points[:, 1])
            best = np.minimum(best, away.min(axis=1))
    found = distance_to_coast_km(lat, lon)
    assert np.abs(found - best).max() < 0.2
    assert np.isnan(distance_to_coast_km([np.nan], [0.0])).all()
