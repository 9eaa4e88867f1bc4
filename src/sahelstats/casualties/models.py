"""From a range (low, best, high) to the distribution of one incident's toll: four models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sahelstats.casualties.checks import FloatArray, IntArray, refuse
from sahelstats.casualties.collection import CountDistributions
from sahelstats.casualties.ragged import Cdf, rounded, unique_rows

# Standard normal quantiles at 0.95, which makes an interval of 90 %, and where the tails are cut.
Z_95 = 1.6448536269514722
Z_TAIL = 5.997807015007686  # 1e-9 lies beyond on each side
# A lognormal whose low is 0 can reach absurdly far; no single incident killed more than this.
LARGEST_TOLL = 1_000_000.0
PERT_LAMBDA = 4.0
# A median of zero has no logarithm: half a death stands in, which rounds to a median of 0.
SMALLEST_MEDIAN = 0.5

Columns = tuple[FloatArray, FloatArray, FloatArray]


def _ordered(low: ArrayLike, best: ArrayLike, high: ArrayLike) -> Columns:
    a, m, b = np.broadcast_arrays(*(np.atleast_1d(np.asarray(x, float)) for x in (low, best, high)))
    refuse(np.isnan(a + m + b), "missing low, best or high at position")
    refuse((a < 0) | (m < 0) | (b < 0), "negative low, best or high at position")
    refuse(a > b, "low is above high at position")
    refuse((m < a) | (m > b), "best lies outside low..high at position")
    refuse((a != np.floor(a)) | (b != np.floor(b)), "low or high is not a whole number at position")
    return a, m, b


def _distinct(columns: Columns, build: Callable[..., CountDistributions]) -> CountDistributions:
    """Build each distinct range once and point every incident at it."""
    example, inverse = unique_rows(*columns)
    made = build(*(column[example] for column in columns))
    made.which = inverse
    return made


def _within(low: FloatArray, high: FloatArray, cdf: Cdf) -> CountDistributions:
    return rounded(low.astype(np.int64), high.astype(np.int64), cdf)


def uniform(low: ArrayLike, high: ArrayLike) -> CountDistributions:
    """Return tolls that are any integer from low to high, all equally likely.

    Parameters
    ----------
    low, high : int or array of int, shape (n,)
        Bounds, in people.

    Returns
    -------
    CountDistributions
        One per range.

    Raises
    ------
    ValueError
        If a bound is missing, negative, not whole, or low exceeds high.

    Examples
    --------
    >>> uniform(3, 6)[0].mass.tolist()
    [0.25, 0.25, 0.25, 0.25]
    """

    def build(a: FloatArray, _: FloatArray, b: FloatArray) -> CountDistributions:
        def cdf(x: FloatArray, which: IntArray) -> FloatArray:
            return np.asarray((x - a[which] + 0.5) / (b - a + 1)[which])

        return _within(a, b, cdf)

    a, _, b = _ordered(low, low, high)
    return _distinct((a, a, b), build)


def triangular_cdf(x: FloatArray, a: FloatArray, m: FloatArray, b: FloatArray) -> FloatArray:
    """Cdf of the continuous triangular on a..b with mode m; a step where a equals b."""
    with np.errstate(divide="ignore", invalid="ignore"):
        left = (x - a) ** 2 / ((b - a) * (m - a))
        right = 1 - (b - x) ** 2 / ((b - a) * (b - m))
    inside = np.where(x < m, left, right)
    return np.where(x <= a, 0.0, np.where(x >= b, 1.0, inside))


def triangular(low: ArrayLike, best: ArrayLike, high: ArrayLike) -> CountDistributions:
    """Return rounded triangular tolls: mode best, nothing outside low..high.

    Parameters
    ----------
    low, best, high : int or array of int, shape (n,)
        Range, in people.

    Returns
    -------
    CountDistributions
        The continuous law rounded: mass of [k - 0.5, k + 0.5) on k. low = best = high gives a
        point mass.

    Raises
    ------
    ValueError
        If a figure is missing, negative or out of order, or a bound is not whole.

    Examples
    --------
    >>> triangular(0, 2, 4)[0].mass.tolist()
    [0.03125, 0.25, 0.4375, 0.25, 0.03125]
    """

    def build(a: FloatArray, m: FloatArray, b: FloatArray) -> CountDistributions:
        return _within(a, b, lambda x, i: triangular_cdf(x, a[i], m[i], b[i]))

    return _distinct(_ordered(low, best, high), build)


def pert(low: ArrayLike, best: ArrayLike, high: ArrayLike) -> CountDistributions:
    """Return rounded beta-PERT tolls (lambda 4): like the triangular, with lighter ends.

    Parameters
    ----------
    low, best, high : int or array of int, shape (n,)
        Range, in people.

    Returns
    -------
    CountDistributions
        Beta with shapes 1 + 4 (best-low)/(high-low) and 1 + 4 (high-best)/(high-low), stretched
        over low..high and rounded. low = best = high gives a point mass.

    Raises
    ------
    ValueError
        If a figure is missing, negative or out of order, or a bound is not whole.

    Notes
    -----
    Malcolm, Roseboom, Clark and Fazar 1959, Operations Research 7(5); lambda as in Vose 2008.

    Examples
    --------
    >>> pert(0, 2, 4)[0].mass.round(4).tolist()
    [0.0161, 0.2592, 0.4496, 0.2592, 0.0161]
    """
    from scipy.special import betainc

    def build(a: FloatArray, m: FloatArray, b: FloatArray) -> CountDistributions:
        width = np.maximum(b - a, 1.0)
        alpha, beta = 1 + PERT_LAMBDA * (m - a) / width, 1 + PERT_LAMBDA * (b - m) / width

        def cdf(x: FloatArray, i: IntArray) -> FloatArray:
            return np.asarray(betainc(alpha[i], beta[i], np.clip((x - a[i]) / width[i], 0, 1)))

        return _within(a, b, cdf)

    return _distinct(_ordered(low, best, high), build)


def lognormal_masses(median: FloatArray, sigma: FloatArray) -> CountDistributions:
    """Return rounded lognormal tolls; sigma 0 gives a point mass on the rounded median."""
    from scipy.special import ndtr

    first = np.floor(median * np.exp(-sigma * Z_TAIL) + 0.5).astype(np.int64)
    top = np.minimum(median * np.exp(sigma * Z_TAIL), np.maximum(LARGEST_TOLL, 2 * median))
    last = np.where(sigma > 0, np.ceil(top), first).astype(np.int64)

    def cdf(x: FloatArray, i: IntArray) -> FloatArray:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(ndtr(np.log(x / median[i]) / sigma[i]))

    return rounded(first, np.maximum(last, first), cdf)


def lognormal(low: ArrayLike, best: ArrayLike, high: ArrayLike) -> CountDistributions:
    """Return rounded lognormal tolls: median best, spread set by low and high.

    Parameters
    ----------
    low, best, high : int or array of int, shape (n,)
        Range, in people.

    Returns
    -------
    CountDistributions
        sigma = ln((high + 0.5)/(low + 0.5)) / (2 x 1.6449), so that low..high holds 90 % when
        best is their geometric middle. The last 1e-9 on each side, and whatever lies beyond a
        million people, is put on the end. low = best = high gives a point mass.

    Raises
    ------
    ValueError
        If a figure is missing, negative or out of order, a bound is not whole, or the tolls
        spread over too many integers to keep (20 million in all).

    Notes
    -----
    The one model here without an upper bound: it reaches above high, and with a low of 0 very far
    above it, so that its mean can exceed high. A best of 0 has no logarithm; a median of half a
    death stands in, which makes 0 the median of the rounded toll.

    Examples
    --------
    >>> toll = lognormal(10, 20, 40)[0]
    >>> toll.median, toll.interval(0.9)
    (20, (10, 39))
    """

    def build(a: FloatArray, m: FloatArray, b: FloatArray) -> CountDistributions:
        sigma = np.log((b + 0.5) / (a + 0.5)) / (2 * Z_95)
        certain = sigma == 0
        return lognormal_masses(np.where(certain, m, np.maximum(m, SMALLEST_MEDIAN)), sigma)

    return _distinct(_ordered(low, best, high), build)


def with_labels(
    made: CountDistributions, labels: NDArray[Any], n_missing: int
) -> CountDistributions:
    """Return the container with the names of its incidents and the count of those left out."""
    made.labels, made.n_missing = labels, n_missing
    return made
