"""Kernel density of attacks in the equal-area plane."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sahelstats.geography.coordinates import positions
from sahelstats.geography.projection import project, unproject
from sahelstats.geography.selection import select
from sahelstats.geography.weights import Weights

FloatArray = NDArray[np.float64]
REACH = 4.0  # bandwidths beyond which the kernel is cut off
MAX_CELLS = 4_000_000


@dataclass(frozen=True)
class Density:
    """Result of `kernel_density`.

    Attributes
    ----------
    latitude, longitude : ndarray, shape (rows, columns)
        Centres of the grid's squares.
    density : ndarray, shape (rows, columns)
        Weight (incidents, or expected deaths) per 1,000 square kilometres.
    bandwidth_km, cell_km : float
        Standard deviation of the kernel; width of a square.
    shown : dict
        N of M.
    """

    latitude: FloatArray
    longitude: FloatArray
    density: FloatArray
    bandwidth_km: float
    cell_km: float
    shown: dict[str, Any]


def kernel_density(
    table: pd.DataFrame,
    weights: Weights = "incidents",
    *,
    bandwidth_km: float = 50.0,
    cell_km: float | None = None,
    max_geo_precision: int | None = 2,
) -> Density:
    """Smooth density of attacks (or expected deaths) per 1,000 square kilometres.

    Parameters
    ----------
    table : DataFrame
        Columns latitude, longitude, geo_precision.
    weights : "incidents", "deaths" or array of shape (n,) or (n_draws, n)
        See `weight_draws`; draws are averaged, which gives the expected density.
    bandwidth_km : float
        Standard deviation of the Gaussian kernel, in km: state it beside every map.
    cell_km : float, optional
        Width of the grid's squares; a fifth of the bandwidth by default.
    max_geo_precision : int or None
        Coarsest precision used.

    Returns
    -------
    Density

    Raises
    ------
    ValueError
        Bandwidth not positive; squares wider than half the bandwidth, or more than four
        million; otherwise as `yearly_centres`.

    Notes
    -----
    Binned Gaussian kernel (Silverman 1982; Wand 1994) in the equal-area plane, cut off at
    four bandwidths. Nothing is known of attacks beyond the table's area: the density falls
    off at its edges.

    Examples
    --------
    >>> table = pd.DataFrame({"latitude": [15.0], "longitude": [0.0], "geo_precision": 1})
    >>> found = kernel_density(table, bandwidth_km=20, cell_km=4)
    >>> round(float(found.density.sum() * 4**2 / 1_000), 3)  # one incident in all
    1.0
    """
    from scipy.ndimage import gaussian_filter

    cell = bandwidth_km / 5 if cell_km is None else cell_km
    if not (bandwidth_km > 0 and 0 < cell <= bandwidth_km / 2):
        raise ValueError(f"bandwidth {bandwidth_km} km, squares {cell} km: squares are too wide")
    chosen = select(table, weights, max_geo_precision)
    x, y = project(*positions(chosen.table))
    margin = REACH * bandwidth_km + cell
    column, row = (np.floor((c - c.min() + margin) / cell).astype(np.int64) for c in (x, y))
    shape = tuple(int(np.ceil((k.max() * cell + margin) / cell)) + 1 for k in (row, column))
    if shape[0] * shape[1] > MAX_CELLS:
        raise ValueError(f"{shape[0]:,} by {shape[1]:,} squares are too many: widen cell_km")
    mean = chosen.draws.mean(axis=0)
    sums = np.bincount(row * shape[1] + column, mean, minlength=shape[0] * shape[1])
    smooth = gaussian_filter(
        sums.reshape(shape), bandwidth_km / cell, mode="constant", truncate=REACH
    )
    east = x.min() - margin + (np.arange(shape[1]) + 0.5) * cell
    north = y.min() - margin + (np.arange(shape[0]) + 0.5) * cell
    lat, lon = unproject(*np.meshgrid(east, north))
    per_area = smooth / cell**2 * 1_000
    return Density(lat, lon, per_area, float(bandwidth_km), float(cell), chosen.shown.as_dict())
