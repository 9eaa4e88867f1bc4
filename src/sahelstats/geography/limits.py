"""How far south: weighted quantiles of each year's incidents, with intervals."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sahelstats.geography.coordinates import name_rows, positions
from sahelstats.geography.resampling import (
    EXACT_UP_TO,
    is_equal,
    resampled_ranks,
    resampled_sums,
    resampled_weights,
)
from sahelstats.geography.selection import select, year_range, years_of
from sahelstats.geography.weights import Weights, interval

FloatArray = NDArray[np.float64]


def statistics_of(
    values: FloatArray, weights: FloatArray, wanted: Sequence[float | str]
) -> FloatArray:
    """Weighted mean ("mean") or quantiles of sorted values, for each row of weights.

    Parameters
    ----------
    values : ndarray, shape (n,)
        In ascending order.
    weights : ndarray, shape (m, n)
    wanted : sequence of "mean" or float
        Quantile q is the least value at which the cumulated weight reaches q of the total.

    Returns
    -------
    ndarray, shape (m, len(wanted))
        NaN where a row has no weight.
    """
    result = np.full((len(weights), len(wanted)), np.nan)
    summed = np.cumsum(weights, axis=1)
    total = summed[:, -1]
    alive = np.flatnonzero(total > 0)
    for k, what in enumerate(wanted):
        if what == "mean":
            result[alive, k] = weights[alive] @ values / total[alive]
            continue
        for row in alive:
            # The tiny allowance keeps q x total from falling just above an exact sum.
            target = float(what) * total[row] * (1 - 1e-12)
            result[row, k] = values[np.searchsorted(summed[row], target, side="left")]
    return result


def yearly_statistics(
    values: FloatArray, years: NDArray[np.int64], draws: FloatArray,
    wanted: Sequence[float | str], n_boot: int, rng: np.random.Generator,
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """Compute yearly statistics per draw, and their bootstrap replicates.

    Returns arrays of shape (n_draws, n_years, k) and (n_boot, n_years, k) for the years
    from first to last; NaN for a year without weight.
    """
    span = year_range(years)
    points = np.full((len(draws), len(span), len(wanted)), np.nan)
    replicates = np.full((n_boot, len(span), len(wanted)), np.nan)
    for k, year in enumerate(span):
        mine = np.flatnonzero(years == year)
        if not len(mine):
            continue
        mine = mine[np.argsort(values[mine], kind="stable")]
        ordered = values[mine]
        points[:, k] = statistics_of(ordered, draws[:, mine], wanted)
        replicates[:, k] = _replicates(ordered, draws[:, mine], wanted, n_boot, rng)
    return points, replicates


def _replicates(
    values: FloatArray, draws: FloatArray, wanted: Sequence[float | str], n_boot: int,
    rng: np.random.Generator,
) -> FloatArray:  # fmt: skip
    """Bootstrap replicates of statistics of sorted values, shape (n_boot, len(wanted))."""
    n, made = len(values), np.full((n_boot, len(wanted)), np.nan)
    if n <= EXACT_UP_TO or not (is_equal(draws) or set(wanted) == {"mean"}):
        for block, weights in resampled_weights(draws, n_boot, rng):
            made[block] = statistics_of(values, weights, wanted)
        return made
    # Among so many the samples themselves are not needed, only what is asked of them.
    for k, what in enumerate(wanted):
        if what == "mean":
            centred = np.column_stack([np.ones(n), values - values.mean()])
            sums = resampled_sums(centred, draws, n_boot, rng)
            with np.errstate(invalid="ignore"):
                made[:, k] = values.mean() + sums[:, 1] / sums[:, 0]
        else:
            made[:, k] = values[resampled_ranks(n, float(what), n_boot, rng)]
    return made


def yearly_quantiles(
    table: pd.DataFrame,
    values: ArrayLike,
    quantiles: Sequence[float] = (0.5,),
    weights: Weights = "incidents",
    *,
    rng: np.random.Generator,
    n_boot: int = 1_000,
    level: float = 0.9,
    max_geo_precision: int | None = 3,
) -> pd.DataFrame:
    """Weighted quantiles, per year, of any number known for each incident.

    Parameters
    ----------
    table : DataFrame
        n incidents: latitude, longitude, geo_precision, and year or date_start.
    values : array, shape (n,)
        For instance distances to the coast or to a capital, in the table's order.
    quantiles : sequence of float
        Between 0 and 1.
    weights : "incidents", "deaths" or array of shape (n,) or (n_draws, n)
        See `weight_draws`.
    rng : numpy.random.Generator
    n_boot : int
        Bootstrap replicates.
    level : float
        Coverage of the intervals.
    max_geo_precision : int or None
        Coarsest precision used.

    Returns
    -------
    DataFrame
        A row per year and quantile: year, quantile, n_incidents, weight, value, low, high.
        NaN for years without incidents or weight; no interval for a single incident.
        ``attrs["shown"]`` says N of M.

    Raises
    ------
    ValueError
        As `yearly_centres`; or values of the wrong length, missing, or quantiles outside 0..1.

    Notes
    -----
    The least value at which the cumulated weight reaches q of the total (inverse of the
    empirical distribution); with draws, that of the mean weights. Percentile bootstrap.

    Examples
    --------
    >>> table = pd.DataFrame({"year": 2020, "latitude": [11.0, 13.0, 15.0], "longitude": 0.0,
    ...                       "geo_precision": 1})
    >>> yearly_quantiles(table, [5.0, 9.0, 7.0], rng=np.random.default_rng(1)).value.tolist()
    [7.0]
    """
    if not all(0 <= q <= 1 for q in quantiles):
        raise ValueError(f"quantiles are {list(quantiles)}: give numbers between 0 and 1")
    chosen = select(table, weights, max_geo_precision)
    numbers = np.asarray(values, float)
    if numbers.shape != (len(table),):
        raise ValueError(f"values have shape {numbers.shape} for {len(table):,} incidents")
    numbers = numbers[chosen.keep]
    if np.isnan(numbers).any():
        bad = np.isnan(numbers)
        raise ValueError(
            f"values are missing for {int(bad.sum()):,} rows: {name_rows(chosen.table, bad)}"
        )
    years, mean = years_of(chosen.table), chosen.draws.mean(axis=0)
    point = yearly_statistics(numbers, years, mean[None, :], quantiles, 0, rng)[0][0]
    reps = yearly_statistics(numbers, years, chosen.draws, quantiles, n_boot, rng)[1]
    low, high = interval(reps, level) if n_boot else np.full((2, *point.shape), np.nan)
    rows = []
    for k, year in enumerate(year_range(years)):
        mine = years == year
        single = np.count_nonzero(mean[mine]) < 2
        for j, q in enumerate(quantiles):
            ends = (np.nan, np.nan) if single else (low[k, j], high[k, j])
            total = round(float(mean[mine].sum()), 6)
            rows.append((int(year), q, int(mine.sum()), total, round(point[k, j], 6), *ends))
    columns = ["year", "quantile", "n_incidents", "weight", "value", "low", "high"]
    result = pd.DataFrame(rows, columns=columns)
    result.attrs["shown"] = chosen.shown.as_dict()
    return result


def southern_limit(
    table: pd.DataFrame,
    weights: Weights = "incidents",
    *,
    rng: np.random.Generator,
    quantiles: Sequence[float] = (0.05, 0.10),
    n_boot: int = 1_000,
    level: float = 0.9,
    max_geo_precision: int | None = 3,
) -> pd.DataFrame:
    """Latitude south of which the southernmost 5 % and 10 % of each year's attacks lie.

    Parameters
    ----------
    table : DataFrame
        Columns latitude, longitude, geo_precision, and year or date_start.
    weights : "incidents", "deaths" or array of shape (n,) or (n_draws, n)
        See `weight_draws`; with deaths, the latitude south of which 5 % of deaths lie.
    rng : numpy.random.Generator
    quantiles : sequence of float
        Shares counted from the south.
    n_boot : int
        Bootstrap replicates.
    level : float
        Coverage of the intervals.
    max_geo_precision : int or None
        Coarsest precision used.

    Returns
    -------
    DataFrame
        As `yearly_quantiles`, with value, low and high in degrees north.

    Raises
    ------
    ValueError
        As `yearly_quantiles`.

    Notes
    -----
    The bootstrap of an extreme quantile is too narrow where a year has few incidents (below
    about 1/q no resample can reach further south than the southernmost incident).

    Examples
    --------
    >>> table = pd.DataFrame({"year": 2020, "latitude": np.arange(10.0, 20.0), "longitude": 0.0,
    ...                       "geo_precision": 1})
    >>> southern_limit(table, rng=np.random.default_rng(1)).value.tolist()
    [10.0, 10.0]
    """
    latitude = positions(table)[0]
    return yearly_quantiles(
        table, latitude, quantiles, weights, rng=rng, n_boot=n_boot, level=level,
        max_geo_precision=max_geo_precision,
    )  # fmt: skip
