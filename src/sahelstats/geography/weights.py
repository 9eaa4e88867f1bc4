"""Weights of incidents: one each, or deaths, as numbers or as draws of the toll."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sahelstats.geography.coordinates import name_rows, require_columns

Weights = str | ArrayLike


def deaths_of(table: pd.DataFrame) -> NDArray[np.float64]:
    """Return killed_best as floats, NaN where nobody said."""
    require_columns(table, ["killed_best"])
    return np.asarray(table["killed_best"].to_numpy(float, na_value=np.nan))


def weight_draws(table: pd.DataFrame, weights: Weights = "incidents") -> NDArray[np.float64]:
    """Bring weights to one row per draw.

    Parameters
    ----------
    table : DataFrame
        n incidents.
    weights : "incidents", "deaths" or array of shape (n,) or (n_draws, n)
        One each; killed_best (an incident whose toll nobody reported weighs nothing); or
        numbers of the caller's, in the order of the table's rows, such as draws of the toll.

    Returns
    -------
    ndarray of float, shape (n_draws, n)

    Raises
    ------
    ValueError
        Unknown word, wrong shape, or a weight that is negative or not finite.

    Notes
    -----
    Each draw is one joint outcome of all tolls; functions carry the draws to the end.

    Examples
    --------
    >>> weight_draws(pd.DataFrame({"killed_best": [3, 5]}), "deaths").tolist()
    [[3.0, 5.0]]
    """
    if isinstance(weights, str):
        if weights not in ("incidents", "deaths"):
            raise ValueError(f'weights is {weights!r}: give "incidents", "deaths" or an array')
        if weights == "incidents":
            return np.ones((1, len(table)))
        return np.nan_to_num(deaths_of(table))[None, :]
    draws = np.atleast_2d(np.asarray(weights, dtype=float))
    if draws.ndim != 2 or draws.shape[1] != len(table) or not len(draws):
        raise ValueError(
            f"weights have shape {np.shape(weights)}: for {len(table):,} incidents give "
            f"({len(table)},) or (n_draws, {len(table)})"
        )
    bad = ~(np.isfinite(draws) & (draws >= 0)).all(axis=0)
    if bad.any():
        raise ValueError(
            f"weights are negative or not finite for {int(bad.sum()):,} incidents: "
            f"{name_rows(table, bad)}"
        )
    return draws


def death_weights(table: pd.DataFrame) -> NDArray[np.float64]:
    """Weights by deaths: the one place that decides how a toll's uncertainty enters a map.

    Parameters
    ----------
    table : DataFrame
        n incidents with killed_best.

    Returns
    -------
    ndarray of float, shape (n_draws, n)
        For now a single row, the best figures; an incident without a figure weighs nothing.

    Raises
    ------
    ValueError
        The table has no killed_best.

    Examples
    --------
    >>> death_weights(pd.DataFrame({"killed_best": pd.array([3, None], "Int64")})).tolist()
    [[3.0, 0.0]]
    """
    return weight_draws(table, "deaths")


def interval(
    values: NDArray[np.float64], level: float, axis: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the central interval of replicates, NaN where every replicate is NaN.

    Results are rounded to a millionth (a millimetre if km): sums may differ in the last
    bits with the number of processor cores, and figures must not.
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level}: give a probability between 0 and 1, such as 0.9")
    tail = (1 - level) / 2
    known = ~np.isnan(values).all(axis=axis)
    ends = np.full((2, *known.shape), np.nan)
    some = np.moveaxis(values, axis, 0)[:, known]
    if some.size:
        ends[:, known] = np.nanquantile(some, [tail, 1 - tail], axis=0)
    return ends[0].round(6), ends[1].round(6)
