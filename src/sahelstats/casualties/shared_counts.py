"""Whole-number totals with one shared error, as one Fourier series on the integers."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from sahelstats.casualties.checks import FloatArray, IntArray
from sahelstats.casualties.collection import CountDistributions
from sahelstats.casualties.comonotonic import ComonotonicCounts
from sahelstats.casualties.counts import CountDistribution
from sahelstats.casualties.factor import FARTHEST, SharedFactor, power
from sahelstats.casualties.measures import CountMeasure

OUTSIDE = 1e-12  # mass that may lie outside the window, on each side
OVER = 3e-11  # size of the frequencies left out, their share of the factor counted
MOST_BINS = 1 << 17
MOST_POINTS = 1 << 23
BLOCK = 1 << 22
# Values of the factor between which frequencies end alike.
PROBES = np.linspace(-FARTHEST, FARTHEST, 16)
# A coarser lattice serves as long as the fastest wave turns by less than this per step: sixteen
# neighbours then give it to 1e-12.
TURN, NEIGHBOURS = 0.4, 16


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
    low, high, std = _window(tolls)
    period = 1 << (high - low + 16).bit_length()
    if period > MOST_POINTS:
        raise ValueError(
            f"the total spreads over {high - low + 1:,} integers, more than {MOST_POINTS:,}"
        )
    lattices = [_Lattice(period, last) for last in _last_frequencies(measures, rho, std)]
    n_waves = max(lattice.n_waves for lattice in lattices)

    def spectra(z: FloatArray, weight: FloatArray) -> Any:
        found = np.zeros(n_waves, dtype=complex)
        place = np.clip(np.searchsorted(PROBES, z) - 1, 0, PROBES.size - 2)
        for i, lattice in enumerate(lattices):
            here = np.flatnonzero(place == i)
            for rows in np.array_split(here, 1 + here.size * lattice.points // BLOCK):
                if rows.size and lattice.n_waves:
                    product = np.ones((rows.size, lattice.n_waves), dtype=complex)
                    for toll in measures:
                        product *= power(lattice.waves(toll, z[rows], rho), int(toll.times))
                    found[: lattice.n_waves] += weight[rows] @ product
        return found

    spectrum = SharedFactor(rho).mixed(spectra)
    return _inverted(spectrum, period, origin, low, high)


def _inverted(spectrum: Any, period: int, origin: int, low: int, high: int) -> CountDistribution:
    mass = np.fft.irfft(spectrum, period)
    # The cdf must not fall: rounding makes it waver.
    below = np.maximum.accumulate(np.cumsum(mass[(np.arange(low, high + 1) - origin) % period]))
    mass = np.diff(np.maximum(below, 0.0), prepend=0.0)
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


def _last_frequencies(tolls: list[CountMeasure], rho: float, std: float) -> list[float]:
    """Where the characteristic function is over between any two probes of the factor, at most pi.

    From its size on an even grid of frequencies: sums of round numbers come back at high ones.
    Far values of the factor hardly count, so their frequencies may end where they are larger.
    """
    n = int(2 ** np.ceil(np.log2(np.clip(16 * std, 64, MOST_BINS))))
    size = np.zeros((PROBES.size, n // 2 + 1))
    for toll in tolls:
        padded = np.zeros((PROBES.size, -(-(int(toll.points[-1]) + 1) // n), n))
        flat = padded.reshape(PROBES.size, -1)
        flat[:, toll.points.astype(np.int64)] = toll.masses(PROBES, rho)
        folded = padded.sum(axis=1)
        with np.errstate(divide="ignore"):
            size += toll.times * np.log(np.abs(np.fft.rfft(folded, axis=1)))
    made = []
    for i in range(PROBES.size - 1):
        share = -float(np.abs(PROBES[i : i + 2]).min() ** 2) / 2
        alive = np.flatnonzero(size[i : i + 2].max(axis=0) + share > np.log(OVER))
        made.append(float(min(np.pi, (alive[-1] + 3) * 1.1 * 2 * np.pi / n)) if alive.size else 0.0)
    return made


class _Lattice:
    """Every `step`-th integer of a period, fit for frequencies up to the last."""

    def __init__(self, period: int, last: float) -> None:
        self.step = min(1 << int(np.log2(max(TURN / max(last, 1e-9), 1.0))), max(1, period // 64))
        self.points = period // self.step
        self.n_waves = min(int(np.ceil(last * period / (2 * np.pi))) + 1, self.points // 2 + 1)
        self.n_waves *= last > 0

    def waves(self, toll: CountMeasure, z: FloatArray, rho: float) -> Any:
        """Characteristic function of a toll given the factor, (z, waves): masses, transformed."""
        from scipy.fft import rfft

        cells = toll.reached(z, rho)
        numbers = toll.points[cells].astype(np.int64)
        masses = toll.masses(z, rho, cells)
        if self.step == 1 and numbers[-1] - numbers[0] + 1 == numbers.size <= self.points:
            at = np.zeros((z.size, self.points))
            first = numbers[0] % self.points
            inside = min(numbers.size, self.points - first)
            at[:, first : first + inside] = masses[:, :inside]
            at[:, : numbers.size - inside] = masses[:, inside:]
        else:
            at = (_spread(numbers, self.step, self.points) @ masses.T).T
        return rfft(at, axis=1)[:, : self.n_waves]


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
        weights = _lagrange(step)[rest]
    columns = np.broadcast_to(np.arange(base.size)[:, None], rows.shape)
    cells = (weights.ravel(), (rows.ravel() % lattice, columns.ravel()))
    return coo_matrix(cells, shape=(lattice, base.size)).tocsr()


@cache
def _lagrange(step: int) -> FloatArray:
    """Lagrange weights on the neighbours of 0, 1 / step, 2 / step, ...; shape (step, 16)."""
    nodes = np.arange(NEIGHBOURS) - NEIGHBOURS // 2 + 1
    gap = np.arange(step)[:, None] / step - nodes
    made = np.ones((step, NEIGHBOURS))
    for j, node in enumerate(nodes):
        others = np.arange(NEIGHBOURS) != j
        made[:, j] = np.prod(gap[:, others] / (node - nodes[others]), axis=1)
    return made
