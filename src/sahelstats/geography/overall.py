"""One number about a whole table, with its interval: a share, or a quantile."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sahelstats.geography.limits import yearly_quantiles
from sahelstats.geography.selection import select
from sahelstats.geography.shares import share_of, truth_values
from sahelstats.geography.weights import Weights


class Estimate(NamedTuple):
    """A number and the ends of its interval; the ends are NaN where there is none.

    Attributes
    ----------
    value, low, high : float
        In the unit of what was asked: a share from 0 to 1, kilometres, degrees.
    """

    value: float
    low: float
    high: float

    def named(self, name: str) -> dict[str, float]:
        """Return the three numbers under a name, for the values file of a notebook.

        Parameters
        ----------
        name : str
            Of the value; its ends have ``_low`` and ``_high`` added.

        Returns
        -------
        dict of str to float

        Examples
        --------
        >>> Estimate(0.3, 0.1, 0.6).named("share")
        {'share': 0.3, 'share_low': 0.1, 'share_high': 0.6}
        """
        return {name: self.value, f"{name}_low": self.low, f"{name}_high": self.high}


def overall_share(
    table: pd.DataFrame,
    inside: ArrayLike,
    weights: Weights = "incidents",
    *,
    level: float = 0.9,
    max_geo_precision: int | None = None,
) -> Estimate:
    """Share, over the whole table, of the incidents (or deaths) for which something holds.

    Parameters
    ----------
    table : DataFrame
        n incidents; geo_precision if it is to be limited.
    inside : array of bool, shape (n,)
        For which incidents it holds, in the table's order.
    weights : "incidents", "deaths" or array of shape (n,) or (n_draws, n)
        See `weight_draws`.
    level : float
        Coverage of the interval.
    max_geo_precision : int or None
        Coarsest precision used; None uses every row, coordinates or not.

    Returns
    -------
    Estimate
        From 0 to 1; NaN where nothing has a weight.

    Raises
    ------
    ValueError
        As `yearly_share`.

    Notes
    -----
    Interval as in `yearly_share`: incidents as if drawn independently of each other, and with
    draws the toll's uncertainty as well. It says nothing of incidents that were never listed.

    Examples
    --------
    >>> table = pd.DataFrame({"killed_best": [1] * 10})
    >>> [round(v, 3) for v in overall_share(table, [True] * 3 + [False] * 7)]
    [0.3, 0.117, 0.558]
    """
    flags = truth_values(table, inside)
    chosen = select(table, weights, max_geo_precision, need_coordinates=False)
    return Estimate(*share_of(chosen.draws, flags[chosen.keep], level))


def overall_quantile(
    table: pd.DataFrame,
    values: ArrayLike,
    quantile: float = 0.5,
    weights: Weights = "incidents",
    *,
    rng: np.random.Generator,
    n_boot: int = 1_000,
    level: float = 0.9,
    max_geo_precision: int | None = 3,
) -> Estimate:
    """Weighted quantile, over the whole table, of any number known for each incident.

    Parameters
    ----------
    table : DataFrame
        n incidents: latitude, longitude, geo_precision.
    values : array, shape (n,)
        For instance distances to a place, in the table's order.
    quantile : float
        Between 0 and 1.
    weights : "incidents", "deaths" or array of shape (n,) or (n_draws, n)
        See `weight_draws`.
    rng : numpy.random.Generator
    n_boot : int
        Bootstrap replicates; 0 for no interval.
    level : float
        Coverage of the interval.
    max_geo_precision : int or None
        Coarsest precision used.

    Returns
    -------
    Estimate
        In the unit of the values.

    Raises
    ------
    ValueError
        As `yearly_quantiles`.

    Notes
    -----
    As `yearly_quantiles`, with all years taken as one.

    Examples
    --------
    >>> table = pd.DataFrame({"latitude": [11.0, 13.0, 15.0], "longitude": 0.0, "geo_precision": 1})
    >>> overall_quantile(table, [5.0, 9.0, 7.0], rng=np.random.default_rng(1)).value
    7.0
    """
    row = yearly_quantiles(
        table.assign(year=0), values, (quantile,), weights, rng=rng, n_boot=n_boot, level=level,
        max_geo_precision=max_geo_precision,
    ).iloc[0]  # fmt: skip
    return Estimate(float(row["value"]), float(row["low"]), float(row["high"]))
