"""The standard deviational ellipse, in the equal-area plane."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sahelstats.geography.centres import mean_centre
from sahelstats.geography.projection import project, unproject

FloatArray = NDArray[np.float64]


def deviational_ellipse(x: FloatArray, y: FloatArray, w: FloatArray) -> tuple[float, float, float]:
    """Standard deviational ellipse of weighted points.

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        Positions in km in the plane.
    w : ndarray, shape (n,)
        Weights.

    Returns
    -------
    major_km, minor_km, angle_deg : float
        One standard deviation along the longest and the shortest axis (semi-axes; sums
        divided by the total weight), and the long axis's bearing in degrees clockwise from
        the plane's north, 0 to 180. NaN for fewer than two places; the bearing is also NaN
        for a circle.

    Raises
    ------
    ValueError
        The weights sum to nothing.

    Notes
    -----
    Yuill (1971), Geografiska Annaler B 53, 28-39, in its matrix form: square roots of the
    weighted covariance's eigenvalues (Wang, Shi and Miao 2015). It covers 39 % of a
    bivariate normal distribution.

    Examples
    --------
    >>> deviational_ellipse(np.array([-2.0, 2.0, 0.0, 0.0]), np.array([0.0, 0.0, 1.0, -1.0]),
    ...                     np.ones(4))
    (1.414214, 0.707107, 90.0)
    """
    if not w.sum() > 0:
        raise ValueError("the weights sum to nothing, so there is no ellipse")
    some = w > 0
    if not some.any() or (np.ptp(x[some]) == 0 and np.ptp(y[some]) == 0):
        return np.nan, np.nan, np.nan
    mx, my = mean_centre(x, y, w)
    away = np.stack([x - mx, y - my])
    covariance = (away * w) @ away.T / w.sum()
    values, vectors = np.linalg.eigh(covariance)
    minor, major = np.sqrt(np.maximum(values, 0.0))
    east, north = vectors[:, 1]
    angle = np.degrees(np.arctan2(east, north)) % 180
    if major - minor < 1e-9 * major:
        angle = np.nan
    return float(round(major, 6)), float(round(minor, 6)), float(round(angle, 6))


def ellipse_outline(centre: pd.Series, n: int = 121) -> tuple[FloatArray, FloatArray]:
    """Outline of one year's ellipse, ready to be drawn on a map.

    Parameters
    ----------
    centre : Series
        A row of `yearly_centres`.
    n : int
        Vertices; the last repeats the first.

    Returns
    -------
    latitude, longitude : ndarray, shape (n,)
        WGS84 degrees; NaN where the year has no ellipse.

    Raises
    ------
    KeyError
        The row lacks the columns of `yearly_centres`.

    Notes
    -----
    Drawn in the equal-area plane about the mean centre, then brought back.

    Examples
    --------
    >>> row = pd.Series({"mean_latitude": 15.0, "mean_longitude": 0.0, "major_km": 200.0,
    ...                  "minor_km": 100.0, "angle_deg": 90.0})
    >>> latitude, longitude = ellipse_outline(row, 5)
    >>> longitude[[0, 2]].round(2).tolist()  # the long axis points east
    [1.86, -1.86]
    """
    turn = np.linspace(0.0, 2 * np.pi, n)
    bearing = np.radians(0.0 if np.isnan(centre["angle_deg"]) else centre["angle_deg"])
    along, across = centre["major_km"] * np.cos(turn), centre["minor_km"] * np.sin(turn)
    x, y = project(centre["mean_latitude"], centre["mean_longitude"])
    east = x + along * np.sin(bearing) - across * np.cos(bearing)
    north = y + along * np.cos(bearing) + across * np.sin(bearing)
    return unproject(east, north)
