"""Distances on the WGS84 ellipsoid."""

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from pyproj import Geod


@lru_cache(maxsize=1)
def wgs84() -> "Geod":
    """Return the WGS84 ellipsoid's geodesic solver (Karney's, through pyproj)."""
    from pyproj import Geod

    return Geod(ellps="WGS84")


def refuse_impossible(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> None:
    """Raise ValueError naming positions no point on Earth can have; missing ones pass."""
    bad = (np.abs(latitude) > 90) | (np.abs(longitude) > 180)
    if not bad.any():
        return
    where = np.argwhere(bad)[:5]
    pairs = [(float(latitude[tuple(k)]), float(longitude[tuple(k)])) for k in where]
    at = [int(k[0]) if len(k) == 1 else tuple(map(int, k)) for k in where]
    raise ValueError(
        f"{int(bad.sum())} impossible positions (|latitude| > 90 or |longitude| > 180; "
        f"swapped?): at {at} (latitude, longitude) = {pairs}"
    )


def as_positions(
    latitude: ArrayLike, longitude: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return both as broadcast float arrays, checked; missing (NaN, NA) stays NaN."""
    pair = [
        c.to_numpy(float, na_value=np.nan) if hasattr(c, "to_numpy") else np.asarray(c, float)
        for c in (latitude, longitude)
    ]
    lat, lon = np.broadcast_arrays(*pair)
    refuse_impossible(lat, lon)
    return lat, lon


def distance_km(
    latitude_1: ArrayLike,
    longitude_1: ArrayLike,
    latitude_2: ArrayLike,
    longitude_2: ArrayLike,
) -> NDArray[np.float64]:
    """Geodesic distance between points, in kilometres.

    Parameters
    ----------
    latitude_1, longitude_1, latitude_2, longitude_2 : float or array
        WGS84 degrees; the four broadcast against each other.

    Returns
    -------
    ndarray of float
        Kilometres, in the broadcast shape; NaN where a coordinate is missing.

    Raises
    ------
    ValueError
        A latitude outside -90..90 or a longitude outside -180..180.

    Notes
    -----
    Karney (2013), Algorithms for geodesics, J. Geodesy 87, 43-55; accurate to 15 nm.

    Examples
    --------
    >>> round(float(distance_km(12.6392, -8.0029, 16.7735, -3.0074)), 1)  # Bamako, Timbuktu
    706.1
    """
    lat_1, lon_1 = as_positions(latitude_1, longitude_1)
    lat_2, lon_2 = as_positions(latitude_2, longitude_2)
    arrays = np.broadcast_arrays(lon_1, lat_1, lon_2, lat_2)
    known = ~np.isnan(arrays).any(axis=0)
    result = np.full(known.shape, np.nan)
    lon_a, lat_a, lon_b, lat_b = (a[known] for a in arrays)
    result[known] = np.asarray(wgs84().inv(lon_a, lat_a, lon_b, lat_b)[2]) / 1000.0
    return result


def northing_km(latitude: ArrayLike) -> NDArray[np.float64]:
    """Distance from the equator along the meridian, in kilometres (south is negative).

    Parameters
    ----------
    latitude : float or array
        WGS84 degrees.

    Returns
    -------
    ndarray of float
        Kilometres; NaN where missing. How far north a point is: unlike the y of a
        projection, it does not depend on longitude.

    Raises
    ------
    ValueError
        A latitude outside -90..90.

    Notes
    -----
    Length of the meridian arc (Karney 2013).

    Examples
    --------
    >>> round(float(northing_km(90)), 3)
    10001.966
    """
    arc = distance_km(0.0, 0.0, latitude, 0.0)
    signed: NDArray[np.float64] = np.copysign(arc, np.asarray(latitude, float))
    return signed
