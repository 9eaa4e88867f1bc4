"""Equal-area hexagons in the projected plane, by axial coordinates."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sahelstats.boundaries import load_boundaries
from sahelstats.geography.coordinates import positions
from sahelstats.geography.polygons import containing
from sahelstats.geography.projection import project, unproject
from sahelstats.geography.selection import select
from sahelstats.geography.weights import Weights, interval

# Own binning rather than H3: H3's cells differ in area (by a factor of about two over the
# globe), come in fixed sizes only and need a compiled package; this is thirty lines,
# exactly equal-area in the regional projection, and of any size.
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
ROOT3 = float(np.sqrt(3.0))


def axial(x: FloatArray, y: FloatArray, cell_km: float) -> tuple[IntArray, IntArray]:
    """Axial coordinates (q, r) of the hexagon each point of the plane lies in.

    Pointy-top hexagons whose neighbouring centres are `cell_km` apart; rounding in cube
    coordinates (Red Blob Games, Hexagonal Grids).
    """
    r = y / (cell_km * ROOT3 / 2)
    q = x / cell_km - r / 2
    s = -q - r
    rq, rr, rs = np.rint(q), np.rint(r), np.rint(s)
    dq, dr, ds = np.abs(rq - q), np.abs(rr - r), np.abs(rs - s)
    fix_q = (dq > dr) & (dq > ds)
    fix_r = ~fix_q & (dr > ds)
    rq = np.where(fix_q, -rr - rs, rq)
    rr = np.where(fix_r, -rq - rs, rr)
    return rq.astype(np.int64), rr.astype(np.int64)


def centres(q: IntArray, r: IntArray, cell_km: float) -> tuple[FloatArray, FloatArray]:
    """Centres (km) of hexagons given by axial coordinates."""
    return cell_km * (q + r / 2), np.asarray(cell_km * ROOT3 / 2 * r, dtype=np.float64)


def hexagon_outlines(cells: pd.DataFrame) -> FloatArray:
    """Corners of each cell, ready to be drawn on a map.

    Parameters
    ----------
    cells : DataFrame
        From `hexagon_grid` (its columns x_km and y_km, its ``attrs["cell_km"]``).

    Returns
    -------
    ndarray, shape (n_cells, 6, 2)
        Latitude and longitude of the corners.

    Raises
    ------
    ValueError
        The cells lack their size (they are not from `hexagon_grid`).

    Notes
    -----
    Regular in the equal-area plane, so slightly skewed in degrees.

    Examples
    --------
    >>> table = pd.DataFrame({"latitude": [15.0], "longitude": [0.0], "geo_precision": 1})
    >>> hexagon_outlines(hexagon_grid(table, 50)).shape
    (1, 6, 2)
    """
    if "cell_km" not in cells.attrs:
        raise ValueError('the cells lack attrs["cell_km"]: use the result of hexagon_grid')
    turn = np.radians(np.arange(30, 390, 60))
    radius = cells.attrs["cell_km"] / ROOT3
    x = cells["x_km"].to_numpy()[:, None] + radius * np.cos(turn)
    y = cells["y_km"].to_numpy()[:, None] + radius * np.sin(turn)
    return np.stack(unproject(x, y), axis=-1)


def _land_cells(countries: list[str], cell_km: float) -> tuple[IntArray, IntArray]:
    """Cells whose centre lies on the land of these countries."""
    import shapely

    admin0 = load_boundaries("country")
    chosen = admin0.geometry[np.isin(admin0.iso3, countries)]
    if not len(chosen):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    corners = shapely.get_coordinates(shapely.boundary(chosen))
    x, y = project(corners[:, 1], corners[:, 0])
    rows = np.arange(
        np.floor(y.min() / cell_km * 2 / ROOT3), np.ceil(y.max() / cell_km * 2 / ROOT3)
    )
    half = rows.astype(np.int64)
    first = np.floor(x.min() / cell_km - half / 2).astype(np.int64)
    width = int(np.ceil((x.max() - x.min()) / cell_km)) + 2
    q = (first[:, None] + np.arange(width)).ravel()
    r = np.repeat(half, width)
    lat, lon = unproject(*centres(q, r, cell_km))
    inside = containing(admin0, lat, lon)
    land = (inside >= 0) & np.isin(admin0.iso3[inside], countries)
    return q[land], r[land]


def _key(q: IntArray, r: IntArray) -> IntArray:
    return (q + 2**20) * 2**21 + (r + 2**20)


def cell_sums(
    table: pd.DataFrame, cell_km: float, draws: FloatArray, countries: list[str]
) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
    """Return q and r of each cell, incidents per cell, and sums of the draws per cell."""
    if not (np.isfinite(cell_km) and 1 <= cell_km <= 2_000):
        raise ValueError(f"cell_km is {cell_km}: give a width from 1 to 2,000 km")
    q, r = axial(*project(*positions(table)), cell_km)
    key = _key(q, r)
    cells = np.unique(key)
    if countries:
        cells = np.union1d(cells, _key(*_land_cells(countries, cell_km)))
    which = np.searchsorted(cells, key)
    counts = np.bincount(which, minlength=len(cells)).astype(np.int64)
    sums = np.stack([np.bincount(which, row, minlength=len(cells)) for row in draws]).astype(float)
    return cells // 2**21 - 2**20, cells % 2**21 - 2**20, counts, sums


def hexagon_grid(
    table: pd.DataFrame,
    cell_km: float = 50.0,
    *,
    deaths: NDArray[np.float64] | None = None,
    empty_cells: bool = False,
    level: float = 0.9,
    max_geo_precision: int | None = 2,
) -> pd.DataFrame:
    """Incidents and deaths in equal-area hexagons.

    Parameters
    ----------
    table : DataFrame
        Columns latitude, longitude, geo_precision; killed_best for deaths, country for
        empty cells.
    cell_km : float
        Width of a cell: the distance between neighbouring centres (1 to 2,000 km). A cell
        of 50 km has 2,165 square kilometres.
    deaths : array of shape (n,) or (n_draws, n), optional
        Deaths, or draws of them, in the table's order; killed_best by default.
    empty_cells : bool
        Also return cells without incidents whose centre lies in a country that occurs in
        the table: what `hot_spots` needs to judge a cell against its surroundings.
    level : float
        Coverage of the interval of deaths over draws.
    max_geo_precision : int or None
        Coarsest precision used; 2 by default, since a cell is not much wider than a place
        known to within 25 km.

    Returns
    -------
    DataFrame
        One row per cell, sorted by q and r: q, r (axial coordinates), x_km, y_km, latitude,
        longitude (centre), n_incidents, and if known deaths (mean over draws), deaths_low,
        deaths_high (NaN without draws). ``attrs``: cell_km, cell_area_km2, shown.

    Raises
    ------
    ValueError
        Bad cell_km or deaths; nothing left; unusable coordinates.

    Notes
    -----
    The grid is anchored at 15 N 0 E, so that cells are the same for every table.

    Examples
    --------
    >>> table = pd.DataFrame({"latitude": [15.0, 15.1, 13.0], "longitude": [0.0, 0.1, 2.0],
    ...                       "geo_precision": 1, "killed_best": [3, 4, 5]})
    >>> hexagon_grid(table, 50)[["n_incidents", "deaths"]].values.tolist()
    [[2.0, 7.0], [1.0, 5.0]]
    """
    known = deaths is not None or "killed_best" in table.columns
    toll: Weights = "deaths" if deaths is None else deaths
    chosen = select(table, toll if known else "incidents", max_geo_precision)
    countries: list[str] = []
    if empty_cells:
        if "country" not in table.columns:
            raise ValueError("empty_cells needs the column country, to know whose land counts")
        countries = sorted(chosen.table["country"].dropna().astype(str).unique())
    q, r, counts, sums = cell_sums(chosen.table, cell_km, chosen.draws, countries)
    x, y = centres(q, r, cell_km)
    lat, lon = unproject(x, y)
    cells = pd.DataFrame({"q": q, "r": r, "x_km": x, "y_km": y, "latitude": lat, "longitude": lon})
    cells["n_incidents"] = counts
    if known:
        low, high = interval(sums, level) if len(sums) > 1 else np.full((2, len(cells)), np.nan)
        cells = cells.assign(deaths=sums.mean(axis=0), deaths_low=low, deaths_high=high)
    cells.attrs = {
        "cell_km": float(cell_km),
        "cell_area_km2": ROOT3 / 2 * cell_km**2,
        "shown": chosen.shown.as_dict(),
    }
    return cells


def draws_by_cell(
    table: pd.DataFrame, weights: Weights, cell_km: float, max_geo_precision: int | None
) -> tuple[FloatArray, dict[str, Any]]:
    """Sum weights into the occupied cells: shape (n_draws, n_cells), and what is shown."""
    chosen = select(table, weights, max_geo_precision)
    return cell_sums(chosen.table, cell_km, chosen.draws, [])[3], chosen.shown.as_dict()
