"""Whole-number totals with one shared error: exact given the factor, then averaged over it."""

from __future__ import annotations

from typing import Any

import numpy as np

from sahelstats.casualties.checks import FloatArray, IntArray
from sahelstats.casualties.collection import CountDistributions
from sahelstats.casualties.comonotonic import ComonotonicCounts
from sahelstats.casualties.counts import CountDistribution
from sahelstats.casualties.factor import SharedFactor, power
from sahelstats.casualties.measures import CountMeasure

OUTSIDE = 1e-12  # mass that may lie outside the window, on each side
LOG_TAIL = 28.0  # minus log of the mass that may lie outside the window given a factor of 0
MOST_POINTS = 1 << 23
KEPT, TOGETHER = 8_000_000, 24  # masses held, and values of the factor taken, at once
MOST_TILTED = 600.0  # exponent
WIDE = 1 << 15  # integers of a toll that is kept off the circle of the others

# Of a toll, or a sum of some: integers, masses given each value of the factor, how often it occurs.
Part = tuple[FloatArray, FloatArray, int]


def measures_of_counts(tolls: CountDistributions) -> tuple[list[CountMeasure], int]:
    """Return the distinct uncertain tolls, and the lowest that all together can be."""
    made: dict[tuple[int, bytes], list[Any]] = {}
    for place, times in enumerate(tolls.multiplicities().tolist()):
        if times:
            one = tolls.distinct(place)
            made.setdefault((one.offset, one.mass.tobytes()), [one, 0])[1] += times
    measures = [CountMeasure(one, times) for one, times in made.values()]
    origin = sum(int(m.times) * m.lowest for m in measures)
    return [m for m in measures if m.points.size > 1], origin


def total_of_counts(tolls: CountDistributions, rho: float) -> CountDistribution:
    """Return the total of whole-number tolls with one shared factor.

    Parameters
    ----------
    tolls : CountDistributions
    rho : float
        Correlation of the normal scores, between 0 and 1.

    Returns
    -------
    CountDistribution
        Its cdf is good to about 1e-10.

    Raises
    ------
    ValueError
        If the total spreads over more integers than can be kept (8 million).
    """
    measures, origin = measures_of_counts(tolls)
    if not measures:
        return CountDistribution.point(origin)
    low, high = _window(tolls)
    if high - low >= MOST_POINTS:
        raise ValueError(
            f"the total spreads over {high - low + 1:,} integers, more than {MOST_POINTS:,}"
        )
    at_once = max(1, min(TOGETHER, KEPT // sum(toll.points.size for toll in measures)))

    def below(z: FloatArray, weight: FloatArray) -> FloatArray:
        mass = np.zeros(high - low + 1)
        for rows in np.array_split(np.arange(z.size), -(-z.size // at_once)):
            first, given = _given_the_factor(measures, z[rows], rho)
            for start, row, share in zip(first + origin - low, given, weight[rows], strict=True):
                left, right = max(start, 0), min(start + row.size, mass.size)
                mass[left:right] += share * row[left - start : right - start]
        return np.cumsum(mass)

    # Rounding makes the cdf waver, and it must not fall.
    cdf = np.maximum.accumulate(np.maximum(SharedFactor(rho).mixed(below), 0.0))
    return CountDistribution(np.diff(cdf, prepend=0.0) / cdf[-1], low)


def _window(tolls: CountDistributions) -> tuple[int, int]:
    """Integers beyond which the total has no mass worth keeping.

    The comonotonic total is the largest in convex order (Dhaene et al. 2002, Insurance:
    Mathematics and Economics 31), so E(S - d)+ is at most that of the comonotonic total, and
    P(S >= d + g) at most that divided by g.
    """
    widest = ComonotonicCounts(tolls)
    share = np.diff(np.concatenate([[0.0], widest.level, [1.0]]))
    total: FloatArray = widest.total.astype(float)
    gap = max(1.0, float(np.sqrt(widest.var)))
    gaps = np.diff(total)
    above = np.append(np.cumsum((np.cumsum(share[::-1])[::-1][1:] * gaps)[::-1])[::-1], 0.0)
    below = np.concatenate([[0.0], np.cumsum(np.cumsum(share)[:-1] * gaps)])
    top = total[np.argmax(above <= OUTSIDE * gap)] + gap
    bottom = total[total.size - 1 - np.argmax(below[::-1] <= OUTSIDE * gap)] - gap
    low, high = max(bottom, total[0]), min(top, total[-1])
    return int(np.floor(low)), int(np.ceil(high))


def _given_the_factor(
    tolls: list[CountMeasure], z: FloatArray, rho: float
) -> tuple[IntArray, FloatArray]:
    """Masses of the total at each value of the factor, and the integer of the first of them.

    The tolls are independent there. Their sum is convolved on a circle of integers that is wider
    than what of it has any mass.
    """
    parts: list[Part] = []
    for toll in tolls:
        cells = toll.reached(z, rho)
        parts.append((toll.points[cells], toll.masses(z, rho, cells), int(toll.times)))
    # A far value of the factor counts less, and so does what lies outside its window.
    log_tail = np.maximum(LOG_TAIL - z**2 / 2, 3.0)
    wide = [part for part in parts if part[0].size > WIDE]
    if wide and len(parts) > len(wide) + 1:
        # First the sum of the others, on a circle of its own.
        narrow = [part for part in parts if part[0].size <= WIDE]
        parts = [*wide, _as_part(*_convolved(narrow, log_tail))]
    return _convolved(parts, log_tail)


def _convolved(parts: list[Part], log_tail: FloatArray) -> tuple[IntArray, FloatArray]:
    from scipy.fft import irfft, next_fast_len, rfft

    bottom, top = _reach(parts, log_tail)
    n = next_fast_len(int((top - bottom).max()) + 2, real=True)
    product = np.ones((log_tail.size, n // 2 + 1), dtype=complex)
    for points, masses, times in parts:
        product *= power(rfft(_on_circle(points.astype(np.int64), masses, n)), times)
    turn = (bottom[:, None] + np.arange(n)) % n
    return bottom, np.take_along_axis(irfft(product, n), turn, axis=1)


def _as_part(first: IntArray, masses: FloatArray) -> Part:
    """Turn a sum, each row of which begins elsewhere, into masses of the same integers."""
    start, n = int(first.min()), masses.shape[1]
    made = np.zeros((first.size, int(first.max()) - start + n))
    for row, place, mass in zip(made, first - start, masses, strict=True):
        row[place : place + n] = np.maximum(mass, 0.0)
    return start + np.arange(made.shape[1], dtype=float), made, 1


def _reach(parts: list[Part], log_tail: FloatArray) -> tuple[IntArray, IntArray]:
    """Integers beyond which the sum has too little mass, for each row: Chernoff's bound."""
    mean = sum(times * (masses @ points) for points, masses, times in parts)
    square = [
        (times, masses @ points**2 - (masses @ points) ** 2) for points, masses, times in parts
    ]
    std = np.sqrt(np.maximum(sum(times * one for times, one in square), 1e-2))
    # Tilts that suit each row, from the widest to the narrowest; a small toll asks for steep ones.
    tilt = np.geomspace(1.0 / std.max(), 16.0 / std.min(), 12)
    log_up = log_down = 0.0
    for points, masses, times in parts:
        away = tilt * (points[:, None] - points[0])
        up = masses @ np.exp(np.minimum(away, MOST_TILTED))
        down = masses @ np.exp(-away)
        # A tilt too steep to be computed bounds nothing.
        up[:, away[-1] > MOST_TILTED] = np.inf
        down[down < np.exp(-MOST_TILTED)] = np.inf
        log_up = log_up + times * (np.log(up) + tilt * points[0])
        log_down = log_down + times * (np.log(down) - tilt * points[0])
    top = np.min((log_up + log_tail[:, None]) / tilt, axis=1)
    bottom = np.max(-(log_down + log_tail[:, None]) / tilt, axis=1)
    top = np.minimum(top, sum(times * points[-1] for points, _, times in parts))
    bottom = np.maximum(bottom, sum(times * points[0] for points, _, times in parts))
    low: IntArray = np.floor(np.minimum(bottom, mean)).astype(np.int64)
    high: IntArray = np.ceil(np.maximum(top, mean)).astype(np.int64)
    return low, high


def _on_circle(points: IntArray, masses: FloatArray, n: int) -> FloatArray:
    """Masses of integers, wound around a circle of n of them."""
    at = np.zeros((masses.shape[0], n))
    if points[-1] - points[0] < n:
        at[:, points % n] = masses
        return at
    for turn in np.unique(points // n):
        here = points // n == turn
        at[:, points[here] % n] += masses[:, here]
    return at
