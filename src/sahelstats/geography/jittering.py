"""Redraw positions within what is known of them, to see what depends on it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sahelstats.boundaries import load_boundaries
from sahelstats.geography.coordinates import positions, require_columns, require_coordinates
from sahelstats.geography.distances import wgs84
from sahelstats.geography.names import comparable_names
from sahelstats.geography.polygons import in_plane
from sahelstats.geography.precision import NEARBY, SECOND_LEVEL, SITE
from sahelstats.geography.projection import project, unproject
from sahelstats.geography.regions import assign_regions

FloatArray = NDArray[np.float64]
Propose = Callable[[NDArray[np.int64]], tuple[FloatArray, FloatArray]]
# Natural Earth's polygons of these countries are second-level divisions.
FINE_COUNTRIES = ("BFA", "GIN")
ROUNDS = 200


def _in_disc(
    lat: FloatArray, lon: FloatArray, km: float, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """One point for each centre, uniform by area within so many kilometres (geodesic)."""
    azimuth = rng.uniform(0.0, 360.0, len(lat))
    # The root makes rings of equal area equally likely.
    away = km * 1_000 * np.sqrt(rng.uniform(0.0, 1.0, len(lat)))
    east, north, _ = wgs84().fwd(lon, lat, azimuth, away)
    return np.asarray(north, float), np.asarray(east, float)


def _until_inside(
    polygon: Any, n: int, propose: Propose
) -> tuple[NDArray[np.int64], FloatArray, FloatArray]:
    """Propose points (x, y) until each lies in the polygon; return those that succeeded."""
    import shapely

    shapely.prepare(polygon)
    x, y, open_rows = np.full(n, np.nan), np.full(n, np.nan), np.arange(n)
    for _ in range(ROUNDS):
        if not len(open_rows):
            break
        px, py = propose(open_rows)
        hit = shapely.contains_xy(polygon, px, py)
        x[open_rows[hit]], y[open_rows[hit]] = px[hit], py[hit]
        open_rows = open_rows[~hit]
    done = np.flatnonzero(~np.isnan(x))
    return done, x[done], y[done]


def _uniform_in(polygon: Any, rng: np.random.Generator) -> Propose:
    """Propose points uniformly over the polygon's box in the equal-area plane."""
    west, south, east, north = polygon.bounds

    def propose(rows: NDArray[np.int64]) -> tuple[FloatArray, FloatArray]:
        return rng.uniform(west, east, len(rows)), rng.uniform(south, north, len(rows))

    return propose


def _disc_around(lat: FloatArray, lon: FloatArray, km: float, rng: np.random.Generator) -> Propose:
    """Propose points in a disc around each row's position."""

    def propose(rows: NDArray[np.int64]) -> tuple[FloatArray, FloatArray]:
        return project(*_in_disc(lat[rows], lon[rows], km, rng))

    return propose


def _areas(
    table: pd.DataFrame, codes: FloatArray
) -> list[tuple[NDArray[np.int64], NDArray[np.int64], bool]]:
    """Group coarse rows by area: rows, the area's polygons, and whether a disc limits it."""
    admin1 = load_boundaries("admin1")
    names = comparable_names(admin1.iso3, admin1.name)
    country = table["country"].astype(str).to_numpy(object)
    region = table["region"].to_numpy(object, na_value=None)
    polygon = table["region_polygon"].to_numpy(object, na_value=None)
    groups: dict[tuple[Any, ...], list[int]] = {}
    for row in np.flatnonzero(codes > NEARBY):
        fine = country[row] in FINE_COUNTRIES
        if codes[row] == SECOND_LEVEL:
            key = (country[row], polygon[row] if fine else region[row], fine, not fine)
        else:
            key = (
                country[row],
                region[row] if codes[row] == SECOND_LEVEL + 1 else "",
                False,
                False,
            )
        groups.setdefault(key, []).append(int(row))
    areas = []
    for (iso3, name, by_polygon, limited), rows in groups.items():
        mine = admin1.iso3 == iso3
        if name != "":
            mine &= (admin1.name if by_polygon else names) == name
        areas.append((np.array(rows), np.flatnonzero(mine), limited))
    return areas


def jitter(
    table: pd.DataFrame,
    rng: np.random.Generator,
    *,
    near_km: float = 25.0,
    second_level_km: float = 50.0,
) -> pd.DataFrame:
    """Redraw each incident's position within its precision.

    Parameters
    ----------
    table : DataFrame
        Columns latitude, longitude, geo_precision, country (ISO alpha-3).
    rng : numpy.random.Generator
        Call again for another version of the table; repeat with the same seed for the same.
    near_km : float
        Radius for precision 2, in km.
    second_level_km : float
        Radius for precision 3 where second-level polygons are not to be had, in km.

    Returns
    -------
    DataFrame
        A copy with new latitude and longitude. Precision 1 stays. 2: uniform in a disc of
        `near_km`. 3: uniform in the second-level division (Burkina Faso, Guinea), elsewhere
        in a disc of `second_level_km` as far as it lies in the first-level one. 4: uniform in
        the comparable first-level division. 5 and coarser: in the country. Rows without
        coordinates or precision, and those whose division is unknown, stay;
        ``attrs["jitter"]`` counts redrawn and kept.

    Raises
    ------
    ValueError
        Columns lacking; coordinates that are swapped, zero or outside the region.

    Notes
    -----
    Uniform by area: geodesic discs, rejection sampling in the equal-area plane. For a
    sensitivity check, repeat an analysis over many redrawn tables.

    Examples
    --------
    >>> table = pd.DataFrame({"latitude": [14.0, 14.0], "longitude": [0.0, 0.0],
    ...                       "geo_precision": [1, 2], "country": "BFA"})
    >>> moved = jitter(table, np.random.default_rng(1))
    >>> moved.latitude.eq(14.0).tolist()
    [True, False]
    """
    require_columns(table, ["latitude", "longitude", "geo_precision", "country"])
    placed = table[["latitude", "longitude"]].notna().all(axis=1).to_numpy(bool)
    require_coordinates(table.loc[placed])
    lat, lon = (c.copy() for c in positions(table))
    codes = np.where(placed, table["geo_precision"].to_numpy(float, na_value=np.nan), np.nan)
    redrawn = codes == NEARBY
    lat[redrawn], lon[redrawn] = _in_disc(lat[redrawn], lon[redrawn], near_km, rng)
    if (codes > NEARBY).any():
        assigned = assign_regions(table)[0]
        for rows, polygons, limited in _areas(assigned, codes):
            done = _redraw(lat, lon, rows, polygons, second_level_km if limited else None, rng)
            redrawn[done] = True
    result = table.assign(latitude=lat, longitude=lon)
    kept = int((~redrawn & (codes != SITE)).sum())
    result.attrs["jitter"] = {"redrawn": int(redrawn.sum()), "kept": kept, "rows": len(table)}
    return result


def _redraw(
    lat: FloatArray, lon: FloatArray, rows: NDArray[np.int64], polygons: NDArray[np.int64],
    km: float | None, rng: np.random.Generator,
) -> NDArray[np.int64]:  # fmt: skip
    """Redraw rows (in place) over some polygons; return the rows that were."""
    import shapely

    if not len(polygons):
        return rows[:0]
    area = shapely.union_all(in_plane("admin1")[polygons])
    around = _uniform_in(area, rng) if km is None else _disc_around(lat[rows], lon[rows], km, rng)
    done, x, y = _until_inside(area, len(rows), around)
    lat[rows[done]], lon[rows[done]] = unproject(x, y)
    return rows[done]
