"""What a map shows of the world: extents in degrees, and which incidents lie within."""

from __future__ import annotations

import numpy as np
import pandas as pd

KM_PER_DEGREE = 111.32

#: West, east, south, north of the whole region, in degrees.
REGION = (-12.5, 16.0, 3.9, 24.0)


def extent_around(
    latitude: float, longitude: float, km: float
) -> tuple[float, float, float, float]:
    """Return the extent of a square around a point.

    Parameters
    ----------
    latitude, longitude : float
        Its middle, in degrees.
    km : float
        Half its side.

    Returns
    -------
    tuple of float
        West, east, south, north in degrees.

    Examples
    --------
    >>> [round(v, 2) for v in extent_around(0, 0, 111.32)]
    [-1.0, 1.0, -1.0, 1.0]
    """
    high = km / KM_PER_DEGREE
    wide = float(high / np.cos(np.radians(latitude)))
    return longitude - wide, longitude + wide, latitude - high, latitude + high


def extent_of(
    latitude: np.ndarray, longitude: np.ndarray, margin: float = 1.0
) -> tuple[float, float, float, float]:
    """Return the extent that holds some points, with a margin.

    Parameters
    ----------
    latitude, longitude : array of float
        Degrees.
    margin : float
        Degrees added on every side.

    Returns
    -------
    tuple of float
        West, east, south, north in degrees.

    Examples
    --------
    >>> [float(v) for v in extent_of(np.array([12.0, 14.0]), np.array([-8.0, 1.0]))]
    [-9.0, 2.0, 11.0, 15.0]
    """
    return (
        float(np.min(longitude)) - margin, float(np.max(longitude)) + margin,
        float(np.min(latitude)) - margin, float(np.max(latitude)) + margin,
    )  # fmt: skip


def extent_of_incidents(
    table: pd.DataFrame,
    widest: tuple[float, float, float, float] = REGION,
    narrowest: float = 8.0,
) -> tuple[float, float, float, float]:
    """Return the extent that holds a table's incidents, so that no map is mostly empty.

    Parameters
    ----------
    table : DataFrame
        Incidents with coordinates.
    widest : tuple of float
        West, east, south, north in degrees: what lies beyond is left out.
    narrowest : float
        Least width in degrees; the least height is two thirds of it.

    Returns
    -------
    tuple of float
        Not beyond `widest`; all of it when no incident lies within.

    Examples
    --------
    >>> points = pd.DataFrame({"latitude": [13.0, 20.0], "longitude": [-8.0, 1.0]})
    >>> [float(v) for v in extent_of_incidents(points)]
    [-9.5, 2.5, 11.5, 21.5]
    """
    inside = on_map(table, widest)
    if inside.empty:
        return widest
    west, east, south, north = extent_of(
        inside["latitude"].to_numpy(float), inside["longitude"].to_numpy(float), 1.5
    )
    wide = max(narrowest - (east - west), 0.0) / 2
    high = max(2 / 3 * narrowest - (north - south), 0.0) / 2
    return (
        max(west - wide, widest[0]), min(east + wide, widest[1]),
        max(south - high, widest[2]), min(north + high, widest[3]),
    )  # fmt: skip


def landscape(
    extent: tuple[float, float, float, float], most: float = 0.8
) -> tuple[float, float, float, float]:
    """Return an extent widened so that a map of it is not too high.

    Parameters
    ----------
    extent : tuple of float
        West, east, south, north in degrees.
    most : float
        Greatest height as a share of the width.

    Returns
    -------
    tuple of float
        As given where it is wide enough.

    Examples
    --------
    >>> round(height_of(landscape((0, 1, -5, 5)), 1.0), 2)
    0.8
    """
    west, east, south, north = extent
    lacking = max(height_of(extent, 1.0) / most, 1.0) * (east - west) - (east - west)
    return west - lacking / 2, east + lacking / 2, south, north


def height_of(extent: tuple[float, float, float, float], width: float = 6.85) -> float:
    """Return how high a ``region_map`` of a given width is, in inches.

    Parameters
    ----------
    extent : tuple of float
        West, east, south, north in degrees.
    width : float
        In inches; by default that of a figure within its margins.

    Returns
    -------
    float
        Inches.

    Examples
    --------
    >>> round(height_of((-1, 1, -1, 1), 3.0), 2)
    3.0
    """
    west, east, south, north = extent
    across = (east - west) * np.cos(np.radians((south + north) / 2))
    return float(width * (north - south) / across)


def on_map(table: pd.DataFrame, extent: tuple[float, float, float, float]) -> pd.DataFrame:
    """Return the incidents that lie within an extent: those that a map of it shows.

    Parameters
    ----------
    table : DataFrame
        Incidents with coordinates.
    extent : tuple of float
        West, east, south, north in degrees.

    Returns
    -------
    DataFrame
        Some of the rows.

    Examples
    --------
    >>> points = pd.DataFrame({"latitude": [14.0, 28.0], "longitude": [0.0, 9.0]})
    >>> len(on_map(points, REGION))
    1
    """
    west, east, south, north = extent
    inside = table["longitude"].between(west, east) & table["latitude"].between(south, north)
    return table[inside]
