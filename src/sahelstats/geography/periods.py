"""From one period to another: how far attacks moved, and how a share changed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sahelstats.geography.coordinates import positions
from sahelstats.geography.distances import northing_km
from sahelstats.geography.limits import yearly_statistics
from sahelstats.geography.selection import select, years_of
from sahelstats.geography.shares import truth_values
from sahelstats.geography.weights import Weights, interval

Period = tuple[int, int]


@dataclass(frozen=True)
class Shift:
    """What changed from one period to another.

    Attributes
    ----------
    value, low, high : float
        The later period less the earlier one: kilometres southward (`southward_shift`), or a
        difference of shares (`share_change`), with its interval.
    early_value, late_value : float
        The statistic in either period: latitude in degrees north, or a share.
    n_early, n_late : int
        Incidents in either period.
    shown : str
        N of M.
    """

    value: float
    low: float
    high: float
    early_value: float
    late_value: float
    n_early: int
    n_late: int
    shown: str

    def as_dict(self) -> dict[str, Any]:
        """Return the numbers, ready for JSON."""
        return asdict(self)


def split_years(first: int, last: int, n: int = 4) -> list[Period]:
    """Cut a span of years into periods of the same length, the last ones shorter if need be.

    Parameters
    ----------
    first, last : int
        Both included.
    n : int
        How many periods; fewer where there are fewer years.

    Returns
    -------
    list of (int, int)
        First and last year of each.

    Raises
    ------
    ValueError
        The years are reversed, or n is below 1.

    Examples
    --------
    >>> split_years(2012, 2026)
    [(2012, 2015), (2016, 2019), (2020, 2023), (2024, 2026)]
    """
    if last < first or n < 1:
        raise ValueError(f"cannot cut {first} to {last} into {n} periods")
    parts = np.array_split(np.arange(first, last + 1), min(n, last - first + 1))
    return [(int(years[0]), int(years[-1])) for years in parts]


def in_periods(years: ArrayLike, periods: Sequence[Period]) -> NDArray[np.int64]:
    """Return the number of the period each year lies in, from 0; -1 for none.

    >>> in_periods([2013, 2021, 2030], [(2012, 2015), (2020, 2023)]).tolist()
    [0, 1, -1]
    """
    number = np.full(np.shape(years), -1, dtype=np.int64)
    for k, (first, last) in enumerate(periods):
        number[(np.asarray(years) >= first) & (np.asarray(years) <= last)] = k
    return number


def southward_shift(
    table: pd.DataFrame,
    early: Period,
    late: Period,
    weights: Weights = "incidents",
    *,
    rng: np.random.Generator,
    statistic: str | float = "median",
    level: float = 0.9,
    n_boot: int = 2_000,
    max_geo_precision: int | None = 3,
) -> Shift:
    """Kilometres by which attacks lie further south in a later period than in an earlier one.

    Parameters
    ----------
    table : DataFrame
        Columns latitude, longitude, geo_precision, and year or date_start.
    early, late : (int, int)
        First and last year of either period.
    weights : "incidents", "deaths" or array of shape (n,) or (n_draws, n)
        See `weight_draws`.
    rng : numpy.random.Generator
    statistic : "mean", "median" or float
        What is compared: the mean or median northing, or a quantile from the south (0.1: the
        edge of the southern tenth).
    level : float
        Coverage of the interval.
    n_boot : int
        Bootstrap replicates, incidents resampled within periods.
    max_geo_precision : int or None
        Coarsest precision used.

    Returns
    -------
    Shift
        value in kilometres, south positive.

    Raises
    ------
    ValueError
        A period without incidents (or without weight); otherwise as `yearly_centres`.

    Notes
    -----
    Distances along the meridian; percentile bootstrap. Incidents are resampled as if
    independent, but attacks come in bursts, so the interval is rather too narrow.

    Examples
    --------
    >>> table = pd.DataFrame({"year": [2015] * 9 + [2020] * 9, "longitude": 0.0,
    ...                       "latitude": [15.0] * 9 + [14.0] * 9, "geo_precision": 1})
    >>> shift = southward_shift(table, (2015, 2016), (2019, 2020), rng=np.random.default_rng(1))
    >>> round(shift.value, 1), shift.n_early
    (110.6, 9)
    """
    chosen = select(table, weights, max_geo_precision)
    lat = positions(chosen.table)[0]
    which = in_periods(years_of(chosen.table), [early, late])
    counts = [int((which == k).sum()) for k in (0, 1)]
    for period, count in zip((early, late), counts, strict=True):
        if not count:
            raise ValueError(f"no incident from {period[0]} to {period[1]}: {chosen.shown}")
    used = which >= 0
    what = 0.5 if statistic == "median" else statistic
    # The later period lies first, so that rows are (late, early) whatever the years.
    order, draws = 1 - which[used], chosen.draws[:, used]
    values = np.stack([northing_km(lat[used]), lat[used]])
    points, replicates = yearly_statistics(values[0], order, draws, [what], n_boot, rng)
    degrees, _ = yearly_statistics(values[1], order, draws, [what], 0, rng)
    low, high = interval(replicates[:, 1, 0] - replicates[:, 0, 0], level)
    km, at = np.nanmean(points[:, :, 0], axis=0), np.nanmean(degrees[:, :, 0], axis=0)
    return Shift(
        value=round(float(km[1] - km[0]), 6), low=float(low), high=float(high),
        early_value=round(float(at[1]), 6), late_value=round(float(at[0]), 6),
        n_early=counts[0], n_late=counts[1], shown=str(chosen.shown),
    )  # fmt: skip


def share_change(
    table: pd.DataFrame,
    inside: ArrayLike,
    early: Period,
    late: Period,
    weights: Weights = "incidents",
    *,
    rng: np.random.Generator,
    level: float = 0.9,
    size: int = 20_000,
    max_geo_precision: int | None = None,
) -> Shift:
    """Change, from one period to another, of the share of incidents for which something holds.

    Parameters
    ----------
    table : DataFrame
        n incidents, with year or date_start.
    inside : array of bool, shape (n,)
        For which incidents it holds.
    early, late : (int, int)
        First and last year of either period.
    weights : "incidents", "deaths" or array of shape (n,) or (n_draws, n)
        See `weight_draws`.
    rng : numpy.random.Generator
    level : float
        Coverage of the interval.
    size : int
        Draws from the two posteriors.
    max_geo_precision : int or None
        Coarsest precision used; None uses every row.

    Returns
    -------
    Shift
        value: the later share less the earlier one, 0..1.

    Raises
    ------
    ValueError
        A period without incidents or weight; wrong lengths.

    Notes
    -----
    Difference of two Jeffreys posteriors, with Kish's effective numbers for unequal weights:
    the same assumptions as `yearly_share`, and unlike the bootstrap not of no width where a
    period has none.

    Examples
    --------
    >>> table = pd.DataFrame({"year": [2015] * 10 + [2020] * 10})
    >>> change = share_change(table, [False] * 10 + [True] * 5 + [False] * 5, (2015, 2015),
    ...                       (2020, 2020), rng=np.random.default_rng(1))
    >>> change.value, change.low > 0
    (0.5, True)
    """
    flags = truth_values(table, inside)
    chosen = select(table, weights, max_geo_precision, need_coordinates=False)
    which = in_periods(years_of(chosen.table), [early, late])
    shares, counts, posteriors = [], [], []
    for k, period in enumerate((early, late)):
        mine = which == k
        draws, hits = chosen.draws[:, mine], flags[chosen.keep][mine]
        total = draws.sum(axis=1)
        if not (total > 0).all():
            raise ValueError(f"no incident from {period[0]} to {period[1]} with a weight")
        part, effective = draws[:, hits].sum(axis=1) / total, total**2 / (draws**2).sum(axis=1)
        pick = np.arange(size) % len(draws)
        sharpness = effective[pick]
        posteriors.append(
            rng.beta(part[pick] * sharpness + 0.5, (1 - part[pick]) * sharpness + 0.5)
        )
        shares.append(float(part.mean()))
        counts.append(int(mine.sum()))
    low, high = interval(posteriors[1] - posteriors[0], level)
    return Shift(
        value=round(shares[1] - shares[0], 9), low=float(low), high=float(high),
        early_value=round(shares[0], 9), late_value=round(shares[1], 9),
        n_early=counts[0], n_late=counts[1], shown=str(chosen.shown),
    )  # fmt: skip
