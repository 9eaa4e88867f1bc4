"""Which is larger, which is deadliest, how many incidents exceed a toll."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sahelstats.casualties.checks import FloatArray, level_tails
from sahelstats.casualties.collection import CountDistributions
from sahelstats.casualties.counts import CountDistribution
from sahelstats.casualties.reported import ReportedDeaths
from sahelstats.casualties.totals import (
    COMONOTONIC,
    INDEPENDENT,
    Dependence,
    Total,
    check_dependence,
    dependence_words,
)

PANELS = 2_000
TIE_NODES = 16
BLOCK = 4_000_000
LOG_NOTHING = -50.0


def prob_greater(a: Total | CountDistribution, b: Total | CountDistribution) -> float:
    """Return the probability that a > b; a tie does not count.

    Parameters
    ----------
    a, b : Total or CountDistribution
        Their errors are taken to be unrelated to each other, whatever the dependence within each.

    Returns
    -------
    float
        Exact where `a` is a whole number; for continuous totals the mean of P(b < quantile of a)
        over 4,000 Gauss points, good to about 1e-6.

    Examples
    --------
    >>> die = CountDistribution([1 / 6] * 6, offset=1)
    >>> round(prob_greater(die, die), 9)
    0.416666667
    """
    if isinstance(a, Total) and not a.whole:
        return _mean_over_quantiles(a, b)
    whole = a.to_counts() if isinstance(a, Total) else a
    return float(np.clip(whole.mass @ _below(b, whole.support.astype(float)), 0.0, 1.0))


def _below(b: Total | CountDistribution, x: FloatArray) -> FloatArray:
    """P(b < x)."""
    if isinstance(b, CountDistribution) or b.whole:
        return np.asarray(b.cdf(np.ceil(x) - 1))
    return np.asarray(b.cdf(np.nextafter(x, -np.inf)))


def _mean_over_quantiles(a: Total, b: Total | CountDistribution) -> float:
    node, weight = np.polynomial.legendre.leggauss(2)
    edges = np.linspace(0.0, 1.0, PANELS + 1)
    half = np.diff(edges)[:, None] / 2
    q = (edges[:-1, None] + half * (1 + node)).ravel()
    share = (half * weight).ravel()
    return float(np.clip(share @ _below(b, np.asarray(a.ppf(q))), 0.0, 1.0))


def prob_deadliest(
    distributions: Sequence[CountDistribution] | Sequence[Total] | ReportedDeaths,
) -> FloatArray:
    """Return for each toll the probability that it is the largest of all.

    Parameters
    ----------
    distributions : sequence of CountDistribution or of Total, or ReportedDeaths
        Incidents, or totals of years; their errors are taken to be unrelated. Continuous ones are
        put on whole people first.

    Returns
    -------
    array, shape (n,)
        Sums to 1: where several tie for the largest, each gets an equal share.

    Raises
    ------
    ValueError
        If there is none.

    Notes
    -----
    P(i wins) = sum over k of p_i(k) times the integral over s in 0..1 of the product over j != i of
    (F_j(k - 1) + s p_j(k)): ties are broken by independent uniforms, integrated out exactly for up
    to 32 ties by Gauss-Legendre.

    Examples
    --------
    >>> coin = CountDistribution([0.5, 0.5])
    >>> prob_deadliest([coin, coin, CountDistribution.point(1)]).round(6).tolist()
    [0.208333, 0.208333, 0.583333]
    """
    tolls = _as_counts(distributions)
    if len(tolls) == 0:
        raise ValueError("empty selection: no distribution given")
    first, last = tolls.edges()
    lowest = (tolls.offsets + first - tolls.starts)[tolls.which]
    highest = (tolls.offsets + last - tolls.starts)[tolls.which]
    # Whoever cannot reach the largest of the lower ends never wins.
    floor = int(lowest.max())
    able = np.flatnonzero(highest >= floor)
    chance = np.zeros(len(tolls))
    chance[able] = _win_shares(tolls[able], floor, int(highest.max()))
    return chance


def _as_counts(
    distributions: Sequence[CountDistribution] | Sequence[Total] | ReportedDeaths,
) -> CountDistributions:
    if isinstance(distributions, ReportedDeaths):
        return distributions.to_counts()
    if isinstance(distributions, CountDistributions):
        return distributions
    items = [d.to_counts() if isinstance(d, Total) else d for d in distributions]
    return CountDistributions.of(items)


def _win_shares(tolls: CountDistributions, floor: int, ceiling: int) -> FloatArray:
    node, weight = np.polynomial.legendre.leggauss(TIE_NODES)
    node, weight = (node + 1) / 2, weight / 2
    chance = np.zeros(len(tolls))
    width = max(1, BLOCK // (len(tolls) * TIE_NODES))
    for k in range(floor, ceiling + 1, width):
        tops = np.arange(k, min(k + width, ceiling + 1))
        at = tolls.cdf(tops[:, None])
        below = tolls.cdf(tops[:, None] - 1)
        mass = np.maximum(at - below, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.log(below[..., None] + mass[..., None] * node)
            all_of_them = logs.sum(axis=1, keepdims=True)
            others = np.where(all_of_them > LOG_NOTHING, np.exp(all_of_them - logs), 0.0)
        chance += (np.where(mass > 0, mass, 0.0) * (np.nan_to_num(others) @ weight)).sum(axis=0)
    return np.asarray(chance / chance.sum())


def exceedance_curve(
    distributions: Sequence[CountDistribution] | ReportedDeaths,
    thresholds: ArrayLike | None = None,
    level: float = 0.9,
    dependence: Dependence = INDEPENDENT,
) -> pd.DataFrame:
    """Return how many incidents killed at least x people, for every x, with a band.

    Parameters
    ----------
    distributions : sequence of CountDistribution or ReportedDeaths
        ReportedDeaths are put on whole people first.
    thresholds : array of int, optional
        Tolls x, in people; by default up to 60 values evenly spaced in the logarithm, from 1 to
        the largest toll that is at all likely.
    level : float
        Level of the pointwise band.
    dependence : "independent" or "comonotonic"
        Of the incidents' errors. Independent: the number is Poisson-binomial, added up exactly.

    Returns
    -------
    DataFrame
        One row per threshold: toll, expected (number of incidents), median, lower, upper, level,
        dependence.

    Raises
    ------
    ValueError
        If there is no incident, a threshold is missing, or the level or dependence is unknown.

    Examples
    --------
    >>> tolls = [CountDistribution.point(3), CountDistribution([0.5, 0.5], offset=4)]
    >>> exceedance_curve(tolls, [3, 5])[["toll", "expected", "lower", "upper"]].to_numpy().tolist()
    [[3.0, 2.0, 2.0, 2.0], [5.0, 0.5, 0.0, 1.0]]
    """
    how = check_dependence(dependence)
    if not isinstance(how, str):
        raise ValueError("the curve takes dependence 'independent' or 'comonotonic', not a rho")
    tolls = _as_counts(distributions)
    tails = np.array([0.5, *level_tails(level)])
    tops = _thresholds(tolls) if thresholds is None else np.asarray(thresholds, dtype=float)
    if tops.size == 0 or np.isnan(tops).any():
        raise ValueError("thresholds must be numbers, at least one")
    rows = [_exceeding(tolls, float(x), how, tails) for x in tops]
    made = pd.DataFrame(rows, columns=["expected", "median", "lower", "upper"])
    made.insert(0, "toll", tops)
    made["level"], made["dependence"] = level, dependence_words(how)
    return made


def _thresholds(tolls: CountDistributions) -> FloatArray:
    top = max(2, int(tolls.ppf(0.999).max()))
    return np.unique(np.round(np.geomspace(1, top, 60)))


def _exceeding(
    tolls: CountDistributions, x: float, how: str, tails: FloatArray
) -> tuple[float, float, float, float]:
    chance = tolls.sf(np.ceil(x) - 1)
    if how == COMONOTONIC:
        # All errors at their q-quantile: an incident reaches x where its chance exceeds 1 - q.
        counts = [(chance > 1 - q + 1e-12).sum() for q in tails]
    else:
        counts = _poisson_binomial(chance).ppf(tails).tolist()
    median, lower, upper = (float(c) for c in counts)
    return float(chance.sum()), median, lower, upper


def _poisson_binomial(chance: FloatArray) -> CountDistribution:
    """Distribution of how many of independent events, each with its own chance, happen."""
    from scipy.stats import binom

    from sahelstats.casualties.convolution import sum_of

    values, times = np.unique(chance.round(15), return_counts=True)
    certain = int(times[values >= 1].sum())
    between = (values > 0) & (values < 1)
    parts = [
        CountDistribution(binom.pmf(np.arange(n + 1), n, p))
        for p, n in zip(values[between], times[between].tolist(), strict=True)
    ]
    return sum_of(CountDistributions.of([CountDistribution.point(certain), *parts]))
