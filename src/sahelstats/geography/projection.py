"""The region's one equal-area projection, and the way back."""

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sahelstats.boundaries import REGIONAL_CRS
from sahelstats.geography.distances import as_positions

if TYPE_CHECKING:
    from pyproj import Proj


@lru_cache(maxsize=1)
def _regional() -> "Proj":
    from pyproj import Proj

    return Proj(REGIONAL_CRS)


def project(
    latitude: ArrayLike, longitude: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Project WGS84 positions to the region's equal-area plane.

    Parameters
    ----------
    latitude, longitude : float or array
        WGS84 degrees; they broadcast.

    Returns
    -------
    x, y : ndarray of float
        Kilometres east and north of 15 N 0 E; NaN where a coordinate is missing.

    Raises
    ------
    ValueError
        A latitude outside -90..90 or a longitude outside -180..180.

    Notes
    -----
    Lambert azimuthal equal-area, ellipsoidal: Snyder (1987), USGS Professional Paper 1395,
    pp. 187-190, by PROJ.

    Examples
    --------
    >>> x, y = project([15.0, 16.0], [0.0, 0.0])
    >>> [round(float(v), 2) for v in y]
    [0.0, 110.65]
    """
    lat, lon = as_positions(latitude, longitude)
    known = ~(np.isnan(lat) | np.isnan(lon))
    x, y = np.full(lat.shape, np.nan), np.full(lat.shape, np.nan)
    x[known], y[known] = _regional()(lon[known], lat[known])
    return x, y


def unproject(x: ArrayLike, y: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bring positions in the equal-area plane back to WGS84.

    Parameters
    ----------
    x, y : float or array
        Kilometres east and north of 15 N 0 E; they broadcast.

    Returns
    -------
    latitude, longitude : ndarray of float
        WGS84 degrees; NaN where x or y is missing.

    Raises
    ------
    ValueError
        A position beyond the projection's edge (12,742 km from its centre).

    Notes
    -----
    Inverse of `project` (Snyder 1987, pp. 187-190).

    Examples
    --------
    >>> latitude, longitude = unproject(0.0, 0.0)
    >>> float(latitude.round(6)), float(longitude.round(6))
    (15.0, 0.0)
    """
    east, north = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
    known = ~(np.isnan(east) | np.isnan(north))
    lat, lon = np.full(east.shape, np.nan), np.full(east.shape, np.nan)
    lon[known], lat[known] = _regional()(east[known], north[known], inverse=True)
    beyond = known & ~np.isfinite(lat)
    if beyond.any():
        where = np.argwhere(beyond)[:5].tolist()
        raise ValueError(f"{int(beyond.sum())} positions lie beyond the projection: at {where}")
    return lat, lon
