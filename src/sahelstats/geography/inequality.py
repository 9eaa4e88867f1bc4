"""How concentrated attacks are: top cells' share and the Gini coefficient."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sahelstats.geography.hexagons import draws_by_cell
from sahelstats.geography.weights import Weights, interval


def _checked(values: ArrayLike) -> NDArray[np.float64]:
    array = np.atleast_1d(np.asarray(values, float))
    bad = ~(np.isfinite(array) & (array >= 0))
    if bad.any():
        where = np.argwhere(bad)[:5].tolist()
        raise ValueError(f"{int(bad.sum())} values are negative or not finite: at {where}")
    return array


def gini(values: ArrayLike) -> NDArray[np.float64]:
    """Gini coefficient along the last axis: 0 all equal, near 1 all in one.

    Parameters
    ----------
    values : array, shape (..., n)
        Not negative.

    Returns
    -------
    ndarray of float, shape (...)
        From 0 to 1 - 1/n; NaN where the values sum to nothing.

    Raises
    ------
    ValueError
        A value is negative or not finite.

    Notes
    -----
    Half the relative mean difference (Gini 1912), by the ordered form of Sen (1973).

    Examples
    --------
    >>> gini([0, 0, 0, 1]).item(), gini([2, 2, 2]).item()
    (0.75, 0.0)
    """
    ordered = np.sort(_checked(values), axis=-1)
    n = ordered.shape[-1]
    total = ordered.sum(axis=-1)
    rank = 2 * np.arange(1, n + 1) - n - 1
    with np.errstate(invalid="ignore"):
        return np.where(total > 0, (ordered @ rank) / (n * np.where(total > 0, total, 1)), np.nan)


def top_share(values: ArrayLike, k: int) -> NDArray[np.float64]:
    """Share of the total held by the k largest values, along the last axis.

    Parameters
    ----------
    values : array, shape (..., n)
        Not negative.
    k : int
        How many; all of them if fewer.

    Returns
    -------
    ndarray of float, shape (...)
        From 0 to 1; NaN where the values sum to nothing.

    Raises
    ------
    ValueError
        k below 1; a value negative or not finite.

    Notes
    -----
    The concentration ratio.

    Examples
    --------
    >>> top_share([5, 3, 2], 2).item()
    0.8
    """
    if k < 1:
        raise ValueError(f"k is {k}: give 1 or more")
    ordered = np.sort(_checked(values), axis=-1)
    total = ordered.sum(axis=-1)
    held = ordered[..., max(ordered.shape[-1] - k, 0) :].sum(axis=-1)
    return np.where(total > 0, held / np.where(total > 0, total, 1), np.nan)


def concentration(
    table: pd.DataFrame,
    weights: Weights = "incidents",
    *,
    cell_km: float = 50.0,
    top: Sequence[int] = (1, 5, 10, 20),
    level: float = 0.9,
    max_geo_precision: int | None = 2,
) -> pd.DataFrame:
    """Share of attacks (or deaths) in the top k hexagons, and Gini over occupied ones.

    Parameters
    ----------
    table : DataFrame
        Columns latitude, longitude, geo_precision.
    weights : "incidents", "deaths" or array of shape (n,) or (n_draws, n)
        See `weight_draws`. Every draw has its own top cells.
    cell_km : float
        Width of the hexagons; results depend on it.
    top : sequence of int
        Numbers of cells.
    level : float
        Coverage of the interval over draws.
    max_geo_precision : int or None
        Coarsest precision used.

    Returns
    -------
    DataFrame
        One row per measure: measure ("top_share", "gini"), k, value (mean over draws), low,
        high (NaN without draws), n_cells (occupied). ``attrs``: cell_km, shown.

    Raises
    ------
    ValueError
        k below 1; otherwise as `hexagon_grid`.

    Notes
    -----
    Gini over cells with at least one incident: over all land it would depend on where the
    land ends. A single occupied cell has top share 1 and Gini 0.

    Examples
    --------
    >>> table = pd.DataFrame({"latitude": [15.0, 15.0, 13.0], "longitude": [0.0, 0.0, 2.0],
    ...                       "geo_precision": 1})
    >>> concentration(table, top=[1]).value.round(3).tolist()
    [0.667, 0.167]
    """
    sums, shown = draws_by_cell(table, weights, cell_km, max_geo_precision)
    measured = [("top_share", k, top_share(sums, k)) for k in top]
    measured.append(("gini", 0, gini(sums)))
    rows = []
    for measure, k, values in measured:
        alive = values[~np.isnan(values)]
        low, high = interval(values, level) if len(values) > 1 else (np.nan, np.nan)
        mean = round(float(alive.mean()), 9) if len(alive) else np.nan
        rows.append((measure, k or pd.NA, mean, float(low), float(high), sums.shape[1]))
    result = pd.DataFrame(rows, columns=["measure", "k", "value", "low", "high", "n_cells"])
    result["k"] = result["k"].astype("Int64")
    result.attrs.update(cell_km=float(cell_km), shown=shown)
    return result
