"""Weights of incidents: one each, or deaths, as numbers or as draws of the toll."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sahelstats.casualties.checks import row_names
from sahelstats.casualties.incidents import incident_distributions
from sahelstats.casualties.pooling import draws
from sahelstats.casualties.totals import Dependence
from sahelstats.geography.coordinates import name_rows, require_columns

Weights = str | ArrayLike
# Numbers that draws of the tolls may take, unless asked for more.
HELD = 20_000_000


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
    given = np.atleast_2d(np.asarray(weights, dtype=float))
    if given.ndim != 2 or given.shape[1] != len(table) or not len(given):
        raise ValueError(
            f"weights have shape {np.shape(weights)}: for {len(table):,} incidents give "
            f"({len(table)},) or (n_draws, {len(table)})"
        )
    bad = ~(np.isfinite(given) & (given >= 0)).all(axis=0)
    if bad.any():
        raise ValueError(
            f"weights are negative or not finite for {int(bad.sum()):,} incidents: "
            f"{name_rows(table, bad)}"
        )
    return given


def death_weights(
    table: pd.DataFrame,
    rng: np.random.Generator,
    size: int | None = None,
    model: str = "triangular",
    dependence: Dependence = "independent",
    claims: pd.DataFrame | None = None,
    basis: str = "excl_attackers",
) -> NDArray[np.float64]:
    """Weights by deaths: draws of every toll, so that its uncertainty is carried to the end.

    Parameters
    ----------
    table : DataFrame
        n incidents with killed_low, killed_best, killed_high.
    rng : numpy.random.Generator
        Source of the draws; the same seed gives the same weights.
    size : int, optional
        Number of draws: 200, or fewer for more than 100,000 incidents (at most 160 MB).
    model : str
        Distribution of one incident's toll, as in `casualties.incident_distributions`.
    dependence : "independent", "comonotonic" or float between 0 and 1
        How the incidents' errors hang together, as in `casualties.total`.
    claims : DataFrame, optional
        For model "claims": the pooled reports.
    basis : {"excl_attackers", "incl_attackers"}
        What a toll counts.

    Returns
    -------
    ndarray of float, shape (size, n)
        Each row is one joint outcome of all tolls; an incident without a figure weighs nothing.

    Raises
    ------
    ValueError
        As `casualties.incident_distributions` and `casualties.draws`: no incident has a figure,
        low above high, unknown model, size below 1.

    Notes
    -----
    Where low, best and high are one figure the range models take it for certain, which nobody
    is: the draws then say too little of the toll's uncertainty.

    Examples
    --------
    >>> table = pd.DataFrame({"killed_low": pd.array([3, None], "Int64")})
    >>> table = table.assign(killed_best=table.killed_low, killed_high=table.killed_low)
    >>> death_weights(table, np.random.default_rng(1), size=2).tolist()
    [[3.0, 0.0], [3.0, 0.0]]
    """
    tolls = incident_distributions(table, model, claims, basis)
    assert tolls.labels is not None
    size = min(200, max(20, HELD // len(table))) if size is None else size
    known = pd.Series(row_names(table)).isin(tolls.labels).to_numpy(bool)
    weights = np.zeros((size, len(table)))
    weights[:, known] = draws(tolls, size, rng, dependence)
    return weights


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
