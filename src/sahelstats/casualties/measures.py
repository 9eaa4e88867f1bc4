"""One toll given the shared factor: a measure on few points, and its characteristic function.

The normal score of a toll is sqrt(rho) Z + sqrt(1 - rho) E. Given Z its law is a set of masses on
points that do not depend on Z: the integers of a count; the atom and the Gauss-Legendre nodes of
panels on either side of it for reported deaths, where the density given Z is smooth.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sahelstats.casualties.checks import FloatArray
from sahelstats.casualties.counts import CountDistribution
from sahelstats.casualties.inversion import LEGENDRE, NODE, ORDER, WEIGHT, waves
from sahelstats.casualties.reported_law import Law

FARTHEST_SCORE = 8.2  # 2e-16 of the mass lies beyond, on each side
PANEL_SCORES, PANEL_SCALES = 1.6, 3.0
# A wave turning by less than this over half a panel is a polynomial to 1e-13 on 16 nodes.
CALM = 2.0
# Up to here sixteen Gauss nodes still sum a wave times a smooth density to 1e-12.
STEADY = 4.0
CHEBYSHEV = np.cos(np.pi * (np.arange(ORDER) + 0.5) / ORDER)
# From values at the nodes, times t half, to the integral of the Legendre series.
SPREAD = (np.arange(ORDER)[:, None] + 0.5) * LEGENDRE


class CountMeasure:
    """A whole-number toll, measured from the lowest it can be.

    Parameters
    ----------
    toll : CountDistribution
    times : float
        How many incidents have it.
    """

    def __init__(self, toll: CountDistribution, times: float) -> None:
        from scipy.special import ndtri

        kept = np.flatnonzero(toll.mass > 0)
        self.lowest = toll.offset + int(kept[0])
        self.times, self.std, self.mean = times, toll.std, toll.mean - self.lowest
        self.points: FloatArray = (kept - kept[0]).astype(float)
        self.scores = ndtri(np.minimum(np.cumsum(toll.mass[kept]), 1.0))[:-1]
        # From the upper tail where that is nearer, so that its scores keep their digits.
        above = np.cumsum(toll.mass[kept][::-1])[::-1][1:]
        self.scores = np.where(self.scores > 0, -ndtri(above), self.scores)

    def reached(self, z: FloatArray, rho: float) -> slice:
        """The points that have any mass to speak of given one of these values of the factor."""
        away = FARTHEST_SCORE * np.sqrt(1 - rho)
        low, high = np.sqrt(rho) * z.min() - away, np.sqrt(rho) * z.max() + away
        first, last = np.searchsorted(self.scores, [low, high])
        return slice(int(first), int(last) + 1)

    def masses(self, z: FloatArray, rho: float, cells: slice | None = None) -> FloatArray:
        """Probability of each point (or of some) given the factor, shape (z, points)."""
        if cells is None:
            return np.diff(_below(self.scores, z, rho), axis=1, prepend=0.0, append=1.0)
        edges = np.concatenate([[-np.inf], self.scores, [np.inf]])
        return np.diff(_below(edges[cells.start : cells.stop + 1], z, rho), axis=1)


def _below(scores: FloatArray, z: FloatArray, rho: float) -> FloatArray:
    from scipy.special import ndtr

    return np.asarray(ndtr((scores - np.sqrt(rho) * z[:, None]) / np.sqrt(1 - rho)))


class ReportedMeasure:
    """A reported event, measured from its reported count.

    Parameters
    ----------
    law : Law
        One event, arrays of shape (1,).
    times : float
        How many events have these parameters.
    rho : float
        Sets how fine the panels are.
    """

    def __init__(self, law: Law, times: float, rho: float) -> None:
        from scipy.special import ndtri

        self.times, self.std = times, float(np.sqrt(law.var[0]))
        self.mean = float(law.mean[0] - law.reported[0])
        self.scale, self.weight = float(law.scale[0]), float(law.weight[0])
        # In scales, from the location: where the atom is.
        self.place = float((law.reported[0] - law.loc[0]) / self.scale)
        below, above = self._tails(np.array([self.place]))
        self.atom = np.array([ndtri(below), -ndtri(above)]).ravel()
        left = self._edges(-FARTHEST_SCORE, float(self.atom[0]), rho)
        right = self._edges(float(self.atom[1]), FARTHEST_SCORE, rho)
        low = np.concatenate([left[:-1], right[:-1]])
        high = np.concatenate([left[1:], right[1:]])
        self.half, self.centre = (high - low) / 2, (high + low) / 2
        v = (self.centre[:, None] + self.half[:, None] * NODE).ravel()
        self.points: FloatArray = np.append(v - self.place, 0.0) * self.scale
        # Half of the widest panel: its nodes stand for it as long as waves are calm there.
        self.widest = float(self.half.max(initial=0.0)) * self.scale
        self._densities(v)

    def _tails(self, v: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mass of the Gumbel part below and above v."""
        tail = np.exp(-v)
        return (1 - self.weight) * np.exp(-tail), -(1 - self.weight) * np.expm1(-tail)

    def _at(self, scores: FloatArray) -> FloatArray:
        """Places, in scales, of scores on either side of the atom."""
        from scipy.special import ndtr

        # Each branch is asked beyond its end, and its answer there is not used.
        with np.errstate(divide="ignore", invalid="ignore"):
            lower = -np.log(-np.log(ndtr(scores) / (1 - self.weight)))
            upper = -np.log(-np.log1p(-ndtr(-scores) / (1 - self.weight)))
        return np.where(scores <= self.atom[0], lower, upper)

    def _edges(self, low: float, high: float, rho: float) -> FloatArray:
        """Panel edges, in scales, no wider than the law given the factor is smooth."""
        if high <= low:
            return np.zeros(1)
        n = int(np.ceil((high - low) / (PANEL_SCORES * np.sqrt(1 - rho))))
        edges = self._at(np.linspace(low, high, n + 1))
        # The end at the atom is the atom's own place, not what the score rounds to.
        edges[np.argmin(np.abs(edges - self.place))] = self.place
        parts = np.ceil(np.diff(edges) / PANEL_SCALES).astype(np.int64)
        which = np.repeat(np.arange(n), parts)
        step = np.arange(which.size) - (np.cumsum(parts) - parts)[which]
        inner = edges[which] + step * (np.diff(edges) / parts)[which]
        return np.append(inner, edges[-1])

    def _densities(self, v: FloatArray) -> None:
        """Scores of the nodes, and log of their share before the factor is known."""
        from scipy.special import ndtri

        below, above = self._tails(v)
        with np.errstate(divide="ignore"):
            lower = v < self.place
            near = np.where(lower, below + 0.0, above)
            # Left of the atom the mass below counts, right of it the mass above.
            other = np.where(lower, self.weight + above, self.weight + below)
            use = near <= other
            score = np.where(use, ndtri(near), -ndtri(other))
            self.scores = np.where(lower, score, -score)
            gauss = (self.half[:, None] * WEIGHT).ravel()
            density = np.log1p(-self.weight) - v - np.exp(-v) + self.scores**2 / 2
            self.base = np.log(gauss) + density

    def masses(self, z: FloatArray, rho: float) -> FloatArray:
        """Share of each node and of the atom given the factor, shape (z, points)."""
        made = np.empty((z.size, self.points.size))
        away = (self.scores - np.sqrt(rho) * z[:, None]) / np.sqrt(1 - rho)
        np.exp(self.base - away**2 / 2, out=made[:, :-1])
        made[:, :-1] /= np.sqrt(1 - rho)
        made[:, -1] = self.right(z, rho)
        return made

    def right(self, z: FloatArray, rho: float) -> FloatArray:
        """Probability given the factor that the report is right, shape (z,)."""
        below, above = _below(self.atom, z, rho), _below(-self.atom, -z, rho)
        near = below[:, 1] < 0.5
        return np.where(near, below[:, 1] - below[:, 0], above[:, 0] - above[:, 1])

    def waves(self, t: FloatArray) -> Any:
        """Matrix from shares to the characteristic function, shape (points, t)."""
        made = np.empty((self.points.size, t.size), dtype=complex)
        made[-1] = 1.0
        half, centre = self.half * self.scale, (self.centre - self.place) * self.scale
        for i in range(half.size):
            rows = slice(i * ORDER, (i + 1) * ORDER)
            if half[i] * t.max() <= STEADY:
                made[rows] = np.exp(1j * self.points[rows, None] * t)
            else:
                made[rows] = SPREAD.T @ waves(t * half[i]).T * np.exp(1j * centre[i] * t)
        return made


def condensed(points: FloatArray, highest: float) -> list[tuple[slice, FloatArray, Any]]:
    """Blocks of sorted points that a wave up to frequency `highest` sees as 16 points each.

    Parameters
    ----------
    points : array, shape (s,)
        Sorted.
    highest : float
        Frequency.

    Returns
    -------
    list of (rows, points, matrix)
        Which points, where they go, and the matrix that takes their masses there (None where
        they stay). Polynomials of degree 15 keep their sums, whatever the masses.
    """
    number = np.floor((points - points[0]) * highest / (2 * CALM)).astype(np.int64)
    starts = np.append(np.flatnonzero(np.diff(number, prepend=-1)), points.size)
    made: list[tuple[slice, FloatArray, Any]] = []
    for start, stop in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        block = points[start:stop]
        if block.size <= ORDER:
            made.append((slice(start, stop), block, None))
            continue
        centre, half = (block[0] + block[-1]) / 2, (block[-1] - block[0]) / 2
        u = (block - centre) / half
        angle = np.arccos(np.clip(u, -1.0, 1.0))
        order = np.arange(ORDER)
        chebyshev = np.cos(angle[:, None] * order)
        at_nodes = np.cos(np.arccos(CHEBYSHEV)[:, None] * order) * 2 / ORDER
        at_nodes[:, 0] /= 2
        made.append((slice(start, stop), centre + half * CHEBYSHEV, chebyshev @ at_nodes.T))
    return made
