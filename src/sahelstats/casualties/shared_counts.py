"""Whole-number totals with one shared error, as one Fourier series on the integers."""

from __future__ import annotations

from typing import Any

import numpy as np

from sahelstats.casualties.checks import FloatArray, IntArray
from sahelstats.casualties.collection import CountDistributions
from sahelstats.casualties.comonotonic import ComonotonicCounts
from sahelstats.casualties.counts import CountDistribution
from sahelstats.casualties.factor import SharedFactor, power, real_times_complex
from sahelstats.casualties.inversion import NODE, ORDER, TO_SERIES
from sahelstats.casualties.measures import FARTHEST_SCORE, PANEL_SCORES, CountMeasure

OUTSIDE = 1e-12  # mass that may lie outside the window, on each side
OVER = 1e-13  # size of the frequencies left out
MOST_BINS = 1 << 17
MOST_POINTS, MOST_LATTICE = 1 << 23, 1 << 16
PROBES = np.array([-5.0, -3.0, -1.5, 0.0, 1.5, 3.0, 5.0])
# A coarser lattice serves as long as the fastest wave turns by less than this per step: sixteen
# neighbours then give it to 1e-12.
TURN, NEIGHBOURS = 0.4, 16
BLOCK = 2_000_000
WIDE, CHUNK = 600, 50_000


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
        Its cdf is good to about 1e-11, unless the total spreads over so many integers (65,536 and
        more, only the lognormal model does) that the finest details are smoothed: those of single
        integers, far in the lower tail.

    Raises
    ------
    ValueError
        If the total spreads over more integers than can be kept (8 million).
    """
    measures, origin = measures_of_counts(tolls)
    if not measures:
        return CountDistribution.point(origin)
    low, high, std = _window(tolls)
    period = 1 << (high - low + 16).bit_length()
    if period > MOST_POINTS:
        raise ValueError(
            f"the total spreads over {high - low + 1:,} integers, more than {MOST_POINTS:,}"
        )
    last = _last_frequency(measures, rho, std)
    step = max(1, 1 << int(np.log2(max(TURN / last, 1.0))), period // MOST_LATTICE)
    tapered = step > max(TURN / last, 1.0)
    last = min(last, TURN / step) if tapered else last
    lattice = period // step
    n_waves = min(int(np.ceil(last * period / (2 * np.pi))) + 1, lattice // 2 + 1)

    def spectra(z: FloatArray, halves: FloatArray) -> Any:
        product = np.ones((z.size, n_waves), dtype=complex)
        for toll in measures:
            wide = toll.points.size > WIDE
            waves = _waves_of_wide if wide else _waves_of_narrow
            one = waves(toll, z, rho, step, lattice, n_waves)
            product *= power(one, int(toll.times))
        return halves @ product

    spectrum = SharedFactor(rho).mixed(spectra)
    if tapered:
        spectrum = spectrum * _taper(n_waves)
    return _inverted(spectrum, period, origin, low, high)


def _inverted(spectrum: Any, period: int, origin: int, low: int, high: int) -> CountDistribution:
    mass = np.fft.irfft(spectrum, period)
    mass = np.maximum(mass[(np.arange(low, high + 1) - origin) % period], 0.0)
    return CountDistribution(mass / mass.sum(), low)


def _window(tolls: CountDistributions) -> tuple[int, int, float]:
    """Integers beyond which the total has no mass worth keeping, and a bound of its std.

    The comonotonic total is the largest in convex order (Dhaene et al. 2002, Insurance:
    Mathematics and Economics 31), so E(S - d)+ is at most that of the comonotonic total, and
    P(S >= d + g) at most that divided by g.
    """
    widest = ComonotonicCounts(tolls)
    share = np.diff(np.concatenate([[0.0], widest.level, [1.0]]))
    total: FloatArray = widest.total.astype(float)
    std = float(np.sqrt(widest.var))
    gap = max(1.0, std)
    gaps = np.diff(total)
    above = np.append(np.cumsum((np.cumsum(share[::-1])[::-1][1:] * gaps)[::-1])[::-1], 0.0)
    below = np.concatenate([[0.0], np.cumsum(np.cumsum(share)[:-1] * gaps)])
    top = total[np.argmax(above <= OUTSIDE * gap)] + gap
    bottom = total[total.size - 1 - np.argmax(below[::-1] <= OUTSIDE * gap)] - gap
    low, high = max(bottom, total[0]), min(top, total[-1])
    return int(np.floor(low)), int(np.ceil(high)), std


def _last_frequency(tolls: list[CountMeasure], rho: float, std: float) -> float:
    """Where the characteristic function of the total is over, at most pi.

    From its size on an even grid of frequencies, at values of the factor from end to end: sums of
    round numbers come back at high frequencies.
    """
    n = int(2 ** np.ceil(np.log2(np.clip(16 * std, 64, MOST_BINS))))
    size = np.broadcast_to(-(PROBES[:, None] ** 2) / 2, (PROBES.size, n // 2 + 1)).copy()
    for toll in tolls:
        padded = np.zeros((PROBES.size, -(-(int(toll.points[-1]) + 1) // n), n))
        flat = padded.reshape(PROBES.size, -1)
        flat[:, toll.points.astype(np.int64)] = toll.masses(PROBES, rho)
        folded = padded.sum(axis=1)
        with np.errstate(divide="ignore"):
            size += toll.times * np.log(np.abs(np.fft.rfft(folded, axis=1)))
    alive = np.flatnonzero(size.max(axis=0) > np.log(OVER))
    return float(min(np.pi, (alive[-1] + 3) * 1.1 * 2 * np.pi / n))


def _taper(n: int) -> FloatArray:
    """From 1 to 0 over the upper half, so smoothly that what is cut off leaves no ripples."""
    from scipy.special import ndtr

    return np.asarray(ndtr(28 * (0.75 - np.arange(n) / n)))


def _waves_of_narrow(
    toll: CountMeasure, z: FloatArray, rho: float, step: int, lattice: int, n_waves: int
) -> Any:
    """Characteristic function given the factor, (z, waves): the masses, transformed."""
    matrix = _spread(toll.points.astype(np.int64), step, lattice)
    parts = np.array_split(z, -(-z.size * lattice // BLOCK))
    return np.concatenate(
        [
            np.fft.rfft((matrix @ toll.masses(part, rho).T).T, lattice, axis=1)[:, :n_waves]
            for part in parts
        ]
    )


def _waves_of_wide(
    toll: CountMeasure, z: FloatArray, rho: float, step: int, lattice: int, n_waves: int
) -> Any:
    """The same for a toll on many integers, at a cost that does not grow with the factor's nodes.

    The density of the normal score given the factor is a polynomial, to 1e-13, on blocks of
    scores; what each of its terms puts on the integers does not depend on the factor.
    """
    n = int(np.ceil(2 * FARTHEST_SCORE / (PANEL_SCORES * np.sqrt(1 - rho))))
    blocks = np.linspace(-FARTHEST_SCORE, FARTHEST_SCORE, n + 1)
    half = FARTHEST_SCORE / n
    ends = np.clip(toll.scores, -FARTHEST_SCORE, FARTHEST_SCORE)
    edges = np.sort(np.concatenate([blocks, ends]))
    middle = (edges[1:] + edges[:-1]) / 2
    block = np.clip(np.searchsorted(blocks, middle) - 1, 0, n - 1)
    cell = toll.points[np.searchsorted(ends, middle)].astype(np.int64)
    made = np.zeros((z.size, n_waves), dtype=complex)
    for i in range(n):
        centre = blocks[i] + half
        at = np.zeros((ORDER, lattice))
        here = np.flatnonzero(block == i)
        for rows in np.array_split(here, 1 + here.size // CHUNK):
            low, high = (edges[rows] - centre) / half, (edges[rows + 1] - centre) / half
            at += (_spread(cell[rows], step, lattice) @ (_integrals(low, high) * half)).T
        away = (centre + half * NODE - np.sqrt(rho) * z[:, None]) / np.sqrt(1 - rho)
        density = np.exp(-(away**2) / 2) / np.sqrt(2 * np.pi * (1 - rho))
        made += real_times_complex(density, np.fft.rfft(at, axis=1)[:, :n_waves])
    return made


def _integrals(low: FloatArray, high: FloatArray) -> FloatArray:
    """Integrals from low to high of the Lagrange polynomials of the nodes, shape (n, 16)."""
    inside: FloatArray = np.zeros((ORDER + 1, ORDER))
    for order in range(ORDER):
        inside[: order + 2, order] = np.polynomial.legendre.legint(np.eye(ORDER)[order])[
            : order + 2
        ]
    vander = np.polynomial.legendre.legvander
    rise = vander(high, ORDER) - vander(low, ORDER)
    return np.asarray(rise @ inside @ TO_SERIES)


def _spread(points: IntArray, step: int, lattice: int) -> Any:
    """Matrix from masses on integers to masses on a periodic lattice of every `step`-th.

    Each integer goes to sixteen neighbours with the weights of Lagrange, which keep the sums of
    all polynomials of degree 15.
    """
    from scipy.sparse import coo_matrix

    base, rest = points // step, points % step
    if step == 1:
        rows, weights = base[:, None], np.ones((base.size, 1))
    else:
        offsets = np.arange(NEIGHBOURS) - NEIGHBOURS // 2 + 1
        rows = base[:, None] + offsets
        weights = _lagrange(np.arange(step) / step, offsets)[rest]
    columns = np.broadcast_to(np.arange(base.size)[:, None], rows.shape)
    cells = (weights.ravel(), (rows.ravel() % lattice, columns.ravel()))
    return coo_matrix(cells, shape=(lattice, base.size)).tocsr()


def _lagrange(u: FloatArray, nodes: IntArray) -> FloatArray:
    """Lagrange weights at the nodes of points u, shape (points, nodes)."""
    made = np.ones((u.size, nodes.size))
    for j, node in enumerate(nodes):
        for other in nodes[nodes != node]:
            made[:, j] *= (u - other) / (node - other)
    return made
